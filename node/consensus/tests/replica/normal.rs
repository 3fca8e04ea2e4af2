//! The normal case of four.

use weal_consensus::{Event, Evidence, Message, PrePrepare, Signed, Statement, Timer};
use weal_types::{
    Height, TimeMs, View,
    block::Proposal,
    certificate::{CertificateKind, Vote},
};

use crate::lab::{CHAIN, Lab, signature};

/// A PRE-PREPARE of the leader of view 0.
fn pre_prepare(lab: &Lab, proposal: Proposal) -> Message {
    let body = PrePrepare { view: View(0), proposal };
    let signature = signature(&lab.nodes[0].key, &body.message(&CHAIN));
    Message::PrePrepare(Signed { body, signer: 0, signature })
}

fn vote(lab: &Lab, signer: u8, kind: CertificateKind, height: u64, hash: [u8; 32]) -> Message {
    let (epoch, height) = (weal_types::Epoch(0), Height(height));
    let body = Vote { kind, epoch, view: View(0), height, hash };
    let signature = signature(&lab.nodes[usize::from(signer)].key, &body.message(&CHAIN));
    Message::Vote(Signed { body, signer, signature })
}

fn said(lab: &Lab, signer: u8, kind: CertificateKind) -> usize {
    let is_it = |(by, message): &&(u8, Message)| match message {
        Message::Vote(signed) => *by == signer && signed.body.kind == kind,
        _ => false,
    };
    lab.said.iter().filter(is_it).count()
}

#[test]
fn a_block_becomes_stable_everywhere() {
    let mut lab = Lab::new(4);
    lab.transactions_everywhere();
    assert_eq!(lab.heights(), [1; 4]);
    assert_eq!(lab.executed(1).len(), 1);
    for node in &lab.nodes {
        assert!(node.evidence.is_empty() && node.halted.is_none());
    }
}

#[test]
fn one_silent_follower_does_not_matter_and_two_do() {
    let mut lab = Lab::new(4);
    lab.cut_off(3);
    lab.transactions_everywhere();
    assert_eq!(lab.heights(), [1, 1, 1, 0]);
    lab.cut_off(2);
    lab.ring_all(Timer::Build);
    lab.transactions_everywhere();
    assert_eq!(lab.heights(), [1, 1, 1, 0]);
}

#[test]
fn prepare_waits_for_the_disk() {
    let mut lab = Lab::new(4);
    // Without it there is no quorum, so the others cannot go on.
    lab.cut_off(3);
    lab.nodes[1].is_disk_held = true;
    lab.transactions_everywhere();
    assert_eq!(said(&lab, 1, CertificateKind::Prepare), 0, "B1");
    let (token, _) = lab.nodes[1].held.pop_front().unwrap();
    lab.tell(1, Event::Durable(token));
    assert_eq!(said(&lab, 1, CertificateKind::Prepare), 1);
    lab.run();
    assert_eq!(said(&lab, 1, CertificateKind::Commit), 0, "B2");
    lab.release_disk(1);
    assert_eq!(said(&lab, 1, CertificateKind::Commit), 1);
}

#[test]
fn a_fresh_proposal_must_have_the_time_of_day() {
    // Milliseconds from now, and whether it is voted for.
    for (offset, is_accepted) in
        [(-10_001, false), (-10_000, true), (0, true), (500, true), (501, false)]
    {
        let mut lab = Lab::new(4);
        let mut proposal = lab.proposal(0, 1, 0, 1);
        proposal.time = TimeMs(lab.now.0.checked_add_signed(offset).unwrap());
        lab.proposals.push(proposal.clone());
        let message = pre_prepare(&lab, proposal);
        lab.deliver(1, 0, message.clone());
        let voted = said(&lab, 1, CertificateKind::Prepare);
        assert_eq!(voted, usize::from(is_accepted), "{offset} ms");
        // Sent again once the clock has come so far.
        lab.now = TimeMs(lab.now.0 + 1);
        lab.deliver(1, 0, message);
        let voted = said(&lab, 1, CertificateKind::Prepare);
        assert_eq!(voted, usize::from(offset >= -10_000), "{offset} ms");
    }
}

#[test]
fn slots_are_accepted_in_order_and_within_the_window() {
    let mut lab = Lab::new(4);
    let proposals: Vec<_> = (1..=17).map(|height| lab.proposal(0, height, 0, 1)).collect();
    lab.proposals.extend(proposals.clone());
    for proposal in proposals.iter().skip(1) {
        let message = pre_prepare(&lab, proposal.clone());
        lab.deliver(1, 0, message);
    }
    assert_eq!(said(&lab, 1, CertificateKind::Prepare), 0, "slot 1 is missing");
    let message = pre_prepare(&lab, proposals[0].clone());
    lab.deliver(1, 0, message);
    assert_eq!(said(&lab, 1, CertificateKind::Prepare), 16, "slot 17 lies beyond the window");
    assert_eq!(lab.nodes[1].replica.slots_kept(), 16);
}

#[test]
fn an_unlawful_proposal_ends_the_view() {
    type Break = fn(&mut Proposal);
    let breaks: [(&str, Break); 4] = [
        ("another first view", |proposal| proposal.first_view = View(1)),
        ("another proposer", |proposal| proposal.proposer = 2),
        ("too many transactions", |proposal| proposal.tx_count = 101),
        ("too many bytes", |proposal| proposal.tx_bytes = 10_001),
    ];
    for (what, spoil) in breaks {
        let mut lab = Lab::new(4);
        let mut proposal = lab.proposal(0, 1, 0, 1);
        spoil(&mut proposal);
        lab.proposals.push(proposal.clone());
        let message = pre_prepare(&lab, proposal);
        lab.deliver(1, 0, message);
        assert_eq!(said(&lab, 1, CertificateKind::Prepare), 0, "{what}");
        let changes = lab.said.iter().filter(|(_, said)| matches!(said, Message::ViewChange(..)));
        assert_eq!(changes.count(), 1, "{what}");
    }
}

#[test]
fn two_proposals_for_one_slot_are_shown_to_everybody_and_end_the_view() {
    let mut lab = Lab::new(4);
    let proposals = [lab.proposal(0, 1, 0, 1), lab.proposal(0, 1, 0, 2)];
    lab.proposals.extend(proposals.clone());
    lab.cut_off(0);
    for proposal in proposals {
        let message = pre_prepare(&lab, proposal);
        lab.deliver(1, 0, message);
    }
    lab.run();
    for node in &lab.nodes[1..] {
        let is_pair = |evidence: &Evidence| {
            matches!(evidence, Evidence::PrePrepares(..)) && evidence.is_contradiction()
        };
        assert!(node.evidence.iter().any(is_pair));
        assert_eq!(node.replica.view(), View(1), "the others went on without it");
    }
}

#[test]
fn two_votes_of_one_validator_are_evidence_and_count_once() {
    let mut lab = Lab::new(4);
    for hash in [[1; 32], [2; 32], [1; 32]] {
        let message = vote(&lab, 2, CertificateKind::Commit, 1, hash);
        lab.deliver(1, 2, message);
    }
    assert_eq!(lab.nodes[1].evidence.len(), 1);
    let evidence = &lab.nodes[1].evidence[0];
    assert!(evidence.is_contradiction() && evidence.culprit() == 2);
    let message = vote(&lab, 3, CertificateKind::Commit, 1, [1; 32]);
    lab.deliver(1, 3, message);
    let message = vote(&lab, 3, CertificateKind::Commit, 1, [1; 32]);
    lab.deliver(1, 3, message);
    assert!(lab.nodes[1].syncs.is_empty() && lab.nodes[1].headers.is_empty());
}

#[test]
fn a_slot_is_ordered_by_commits_without_its_proposal() {
    let mut lab = Lab::new(4);
    let proposal = lab.proposal(0, 1, 0, 1);
    lab.proposals.push(proposal.clone());
    for signer in [0, 2, 3] {
        let message = vote(&lab, signer, CertificateKind::Commit, 1, proposal.digest());
        lab.deliver(1, signer, message);
    }
    assert_eq!(lab.nodes[1].headers.len(), 1);
}

#[test]
fn a_replica_commits_what_a_quorum_prepared_though_it_accepted_something_else() {
    let mut lab = Lab::new(4);
    let (mine, theirs) = (lab.proposal(0, 1, 0, 1), lab.proposal(0, 1, 0, 2));
    lab.proposals.extend([mine.clone(), theirs.clone()]);
    let message = pre_prepare(&lab, mine);
    lab.deliver(1, 0, message);
    for signer in [0, 2, 3] {
        let message = vote(&lab, signer, CertificateKind::Prepare, 1, theirs.digest());
        lab.deliver(1, signer, message);
    }
    assert_eq!(said(&lab, 1, CertificateKind::Commit), 1);
}

#[test]
fn a_quorum_for_another_result_stops_the_replica() {
    let mut lab = Lab::new(4);
    lab.cut_off(1);
    let proposal = lab.proposal(0, 1, 0, 1);
    lab.proposals.push(proposal.clone());
    for signer in [0, 2, 3] {
        let message = vote(&lab, signer, CertificateKind::Commit, 1, proposal.digest());
        lab.deliver(1, signer, message);
    }
    for signer in [0, 2, 3] {
        let message = vote(&lab, signer, CertificateKind::Checkpoint, 1, [5; 32]);
        lab.deliver(1, signer, message);
    }
    assert!(lab.nodes[1].halted.is_some());
}

#[test]
fn a_vote_is_bound_to_its_kind() {
    let mut lab = Lab::new(4);
    let Message::Vote(mut signed) = vote(&lab, 2, CertificateKind::Prepare, 1, [1; 32]) else {
        unreachable!()
    };
    signed.body.kind = CertificateKind::Commit;
    let rules = lab.nodes[1].replica.rules();
    let checked =
        weal_consensus::Verified::check(Message::Vote(signed), &rules, &crate::lab::Plain);
    assert_eq!(checked.unwrap_err(), weal_consensus::Invalid::Signature);
    lab.run();
}
