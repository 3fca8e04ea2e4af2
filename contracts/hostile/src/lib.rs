//! Contracts that attack the host, each with the receipt that it must end in. Used by tests only.
//!
//! [`ATTACKS`] is the table: a test deploys each module, calls the method with the arguments, and
//! compares. To add an attack, write a function in the file of its kind below `attacks`, say what
//! it tries, and add a row. [`BOMBS`] is the table of modules that attack the compiler.

#![forbid(unsafe_code)]
// A generator that fails is a bug in the generator, and its test should say where.
#![allow(clippy::missing_panics_doc)]

mod assemble;
pub mod attacks;
mod bombs;
pub mod random;
mod table;

pub use bombs::{BOMBS, Bomb};
pub use table::ATTACKS;
use weal_types::receipt::FailureKind;

/// A contract that attacks.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// Its name, unique in the table.
    pub name: &'static str,
    /// What it tries.
    pub doc: &'static str,
    /// Makes the complete module, with its ABI embedded.
    pub module: fn() -> Vec<u8>,
    /// The method to call.
    pub method: &'static str,
    /// The SCALE-encoded arguments to call it with.
    pub args: fn() -> Vec<u8>,
    /// How it must end on a chain that is no devnet.
    pub expect: Expectation,
}

/// How an attack must end.
#[derive(Clone, Copy, Debug)]
pub enum Expectation {
    /// The gate refuses the module with this code.
    Gate(u16),
    /// The call fails, and this says whether the receipt names the right failure.
    Receipt(fn(&FailureKind) -> bool),
    /// The call succeeds: the contract has checked itself that it gained nothing, and would have
    /// failed otherwise.
    Applied,
}
