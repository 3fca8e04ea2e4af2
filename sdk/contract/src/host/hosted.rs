//! The host that [`crate::native::enter`] was given.

use std::mem::MaybeUninit;

use super::CONTEXT_BYTES;
use crate::native::{Ended, Host, current, end};

/// Asks the host of the running frame; unwinds to `enter` where the frame is over.
fn ask<T>(question: impl FnOnce(&dyn Host) -> Result<T, Ended>) -> T {
    let host = current();
    question(&*host).unwrap_or_else(|ended| end(ended))
}

pub(crate) fn args<R>(read: impl FnOnce(&[u8]) -> R) -> R {
    read(&ask(|host| host.args()))
}

pub(crate) fn attached<R>(read: impl FnOnce(&[u8]) -> R) -> R {
    read(&ask(|host| host.attached()))
}

pub(crate) fn context(bytes: &mut MaybeUninit<[u8; CONTEXT_BYTES]>) {
    let context = ask(|host| host.context()).try_into();
    #[expect(clippy::expect_used, reason = "a mistake of the host, which should know")]
    bytes.write(context.expect("a host gives an encoded `CallContext`"));
}

pub(crate) fn get<R>(key: &[u8], read: impl FnOnce(Option<&[u8]>) -> R) -> R {
    read(ask(|host| host.get(key)).as_deref())
}

pub(crate) fn put(key: &[u8], value: &[u8]) {
    ask(|host| host.put(key, value));
}

pub(crate) fn remove(key: &[u8]) {
    ask(|host| host.remove(key));
}

pub(crate) fn range<R>(
    (from, to): (&[u8], &[u8]),
    flags: u32,
    limit: u32,
    read: impl FnOnce(&[u8]) -> R,
) -> R {
    read(&ask(|host| host.range(from, to, flags, limit)))
}

pub(crate) fn emit(name: &str, topics: &[u8], data: &[u8]) {
    ask(|host| host.emit(name.as_bytes(), topics, data));
}

pub(crate) fn balance(holder: &[u8; 32], asset: &[u8; 32]) -> u128 {
    ask(|host| host.balance(holder, asset))
}

pub(crate) fn transfer(to: &[u8; 32], asset: &[u8; 32], amount: u128) -> i32 {
    ask(|host| host.transfer(to, asset, amount))
}

pub(crate) fn call<R>(request: &[u8], read: impl FnOnce(&[u8]) -> R) -> R {
    read(&ask(|host| host.call(request)))
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    ask(|host| host.sha256(bytes))
}

pub(crate) fn blake2b_256(bytes: &[u8]) -> [u8; 32] {
    ask(|host| host.blake2b_256(bytes))
}

pub(crate) fn keccak_256(bytes: &[u8]) -> [u8; 32] {
    ask(|host| host.keccak_256(bytes))
}

pub(crate) fn sr25519_verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    ask(|host| host.sr25519_verify(key, message, signature))
}

pub(crate) fn ed25519_verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    ask(|host| host.ed25519_verify(key, message, signature))
}

pub(crate) fn gas_left() -> u64 {
    ask(|host| host.gas_left())
}

pub(crate) fn log(line: &str) {
    ask(|host| host.log(line.as_bytes()));
}

pub(crate) fn ret(bytes: &[u8]) {
    ask(|host| host.ret(bytes));
}

pub(crate) fn revert(code: u32, payload: &[u8]) -> ! {
    end(current().revert(code, payload))
}
