//! Code that stands in for a contract's Wasm: how tests run contracts natively, and how they mock
//! them.
//!
//! Everything around the code stays real: deployment, calls, assets, permissions, rollback, and the
//! host functions themselves, which work on a scratch memory in place of the guest's. Only gas
//! differs, since instructions are not counted.

use std::{
    cell::{Ref, RefCell},
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use weal_types::{
    CodeHash,
    codec::Bytes,
    host::{HostFunction, NOTHING, host_function},
    receipt::FailureKind,
};

use crate::{
    fault::{HostFault, Stop},
    frame::Frame,
    gas::Meter,
    host::{HostCall, functions},
};

/// Code in place of Wasm. It takes the place of every instance of a code hash.
pub trait StandIn: Send + Sync {
    /// Runs a method of the contract, which `frame` tells about.
    fn run(&self, method: &str, frame: StandInFrame) -> Result<(), StandInExit>;
}

/// Why stand-in code did not return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StandInExit {
    /// A function of the frame said [`FrameOver`].
    Over,
    /// The code panicked at this `file:line:column`.
    Panicked(String),
}

/// The frame ends here, and knows why: whatever runs in it must return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameOver;

/// What has been put in the place of which code.
#[derive(Default)]
pub(crate) struct StandIns(RwLock<BTreeMap<CodeHash, Arc<dyn StandIn>>>);

impl StandIns {
    pub fn put(&self, hash: CodeHash, code: Arc<dyn StandIn>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(hash, code);
    }

    pub fn get(&self, hash: &CodeHash) -> Option<Arc<dyn StandIn>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }
}

/// The host functions of one frame, with slices in place of pointers: see
/// [`weal_types::host_functions!`] for what each does. Handles to one frame are cheap to clone.
#[derive(Clone)]
pub struct StandInFrame(std::rc::Rc<RefCell<Inside>>);

struct Inside {
    frame: Frame,
    meter: Meter,
    /// Stands for the guest's memory: inputs lie here while a host function runs.
    memory: Vec<u8>,
    stop: Option<Stop>,
}

/// Runs `code` in `frame`.
pub(crate) fn run(
    code: &dyn StandIn,
    method: &str,
    frame: Frame,
    meter: &mut Meter,
) -> Result<Vec<u8>, Stop> {
    let gas = meter.lend(u64::MAX);
    let inside = Inside { frame, meter: Meter::new(gas), memory: Vec::new(), stop: None };
    let handle = StandInFrame(std::rc::Rc::new(RefCell::new(inside)));
    let exit = code.run(method, handle.clone());
    let mut inside = handle.0.borrow_mut();
    meter.give_back(inside.meter.left());
    match (exit, inside.stop.take()) {
        (_, Some(stop)) => Err(stop),
        (Ok(()), None) => Ok(std::mem::take(&mut inside.frame.result)),
        (Err(StandInExit::Panicked(location)), None) => Err(panicked(&location).into()),
        (Err(StandInExit::Over), None) => {
            Err(HostFault::Engine("a stand-in ended without a reason".into()).into())
        }
    }
}

fn panicked(location: &str) -> FailureKind {
    FailureKind::Panic(Bytes::new(location.as_bytes().to_vec()).unwrap_or_default())
}

/// Where an input lies: pointer and length.
type Place = (u32, u32);

impl StandInFrame {
    /// Puts `inputs` and `room` zero bytes into the memory, charges, permits, and lets `act` call
    /// the host function `name` with their places; the last place is that of the room.
    fn invoke<R>(
        &self,
        name: &str,
        inputs: &[&[u8]],
        room: usize,
        act: impl FnOnce(&mut HostCall<'_>, &[Place]) -> Result<R, Stop>,
    ) -> Result<R, FrameOver> {
        let inside = &mut *self.0.borrow_mut();
        if inside.stop.is_some() {
            return Err(FrameOver);
        }
        inside.memory.clear();
        let mut places = Vec::with_capacity(inputs.len() + 1);
        for input in inputs {
            // The SDK passes what it has in memory, far below 4 GiB.
            places.push((inside.memory.len() as u32, input.len() as u32));
            inside.memory.extend_from_slice(input);
        }
        places.push((inside.memory.len() as u32, room as u32));
        inside.memory.resize(inside.memory.len() + room, 0);
        let row: &HostFunction = host_function(name).ok_or(FrameOver)?;
        let Inside { frame, meter, memory, stop } = inside;
        HostCall::run_outside(frame, meter, memory, row, |host| act(host, &places)).map_err(
            |reason| {
                *stop = Some(reason);
                FrameOver
            },
        )
    }

    /// The same for a function that returns bytes, which gets no room and so keeps them.
    fn fetch(
        &self,
        name: &str,
        inputs: &[&[u8]],
        act: impl FnOnce(&mut HostCall<'_>, &[Place]) -> Result<i32, Stop>,
    ) -> Result<Option<Vec<u8>>, FrameOver> {
        let length = self.invoke(name, inputs, 0, act)?;
        if length == NOTHING {
            return Ok(None);
        }
        Ok(Some(std::mem::take(&mut self.0.borrow_mut().frame.kept)))
    }

    fn fetch_all(
        &self,
        name: &str,
        inputs: &[&[u8]],
        act: impl FnOnce(&mut HostCall<'_>, &[Place]) -> Result<i32, Stop>,
    ) -> Result<Vec<u8>, FrameOver> {
        Ok(self.fetch(name, inputs, act)?.unwrap_or_default())
    }

    /// The first `N` bytes of the memory behind the inputs of the last function.
    fn room<const N: usize>(&self, at: Place) -> [u8; N] {
        let inside: Ref<'_, Inside> = self.0.borrow();
        let bytes = inside.memory.get(at.0 as usize..).and_then(|bytes| bytes.first_chunk());
        bytes.copied().unwrap_or([0; N])
    }

    /// Ends the frame as the contract's own refusal.
    pub fn revert(&self, code: u32, payload: &[u8]) -> FrameOver {
        let act =
            |host: &mut HostCall<'_>, at: &[Place]| functions::revert(host, code, at[0].0, at[0].1);
        // It never returns otherwise.
        self.invoke("revert", &[payload], 0, act).err().unwrap_or(FrameOver)
    }

    /// The call's arguments.
    pub fn args(&self) -> Result<Vec<u8>, FrameOver> {
        self.fetch_all("args", &[], |host, at| functions::args(host, at[0].0, 0))
    }

    /// Sets the call's result.
    pub fn ret(&self, bytes: &[u8]) -> Result<(), FrameOver> {
        self.invoke("ret", &[bytes], 0, |host, at| functions::ret(host, at[0].0, at[0].1))
    }

    /// The SCALE-encoded context.
    pub fn context(&self) -> Result<Vec<u8>, FrameOver> {
        self.fetch_all("context", &[], |host, at| functions::context(host, at[0].0, 0))
    }

    /// The SCALE-encoded list of attached assets.
    pub fn attached(&self) -> Result<Vec<u8>, FrameOver> {
        self.fetch_all("attached", &[], |host, at| functions::attached(host, at[0].0, 0))
    }

    /// The gas left to the frame.
    pub fn gas_left(&self) -> Result<u64, FrameOver> {
        self.invoke("gas_left", &[], 0, |host, _| functions::gas_left(host))
    }

    /// The value at a key of the contract.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, FrameOver> {
        self.fetch("get", &[key], |host, at| functions::get(host, at[0].0, at[0].1, at[1].0, 0))
    }

    /// Stores a value at a key of the contract.
    pub fn put(&self, key: &[u8], value: &[u8]) -> Result<(), FrameOver> {
        self.invoke("put", &[key, value], 0, |host, at| {
            functions::put(host, at[0].0, at[0].1, at[1].0, at[1].1)
        })
    }

    /// Removes a key of the contract.
    pub fn remove(&self, key: &[u8]) -> Result<(), FrameOver> {
        self.invoke("remove", &[key], 0, |host, at| functions::remove(host, at[0].0, at[0].1))
    }

    /// A page of the contract's entries, SCALE-encoded.
    pub fn range(
        &self,
        from: &[u8],
        to: &[u8],
        flags: u32,
        limit: u32,
    ) -> Result<Vec<u8>, FrameOver> {
        self.fetch_all("range", &[from, to], |host, at| {
            let ((from, from_len), (to, to_len)) = (at[0], at[1]);
            functions::range(host, from, from_len, to, to_len, flags, limit, at[2].0, 0)
        })
    }

    /// Emits an event: name, SCALE-encoded topics, data.
    pub fn emit(&self, name: &[u8], topics: &[u8], data: &[u8]) -> Result<(), FrameOver> {
        self.invoke("emit", &[name, topics, data], 0, |host, at| {
            functions::emit(host, at[0].0, at[0].1, at[1].0, at[1].1, at[2].0, at[2].1)
        })
    }

    /// What an account holds of an asset.
    pub fn balance(&self, holder: &[u8; 32], asset: &[u8; 32]) -> Result<u128, FrameOver> {
        let at = self.invoke("balance", &[holder, asset], 16, |host, at| {
            functions::balance(host, at[0].0, at[1].0, at[2].0).map(|()| at[2])
        })?;
        Ok(u128::from_le_bytes(self.room(at)))
    }

    /// Sends money of the contract: 0, or 1 if it has too little, or 2 if the asset refuses.
    pub fn transfer(
        &self,
        to: &[u8; 32],
        asset: &[u8; 32],
        amount: u128,
    ) -> Result<i32, FrameOver> {
        self.invoke("transfer", &[to, asset, &amount.to_le_bytes()], 0, |host, at| {
            functions::transfer(host, at[0].0, at[1].0, at[2].0)
        })
    }

    /// Makes the call of a SCALE-encoded request.
    pub fn call(&self, request: &[u8]) -> Result<Vec<u8>, FrameOver> {
        self.fetch_all("call", &[request], |host, at| {
            functions::call(host, at[0].0, at[0].1, at[1].0, 0)
        })
    }

    /// SHA-256.
    pub fn sha256(&self, bytes: &[u8]) -> Result<[u8; 32], FrameOver> {
        self.digest("sha256", bytes, functions::sha256)
    }

    /// BLAKE2b-256.
    pub fn blake2b_256(&self, bytes: &[u8]) -> Result<[u8; 32], FrameOver> {
        self.digest("blake2b_256", bytes, functions::blake2b_256)
    }

    /// Keccak-256.
    pub fn keccak_256(&self, bytes: &[u8]) -> Result<[u8; 32], FrameOver> {
        self.digest("keccak_256", bytes, functions::keccak_256)
    }

    fn digest(
        &self,
        name: &str,
        bytes: &[u8],
        hash: fn(&mut HostCall<'_>, u32, u32, u32) -> Result<(), Stop>,
    ) -> Result<[u8; 32], FrameOver> {
        let at = self.invoke(name, &[bytes], 32, |host, at| {
            hash(host, at[0].0, at[0].1, at[1].0).map(|()| at[1])
        })?;
        Ok(self.room(at))
    }

    /// Whether an sr25519 signature in the context `substrate` holds.
    pub fn sr25519_verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, FrameOver> {
        let holds = self.invoke("sr25519_verify", &[key, message, signature], 0, |host, at| {
            functions::sr25519_verify(host, at[0].0, at[1].0, at[1].1, at[2].0)
        })?;
        Ok(holds != 0)
    }

    /// Whether an Ed25519 signature holds.
    pub fn ed25519_verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, FrameOver> {
        let holds = self.invoke("ed25519_verify", &[key, message, signature], 0, |host, at| {
            functions::ed25519_verify(host, at[0].0, at[1].0, at[1].1, at[2].0)
        })?;
        Ok(holds != 0)
    }

    /// Writes a line to the debug log.
    pub fn log(&self, line: &[u8]) -> Result<(), FrameOver> {
        self.invoke("log", &[line], 0, |host, at| functions::log(host, at[0].0, at[0].1))
    }
}
