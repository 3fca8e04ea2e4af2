//! Lines of the schedule that no program reaches from inside: transactions, signatures, instances,
//! uploads.

use std::time::Instant;

use weal_fixtures::{Chain, Signer, call};
use weal_runtime::{VerifiedTransaction, gas, system};
use weal_types::{AccountId, Gas};

use super::{lab::Lab, row};
use crate::report::{Row, best};

/// Transactions of a measured block.
const TRANSACTIONS: usize = 1_000;
const ROUNDS: usize = 5;

/// One row per line.
pub fn rows(lab: &mut Lab) -> Vec<Row> {
    vec![
        row("transaction", transaction()),
        row("signature_single", signature()),
        row("instance_of_many_parts", instance(lab)),
        row("upload", upload()),
    ]
}

/// The cheapest transactions there are: one query each, every sender another account.
fn transaction() -> f64 {
    let mut chain = Chain::with(|genesis| genesis.params.block_gas = Gas(u64::MAX / 2));
    let signed: Vec<_> = (0..TRANSACTIONS as u64)
        .map(|number| {
            let mut seed = [5; 32];
            seed[..8].copy_from_slice(&number.to_le_bytes());
            let query = call(system::ACCOUNTS, "is_registrar", &AccountId([1; 32]));
            chain.sign(&Signer::from_seed(seed), vec![query])
        })
        .collect();
    let verified = chain.verified(&signed);
    let rounds = (0..ROUNDS).map(|_| {
        let snapshot = std::sync::Arc::new(chain.state.clone());
        let start = Instant::now();
        let output = chain.runtime.execute_block(&chain.next(), &verified, snapshot);
        let nanoseconds = start.elapsed().as_secs_f64() * 1e9;
        let gas_used = output.expect("the host does not fail").gas_used.0;
        // The signature is part of the price and not of the work here; its own row is below.
        nanoseconds / (gas_used - gas::SIGNATURE * TRANSACTIONS as u64) as f64
    });
    best(rounds)
}

/// A signature that is verified alone, as after a batch that fails.
fn signature() -> f64 {
    let mut chain = Chain::devnet();
    let query = call(system::ACCOUNTS, "is_registrar", &AccountId([1; 32]));
    let signed = chain.sign(&Signer::new(1), vec![query]);
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        for _ in 0..100 {
            let verified = VerifiedTransaction::from_wire(&signed, &chain.context.chain);
            assert!(verified.is_ok());
        }
        start.elapsed().as_secs_f64() * 1e9 / (100 * gas::SIGNATURE) as f64
    });
    best(rounds)
}

/// An instance with as many globals, table entries and data segments as the gate lets through.
fn instance(lab: &mut Lab) -> f64 {
    let globals: String =
        (0..weal_gate::profile::GLOBALS).map(|_| "(global (mut i64) (i64.const 7))").collect();
    let entries = "$f ".repeat(weal_gate::profile::TABLE_ENTRIES as usize);
    let contract = lab.deploy(&format!(
        r#"(memory (export "memory") 1)
        {globals}
        (table {} funcref)
        (elem (i32.const 0) {entries})
        (func $f)
        (func (export "weal.run"))"#,
        weal_gate::profile::TABLE_ENTRIES,
    ));
    let cost = lab.repeated_calls(contract);
    cost.nanoseconds / cost.gas
}

/// The upload of a module of many functions: gate, hash, storage.
fn upload() -> f64 {
    let function = "(func (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))";
    let text = format!(
        r#"(module (memory (export "memory") 1) {} (func (export "weal.run")))"#,
        function.repeat(weal_gate::profile::FUNCTIONS as usize - 1)
    );
    let module = wat::parse_str(text).expect("a module");
    let module = weal_gate::package(&module, &super::lab::abi()).expect("a module");
    let rounds = (0..ROUNDS).map(|_| {
        let mut chain = Chain::devnet();
        let signer = Signer::new(1);
        let upload = call(system::CONTRACTS, "upload", &module);
        let signed = chain.sign(&signer, vec![upload]);
        let verified = chain.verified(&[signed]);
        let snapshot = std::sync::Arc::new(chain.state.clone());
        let start = Instant::now();
        let output = chain.runtime.execute_block(&chain.next(), &verified, snapshot);
        let nanoseconds = start.elapsed().as_secs_f64() * 1e9;
        nanoseconds / output.expect("the host does not fail").gas_used.0 as f64
    });
    best(rounds)
}
