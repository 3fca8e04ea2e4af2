//! A set of one: a quorum like any other.

use weal_consensus::{Action, Event, Life, Message, Timer};
use weal_types::Epoch;

use crate::lab::{Lab, Node, settings};

#[test]
fn one_validator_orders_executes_and_certifies_by_itself() {
    let mut lab = Lab::new(1);
    lab.grow_to(3);
    let node = &lab.nodes[0];
    assert_eq!(node.stable.len(), 3);
    for (header, certificate) in &node.stable {
        let certificate = certificate.as_ref().unwrap();
        assert_eq!(certificate.vote.hash, header.hash().0);
        assert_eq!((certificate.signers, certificate.signatures.len()), (1, 1));
    }
}

#[test]
fn a_silent_chain_has_neither_blocks_nor_timers() {
    let lab = Lab::new(1);
    assert!(lab.nodes[0].timers.is_empty());
    assert!(lab.nodes[0].journal.is_empty());
}

#[test]
fn blocks_keep_their_distance_unless_one_is_due() {
    let mut lab = Lab::new(1);
    lab.transactions_everywhere();
    lab.transactions_everywhere();
    assert_eq!(lab.heights(), [1]);
    lab.tell(0, Event::Due);
    assert_eq!(lab.heights(), [2]);
    lab.ring(0, Timer::Build);
    assert_eq!(lab.heights(), [3], "the pool was said to hold more");
}

#[test]
fn a_manual_chain_builds_only_what_is_due() {
    let mut lab = Lab::with(1, |settings| settings.pace.manual = true);
    lab.transactions_everywhere();
    assert_eq!(lab.heights(), [0]);
    lab.tell(0, Event::Due);
    assert_eq!(lab.heights(), [1]);
    lab.transactions_everywhere();
    assert_eq!(lab.heights(), [1]);
}

#[test]
fn nothing_is_executed_before_its_certificate_is_durable() {
    let mut lab = Lab::new(1);
    lab.nodes[0].is_disk_held = true;
    lab.transactions_everywhere();
    assert!(lab.nodes[0].headers.is_empty());
    let (token, _) = lab.nodes[0].held.pop_front().unwrap();
    lab.tell(0, Event::Durable(token));
    assert!(lab.nodes[0].headers.is_empty(), "B2: the PREPARE certificate is not on disk yet");
    lab.release_disk(0);
    assert_eq!(lab.heights(), [1]);
}

#[test]
fn a_restart_goes_on_where_the_journal_ends() {
    for persisted in 0..=2 {
        let mut lab = Lab::new(1);
        lab.nodes[0].is_disk_held = true;
        lab.transactions_everywhere();
        for _ in 0..persisted {
            let (token, records) = lab.nodes[0].held.pop_front().unwrap();
            lab.nodes[0].journal.extend(records);
            lab.tell(0, Event::Durable(token));
        }
        lab.restart(0, |_| {});
        let expected = u64::from(persisted > 0);
        assert_eq!(lab.heights(), [expected], "{persisted} records were durable");
    }
}

#[test]
fn an_answer_that_nobody_asked_for_stops_the_replica() {
    let mut node = Node::new(settings(1, 0));
    node.replica.step(crate::lab::NOW, Event::Start(Life(0)));
    let signed = Event::Signed(Message::Recall(Epoch(0), Life(0)));
    let actions = node.replica.step(crate::lab::NOW, signed);
    assert!(matches!(actions[..], [Action::Halt(_)]));
}
