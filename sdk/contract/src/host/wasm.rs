//! The host as a contract's imports.

use core::mem::MaybeUninit;

use weal_types::host::NOTHING;

use super::{CONTEXT_BYTES, ROOM};

mod import {
    weal_types::host_functions!(weal_types::guest_bindings);
}

// SAFETY of every block in this file: pointer and length, or pointer and the length that the host
// function is documented to use, belong to one live slice, array or allocation.

fn at(bytes: &[u8]) -> u32 {
    bytes.as_ptr() as u32
}

fn len(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}

/// Calls a function that gives bytes, and hands them on.
#[inline(always)]
fn receive<R>(give: impl FnOnce(u32, u32) -> i32, read: impl FnOnce(&[u8]) -> R) -> R {
    let mut room = [MaybeUninit::<u8>::uninit(); ROOM];
    let length = give(room.as_mut_ptr() as u32, ROOM as u32);
    read(received(&room, length))
}

/// The `length` bytes that the host wrote into `room`, or kept because they were too many for it.
#[inline(always)]
fn received(room: &[MaybeUninit<u8>; ROOM], length: i32) -> &[u8] {
    let length = length as usize;
    let start = if length <= ROOM { room.as_ptr().cast() } else { take(length) };
    // SAFETY: see above; the host has written that many bytes.
    unsafe { core::slice::from_raw_parts(start, length) }
}

/// The `length` bytes that the host kept because they were too many for the room given.
fn take(length: usize) -> *const u8 {
    let bytes = crate::allocator::leak(length);
    // SAFETY: see above.
    unsafe { import::take(bytes.as_mut_ptr() as u32, length as u32) };
    bytes.as_ptr().cast()
}

#[inline(always)]
pub(crate) fn args<R>(read: impl FnOnce(&[u8]) -> R) -> R {
    // SAFETY: see above.
    receive(|dst, cap| unsafe { import::args(dst, cap) }, read)
}

#[inline(always)]
pub(crate) fn attached<R>(read: impl FnOnce(&[u8]) -> R) -> R {
    // SAFETY: see above.
    let give = |dst, cap| unsafe { import::attached(dst, cap) };
    receive(give, read)
}

pub(crate) fn context(bytes: &mut MaybeUninit<[u8; CONTEXT_BYTES]>) {
    // SAFETY: see above.
    unsafe { import::context(bytes.as_mut_ptr() as u32, CONTEXT_BYTES as u32) };
}

#[inline(always)]
pub(crate) fn get<R>(key: &[u8], read: impl FnOnce(Option<&[u8]>) -> R) -> R {
    let mut room = [MaybeUninit::<u8>::uninit(); ROOM];
    // SAFETY: see above.
    let length = unsafe { import::get(at(key), len(key), room.as_mut_ptr() as u32, ROOM as u32) };
    read(if length == NOTHING { None } else { Some(received(&room, length)) })
}

pub(crate) fn put(key: &[u8], value: &[u8]) {
    // SAFETY: see above.
    unsafe { import::put(at(key), len(key), at(value), len(value)) }
}

pub(crate) fn remove(key: &[u8]) {
    // SAFETY: see above.
    unsafe { import::remove(at(key), len(key)) }
}

#[inline(always)]
pub(crate) fn range<R>(
    (from, to): (&[u8], &[u8]),
    flags: u32,
    limit: u32,
    read: impl FnOnce(&[u8]) -> R,
) -> R {
    // SAFETY: see above.
    let give = |dst, cap| unsafe {
        import::range(at(from), len(from), at(to), len(to), flags, limit, dst, cap)
    };
    receive(give, read)
}

pub(crate) fn emit(name: &str, topics: &[u8], data: &[u8]) {
    let name = name.as_bytes();
    // SAFETY: see above.
    unsafe { import::emit(at(name), len(name), at(topics), len(topics), at(data), len(data)) }
}

pub(crate) fn balance(holder: &[u8; 32], asset: &[u8; 32]) -> u128 {
    let mut amount = [0; 16];
    // SAFETY: see above.
    unsafe { import::balance(at(holder), at(asset), amount.as_mut_ptr() as u32) };
    u128::from_le_bytes(amount)
}

pub(crate) fn transfer(to: &[u8; 32], asset: &[u8; 32], amount: u128) -> i32 {
    let amount = amount.to_le_bytes();
    // SAFETY: see above.
    unsafe { import::transfer(at(to), at(asset), at(&amount)) }
}

#[inline(always)]
pub(crate) fn call<R>(request: &[u8], read: impl FnOnce(&[u8]) -> R) -> R {
    // SAFETY: see above.
    let give = |dst, cap| unsafe { import::call(at(request), len(request), dst, cap) };
    receive(give, read)
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    // SAFETY: see above.
    unsafe { import::sha256(at(bytes), len(bytes), digest.as_mut_ptr() as u32) };
    digest
}

pub(crate) fn blake2b_256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    // SAFETY: see above.
    unsafe { import::blake2b_256(at(bytes), len(bytes), digest.as_mut_ptr() as u32) };
    digest
}

pub(crate) fn keccak_256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    // SAFETY: see above.
    unsafe { import::keccak_256(at(bytes), len(bytes), digest.as_mut_ptr() as u32) };
    digest
}

pub(crate) fn sr25519_verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    // SAFETY: see above.
    unsafe { import::sr25519_verify(at(key), at(message), len(message), at(signature)) == 1 }
}

pub(crate) fn ed25519_verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    // SAFETY: see above.
    unsafe { import::ed25519_verify(at(key), at(message), len(message), at(signature)) == 1 }
}

pub(crate) fn gas_left() -> u64 {
    // SAFETY: it takes no pointer.
    unsafe { import::gas_left() }
}

pub(crate) fn log(line: &str) {
    // SAFETY: see above.
    unsafe { import::log(at(line.as_bytes()), len(line.as_bytes())) }
}

pub(crate) fn ret(bytes: &[u8]) {
    // SAFETY: see above.
    unsafe { import::ret(at(bytes), len(bytes)) }
}

pub(crate) fn revert(code: u32, payload: &[u8]) -> ! {
    // SAFETY: see above.
    unsafe { import::revert(code, at(payload), len(payload)) };
    core::arch::wasm32::unreachable()
}

pub(crate) fn panic(location: &[u8]) -> ! {
    // SAFETY: see above.
    unsafe { import::panic(at(location), len(location)) };
    core::arch::wasm32::unreachable()
}
