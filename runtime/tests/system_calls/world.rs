//! A chain, and calls of system contracts on it whose results, events and refusals are checked
//! against the ABI documents.

use std::sync::{Arc, OnceLock};

use parity_scale_codec::{Decode, Encode};
use puppet::{OnFailure, Step};
use weal_fixtures::{Chain, Sent, Signer, attach, call};
use weal_runtime::{
    Runtime, RuntimeConfig,
    genesis::{Genesis, GenesisAccount, GenesisAsset},
    system::{
        self,
        assets::Balance,
        contracts::{DeployArgs, UpgradePolicy},
    },
};
use weal_types::{
    AccountId, Amount, AssetId, ContractId, Gas, TimeMs,
    abi::{Abi, Method},
    codec::Bounded,
    receipt::{CallError, Event, FailureKind, Outcome},
    state::StateKey,
    transaction::{AssetAmount, Call},
};

use crate::conform::{check_event, check_failure, check_result, document};

/// Issues the money, and may admit accounts.
pub fn bank() -> Signer {
    Signer::new(1)
}

/// Has all the money at first.
pub fn ada() -> Signer {
    Signer::new(2)
}

/// Has none.
pub fn bob() -> Signer {
    Signer::new(3)
}

/// Governs.
pub fn gov() -> Signer {
    Chain::governance()
}

/// The money: 1,000.00 of it, all Ada's.
pub fn eur() -> AssetId {
    AssetId::derive(&bank().id(), "EUR")
}

/// An asset that some tests create: it may be sent to listed payees only.
pub fn voucher() -> AssetId {
    AssetId::derive(&bank().id(), "MEAL")
}

/// One engine for all tests of the binary: it reserves address space.
pub fn engine() -> Arc<Runtime> {
    static ENGINE: OnceLock<Arc<Runtime>> = OnceLock::new();
    let start = || Runtime::new(&RuntimeConfig::default()).expect("the engine starts");
    Arc::clone(ENGINE.get_or_init(start))
}

/// See the module.
pub struct World {
    pub chain: Chain,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Genesis)) -> Self {
        let chain = Chain::on(engine(), |genesis| {
            for signer in [bank(), ada(), bob()] {
                genesis.accounts.push(GenesisAccount::of_key(signer.id()));
            }
            genesis.registrars.push(bank().id());
            let balances = vec![(ada().id(), Amount(100_000))];
            genesis.assets.push(GenesisAsset::new("EUR", 2, bank().id(), balances));
            change(genesis);
        });
        Self { chain }
    }

    /// Sends a call whose sender does not limit what it spends.
    pub fn send(&mut self, who: &Signer, call: Call) -> Sent {
        let mut transaction = self.chain.transaction(who, vec![call]);
        let mut assets = [eur(), voucher()];
        assets.sort();
        let limits = assets.map(|asset| AssetAmount { asset, amount: Amount::MAX });
        transaction.limits = Bounded::new(limits.to_vec()).expect("two limits");
        let signed = who.sign(transaction, &self.chain.context.chain);
        Sent(self.chain.send(signed))
    }

    /// A call that succeeds, by itself.
    #[track_caller]
    pub fn ok<T: Decode>(
        &mut self,
        who: &Signer,
        to: ContractId,
        name: &str,
        args: &impl Encode,
    ) -> T {
        self.ok_call(who, call(to, name, args)).0
    }

    /// A call that succeeds: its result and its events.
    #[track_caller]
    pub fn ok_call<T: Decode>(&mut self, who: &Signer, call: Call) -> (T, Vec<Event>) {
        let sent = self.send(who, call.clone());
        let events = sent.applied().to_vec();
        check_events(&call, &events);
        let (abi, method) = described(&call);
        let Outcome::Applied { returns, .. } = &sent.0 else { unreachable!() };
        check_result(&abi, &method, &returns[0]);
        (sent.returned(), events)
    }

    /// How a call that fails does so.
    #[track_caller]
    pub fn fails(
        &mut self,
        who: &Signer,
        to: ContractId,
        name: &str,
        args: &impl Encode,
    ) -> FailureKind {
        self.fails_call(who, call(to, name, args))
    }

    /// See [`Self::fails`].
    #[track_caller]
    pub fn fails_call(&mut self, who: &Signer, call: Call) -> FailureKind {
        let before = self.chain.state.entries().clone();
        let sent = self.send(who, call.clone());
        let failure = sent.failed();
        if failure.contract == call.to {
            assert_eq!(failure.method, call.method);
            let (abi, method) = described(&call);
            check_failure(&abi, &method, &failure.kind);
        }
        let kind = failure.kind.clone();
        self.check_unchanged(before, who);
        kind
    }

    /// The code with which a call is refused.
    #[track_caller]
    pub fn code(&mut self, who: &Signer, to: ContractId, name: &str, args: &impl Encode) -> u32 {
        match self.fails(who, to, name, args) {
            FailureKind::Revert { code, .. } => code,
            other => panic!("expected a refusal of {name}, found {other:?}"),
        }
    }

    /// A call that only somebody else may make.
    #[track_caller]
    pub fn denied(&mut self, who: &Signer, to: ContractId, name: &str, args: &impl Encode) {
        assert_eq!(self.fails(who, to, name, args), FailureKind::Unauthorised, "{name}");
    }

    /// A query's result.
    #[track_caller]
    pub fn read<T: Decode>(&self, to: ContractId, name: &str, args: &impl Encode) -> T {
        let call = call(to, name, args);
        let result = self.chain.query(&call).result.expect("the query succeeds");
        let (abi, method) = described(&call);
        check_result(&abi, &method, &result);
        T::decode(&mut result.as_slice()).expect("the result is what its ABI says")
    }

    /// A failed transaction leaves its sender's nonce and nothing else.
    #[track_caller]
    fn check_unchanged(&self, before: std::collections::BTreeMap<StateKey, Vec<u8>>, who: &Signer) {
        let account = system::accounts::account_key(&who.id());
        let account = StateKey::new(&system::ACCOUNTS, &account).expect("a short key");
        let mut after = self.chain.state.entries().clone();
        let mut before = before;
        before.remove(&account);
        after.remove(&account);
        assert!(before == after, "a failed call changed the state");
    }

    /// A contract that does what it is told.
    pub fn puppet(&mut self) -> ContractId {
        let code = self.chain.upload(&gov(), weal_fixtures::puppet());
        let args = DeployArgs {
            code,
            salt: [0; 32],
            owner: None,
            policy: UpgradePolicy::Owner,
            init: Vec::new(),
        };
        self.ok(&gov(), system::CONTRACTS, "deploy", &args)
    }

    /// Lets a puppet make a call: its result, or how it failed.
    pub fn by_contract(&mut self, puppet: ContractId, inner: Call) -> Result<Vec<u8>, FailureKind> {
        let step = Step::Call(inner.clone(), Gas(10_000_000), OnFailure::Catch);
        // The argument and the result of `run` are byte strings with encodings in them.
        let script = vec![step].encode();
        let sent = self.send(&gov(), call(puppet, "run", &script));
        let outcome: Vec<u8> = sent.returned();
        let outcome = Result::<Vec<u8>, CallError>::decode(&mut outcome.as_slice());
        let (abi, method) = described(&inner);
        match outcome.expect("the outcome of a call") {
            Ok(result) => {
                check_result(&abi, &method, &result);
                check_events(&inner, sent.applied());
                Ok(result)
            }
            Err(error) => {
                check_failure(&abi, &method, &error.kind);
                Err(error.kind)
            }
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, ms: u64) {
        self.chain.context.time.0 += ms;
    }

    /// The time of the next block.
    pub fn now(&self) -> TimeMs {
        self.chain.next().time
    }

    pub fn balance(&self, holder: AccountId, asset: AssetId) -> (u128, u128, u128) {
        let balance: Balance = self.read(system::ASSETS, "balance", &(holder, asset));
        (balance.free.0, balance.reserved.0, balance.held.0)
    }
}

/// The description of what is called.
fn described(call: &Call) -> (Abi, Method) {
    let abi = document(&call.to);
    let method = abi.method(call.method.as_str()).expect("a declared method").clone();
    (abi, method)
}

/// A call of a system contract emits exactly one event of its own, which it announces.
#[track_caller]
fn check_events(call: &Call, events: &[Event]) {
    let system = events.iter().filter(|event| system::system(&event.contract).is_some());
    system.for_each(check_event);
    let (_, method) = described(call);
    let own = events.iter().filter(|event| event.contract == call.to);
    let own: Vec<_> = own.map(|event| event.name.as_str()).collect();
    assert_eq!(own, method.emits, "{}", method.name);
}

/// An amount of the money, as attached to calls.
pub fn money(amount: u128) -> AssetAmount {
    AssetAmount { asset: eur(), amount: Amount(amount) }
}

/// A call with money attached.
pub fn with_money(to: ContractId, name: &str, args: &impl Encode, amount: u128) -> Call {
    attach(call(to, name, args), &[money(amount)])
}

/// The code of a refusal.
#[track_caller]
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T, FailureKind>) -> u32 {
    match outcome {
        Err(FailureKind::Revert { code, .. }) => code,
        other => panic!("expected a refusal, found {other:?}"),
    }
}
