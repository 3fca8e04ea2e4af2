//! Coming back, with the journal as it was, and with an old one.

use weal_consensus::{Event, Message, Record, Timer};
use weal_types::certificate::CertificateKind;

use crate::lab::Lab;

#[test]
fn a_replica_says_nothing_before_a_quorum_has_answered() {
    let mut lab = Lab::new(4);
    lab.grow_to(2);
    lab.cut_off(1);
    lab.restart(1, |_| {});
    lab.run();
    assert!(!lab.nodes[1].replica.has_voice());
    lab.cut.clear();
    lab.ring(1, Timer::Heartbeat);
    lab.run();
    assert!(lab.nodes[1].replica.has_voice());
}

#[test]
fn a_cluster_that_lost_power_as_a_whole_goes_on() {
    let mut lab = Lab::new(4);
    for at in 0..4 {
        lab.tell(at, Event::Pool(Some(lab.now)));
    }
    // Everyone has PREPAREd, and nobody has heard of it.
    for _ in 0..3 {
        let (to, from, message) = lab.wire.pop_front().unwrap();
        lab.deliver(to, from, message);
    }
    lab.lose();
    for at in 0..4 {
        lab.restart(at, |_| {});
    }
    lab.run();
    assert_eq!(lab.heights(), [1; 4]);
    assert_eq!(lab.executed(1), [lab.proposals[0].digest()].into());
}

#[test]
fn an_old_journal_takes_the_voice() {
    let mut lab = Lab::new(4);
    lab.cut_off(3);
    // Votes are out, and nothing is stable: the two others keep them.
    lab.cut_off(2);
    lab.transactions_everywhere();
    let prepares = lab.said.iter().filter(|(by, said)| match said {
        Message::Vote(vote) => *by == 1 && vote.body.kind == CertificateKind::Prepare,
        _ => false,
    });
    assert_eq!(prepares.count(), 1);
    lab.cut.clear();
    lab.nodes[1].journal.clear();
    lab.restart(1, |_| {});
    lab.ring_all(Timer::Heartbeat);
    assert!(matches!(lab.nodes[1].muted, Some(Message::Vote(_))));
    assert!(!lab.nodes[1].replica.has_voice());
}

/// A leader is heard to propose before it is heard to vote: its PREPARE was lost with the power.
#[test]
fn an_old_journal_takes_the_voice_of_whoever_only_proposed() {
    let mut lab = Lab::new(4);
    lab.tell(0, Event::Pool(Some(lab.now)));
    let said = std::mem::take(&mut lab.wire);
    for (to, from, message) in said {
        if matches!(message, Message::PrePrepare(_)) {
            lab.deliver(to, from, message);
        }
    }
    lab.lose();
    lab.nodes[0].journal.clear();
    lab.restart(0, |_| {});
    lab.ring_all(Timer::Heartbeat);
    assert!(matches!(lab.nodes[0].muted, Some(Message::PrePrepare(_))));
    assert!(!lab.nodes[0].replica.has_voice());
}

/// Its journal knew that it had left the view before, and led the next one a second time.
#[test]
fn an_old_journal_takes_the_voice_of_whoever_began_a_view() {
    let mut lab = Lab::new(4);
    for at in 0..4 {
        lab.tell(at, Event::Expired(Timer::Progress));
    }
    lab.run();
    assert_eq!(lab.views(), [1; 4]);
    let is_begun = |record: &Record| matches!(record, Record::NewView(_));
    let before = lab.nodes[1].journal.iter().position(is_begun).unwrap();
    lab.nodes[1].journal.truncate(before);
    lab.restart(1, |_| {});
    lab.ring_all(Timer::Heartbeat);
    assert!(matches!(lab.nodes[1].muted, Some(Message::NewView(_))));
    assert!(!lab.nodes[1].replica.has_voice());
}

#[test]
fn nothing_is_said_below_what_the_journal_knew_to_be_stable() {
    let mut lab = Lab::new(4);
    lab.grow_to(3);
    // The database is at genesis, and slots up to 2 at least are executed again from the journal.
    lab.restart(2, |_| {});
    lab.run();
    lab.ring_all(Timer::Heartbeat);
    assert!(lab.nodes[2].replica.has_voice());
    assert!(lab.heights()[2] >= 2, "{:?}", lab.heights());
}

#[test]
fn a_view_that_was_left_stays_left() {
    let mut lab = Lab::new(4);
    lab.cut_off(1);
    lab.tell(1, Event::Pool(Some(lab.now)));
    lab.ring(1, Timer::Progress);
    lab.restart(1, |_| {});
    lab.cut.clear();
    lab.ring_all(Timer::Heartbeat);
    let changes =
        lab.said.iter().filter(|(by, said)| *by == 1 && matches!(said, Message::ViewChange(..)));
    assert_eq!(changes.count(), 2, "said before, and again");
    lab.transactions_everywhere();
    let votes = |lab: &Lab| {
        let own = lab.said.iter().filter(|(by, said)| match said {
            Message::Vote(vote) => *by == 1 && vote.body.kind != CertificateKind::Checkpoint,
            _ => false,
        });
        own.count()
    };
    assert_eq!(votes(&lab), 0);
    assert_eq!(lab.heights(), [1; 4], "it follows");
}

/// A height was final at one validator, which told of it in its VIEW-CHANGE and was never seen
/// again. The others lost power with that height PREPAREd and not ordered on their disks; the next
/// view began above it, so nobody could order it again, and nobody had its block to give. Hence
/// rule B3.
#[test]
fn whoever_is_left_can_execute_what_is_final() {
    let mut lab = Lab::new(4);
    lab.grow_to(1);
    lab.nothing_to_order();
    lab.tell(3, Event::Expired(Timer::Progress));
    let parting = std::mem::take(&mut lab.wire);
    lab.cut_off(3);
    for at in 0..3 {
        lab.restart(at, |_| {});
    }
    // Each asks and is answered; what they say of the old view is lost.
    while let Some((to, from, message)) = lab.wire.pop_front() {
        if matches!(message, Message::Recall(..) | Message::Recalled(..)) {
            lab.deliver(to, from, message);
        }
    }
    lab.wire = parting;
    for at in 0..3 {
        assert!(lab.nodes[at].replica.has_voice());
        lab.tell(at, Event::Expired(Timer::Progress));
    }
    lab.run();
    for _ in 0..4 {
        for timer in [Timer::Build, Timer::Resend, Timer::Heartbeat] {
            lab.ring_all(timer);
        }
        lab.transactions_everywhere();
    }
    assert_eq!(lab.views()[..3], [1; 3]);
    assert!(lab.heights()[..3].iter().all(|height| *height > 1), "{:?}", lab.heights());
    assert_eq!(lab.executed(1), [lab.proposals[0].digest()].into());
}
