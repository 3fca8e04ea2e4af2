//! Offers that hold, and what is wrong with those that do not.

use weal_types::{
    BlockHash, Height, View,
    certificate::{Certificate, CertificateKind, Vote},
    codec::{Bounded, Version},
};

use super::*;
use crate::{
    devnet::{validator_seed, with_validators},
    validator_key::ValidatorKey,
};

fn spec() -> ChainSpec {
    with_validators("test", 4).unwrap()
}

/// A header in an epoch, whose validators are always the same four.
fn header(spec: &ChainSpec, epoch: u64, height: u64) -> FinalHeader {
    let set_id = set(spec, epoch).id();
    FinalHeader {
        epoch: Epoch(epoch),
        height: Height(height),
        parent: BlockHash([height as u8; 32]),
        set_id,
        next_set_id: set_id,
        ..spec.header([height as u8; 32])
    }
}

fn set(spec: &ChainSpec, epoch: u64) -> ValidatorSet {
    ValidatorSet { epoch: Epoch(epoch), ..spec.validators.clone() }
}

/// A certificate of the first so many validators.
fn certified(spec: &ChainSpec, header: &FinalHeader, signers: u8) -> Certificate {
    let vote = Vote {
        kind: CertificateKind::Checkpoint,
        epoch: header.epoch,
        view: View::ZERO,
        height: header.height,
        hash: header.hash().0,
    };
    let message = vote.message(&spec.chain);
    let sign = |position| ValidatorKey::from_seed(validator_seed(position)).unwrap().sign(&message);
    let signatures = Bounded::new((0..signers).map(sign).collect()).unwrap();
    Certificate { version: Version, vote, signers: (1 << signers) - 1, signatures }
}

/// The end of an epoch.
fn end(spec: &ChainSpec, epoch: u64, height: u64) -> HandOver {
    let next = set(spec, epoch + 1);
    let header = FinalHeader { next_set_id: next.id(), ..header(spec, epoch, height) };
    HandOver { certificate: certified(spec, &header, 3), header, next }
}

fn offer(spec: &ChainSpec, header: FinalHeader) -> Offer {
    let certificate = certified(spec, &header, 3);
    Offer { header, certificate, parts: 1, pinned: None }
}

#[test]
fn a_header_is_proven_once_the_ends_before_it_are_known() {
    let spec = spec();
    let mut proof = Proof::new(&spec);
    let today = offer(&spec, header(&spec, 2, 90));
    assert_eq!(proof.lacks(&today.header), Some(Epoch(0)));
    assert!(proof.check(&today, None).is_err());
    proof.add(&[end(&spec, 0, 33)]).unwrap();
    assert_eq!(proof.lacks(&today.header), Some(Epoch(1)));
    // The end of this epoch again, or of one that nobody knows the validators of.
    assert!(proof.add(&[end(&spec, 0, 33)]).is_err());
    assert!(proof.add(&[end(&spec, 2, 80)]).is_err());
    proof.add(&[end(&spec, 1, 66)]).unwrap();
    assert_eq!(proof.lacks(&today.header), None);
    proof.check(&today, None).unwrap();
    assert_eq!(proof.ends(&today.header).len(), 2);
    // A header of an earlier epoch needs fewer.
    let earlier = offer(&spec, header(&spec, 1, 60));
    proof.check(&earlier, None).unwrap();
    assert_eq!(proof.ends(&earlier.header).len(), 1);
    // The last header of an epoch needs its own end, and there is one alone.
    let last = offer(&spec, end(&spec, 1, 66).header);
    proof.check(&last, None).unwrap();
    assert_eq!(proof.ends(&last.header).len(), 2);
    let other = offer(&spec, end(&spec, 1, 65).header);
    assert!(proof.check(&other, None).is_err());
    let ends = FinalHeader { next_set_id: set(&spec, 3).id(), ..header(&spec, 2, 99) };
    assert_eq!(proof.lacks(&ends), Some(Epoch(2)));
}

#[test]
fn what_no_quorum_of_the_right_validators_signed_is_no_proof() {
    let spec = spec();
    let proof = Proof::new(&spec);
    let good = offer(&spec, header(&spec, 0, 20));
    proof.check(&good, None).unwrap();
    let few = Offer { certificate: certified(&spec, &good.header, 2), ..good.clone() };
    let other = Offer { certificate: certified(&spec, &header(&spec, 0, 21), 3), ..good.clone() };
    let mut forged = good.clone();
    forged.certificate.signers = 0b1101;
    let mut altered = good.clone();
    altered.header.state_root[3] ^= 1;
    let elsewhere = with_validators("elsewhere", 4).unwrap();
    let chain = offer(&elsewhere, header(&elsewhere, 0, 20));
    for bad in [few, other, forged, altered, chain] {
        assert!(proof.check(&bad, None).is_err(), "{bad:?}");
    }
}

#[test]
fn a_pinned_block_must_be_shown_below() {
    let spec = spec();
    let proof = Proof::new(&spec);
    let known = header(&spec, 0, 10);
    let pinned = Pinned { height: known.height, hash: known.hash() };
    let shown = |shown: Option<FinalHeader>, height| {
        let offer = Offer { pinned: shown, ..offer(&spec, header(&spec, 0, height)) };
        proof.check(&offer, Some(&pinned))
    };
    shown(Some(known.clone()), 20).unwrap();
    shown(Some(known.clone()), 10).unwrap();
    assert!(shown(None, 20).is_err());
    assert!(shown(Some(header(&spec, 0, 11)), 20).is_err());
    assert!(shown(Some(known.clone()), 9).is_err(), "the offer is older than the block");
    // A block of other validators than the hand-overs lead to.
    let foreign = FinalHeader { set_id: [9; 32], ..known.clone() };
    let pinned_foreign = Pinned { height: foreign.height, hash: foreign.hash() };
    let offer = Offer { pinned: Some(foreign), ..offer(&spec, header(&spec, 0, 20)) };
    assert!(proof.check(&offer, Some(&pinned_foreign)).is_err());
}
