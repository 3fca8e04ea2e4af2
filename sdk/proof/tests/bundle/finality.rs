//! Whom a client believes.

use weal_proof::{
    bundle::BundleError,
    certificate::{Anchor, FinalityError},
};
use weal_types::{
    ChainId, ContractId, Epoch, Height,
    certificate::{CertificateError, CertificateKind, Vote},
};

use crate::{
    chain::{CHAIN, CONTRACT, Chain, Validators, vote},
    world::{World, early_gift, question},
};

#[test]
fn one_certificate_per_epoch_leads_from_genesis_to_the_header() {
    let chain = Chain::new();
    let block = chain.block([1; 32]);
    let genesis = chain.anchor();
    let second = genesis.follow(&chain.end).unwrap();
    assert_eq!(second.set, chain.second.set);
    assert_eq!(second.check(&block.header, &block.certificate), Ok(()));
    // The same list serves a client that is further on.
    let ends = [chain.end.clone()];
    assert_eq!(second.follow_all(&ends).as_ref(), Ok(&second));
    assert_eq!(genesis.follow_all(&ends), Ok(second.clone()));
    let refused = genesis.check(&block.header, &block.certificate).unwrap_err();
    let (found, expected) = (Epoch(1), Epoch(0));
    assert_eq!(refused, FinalityError::Set { height: Height(99), found, expected });
}

#[test]
fn a_header_needs_a_quorum_of_the_right_votes() {
    let chain = Chain::new();
    let header = chain.block([1; 32]).header;
    let anchor = Anchor { chain: CHAIN, set: chain.second.set.clone() };
    let check = |vote: Vote, signers: u128| {
        anchor.check(&header, &chain.second.sign(vote, signers)).unwrap_err()
    };
    let good = vote(&header);
    let no_quorum = CertificateError::NoQuorum { count: 2, quorum: 3 };
    assert_eq!(check(good, 0b0011), FinalityError::Certificate(no_quorum));
    let other = FinalityError::OtherVote { height: Height(99) };
    assert_eq!(check(Vote { kind: CertificateKind::Commit, ..good }, 0b0111), other);
    assert_eq!(check(Vote { height: Height(98), ..good }, 0b0111), other);
    assert_eq!(check(Vote { hash: [0; 32], ..good }, 0b0111), other);
    assert_eq!(check(Vote { epoch: Epoch(0), ..good }, 0b0111), other);
    let strangers = Validators::new(1, 30).sign(good, 0b0111);
    let key = chain.second.set.validators[0].key;
    assert_eq!(anchor.check(&header, &strangers), Err(FinalityError::Signature { key }));
    let elsewhere = Anchor { chain: ChainId([0; 32]), ..anchor };
    assert!(matches!(
        elsewhere.check(&header, &chain.second.certify(&header)),
        Err(FinalityError::Chain { .. })
    ));
}

#[test]
fn nobody_hands_over_to_a_set_that_the_header_does_not_name() {
    let chain = Chain::new();
    let mut end = chain.end.clone();
    end.next = Validators::new(1, 30).set;
    let refused = FinalityError::Next { height: Height(50), next: Epoch(1) };
    assert_eq!(chain.anchor().follow(&end), Err(refused));
    // A header in the midst of an epoch names its own set, which is no next one.
    let mut middle = chain.end.clone();
    middle.header.next_set_id = middle.header.set_id;
    middle.certificate = chain.genesis.certify(&middle.header);
    middle.next = chain.genesis.set.clone();
    let refused = FinalityError::Next { height: Height(50), next: Epoch(0) };
    assert_eq!(chain.anchor().follow(&middle), Err(refused));
}

#[test]
fn a_bundle_says_which_link_broke() {
    let (chain, world) = (Chain::new(), World::new());
    let bundle = world.bundle(&chain, question(early_gift(40)), 0);
    let anchor = chain.anchor();
    assert!(bundle.check(&anchor, &CONTRACT, None).is_ok());

    let elsewhere = Anchor { chain: ChainId([0; 32]), ..anchor.clone() };
    let refused = bundle.check(&elsewhere, &CONTRACT, None).unwrap_err();
    assert_eq!(refused, BundleError::Chain { found: CHAIN, expected: ChainId([0; 32]) });
    let other = ContractId([0; 32]);
    let refused = bundle.check(&anchor, &other, None).unwrap_err();
    assert_eq!(refused, BundleError::Contract { found: CONTRACT, expected: other });

    let mut broken = bundle.clone();
    broken.hand_overs = Default::default();
    assert!(matches!(broken.check(&anchor, &CONTRACT, None), Err(BundleError::Header(_))));
    let mut end = chain.end.clone();
    end.header.height = Height(51);
    let mut broken = bundle.clone();
    broken.hand_overs = vec![end].try_into().unwrap();
    assert!(matches!(broken.check(&anchor, &CONTRACT, None), Err(BundleError::HandOver(_))));
    let mut broken = bundle.clone();
    broken.header.state_root = [0; 32];
    assert!(matches!(broken.check(&anchor, &CONTRACT, None), Err(BundleError::Header(_))));
}
