//! Arbitrary wire values.

use proptest::{collection::vec, option, prelude::*};
use weal_types::{
    AccountId, Amount, AssetId, BlockHash, ChainId, ContractId, Epoch, Gas, Height, Nonce,
    PublicKey, TimeMs, TxHash, View,
    account::{Account, AccountStatus, Authority, Policy, WeightedKey},
    block::{FinalHeader, Proposal},
    certificate::{Certificate, CertificateKind, Validator, ValidatorSet, Vote},
    codec::{Bounded, Name, Version},
    host::{CallContext, CallRequest},
    merkle::ListProof,
    params::{Admission, ChainParams, FeeSchedule},
    receipt::{CallError, Event, Failure, FailureKind, Outcome, Receipt, SkipReason, TrapKind},
    transaction::{AssetAmount, Call, KeySignature, MessageForm, SignedTransaction, Transaction},
};

/// A vector within its bounds, but not longer than `most`, so that cases stay small.
fn bounded<T: std::fmt::Debug, const MIN: usize, const MAX: usize>(
    item: impl Strategy<Value = T>,
    most: usize,
) -> impl Strategy<Value = Bounded<T, MIN, MAX>> {
    vec(item, MIN..=most.min(MAX)).prop_map(|items| Bounded::new(items).expect("within bounds"))
}

fn bytes<const MAX: usize>() -> impl Strategy<Value = Bounded<u8, 0, MAX>> {
    bounded(any::<u8>(), 80)
}

fn id<T: std::fmt::Debug>(wrap: fn([u8; 32]) -> T) -> impl Strategy<Value = T> {
    any::<[u8; 32]>().prop_map(wrap)
}

fn number<T: std::fmt::Debug>(wrap: fn(u64) -> T) -> impl Strategy<Value = T> {
    any::<u64>().prop_map(wrap)
}

fn amount() -> impl Strategy<Value = Amount> {
    any::<u128>().prop_map(Amount)
}

fn signature() -> impl Strategy<Value = [u8; 64]> {
    any::<([u8; 32], [u8; 32])>().prop_map(|halves| {
        let mut whole = [0; 64];
        whole[..32].copy_from_slice(&halves.0);
        whole[32..].copy_from_slice(&halves.1);
        whole
    })
}

pub fn name() -> impl Strategy<Value = Name> {
    "[a-zA-Z][a-zA-Z0-9_]{0,63}".prop_map(|text| Name::new(text).expect("a name"))
}

pub fn account() -> impl Strategy<Value = Account> {
    let key = (id(PublicKey), any::<u16>()).prop_map(|(key, weight)| WeightedKey { key, weight });
    let policy = (any::<u32>(), bounded(key, 16))
        .prop_map(|(threshold, keys)| Authority::Policy(Policy { threshold, keys }));
    let authority = prop_oneof![id(PublicKey).prop_map(Authority::Key), policy];
    let status = prop_oneof![Just(AccountStatus::Active), Just(AccountStatus::Suspended)];
    (number(Nonce), authority, option::of(id(AccountId)), status).prop_map(
        |(nonce, authority, admitted_by, status)| Account {
            version: Version,
            nonce,
            authority,
            admitted_by,
            status,
        },
    )
}

fn asset_amount() -> impl Strategy<Value = AssetAmount> {
    (id(AssetId), amount()).prop_map(|(asset, amount)| AssetAmount { asset, amount })
}

fn call() -> impl Strategy<Value = Call> {
    (id(ContractId), name(), bytes(), bounded(asset_amount(), 3))
        .prop_map(|(to, method, args, attach)| Call { to, method, args, attach })
}

pub fn transaction() -> impl Strategy<Value = Transaction> {
    let fixed = (id(AccountId), number(Nonce), number(TimeMs), number(Gas), amount());
    let lists = (option::of(id(AccountId)), bounded(asset_amount(), 3), bounded(call(), 4));
    (fixed, lists).prop_map(|(fixed, (sponsor, limits, calls))| {
        let (signer, nonce, valid_until, gas_limit, max_fee) = fixed;
        Transaction {
            version: Version,
            signer,
            nonce,
            valid_until,
            gas_limit,
            max_fee,
            sponsor,
            limits,
            calls,
        }
    })
}

fn key_signature() -> impl Strategy<Value = KeySignature> {
    let form = prop_oneof![Just(MessageForm::Bare), Just(MessageForm::Wrapped)];
    (id(PublicKey), form, signature()).prop_map(|(key, form, signature)| KeySignature {
        key,
        form,
        signature,
    })
}

pub fn signed_transaction() -> impl Strategy<Value = SignedTransaction> {
    (transaction(), bounded(key_signature(), 3), bounded(key_signature(), 3)).prop_map(
        |(transaction, signatures, sponsor_signatures)| SignedTransaction {
            version: Version,
            transaction,
            signatures,
            sponsor_signatures,
        },
    )
}

fn failure_kind() -> impl Strategy<Value = FailureKind> {
    prop_oneof![
        (any::<u32>(), bytes()).prop_map(|(code, payload)| FailureKind::Revert { code, payload }),
        bytes().prop_map(FailureKind::Panic),
        Just(FailureKind::Trap(TrapKind::DivisionByZero)),
        Just(FailureKind::OutOfGas),
        Just(FailureKind::MemoryLimit),
    ]
}

pub fn call_result() -> impl Strategy<Value = Result<Vec<u8>, CallError>> {
    let error = (id(ContractId), name(), failure_kind())
        .prop_map(|(contract, method, kind)| CallError { contract, method, kind });
    prop_oneof![vec(any::<u8>(), 0..80).prop_map(Ok), error.prop_map(Err)]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let event = (id(ContractId), name(), bounded(bytes(), 4), bytes())
        .prop_map(|(contract, name, topics, data)| Event { contract, name, topics, data });
    let failure = (any::<u16>(), id(ContractId), name(), failure_kind())
        .prop_map(|(call, contract, method, kind)| Failure { call, contract, method, kind });
    let reverted = (id(TxHash), number(Gas), amount(), failure).prop_map(
        |(transaction, gas_used, fee, failure)| Outcome::Reverted {
            transaction,
            gas_used,
            fee,
            failure,
        },
    );
    let applied = (id(TxHash), number(Gas), amount(), vec(bytes(), 0..4), bounded(event, 4))
        .prop_map(|(transaction, gas_used, fee, returns, events)| Outcome::Applied {
            transaction,
            gas_used,
            fee,
            returns,
            events,
        });
    prop_oneof![Just(Outcome::Skipped(SkipReason::CannotPay)), reverted, applied]
}

pub fn receipt() -> impl Strategy<Value = Receipt> {
    (any::<u32>(), outcome()).prop_map(|(index, outcome)| Receipt {
        version: Version,
        index,
        outcome,
    })
}

pub fn proposal() -> impl Strategy<Value = Proposal> {
    let place = (number(Epoch), number(Height), number(View), any::<u8>(), number(TimeMs));
    let body = (any::<[u8; 32]>(), any::<(u32, u32)>(), number(Gas), any::<[u8; 32]>());
    (place, body).prop_map(|(place, (tx_root, (tx_count, tx_bytes), gas, evidence_root))| {
        let (epoch, height, first_view, proposer, time) = place;
        Proposal {
            version: Version,
            epoch,
            height,
            first_view,
            proposer,
            time,
            tx_root,
            tx_count,
            tx_bytes,
            gas,
            evidence_root,
        }
    })
}

pub fn header() -> impl Strategy<Value = FinalHeader> {
    let place = (id(ChainId), number(Epoch), number(Height), id(BlockHash), number(TimeMs));
    (place, any::<[[u8; 32]; 6]>(), any::<u32>(), number(Gas)).prop_map(
        |((chain, epoch, height, parent, time), hashes, tx_count, gas_used)| {
            let [proposal, tx_root, state_root, receipts_root, set_id, next_set_id] = hashes;
            FinalHeader {
                version: Version,
                chain,
                epoch,
                height,
                parent,
                proposal,
                time,
                tx_root,
                tx_count,
                state_root,
                receipts_root,
                gas_used,
                set_id,
                next_set_id,
            }
        },
    )
}

pub fn certificate() -> impl Strategy<Value = Certificate> {
    let kind = prop_oneof![
        Just(CertificateKind::Prepare),
        Just(CertificateKind::Commit),
        Just(CertificateKind::Checkpoint),
    ];
    let vote = (kind, number(Epoch), number(View), number(Height), any::<[u8; 32]>())
        .prop_map(|(kind, epoch, view, height, hash)| Vote { kind, epoch, view, height, hash });
    (vote, any::<u128>(), bounded(signature(), 6)).prop_map(|(vote, signers, signatures)| {
        Certificate { version: Version, vote, signers, signatures }
    })
}

pub fn validator_set() -> impl Strategy<Value = ValidatorSet> {
    let validator = id(PublicKey).prop_map(|key| Validator { key });
    (number(Epoch), bounded(validator, 9)).prop_map(|(epoch, validators)| ValidatorSet {
        version: Version,
        epoch,
        validators,
    })
}

pub fn params() -> impl Strategy<Value = ChainParams> {
    let admission =
        prop_oneof![Just(Admission::Members), Just(Admission::Sponsored), Just(Admission::Open)];
    let fee = (id(AssetId), amount(), id(AccountId)).prop_map(
        |(asset, price_per_million_gas, collector)| FeeSchedule {
            asset,
            price_per_million_gas,
            collector,
        },
    );
    (id(AccountId), admission, option::of(fee), any::<[u64; 7]>(), any::<bool>()).prop_map(
        |(governance, admission, fee, numbers, devnet)| ChainParams {
            version: Version,
            governance,
            admission,
            fee,
            block_gas: Gas(numbers[0]),
            transaction_gas: Gas(numbers[1]),
            account_gas_per_block: Gas(numbers[2]),
            query_gas: Gas(numbers[3]),
            code_delay: numbers[4],
            valid_ahead_key_ms: numbers[5],
            valid_ahead_policy_ms: numbers[6],
            devnet,
        },
    )
}

pub fn call_context() -> impl Strategy<Value = CallContext> {
    let place = (id(ChainId), number(Height), number(TimeMs));
    (place, id(AccountId), id(ContractId), any::<bool>()).prop_map(
        |((chain, height, time), caller, contract, top_level)| CallContext {
            chain,
            height,
            time,
            caller,
            contract,
            top_level,
        },
    )
}

pub fn call_request() -> impl Strategy<Value = CallRequest> {
    (call(), number(Gas)).prop_map(|(call, gas)| CallRequest { call, gas })
}

pub fn list_proof() -> impl Strategy<Value = ListProof> {
    (any::<u32>(), any::<u32>(), bounded(any::<[u8; 32]>(), 5))
        .prop_map(|(index, count, path)| ListProof { index, count, path })
}
