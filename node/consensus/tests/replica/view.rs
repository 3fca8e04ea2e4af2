//! Leaving views and beginning them.

use std::sync::Arc;

use weal_consensus::{Event, Message, NewView, Signed, Statement, Timer, ViewChange};
use weal_types::{
    Epoch, Height, View,
    block::Proposal,
    certificate::{CertificateKind, Vote},
    codec::Bounded,
};

use crate::lab::{CHAIN, GENESIS, Lab, signature};

/// A cluster in which a block is prepared at everybody and committed by nobody, and the leader is
/// gone.
fn prepared_and_leaderless() -> (Lab, [u8; 32]) {
    let mut lab = Lab::new(4);
    lab.transactions_everywhere_but_no_commits();
    let digest = lab.proposals[0].digest();
    lab.cut_off(0);
    (lab, digest)
}

impl Lab {
    fn transactions_everywhere_but_no_commits(&mut self) {
        for at in 0..self.nodes.len() {
            self.tell(at, Event::Pool(Some(self.now)));
        }
        while let Some((to, from, message)) = self.wire.pop_front() {
            let is_commit = matches!(&message, Message::Vote(signed)
                if signed.body.kind == CertificateKind::Commit);
            if !is_commit {
                self.deliver(to, from, message);
            }
        }
    }
}

#[test]
fn what_was_prepared_is_proposed_again_with_the_same_digest() {
    let (mut lab, digest) = prepared_and_leaderless();
    lab.ring_all(Timer::Progress);
    assert_eq!(lab.views()[1..], [1; 3]);
    assert_eq!(lab.executed(1), [digest].into());
    assert!(lab.heights()[1..].iter().all(|height| *height >= 1));
}

/// It was dropped by those who had left their view for the leader's, and came again only with a
/// STATUS.
#[test]
fn a_proposal_that_overtakes_its_new_view_is_kept() {
    let mut lab = Lab::new(4);
    lab.cut_off(0);
    for at in 1..4 {
        lab.tell(at, Event::Pool(Some(lab.now)));
        lab.tell(at, Event::Expired(Timer::Progress));
    }
    let mut overtaken = Vec::new();
    while let Some((to, from, message)) = lab.wire.pop_front() {
        match to == 2 && matches!(message, Message::NewView(_)) {
            true => overtaken.push((to, from, message)),
            false => lab.deliver(to, from, message),
        }
    }
    lab.wire.extend(overtaken);
    lab.run();
    assert_eq!(lab.heights()[1..], [1; 3]);
}

#[test]
fn a_gap_below_a_prepared_slot_is_filled_with_nothing() {
    let mut lab = Lab::new(4);
    // Slot 2 is prepared, slot 1 is not: its proposal reached nobody in time.
    for at in 0..4 {
        lab.tell(at, Event::Pool(Some(lab.now)));
    }
    lab.lose();
    lab.ring(0, Timer::Build);
    lab.lose();
    let [first, second] = [&lab.proposals[0], &lab.proposals[1]].map(Proposal::digest);
    lab.withheld.insert(first);
    lab.cut_off(0);
    for at in 1..4 {
        for signer in 0..3 {
            let message = prepare(&lab, signer, 2, second);
            lab.deliver(at, signer, message);
        }
    }
    lab.lose();
    lab.ring_all(Timer::Progress);
    assert_eq!(lab.executed(1), [[0; 32]].into(), "slot 1 is empty");
    assert!(lab.executed(2).contains(&second));
}

fn prepare(lab: &Lab, signer: u8, height: u64, hash: [u8; 32]) -> Message {
    let (epoch, height) = (Epoch(0), Height(height));
    let body = Vote { kind: CertificateKind::Prepare, epoch, view: View(0), height, hash };
    let signature = signature(&lab.nodes[usize::from(signer)].key, &body.message(&CHAIN));
    Message::Vote(Signed { body, signer, signature })
}

fn change_message(lab: &Lab, signer: u8, view: u64) -> Message {
    let body = ViewChange {
        epoch: Epoch(0),
        view: View(view),
        stable: GENESIS,
        claims: Bounded::default(),
    };
    let signature = signature(&lab.nodes[usize::from(signer)].key, &body.message(&CHAIN));
    Message::ViewChange(Arc::new(Signed { body, signer, signature }), Arc::default())
}

#[test]
fn one_liar_moves_nobody_and_two_of_four_move_all() {
    let mut lab = Lab::new(4);
    let message = change_message(&lab, 2, 1_000_000);
    lab.deliver(1, 2, message);
    assert!(lab.said.iter().all(|(_, said)| !matches!(said, Message::ViewChange(..))));
    let message = change_message(&lab, 3, 5);
    lab.deliver(1, 3, message);
    let (_, last) = lab.said.last().unwrap();
    let Message::ViewChange(signed, _) = last else { panic!("{last:?}") };
    assert_eq!(signed.body.view, View(5), "the highest view that two have reached or passed");
}

#[test]
fn nobody_who_is_cut_off_runs_ahead() {
    let mut lab = Lab::new(4);
    lab.cut_off(3);
    lab.tell(3, Event::Pool(Some(lab.now)));
    for _ in 0..50 {
        lab.ring(3, Timer::Progress);
        lab.ring(3, Timer::Resend);
    }
    let views = lab.said.iter().filter_map(|(_, said)| match said {
        Message::ViewChange(signed, _) => Some(signed.body.view.0),
        _ => None,
    });
    let views: Vec<_> = views.collect();
    assert_eq!(views.len(), 51, "sent, and sent again each second");
    assert!(views.iter().all(|view| *view == 1), "without a quorum no timer leads further");
}

#[test]
fn a_new_view_is_believed_only_if_it_follows_from_its_changes() {
    type Break = fn(&mut NewView);
    let breaks: [(&str, Break); 5] = [
        ("as it should be", |_| {}),
        ("its only slot left out", |new_view| new_view.order = Bounded::default()),
        ("another digest", |new_view| {
            let mut order = new_view.order.to_vec();
            order[0].digest = [3; 32];
            new_view.order = Bounded::new(order).unwrap();
        }),
        ("without the certificate", |new_view| new_view.prepared = Bounded::default()),
        ("one validator counted twice", |new_view| {
            let mut changes = new_view.changes.to_vec();
            changes[2] = changes[1].clone();
            new_view.changes = Bounded::new(changes).unwrap();
        }),
    ];
    for (what, spoil) in breaks {
        let (mut lab, _) = prepared_and_leaderless();
        for at in 2..4 {
            lab.cut_off(at);
        }
        // The leader of view 1 hears all changes; what it says reaches nobody.
        let mut changes = Vec::new();
        for at in 1..4 {
            lab.ring(at, Timer::Progress);
            changes.push(lab.said.last().unwrap().1.clone());
        }
        for (from, change) in (1..).zip(changes) {
            lab.deliver(1, from, change);
        }
        let honest = lab.said.iter().find_map(|(_, said)| match said {
            Message::NewView(new_view) => Some(Arc::clone(new_view)),
            _ => None,
        });
        let honest = honest.expect("the leader says NEW-VIEW");
        let mut body = honest.body.clone();
        spoil(&mut body);
        let signature = signature(&lab.nodes[1].key, &body.message(&CHAIN));
        let message = Message::NewView(Arc::new(Signed { body, signer: 1, signature }));
        lab.deliver(2, 1, message);
        let expected = u64::from(what == "as it should be");
        assert_eq!(lab.nodes[2].replica.view(), View(expected), "{what}");
    }
}

#[test]
fn a_vote_that_waits_for_the_disk_is_cancelled_by_leaving_the_view() {
    let mut lab = Lab::new(4);
    lab.nodes[1].is_disk_held = true;
    for at in 0..4 {
        lab.tell(at, Event::Pool(Some(lab.now)));
    }
    lab.run();
    lab.cut_off(1);
    lab.ring(1, Timer::Progress);
    lab.release_disk(1);
    let votes = lab.said.iter().filter(|(by, said)| match said {
        Message::Vote(vote) => *by == 1 && vote.body.kind != CertificateKind::Checkpoint,
        _ => false,
    });
    assert_eq!(votes.count(), 0);
    let changes =
        lab.said.iter().filter(|(by, said)| *by == 1 && matches!(said, Message::ViewChange(..)));
    assert_eq!(changes.count(), 1);
}

#[test]
fn patience_doubles_up_to_thirty_seconds_and_an_ordered_slot_resets_it() {
    use weal_consensus::Action;
    let mut lab = Lab::new(4);
    let mut waits = Vec::new();
    let mut view = 0;
    for _ in 0..8 {
        view += 1;
        for signer in [0, 2, 3] {
            let message = change_message(&lab, signer, view);
            let Ok(message) = weal_consensus::Verified::check(
                message,
                &lab.nodes[1].replica.rules(),
                &crate::lab::Plain,
            ) else {
                panic!()
            };
            let event = Event::Message { from: signer, message };
            for action in lab.nodes[1].replica.step(lab.now, event) {
                if let Action::SetTimer(Timer::Progress, wait) = action {
                    waits.push(wait);
                }
            }
        }
    }
    assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
}

#[test]
fn the_leader_changes_at_the_end_of_its_term() {
    let mut lab = Lab::with(4, |settings| settings.term = 5);
    lab.grow_to(5);
    lab.run();
    assert_eq!(lab.views(), [1; 4]);
    lab.grow_to(11);
    assert_eq!(lab.views(), [2; 4]);
}

#[test]
fn a_leader_that_is_unfair_to_two_is_left() {
    let mut lab = Lab::new(4);
    lab.tell(2, Event::Unfair);
    lab.ring_all(Timer::Heartbeat);
    assert_eq!(lab.views(), [0; 4]);
    lab.tell(3, Event::Unfair);
    lab.ring_all(Timer::Heartbeat);
    assert_eq!(lab.views(), [1; 4]);
}
