//! The contract.

use crate::{INSUFFICIENT, OVERFLOW};

weal_types::host_functions!(weal_types::guest_bindings);

#[panic_handler]
fn on_panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Linking `alloc` asks for an allocator; nothing here allocates, so this one never runs and is
/// optimised away.
struct NoAllocator;

#[global_allocator]
static ALLOCATOR: NoAllocator = NoAllocator;

// SAFETY: it never returns memory.
unsafe impl core::alloc::GlobalAlloc for NoAllocator {
    unsafe fn alloc(&self, _: core::alloc::Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: core::alloc::Layout) {}
}

type Account = [u8; 32];

/// Where `caller` stands in the encoded context: after chain (32), height (8) and time (8).
const CALLER_AT: usize = 48;
/// The context, as far as it is of interest here, and the rest of it.
const CONTEXT_BYTES: usize = CALLER_AT + 32 + 32 + 1;

fn caller() -> Account {
    let mut context = [0; CONTEXT_BYTES];
    // SAFETY: the host writes at most `CONTEXT_BYTES` bytes at the pointer.
    unsafe { context_into(&mut context) };
    let mut caller = [0; 32];
    caller.copy_from_slice(&context[CALLER_AT..CALLER_AT + 32]);
    caller
}

unsafe fn context_into(bytes: &mut [u8; CONTEXT_BYTES]) {
    // SAFETY: as the caller says.
    unsafe { context(bytes.as_mut_ptr() as u32, CONTEXT_BYTES as u32) };
}

fn arguments<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // SAFETY: the host writes at most `N` bytes at the pointer.
    let length = unsafe { args(bytes.as_mut_ptr() as u32, N as u32) };
    if length != N as i32 {
        core::arch::wasm32::unreachable();
    }
    bytes
}

fn fail(code: u32) -> ! {
    // SAFETY: an empty payload is in bounds.
    unsafe { revert(code, 0, 0) };
    core::arch::wasm32::unreachable()
}

fn key(account: &Account) -> [u8; 33] {
    let mut key = [b'b'; 33];
    key[1..].copy_from_slice(account);
    key
}

fn read(account: &Account) -> u128 {
    let (key, mut value) = (key(account), [0; 16]);
    // SAFETY: both pointers are to arrays of the lengths given.
    unsafe { get(key.as_ptr() as u32, 33, value.as_mut_ptr() as u32, 16) };
    u128::from_le_bytes(value)
}

fn write(account: &Account, balance: u128) {
    let (key, value) = (key(account), balance.to_le_bytes());
    // SAFETY: both pointers are to arrays of the lengths given.
    unsafe { put(key.as_ptr() as u32, 33, value.as_ptr() as u32, 16) };
}

#[unsafe(export_name = "weal.init")]
extern "C" fn init() {
    write(&caller(), u128::from_le_bytes(arguments()));
}

#[unsafe(export_name = "weal.transfer")]
extern "C" fn transfer_tokens() {
    let arguments: [u8; 48] = arguments();
    let (mut to, mut amount) = ([0; 32], [0; 16]);
    to.copy_from_slice(&arguments[..32]);
    amount.copy_from_slice(&arguments[32..]);
    let (from, sent) = (caller(), u128::from_le_bytes(amount));
    let Some(rest) = read(&from).checked_sub(sent) else { fail(INSUFFICIENT) };
    write(&from, rest);
    let Some(sum) = read(&to).checked_add(sent) else { fail(OVERFLOW) };
    write(&to, sum);
    announce(&from, &to, &amount);
}

/// Emits `Transferred` with two topics, each a length byte (32 in compact form) and an account.
fn announce(from: &Account, to: &Account, amount: &[u8; 16]) {
    const TWO: u8 = 2 << 2;
    const THIRTY_TWO: u8 = 32 << 2;
    let mut topics = [TWO; 67];
    topics[1] = THIRTY_TWO;
    topics[2..34].copy_from_slice(from);
    topics[34] = THIRTY_TWO;
    topics[35..].copy_from_slice(to);
    let name = b"Transferred";
    // SAFETY: all three pointers are to arrays of the lengths given.
    unsafe {
        emit(
            name.as_ptr() as u32,
            name.len() as u32,
            topics.as_ptr() as u32,
            topics.len() as u32,
            amount.as_ptr() as u32,
            16,
        );
    }
}

#[unsafe(export_name = "weal.balance")]
extern "C" fn balance_of() {
    let balance = read(&arguments()).to_le_bytes();
    // SAFETY: the pointer is to 16 bytes.
    unsafe { ret(balance.as_ptr() as u32, 16) };
}
