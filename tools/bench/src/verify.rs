//! Suite `verify`: signatures, as the node checks them.

use std::{hint::black_box, time::Instant};

use weal_fixtures::{Chain, Signer, call};
use weal_runtime::{VerifiedTransaction, is_signed, system, verify_batch};
use weal_types::transaction::SignedTransaction;

use crate::report::{Row, best, micros_each};

/// Transactions of one batch; each has one signature by a key of its own.
const BATCH: usize = 256;
const ROUNDS: usize = 15;

/// Runs the suite.
pub fn run() -> Vec<Row> {
    let mut chain = Chain::devnet();
    let transactions: Vec<_> = (0..BATCH)
        .map(|number| {
            let mut seed = [7; 32];
            seed[..8].copy_from_slice(&(number as u64).to_le_bytes());
            let signer = Signer::from_seed(seed);
            let calls = vec![call(system::ACCOUNTS, "account", &signer.id())];
            chain.sign(&signer, calls)
        })
        .collect();
    let id = chain.context.chain;
    let signed: Vec<_> = transactions
        .iter()
        .map(|bytes| SignedTransaction::from_wire(bytes).expect("it was just made"))
        .map(|signed| (signed.transaction.hash(&id), signed.signatures[0]))
        .collect();

    let mut rows = Vec::new();
    let mut measure = |name: &str, target: Option<f64>, work: &mut dyn FnMut()| {
        let rounds = (0..ROUNDS).map(|_| {
            let start = Instant::now();
            work();
            micros_each(start.elapsed(), BATCH)
        });
        rows.push(Row { target, ..Row::new(name, best(rounds), "us") });
    };
    measure("sr25519_single_us", None, &mut || {
        for (message, signature) in &signed {
            assert!(is_signed(&signature.key, &message.0, &signature.signature));
        }
    });
    measure("sr25519_batch256_us", None, &mut || {
        assert!(black_box(verify_batch(&transactions, &id)).iter().all(Result::is_ok));
    });
    measure("transaction_single_us", None, &mut || {
        for bytes in &transactions {
            assert!(VerifiedTransaction::from_wire(black_box(bytes), &id).is_ok());
        }
    });
    rows
}
