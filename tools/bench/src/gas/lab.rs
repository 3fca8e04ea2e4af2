//! Where programs are tried out: contracts from text, on a state of a million keys on disk.

use std::{sync::Arc, time::Instant};

use parity_scale_codec::Encode;
use weal_fixtures::{Chain, call, raw_call};
use weal_runtime::{
    CallMode, CallOutput, SharedSnapshot,
    genesis::GenesisAsset,
    system::{self, contracts::DeployArgs, contracts::UpgradePolicy},
};
use weal_state::{Batch, COLUMNS, Options, RocksOptions, RocksStore, State};
use weal_types::{
    AccountId, Amount, AssetId, CodeHash, ContractId, Gas, Height,
    abi::{Abi, AssetRef, Auth, FORMAT, Layout, Method, MethodKind, Type},
    state::{ChangeSet, StateKey},
    transaction::Call,
};

/// Keys that every contract under test finds in its storage: numbers times [`KEY_STEP`],
/// little-endian.
pub const KEYS: u64 = 1_000_000;
/// An odd number, so that keys are distinct, that scatters neighbours over the whole database.
pub const KEY_STEP: u64 = 0x9e37_79b9_7f4a_7c15;
/// Bytes of a value: a record of a few fields.
const VALUE_BYTES: usize = 100;
const ROUNDS: usize = 5;

/// See the module.
pub struct Lab {
    pub chain: Chain,
    pub state: State,
    _directory: tempfile::TempDir,
    salt: u8,
}

/// What a run of a program took.
#[derive(Clone, Copy)]
pub struct Cost {
    pub nanoseconds: f64,
    pub gas: f64,
}

impl Lab {
    pub fn new() -> Self {
        let chain = Chain::with(|genesis| {
            let issuer = Chain::governance().id();
            let rich = holder();
            let balances = vec![(rich, Amount(1 << 60))];
            genesis.assets.push(GenesisAsset::new("EUR", 2, issuer, balances));
        });
        let directory = tempfile::tempdir().expect("a temporary directory");
        // A cache far smaller than the data: reads go to the files, as they do on a chain that has
        // grown.
        let options = RocksOptions { cache_bytes: 8 << 20, sync: false, ..RocksOptions::default() };
        let store = RocksStore::open(directory.path(), &COLUMNS, options).expect("a database");
        let state = State::open(Arc::new(store), Options::default()).expect("an empty state");
        let mut lab = Self { chain, state, _directory: directory, salt: 0 };
        lab.copy_to_disk();
        lab
    }

    /// Writes a block of changes to the disk.
    pub fn commit(&mut self, changes: ChangeSet) {
        let next = self.state.latest().expect("a state").map_or(0, |head| head.height.0 + 1);
        let prepared = self.state.prepare(Height(next), changes).expect("good changes");
        self.state.commit(prepared, &mut Batch::new()).expect("the disk works");
    }

    /// Deployments happen on the chain's state in memory; the one on disk follows.
    fn copy_to_disk(&mut self) {
        let entries = self.chain.state.entries().iter();
        let entries = entries.map(|(key, value)| (key.clone(), Some(value.clone())));
        let changes = ChangeSet::new(entries.collect());
        self.commit(changes);
    }

    pub fn snapshot(&self) -> SharedSnapshot {
        Arc::new(self.state.snapshot().expect("a snapshot"))
    }

    /// Deploys a contract given as the inside of a text module. It exports `weal.run`.
    pub fn deploy(&mut self, body: &str) -> ContractId {
        let text = format!("(module {body})");
        let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let module = weal_gate::package(&module, &abi()).expect("a module");
        let governance = Chain::governance();
        self.salt += 1;
        let known = self.chain.runtime.cached_code(&CodeHash::of(&module)).is_some();
        let code = match known {
            true => CodeHash::of(&module),
            false => self.chain.upload(&governance, &module),
        };
        let args = DeployArgs {
            code,
            salt: [self.salt; 32],
            owner: None,
            policy: UpgradePolicy::Owner,
            init: vec![],
        };
        let id: ContractId =
            self.chain.call(&governance, call(system::CONTRACTS, "deploy", &args)).returned();
        let pay = (asset(), id.account(), Amount(1_000_000), Vec::<u8>::new());
        self.copy_to_disk();
        let money = call(system::ASSETS, "transfer", &pay);
        let paid = self.dry_run(&money);
        self.commit(paid.changes);
        id
    }

    /// Gives a contract [`KEYS`] keys.
    pub fn fill(&mut self, contract: ContractId) {
        const BLOCK: u64 = 50_000;
        for start in (0..KEYS).step_by(BLOCK as usize) {
            let entry = |number: u64| {
                let key = number.wrapping_mul(KEY_STEP).to_le_bytes();
                let key = StateKey::new(&contract, &key).expect("a short key");
                (key, Some(vec![number as u8; VALUE_BYTES]))
            };
            self.commit(ChangeSet::new((start..start + BLOCK).map(entry).collect()));
        }
    }

    /// Runs a call of the [`holder`] on the state on disk, without keeping what it does.
    pub fn dry_run(&self, call: &Call) -> CallOutput {
        let gas = Gas(u64::MAX / 4);
        self.chain
            .runtime
            .call(&self.chain.next(), holder(), call, gas, CallMode::DryRun, self.snapshot())
            .expect("the host does not fail")
    }

    /// What `run` of a contract costs with these arguments.
    pub fn cost(&self, contract: ContractId, args: &impl Encode) -> Cost {
        let call = raw_call(contract, "run", args.encode());
        let start = Instant::now();
        let output = self.dry_run(&call);
        let nanoseconds = start.elapsed().as_secs_f64() * 1e9;
        assert!(output.result.is_ok(), "{:?}", output.result);
        Cost { nanoseconds, gas: output.gas_used.0 as f64 }
    }

    /// Nanoseconds per gas of a program whose argument says how often it repeats its work: the
    /// difference between the best long run and the best empty one.
    pub fn ratio(&self, contract: ContractId, repeat: u32) -> f64 {
        let (empty, full) = (self.best(contract, 1), self.best(contract, repeat));
        (full.nanoseconds - empty.nanoseconds) / (full.gas - empty.gas)
    }

    fn best(&self, contract: ContractId, repeat: u32) -> Cost {
        let runs = (0..ROUNDS).map(|_| self.cost(contract, &repeat));
        let gas = self.cost(contract, &repeat).gas;
        Cost { nanoseconds: crate::report::best(runs.map(|run| run.nanoseconds)), gas }
    }
}

/// Who calls, and has money.
pub fn holder() -> AccountId {
    AccountId([0x55; 32])
}

/// The asset that exists.
pub fn asset() -> AssetId {
    AssetId::derive(&Chain::governance().id(), "EUR")
}

/// The description of every contract here: `run`, which takes whatever it reads.
pub fn abi() -> Abi {
    Abi {
        format: FORMAT,
        contract: "Program".into(),
        doc: String::new(),
        layout: Layout { version: 1, hash: [0; 32] },
        methods: vec![Method {
            name: "run".into(),
            kind: MethodKind::Call,
            doc: String::new(),
            intent: String::new(),
            auth: Auth::Anyone,
            accepts: vec![AssetRef::Any],
            reentrant: true,
            args: vec![],
            ok: Type::Unit,
            errors: vec![],
            emits: vec![],
            calls_out: vec![],
        }],
        events: vec![],
        errors: vec![],
        roles: vec![],
        types: vec![],
    }
}
