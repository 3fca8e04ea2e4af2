//! The contract.

use alloc::{vec, vec::Vec};
use core::{
    alloc::{GlobalAlloc, Layout},
    cell::UnsafeCell,
};

use parity_scale_codec::{Decode, Encode};
use weal_types::{host::CallRequest, receipt::CallError};

use crate::{OnFailure, Step};

mod host {
    weal_types::host_functions!(weal_types::guest_bindings);
}

#[panic_handler]
fn on_panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Hands out memory and never takes it back: an instance lives for one call.
struct Bump(UnsafeCell<usize>);

#[global_allocator]
static ALLOCATOR: Bump = Bump(UnsafeCell::new(0));

// SAFETY: a contract has one thread.
unsafe impl Sync for Bump {}

// SAFETY: each allocation lies behind the last one, inside memory that was grown for it.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        const PAGE: usize = 65_536;
        // SAFETY: one thread, and no reference into the cell survives this function.
        let next = unsafe { &mut *self.0.get() };
        if *next == 0 {
            *next = core::arch::wasm32::memory_size(0) * PAGE;
        }
        let start = next.next_multiple_of(layout.align());
        let end = start + layout.size();
        let have = core::arch::wasm32::memory_size(0) * PAGE;
        if end > have {
            let pages = (end - have).div_ceil(PAGE);
            if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
                return core::ptr::null_mut();
            }
        }
        *next = end;
        start as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

/// Calls a host function that returns bytes, first with a small buffer and then, if need be, with
/// one that fits.
fn bytes(give: impl Fn(u32, u32) -> i32) -> Option<Vec<u8>> {
    let mut buffer = vec![0; 256];
    let length = usize::try_from(give(buffer.as_mut_ptr() as u32, 256)).ok()?;
    if length > buffer.len() {
        buffer = vec![0; length];
        // SAFETY: the buffer has the length given.
        unsafe { host::take(buffer.as_mut_ptr() as u32, length as u32) };
    }
    buffer.truncate(length);
    Some(buffer)
}

fn pointer(bytes: &[u8]) -> (u32, u32) {
    (bytes.as_ptr() as u32, bytes.len() as u32)
}

#[unsafe(export_name = "weal.run")]
extern "C" fn run() {
    play();
}

#[unsafe(export_name = "weal.run_again")]
extern "C" fn run_again() {
    play();
}

#[unsafe(export_name = "weal.ask")]
extern "C" fn ask() {
    play();
}

fn play() {
    // SAFETY: `bytes` gives pointers to buffers of the lengths that it gives.
    let script = bytes(|dst, cap| unsafe { host::args(dst, cap) }).unwrap_or_default();
    let script = Vec::<u8>::decode(&mut script.as_slice()).unwrap_or_default();
    let Ok(steps) = Vec::<Step>::decode(&mut script.as_slice()) else {
        core::arch::wasm32::unreachable()
    };
    let mut said = Vec::new();
    for step in steps {
        take_step(step, &mut said);
    }
    let said = said.encode();
    let (src, len) = pointer(&said);
    // SAFETY: the pointer is to that many bytes.
    unsafe { host::ret(src, len) };
}

// SAFETY of the calls below: each pointer comes from `pointer`, `bytes` or a live array of the
// length that the host function asks for.
fn take_step(step: Step, said: &mut Vec<u8>) {
    match step {
        Step::Put(key, value) => {
            let ((key, key_len), (src, len)) = (pointer(&key), pointer(&value));
            // SAFETY: see above.
            unsafe { host::put(key, key_len, src, len) }
        }
        Step::Remove(key) => {
            let (key, key_len) = pointer(&key);
            // SAFETY: see above.
            unsafe { host::remove(key, key_len) }
        }
        Step::Get(key) => {
            let (key, key_len) = pointer(&key);
            // SAFETY: see above.
            let value = bytes(|dst, cap| unsafe { host::get(key, key_len, dst, cap) });
            value.encode_to(said);
        }
        Step::Range(from, to, flags, limit) => {
            let ((from, from_len), (to, to_len)) = (pointer(&from), pointer(&to));
            // SAFETY: see above.
            let page = bytes(|dst, cap| unsafe {
                host::range(from, from_len, to, to_len, flags, limit, dst, cap)
            });
            said.extend(page.unwrap_or_default());
        }
        Step::Transfer(to, asset, amount) => {
            let amount = amount.0.to_le_bytes();
            let [to, asset] = [pointer(&to.0).0, pointer(&asset.0).0];
            // SAFETY: see above.
            unsafe { host::transfer(to, asset, pointer(&amount).0) }.encode_to(said);
        }
        Step::Balance(holder, asset) => {
            let mut balance = [0; 16];
            let [holder, asset] = [pointer(&holder.0).0, pointer(&asset.0).0];
            // SAFETY: see above.
            unsafe { host::balance(holder, asset, balance.as_mut_ptr() as u32) };
            said.extend(balance);
        }
        Step::Call(call, gas, on_failure) => call_out(CallRequest { call, gas }, on_failure, said),
        other => take_small_step(other, said),
    }
}

fn call_out(request: CallRequest, on_failure: OnFailure, said: &mut Vec<u8>) {
    let request = request.encode();
    let (src, len) = pointer(&request);
    // SAFETY: see `take_step`.
    let outcome = bytes(|dst, cap| unsafe { host::call(src, len, dst, cap) }).unwrap_or_default();
    let failed =
        !matches!(Result::<Vec<u8>, CallError>::decode(&mut outcome.as_slice()), Ok(Ok(_)));
    said.extend(outcome);
    if failed && on_failure == OnFailure::PassOn {
        // SAFETY: an empty payload is in bounds.
        unsafe { host::revert(1, 0, 0) };
    }
}

fn take_small_step(step: Step, said: &mut Vec<u8>) {
    match step {
        Step::Emit(length) => {
            let data = vec![7; length as usize];
            let (name, topics) = (pointer(b"Said"), pointer(&[0]));
            let (src, len) = pointer(&data);
            // SAFETY: see `take_step`.
            unsafe { host::emit(name.0, name.1, topics.0, topics.1, src, len) }
        }
        Step::Context => {
            // SAFETY: see `take_step`.
            said.extend(bytes(|dst, cap| unsafe { host::context(dst, cap) }).unwrap_or_default());
        }
        Step::Attached => {
            // SAFETY: see `take_step`.
            said.extend(bytes(|dst, cap| unsafe { host::attached(dst, cap) }).unwrap_or_default());
        }
        // SAFETY: it takes no pointer.
        Step::GasLeft => unsafe { host::gas_left() }.encode_to(said),
        Step::Burn(count) => {
            for number in 0..count {
                core::hint::black_box(number);
            }
        }
        Step::Grow(pages) => {
            let answer = core::arch::wasm32::memory_grow(0, pages as usize);
            (answer as i32).encode_to(said);
        }
        // SAFETY: an empty payload is in bounds.
        Step::Revert(code) => unsafe { host::revert(code, 0, 0) },
        _ => core::arch::wasm32::unreachable(),
    }
}
