//! Whose units lie in a stretch, as a contract tells it page by page.

use serde_json::{Value, json};
use weal_client::{keys::dev_account, rpc::types::AccountAddress};

use super::node::{Deal, World};

/// Units of line 12 that the contract below has received.
const RECEIVED: u128 = 300;

/// What a donation contract answers about line 12: units 0 to 100 and 200 to 300 are of the gift
/// 5:0, those between of 5:1000. A page has two stretches, and ends at unit 150 as well.
fn contract(asset: &str, body: &str) -> Option<Value> {
    let request: Value = serde_json::from_str(body).ok()?;
    let params = &request["params"];
    let payer = AccountAddress(dev_account("alice")?.account());
    let number = |name: &str| params["args"][name].as_str()?.parse::<u128>().ok();
    let value = match params["method"].as_str()? {
        "line" if params["args"]["id"] == 12 => {
            json!([{ "asset": asset }, { "received": RECEIVED.to_string() }])
        }
        "line" => Value::Null,
        "trace_back" => {
            let (start, end) = (number("start")?, number("end")?);
            let cuts = [(0, 100, 0), (100, 150, 1_000), (150, 200, 1_000), (200, 300, 0)];
            let cut = cuts.into_iter().map(|(from, to, gift)| (start.max(from), end.min(to), gift));
            let cut: Vec<(u128, u128, u128)> = cut.filter(|(from, to, _)| from < to).collect();
            let shown = |(from, to, gift): &(u128, u128, u128)| {
                let span = json!({ "start": from.to_string(), "end": to.to_string() });
                json!({ "span": span, "intake": 5, "gift": gift.to_string(), "payer": payer })
            };
            let rest = cut.get(2).map(|(from, ..)| from.to_string());
            json!([cut.iter().take(2).map(shown).collect::<Vec<_>>(), rest])
        }
        _ => return None,
    };
    Some(json!({ "value": value, "bytes": "0x", "gas_used": "1", "height": "1" }))
}

#[test]
fn a_stretch_is_traced_back_page_by_page() {
    let world = World::new();
    let list = world.say("asset list --json").expect(0).json();
    let assets = list["result"]["assets"].as_array().or(list["result"].as_array()).unwrap();
    let euro = assets.iter().find(|asset| asset["symbol"] == "EUR").unwrap();
    let asset = euro["asset"].as_str().unwrap().to_owned();
    let told = asset.clone();
    let node = world.middle(move |body| match body.contains("contract_query") {
        true => contract(&told, body).map_or(Deal::Pass, Deal::Answer),
        false => Deal::Pass,
    });
    let address = format!("0x{}", "21".repeat(32));
    let back = |place: &str, more: &[&str]| {
        let words = [&["trace", &address, place, "--back"], more].concat();
        world.weal_at(&node, world.directory.path(), &words)
    };

    let told = back("12:50-1000", &["--json"]).expect(0).json();
    let result = &told["result"];
    assert_eq!((&result["start"], &result["end"]), (&json!("50"), &json!("300")));
    assert_eq!((&result["asset"], &result["is_complete"]), (&json!(asset), &json!(true)));
    let piece = |start: &str, end: &str| json!({ "start": start, "end": end });
    let alice = AccountAddress(dev_account("alice").unwrap().account());
    let gift = |start: &str, units: &str, pieces: Value| {
        let mut gift = json!({ "line": 5, "start": start, "payer": alice, "units": units });
        gift["pieces"] = pieces;
        gift
    };
    let gifts = [
        gift("0", "150", json!([piece("50", "100"), piece("200", "300")])),
        gift("1000", "100", json!([piece("100", "200")])),
    ];
    assert_eq!(result["gifts"], json!(gifts));

    let text = back("12:50-300", &[]).expect(0).out;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "line 12, 50–300: 2.50 EUR of 2 gifts", "{text}");
    assert_eq!(lines[1], "├ 1.50 EUR  60.00 %  gift 5:0, given by alice");
    assert_eq!(lines[2..4], ["│   12:50–100", "│   12:200–300"]);
    assert_eq!(lines[4], "└ 1.00 EUR  40.00 %  gift 5:1000, given by alice");
    assert_eq!(lines[5], "    12:100–200");
    assert!(lines[6].contains("as the node says"), "{text}");
    // One unit, as it was before.
    let one = back("12:120", &["--json"]).expect(0).json();
    assert_eq!(one["result"]["gifts"][0]["start"], "1000");

    assert_eq!(back("12:300-301", &["--json"]).error(2)["code"], "E1242");
    assert_eq!(back("13:0", &["--json"]).error(2)["code"], "E1242");
    assert_eq!(back("12", &["--json"]).error(2)["code"], "E1201");
    back("12:0", &["--out", "proof.weal"]).expect(2);
}
