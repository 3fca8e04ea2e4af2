//! What only a devnet does.

use serde_json::{Value, json};

use crate::world::{WEALTH, World, address, document, euro, transfer};

#[tokio::test(flavor = "multi_thread")]
async fn the_clock() {
    let world = World::new().await;
    let now = |clock: &Value| clock["now_ms"].as_str().unwrap().parse::<u64>().unwrap();
    let frozen = world.call("dev_time", json!({ "freeze": true })).await;
    assert_eq!(frozen["mode"], "frozen");
    assert_eq!(world.call("dev_clock", json!({})).await, frozen);
    let later = world.call("dev_time", json!({ "advance_ms": "5000" })).await;
    assert_eq!(now(&later), now(&frozen) + 5_000);
    let set = (now(&later) + 1_000).to_string();
    let set = world.call("dev_time", json!({ "set_ms": set })).await;
    assert_eq!(now(&set), now(&later) + 1_000);
    let back = world.refused("dev_time", json!({ "set_ms": "5" })).await;
    assert_eq!(back.name, "dev_refused");
    assert!(back.message.contains("time does not go back"), "{back:?}");
    let following = world.call("dev_time", json!({ "follow": true })).await;
    assert!(following["mode"] == "following" && now(&following) >= now(&set));
    for bad in [json!({}), json!({ "freeze": true, "follow": true }), json!({ "freeze": false })] {
        assert_eq!(world.refused("dev_time", bad).await.name, "invalid_params");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_on_demand_and_on_command() {
    let world = World::new().await;
    assert_eq!(world.call("dev_mine", json!({ "blocks": 3 })).await, json!({ "height": "3" }));
    for mode in [json!("manual"), json!("demand"), json!({ "every_ms": 20 })] {
        let sealed = world.call("dev_seal", json!({ "mode": mode })).await;
        assert_eq!(sealed["mode"], mode);
    }
    for count in [0, 1_001] {
        let refused = world.refused("dev_mine", json!({ "blocks": count })).await;
        assert_eq!(refused.name, "invalid_params");
    }
    assert_eq!(world.refused("dev_seal", json!({ "mode": "never" })).await.name, "invalid_params");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_and_back_again() {
    let world = World::new().await;
    world.send("alice", transfer("bob", 100)).await;
    let taken = world.call("dev_snapshot", json!({})).await;
    assert_eq!(taken, json!({ "id": 1, "height": "1" }));
    world.send("alice", transfer("bob", 100)).await;
    let back = world.call("dev_restore", json!({ "id": 1 })).await;
    assert_eq!(back["height"], "1");
    let alice = world.call("account_get", json!({ "account": address("alice") })).await;
    assert_eq!(alice["balances"][0]["free"], (WEALTH - 100).to_string());
    assert_eq!(world.call("dev_reset", json!({})).await, json!({ "height": "0" }));
    world.send("alice", transfer("bob", 100)).await;
    let refused = world.refused("dev_restore", json!({ "id": 7 })).await;
    assert_eq!(refused.name, "unknown_snapshot");
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_anybody() {
    let world = World::new().await;
    let accounts = world.call("dev_accounts", json!({})).await;
    assert_eq!(accounts.as_array().unwrap().len(), 10);
    assert_eq!(
        (&accounts[0]["name"], &accounts[0]["account"]),
        (&json!("alice"), &json!(address("alice")))
    );
    let stranger = format!("0x{}", "07".repeat(32));
    let given = world.call("dev_faucet", json!({ "account": stranger })).await;
    assert_eq!(given["outcome"]["status"], "applied", "{given}");
    world.call("dev_faucet", json!({ "account": stranger, "amount": "5", "asset": euro() })).await;
    let account = world.call("account_get", json!({ "account": stranger })).await;
    assert_eq!(account["balances"][0]["free"], (100_000 + 5).to_string());
    let nothing = json!({ "account": stranger, "asset": stranger });
    assert_eq!(world.refused("dev_faucet", nothing).await.name, "dev_refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_this_exists_elsewhere() {
    let world = World::of(&document("private"), |_| {}).await;
    for method in ["dev_time", "dev_faucet", "dev_reset", "dev_accounts"] {
        let refused = world.refused(method, json!({})).await;
        assert_eq!((refused.name.as_str(), refused.code), ("method_not_found", -32_601));
    }
    let document = world.call("rpc_discover", json!({})).await;
    let methods = document["methods"].as_array().unwrap();
    assert!(methods.iter().all(|method| !method["name"].as_str().unwrap().starts_with("dev_")));
}
