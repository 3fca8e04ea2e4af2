//! What a replica knows after a crash, and what it does for those who lack something. Each test is
//! a mistake that the simulator found, as a short table of events.

use std::sync::Arc;

use weal_consensus::{
    Action, BlockLimits, Body, Check, Draft, Event, Handover, Life, Mark, Message, NewView,
    Ordered, PROGRESS_MS, Pace, PerSlot, PrePrepare, Recollection, Record, Replica, Settings,
    Signatures, Signed, SignedVote, Slotted, Status, Timer, Token, Verified, ViewChange,
};
use weal_types::{
    BlockHash, ChainId, Epoch, Gas, Height, PublicKey, TimeMs, View,
    block::{FinalHeader, Proposal},
    certificate::{Certificate, CertificateKind, Validator, ValidatorSet, Vote},
    codec::{Bounded, Version},
};

const CHAIN: ChainId = ChainId([3; 32]);
const NOW: TimeMs = TimeMs(1_000_000);
const LIFE: Life = Life(5);
const GENESIS: Mark = Mark { height: Height::ZERO, hash: [7; 32] };

/// Signatures are not what these tests are about.
struct AllHold;

impl Signatures for AllHold {
    fn hold(&self, _: &[Check]) -> bool {
        true
    }
}

fn set(epoch: u64) -> ValidatorSet {
    let validators = (0..4).map(|index| Validator { key: PublicKey([index; 32]) }).collect();
    let validators = Bounded::new(validators).unwrap();
    ValidatorSet { version: Version, epoch: Epoch(epoch), validators }
}

/// The first of four validators, at genesis.
fn replica() -> Replica {
    Replica::new(settings())
}

fn settings() -> Settings {
    Settings {
        chain: CHAIN,
        validators: set(0),
        me: 0,
        start: GENESIS,
        stable: GENESIS,
        certificate: None,
        handover: None,
        window: 8,
        term: 1_000,
        pace: Pace { between_ms: 25, in_flight: 8, manual: false },
        limits: BlockLimits { transactions: 10, bytes: 10_000 },
    }
}

fn proposal(epoch: u64, height: u64) -> Proposal {
    Proposal {
        version: Version,
        epoch: Epoch(epoch),
        height: Height(height),
        first_view: View::ZERO,
        proposer: 0,
        time: NOW,
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
        chain: CHAIN,
        epoch: Epoch::ZERO,
        height: Height(height),
        parent: BlockHash([4; 32]),
        proposal: proposal(0, height).digest(),
        time: NOW,
        tx_root: [1; 32],
        tx_count: 1,
        state_root: [5; 32],
        receipts_root: [6; 32],
        gas_used: Gas(5),
        set_id: set(0).id(),
        next_set_id: set(1).id(),
    }
}

fn vote(kind: CertificateKind, epoch: u64, view: u64, height: u64, hash: [u8; 32]) -> Vote {
    Vote { kind, epoch: Epoch(epoch), view: View(view), height: Height(height), hash }
}

fn certificate(vote: Vote) -> Arc<Certificate> {
    let signatures = Bounded::new(vec![[0; 64]; 3]).unwrap();
    Arc::new(Certificate { version: Version, vote, signers: 0b1110, signatures })
}

fn checkpoint(height: u64) -> Arc<Certificate> {
    certificate(vote(CertificateKind::Checkpoint, 0, 0, height, header(height).hash().0))
}

fn signed<T>(signer: u8, body: T) -> Signed<T> {
    Signed { body, signer, signature: [0; 64] }
}

/// A NEW-VIEW for view 1 by its leader, upon three changes that claim nothing.
fn new_view(stable: Mark, order: Vec<Slotted>) -> Arc<Signed<NewView>> {
    let change = |signer| {
        let body =
            ViewChange { epoch: Epoch::ZERO, view: View(1), stable, claims: PerSlot::default() };
        signed(signer, body)
    };
    let body = NewView {
        epoch: Epoch::ZERO,
        view: View(1),
        stable,
        order: Bounded::new(order).unwrap(),
        changes: Bounded::new((1..4).map(change).collect()).unwrap(),
        certificate: None,
        prepared: PerSlot::default(),
    };
    Arc::new(signed(1, body))
}

fn hear(replica: &mut Replica, from: u8, message: Message) -> Vec<Action> {
    let message = Verified::check(message, &replica.rules(), &AllHold).unwrap();
    replica.step(NOW, Event::Message { from, message })
}

fn remember(replica: &mut Replica, from: u8, epoch: u64, votes: Vec<SignedVote>) -> Vec<Action> {
    let votes = Bounded::new(votes).unwrap();
    let held = Recollection { votes, ..Recollection::default() };
    hear(replica, from, Message::Recalled(Epoch(epoch), LIFE, Arc::new(held)))
}

fn status(stable: u64) -> Message {
    Message::Status(Status {
        epoch: Epoch::ZERO,
        view: View::ZERO,
        is_active: true,
        change: View::ZERO,
        is_unfair: false,
        stable: Height(stable),
        ordered: 0,
        bodies: 0,
    })
}

fn is_muted(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Mute(_)))
}

/// A replica that was asked for nothing by the others, and may speak.
fn awake() -> Replica {
    let mut replica = replica();
    replica.step(NOW, Event::Start(LIFE));
    remember(&mut replica, 1, 0, Vec::new());
    remember(&mut replica, 2, 0, Vec::new());
    assert!(replica.has_voice());
    replica
}

/// The database was behind the end of epoch 0, the journal was not: what was accepted and prepared
/// in epoch 1 was forgotten, and said otherwise.
#[test]
fn records_of_the_next_epoch_wait_until_it_begins() {
    let mut replica = replica();
    let digest = proposal(1, 3).digest();
    let records = [
        Record::Stable(checkpoint(2)),
        Record::Accepted { view: View::ZERO, proposal: proposal(1, 3) },
        Record::Prepared(certificate(vote(CertificateKind::Prepare, 1, 0, 3, digest))),
    ];
    for record in records {
        replica.step(NOW, Event::Replay(record));
    }
    replica.step(NOW, Event::Start(LIFE));
    replica.step(NOW, Event::Expired(Timer::Heartbeat));
    let handover = Some(Handover { end: Height(2), next: set(1), then: None });
    let synced = Event::Synced { header: header(2), certificate: checkpoint(2), handover };
    let entered = replica.step(NOW, synced);
    assert!(entered.contains(&Action::Entered(Epoch(1), Some(0))), "{entered:?}");
    assert!(!replica.has_voice(), "the others may remember more");
    remember(&mut replica, 1, 1, Vec::new());
    let resumed = remember(&mut replica, 2, 1, Vec::new());
    for kind in [CertificateKind::Prepare, CertificateKind::Commit] {
        let again = Action::Sign(Draft::Vote(vote(kind, 1, 0, 3, digest)));
        assert!(resumed.contains(&again), "{kind:?}: {resumed:?}");
    }
}

/// A PREPARE for what a NEW-VIEW orders has no record of its own: the NEW-VIEW is its record, also
/// while it waits for blocks.
#[test]
fn a_new_view_that_waits_for_blocks_is_remembered() {
    let mut replica = replica();
    let stable = Mark { height: Height(2), hash: header(2).hash().0 };
    let slotted = Slotted { height: Height(3), digest: [8; 32] };
    replica.step(NOW, Event::Replay(Record::Stable(checkpoint(2))));
    replica.step(NOW, Event::Replay(Record::NewView(new_view(stable, vec![slotted]))));
    replica.step(NOW, Event::Start(LIFE));
    let own = |hash| signed(0, vote(CertificateKind::Prepare, 0, 1, 3, hash));
    assert!(!is_muted(&remember(&mut replica, 1, 0, vec![own([8; 32])])));
    assert!(is_muted(&remember(&mut replica, 2, 0, vec![own([9; 32])])));
}

/// A view that is entered while the others are asked hides no COMMIT that an old journal lacks: the
/// next VIEW-CHANGE would not claim it.
#[test]
fn a_later_view_does_not_hide_a_forgotten_commit() {
    let mut replica = replica();
    replica.step(NOW, Event::Start(LIFE));
    let heard = hear(&mut replica, 1, Message::NewView(new_view(GENESIS, Vec::new())));
    let token = heard.iter().find_map(|action| match action {
        Action::Persist(token, _) => Some(*token),
        _ => None,
    });
    replica.step(NOW, Event::Durable(token.unwrap_or(Token(0))));
    assert_eq!(replica.view(), View(1));
    let forgotten = signed(0, vote(CertificateKind::Commit, 0, 0, 1, [8; 32]));
    assert!(is_muted(&remember(&mut replica, 1, 0, vec![forgotten])));
}

/// A machine that lost its journal twice within seconds took the answers that its first life had
/// asked for, and contradicted what that life said after it had asked. Its clock tells no lives
/// apart: it may have been set back.
#[test]
fn answers_to_an_earlier_life_count_for_nothing() {
    let mut replica = replica();
    let next = Life(LIFE.0 + 1);
    let asked = replica.step(NOW, Event::Start(next));
    let question = Action::Broadcast(Message::Recall(Epoch::ZERO, next));
    assert!(asked.contains(&question), "{asked:?}");
    for from in 1..4 {
        remember(&mut replica, from, 0, Vec::new());
    }
    assert!(!replica.has_voice());
    let answer = hear(&mut replica, 1, Message::Recall(Epoch::ZERO, LIFE));
    let answers: Vec<_> = answer
        .iter()
        .filter_map(|action| match action {
            Action::Send(1, Message::Recalled(_, life, _)) => Some(*life),
            _ => None,
        })
        .collect();
    assert_eq!(answers, [LIFE]);
}

/// Two of three could be stuck for ever: they had executed a height, and whoever held its
/// certificate asked them for blocks that they did not know to be final.
#[test]
fn a_certificate_that_is_of_no_use_here_is_passed_on() {
    let mut replica = awake();
    hear(&mut replica, 1, Message::Certificate(checkpoint(2)));
    let answer = hear(&mut replica, 2, status(1));
    let passed_on = Action::Send(2, Message::Certificate(checkpoint(2)));
    assert!(answer.contains(&passed_on), "{answer:?}");
}

/// A quorum whose databases were behind looked for a certified block that only somebody who was
/// gone had executed. It ordered the height once more, and executed nothing while it looked.
#[test]
fn what_is_ordered_is_executed_while_blocks_are_looked_for() {
    let mut replica = awake();
    hear(&mut replica, 1, Message::Certificate(checkpoint(1)));
    let late = replica.step(NOW, Event::Expired(Timer::Heartbeat));
    assert!(late.contains(&Action::Sync(checkpoint(1))), "{late:?}");
    let digest = proposal(0, 1).digest();
    let ordered = certificate(vote(CertificateKind::Commit, 0, 0, 1, digest));
    hear(&mut replica, 2, Message::Certificate(ordered));
    let body = Body::Valid(proposal(0, 1));
    let found = replica.step(NOW, Event::Body { height: Height(1), digest, body });
    let execute = Action::Execute(Ordered::Proposal(proposal(0, 1)));
    assert!(found.contains(&execute), "{found:?}");
    let executed = replica.step(NOW, Event::Executed { header: header(1), handover: None });
    let stable = Action::Stable(header(1), Some(checkpoint(1)));
    assert!(executed.contains(&stable), "{executed:?}");
}

/// A height could be final and nobody could execute it: its order, or transactions that had come
/// after it was ordered, were not durable when CHECKPOINT was said, and a quorum lost power. The
/// vote waits for both (rule B3).
#[test]
fn a_checkpoint_waits_until_the_order_and_the_transactions_are_durable() {
    let mut replica = awake();
    let digest = proposal(0, 1).digest();
    let ordered = certificate(vote(CertificateKind::Commit, 0, 0, 1, digest));
    let heard = hear(&mut replica, 1, Message::Certificate(ordered.clone()));
    let [Action::Persist(order, records), ..] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!(records[..], [Record::Ordered(ordered)]);
    let body = Body::Valid(proposal(0, 1));
    let found = replica.step(NOW, Event::Body { height: Height(1), digest, body });
    let [Action::Persist(kept, records), Action::Execute(_), ..] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(records[..], [Record::Body(proposal(0, 1))]);
    let hash = header(1).hash().0;
    let checkpoint = Action::Sign(Draft::Vote(vote(CertificateKind::Checkpoint, 0, 0, 1, hash)));
    let executed = replica.step(NOW, Event::Executed { header: header(1), handover: None });
    assert!(!executed.contains(&checkpoint), "{executed:?}");
    assert!(!replica.step(NOW, Event::Durable(*order)).contains(&checkpoint));
    assert!(replica.step(NOW, Event::Durable(*kept)).contains(&checkpoint));
}

/// A PREPARE certificate came while the others were asked, and the disk was slow: the COMMIT went
/// out before the certificate was durable, and a crash forgot what it rests on.
#[test]
fn a_commit_waits_for_its_certificate_also_when_a_voice_comes_back() {
    let mut replica = replica();
    replica.step(NOW, Event::Start(LIFE));
    let digest = proposal(0, 1).digest();
    for signer in 1..4 {
        let prepare = signed(signer, vote(CertificateKind::Prepare, 0, 0, 1, digest));
        hear(&mut replica, signer, Message::Vote(prepare));
    }
    let body = Body::Valid(proposal(0, 1));
    let found = replica.step(NOW, Event::Body { height: Height(1), digest, body });
    let token = found.into_iter().find_map(|action| match action {
        Action::Persist(token, _) => Some(token),
        _ => None,
    });
    remember(&mut replica, 1, 0, Vec::new());
    let resumed = remember(&mut replica, 2, 0, Vec::new());
    let commit = Action::Sign(Draft::Vote(vote(CertificateKind::Commit, 0, 0, 1, digest)));
    assert!(replica.has_voice() && !resumed.contains(&commit), "{resumed:?}");
    let durable = replica.step(NOW, Event::Durable(token.unwrap_or(Token(0))));
    assert!(durable.contains(&commit), "{durable:?}");
}

/// The state of the database already schedules the end of the epoch: no slot beyond it is voted
/// for.
#[test]
fn an_end_that_the_database_knows_is_known_at_once() {
    let mut settings = settings();
    settings.handover = Some(Handover { end: Height(1), next: set(1), then: None });
    let mut replica = Replica::new(settings);
    replica.step(NOW, Event::Start(LIFE));
    remember(&mut replica, 1, 0, Vec::new());
    remember(&mut replica, 2, 0, Vec::new());
    for height in 1..3 {
        let body = PrePrepare { view: View::ZERO, proposal: proposal(0, height) };
        let from_leader = Message::PrePrepare(signed(0, body));
        hear(&mut replica, 1, from_leader);
        let digest = proposal(0, height).digest();
        let body = Body::Valid(proposal(0, height));
        let found = replica.step(NOW, Event::Body { height: Height(height), digest, body });
        let accepts = found.iter().any(|action| matches!(action, Action::Persist(..)));
        assert_eq!(accepts, height == 1, "{height}: {found:?}");
    }
}

/// Transactions that only one validator knew were never offered once it had left its view alone.
#[test]
fn whoever_leaves_a_view_alone_still_offers_its_transactions() {
    let mut replica = awake();
    replica.step(NOW, Event::Pool(Some(NOW)));
    let left = replica.step(NOW, Event::Expired(Timer::Progress));
    let token = left.iter().find_map(|action| match action {
        Action::Persist(token, _) => Some(*token),
        _ => None,
    });
    let durable = replica.step(NOW, Event::Durable(token.unwrap_or(Token(0))));
    let [Action::Sign(draft), ..] = &durable[..] else { panic!("{durable:?}") };
    replica.step(NOW, Event::Signed(draft.clone().signed(0, [0; 64])));
    let again = replica.step(NOW, Event::Expired(Timer::Resend));
    assert!(again.contains(&Action::Offer), "{again:?}");
}

/// Replicas that had just started could not leave the view of a leader that proposed two blocks for
/// one slot, and showed both to everybody whenever they were shown them: a storm.
#[test]
fn whoever_may_not_leave_a_view_shows_its_two_proposals_once() {
    let mut replica = replica();
    replica.step(NOW, Event::Start(LIFE));
    let mut shown = 0;
    for round in 0..6 {
        let mut proposal = proposal(0, 1);
        proposal.time = TimeMs(NOW.0 + round % 2);
        let body = PrePrepare { view: View::ZERO, proposal };
        let heard = hear(&mut replica, 1, Message::PrePrepare(signed(0, body)));
        shown += heard
            .iter()
            .filter(|action| matches!(action, Action::Broadcast(Message::PrePrepare(_))))
            .count();
    }
    assert_eq!(shown, 2);
}

/// A host stood still while it chose transactions, and its answer came in the next epoch, to a view
/// of the same number: the replica halted.
#[test]
fn a_block_for_a_settled_height_is_dropped() {
    let mut replica = awake();
    let late = Event::Built { view: View::ZERO, height: Height(1), proposal: None };
    assert_eq!(replica.step(NOW, late), []);
}

/// A node began another replica while the journal had to answer to the one before, whose tokens had
/// the same numbers: the new one voted before its disk had the record.
#[test]
fn an_answer_to_the_replica_before_is_none_to_its_successor() {
    let persisted = |replica: &mut Replica| {
        let certificate = certificate(vote(CertificateKind::Commit, 0, 0, 1, [8; 32]));
        match &hear(replica, 1, Message::Certificate(certificate))[..] {
            [Action::Persist(token, _), ..] => *token,
            other => panic!("{other:?}"),
        }
    };
    let mut before = awake();
    let old = persisted(&mut before);
    let mut after = before.successor(settings());
    after.step(NOW, Event::Start(LIFE));
    assert_ne!(persisted(&mut after), old);
}

/// Views were counted from the first one of the epoch, as if nothing had been ordered in any of
/// them: after a few changes of leaders, whoever started waited half a minute for one that was
/// gone.
#[test]
fn patience_begins_anew_after_a_restart() {
    let mut replica = replica();
    replica.step(NOW, Event::Replay(Record::NewView(new_view(GENESIS, Vec::new()))));
    replica.step(NOW, Event::Start(LIFE));
    remember(&mut replica, 1, 0, Vec::new());
    remember(&mut replica, 2, 0, Vec::new());
    assert_eq!(replica.view(), View(1));
    let actions = replica.step(NOW, Event::Pool(Some(NOW)));
    let waits = |action: &Action| match action {
        Action::SetTimer(Timer::Progress, milliseconds) => Some(*milliseconds),
        _ => None,
    };
    assert_eq!(actions.iter().find_map(waits), Some(PROGRESS_MS));
}
