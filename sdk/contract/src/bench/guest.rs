//! A contract's native code in the place of its Wasm: the SDK's host over the executor's frame.

use std::{path::MAIN_SEPARATOR, rc::Rc};

use weal_runtime::{FrameOver, StandIn, StandInExit, StandInFrame};

use crate::native::{Contract, Ended, Exit, Host, enter};

/// Runs a contract's native code.
pub(super) struct Guest(pub Contract);

impl StandIn for Guest {
    fn run(&self, method: &str, frame: StandInFrame) -> Result<(), StandInExit> {
        // The executor has found the method in the ABI, which the same macro wrote.
        let Some(method) = self.0.method(method) else {
            return Err(StandInExit::Panicked(format!("no method {method}")));
        };
        enter(Rc::new(Frame(frame)), method).map_err(|exit| match exit {
            Exit::Ended => StandInExit::Over,
            Exit::Panicked { location, .. } => StandInExit::Panicked(reported(&location)),
        })
    }
}

/// A location as the Wasm build reports it: at most the last 200 bytes of the file's name.
fn reported(location: &str) -> String {
    const FILE_BYTES: usize = 200;
    let mut parts = location.rsplitn(3, ':');
    let (column, line, file) = (parts.next(), parts.next(), parts.next());
    match (file, line, column) {
        (Some(file), Some(line), Some(column)) => {
            let file = file.replace(MAIN_SEPARATOR, "/");
            let start = file.len().saturating_sub(FILE_BYTES);
            format!("{}:{line}:{column}", file.get(start..).unwrap_or_default())
        }
        _ => location.into(),
    }
}

/// The executor's frame as the SDK's host.
struct Frame(StandInFrame);

impl From<FrameOver> for Ended {
    fn from(_: FrameOver) -> Self {
        Self
    }
}

impl Host for Frame {
    fn args(&self) -> Result<Vec<u8>, Ended> {
        Ok(self.0.args()?)
    }

    fn ret(&self, bytes: &[u8]) -> Result<(), Ended> {
        Ok(self.0.ret(bytes)?)
    }

    fn revert(&self, code: u32, payload: &[u8]) -> Ended {
        self.0.revert(code, payload).into()
    }

    fn context(&self) -> Result<Vec<u8>, Ended> {
        Ok(self.0.context()?)
    }

    fn attached(&self) -> Result<Vec<u8>, Ended> {
        Ok(self.0.attached()?)
    }

    fn gas_left(&self) -> Result<u64, Ended> {
        Ok(self.0.gas_left()?)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Ended> {
        Ok(self.0.get(key)?)
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), Ended> {
        Ok(self.0.put(key, value)?)
    }

    fn remove(&self, key: &[u8]) -> Result<(), Ended> {
        Ok(self.0.remove(key)?)
    }

    fn range(&self, from: &[u8], to: &[u8], flags: u32, limit: u32) -> Result<Vec<u8>, Ended> {
        Ok(self.0.range(from, to, flags, limit)?)
    }

    fn emit(&self, name: &[u8], topics: &[u8], data: &[u8]) -> Result<(), Ended> {
        Ok(self.0.emit(name, topics, data)?)
    }

    fn balance(&self, holder: &[u8; 32], asset: &[u8; 32]) -> Result<u128, Ended> {
        Ok(self.0.balance(holder, asset)?)
    }

    fn transfer(&self, to: &[u8; 32], asset: &[u8; 32], amount: u128) -> Result<i32, Ended> {
        Ok(self.0.transfer(to, asset, amount)?)
    }

    fn call(&self, request: &[u8]) -> Result<Vec<u8>, Ended> {
        Ok(self.0.call(request)?)
    }

    fn sha256(&self, bytes: &[u8]) -> Result<[u8; 32], Ended> {
        Ok(self.0.sha256(bytes)?)
    }

    fn blake2b_256(&self, bytes: &[u8]) -> Result<[u8; 32], Ended> {
        Ok(self.0.blake2b_256(bytes)?)
    }

    fn keccak_256(&self, bytes: &[u8]) -> Result<[u8; 32], Ended> {
        Ok(self.0.keccak_256(bytes)?)
    }

    fn sr25519_verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, Ended> {
        Ok(self.0.sr25519_verify(key, message, signature)?)
    }

    fn ed25519_verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, Ended> {
        Ok(self.0.ed25519_verify(key, message, signature)?)
    }

    fn log(&self, line: &[u8]) -> Result<(), Ended> {
        Ok(self.0.log(line)?)
    }
}
