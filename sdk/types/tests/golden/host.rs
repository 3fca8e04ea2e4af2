//! What crosses the border between a contract and its host, and the reference of that border.

use serde_json::Value;
use weal_types::{
    AccountId, Amount, Gas, Height, TimeMs,
    codec::{Bounded, Name},
    host::{CallContext, CallRequest, reference},
    receipt::{CallError, FailureKind},
    transaction::{AssetAmount, Call},
};

use crate::{
    hashes::{asset, chain, contract},
    signing::ALICE,
    store::{Golden, vector},
};

pub fn write(golden: &mut Golden) {
    let context = CallContext {
        chain: chain(),
        height: Height(3_001),
        time: TimeMs(1_800_000_000_000),
        caller: AccountId::of_key(ALICE.public()),
        contract: contract(),
        top_level: true,
    };
    let eur = AssetAmount { asset: asset("EUR"), amount: Amount(150_050) };
    let method = || Name::new("is_charity").expect("a name");
    let request = CallRequest {
        call: Call {
            to: contract(),
            method: method(),
            args: Bounded::new(vec![0xab; 32]).expect("few bytes"),
            attach: Bounded::new(vec![eur]).expect("one asset"),
        },
        gas: Gas(200_000),
    };
    let answers: [Result<Vec<u8>, CallError>; 2] = [
        Ok(vec![1]),
        Err(CallError { contract: contract(), method: method(), kind: FailureKind::OutOfGas }),
    ];
    golden.vectors(
        "host",
        "What `context`, `call` and `attached` pass between a contract and its host.",
        vec![
            vector("context", "of a call by a person", &context, Value::Null),
            vector("call: request", "", &request, Value::Null),
            vector("call: success", "", &answers[0], Value::Null),
            vector("call: failure", "", &answers[1], Value::Null),
            vector("attached", "", &vec![eur], Value::Null),
            vector("attached: nothing", "", &Vec::<AssetAmount>::new(), Value::Null),
        ],
    );
    golden.text("docs/host-functions.md", &reference());
}
