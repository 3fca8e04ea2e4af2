//! What is done to the chain is done to all its validators.

use std::sync::Arc;

use serde_json::{Value, json};
use weal_node::{
    dev::{DevChain, DevStartError},
    devnet::{validator_seed, with_validators},
    node::Node,
    rpc::{RpcConfig, RpcServer},
    validator_key::ValidatorKey,
};

use crate::world::{World, config};

fn number(value: &Value) -> u64 {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_begin_at_once_and_two_or_three_never() {
    let directory = tempfile::tempdir().unwrap();
    for few in [0, 2, 3, 17] {
        let refused = DevChain::start("dev", few, &config(&directory)).err().unwrap();
        assert!(matches!(refused, DevStartError::Validators { given } if given == few));
        assert!(refused.to_string().contains("a devnet has 1, or 4 to 16"), "{refused}");
    }
    // What is kept belongs to one chain.
    for (first, second) in [(4, 1), (1, 4), (5, 4)] {
        let directory = tempfile::tempdir().unwrap();
        let chain = DevChain::start("dev", first, &config(&directory)).unwrap();
        chain.validators().iter().for_each(Node::stop);
        drop(chain);
        let other = DevChain::start("dev", second, &config(&directory)).err().unwrap();
        assert!(matches!(other, DevStartError::Other { .. }), "{first}, {second}: {other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_that_of_all() {
    let mut world = World::new(4).await;
    let hash = world.send(0).await;
    world.settle(hash, &[0, 1, 2, 3]).await;
    let before = number(&world.call(0, "dev_clock", json!({})).await["now_ms"]);
    let month = 30 * 86_400_000_u64;
    world.call(2, "dev_time", json!({ "advance_ms": month.to_string() })).await;
    for validator in 0..4 {
        let now = number(&world.call(validator, "dev_clock", json!({})).await["now_ms"]);
        assert!(now >= before + month);
    }
    let hash = world.send(1).await;
    world.settle(hash, &[0, 1, 2, 3]).await;
    assert!(world.node(3).head().header.time.0 >= before + month);
    // Nor does a clock that stands keep them from making blocks.
    let frozen = world.call(0, "dev_time", json!({ "freeze": true })).await;
    for _ in 0..2 {
        let hash = world.send(1).await;
        world.settle(hash, &[0, 1, 2, 3]).await;
    }
    let last = world.node(3).head().header.time.0;
    assert!(last.abs_diff(number(&frozen["now_ms"])) < 10, "{last}, {frozen}");
    world.agree().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_are_made_on_command_by_all() {
    let mut world = World::new(4).await;
    for (validator, height) in [(0, 1), (3, 2), (1, 3)] {
        let mined = world.call(validator, "dev_mine", json!({})).await;
        assert_eq!(number(&mined["height"]), height);
    }
    assert_eq!(world.agree().await, 3);
    world.call(1, "dev_seal", json!({ "mode": "manual" })).await;
    let hash = world.send(2).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(world.agree().await, 3, "manual means manual, and nobody is blamed for it");
    world.call(2, "dev_mine", json!({})).await;
    world.settle(hash, &[0, 1, 2, 3]).await;
    assert_eq!(world.agree().await, 4);
    // Longer than the others wait for a leader.
    let refused = world.refused(0, "dev_seal", json!({ "mode": { "every_ms": 2_000 } })).await;
    assert!(refused.contains("every 500 ms at the rarest"), "{refused}");
    world.call(0, "dev_seal", json!({ "mode": { "every_ms": 500 } })).await;
    for _ in 0..3 {
        let hash = world.send(2).await;
        world.settle(hash, &[0, 1, 2, 3]).await;
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_go_back_together_and_speak_again() {
    let mut world = World::new(4).await;
    let kept = world.send(0).await;
    world.settle(kept, &[0, 1, 2, 3]).await;
    let taken = world.call(1, "dev_snapshot", json!({})).await;
    assert_eq!(taken, json!({ "id": 1, "height": "1" }));
    let root = world.node(0).head().header.state_root;

    for _ in 0..2 {
        for _ in 0..3 {
            let hash = world.send(2).await;
            world.settle(hash, &[0, 1, 2, 3]).await;
        }
        // Whoever is paused or apart goes back as well, and takes part then.
        world.call(0, "dev_partition", json!({ "groups": [[0, 1, 2], [3]] })).await;
        world.call(0, "dev_pause", json!({ "validator": 2 })).await;
        let back = world.call(0, "dev_restore", json!({ "id": 1 })).await;
        assert_eq!(back, json!({ "id": 1, "height": "1" }));
        assert_eq!(world.agree().await, 1);
        assert_eq!(world.node(2).head().header.state_root, root);
        world.nonce_is(1);
    }
    // A quorum without one of them: none of the other three is silent.
    for absent in 0..4_u32 {
        world.call(0, "dev_pause", json!({ "validator": absent })).await;
        let others: Vec<_> = (0..4).filter(|other| *other != absent as usize).collect();
        let hash = world.send(others[0]).await;
        world.settle(hash, &others).await;
        world.call(0, "dev_resume", json!({ "validator": absent })).await;
        world.settle(hash, &[absent as usize]).await;
    }
    assert_eq!(world.call(3, "dev_reset", json!({})).await, json!({ "height": "0" }));
    world.nonce_is(0);
    let hash = world.send(3).await;
    world.settle(hash, &[0, 1, 2, 3]).await;
    assert_eq!(world.agree().await, 1);
    let refused = world.refused(0, "dev_restore", json!({ "id": 7 })).await;
    assert!(refused.contains("there is no snapshot 7"), "{refused}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_processes_does_not_go_its_own_way() {
    let directory = tempfile::tempdir().unwrap();
    let mut set_up = config(&directory);
    let key = |position| ValidatorKey::from_seed(validator_seed(position)).unwrap();
    let peer = |position| weal_net::Peer {
        key: key(position).public(),
        // Nobody is there.
        address: "127.0.0.1:1".into(),
    };
    set_up.network = Some(weal_node::core::NetworkPlace {
        listen: "127.0.0.1:0".parse().unwrap(),
        peers: (1..4).map(peer).collect(),
        followers: Vec::new(),
    });
    let node = Node::start(set_up, with_validators("dev", 4).unwrap(), key(0)).unwrap();
    let alone = Arc::new(DevChain::new(vec![node.clone()]));
    let server = RpcServer::start(
        node.clone(),
        RpcConfig { listen: "127.0.0.1:0".parse().unwrap(), ..RpcConfig::default() },
    )
    .await
    .unwrap();
    let url = format!("http://{}", server.address());
    let asked = tokio::task::spawn_blocking(move || {
        let client = weal_client::rpc::Client::new(&url, std::time::Duration::from_secs(5));
        let client = client.unwrap();
        let ask = |method: &str, params: Value| {
            client.request::<_, Value>(method, &params).unwrap_err().to_string()
        };
        [
            ask("dev_time", json!({ "advance_ms": "5" })),
            ask("dev_mine", json!({})),
            ask("dev_seal", json!({ "mode": "manual" })),
            ask("dev_snapshot", json!({})),
            ask("dev_restore", json!({ "id": 1 })),
            ask("dev_reset", json!({})),
            ask("dev_pause", json!({ "validator": 0 })),
        ]
    });
    for refused in asked.await.unwrap() {
        assert!(refused.contains("runs 1 of the chain's 4 validators"), "{refused}");
    }
    assert!(alone.is_whole().is_err());
    server.stop().await;
    node.stop();
}
