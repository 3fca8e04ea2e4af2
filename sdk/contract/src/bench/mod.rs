//! The test bench: contracts on a chain of one process, natively and in Wasm.
//!
//! A test is a function that takes a [`Bench`]. With `#[weal_sdk::test(native, vm)]` it runs twice,
//! once with the contracts' native code and once with their Wasm, on the real executor both times,
//! and what happened must be the same: results, errors, events and every byte of the state.
//!
//! ```no_run
//! # use weal_sdk::{bench::Bench, prelude::*};
//! # #[derive(Storage)] pub struct Counter { count: Item<u64> }
//! # #[contract] impl Counter {
//! #     #[call(auth = anyone)] pub fn add(&mut self, by: u64) { self.count += by; }
//! #     #[query] pub fn count(&self) -> u64 { self.count.get() }
//! # }
//! #[weal_sdk::test(native, vm)]
//! fn counts(t: &mut Bench) {
//!     let [alice] = t.accounts();
//!     let counter = t.deploy(alice, &contract());
//!     t.by(alice).call(counter, CounterCalls::add(2)).unwrap();
//!     assert_eq!(t.query(counter, CounterCalls::count()), 2);
//! }
//! # fn main() {}
//! ```
//!
//! Signers are named, and nothing is permitted for the sake of a test. Gas is that of the chain in
//! Wasm; natively, instructions are not counted.
//!
//! | file | one idea |
//! |---|---|
//! | `chain`, `signer`, `state` | blocks one after another on a state in memory |
//! | `actor`, `outcome` | making calls, and what came of them |
//! | `guest` | a contract's native code in the place of its Wasm |
//! | `wasm` | a contract's Wasm, built on demand |
//! | `compare` | the two runs of a test side by side |
//! | `mock` | a contract that answers as a test wants |
//! | `random` | random calls by ABI, with shrinking |
//! | `costs` | gas and time of each method |

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on must say so")]

mod actor;
mod chain;
mod compare;
mod costs;
mod guest;
mod mock;
mod outcome;
mod random;
mod signer;
mod state;
mod wasm;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use weal_runtime::system;
use weal_types::{AccountId, Amount, AssetId, CodeHash, Height, TimeMs, transaction::AssetAmount};

use crate::codec::Decode;
pub use actor::Actor;
pub use chain::{Chain, Deployed, Sent, attach, call, raw_call};
pub use compare::run;
pub use mock::Mock;
pub use outcome::Outcome;
pub use random::RandomCalls;
pub use signer::{Signer, sign_together};
pub use state::MemoryState;
pub use wasm::{WasmError, build};

/// With which code a test runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// The contracts' native code, for debuggers and speed.
    Native,
    /// The contracts' Wasm, as the chain runs it.
    Vm,
}

/// A person of a test: an account with a key, whom the bench signs for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(u8);

/// What the first accounts are called in messages.
const NAMES: [&str; 10] =
    ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"];

/// Who governs the chain: its seed is the highest.
const GOVERNANCE: Account = Account(0xfe);

impl Account {
    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> String {
        let name = NAMES.get(usize::from(self.0)).copied();
        let name = name.or((self == GOVERNANCE).then_some("governance"));
        name.map_or_else(|| format!("account {}", self.0), ToString::to_string)
    }

    /// Its id on the chain.
    #[must_use]
    pub fn id(self) -> AccountId {
        self.signer().id()
    }

    fn signer(self) -> Signer {
        // The highest seed is the chain's governance.
        Signer::new(self.0 + 1)
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.name())
    }
}

impl From<Account> for AccountId {
    fn from(account: Account) -> Self {
        account.id()
    }
}

type Invariant = Rc<dyn Fn(&Bench) -> bool>;

/// A chain under test, and the people on it.
pub struct Bench {
    mode: Mode,
    /// Whether the same test runs in the other mode too.
    compared: bool,
    chain: Chain,
    people: u8,
    issued: u8,
    /// Assets that the test has made.
    assets: Vec<AssetId>,
    mocks: u64,
    uploaded: BTreeSet<CodeHash>,
    invariants: Vec<(String, Invariant)>,
    steps: RefCell<Vec<compare::Step>>,
}

/// A point in a test to go back to: the state, the block and its clock.
#[derive(Clone)]
pub struct Point {
    state: MemoryState,
    context: weal_runtime::BlockContext,
    nonces: BTreeMap<AccountId, u64>,
    uploaded: BTreeSet<CodeHash>,
}

impl Bench {
    /// A chain with no contracts, assets or people. Tests get theirs from `#[weal_sdk::test]`.
    fn new(mode: Mode, compared: bool) -> Self {
        let chain = Chain::devnet();
        Self {
            mode,
            compared,
            chain,
            people: 0,
            issued: 0,
            assets: Vec::new(),
            mocks: 0,
            uploaded: BTreeSet::new(),
            invariants: Vec::new(),
            steps: RefCell::default(),
        }
    }

    /// With which code this run is made.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// New people, who have nothing. At most 254 in a test.
    pub fn accounts<const N: usize>(&mut self) -> [Account; N] {
        std::array::from_fn(|_| {
            let account = Account(self.people);
            self.people = self
                .people
                .checked_add(1)
                .filter(|next| *next < 255)
                .expect("a test has at most 254 people");
            account
        })
    }

    /// Who governs the chain.
    #[must_use]
    pub fn governance(&self) -> Account {
        GOVERNANCE
    }

    /// A new asset whose amounts have so many decimals. Nobody has any of it.
    pub fn asset(&mut self, symbol: &str, decimals: u8) -> AssetId {
        let governance = Chain::governance();
        // Anybody may send it to anybody.
        let open = system::assets::Transfers::Free;
        let args = (symbol, decimals, None::<Amount>, open, governance.id());
        let sent = self.chain.call(&governance, call(system::ASSETS, "create", &args));
        let asset = sent.returned();
        self.assets.push(asset);
        asset
    }

    /// Issues an amount to somebody.
    pub fn give(&mut self, to: impl Into<AccountId>, asset: AssetId, amount: u128) {
        let governance = Chain::governance();
        self.issued = self.issued.checked_add(1).expect("a test issues at most 255 times");
        let reference = [self.issued; 32];
        let args = (asset, to.into(), Amount(amount), reference);
        self.chain.call(&governance, call(system::ASSETS, "mint", &args)).applied();
    }

    /// What an account or a contract holds.
    #[must_use]
    pub fn balance(&self, holder: impl Into<AccountId>, asset: AssetId) -> u128 {
        let balance: system::assets::Balance =
            self.chain.read(system::ASSETS, "balance", &(holder.into(), asset));
        balance.free.0
    }

    /// Lets somebody make calls.
    pub fn by(&mut self, account: Account) -> Actor<'_> {
        Actor { bench: self, account, attached: Vec::new() }
    }

    /// Time of the last block.
    #[must_use]
    pub fn now(&self) -> TimeMs {
        self.chain.context.time
    }

    /// Height of the last block.
    #[must_use]
    pub fn height(&self) -> Height {
        self.chain.context.height
    }

    /// Lets time pass before the next block, which comes a second later in any case.
    pub fn pass(&mut self, time: std::time::Duration) {
        let millis = u64::try_from(time.as_millis()).expect("less than 500 million years");
        self.chain.context.time = TimeMs(self.chain.context.time.0 + millis);
    }

    /// This point, to go back to.
    #[must_use]
    pub fn point(&self) -> Point {
        Point {
            state: self.chain.state.clone(),
            context: self.chain.context,
            nonces: self.chain.nonces.clone(),
            uploaded: self.uploaded.clone(),
        }
    }

    /// Goes back to a point: its state, its height and its time.
    pub fn back_to(&mut self, point: &Point) {
        self.chain.state = point.state.clone();
        self.chain.context = point.context;
        self.chain.nonces = point.nonces.clone();
        self.uploaded = point.uploaded.clone();
    }

    /// What must hold after every call from now on. It may ask queries.
    pub fn invariant(&mut self, name: &str, holds: impl Fn(&Self) -> bool + 'static) {
        self.invariants.push((name.into(), Rc::new(holds)));
        self.check_invariants("the start");
    }

    fn check_invariants(&self, after: &str) {
        for (name, holds) in &self.invariants {
            assert!(holds(self), "the invariant `{name}` does not hold after {after}");
        }
    }
}

/// Asset and amount, as calls attach them.
fn amount_of(asset: AssetId, amount: u128) -> AssetAmount {
    AssetAmount { asset, amount: Amount(amount) }
}

/// Decodes what a contract returned, all of it.
fn decoded<T: Decode>(what: &str, mut bytes: &[u8]) -> T {
    let value = T::decode(&mut bytes);
    match value {
        Ok(value) if bytes.is_empty() => value,
        _ => panic!("`{what}` returned bytes that its type does not describe"),
    }
}
