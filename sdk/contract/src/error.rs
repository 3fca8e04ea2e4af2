//! A contract's own errors.

use crate::codec::Output;
#[cfg(not(target_arch = "wasm32"))]
use crate::{abi::ErrorCase, describe::Types};

/// A contract's own errors: each case has a number, fields and a message.
/// `#[derive(ContractError)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a contract's error",
    label = "no codes",
    note = "put `#[derive(ContractError)]` on the enum and `#[code(1)]`, `#[code(2)]`, … on its \
            cases"
)]
pub trait ContractError: Sized {
    /// The number in receipts.
    fn code(&self) -> u32;

    /// Writes the SCALE encoding of the fields, in order.
    fn write_payload<O: Output + ?Sized>(&self, output: &mut O);

    /// The error with this code and payload; `None` if there is none.
    fn read(code: u32, payload: &[u8]) -> Option<Self>;

    /// The cases, for the ABI.
    #[cfg(not(target_arch = "wasm32"))]
    fn cases(types: &mut Types) -> Vec<ErrorCase>;
}

/// A contract that never refuses by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoError {}

impl ContractError for NoError {
    fn code(&self) -> u32 {
        match *self {}
    }

    fn write_payload<O: Output + ?Sized>(&self, _: &mut O) {
        match *self {}
    }

    fn read(_: u32, _: &[u8]) -> Option<Self> {
        None
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases(_: &mut Types) -> Vec<ErrorCase> {
        Vec::new()
    }
}
