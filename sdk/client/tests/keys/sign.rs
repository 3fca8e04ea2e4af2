//! Signatures of one transaction, joined.

use weal_client::keys::{JoinError, KeyPair, Part, dev_account, is_signed_by, join};
use weal_types::{
    Amount, ChainId, ContractId, Gas, Nonce, PublicKey, TimeMs,
    account::Authority,
    codec::{Bounded, Bytes, Name, Version},
    transaction::{Call, SignedTransaction, Transaction, keys_are_sorted},
};

const CHAIN: ChainId = ChainId([7; 32]);

fn key(name: &str) -> KeyPair {
    dev_account(name).expect("it is there")
}

fn transaction(sponsor: Option<&str>) -> Transaction {
    let call = Call {
        to: ContractId::system(2),
        method: Name::new("transfer").unwrap(),
        args: Bytes::new(vec![1, 2, 3]).unwrap(),
        attach: Bounded::default(),
    };
    Transaction {
        version: Version,
        signer: key("alice").account(),
        nonce: Nonce(4),
        valid_until: TimeMs(1_000),
        gas_limit: Gas(9),
        max_fee: Amount(0),
        sponsor: sponsor.map(|name| key(name).account()),
        limits: Bounded::default(),
        calls: Bounded::new(vec![call]).unwrap(),
    }
}

#[test]
fn one_signer_is_enough_for_a_key() {
    let transaction = transaction(None);
    let signature = key("alice").sign(&transaction, &CHAIN);
    let signed = join(transaction.clone(), &CHAIN, &[signature], &[]).unwrap();
    let wire = parity_scale_codec::Encode::encode(&signed);
    assert_eq!(SignedTransaction::from_wire(&wire).unwrap(), signed);
    let keys = signed.signatures.iter().map(|signature| signature.key);
    assert!(Authority::Key(key("alice").public()).is_satisfied_by(keys));
    assert!(is_signed_by(&signature, &transaction.hash(&CHAIN).0));
    assert!(!is_signed_by(&signature, &transaction.hash(&ChainId([8; 32])).0));
    assert!(!is_signed_by(&signature, &transaction.sponsor_message(&CHAIN)));
}

#[test]
fn signatures_of_many_are_sorted_and_counted_once() {
    let transaction = transaction(Some("judy"));
    let mut signatures: Vec<_> = ["ivan", "alice", "carol", "alice", "bob"]
        .map(|name| key(name).sign(&transaction, &CHAIN))
        .into();
    let sponsor = key("judy").sponsor(&transaction, &CHAIN);
    let signed = join(transaction.clone(), &CHAIN, &signatures, &[sponsor]).unwrap();
    assert_eq!(signed.signatures.len(), 4);
    assert!(keys_are_sorted(&signed.signatures));
    signatures.reverse();
    let keys = |signed: &SignedTransaction| -> Vec<PublicKey> {
        signed.signatures.iter().map(|signature| signature.key).collect()
    };
    let again = join(transaction, &CHAIN, &signatures, &[sponsor]).unwrap();
    assert_eq!(keys(&again), keys(&signed));
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let plain = transaction(None);
    let sponsored = transaction(Some("judy"));
    let alice = |of: &Transaction| key("alice").sign(of, &CHAIN);
    let judy = |of: &Transaction| key("judy").sponsor(of, &CHAIN);
    let wrong = |name: &str| JoinError::Wrong { key: key(name).public() };
    let mut forged = alice(&plain);
    forged.key = key("bob").public();
    let cases = [
        (&plain, vec![], vec![], JoinError::Missing(Part::Signer)),
        (&sponsored, vec![alice(&sponsored)], vec![], JoinError::Missing(Part::Sponsor)),
        (&plain, vec![alice(&plain)], vec![judy(&plain)], JoinError::NoSponsor),
        (&plain, vec![alice(&sponsored)], vec![], wrong("alice")),
        (&plain, vec![key("alice").sponsor(&plain, &CHAIN)], vec![], wrong("alice")),
        (&plain, vec![key("alice").sign(&plain, &ChainId([8; 32]))], vec![], wrong("alice")),
        (&plain, vec![forged], vec![], wrong("bob")),
        (
            &sponsored,
            vec![alice(&sponsored)],
            vec![key("judy").sign(&sponsored, &CHAIN)],
            wrong("judy"),
        ),
    ];
    for (transaction, signatures, sponsors, expected) in cases {
        let joined = join(transaction.clone(), &CHAIN, &signatures, &sponsors);
        assert_eq!(joined, Err(expected));
    }
    let many: Vec<_> =
        (0..17_u8).map(|seed| KeyPair::from_seed(&[seed; 32]).sign(&plain, &CHAIN)).collect();
    let too_many = JoinError::TooMany { part: Part::Signer, count: 17 };
    assert_eq!(join(plain, &CHAIN, &many, &[]), Err(too_many));
}
