//! Making calls.

use std::{fmt, marker::PhantomData};

use weal_runtime::{
    system,
    system::contracts::{DeployArgs, UpgradePolicy},
};
use weal_types::{
    AccountId, AssetId, CodeHash, ContractId, Gas,
    codec::Bounded,
    receipt::{self, CallError},
    transaction::{AssetAmount, Call},
};

use super::{
    Account, Bench, Mode, Outcome, amount_of, attach, call, compare::Step, costs, decoded,
    guest::Guest, raw_call, wasm,
};
use crate::{ContractError, NoError, Request, Value, native::Contract};

/// Somebody about to make a call.
pub struct Actor<'a> {
    pub(super) bench: &'a mut Bench,
    pub(super) account: Account,
    pub(super) attached: Vec<AssetAmount>,
}

impl Actor<'_> {
    /// Attaches an amount to the call.
    #[must_use]
    pub fn attach(mut self, asset: AssetId, amount: u128) -> Self {
        self.attached.push(amount_of(asset, amount));
        self
    }

    /// Makes a call, in a transaction and a block of its own.
    pub fn call<T: Value, E: ContractError>(
        self,
        contract: ContractId,
        request: Request<T, E>,
    ) -> Outcome<T, E> {
        let call = attach(raw_call(contract, request.method, request.args), &self.attached);
        self.bench.send(self.account, request.method, &call)
    }

    /// Makes an instance of a contract. `init` is a call of its constructor.
    pub fn deploy<E: ContractError>(
        self,
        contract: &Contract,
        init: Request<(), E>,
    ) -> Outcome<ContractId, E> {
        let code = self.bench.upload(contract);
        self.bench.instance(self.account, &self.attached, code, init.args)
    }

    /// Sends money to somebody.
    pub fn send(
        self,
        to: impl Into<AccountId>,
        asset: AssetId,
        amount: u128,
    ) -> Outcome<(), NoError> {
        let args = (asset, to.into(), weal_types::Amount(amount), Vec::<u8>::new());
        self.bench.send(self.account, "assets.transfer", &call(system::ASSETS, "transfer", &args))
    }

    /// Replaces the code of an instance by that of `contract`, and runs its migrations.
    pub fn upgrade(self, instance: ContractId, contract: &Contract) -> Outcome<(), NoError> {
        let code = self.bench.upload(contract);
        let call = call(system::CONTRACTS, "upgrade", &(instance, code));
        self.bench.send(self.account, "contracts.upgrade", &call)
    }
}

impl Bench {
    /// Makes an instance of a contract whose constructor takes nothing, or that has none.
    #[track_caller]
    pub fn deploy(&mut self, by: Account, contract: &Contract) -> ContractId {
        let code = self.upload(contract);
        let outcome: Outcome<ContractId, NoError> = self.instance(by, &[], code, Vec::new());
        outcome.unwrap()
    }

    pub(super) fn instance<E: ContractError>(
        &mut self,
        by: Account,
        attached: &[AssetAmount],
        code: CodeHash,
        init: Vec<u8>,
    ) -> Outcome<ContractId, E> {
        let mut salt = [0; 32];
        salt[..8].copy_from_slice(&self.chain.context.height.0.to_le_bytes());
        let args = DeployArgs { code, salt, owner: None, policy: UpgradePolicy::Owner, init };
        let call = attach(call(system::CONTRACTS, "deploy", &args), attached);
        self.send(by, "contracts.deploy", &call)
    }

    /// Puts a contract's code on the chain, once.
    pub fn upload(&mut self, contract: &Contract) -> CodeHash {
        let module = match (self.mode, self.compared) {
            (Mode::Native, false) => wasm::outside(&(contract.abi)()),
            _ => wasm::module(contract),
        };
        let code = CodeHash::of(&module);
        if self.mode == Mode::Native {
            self.chain.runtime.stand_in(code, std::sync::Arc::new(Guest(*contract)));
        }
        self.upload_module(&module)
    }

    pub(super) fn upload_module(&mut self, module: &[u8]) -> CodeHash {
        let code = CodeHash::of(module);
        if !self.uploaded.insert(code) {
            return code;
        }
        self.chain.upload(&super::Chain::governance(), module)
    }

    /// The result of a query that must succeed.
    #[track_caller]
    pub fn query<T: Value, E: ContractError + fmt::Debug>(
        &self,
        contract: ContractId,
        request: Request<T, E>,
    ) -> T {
        self.try_query(contract, request).unwrap()
    }

    /// What comes of a query.
    pub fn try_query<T: Value, E: ContractError>(
        &self,
        contract: ContractId,
        request: Request<T, E>,
    ) -> Outcome<T, E> {
        let call = raw_call(contract, request.method, request.args);
        let output = self.chain.query(&call);
        let what = format!("the query `{}`", request.method);
        let answer = output.result.map(|bytes| (bytes, vec![]));
        self.steps.borrow_mut().push(Step::new(&what, &answer, &StateChanges::default()));
        let result = answer.map(|(bytes, _)| decoded(request.method, &bytes));
        let gas = output.gas_used;
        Outcome { what, result, events: vec![], gas, writes: 0, error: PhantomData }
    }

    /// Makes a call in a block of its own, notes what came of it, and checks the invariants.
    pub(super) fn send<T: Value, E: ContractError>(
        &mut self,
        by: Account,
        method: &str,
        call: &Call,
    ) -> Outcome<T, E> {
        let (sent, gas, changes) = self.execute(by, method, call);
        let what = format!("{}'s call of `{method}`", by.name());
        let writes = changes.len();
        self.steps.borrow_mut().push(Step::new(&what, &sent, &changes));
        self.check_invariants(&what);
        let (result, events) = match sent {
            Ok((bytes, events)) => (Ok(decoded(method, &bytes)), events),
            Err(error) => (Err(error), vec![]),
        };
        Outcome { what, result, events, gas, writes, error: PhantomData }
    }

    fn execute(&mut self, by: Account, method: &str, call: &Call) -> (Raw, Gas, StateChanges) {
        let signer = by.signer();
        let mut transaction = self.chain.transaction(&signer, vec![call.clone()]);
        // Whoever makes a call here agrees to what it costs them.
        let mut assets = self.assets.clone();
        assets.sort_unstable();
        let limits = assets.into_iter().map(|asset| amount_of(asset, u128::MAX));
        transaction.limits = Bounded::new(limits.collect()).expect("at most 16 assets in a test");
        let signed = signer.sign(transaction, &self.chain.context.chain);
        let timer = costs::Timer::start();
        let output = self.chain.block(&[signed]);
        let time = timer.stop();
        let receipt = output.receipts.into_iter().next().expect("a block of one transaction");
        let (sent, gas) = match receipt.outcome {
            receipt::Outcome::Applied { returns, events, gas_used, .. } => {
                let bytes = returns.into_iter().next().map(|bytes| bytes.to_vec());
                (Ok((bytes.unwrap_or_default(), events.to_vec())), gas_used)
            }
            receipt::Outcome::Reverted { failure, gas_used, .. } => {
                let receipt::Failure { contract, method, kind, .. } = failure;
                (Err(CallError { contract, method, kind }), gas_used)
            }
            receipt::Outcome::Skipped(reason) => {
                panic!("the transaction that calls `{method}` is not valid: {reason:?}")
            }
        };
        if self.mode == Mode::Vm {
            costs::note(method, gas, time);
        }
        (sent, gas, output.changes)
    }

    /// What an instance holds of an asset.
    #[must_use]
    pub fn held_by(&self, contract: ContractId, asset: AssetId) -> u128 {
        self.balance(contract.account(), asset)
    }
}

/// What a call gave back: bytes and events, or its failure.
pub(super) type Raw = Result<(Vec<u8>, Vec<receipt::Event>), CallError>;
/// What a block wrote.
pub(super) type StateChanges = weal_types::state::ChangeSet;
