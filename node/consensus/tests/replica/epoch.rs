//! Validators change.

use weal_consensus::{Handover, Timer};
use weal_types::{Epoch, Height};

use crate::lab::{Lab, set};

fn ending(lab: &mut Lab, from: u64, end: u64, keys: [u8; 4]) {
    for node in &mut lab.nodes {
        let handover = Handover { end: Height(end), next: set(1, keys), then: None };
        node.handover = Some((Height(from), handover));
    }
}

#[test]
fn an_epoch_is_filled_up_and_the_next_begins_with_its_set() {
    let mut lab = Lab::new(4);
    // Validator 0 moves to the end of the set.
    ending(&mut lab, 2, 6, [1, 2, 3, 0]);
    lab.transactions_everywhere();
    lab.nothing_to_order();
    lab.ring_all(Timer::Build);
    lab.transactions_everywhere();
    lab.nothing_to_order();
    for _ in 0..8 {
        lab.ring_all(Timer::Build);
    }
    assert_eq!(lab.heights(), [6; 4], "empty blocks lead to the end");
    let positions: Vec<_> = lab.nodes.iter().map(|node| node.entered.clone()).collect();
    let entered = |me| vec![(Epoch(1), Some(me))];
    assert_eq!(positions, [entered(3), entered(0), entered(1), entered(2)]);
}

/// Nobody makes a block on an idle chain: from none would the next set have learnt that its own end
/// is decided as well.
#[test]
fn an_end_that_is_decided_before_its_epoch_begins_needs_no_transaction() {
    let mut lab = Lab::new(4);
    ending(&mut lab, 1, 3, [0, 1, 2, 3]);
    for (_, first) in lab.nodes.iter_mut().filter_map(|node| node.handover.as_mut()) {
        let second = Handover { end: Height(6), next: set(2, [0, 1, 2, 3]), then: None };
        first.then = Some(Box::new(second));
    }
    lab.transactions_everywhere();
    lab.nothing_to_order();
    for _ in 0..8 {
        lab.ring_all(Timer::Build);
    }
    assert_eq!(lab.heights(), [6; 4], "empty blocks lead to both ends");
    for (at, node) in (0..).zip(&lab.nodes) {
        assert_eq!(node.entered, [(Epoch(1), Some(at)), (Epoch(2), Some(at))]);
    }
}

#[test]
fn a_validator_that_leaves_is_told_so() {
    let mut lab = Lab::new(4);
    ending(&mut lab, 1, 3, [1, 2, 3, 9]);
    for _ in 0..8 {
        lab.transactions_everywhere();
        lab.ring_all(Timer::Build);
    }
    assert_eq!(lab.nodes[0].entered, [(Epoch(1), None)]);
    assert_eq!(lab.heights()[0], 3);
}

#[test]
fn whoever_missed_the_end_gets_its_certificate() {
    let mut lab = Lab::new(4);
    ending(&mut lab, 1, 4, [0, 1, 2, 3]);
    lab.cut_off(3);
    for _ in 0..8 {
        lab.transactions_everywhere();
        lab.ring_all(Timer::Build);
    }
    assert!(lab.heights()[0] >= 4);
    lab.cut.clear();
    lab.ring(3, Timer::Heartbeat);
    lab.run();
    lab.ring(3, Timer::Heartbeat);
    let sync = lab.nodes[3].syncs.first().expect("it asks for the blocks");
    assert_eq!((sync.vote.epoch, sync.vote.height), (Epoch(0), Height(4)));
}
