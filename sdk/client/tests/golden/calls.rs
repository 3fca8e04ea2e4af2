//! Arguments, results, events and refusals, and the sentences that people read.

use parity_scale_codec::Encode;
use serde_json::{Value, json};
use weal_client::Codec;
use weal_types::{
    AccountId, ContractId,
    address::Address,
    codec::{Bounded, Name},
    receipt::Event,
};

use crate::{
    store::{Golden, hex},
    units::Known,
};

fn payee() -> Value {
    Address::Account(AccountId([1; 32])).to_text().into()
}

/// A euro's id, as in the document.
pub const EURO: &str = "0xae10c431254fe798085a1a8f61750a091c8748c5eb709138f2a6282e5d3f1137";

fn call(codec: &Codec, method: &str, args: Value, canonical: Value) -> Value {
    let bytes = codec.encode_args(method, &args).expect("good arguments");
    assert_eq!(codec.decode_args(method, &bytes), Ok(canonical.clone()), "{method}");
    assert_eq!(codec.encode_args(method, &canonical), Ok(bytes.clone()), "{method}");
    let intent = codec.intent(method, &bytes, &Known).expect("good arguments");
    json!({
        "method": method, "args": args, "hex": hex(&bytes), "canonical": canonical,
        "intent": intent,
    })
}

fn calls(codec: &Codec) -> Vec<Value> {
    let claim = json!({ "id": 3, "payee": payee(), "stage": "Open", "note": null });
    let pay =
        json!({ "claim": 7, "payee": payee(), "memo": "\"a} \u{202e}", "claims": [claim.clone()] });
    let shortest = json!({ "claim": 7, "payee": payee(), "claims": [] });
    let canonical = json!({ "claim": 7, "payee": payee(), "memo": null, "claims": [] });
    let give = json!({ "coin": EURO, "amount": "150050", "until": "1798736400000", "share": 250 });
    vec![
        call(codec, "nothing", json!({}), json!({})),
        call(codec, "nothing", json!([]), json!({})),
        call(codec, "pay", pay.clone(), pay),
        call(codec, "pay", shortest, canonical.clone()),
        call(codec, "pay", json!([7, payee(), null, []]), canonical),
        call(codec, "give", give.clone(), give),
        call(codec, "grant", json!([EURO]), json!({ "coin": EURO })),
    ]
}

fn refused_calls(codec: &Codec) -> Vec<Value> {
    let claim = json!({ "id": 3, "payee": payee(), "stage": "Open" });
    let wrong = json!({ "id": 3, "payee": "me", "stage": "Open" });
    let cases = [
        ("play", json!({})),
        ("nothing", json!(null)),
        ("nothing", json!({ "claim": 7 })),
        ("nothing", json!([7])),
        ("pay", json!({})),
        ("pay", json!([7, payee(), null])),
        ("pay", json!([0, payee(), null, []])),
        ("pay", json!({ "claim": 0, "payee": payee(), "claims": [] })),
        ("pay", json!({ "claim": 1000, "payee": payee(), "claims": [] })),
        ("pay", json!({ "claim": 7, "payee": payee(), "memo": "too long a", "claims": [] })),
        ("pay", json!({ "claim": 7, "payee": payee(), "claims": [claim, wrong] })),
        ("pay", json!({ "claim": 7, "payee": payee(), "claims": [claim, claim, claim] })),
        ("pay", json!({ "claim": 7, "payee": payee(), "claims": [], "claime": 7 })),
    ];
    let vector = |(method, args): (&str, Value)| {
        let error = codec.encode_args(method, &args).expect_err("bad arguments").to_string();
        json!({ "method": method, "args": args, "error": error })
    };
    cases.into_iter().map(vector).collect()
}

fn said(codec: &Codec) -> Vec<Value> {
    let returned = (1_u8, 7_u32, [1_u8; 32], 0_u8, 0_u8).encode();
    let event = Event {
        contract: ContractId([2; 32]),
        name: Name::new("Paid").expect("a name"),
        topics: Bounded::new(
            [7_u32.encode(), [1_u8; 32].encode()].map(|t| t.try_into().expect("short")).to_vec(),
        )
        .expect("two"),
        data: (5_u128, Some("x")).encode().try_into().expect("short"),
    };
    let decoded = codec.decode_event(&event).expect("an event of the document");
    let topic = codec.encode_topic("Paid", "claim", &json!(7)).expect("a topic");
    assert_eq!(topic, event.topics[0].to_vec());
    let error = |code: u32, payload: Vec<u8>| {
        let error = codec.decode_error(code, &payload, &Known).expect("an error of the document");
        let fields = Value::Object(error.fields);
        assert_eq!(codec.encode_error(code, &fields), Ok(payload.clone()));
        json!({
            "error": code, "hex": hex(&payload), "name": error.name, "message": error.message,
            "value": fields,
        })
    };
    vec![
        json!({
            "returns": "pay", "hex": hex(&returned),
            "value": codec.decode_return("pay", &returned).expect("a result"),
        }),
        json!({
            "event": "Paid",
            "topics": event.topics.iter().map(|topic| hex(topic)).collect::<Vec<_>>(),
            "hex": hex(&event.data), "value": decoded.fields,
        }),
        error(1, 7_u32.encode()),
        error(2, ([1_u8; 32], 150_050_u128, "{payee}\u{1b}[2J").encode()),
        error(u32::MAX, vec![]),
    ]
}

pub fn write(golden: &mut Golden, codec: &Codec) {
    golden.vectors(
        "calls",
        "Arguments of `document.abi.json`'s methods: an encoder makes `hex` of `args` and of \
         `canonical`, which is what a decoder writes. `intent` is what a signer reads.",
        calls(codec),
    );
    golden.vectors(
        "refused_calls",
        "Arguments that are refused. The texts in `error` are what this implementation says.",
        refused_calls(codec),
    );
    golden.vectors(
        "said",
        "What contracts answer: `value` is what a decoder writes for `hex` (and `topics`).",
        said(codec),
    );
    assert!(codec.decode_event_parts("Paid", &[], &[]).is_err());
    assert!(codec.decode_event_parts("Payed", &[], &[]).is_err());
    assert!(codec.decode_error(3, &[], &Known).is_err());
    assert!(codec.decode_error(1, &[], &Known).is_err());
}
