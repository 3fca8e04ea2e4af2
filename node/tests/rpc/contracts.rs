//! Contracts: documents, records, queries, and calls that are refused before they cost anything.

use parity_scale_codec::Encode;
use serde_json::{Value, json};

use crate::world::{WEALTH, World, address, euro, system, transfer};

#[tokio::test(flavor = "multi_thread")]
async fn documents_and_records() {
    let world = World::new().await;
    let answer = world.call("contract_abi", json!({ "contract": system(2) })).await;
    assert_eq!((&answer["abi"]["contract"], answer.get("code")), (&json!("Assets"), None));
    let info = world.call("contract_info", json!({ "contract": system(2) })).await;
    assert_eq!((&info["system"], &info["paused"]), (&json!(true), &json!(false)));
    for method in ["contract_abi", "contract_info"] {
        let nobody = world.refused(method, json!({ "contract": euro() })).await;
        assert_eq!(nobody.name, "unknown_contract");
        let account = world.refused(method, json!({ "contract": address("alice") })).await;
        assert_eq!(account.name, "invalid_params");
        assert!(account.message.contains("names an account, not a contract"), "{account:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn queries() {
    let world = World::new().await;
    let ask = |method: &str, args: Value| {
        let contract = system(2);
        json!({ "contract": contract, "method": method, "args": args })
    };
    let mine = json!({ "account": address("alice"), "asset": euro() });
    let answer = world.call("contract_query", ask("balance", mine)).await;
    assert_eq!(answer["value"]["free"], WEALTH.to_string());
    assert_eq!(answer["height"], "0");
    let by_position = ask("balance", json!([address("alice"), euro()]));
    assert_eq!(world.call("contract_query", by_position).await, answer);
    for (method, args, expected, message) in [
        ("worth", json!({}), "unknown_method", "there is no method `worth`; there is"),
        ("transfer", json!({}), "method_kind", "transfer writes"),
        ("balance", json!({}), "bad_arguments", "args"),
        (
            "balance",
            json!({ "account": "weal1x", "asset": euro() }),
            "bad_arguments",
            "args.account",
        ),
        ("balance", json!(7), "bad_arguments", "args"),
    ] {
        let refused = world.refused("contract_query", ask(method, args)).await;
        assert_eq!(refused.name, expected, "{refused:?}");
        assert!(refused.message.contains(message), "{refused:?}");
    }
    let nobody = json!({ "contract": euro(), "method": "x" });
    assert_eq!(world.refused("contract_query", nobody).await.name, "unknown_contract");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_cannot_be_encoded() {
    let world = World::new().await;
    let prepare = |calls: Value| json!({ "from": address("alice"), "calls": calls });
    let mut wrong = transfer("bob", 1);
    wrong["args"]["amount"] = json!("a few");
    let mut query = transfer("bob", 1);
    query["method"] = json!("balance");
    let mut attached = transfer("bob", 1);
    attached["attach"] = json!(vec![json!({ "asset": euro(), "amount": "1" }); 17]);
    let mut elsewhere = transfer("bob", 1);
    elsewhere["contract"] = json!(euro());
    for (calls, expected) in [
        (json!([]), "invalid_params"),
        (json!(vec![transfer("bob", 1); 257]), "invalid_params"),
        (json!([wrong]), "bad_arguments"),
        (json!([query]), "method_kind"),
        (json!([attached]), "bad_arguments"),
        (json!([elsewhere]), "unknown_contract"),
        (json!([{ "contract": system(2) }]), "invalid_params"),
    ] {
        let refused = world.refused("contract_prepare", prepare(calls)).await;
        assert_eq!(refused.name, expected, "{refused:?}");
    }
    // Assets that go with a call which takes none come back: the outcome says so.
    let mut attached = transfer("bob", 1);
    attached["attach"] = json!([{ "asset": euro(), "amount": "1" }]);
    let prepared = world.call("contract_prepare", prepare(json!([attached]))).await;
    assert_eq!(prepared["outcome"]["failure"]["kind"], "attached_refused");
}

/// A contract in Wasm, from its upload on: what it returns, says and refuses is decoded by the
/// document that it brought along.
#[tokio::test(flavor = "multi_thread")]
async fn a_contract_of_ones_own() {
    let world = World::new().await;
    let module = weal_fixtures::token();
    let code = upload(&world, module).await;
    let from = address("alice");
    // A contract that is refused its first call is explained too, though it does not exist.
    let wrong = json!({ "from": from, "calls": [deployment(&code, "0x".into())] });
    let prepared = world.call("contract_prepare", wrong).await;
    let failure = &prepared["outcome"]["failure"];
    assert_eq!(
        (&failure["method"], &failure["name"]),
        (&json!("init"), &json!("ArgumentsMalformed"))
    );
    let init = format!("0x{}", hex::encode(1_000_u128.encode()));
    let contract = deploy(&world, &code, init).await;
    let info = world.call("contract_info", json!({ "contract": contract })).await;
    assert_eq!((&info["code"], &info["system"]), (&code, &json!(false)));
    assert_eq!((&info["owner"], &info["creator"]), (&json!(from), &json!(from)));
    assert_eq!(info["policy"], "owner");
    let abi = world.call("contract_abi", json!({ "contract": contract })).await;
    assert_eq!(abi["abi"], serde_json::to_value(token::abi()).unwrap());
    let send = json!({
        "contract": contract,
        "method": "transfer",
        "args": { "to": address("bob"), "amount": "1001" },
    });
    let status = world.send("alice", send.clone()).await;
    let failure = &status["outcome"]["failure"];
    assert!(failure["name"].is_string() && failure["value"].is_object(), "{failure}");
    let mut send = send;
    send["args"]["amount"] = json!("400");
    let status = world.send("alice", send).await;
    assert_eq!(status["outcome"]["status"], "applied", "{}", status["outcome"]);
    let intent = format!("Send 400 tokens to {}", address("bob"));
    assert_eq!(status["transaction"]["calls"][0]["intent"], intent);
}

fn deployment(code: &Value, init: String) -> Value {
    json!({
        "contract": system(3),
        "method": "deploy",
        "args": {
            "code": code,
            "salt": format!("0x{}", "00".repeat(32)),
            "owner": null,
            "policy": "Owner",
            "init": init,
        },
    })
}

/// Makes a contract of a code, as Alice, and gives its address.
pub async fn deploy(world: &World, code: &Value, init: String) -> Value {
    let status = world.send("alice", deployment(code, init)).await;
    assert_eq!(status["outcome"]["status"], "applied", "{}", status["outcome"]);
    status["outcome"]["returns"][0]["value"].clone()
}

/// Uploads a module, as Alice, and gives its hash.
pub async fn upload(world: &World, module: &[u8]) -> Value {
    let call = json!({
        "contract": system(3),
        "method": "upload",
        "args": { "module": format!("0x{}", hex::encode(module)) },
    });
    let status = world.send("alice", call).await;
    assert_eq!(status["outcome"]["status"], "applied", "{}", status["outcome"]);
    status["outcome"]["returns"][0]["value"].clone()
}
