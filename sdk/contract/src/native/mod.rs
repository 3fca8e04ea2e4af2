//! Contract code outside Wasm: the same functions, against a [`Host`] that is given at run time.
//!
//! [`enter`] runs one frame. What ends a frame early (a refusal, a failure of the host) unwinds
//! from the depth of the contract to `enter`, as it would leave a Wasm instance; a panic in
//! contract code is caught and reported with the location that the Wasm build would report. Frames
//! nest: a host's [`Host::call`] may `enter` another contract.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook},
    rc::Rc,
    sync::Once,
};

mod contract;

pub use contract::{Contract, Methods};

/// The frame is over, and the host knows why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended;

/// What contract code asks of whoever runs it: the host table of `weal_types::host`, with slices in
/// place of pointers.
///
/// Lengths, limits, access and gas are the host's to check; where it refuses, it remembers the
/// failure and returns [`Ended`]. There is no `panic`: [`enter`] reports panics.
pub trait Host {
    /// The call's arguments.
    fn args(&self) -> Result<Vec<u8>, Ended>;
    /// Sets the call's result.
    fn ret(&self, bytes: &[u8]) -> Result<(), Ended>;
    /// Fails the frame with an error code and a payload.
    fn revert(&self, code: u32, payload: &[u8]) -> Ended;
    /// The SCALE-encoded `CallContext`.
    fn context(&self) -> Result<Vec<u8>, Ended>;
    /// The SCALE-encoded list of `AssetAmount`s attached to this call.
    fn attached(&self) -> Result<Vec<u8>, Ended>;
    /// The gas left to this frame.
    fn gas_left(&self) -> Result<u64, Ended>;
    /// The value at a key of the contract.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Ended>;
    /// Stores a value at a key of the contract.
    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), Ended>;
    /// Removes a key of the contract.
    fn remove(&self, key: &[u8]) -> Result<(), Ended>;
    /// The SCALE-encoded list of (key, value) with `from <= key < to`; see the host table.
    fn range(&self, from: &[u8], to: &[u8], flags: u32, limit: u32) -> Result<Vec<u8>, Ended>;
    /// Emits an event: name, SCALE-encoded list of topics, data.
    fn emit(&self, name: &[u8], topics: &[u8], data: &[u8]) -> Result<(), Ended>;
    /// The free balance of `holder` in `asset`.
    fn balance(&self, holder: &[u8; 32], asset: &[u8; 32]) -> Result<u128, Ended>;
    /// Sends from the contract; 0, or 1 if it holds too little, or 2 if the asset refuses the
    /// payee.
    fn transfer(&self, to: &[u8; 32], asset: &[u8; 32], amount: u128) -> Result<i32, Ended>;
    /// Makes the call of a SCALE-encoded `CallRequest`: the SCALE-encoded
    /// `Result<Vec<u8>, CallError>`.
    fn call(&self, request: &[u8]) -> Result<Vec<u8>, Ended>;
    /// SHA-256.
    fn sha256(&self, bytes: &[u8]) -> Result<[u8; 32], Ended>;
    /// BLAKE2b-256.
    fn blake2b_256(&self, bytes: &[u8]) -> Result<[u8; 32], Ended>;
    /// Keccak-256.
    fn keccak_256(&self, bytes: &[u8]) -> Result<[u8; 32], Ended>;
    /// Whether an sr25519 signature in the context `substrate` holds.
    fn sr25519_verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, Ended>;
    /// Whether an Ed25519 signature holds.
    fn ed25519_verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, Ended>;
    /// Writes a line to the debug log; devnets only.
    fn log(&self, line: &[u8]) -> Result<(), Ended>;
}

/// Why a frame did not return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The host ended it, and knows why.
    Ended,
    /// Contract code panicked.
    Panicked {
        /// `file:line:column`, as the Wasm build reports it.
        location: String,
        /// What it said; the Wasm build drops this.
        message: String,
    },
}

/// Where and what of a panic.
type Panic = (String, String);

thread_local! {
    /// The hosts of the frames that run, innermost last.
    static HOSTS: RefCell<Vec<Rc<dyn Host>>> = const { RefCell::new(Vec::new()) };
    /// Frames between `enter` and its return.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// The panic that is unwinding to the innermost `enter`.
    static PANIC: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Runs `method`, one of the functions that a contract's `methods()` lists, as a frame of `host`.
pub fn enter(host: Rc<dyn Host>, method: fn()) -> Result<(), Exit> {
    install_hook();
    HOSTS.with_borrow_mut(|hosts| hosts.push(host));
    DEPTH.set(DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(method));
    DEPTH.set(DEPTH.get() - 1);
    HOSTS.with_borrow_mut(Vec::pop);
    outcome.map_err(exit)
}

fn exit(payload: Box<dyn Any + Send>) -> Exit {
    let panic = PANIC.take();
    if payload.is::<Ended>() {
        return Exit::Ended;
    }
    let (location, message) = panic.unwrap_or_default();
    Exit::Panicked { location, message }
}

/// Replaces the panic hook, once per process, by one that keeps quiet about panics in contracts and
/// remembers where they were.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| match DEPTH.get() {
            0 => before(info),
            _ => PANIC.set(Some(describe(info))),
        }));
    });
}

fn describe(info: &PanicHookInfo<'_>) -> Panic {
    let location = info.location().map(|at| format!("{}:{}:{}", at.file(), at.line(), at.column()));
    (location.unwrap_or_default(), info.payload_as_str().unwrap_or_default().into())
}

/// The host of the innermost frame.
///
/// # Panics
///
/// Outside [`enter`], where a contract's code has nobody to ask.
pub(crate) fn current() -> Rc<dyn Host> {
    let host = HOSTS.with_borrow(|hosts| hosts.last().cloned());
    #[expect(clippy::expect_used, reason = "a misuse by a test, which should say so")]
    host.expect("contract code runs inside `weal_sdk::native::enter`")
}

/// Leaves the innermost frame.
pub(crate) fn end(ended: Ended) -> ! {
    resume_unwind(Box::new(ended))
}
