//! Validators that are paused or parted, and come back.

use std::time::Duration;

use serde_json::json;
use weal_client::rpc::types::TxState;

use crate::world::World;

/// How long a chain without a quorum is watched.
const WATCHED: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn with_one_of_four_paused_the_chain_goes_on_and_with_two_it_waits() {
    let mut world = World::new(4).await;
    let first = world.send(0).await;
    world.settle(first, &[0, 1, 2, 3]).await;

    let shown = world.call(1, "dev_pause", json!({ "validator": 3 })).await;
    assert_eq!((&shown[3]["state"], &shown[2]["state"]), (&"paused".into(), &"running".into()));
    let second = world.send(0).await;
    world.settle(second, &[0, 1, 2]).await;
    assert_eq!(world.state(3, second).await, TxState::Unknown);
    // It says so to whoever asks, and takes nothing in.
    let health = world.call(3, "node_health", json!({})).await;
    assert_eq!((&health["ok"], &health["head"]), (&false.into(), &"1".into()), "{health}");
    let wire = format!("0x{}", hex::encode(world.transfer()));
    let verdicts = world.call(3, "tx_submit", json!({ "transactions": [wire] })).await;
    let message = verdicts[0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("paused"), "{verdicts}");
    world.nonce_is(2);

    world.call(0, "dev_pause", json!({ "validator": 2 })).await;
    let third = world.send(0).await;
    tokio::time::sleep(WATCHED).await;
    for validator in [0, 1] {
        assert_eq!(world.state(validator, third).await, TxState::Pending);
        assert_eq!(world.node(validator).head().header.height.0, 2);
    }
    let refused = world.refused(0, "dev_mine", json!({})).await;
    assert!(refused.contains("2 validators run and hear each other"), "{refused}");

    // Nothing was lost.
    world.call(0, "dev_resume", json!({})).await;
    world.settle(third, &[0, 1, 2, 3]).await;
    assert_eq!(world.agree().await, 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leader_is_paused_and_comes_back() {
    let mut world = World::new(4).await;
    // In view 0 of the first epoch, validator 0 leads.
    world.call(0, "dev_pause", json!({ "validator": 0 })).await;
    for _ in 0..3 {
        let hash = world.send(2).await;
        world.settle(hash, &[1, 2, 3]).await;
    }
    world.call(0, "dev_resume", json!({ "validator": 0 })).await;
    let hash = world.send(0).await;
    world.settle(hash, &[0, 1, 2, 3]).await;
    world.agree().await;
    // And it is needed again.
    world.call(0, "dev_pause", json!({ "validator": 1 })).await;
    let hash = world.send(3).await;
    world.settle(hash, &[0, 2, 3]).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn halves_wait_for_each_other_and_a_quorum_does_not() {
    let mut world = World::new(4).await;
    let first = world.send(0).await;
    world.settle(first, &[0, 1, 2, 3]).await;

    let groups = json!({ "groups": [[0, 1], [2, 3]] });
    let shown = world.call(0, "dev_partition", groups).await;
    assert_eq!((&shown[0]["group"], &shown[3]["group"]), (&json!([0, 1]), &json!([2, 3])));
    let second = world.send(0).await;
    tokio::time::sleep(WATCHED).await;
    for validator in 0..4 {
        assert_eq!(world.node(validator).head().header.height.0, 1);
    }
    let healed = world.call(2, "dev_heal", json!({})).await;
    assert_eq!(healed[0]["group"], json!([0, 1, 2, 3]));
    world.settle(second, &[0, 1, 2, 3]).await;

    world.call(0, "dev_partition", json!({ "groups": [[0, 1, 2], [3]] })).await;
    // Who is paused meanwhile comes back into its own group.
    world.call(0, "dev_pause", json!({ "validator": 3 })).await;
    world.call(0, "dev_resume", json!({})).await;
    let third = world.send(1).await;
    world.settle(third, &[0, 1, 2]).await;
    assert_eq!(world.state(3, third).await, TxState::Unknown);
    world.call(0, "dev_heal", json!({})).await;
    world.settle(third, &[3]).await;
    assert_eq!(world.agree().await, 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told() {
    let world = World::new(4).await;
    for (groups, expected) in [
        (json!([[0, 1], [2]]), "validator 3 is missing"),
        (json!([[0, 1], [1, 2, 3]]), "validator 1 stands twice"),
        (json!([[0, 1, 2, 3, 4]]), "no validator 4: they are 0 to 3"),
    ] {
        let refused = world.refused(0, "dev_partition", json!({ "groups": groups })).await;
        assert!(refused.contains(expected), "{refused}");
    }
    let refused = world.refused(0, "dev_pause", json!({ "validator": 9 })).await;
    assert!(refused.contains("no validator 9"), "{refused}");
    world.stop().await;

    let alone = World::new(1).await;
    let parted = json!({ "groups": [[0]] });
    for (method, params) in [
        ("dev_pause", json!({ "validator": 0 })),
        ("dev_resume", json!({})),
        ("dev_partition", parted),
        ("dev_heal", json!({})),
    ] {
        let refused = alone.refused(0, method, params).await;
        assert!(refused.contains("weal dev --validators 4"), "{method}: {refused}");
    }
    assert_eq!(alone.call(0, "dev_validators", json!({})).await[0]["state"], "running");
    alone.stop().await;
}
