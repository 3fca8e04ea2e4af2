//! Receipts: every way in which a transaction can end.

use std::collections::BTreeSet;

use parity_scale_codec::Encode;
use serde_json::{Value, json};
use weal_types::{
    Amount, ContractId, Gas, TxHash,
    codec::{Bounded, Bytes, Name, Version},
    merkle,
    receipt::{Event, Failure, FailureKind, Outcome, Receipt, SkipReason, TrapKind},
};

use crate::{
    hashes::{contract, digest},
    json::{Readable, hex},
    store::{Golden, vector},
};

/// Every reason to skip, in the order of the wire.
const SKIPS: [SkipReason; 11] = [
    SkipReason::WrongNonce,
    SkipReason::Expired,
    SkipReason::ExpiresTooLate,
    SkipReason::Unauthorised,
    SkipReason::SponsorUnauthorised,
    SkipReason::NotAdmitted,
    SkipReason::SponsorNotAdmitted,
    SkipReason::OverQuota,
    SkipReason::GasLimit,
    SkipReason::FeeTooLow,
    SkipReason::CannotPay,
];

fn bytes<const MAX: usize>(bytes: &[u8]) -> Bytes<MAX> {
    Bounded::new(bytes.into()).expect("few bytes")
}

/// Every way to fail, in the order of the wire.
fn failures() -> Vec<FailureKind> {
    let traps = [
        TrapKind::Unreachable,
        TrapKind::MemoryOutOfBounds,
        TrapKind::TableOutOfBounds,
        TrapKind::NullFunction,
        TrapKind::BadSignature,
        TrapKind::IntegerOverflow,
        TrapKind::DivisionByZero,
    ];
    let mut kinds = vec![
        FailureKind::Revert { code: 2, payload: bytes(&7_u32.to_le_bytes()) },
        FailureKind::Panic(bytes(b"src/lib.rs:58")),
        FailureKind::OutOfGas,
    ];
    kinds.extend(traps.map(FailureKind::Trap));
    kinds.extend([
        FailureKind::StackOverflow,
        FailureKind::CallDepth,
        FailureKind::Reentry,
        FailureKind::NoContract,
        FailureKind::Paused,
        FailureKind::CodeNotReady,
        FailureKind::UnknownMethod,
        FailureKind::BadArguments,
        FailureKind::AttachedRefused,
        FailureKind::InsufficientBalance,
        FailureKind::WriteInQuery,
        FailureKind::BadHostCall,
        FailureKind::LimitExceeded,
        FailureKind::SpendLimit,
        FailureKind::Unauthorised,
        FailureKind::MemoryLimit,
    ]);
    kinds
}

fn receipt(index: u32, outcome: Outcome) -> Receipt {
    Receipt { version: Version, index, outcome }
}

fn reverted(kind: FailureKind) -> Receipt {
    let failure = Failure {
        call: 255,
        contract: contract(),
        method: Name::new("pay").expect("a name"),
        kind,
    };
    let outcome = Outcome::Reverted {
        transaction: TxHash(digest("transaction")),
        gas_used: Gas(118_204),
        fee: Amount(3),
        failure,
    };
    receipt(1, outcome)
}

fn applied() -> Receipt {
    let event = |contract: ContractId, name: &str, topics: &[&[u8]], data: &[u8]| Event {
        contract,
        name: Name::new(name).expect("a name"),
        topics: Bounded::new(topics.iter().map(|topic| bytes(topic)).collect())
            .expect("few topics"),
        data: bytes(data),
    };
    let events = vec![
        event(contract(), "Paid", &[&7_u32.to_le_bytes(), &digest("payee")], &[1; 16]),
        event(ContractId::system(2), "Transferred", &[], &[]),
    ];
    receipt(
        u32::MAX,
        Outcome::Applied {
            transaction: TxHash(digest("transaction")),
            gas_used: Gas(u64::MAX),
            fee: Amount(u128::MAX),
            returns: vec![bytes(&[]), bytes(&[42])],
            events: Bounded::new(events).expect("two events"),
        },
    )
}

/// All vectors of receipts, which later files build upon.
pub fn all() -> Vec<(String, Receipt)> {
    let skipped = SKIPS.map(|reason| receipt(0, Outcome::Skipped(reason)));
    let reverted = failures().into_iter().map(reverted);
    let named = |receipt: Receipt| {
        let name = match &receipt.outcome {
            Outcome::Skipped(reason) => format!("skipped: {reason:?}"),
            Outcome::Reverted { failure, .. } => format!("reverted: {}", failure.kind.json()),
            Outcome::Applied { .. } => "applied".into(),
        };
        (name, receipt)
    };
    skipped.into_iter().chain(reverted).chain([applied()]).map(named).collect()
}

pub fn write(golden: &mut Golden) {
    let receipts = all();
    let mut vectors: Vec<_> = receipts
        .iter()
        .map(|(name, receipt)| {
            let leaf = merkle::leaf(&receipt.encode());
            vector(name, "", receipt, json!({ "leaf": hex(&leaf) }))
        })
        .collect();
    let nothing = receipt(
        0,
        Outcome::Applied {
            transaction: TxHash([0; 32]),
            gas_used: Gas(0),
            fee: Amount(0),
            returns: vec![],
            events: Bounded::default(),
        },
    );
    vectors.push(vector("applied, empty", "all zeros", &nothing, Value::Null));
    let root = merkle::root_of(receipts.iter().map(|(_, receipt)| receipt.encode()));
    vectors.push(json!({
        "name": "receipts root",
        "description": "over all receipts above but the empty one, in order",
        "root": hex(&root),
    }));
    golden.vectors("receipt", "Every way in which a transaction can end.", vectors);
}

/// A new case must get a vector: its number would be missing here.
#[test]
fn every_case_has_a_vector() {
    let numbers = |encoded: Vec<Vec<u8>>| -> BTreeSet<u8> {
        encoded.into_iter().map(|bytes| bytes[0]).collect()
    };
    let skips = numbers(SKIPS.iter().map(Encode::encode).collect());
    let kinds = numbers(failures().iter().map(Encode::encode).collect());
    assert_eq!(skips, (0..SKIPS.len() as u8).collect());
    assert_eq!(kinds, (0..20).collect());
    // One more than the last is no case yet.
    use parity_scale_codec::DecodeAll;
    assert!(SkipReason::decode_all(&mut &[SKIPS.len() as u8][..]).is_err());
    assert!(FailureKind::decode_all(&mut &[20][..]).is_err());
    assert!(TrapKind::decode_all(&mut &[7][..]).is_err());
}
