//! The documents of the system contracts, called as a person at a command line would.

use parity_scale_codec::Encode;
use serde_json::json;
use weal_client::{
    Codec,
    layout::diff,
    units::{AssetInfo, Assets, NoAssets},
};
use weal_types::{AccountId, ContractId, abi::Abi, address::Address, hash::Hash};

const DOCUMENTS: [&str; 5] = [
    include_str!("../../../tests/golden/abi/accounts.json"),
    include_str!("../../../tests/golden/abi/assets.json"),
    include_str!("../../../tests/golden/abi/contracts.json"),
    include_str!("../../../tests/golden/abi/params.json"),
    include_str!("../../../tests/golden/abi/validators.json"),
];

fn codec(text: &str) -> Codec {
    Codec::new(Abi::from_json(text).expect("a document")).expect("a document")
}

fn assets() -> Codec {
    codec(DOCUMENTS[1])
}

struct Euro;

const EURO: Hash = [9; 32];

impl Assets for Euro {
    fn by_id(&self, id: &Hash) -> Option<AssetInfo> {
        self.by_symbol("EUR").filter(|asset| asset.id == *id)
    }

    fn by_symbol(&self, symbol: &str) -> Option<AssetInfo> {
        let euro = AssetInfo { id: EURO, symbol: "EUR".into(), decimals: 2 };
        (symbol == euro.symbol).then_some(euro)
    }

    fn stored(&self, _: &str) -> Option<Hash> {
        None
    }
}

#[test]
fn every_system_contract_can_be_described() {
    for text in DOCUMENTS {
        let codec = codec(text);
        assert_eq!(diff(codec.abi(), codec.abi()), []);
        for method in codec.abi().methods.iter().filter(|method| method.args.is_empty()) {
            assert_eq!(codec.encode_args(&method.name, &json!({})), Ok(vec![]));
        }
    }
}

#[test]
fn a_transfer_from_the_command_line_to_the_signer_and_back() {
    let to = Address::Account(AccountId([1; 32])).to_text();
    // An amount before the asset that gives it its decimals.
    let typed =
        [("amount", "1,500.50 EUR"), ("to", to.as_str()), ("reference", "0x07"), ("asset", "EUR")];
    let codec = assets();
    let args = codec.parse_args("transfer", &typed, &Euro).expect("good arguments");
    let bytes = codec.encode_args("transfer", &args).expect("good arguments");
    assert_eq!(bytes, (EURO, [1_u8; 32], 150_050_u128, vec![7_u8]).encode());
    assert_eq!(codec.decode_args("transfer", &bytes), Ok(args));
    let intent = codec.intent("transfer", &bytes, &Euro).expect("good arguments");
    assert_eq!(intent, format!("Send 1,500.50 EUR to {to}"));
    let unknown = codec.intent("transfer", &bytes, &NoAssets).expect("good arguments");
    assert_eq!(unknown, format!("Send 150,050 units to {to}"));
}

#[test]
fn a_reservation_has_a_contract_and_a_time() {
    let beneficiary = Address::Contract(ContractId([2; 32])).to_text();
    let typed = [
        ("asset", "EUR"),
        ("amount", "5 EUR"),
        ("beneficiary", beneficiary.as_str()),
        ("expires", "2026-12-31T17:00:00Z"),
    ];
    let codec = assets();
    let args = codec.parse_args("reserve", &typed, &Euro).expect("good arguments");
    let bytes = codec.encode_args("reserve", &args).expect("good arguments");
    assert_eq!(bytes, (EURO, 500_u128, [2_u8; 32], 1_798_736_400_000_u64).encode());
    let intent = codec.intent("reserve", &bytes, &Euro).expect("good arguments");
    assert_eq!(
        intent,
        format!("Set 5.00 EUR aside for {beneficiary} to capture until 2026-12-31T17:00:00Z")
    );
}

/// A method, what is typed for it, and what the refusal says.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

#[test]
fn arguments_from_the_command_line_that_are_refused() {
    let codec = assets();
    let cases: [Case; 6] = [
        ("transfre", &[], "there is no method `transfre`"),
        ("freeze", &[("coin", "EUR")], "there is no argument `coin`; there is asset"),
        ("freeze", &[("asset", "EUR"), ("asset", "EUR")], "args.asset: found two values"),
        ("burn", &[("asset", "EUR"), ("amount", "5 USD")], "amount: \"5 USD\" is not in EUR"),
        ("burn", &[("amount", "5 USD")], "amount: \"5 USD\" is an amount of an asset whose"),
        (
            "mint",
            &[("asset", "EUR"), ("amount", "792281625142643375935439503.37 EUR")],
            "is out of bounds; write 0.00 EUR to 792,281,625,142,643,375,935,439,503.36 EUR",
        ),
    ];
    for (method, typed, expected) in cases {
        let error = codec.parse_args(method, typed, &Euro).expect_err("bad arguments").to_string();
        assert!(error.contains(expected), "{error}");
    }
    // What is missing is said when the call is encoded.
    let args = codec.parse_args("freeze", &[], &Euro).expect("no arguments at all");
    let error = codec.encode_args("freeze", &args).expect_err("bad arguments").to_string();
    assert!(error.starts_with("args.asset: found nothing"), "{error}");
}
