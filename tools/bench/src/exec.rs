//! Suite `exec`: what executing a call costs, on a state in memory and one thread.

use std::{sync::Arc, time::Instant};

use weal_fixtures::{Chain, Signer, bare_token, call, token};
use weal_runtime::{
    DiskCacheConfig, Runtime, RuntimeConfig, VerifiedTransaction, genesis::GenesisAsset, system,
};
use weal_types::{
    AccountId, Amount, AssetId, CodeHash, ContractId, Gas,
    codec::Bounded,
    receipt::Outcome,
    transaction::{AssetAmount, Call},
};

use crate::report::{Row, best, micros_each};

/// Transactions of a measured block: a full one.
const TRANSACTIONS: usize = 4_000;
/// Calls of one transaction where the cost of a call alone is wanted.
const CALLS: usize = 64;
/// Accounts that send and receive.
const PEOPLE: usize = 1_000;
const ROUNDS: usize = 9;

/// Runs the suite.
pub fn run() -> Vec<Row> {
    let mut bench = Bench::new();
    let token = bench.token;
    let wasm = |to: AccountId| call(token, "transfer", &(to, 1_u128));
    let sdk_token = bench.sdk_token;
    let with_sdk = |to: AccountId| call(sdk_token, "transfer", &(to, 1_u128));
    let asset = bench.asset;
    let native =
        |to: AccountId| call(system::ASSETS, "transfer", &(asset, to, Amount(1), Vec::<u8>::new()));
    vec![
        Row::new("wasm_token_transfer_us", bench.per_call(&wasm, CALLS), "us").target(5.0),
        Row::new("sdk_token_transfer_us", bench.per_call(&with_sdk, CALLS), "us").target(6.0),
        Row::new("native_transfer_us", bench.per_call(&native, CALLS), "us").target(2.0),
        Row::new("wasm_token_transaction_us", bench.per_call(&wasm, 1), "us"),
        Row::new("native_transaction_us", bench.per_call(&native, 1), "us"),
        Row::new("module_compile_ms", compile_ms(), "ms"),
        Row::new("module_reload_us", reload_us(), "us"),
    ]
}

struct Bench {
    chain: Chain,
    people: Vec<Signer>,
    /// The token without the SDK.
    token: ContractId,
    /// The token with it.
    sdk_token: ContractId,
    asset: AssetId,
}

impl Bench {
    fn new() -> Self {
        let people: Vec<_> = (0..PEOPLE as u64)
            .map(|number| {
                let mut seed = [9; 32];
                seed[..8].copy_from_slice(&number.to_le_bytes());
                Signer::from_seed(seed)
            })
            .collect();
        let issuer = Chain::governance().id();
        let mut chain = Chain::with(|genesis| {
            genesis.params.block_gas = Gas(u64::MAX / 2);
            genesis.params.account_gas_per_block = Gas(u64::MAX / 2);
            let balances = people.iter().map(|person| (person.id(), Amount(1_000_000)));
            genesis.assets.push(GenesisAsset::new("EUR", 2, issuer, balances.collect()));
        });
        let governance = Chain::governance();
        let [token, sdk_token] = [bare_token(), token()].map(|module| {
            let token = chain.deploy(&governance, module, &u128::from(u64::MAX)).id;
            for page in people.chunks(200) {
                let give = |to: &Signer| call(token, "transfer", &(to.id(), 1_000_000_u128));
                let signed = chain.sign(&governance, page.iter().map(give).collect());
                assert!(matches!(chain.send(signed), Outcome::Applied { .. }));
            }
            token
        });
        Self { chain, people, token, sdk_token, asset: AssetId::derive(&issuer, "EUR") }
    }

    /// Microseconds per call, in transactions of `calls` calls each; signatures are checked
    /// beforehand.
    fn per_call(&mut self, make: &dyn Fn(AccountId) -> Call, calls: usize) -> f64 {
        let transactions = TRANSACTIONS / calls;
        let rounds = (0..ROUNDS).map(|_| {
            let verified = self.transactions(make, transactions, calls);
            let context = self.chain.next();
            let snapshot = Arc::new(self.chain.state.clone());
            let start = Instant::now();
            let output = self.chain.runtime.execute_block(&context, &verified, snapshot);
            let time = start.elapsed();
            let output = output.expect("the host does not fail");
            assert!(
                output
                    .receipts
                    .iter()
                    .all(|receipt| matches!(receipt.outcome, Outcome::Applied { .. })),
                "{:?}",
                output.receipts[0]
            );
            micros_each(time, transactions * calls)
        });
        best(rounds)
    }

    fn transactions(
        &self,
        make: &dyn Fn(AccountId) -> Call,
        transactions: usize,
        calls: usize,
    ) -> Vec<VerifiedTransaction> {
        // The same block is executed in every round, on the same state.
        let mut nonces = Chain::on(Arc::clone(&self.chain.runtime), |_| {});
        nonces.context = self.chain.context;
        let signed: Vec<_> = (0..transactions)
            .map(|number| {
                let sender = &self.people[number % PEOPLE];
                let to = |call: usize| self.people[(number * 7 + call * 13 + 1) % PEOPLE].id();
                let calls: Vec<_> = (0..calls).map(|call| make(to(call))).collect();
                let mut transaction = nonces.transaction(sender, calls);
                let limit = AssetAmount { asset: self.asset, amount: Amount(u128::MAX) };
                transaction.limits = Bounded::new(vec![limit]).expect("one limit");
                sender.sign(transaction, &self.chain.context.chain)
            })
            .collect();
        self.chain.verified(&signed)
    }
}

fn compile_ms() -> f64 {
    let module = bare_token();
    let rounds = (0..ROUNDS).map(|_| {
        let runtime = Runtime::new(&RuntimeConfig::default()).expect("the engine starts");
        let start = Instant::now();
        runtime.load_code(&CodeHash::of(module), module).expect("the token compiles");
        start.elapsed().as_secs_f64() * 1e3
    });
    best(rounds)
}

fn reload_us() -> f64 {
    let module = bare_token();
    let directory = tempfile::tempdir().expect("a temporary directory");
    let config = RuntimeConfig {
        disk_cache: Some(DiskCacheConfig { directory: directory.path().into(), key: [1; 32] }),
        ..RuntimeConfig::default()
    };
    let load = || {
        let runtime = Runtime::new(&config).expect("the engine starts");
        let start = Instant::now();
        runtime.load_code(&CodeHash::of(module), module).expect("the token loads");
        micros_each(start.elapsed(), 1)
    };
    load();
    best((0..ROUNDS).map(|_| load()))
}
