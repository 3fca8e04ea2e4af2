//! Every limit: one less passes, one more is refused with the limit's name and value.

use serde_json::{Value, json};

use crate::{
    wire::{Socket, post, post_with, request, send},
    world::{Refused, World, system},
};

fn refused(mut answer: Value) -> Refused {
    Refused::of(answer["error"].take())
}

#[tokio::test(flavor = "multi_thread")]
async fn body_bytes() {
    let world = World::limited(|limits| limits.body_bytes = 1_000).await;
    let head = request("chain_head", &json!({}));
    let padded = |length: usize| head.clone() + &" ".repeat(length - head.len());
    assert_eq!(post(world.address, &padded(1_000)).await.status, 200);
    let long = post(world.address, &padded(1_001)).await;
    assert_eq!(long.status, 413);
    refused(long.json()).is_limit("limit_body", "body_bytes", 1_000);
    // Who does not say how much will come is asked to.
    let chunked = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n3e9\r\n{}\r\n0\r\n\r\n",
        padded(1_001)
    );
    assert_eq!(send(world.address, chunked.as_bytes()).await.status, 411);
    let mut socket = Socket::open(world.address).await;
    socket.send(&padded(1_001)).await;
    let answer = socket.receive().await.unwrap();
    assert!(answer["error"]["data"].as_str().unwrap().contains("1000"), "{answer}");
    assert!(socket.call("chain_head", json!({})).await["result"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn batch() {
    let world = World::limited(|limits| limits.batch = 2).await;
    let batch = |count: usize| {
        let requests = vec![request("chain_head", &json!({})); count];
        format!("[{}]", requests.join(","))
    };
    let answers = post(world.address, &batch(2)).await.json();
    assert_eq!(answers.as_array().unwrap().len(), 2);
    refused(post(world.address, &batch(3)).await.json()).is_limit("limit_batch", "batch", 2);
    let mut socket = Socket::open(world.address).await;
    socket.send(&batch(3)).await;
    refused(socket.receive().await.unwrap()).is_limit("limit_batch", "batch", 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections() {
    let world = World::limited(|limits| limits.connections = 2).await;
    let mut first = Socket::open(world.address).await;
    let second = Socket::open(world.address).await;
    let third = post(world.address, &request("chain_head", &json!({}))).await;
    assert_eq!(third.status, 503);
    refused(third.json()).is_limit("limit_connections", "connections", 2);
    assert!(first.call("chain_head", json!({})).await["result"].is_object());
    // A place is free again soon after its holder has left.
    drop(second);
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        if post(world.address, &request("chain_head", &json!({}))).await.status == 200 {
            return;
        }
    }
    panic!("the place did not become free");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_flight() {
    let world = World::limited(|limits| limits.in_flight = 2).await;
    let mut socket = Socket::open(world.address).await;
    let wait = json!({ "hash": format!("0x{}", "00".repeat(32)), "timeout_ms": 3_000 });
    for _ in 0..3 {
        socket.send(&request("tx_wait", &wait)).await;
    }
    // Any two of them may be the first to begin.
    let third = socket.receive().await.unwrap();
    refused(third).is_limit("limit_in_flight", "in_flight", 2);
    for _ in 0..2 {
        assert_eq!(socket.receive().await.unwrap()["result"]["state"], "unknown");
    }
    assert!(socket.call("chain_head", json!({})).await["result"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions() {
    let world = World::limited(|limits| limits.subscriptions = 1).await;
    let mut socket = Socket::open(world.address).await;
    let id = socket.call("blocks_subscribe", json!({})).await["result"].take();
    let second = socket.call("events_subscribe", json!({})).await;
    refused(second).is_limit("limit_subscriptions", "subscriptions", 1);
    // The server answers a subscription a moment before it can end it.
    let mut is_ended = false;
    for _ in 0..200 {
        is_ended |= socket.call("blocks_unsubscribe", json!([id])).await["result"] == true;
        if is_ended {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(is_ended);
    assert!(socket.call("events_subscribe", json!({})).await["error"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn rate() {
    let world = World::limited(|limits| {
        (limits.rate_per_second, limits.rate_burst, limits.rate_local) = (1, 4, true);
    })
    .await;
    let head = request("chain_head", &json!({}));
    let batch = format!("[{head},{head},{head}]");
    assert_eq!(post(world.address, &batch).await.json().as_array().unwrap().len(), 3);
    assert_eq!(post(world.address, &head).await.status, 200);
    let over = post(world.address, &head).await;
    assert_eq!(over.status, 429);
    refused(over.json()).is_limit("limit_rate", "rate_per_second", 1);
    let mut socket = Socket::open(world.address).await;
    refused(socket.call("chain_head", json!({})).await).is_limit(
        "limit_rate",
        "rate_per_second",
        1,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_on_the_same_machine_are_not_held_to_the_rate() {
    let world = World::limited(|limits| (limits.rate_per_second, limits.rate_burst) = (1, 1)).await;
    for _ in 0..10 {
        world.call("chain_head", json!({})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn response_bytes() {
    let world = World::limited(|limits| limits.response_bytes = 2_000).await;
    let long = world.refused("contract_abi", json!({ "contract": system(2) })).await;
    long.is_limit("limit_response", "response_bytes", 2_000);
    let head = request("chain_head", &json!({}));
    let batch = format!("[{}]", vec![head; 20].join(","));
    refused(post(world.address, &batch).await.json()).is_limit(
        "limit_response",
        "response_bytes",
        2_000,
    );
    // A page holds what fits, and says where it goes on.
    let page = world.call("state_range", json!({ "contract": system(2) })).await;
    let entries = page["entries"].as_array().unwrap().len();
    assert!((1..11).contains(&entries) && page["next"].is_string(), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn queries() {
    let world = World::limited(|limits| (limits.queries, limits.query_wait_ms) = (0, 50)).await;
    let refused = world.refused("chain_params", json!({})).await;
    refused.is_limit("limit_queries", "queries", 0);
    // What is answered from memory needs no place.
    world.call("chain_head", json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_head_is_refused() {
    let world = World::new().await;
    let fields = "x-field: 1\r\n".repeat(100);
    let response = post_with(world.address, &fields, "{}").await;
    assert_eq!(response.status, 431);
}
