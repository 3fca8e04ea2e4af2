//! Sending transactions, waiting for them, and what became of them.

use std::time::Duration;

use parity_scale_codec::{Decode, Encode};
use serde_json::{Value, json};
use weal_client::keys::join;
use weal_types::transaction::Transaction;

use crate::world::{World, address, euro, pair, system, transfer, unhex};

async fn prepared(world: &World, signer: &str, call: Value) -> Value {
    let params = json!({ "from": address(signer), "calls": [call] });
    world.call("contract_prepare", params).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_from_its_preparation_to_its_end() {
    let world = World::new().await;
    let prepared = prepared(&world, "alice", transfer("bob", 12_345)).await;
    let sentence = format!("Send 123.45 EUR to {}", address("bob"));
    assert_eq!(prepared["summary"], json!([sentence]));
    let unknown = world.call("tx_get", json!({ "hash": prepared["hash"] })).await;
    assert_eq!(unknown, json!({ "hash": prepared["hash"], "state": "unknown" }));
    let signed = world.sign(&prepared, "alice");
    let verdicts = world.call("tx_submit", json!({ "transactions": [signed] })).await;
    assert_eq!(verdicts, json!([{ "hash": prepared["hash"], "status": "accepted" }]));
    let status = world.call("tx_wait", json!({ "hash": prepared["hash"] })).await;
    assert_eq!((&status["state"], &status["height"]), (&json!("final"), &json!("1")));
    assert_eq!((&status["index"], &status["outcome"]["status"]), (&json!(0), &json!("applied")));
    // What was foretold is what happened.
    assert_eq!(status["outcome"], prepared["outcome"]);
    let event = &status["outcome"]["events"][0];
    assert_eq!(
        (&event["name"], &event["value"]["amount"]),
        (&json!("Transferred"), &json!("12345"))
    );
    assert_eq!(status["outcome"]["returns"], json!([{ "bytes": "0x", "value": null }]));
    let transaction = &status["transaction"];
    assert_eq!(
        (&transaction["signer"], &transaction["nonce"]),
        (&json!(address("alice")), &json!("0"))
    );
    assert_eq!(transaction["calls"][0]["args"]["to"], address("bob"));
    assert_eq!(transaction["calls"][0]["intent"], sentence);
    assert_eq!(transaction["limits"][0]["symbol"], "EUR");
    assert_eq!(world.call("tx_get", json!({ "hash": prepared["hash"] })).await, status);
    let again = world.call("tx_submit", json!({ "transactions": [signed] })).await;
    assert_eq!(again, json!([{ "hash": prepared["hash"], "status": "known" }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_is_woken() {
    let world = World::new().await;
    world.call("dev_seal", json!({ "mode": "manual" })).await;
    let prepared = prepared(&world, "alice", transfer("bob", 1)).await;
    let hash = prepared["hash"].clone();
    let soon = json!({ "hash": hash, "timeout_ms": 50 });
    assert_eq!(world.call("tx_wait", soon.clone()).await["state"], "unknown");
    let waiting = async {
        // Longer than the test runner would wait.
        world.call("tx_wait", json!({ "hash": hash, "timeout_ms": 60_000 })).await
    };
    let acting = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let signed = world.sign(&prepared, "alice");
        world.call("tx_submit", json!({ "transactions": [signed] })).await;
        let pending = world.call("tx_wait", soon).await;
        assert_eq!(pending["state"], "pending");
        assert_eq!(pending["transaction"]["signer"], address("alice"));
        world.call("dev_mine", json!({})).await;
    };
    let (status, ()) = tokio::join!(waiting, acting);
    assert_eq!((&status["state"], &status["height"]), (&json!("final"), &json!("1")));
    let long = json!({ "hash": hash, "timeout_ms": 60_001 });
    assert_eq!(world.refused("tx_wait", long).await.name, "invalid_params");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_transaction_has_a_verdict() {
    let world = World::new().await;
    let prepared = prepared(&world, "alice", transfer("bob", 1)).await;
    let good = world.sign(&prepared, "alice");
    let stranger = world.sign(&prepared, "bob");
    let mut tampered = unhex(&json!(good));
    *tampered.last_mut().unwrap() ^= 1;
    let mut tampered_signature = tampered.clone();
    let place = tampered_signature.len() - 20;
    tampered_signature[place] ^= 1;
    let wires = ["0x".to_owned(), "0x00".into(), stranger, good]
        .into_iter()
        .chain([format!("0x{}", hex::encode(tampered_signature))]);
    let params = json!({ "transactions": wires.collect::<Vec<_>>() });
    let verdicts = world.call("tx_submit", params).await;
    let names: Vec<_> = verdicts
        .as_array()
        .unwrap()
        .iter()
        .map(|verdict| verdict["error"]["name"].as_str().or(verdict["status"].as_str()).unwrap())
        .collect();
    assert_eq!(names[..4], ["tx_malformed", "tx_malformed", "tx_unauthorised", "accepted"]);
    assert!(["tx_signature", "tx_malformed"].contains(&names[4]), "{verdicts}");
    for verdict in verdicts.as_array().unwrap() {
        assert_eq!(verdict["error"].is_null(), verdict["status"] == "accepted");
    }
    for count in [0, 257] {
        let params = json!({ "transactions": vec!["0x"; count] });
        assert_eq!(world.refused("tx_submit", params).await.name, "invalid_params");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nonces_go_on_while_transactions_wait() {
    let world = World::new().await;
    world.call("dev_seal", json!({ "mode": "manual" })).await;
    let mut hashes = Vec::new();
    for expected in ["0", "1", "2"] {
        let prepared = prepared(&world, "alice", transfer("bob", 1)).await;
        assert_eq!(prepared["nonce"], expected);
        let signed = world.sign(&prepared, "alice");
        world.call("tx_submit", json!({ "transactions": [signed] })).await;
        hashes.push(prepared["hash"].clone());
    }
    let account = world.call("account_get", json!({ "account": address("alice") })).await;
    assert_eq!((&account["nonce"], &account["next_nonce"]), (&json!("0"), &json!("3")));
    world.call("dev_mine", json!({})).await;
    for hash in hashes {
        let status = world.call("tx_wait", json!({ "hash": hash })).await;
        assert_eq!(status["outcome"]["status"], "applied", "{status}");
    }
    let params = json!({ "from": address("alice"), "calls": [transfer("bob", 1)], "nonce": "2" });
    let used = world.refused("contract_prepare", params).await;
    assert_eq!(used.name, "tx_wrong_nonce");
    assert!(used.message.contains("the account's next one is 3"), "{used:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_explained_before_and_after() {
    let world = World::new().await;
    let prepared = prepared(&world, "alice", transfer("bob", 10_000_000_000)).await;
    let outcome = &prepared["outcome"];
    assert_eq!(outcome["status"], "reverted");
    assert!(outcome["failure"]["message"].is_string(), "{outcome}");
    assert_eq!(outcome["failure"]["contract"], system(2));
    assert_eq!(outcome["failure"]["method"], "transfer");
    assert_eq!(prepared["effects"]["balances"], json!([]));
    let signed = world.sign(&prepared, "alice");
    let verdicts = world.call("tx_submit", json!({ "transactions": [signed] })).await;
    let status = world.call("tx_wait", json!({ "hash": verdicts[0]["hash"] })).await;
    assert_eq!(status["outcome"], *outcome);
    let block = world.call("chain_block", json!({ "height": "1" })).await;
    assert_eq!(block["transactions"][0]["status"], "reverted");
}

#[tokio::test(flavor = "multi_thread")]
async fn preparation_finds_gas_limits_and_effects() {
    let world = World::new().await;
    let calls = json!([transfer("bob", 100), transfer("carol", 23), transfer("alice", 5)]);
    let params = json!({ "from": address("alice"), "calls": calls });
    let prepared = world.call("contract_prepare", params.clone()).await;
    assert_eq!(prepared["outcome"]["status"], "applied", "{prepared}");
    let limit = json!([{ "asset": euro(), "amount": "123", "symbol": "EUR", "scale": 2 }]);
    assert_eq!(prepared["limits"], limit);
    let mut changes: Vec<_> = prepared["effects"]["balances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            let number = |field: &str| change[field].as_str().unwrap().parse::<i128>().unwrap();
            (change["account"].as_str().unwrap().to_owned(), number("after") - number("before"))
        })
        .collect();
    changes.sort();
    let mut expected =
        [(address("alice"), -123), (address("bob"), 100), (address("carol"), 23)].to_vec();
    expected.sort();
    assert_eq!(changes, expected);
    let number = |field: &str| prepared[field].as_str().unwrap().parse::<u64>().unwrap();
    assert!(number("gas_limit") > number("gas_used") && number("gas_used") > 0);
    assert_eq!(
        prepared["missing_signatures"],
        json!([{
            "account": address("alice"),
            "role": "signer",
            "key": format!("0x{}", hex::encode(pair("alice").public().0)),
        }])
    );
    // What the caller fixes stays as it is: too little gas, and a limit that is too low.
    let mut fixed = params.clone();
    fixed["limits"] = json!([{ "asset": euro(), "amount": "122" }]);
    let too_low = world.call("contract_prepare", fixed).await;
    assert_eq!(too_low["outcome"]["failure"]["kind"], "spend_limit");
    let mut fixed = params.clone();
    fixed["gas_limit"] = json!("1");
    let refused = world.refused("contract_prepare", fixed).await;
    assert_eq!(refused.name, "prepare_skipped");
    assert!(refused.message.contains("tx_gas_limit"), "{refused:?}");
    let mut fixed = params;
    fixed["valid_for_ms"] = json!("100000000");
    let refused = world.refused("contract_prepare", fixed).await;
    assert!(refused.message.contains("tx_expires_too_late"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sponsor_signs_too() {
    let world = World::new().await;
    let params = json!({
        "from": address("alice"),
        "calls": [transfer("bob", 1)],
        "sponsor": address("carol"),
    });
    let prepared = world.call("contract_prepare", params).await;
    let roles: Vec<_> = prepared["missing_signatures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|missing| (missing["role"].clone(), missing["account"].clone()))
        .collect();
    let expected = [("signer", "alice"), ("sponsor", "carol")]
        .map(|(role, name)| (json!(role), json!(address(name))));
    assert_eq!(roles, expected);
    let transaction = Transaction::decode(&mut &unhex(&prepared["transaction"])[..]).unwrap();
    let chain = world.node.spec().chain;
    let signer = pair("alice").sign(&transaction, &chain);
    let sponsor = pair("carol").sponsor(&transaction, &chain);
    let signed = join(transaction, &chain, &[signer], &[sponsor]).unwrap();
    let signed = format!("0x{}", hex::encode(signed.encode()));
    let verdicts = world.call("tx_submit", json!({ "transactions": [signed] })).await;
    let status = world.call("tx_wait", json!({ "hash": verdicts[0]["hash"] })).await;
    assert_eq!(status["transaction"]["sponsor"], address("carol"));
    assert_eq!(status["outcome"]["status"], "applied");
}
