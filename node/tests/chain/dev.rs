//! Going back.

use weal_node::{dev::DevError, genesis::ChainSpec, node::Node};
use weal_types::Height;

use crate::world::{
    WEALTH, World, accepted, balances, config, document, finality, transfer, validator,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_brings_back_state_blocks_nonces_what_waits_and_the_clock() {
    let world = World::new();
    let node = &world.node;
    let first = accepted(node, transfer(node, 0, 0, 5)).await;
    finality(node, first).await;
    node.clock().advance(3_600_000);
    node.set_pace(true, 0);
    let waiting = accepted(node, transfer(node, 1, 0, 7)).await;
    let now = node.clock().now();
    let snapshot = node.dev().unwrap().snapshot().unwrap();
    assert_eq!((snapshot.height, snapshot.waiting), (Height(1), 1));

    node.make_due();
    finality(node, waiting).await;
    let later = accepted(node, transfer(node, 0, 1, 5)).await;
    node.make_due();
    finality(node, later).await;
    node.clock().advance(3_600_000);
    let root = node.head().header.state_root;

    // Twice: a snapshot is not used up.
    for _ in 0..2 {
        node.dev().unwrap().restore(snapshot.id).unwrap();
        assert_eq!(node.head().header.height, Height(1));
        assert!(node.clock().now().0 < now.0 + 1_800_000);
        assert_eq!(balances(node)[..2], [WEALTH - 5, WEALTH + 5]);
        assert_eq!(node.ledger().find(&later).unwrap(), None);
        // The chain goes on from there: what waited becomes final, and nonces count anew.
        node.make_due();
        finality(node, waiting).await;
        let again = accepted(node, transfer(node, 0, 1, 5)).await;
        node.make_due();
        finality(node, again).await;
        assert_eq!(node.head().header.state_root, root);
    }
    node.dev().unwrap().reset().unwrap();
    assert_eq!(node.head().header.height, Height::ZERO);
    assert_eq!(balances(node)[0], WEALTH);
    let hash = accepted(node, transfer(node, 0, 0, 5)).await;
    node.make_due();
    finality(node, hash).await;
    let missing = node.dev().unwrap().restore(9).unwrap_err().to_string();
    assert_eq!(missing, "there is no snapshot 9; there are: 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_devnet_goes_back() {
    let directory = tempfile::tempdir().unwrap();
    let spec = ChainSpec::from_toml(&document("private")).unwrap();
    let node = Node::start(config(directory.path()), spec, validator()).unwrap();
    assert!(matches!(node.dev().err(), Some(DevError::NoDevnet { .. })));
}
