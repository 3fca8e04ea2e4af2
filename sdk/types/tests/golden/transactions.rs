//! Transactions, and what is signed.

use serde_json::{Value, json};
use weal_types::{
    AccountId, Amount, ContractId, Gas, Nonce, TimeMs,
    codec::{Bounded, Name, Version},
    transaction::{
        AssetAmount, Call, KeySignature, MessageForm, SignedTransaction, Transaction,
        keys_are_sorted,
    },
};

use crate::{
    accounts::policy,
    hashes::{asset, chain, contract},
    json::hex,
    signing::{ALICE, BOB, CHARLIE, Signer},
    store::{Golden, vector},
};

fn call(to: ContractId, method: &str, args: &[u8], attach: Vec<AssetAmount>) -> Call {
    Call {
        to,
        method: Name::new(method).expect("a name"),
        args: Bounded::new(args.into()).expect("few bytes"),
        attach: Bounded::new(attach).expect("few assets"),
    }
}

fn plain() -> Transaction {
    Transaction {
        version: Version,
        signer: AccountId::of_key(ALICE.public()),
        nonce: Nonce(0),
        valid_until: TimeMs(1_800_000_000_000),
        gas_limit: Gas(1_000_000),
        max_fee: Amount(0),
        sponsor: None,
        limits: Bounded::default(),
        calls: Bounded::new(vec![call(contract(), "give", &[], vec![])]).expect("one call"),
    }
}

/// Every field filled, and lists of several.
fn rich() -> Transaction {
    let eur = AssetAmount { asset: asset("EUR"), amount: Amount(150_050) };
    let meals = AssetAmount { asset: asset("MEAL"), amount: Amount(u128::MAX) };
    let mut limits = vec![eur, meals];
    limits.sort();
    let calls = vec![
        call(contract(), "give", &[], vec![eur]),
        call(ContractId::system(2), "transfer", &[0xab; 80], vec![]),
        call(contract(), "pay_2", &7_u32.to_le_bytes(), vec![eur, meals]),
    ];
    let transaction = Transaction {
        nonce: Nonce(u64::MAX),
        gas_limit: Gas(50_000_000),
        max_fee: Amount(1 << 64),
        sponsor: Some(AccountId::of_key(BOB.public())),
        limits: Bounded::new(limits).expect("two limits"),
        calls: Bounded::new(calls).expect("three calls"),
        ..plain()
    };
    assert!(transaction.limits_are_sorted());
    transaction
}

fn of_policy() -> Transaction {
    Transaction { signer: contract().account(), nonce: Nonce(12), ..plain() }
}

pub fn write(golden: &mut Golden, signer: &mut Signer) {
    let transactions = [
        ("plain", "one call without arguments", plain()),
        ("rich", "a sponsor, limits, several calls, attached assets, large numbers", rich()),
        ("policy", "on behalf of an account with a policy", of_policy()),
    ];
    let mut vectors: Vec<_> = transactions
        .iter()
        .map(|(name, text, transaction)| vector(name, text, transaction, messages(transaction)))
        .collect();
    vectors.extend(signed(signer));
    golden.vectors(
        "transaction",
        "Transactions on the chain `identifiers.json` names. The signer signs `hash`, a sponsor \
         signs `sponsor_message`, each bare or wrapped, in the signing context `substrate`.",
        vectors,
    );
}

fn messages(transaction: &Transaction) -> Value {
    let hash = transaction.hash(&chain()).0;
    let sponsor = transaction.sponsor_message(&chain());
    json!({
        "chain": hex(&chain().0),
        "hash": hex(&hash),
        "signed_bare": hex(&MessageForm::Bare.apply(&hash)),
        "signed_wrapped": hex(&MessageForm::Wrapped.apply(&hash)),
        "sponsor_message": hex(&sponsor),
        "sponsor_signed_wrapped": hex(&MessageForm::Wrapped.apply(&sponsor)),
    })
}

fn signed(signer: &mut Signer) -> Vec<Value> {
    let (bare, wrapped) = (MessageForm::Bare, MessageForm::Wrapped);
    let mut vectors = Vec::new();
    let mut add = |name: &str, text: &str, transaction, mut by: Vec<KeySignature>, sponsor| {
        by.sort_by_key(|entry| entry.key);
        assert!(keys_are_sorted(&by));
        let signed = SignedTransaction {
            version: Version,
            transaction,
            signatures: Bounded::new(by).expect("some signatures"),
            sponsor_signatures: Bounded::new(sponsor).expect("few signatures"),
        };
        let derived = json!({
            "hash": hex(&signed.transaction.hash(&chain()).0),
            "wire_id": hex(&signed.wire_id().0),
        });
        vectors.push(vector(name, text, &signed, derived));
    };

    let message = plain().hash(&chain()).0;
    let by = vec![signer.account("signed bare", &ALICE, bare, &message)];
    add("signed bare", "by a program", plain(), by, vec![]);
    let by = vec![signer.account("signed wrapped", &ALICE, wrapped, &message)];
    add("signed wrapped", "by a browser wallet", plain(), by, vec![]);

    let message = rich().hash(&chain()).0;
    let by = vec![signer.account("sponsored, signer", &ALICE, bare, &message)];
    let message = rich().sponsor_message(&chain());
    let sponsor = vec![signer.account("sponsored, sponsor", &BOB, wrapped, &message)];
    add("sponsored", "the sponsor signs another message", rich(), by, sponsor);

    let message = of_policy().hash(&chain()).0;
    let by = vec![
        signer.account("policy", &BOB, bare, &message),
        signer.account("policy", &CHARLIE, wrapped, &message),
    ];
    let authority = weal_types::account::Authority::Policy(policy());
    let mut keys = [BOB.public(), CHARLIE.public()];
    keys.sort();
    assert!(authority.is_satisfied_by(keys.into_iter()));
    add("policy", "two of three keys, ascending", of_policy(), by, vec![]);
    vectors
}
