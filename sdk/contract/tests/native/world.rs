//! A chain in memory, small enough to read: contracts run natively, frames nest, a failed frame is
//! undone. The real executor knows more rules; what is here is what the tests ask for.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use parity_scale_codec::{Decode, Encode};
use sha2::Digest;
use weal_sdk::{
    CallError, ContractError, FailureKind, Request,
    abi::{Abi, MethodKind},
    native::{Ended, Exit, Host, enter},
    prelude::*,
    system,
};
use weal_types::{
    codec::{Bounded, Bytes, Name, Version},
    host::{CallContext, CallRequest, range_flag},
    id::ChainId,
    receipt,
    transaction::Call,
};

/// The functions of a contract, as its `methods()` gives them.
type Methods = &'static [(&'static str, fn())];

/// What frames change, and what is undone when they fail.
#[derive(Clone, Default)]
struct State {
    entries: BTreeMap<(ContractId, Vec<u8>), Vec<u8>>,
    balances: BTreeMap<(AccountId, AssetId), u128>,
    events: Vec<receipt::Event>,
    running: Vec<ContractId>,
}

/// The chain.
#[derive(Default)]
pub struct World {
    state: RefCell<State>,
    contracts: RefCell<BTreeMap<ContractId, (Rc<Abi>, Methods)>>,
    owners: RefCell<BTreeMap<ContractId, AccountId>>,
    /// What the last frame that panicked reported: location and message.
    pub panic: RefCell<Option<(String, String)>>,
    pub time: RefCell<u64>,
    /// What each frame is told of its gas; nothing is charged.
    pub gas: RefCell<u64>,
    /// Host calls of all frames.
    pub asked: RefCell<Vec<&'static str>>,
}

pub const GOVERNANCE: AccountId = AccountId([0xF0; 32]);

impl World {
    pub fn new() -> Rc<Self> {
        Rc::new(Self { gas: RefCell::new(10_000_000), ..Self::default() })
    }

    /// Puts a contract there, or another code for it. Its owner is who put it there first.
    pub fn install(&self, id: ContractId, owner: AccountId, abi: Abi, methods: Methods) {
        let text = abi.to_json();
        assert_eq!(Abi::from_json(&text).expect("the ABI holds together"), abi);
        let names: Vec<_> = abi.methods.iter().map(|method| method.name.as_str()).collect();
        assert_eq!(names, methods.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        self.contracts.borrow_mut().insert(id, (Rc::new(abi), methods));
        self.owners.borrow_mut().entry(id).or_insert(owner);
    }

    pub fn give(&self, account: AccountId, asset: AssetId, amount: u128) {
        *self.state.borrow_mut().balances.entry((account, asset)).or_default() += amount;
    }

    /// Runs a migration, as an upgrade does.
    pub fn migrate(self: &Rc<Self>, id: ContractId, method: &str) -> Result<(), CallError> {
        self.call(system::CONTRACTS.account(), id, method, &())
    }

    pub fn balance(&self, account: AccountId, asset: AssetId) -> u128 {
        self.state.borrow().balances.get(&(account, asset)).copied().unwrap_or_default()
    }

    pub fn events(&self) -> Vec<receipt::Event> {
        self.state.borrow().events.clone()
    }

    /// Entries of `contract`.
    pub fn entries(&self, contract: ContractId) -> Vec<(Vec<u8>, Vec<u8>)> {
        let state = self.state.borrow();
        let own = state.entries.iter().filter(|((id, _), _)| *id == contract);
        own.map(|((_, key), value)| (key.clone(), value.clone())).collect()
    }

    /// A call of a person's, with the encoded tuple of its arguments.
    pub fn call<T: Decode>(
        self: &Rc<Self>,
        by: AccountId,
        to: ContractId,
        method: &str,
        args: &impl Encode,
    ) -> Result<T, CallError> {
        self.call_with(by, to, method, args, &[])
    }

    /// A call by the contract's own types; an own error comes back as one.
    pub fn send<T: Value, E: ContractError>(
        self: &Rc<Self>,
        by: AccountId,
        to: ContractId,
        request: &Request<T, E>,
    ) -> Result<T, Result<E, FailureKind>> {
        let call = Call {
            to,
            method: Name::new(request.method).unwrap(),
            args: Bytes::new(request.args.clone()).unwrap(),
            attach: Bounded::default(),
        };
        match self.run(by, true, call) {
            Ok(answer) => Ok(request.answer(&answer).expect("the answer is of its type")),
            Err(CallError { kind, .. }) => Err(request.refusal(&kind).ok_or(kind)),
        }
    }

    /// A call with assets attached.
    pub fn call_with<T: Decode>(
        self: &Rc<Self>,
        by: AccountId,
        to: ContractId,
        method: &str,
        args: &impl Encode,
        attach: &[(AssetId, u128)],
    ) -> Result<T, CallError> {
        let attach = attach.iter().map(|(asset, amount)| (*asset, Amount(*amount)));
        let attach = attach.map(|(asset, amount)| AssetAmount { asset, amount }).collect();
        let call = Call {
            to,
            method: Name::new(method).unwrap(),
            args: Bytes::new(args.encode()).unwrap(),
            attach: Bounded::new(attach).unwrap(),
        };
        let answer = self.run(by, true, call)?;
        Ok(T::decode(&mut answer.as_slice()).expect("the answer is what the caller expects"))
    }

    fn run(
        self: &Rc<Self>,
        caller: AccountId,
        top_level: bool,
        call: Call,
    ) -> Result<Vec<u8>, CallError> {
        let before = self.state.borrow().clone();
        let (contract, method) = (call.to, call.method.clone());
        self.try_run(caller, top_level, call).map_err(|kind| {
            *self.state.borrow_mut() = before;
            CallError { contract, method, kind }
        })
    }

    fn try_run(
        self: &Rc<Self>,
        caller: AccountId,
        top_level: bool,
        call: Call,
    ) -> Result<Vec<u8>, FailureKind> {
        if let Some(answer) = self.system(&call) {
            return Ok(answer);
        }
        let found = self.contracts.borrow().get(&call.to).cloned();
        let (abi, methods) = found.ok_or(FailureKind::NoContract)?;
        let method = abi.method(call.method.as_str()).ok_or(FailureKind::UnknownMethod)?;
        let (_, entry) = methods.iter().find(|(name, _)| *name == method.name).unwrap();
        if self.state.borrow().running.contains(&call.to) && !method.reentrant {
            return Err(FailureKind::Reentry);
        }
        if !call.attach.is_empty() && method.accepts.is_empty() {
            return Err(FailureKind::AttachedRefused);
        }
        for attached in call.attach.iter() {
            let (asset, amount) = (attached.asset, attached.amount.0);
            let payee = call.to.account();
            if !self.state.borrow_mut().transfer(caller, payee, asset, amount) {
                return Err(FailureKind::InsufficientBalance);
            }
        }
        let frame = Rc::new(Frame {
            world: self.clone(),
            caller,
            top_level,
            read_only: method.kind == MethodKind::Query,
            call: call.clone(),
            result: RefCell::default(),
            failure: RefCell::default(),
        });
        self.state.borrow_mut().running.push(call.to);
        let exit = enter(frame.clone(), *entry);
        self.state.borrow_mut().running.pop();
        match exit {
            Ok(()) => Ok(frame.result.take()),
            Err(Exit::Ended) => Err(frame.failure.take().expect("the host said so")),
            Err(Exit::Panicked { location, message }) => {
                let payload = Bytes::new(location.clone().into_bytes()).unwrap();
                *self.panic.borrow_mut() = Some((location, message));
                Err(FailureKind::Panic(payload))
            }
        }
    }

    /// The two answers of system contracts that the SDK reads, up to the account in them.
    fn system(&self, call: &Call) -> Option<Vec<u8>> {
        match (call.to, call.method.as_str()) {
            (system::CONTRACTS, "instance") => {
                let id = ContractId::decode(&mut &call.args[..]).unwrap();
                let owner = self.owners.borrow().get(&id).copied();
                let record =
                    owner.map(|owner| (Version::<1>, [1_u8; 32], [2_u8; 32], owner, [3_u8; 80]));
                Some(record.encode())
            }
            (system::PARAMS, "get") => Some((Version::<1>, GOVERNANCE, [3_u8; 80]).encode()),
            _ => None,
        }
    }
}

impl State {
    fn transfer(&mut self, from: AccountId, to: AccountId, asset: AssetId, amount: u128) -> bool {
        let held = self.balances.entry((from, asset)).or_default();
        let Some(rest) = held.checked_sub(amount) else { return false };
        *held = rest;
        *self.balances.entry((to, asset)).or_default() += amount;
        true
    }
}

/// Whom no asset pays: a frozen account.
pub const FROZEN: AccountId = AccountId([0xFE; 32]);

struct Frame {
    world: Rc<World>,
    caller: AccountId,
    top_level: bool,
    read_only: bool,
    call: Call,
    result: RefCell<Vec<u8>>,
    failure: RefCell<Option<FailureKind>>,
}

impl Frame {
    fn end<T>(&self, kind: FailureKind) -> Result<T, Ended> {
        *self.failure.borrow_mut() = Some(kind);
        Err(Ended)
    }

    fn note(&self, function: &'static str) {
        self.world.asked.borrow_mut().push(function);
    }

    fn write(&self, function: &'static str) -> Result<(), Ended> {
        self.note(function);
        if self.read_only { self.end(FailureKind::WriteInQuery) } else { Ok(()) }
    }

    fn key(&self, key: &[u8]) -> (ContractId, Vec<u8>) {
        assert!(key.len() <= weal_types::limit::STATE_KEY_BYTES);
        (self.call.to, key.to_vec())
    }
}

impl Host for Frame {
    fn args(&self) -> Result<Vec<u8>, Ended> {
        self.note("args");
        Ok(self.call.args.to_vec())
    }

    fn ret(&self, bytes: &[u8]) -> Result<(), Ended> {
        self.note("ret");
        *self.result.borrow_mut() = bytes.to_vec();
        Ok(())
    }

    fn revert(&self, code: u32, payload: &[u8]) -> Ended {
        let payload = Bytes::new(payload.to_vec()).expect("payloads fit");
        *self.failure.borrow_mut() = Some(FailureKind::Revert { code, payload });
        Ended
    }

    fn context(&self) -> Result<Vec<u8>, Ended> {
        self.note("context");
        let time = TimeMs(*self.world.time.borrow());
        let (chain, height) = (ChainId([7; 32]), Height(42));
        let (caller, contract, top_level) = (self.caller, self.call.to, self.top_level);
        Ok(CallContext { chain, height, time, caller, contract, top_level }.encode())
    }

    fn attached(&self) -> Result<Vec<u8>, Ended> {
        self.note("attached");
        Ok(self.call.attach.encode())
    }

    fn gas_left(&self) -> Result<u64, Ended> {
        Ok(*self.world.gas.borrow())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Ended> {
        self.note("get");
        Ok(self.world.state.borrow().entries.get(&self.key(key)).cloned())
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), Ended> {
        self.write("put")?;
        self.world.state.borrow_mut().entries.insert(self.key(key), value.to_vec());
        Ok(())
    }

    fn remove(&self, key: &[u8]) -> Result<(), Ended> {
        self.write("remove")?;
        self.world.state.borrow_mut().entries.remove(&self.key(key));
        Ok(())
    }

    fn range(&self, from: &[u8], to: &[u8], flags: u32, limit: u32) -> Result<Vec<u8>, Ended> {
        /// Bytes of a page; small, so that tests see several.
        const PAGE_BYTES: usize = 64;
        self.note("range");
        let entries = self.world.entries(self.call.to).into_iter();
        let inside = entries
            .filter(|(key, _)| key.as_slice() >= from && (to.is_empty() || key.as_slice() < to));
        let mut inside: Vec<_> = inside.collect();
        if flags & range_flag::DESCENDING != 0 {
            inside.reverse();
        }
        let (mut page, mut bytes) = (Vec::new(), 0);
        for (key, mut value) in inside.into_iter().take(limit as usize) {
            if flags & range_flag::KEYS_ONLY != 0 {
                value.clear();
            }
            bytes += key.len() + value.len();
            if !page.is_empty() && bytes > PAGE_BYTES {
                break;
            }
            page.push((key, value));
        }
        Ok(page.encode())
    }

    fn emit(&self, name: &[u8], topics: &[u8], data: &[u8]) -> Result<(), Ended> {
        self.write("emit")?;
        let event = receipt::Event {
            contract: self.call.to,
            name: Name::new(String::from_utf8(name.to_vec()).unwrap()).unwrap(),
            topics: weal_types::codec::decode("topics", topics, 1_000).expect("topics decode"),
            data: Bytes::new(data.to_vec()).unwrap(),
        };
        self.world.state.borrow_mut().events.push(event);
        Ok(())
    }

    fn balance(&self, holder: &[u8; 32], asset: &[u8; 32]) -> Result<u128, Ended> {
        self.note("balance");
        Ok(self.world.balance(AccountId(*holder), AssetId(*asset)))
    }

    fn transfer(&self, to: &[u8; 32], asset: &[u8; 32], amount: u128) -> Result<i32, Ended> {
        self.write("transfer")?;
        let (to, from) = (AccountId(*to), self.call.to.account());
        if to == FROZEN {
            return Ok(2);
        }
        let sent = self.world.state.borrow_mut().transfer(from, to, AssetId(*asset), amount);
        Ok(if sent { 0 } else { 1 })
    }

    fn call(&self, request: &[u8]) -> Result<Vec<u8>, Ended> {
        self.note("call");
        let request: CallRequest =
            weal_types::codec::decode("call request", request, 1 << 17).expect("requests decode");
        let outcome = match request.gas.0 {
            // The world does not meter; a call without gas fails as it would.
            0 => {
                let (contract, method) = (request.call.to, request.call.method);
                Err(CallError { contract, method, kind: FailureKind::OutOfGas })
            }
            _ => self.world.run(self.call.to.account(), false, request.call),
        };
        Ok(outcome.encode())
    }

    fn sha256(&self, bytes: &[u8]) -> Result<[u8; 32], Ended> {
        Ok(sha2::Sha256::digest(bytes).into())
    }

    fn blake2b_256(&self, _: &[u8]) -> Result<[u8; 32], Ended> {
        self.end(FailureKind::BadHostCall)
    }

    fn keccak_256(&self, _: &[u8]) -> Result<[u8; 32], Ended> {
        self.end(FailureKind::BadHostCall)
    }

    fn sr25519_verify(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> Result<bool, Ended> {
        self.end(FailureKind::BadHostCall)
    }

    fn ed25519_verify(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> Result<bool, Ended> {
        self.end(FailureKind::BadHostCall)
    }

    fn log(&self, _: &[u8]) -> Result<(), Ended> {
        self.end(FailureKind::BadHostCall)
    }
}
