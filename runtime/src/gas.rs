//! What work costs.
//!
//! One gas is one nanosecond of the reference machine (one core, about 3 GHz, 2020s server). The
//! rule that the schedule keeps, and that `weal-bench gas` measures row by row: no program takes
//! more than four times its gas in nanoseconds. Cheap instructions may be overpriced; nothing may
//! be underpriced by more.
//!
//! Changing a number here changes receipts: it is a protocol upgrade with an activation height.

use wasmtime::OperatorCost;
use weal_gate::ModuleSize;
use weal_types::receipt::FailureKind;

use crate::fault::Stop;

/// A price with a fixed part and a part per byte, both in gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Of every use.
    pub base: u64,
    /// Of each byte.
    pub per_byte: u64,
}

impl Rate {
    /// The price for `bytes` bytes.
    pub const fn of(self, bytes: usize) -> u64 {
        self.base.saturating_add(self.per_byte.saturating_mul(bytes as u64))
    }
}

macro_rules! rates {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident($($param:ident: $type:ty),*) $(-> $result:ty)?,
            $access:ident, gas $gas:literal + $per_byte:literal;
    )*) => {
        /// The prices in the table of host functions, by name.
        #[allow(missing_docs, non_upper_case_globals)]
        pub mod host {
            use super::Rate;
            $(pub const $name: Rate = Rate { base: $gas, per_byte: $per_byte };)*
        }
    };
}

weal_types::host_functions!(rates);

/// Reading a key: a point look-up in RocksDB with a cold block cache.
pub const READ: Rate = host::get;
/// Writing a key: journal, change set, tree and disk. The state benchmark measures 6 to 8 µs per
/// key.
pub const WRITE: Rate = host::put;
/// Looking at one entry of a range.
pub const RANGE_ENTRY: Rate = Rate { base: 2_500, per_byte: 2 };
/// Emitting an event.
pub const EVENT: Rate = host::emit;
/// Entering a native method: decoding its arguments, dispatch.
pub const NATIVE_CALL: u64 = 500;

/// A transaction before its first call: account record read and written, nonce, fee, receipt.
pub const TRANSACTION: Rate = Rate { base: 15_000, per_byte: 2 };
/// One signature, verified in a batch (18 µs) or, when a batch fails, singly (36 µs).
pub const SIGNATURE: u64 = 40_000;

/// Entering a Wasm frame: store, instance from the pool, look-up, drop. Measured at 2.6 µs.
pub const INSTANCE: u64 = 3_000;
/// One 64 KiB page of linear memory, declared or grown: its sixteen 4 KiB pages are cleared after
/// use.
pub const MEMORY_PAGE: u64 = 2_000;
/// One table entry, set up per instance.
pub const TABLE_ENTRY: u64 = 10;
/// One global, set up per instance.
pub const GLOBAL: u64 = 10;

/// Uploading code: gate, hash and storage per byte.
pub const UPLOAD_BYTE: u64 = 50;
/// Uploading code: per function, for compiling it.
pub const UPLOAD_FUNCTION: u64 = 5_000;
/// Uploading code: per `br_table` target, for compiling it.
pub const UPLOAD_BRANCH_TARGET: u64 = 500;

/// What entering an instance of this size costs.
pub const fn instantiate(size: &ModuleSize) -> u64 {
    INSTANCE
        + MEMORY_PAGE * size.initial_pages as u64
        + TABLE_ENTRY * size.table_entries as u64
        + GLOBAL * size.globals as u64
}

/// What uploading a module of this size costs, besides storing its bytes.
pub const fn upload(size: &ModuleSize) -> u64 {
    UPLOAD_BYTE * size.module_bytes as u64
        + UPLOAD_FUNCTION * size.functions as u64
        + UPLOAD_BRANCH_TARGET * size.branch_targets as u64
}

/// Gas per instruction, for Wasmtime's fuel.
///
/// Arithmetic and control flow take 0.1 to 0.3 ns and cost 1. A load costs 8: loads that depend on
/// each other, over the 4 MiB that a contract may have, miss the second cache and take up to 30 ns.
/// A store waits for nothing and costs 4. `memory.grow` takes 25 ns by itself; its pages are
/// charged by [`MEMORY_PAGE`]. Bulk operations cost 1 per byte (0.03 ns) besides.
pub fn operator_cost() -> OperatorCost {
    const LOAD: u8 = 8;
    const STORE: u8 = 4;
    const INDIRECT: u8 = 4;
    let mut cost = OperatorCost::new();
    for load in [
        &mut cost.I32Load,
        &mut cost.I64Load,
        &mut cost.I32Load8S,
        &mut cost.I32Load8U,
        &mut cost.I32Load16S,
        &mut cost.I32Load16U,
        &mut cost.I64Load8S,
        &mut cost.I64Load8U,
        &mut cost.I64Load16S,
        &mut cost.I64Load16U,
        &mut cost.I64Load32S,
        &mut cost.I64Load32U,
    ] {
        *load = LOAD;
    }
    for store in [
        &mut cost.I32Store,
        &mut cost.I64Store,
        &mut cost.I32Store8,
        &mut cost.I32Store16,
        &mut cost.I64Store8,
        &mut cost.I64Store16,
        &mut cost.I64Store32,
    ] {
        *store = STORE;
    }
    cost.CallIndirect = INDIRECT;
    cost.BrTable = INDIRECT;
    cost.MemoryGrow = 20;
    cost.MemoryCopy = 40;
    cost.MemoryFill = 40;
    cost
}

/// Gas left to a frame.
#[derive(Debug)]
pub(crate) struct Meter {
    left: u64,
}

impl Meter {
    pub const fn new(gas: u64) -> Self {
        Self { left: gas }
    }

    pub const fn left(&self) -> u64 {
        self.left
    }

    /// Takes `gas`, or all that is left and an end to the frame.
    pub fn charge(&mut self, gas: u64) -> Result<(), Stop> {
        match self.left.checked_sub(gas) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(FailureKind::OutOfGas.into())
            }
        }
    }

    /// Gives part of the gas to somebody else; what comes back is added by [`Self::give_back`].
    pub fn lend(&mut self, most: u64) -> u64 {
        let lent = self.left.min(most);
        self.left -= lent;
        lent
    }

    pub fn give_back(&mut self, gas: u64) {
        self.left = self.left.saturating_add(gas);
    }
}
