//! Before the first call: signatures, authority, nonce, time, admission, quota, fee.

mod support;

use parity_scale_codec::Encode;
use support::{EUR, Stage, alice};
use weal_fixtures::{Chain, Signer, call, sign_together};
use weal_runtime::{InvalidTransaction, VerifiedTransaction, system, verify_batch};
use weal_types::{
    AccountId, Amount, ChainId, Gas, Nonce, PublicKey, TimeMs,
    account::{Authority, Policy, WeightedKey},
    codec::{Bounded, Version},
    params::{Admission, FeeSchedule},
    receipt::{FailureKind, Outcome, SkipReason},
    transaction::{
        ACCOUNT_SIGNING_CONTEXT, AssetAmount, Call, KeySignature, MessageForm, SignedTransaction,
        Transaction,
    },
};

/// A call that anybody may make and that changes nothing.
fn nothing() -> Call {
    call(system::ACCOUNTS, "account", &alice().id())
}

fn skipped(outcome: Outcome) -> SkipReason {
    match outcome {
        Outcome::Skipped(reason) => reason,
        other => panic!("expected a skip, found {other:?}"),
    }
}

/// Sends alice's next transaction after `change`.
fn send(chain: &mut Chain, change: impl FnOnce(&mut Transaction)) -> Outcome {
    let mut transaction = chain.transaction(&alice(), vec![nothing()]);
    change(&mut transaction);
    let signed = alice().sign(transaction, &chain.context.chain);
    chain.send(signed)
}

#[test]
fn a_skipped_transaction_leaves_no_trace() {
    let mut chain = Chain::devnet();
    let before = chain.state.entries().clone();
    let transaction = chain.transaction(&alice(), vec![nothing()]);
    let late = Transaction { nonce: Nonce(1), ..transaction };
    let signed = alice().sign(late, &chain.context.chain);
    let output = chain.block(&[signed]);
    assert_eq!(output.gas_used, Gas::ZERO);
    assert!(output.changes.is_empty());
    assert_eq!(*chain.state.entries(), before);
}

#[test]
fn nonces_are_strict() {
    let mut chain = Chain::devnet();
    assert!(matches!(send(&mut chain, |_| {}), Outcome::Applied { .. }));
    let replay = send(&mut chain, |transaction| transaction.nonce = Nonce(0));
    assert_eq!(skipped(replay), SkipReason::WrongNonce);
    let early = send(&mut chain, |transaction| transaction.nonce = Nonce(2));
    assert_eq!(skipped(early), SkipReason::WrongNonce);
    assert!(matches!(send(&mut chain, |_| {}), Outcome::Applied { .. }));
}

#[test]
fn a_reverted_transaction_uses_its_nonce() {
    let mut chain = Chain::devnet();
    let bad = call(system::ACCOUNTS, "suspend", &alice().id());
    let sent = chain.call(&alice(), bad);
    assert_eq!(sent.failed().kind, FailureKind::Unauthorised);
    let again = send(&mut chain, |transaction| transaction.nonce = Nonce(0));
    assert_eq!(skipped(again), SkipReason::WrongNonce);
}

#[test]
fn validity_ends_and_does_not_lie_too_far_ahead() {
    const DAY_MS: u64 = 24 * 3_600_000;
    let mut chain = Chain::devnet();
    let now = chain.next().time.0;
    let expired = send(&mut chain, |transaction| transaction.valid_until = TimeMs(now - 1));
    assert_eq!(skipped(expired), SkipReason::Expired);
    let now = chain.next().time.0;
    let last = send(&mut chain, |transaction| transaction.valid_until = TimeMs(now));
    assert!(matches!(last, Outcome::Applied { .. }));
    let now = chain.next().time.0;
    let far = send(&mut chain, |transaction| transaction.valid_until = TimeMs(now + DAY_MS + 1));
    assert_eq!(skipped(far), SkipReason::ExpiresTooLate);
    let never = send(&mut chain, |transaction| transaction.valid_until = TimeMs(u64::MAX));
    assert_eq!(skipped(never), SkipReason::ExpiresTooLate);
}

#[test]
fn a_policy_needs_its_weight_and_admits_no_stranger() {
    let [a, b, c, stranger] = [11, 12, 13, 14].map(Signer::new);
    let mut keys: Vec<_> =
        [&a, &b, &c].iter().map(|signer| WeightedKey { key: signer.key(), weight: 1 }).collect();
    keys.sort_by_key(|entry| entry.key);
    let policy = Policy { threshold: 2, keys: Bounded::new(keys).unwrap() };
    let mut chain = Chain::devnet();
    let set = call(system::ACCOUNTS, "set_authority", &Authority::Policy(policy));
    chain.call(&a, set).applied();
    let mut send = |signers: &[&Signer]| {
        let transaction = chain.transaction(&a, vec![nothing()]);
        let signed = sign_together(signers, &[], transaction, &chain.context.chain);
        chain.send(signed)
    };
    assert_eq!(skipped(send(&[&a])), SkipReason::Unauthorised);
    assert_eq!(skipped(send(&[&a, &stranger])), SkipReason::Unauthorised);
    assert_eq!(skipped(send(&[&a, &b, &stranger])), SkipReason::Unauthorised);
    assert!(matches!(send(&[&b, &c]), Outcome::Applied { .. }));
    assert!(matches!(send(&[&a, &b, &c]), Outcome::Applied { .. }));
}

#[test]
fn admission_modes() {
    let sponsor = Signer::new(21);
    let outcome = |admission, sponsored: bool| {
        let mut chain = Chain::with(|genesis| {
            genesis.params.admission = admission;
            let account = weal_runtime::genesis::GenesisAccount {
                id: sponsor.id(),
                authority: Authority::Key(sponsor.key()),
            };
            genesis.accounts.push(account);
        });
        let mut transaction = chain.transaction(&alice(), vec![nothing()]);
        transaction.sponsor = sponsored.then(|| sponsor.id());
        let sponsors: &[&Signer] = if sponsored { &[&sponsor] } else { &[] };
        let signed = sign_together(&[&alice()], sponsors, transaction, &chain.context.chain);
        let outcome = chain.send(signed);
        // Members may always send.
        chain.call(&sponsor, nothing()).applied();
        matches!(outcome, Outcome::Applied { .. })
    };
    assert!(outcome(Admission::Open, false) && outcome(Admission::Open, true));
    assert!(!outcome(Admission::Sponsored, false) && outcome(Admission::Sponsored, true));
    assert!(!outcome(Admission::Members, false) && !outcome(Admission::Members, true));
}

#[test]
fn quota_and_gas_limits() {
    let mut chain = Chain::with(|genesis| {
        genesis.params.transaction_gas = Gas(1_000_000);
        genesis.params.account_gas_per_block = Gas(1_500_000);
        genesis.params.block_gas = Gas(2_000_000);
    });
    let gas = |gas| move |transaction: &mut Transaction| transaction.gas_limit = Gas(gas);
    assert_eq!(skipped(send(&mut chain, gas(1_000_001))), SkipReason::GasLimit);
    assert_eq!(skipped(send(&mut chain, gas(1_000))), SkipReason::GasLimit);
    let mut signed = Vec::new();
    for (signer, gas) in [
        (alice(), 1_000_000),
        (alice(), 1_000_000),
        (Signer::new(5), 1_000_000),
        (Signer::new(6), 500_000),
    ] {
        let mut transaction = chain.transaction(&signer, vec![nothing()]);
        transaction.gas_limit = Gas(gas);
        signed.push(signer.sign(transaction, &chain.context.chain));
    }
    let reasons: Vec<_> = chain
        .block(&signed)
        .receipts
        .into_iter()
        .map(|receipt| match receipt.outcome {
            Outcome::Skipped(reason) => Some(reason),
            _ => None,
        })
        .collect();
    assert_eq!(
        reasons,
        [None, Some(SkipReason::OverQuota), None, Some(SkipReason::GasLimit)],
        "the second is over alice's quota, the last over the block's"
    );
}

#[test]
fn fees_that_are_too_low_or_cannot_be_paid() {
    let collector = Signer::new(9).id();
    let schedule = FeeSchedule { asset: EUR(), price_per_million_gas: Amount(10), collector };
    let mut chain = Chain::with(|genesis| {
        Stage::genesis(genesis);
        genesis.params.fee = Some(schedule);
    });
    let fee = |gas, fee| {
        move |transaction: &mut Transaction| {
            transaction.gas_limit = Gas(gas);
            transaction.max_fee = Amount(fee);
        }
    };
    assert_eq!(skipped(send(&mut chain, fee(1_000_000, 9))), SkipReason::FeeTooLow);
    assert!(matches!(send(&mut chain, fee(1_000_000, 10)), Outcome::Applied { .. }));
    assert_eq!(skipped(send(&mut chain, fee(1_000_000, 1_000_001))), SkipReason::CannotPay);
    // A sponsor pays for somebody who has nothing.
    let poor = Signer::new(30);
    let mut transaction = chain.transaction(&poor, vec![nothing()]);
    (transaction.max_fee, transaction.sponsor) = (Amount(400), Some(alice().id()));
    let chain_id = chain.context.chain;
    let signed = sign_together(&[&poor], &[&alice()], transaction, &chain_id);
    assert!(matches!(chain.send(signed), Outcome::Applied { .. }));
}

#[test]
fn the_signers_own_limits_guard_what_leaves() {
    let mut chain = Chain::with(Stage::genesis);
    let pay = |amount: u128| {
        let args = (EUR(), Signer::new(2).id(), Amount(amount), Vec::<u8>::new());
        call(system::ASSETS, "transfer", &args)
    };
    let mut send = |amount, limit: Option<u128>| {
        let mut transaction = chain.transaction(&alice(), vec![nothing(), pay(amount)]);
        let limit = limit.map(|amount| AssetAmount { asset: EUR(), amount: Amount(amount) });
        transaction.limits = Bounded::new(limit.into_iter().collect()).unwrap();
        let signed = alice().sign(transaction, &chain.context.chain);
        chain.send(signed)
    };
    assert!(matches!(send(50, Some(50)), Outcome::Applied { .. }));
    for outcome in [send(51, Some(50)), send(1, None)] {
        let Outcome::Reverted { failure, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!((failure.kind, failure.call), (FailureKind::SpendLimit, 1));
    }
}

#[test]
fn form_and_signatures_are_checked_without_the_state() {
    let mut chain = Chain::devnet();
    let id = chain.context.chain;
    let good = chain.transaction(&alice(), vec![nothing()]);
    let check = |bytes: &[u8]| VerifiedTransaction::from_wire(bytes, &id).map(|_| ());
    let signed = alice().sign(good.clone(), &id);
    assert_eq!(check(&signed), Ok(()));
    assert!(matches!(check(&signed[1..]), Err(InvalidTransaction::Decode(_))));
    assert!(matches!(check(&[&signed[..], &[0]].concat()), Err(InvalidTransaction::Decode(_))));

    let bad_key = |result| matches!(result, Err(InvalidTransaction::Signature { .. }));
    assert!(bad_key(check(&alice().sign(good.clone(), &ChainId([1; 32])))), "another chain");
    let with = |transaction: &Transaction, signatures| {
        SignedTransaction {
            version: Version,
            transaction: transaction.clone(),
            signatures: Bounded::new(signatures).unwrap(),
            sponsor_signatures: Bounded::default(),
        }
        .encode()
    };
    let message = good.hash(&id).0;
    let wrapped = alice().sign_message(&message, MessageForm::Wrapped);
    assert_eq!(check(&with(&good, vec![wrapped])), Ok(()), "a browser wallet's form");
    let mut lying = wrapped;
    lying.form = MessageForm::Bare;
    assert!(bad_key(check(&with(&good, vec![lying]))));
    assert_eq!(
        check(&with(&good, vec![wrapped, wrapped])),
        Err(InvalidTransaction::SignaturesUnsorted)
    );
    let sponsor_message = good.sponsor_message(&id);
    let as_sponsor = alice().sign_message(&sponsor_message, MessageForm::Bare);
    assert!(bad_key(check(&with(&good, vec![as_sponsor]))), "a sponsor's signature is no signer's");
    let own = Transaction { sponsor: Some(alice().id()), ..good.clone() };
    assert_eq!(
        check(&sign_together(&[&alice()], &[&alice()], own, &id)),
        Err(InvalidTransaction::OwnSponsor)
    );
    let missing = Transaction { sponsor: Some(AccountId([4; 32])), ..good.clone() };
    assert_eq!(check(&alice().sign(missing, &id)), Err(InvalidTransaction::Sponsor));
    let limit = AssetAmount { asset: EUR(), amount: Amount(1) };
    let twice = Transaction { limits: Bounded::new(vec![limit, limit]).unwrap(), ..good };
    assert_eq!(check(&alice().sign(twice, &id)), Err(InvalidTransaction::LimitsUnsorted));
}

#[test]
fn every_bit_of_a_signed_transaction_counts() {
    let mut chain = Chain::devnet();
    let signed = chain.sign(&alice(), vec![nothing()]);
    for bit in 0..signed.len() * 8 {
        let mut changed = signed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let result = VerifiedTransaction::from_wire(&changed, &chain.context.chain);
        assert!(result.is_err(), "bit {bit}");
    }
}

#[test]
fn a_batch_blames_only_the_bad() {
    let mut chain = Chain::devnet();
    let id = chain.context.chain;
    let mut batch: Vec<_> = (0..20).map(|_| chain.sign(&alice(), vec![nothing()])).collect();
    let last = batch[7].len() - 2;
    batch[7][last] ^= 1;
    batch[13].truncate(40);
    for (index, verdict) in verify_batch(&batch, &id).into_iter().enumerate() {
        let single = VerifiedTransaction::from_wire(&batch[index], &id);
        assert_eq!(verdict.as_ref().err(), single.as_ref().err(), "{index}");
        assert_eq!(verdict.is_err(), [7, 13].contains(&index));
    }
    assert!(verify_batch(&Vec::<Vec<u8>>::new(), &id).is_empty());
}

#[test]
fn two_wrong_signatures_that_cancel_out_are_both_caught() {
    // Adding a multiple of the base point to one signature's scalar and taking it from another's
    // deceives a batch whose weights an attacker can predict. Ours come from the operating system.
    let mut chain = Chain::devnet();
    let id = chain.context.chain;
    let mut batch: Vec<_> = (0..2).map(|_| chain.sign(&alice(), vec![nothing()])).collect();
    for (bytes, up) in batch.iter_mut().zip([true, false]) {
        // The scalar is the second half of the last signature but for the list of sponsors behind
        // it.
        let at = bytes.len() - 1 - 32;
        bytes[at] = if up { bytes[at].wrapping_add(1) } else { bytes[at].wrapping_sub(1) };
    }
    assert!(verify_batch(&batch, &id).iter().all(Result::is_err));
}

#[test]
fn nobody_signs_for_the_neutral_key() {
    // For the key of 32 zeros the scalar 0 and its point solve the verification equation, whatever
    // the message is.
    let mut forged = [0; 64];
    forged[63] |= 0x80; // how schnorrkel marks its signatures
    let (neutral, message) = (PublicKey([0; 32]), [1; 32]);
    let key = schnorrkel::PublicKey::from_bytes(&neutral.0).unwrap();
    let signature = schnorrkel::Signature::from_bytes(&forged).unwrap();
    let taken = key.verify_simple(ACCOUNT_SIGNING_CONTEXT, &message, &signature);
    assert!(taken.is_ok(), "the library takes the forgery");
    assert!(!weal_runtime::is_signed(&neutral, &message, &forged), "we do not");

    let mut chain = Chain::devnet();
    let mut transaction = chain.transaction(&alice(), vec![nothing()]);
    transaction.signer = AccountId([0; 32]);
    let signature = KeySignature { key: neutral, form: MessageForm::Bare, signature: forged };
    let signed = SignedTransaction {
        version: Version,
        transaction,
        signatures: Bounded::new(vec![signature]).unwrap(),
        sponsor_signatures: Bounded::default(),
    };
    for verdict in verify_batch(&[signed.encode()], &chain.context.chain) {
        assert_eq!(verdict.err(), Some(InvalidTransaction::Signature { key: neutral }));
    }
}
