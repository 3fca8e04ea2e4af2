//! Methods that read: blocks, accounts, assets, storage and its proofs.

use parity_scale_codec::{Decode, Encode};
use serde_json::{Value, json};
use weal_proof::StateProof;
use weal_runtime::system;
use weal_types::{
    block::FinalHeader,
    certificate::{Certificate, VOTE_SIGNING_CONTEXT, ValidatorSet},
    state::StateKey,
};

use crate::world::{WEALTH, World, address, euro, pair, system as contract, transfer, unhex};

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_tells_its_blocks() {
    let world = World::new().await;
    let head = world.call("chain_head", json!({})).await;
    assert_eq!((&head["height"], &head["transactions"]), (&json!("0"), &json!(0)));
    let sent = world.send("alice", transfer("bob", 100)).await;
    let head = world.call("chain_head", json!({})).await;
    assert_eq!(head["height"], "1");
    let block = world.call("chain_block", json!({ "height": "1" })).await;
    for (one, other) in [("hash", "hash"), ("state_root", "state_root"), ("time_ms", "time_ms")] {
        assert_eq!(block[one], head[other]);
    }
    assert_eq!(block["certificate"]["signers"], json!([0]));
    assert_eq!(block["transactions"][0]["hash"], sent["hash"]);
    assert_eq!(block["transactions"][0]["status"], "applied");
    let newest = world.call("chain_block", json!({})).await;
    let by_hash = world.call("chain_block", json!({ "hash": head["hash"] })).await;
    assert_eq!((&newest, &by_hash), (&block, &block));
    let genesis = world.call("chain_block", json!({ "height": 0 })).await;
    assert_eq!((&genesis["hash"], &genesis["certificate"]), (&block["parent"], &Value::Null));
    for (params, expected) in [
        (json!({ "height": "2" }), "there is no block 2; the newest one is 1"),
        (json!({ "hash": euro() }), "no block has the hash"),
    ] {
        let refused = world.refused("chain_block", params).await;
        assert_eq!((refused.name.as_str(), refused.code), ("unknown_block", 1100));
        assert!(refused.message.contains(expected), "{refused:?}");
    }
    let both = json!({ "height": "0", "hash": head["hash"] });
    assert_eq!(world.refused("chain_block", both).await.name, "invalid_params");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_hold() {
    let world = World::new().await;
    world.send("alice", transfer("bob", 100)).await;
    let bytes = world.call("chain_certificate", json!({ "height": "1" })).await;
    let header = FinalHeader::decode(&mut &unhex(&bytes["header"])[..]).unwrap();
    let certificate = Certificate::from_wire(&unhex(&bytes["certificate"])).unwrap();
    let set = ValidatorSet::decode(&mut &unhex(&bytes["validators"])[..]).unwrap();
    assert_eq!(certificate.vote.hash, header.hash().0);
    assert_eq!(header.set_id, set.id());
    let message = certificate.vote.message(&header.chain);
    for (key, signature) in certificate.signed_by(&set).unwrap() {
        let key = schnorrkel::PublicKey::from_bytes(&key.0).unwrap();
        let signature = schnorrkel::Signature::from_bytes(signature).unwrap();
        key.verify_simple(VOTE_SIGNING_CONTEXT, &message, &signature).unwrap();
    }
    let validators = world.call("chain_validators", json!({})).await;
    assert_eq!(unhex(&validators["set_id"]), header.set_id);
    assert_eq!(validators["quorum"], 1);
    assert_eq!(validators["validators"][0]["organisation"], "we");
    assert_eq!((&validators["proposals"], validators.get("next")), (&json!([]), None));
    let ends = world.call("chain_hand_overs", json!({ "from_epoch": "0" })).await;
    assert_eq!(ends["hand_overs"], json!([]), "the first epoch goes on");
    let genesis = world.refused("chain_certificate", json!({ "height": "0" })).await;
    assert_eq!(genesis.name, "no_certificate");
    let future = world.refused("chain_certificate", json!({ "height": "9" })).await;
    assert_eq!(future.name, "unknown_block");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_says_what_it_is() {
    let world = World::new().await;
    let info = world.call("node_info", json!({})).await;
    let chain = format!("0x{}", hex::encode(world.node.spec().chain.0));
    assert_eq!((&info["chain"], &info["chain_name"]), (&json!(chain), &json!("test")));
    assert_eq!((&info["mode"], &info["devnet"]), (&json!("devnet"), &json!(true)));
    let genesis = world.call("chain_block", json!({ "height": "0" })).await;
    assert_eq!(info["genesis"], genesis["hash"]);
    let health = world.call("node_health", json!({})).await;
    assert_eq!((&health["ok"], &health["head"]), (&json!(true), &json!("0")));
    let params = world.call("chain_params", json!({})).await;
    assert_eq!(params["governance"], address("judy"));
    assert_eq!((&params["admission"], &params["devnet"]), (&json!("open"), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_assets() {
    let world = World::new().await;
    world.send("alice", transfer("bob", 100)).await;
    let alice = world.call("account_get", json!({ "account": address("alice") })).await;
    assert_eq!((&alice["nonce"], &alice["next_nonce"]), (&json!("1"), &json!("1")));
    assert_eq!((&alice["exists"], &alice["admitted"]), (&json!(true), &json!(true)));
    assert_eq!(alice["authority"]["key"], format!("0x{}", hex::encode(pair("alice").public().0)));
    let balance = &alice["balances"][0];
    assert_eq!((&balance["symbol"], &balance["scale"]), (&json!("EUR"), &json!(2)));
    assert_eq!(balance["free"], (WEALTH - 100).to_string());
    let stranger = format!("0x{}", "07".repeat(32));
    let stranger = world.call("account_get", json!({ "account": stranger })).await;
    assert_eq!((&stranger["exists"], &stranger["balances"]), (&json!(false), &json!([])));

    let assets = world.call("asset_list", json!({})).await;
    assert_eq!(assets.as_array().unwrap().len(), 1);
    assert_eq!(assets[0]["asset"], euro());
    assert_eq!(assets[0]["supply"], (10 * WEALTH).to_string());
    assert_eq!(assets[0]["issuer"], address("ivan"));
    let after = world.call("asset_list", json!({ "after": euro() })).await;
    assert_eq!(after, json!([]));
    assert_eq!(world.call("asset_list", json!({ "limit": 0 })).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_is_read_and_walked() {
    let world = World::new().await;
    let assets = contract(2);
    let key = system::assets::Balance::key(
        &pair("alice").account(),
        &weal_types::AssetId(unhex(&json!(euro())).try_into().unwrap()),
    );
    let key = format!("0x{}", hex::encode(key));
    let get = json!({ "contract": assets, "key": key });
    let before = world.call("state_get", get.clone()).await;
    world.send("alice", transfer("bob", 100)).await;
    let after = world.call("state_get", get.clone()).await;
    assert!(before["value"] != after["value"] && after["height"] == "1");
    let past = world.call("state_get", json!({ "contract": assets, "key": key, "at": "0" })).await;
    assert_eq!(past, before);
    let future = json!({ "contract": assets, "key": key, "at": "2" });
    assert_eq!(world.refused("state_get", future).await.name, "unknown_block");
    let nothing = world.call("state_get", json!({ "contract": assets, "key": "0x" })).await;
    assert_eq!(nothing, json!({ "height": "1" }));
    let long = format!("0x{}", "00".repeat(257));
    let refused = world.refused("state_get", json!({ "contract": assets, "key": long })).await;
    assert_eq!(refused.name, "invalid_params");

    let all = world.call("state_range", json!({ "contract": assets })).await;
    let all = all["entries"].as_array().unwrap();
    assert_eq!(all.len(), 11);
    for direction in ["ascending", "descending"] {
        let mut walked = Vec::new();
        let mut page = json!({ "contract": assets, "direction": direction, "limit": 4 });
        loop {
            let answer = world.call("state_range", page.clone()).await;
            walked.extend(answer["entries"].as_array().unwrap().clone());
            let Some(next) = answer.get("next") else { break };
            page[if direction == "ascending" { "from" } else { "to" }] = next.clone();
        }
        if direction == "descending" {
            walked.reverse();
        }
        assert_eq!(&walked, all, "{direction}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_lead_to_the_certified_root() {
    let world = World::new().await;
    let assets = contract(2);
    let fresh = json!({ "contract": assets, "keys": ["0x00"] });
    assert_eq!(world.refused("state_proof", fresh).await.name, "no_certificate");
    world.send("alice", transfer("bob", 100)).await;
    let there = weal_types::AssetId(unhex(&json!(euro())).try_into().unwrap());
    let there = format!("0x{}", hex::encode(system::assets::Asset::key(&there)));
    let asked = json!({ "contract": assets, "keys": [there, "0x00"] });
    let proven = world.call("state_proof", asked).await;
    let header = FinalHeader::decode(&mut &unhex(&proven["header"])[..]).unwrap();
    let proof = StateProof::from_wire(&unhex(&proven["proof"])).unwrap();
    let keys: Vec<_> = proven["keys"].as_array().unwrap().iter().map(unhex).collect();
    let value = unhex(&proven["values"][0]);
    assert_eq!(proven["values"][1], Value::Null);
    let claims = [
        (StateKey::from_bytes(&keys[0]).unwrap(), Some(&value[..])),
        (StateKey::from_bytes(&keys[1]).unwrap(), None),
    ];
    proof.verify(&header.state_root, &claims).unwrap();
    assert_eq!(claims[0].0.contract(), system::ASSETS);
    assert!(value.starts_with(&1_u8.encode()));
    for count in [0, 151] {
        let asked = json!({ "contract": assets, "keys": vec!["0x00"; count] });
        assert_eq!(world.refused("state_proof", asked).await.name, "invalid_params");
    }
}
