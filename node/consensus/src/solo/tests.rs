//! The life of slots, as a table of events.

use super::*;
use weal_types::{ChainId, Epoch, Gas, PublicKey, certificate::Validator};

fn replica(pace_ms: u64) -> Solo {
    let validators = Bounded::new(vec![Validator { key: PublicKey([7; 32]) }]).unwrap();
    let validators = ValidatorSet { version: Version, epoch: Epoch::ZERO, validators };
    Solo::new(Settings { validators, stable: Height(4), pace_ms, manual: false })
}

fn proposal(height: u64) -> Proposal {
    Proposal {
        version: Version,
        epoch: Epoch::ZERO,
        height: Height(height),
        first_view: View::ZERO,
        proposer: 0,
        time: TimeMs(1_000),
        tx_root: [1; 32],
        tx_count: 1,
        tx_bytes: 100,
        gas: Gas(5),
        evidence_root: [2; 32],
    }
}

fn header(height: u64) -> FinalHeader {
    FinalHeader {
        version: Version,
        chain: ChainId([3; 32]),
        epoch: Epoch::ZERO,
        height: Height(height),
        parent: weal_types::BlockHash([4; 32]),
        proposal: proposal(height).digest(),
        time: TimeMs(1_000),
        tx_root: [1; 32],
        tx_count: 1,
        state_root: [5; 32],
        receipts_root: [6; 32],
        gas_used: Gas(5),
        set_id: [8; 32],
        next_set_id: [8; 32],
    }
}

fn own_vote(height: u64) -> SignedVote {
    let vote = Vote {
        kind: CertificateKind::Checkpoint,
        epoch: Epoch::ZERO,
        view: View::ZERO,
        height: Height(height),
        hash: header(height).hash().0,
    };
    SignedVote { vote, signer: 0, signature: [9; 64] }
}

const WAITING: Event = Event::Pool { oldest: Some(TimeMs(90)) };

fn halted(actions: &[Action]) -> bool {
    matches!(actions, [Action::Halt(_), ..])
}

#[test]
fn one_block_goes_through_every_stage_once() {
    let mut solo = replica(0);
    let at = |ms| TimeMs(ms);
    assert_eq!(solo.step(at(99), Event::Pool { oldest: None }), []);
    assert_eq!(solo.step(at(100), WAITING), [Action::Build(Height(5))]);
    assert_eq!(solo.step(at(100), WAITING), []);
    let built = solo.step(at(101), Event::Built(Height(5), Some(proposal(5))));
    assert_eq!(built, [Action::Persist(proposal(5)), Action::Build(Height(6))]);
    assert_eq!(solo.step(at(102), Event::Built(Height(6), None)), []);
    assert_eq!(solo.step(at(103), Event::Durable(Height(5))), [Action::Execute(proposal(5))]);
    let signing = solo.step(at(104), Event::Executed(header(5)));
    assert_eq!(signing, [Action::Sign(own_vote(5).vote)]);
    let stable = solo.step(at(105), Event::Voted(own_vote(5)));
    let [Action::Stable(final_header, certificate)] = &stable[..] else { panic!("{stable:?}") };
    assert_eq!(*final_header, header(5));
    assert_eq!((certificate.signers, certificate.signatures[0]), (1, [9; 64]));
    assert_eq!(certificate.vote.hash, header(5).hash().0);
    assert_eq!(solo.step(at(106), Event::Woken), []);
}

#[test]
fn slots_overlap_and_execute_in_order() {
    let mut solo = replica(0);
    solo.step(TimeMs(0), WAITING);
    for height in 5..8 {
        let actions = solo.step(TimeMs(0), Event::Built(Height(height), Some(proposal(height))));
        assert_eq!(actions[0], Action::Persist(proposal(height)));
        // Three are in flight: no fourth.
        assert_eq!(actions.len(), if height < 7 { 2 } else { 1 }, "{height}");
    }
    assert_eq!(solo.step(TimeMs(0), Event::Durable(Height(6))), []);
    assert_eq!(solo.step(TimeMs(0), Event::Durable(Height(5))), [Action::Execute(proposal(5))]);
    let next = solo.step(TimeMs(0), Event::Executed(header(5)));
    assert_eq!(next, [Action::Sign(own_vote(5).vote), Action::Execute(proposal(6))]);
    let stable = solo.step(TimeMs(0), Event::Voted(own_vote(5)));
    assert!(matches!(&stable[..], [Action::Stable(..), Action::Build(Height(8))]), "{stable:?}");
}

#[test]
fn blocks_keep_their_distance_under_load_and_only_then() {
    let mut solo = replica(10);
    assert_eq!(solo.step(TimeMs(100), WAITING), [Action::Build(Height(5))]);
    let built = solo.step(TimeMs(103), Event::Built(Height(5), Some(proposal(5))));
    assert_eq!(built, [Action::Persist(proposal(5)), Action::WakeAt(TimeMs(110))]);
    assert_eq!(solo.step(TimeMs(109), Event::Woken), [Action::WakeAt(TimeMs(110))]);
    assert_eq!(solo.step(TimeMs(110), Event::Woken), [Action::Build(Height(6))]);
}

#[test]
fn a_manual_chain_waits_until_a_block_is_due_and_then_builds_one_even_if_empty() {
    let mut solo = replica(10);
    solo.set_pace(true, 10);
    assert_eq!(solo.step(TimeMs(0), WAITING), []);
    assert_eq!(solo.step(TimeMs(0), Event::Due), [Action::Build(Height(5))]);
    let built = solo.step(TimeMs(0), Event::Built(Height(5), Some(proposal(5))));
    assert_eq!(built, [Action::Persist(proposal(5))]);
}

#[test]
fn answers_to_no_question_stop_the_replica() {
    let events = [
        Event::Built(Height(5), Some(proposal(5))),
        Event::Durable(Height(5)),
        Event::Executed(header(5)),
        Event::Voted(own_vote(5)),
    ];
    for event in events {
        assert!(halted(&replica(0).step(TimeMs(0), event.clone())), "{event:?}");
    }
    let mut solo = replica(0);
    solo.step(TimeMs(0), WAITING);
    solo.step(TimeMs(0), Event::Built(Height(5), Some(proposal(5))));
    solo.step(TimeMs(0), Event::Durable(Height(5)));
    solo.step(TimeMs(0), Event::Executed(header(5)));
    let mut other = own_vote(5);
    other.vote.hash = [0; 32];
    assert!(halted(&solo.step(TimeMs(0), Event::Voted(other))), "a vote for another header");
}
