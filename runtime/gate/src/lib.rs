//! The gate: what a contract module must be, and how it is changed before it runs.
//!
//! [`check`] is the only way from bytes to a module that the chain keeps. The chain, the devnet and
//! the command line share it, so that a module which one of them accepts is accepted by all. It
//! reads the module once, needs no compiler, and takes time in proportion to the module's size.
//!
//! | file | one idea |
//! |---|---|
//! | `profile` | what may be used, and how much: every bound with its reason |
//! | `codes` | the rules by number, for people |
//! | `refusal`, `naming` | a broken rule with function, offset and remedy |
//! | `inspect` | the checklist: one function per section |
//! | `segment`, `constant` | instantiation cannot fail and costs little |
//! | `function` | the bounds inside a function |
//! | `flow`, `work` | how long a module may take to compile |
//! | `surface` | exports and imports against ABI and host table |
//! | `instrument` | the stack counter |
//! | `abi_section` | the ABI document inside the module |
//! | `package` | from what a compiler writes to what is uploaded |

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod abi_section;
pub mod codes;
mod constant;
mod flow;
mod function;
mod inspect;
mod instrument;
mod naming;
mod package;
pub mod profile;
mod refusal;
mod segment;
mod surface;
mod work;

use parity_scale_codec::{Decode, Encode};
use weal_types::{AbiHash, abi::Abi};

pub use abi_section::{embed_abi, read_abi};
pub use package::package;
pub use profile::{PROFILE, STACK_GLOBAL, STACK_LIMIT};
pub use refusal::Refusal;

/// What the gate must know about the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainProfile {
    /// Whether host functions for debugging exist.
    pub devnet: bool,
}

/// A module that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedModule {
    /// Its description of itself.
    pub abi: Abi,
    /// The hash of that.
    pub abi_hash: AbiHash,
    /// The module to compile: stack counter added, custom sections dropped. It follows from the
    /// module and the profile alone.
    pub instrumented: Vec<u8>,
    /// Whether it compiles in time with optimisation, too. Otherwise that may take minutes, and
    /// the compiler must go without.
    pub may_optimise: bool,
    /// What upload and instantiation are charged by.
    pub size: ModuleSize,
}

/// How large a module is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct ModuleSize {
    /// Bytes of the module as uploaded.
    pub module_bytes: u32,
    /// Functions that it defines.
    pub functions: u32,
    /// Targets of all `br_table`s, with their defaults.
    pub branch_targets: u32,
    /// Pages of 64 KiB of memory at the start.
    pub initial_pages: u32,
    /// Bytes copied into memory at the start.
    pub data_bytes: u32,
    /// Entries of the table.
    pub table_entries: u32,
    /// Globals, without the one that instrumentation adds.
    pub globals: u32,
}

/// Checks `module` against the profile and prepares it for compilation.
pub fn check(module: &[u8], chain: ChainProfile) -> Result<CheckedModule, Refusal> {
    let inspected = inspect::inspect(module, chain).map_err(|finding| finding.name(module))?;
    Ok(CheckedModule {
        abi_hash: inspected.abi.hash(),
        instrumented: instrument::instrument(module, &inspected),
        abi: inspected.abi,
        may_optimise: inspected.may_optimise,
        size: inspected.size,
    })
}
