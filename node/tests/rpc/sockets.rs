//! WebSockets: calls, subscriptions, readers that do not read.

use serde_json::{Value, json};

use crate::{
    wire::{Socket, request},
    world::{World, address, system, transfer},
};

#[tokio::test(flavor = "multi_thread")]
async fn blocks_arrive_as_they_become_final() {
    let world = World::new().await;
    let mut socket = Socket::open(world.address).await;
    let id = socket.call("blocks_subscribe", json!({})).await["result"].take();
    for height in ["1", "2"] {
        world.call("dev_mine", json!({})).await;
        let message = socket.receive().await.unwrap();
        assert_eq!(message["method"], "blocks");
        assert_eq!(message["params"]["subscription"], id);
        let block = &message["params"]["result"];
        assert_eq!(block["height"], height);
        assert_eq!(*block, world.call("chain_head", json!({})).await);
    }
    assert_eq!(socket.call("blocks_unsubscribe", json!([id])).await["result"], true);
    world.call("dev_mine", json!({})).await;
    // The next message is an answer, and not a block.
    assert_eq!(socket.call("chain_head", json!({})).await["result"]["height"], "3");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_arrive_and_are_found_again() {
    let world = World::new().await;
    let mut socket = Socket::open(world.address).await;
    let filter = json!({ "contract": system(2), "name": "Transferred" });
    socket.call("events_subscribe", filter.clone()).await;
    let mut other = Socket::open(world.address).await;
    other.call("events_subscribe", json!({ "contract": system(1) })).await;
    let mut seen = Vec::new();
    for amount in 1..=5 {
        world.send("alice", transfer("bob", amount)).await;
        let message = socket.receive().await.unwrap();
        let event = message["params"]["result"].clone();
        assert_eq!(event["value"]["amount"], amount.to_string());
        seen.push(event);
    }
    let found = world.call("events_query", filter.clone()).await;
    assert_eq!((&found["events"], found.get("next")), (&json!(seen), None));
    // In pages, by height, by topic.
    let mut paged = Vec::new();
    let mut asked = filter.clone();
    asked["limit"] = json!(2);
    loop {
        let page = world.call("events_query", asked.clone()).await;
        paged.extend(page["events"].as_array().unwrap().clone());
        let Some(next) = page.get("next") else { break };
        asked["cursor"] = next.clone();
    }
    assert_eq!(paged, seen);
    let mut asked = filter.clone();
    (asked["from_height"], asked["to_height"]) = (json!("2"), json!("3"));
    let found = world.call("events_query", asked).await;
    assert_eq!(found["events"], json!(seen[1..3]));
    let mut asked = filter;
    asked["topic"] = json!({ "index": 0, "value": seen[0]["topics"][0] });
    assert_eq!(world.call("events_query", asked.clone()).await["events"], json!(seen));
    asked["topic"]["index"] = json!(1);
    assert_eq!(world.call("events_query", asked).await["events"], json!([]));
    let all = world.call("events_query", json!({})).await;
    assert_eq!(all["events"], json!(seen));
    for bad in [
        json!({ "topic": { "index": 0, "value": "0x" } }),
        json!({ "cursor": "0x00" }),
        json!({ "limit": 0 }),
        json!({ "limit": 1_001 }),
    ] {
        assert_eq!(world.refused("events_query", bad).await.name, "invalid_params");
    }
    // Whoever asked for others heard nothing.
    let answer = other.call("chain_head", json!({})).await;
    assert_eq!(answer["result"]["height"], "5");
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_with_bad_params_are_refused() {
    let world = World::new().await;
    let mut socket = Socket::open(world.address).await;
    for params in [json!({ "contract": address("alice") }), json!({ "topic": 1 }), json!([1])] {
        let answer = socket.call("events_subscribe", params).await;
        assert_eq!(answer["error"]["data"]["name"], "invalid_params", "{answer}");
    }
    assert_eq!(socket.call("events_unsubscribe", json!([7])).await["result"], false);
}

/// A reader that leaves its answers lying loses its subscription and learns why, and costs nobody
/// else anything.
#[tokio::test(flavor = "multi_thread")]
async fn slow_readers_are_dropped_with_a_reason() {
    let world = World::limited(|limits| (limits.unread, limits.slow_ms) = (1, 300)).await;
    let mut slow = Socket::open(world.address).await;
    slow.call("blocks_subscribe", json!({})).await;
    let mut quick = Socket::open(world.address).await;
    quick.call("blocks_subscribe", json!({})).await;
    // More than all buffers between the two hold.
    let length = world.call("rpc_discover", json!({})).await.to_string().len();
    let count = 16 * 1024 * 1024 / length;
    // On a busy machine blocks may come before the answers that fill the buffers: then once more.
    for _ in 0..20 {
        for _ in 0..count {
            slow.send(&request("rpc_discover", &json!({}))).await;
        }
        for _ in 0..3 {
            world.call("dev_mine", json!({})).await;
            assert_eq!(quick.receive().await.unwrap()["method"], "blocks");
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let (mut answers, mut blocks, mut reason) = (0, 0, Value::Null);
        while answers < count || reason.is_null() && blocks < 3 {
            let message = slow.receive().await.expect("the connection stays");
            match message["method"].as_str() {
                Some("blocks") => {
                    reason = message["params"]["error"].clone();
                    blocks += 1;
                }
                _ => answers += 1,
            }
        }
        if !reason.is_null() {
            assert_eq!(reason["data"]["name"], "slow_reader", "{reason}");
            let limit = json!({ "name": "rpc.limits.slow_ms", "value": 300 });
            assert_eq!(reason["data"]["limit"], limit);
            return;
        }
    }
    panic!("who left its answers lying was never dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_nothing_is_cut() {
    let world = World::limited(|limits| limits.stall_ms = 300).await;
    let mut idle = Socket::open(world.address).await;
    let mut silent = Socket::open(world.address).await;
    let length = world.call("rpc_discover", json!({})).await.to_string().len();
    let flood = async {
        for _ in 0..(32 * 1024 * 1024 / length) {
            silent.send(&request("rpc_discover", &json!({}))).await;
        }
    };
    // The flood ends when nothing more is read, or with the connection.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(2), flood).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    // What lies in the buffers is still there; then comes the end, and not the 30 s later at which
    // silence would be noticed.
    let end = async {
        while let Some(message) = silent.receive().await {
            assert!(message["result"].is_object() || message["error"].is_object());
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), end).await.expect("an early end");
    // Silence is not the same as not reading.
    assert!(idle.call("chain_head", json!({})).await["result"].is_object());
}
