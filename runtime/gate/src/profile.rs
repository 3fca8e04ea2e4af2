//! The profile `weal-1`: what a module may use, and how much of it.
//!
//! Every bound is here, with its unit and its reason. `docs/gate.md` tells how the ones that limit
//! compile time were measured. A change makes a new profile: nodes that disagree about one module
//! disagree about the chain.

use wasmparser::WasmFeatures;

/// The profile's name.
pub const PROFILE: &str = "weal-1";

/// The WebAssembly features of the profile: those that compilers cannot be kept from using, and no
/// others.
pub const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::EXTENDED_CONST);

/// The only export besides methods.
pub const MEMORY_EXPORT: &str = "memory";

/// The export of the instrumentation's global. No contract can have it: it is neither `memory` nor
/// `weal.…`.
pub const STACK_GLOBAL: &str = "weal:stack";

/// Units of stack that the functions of one instance may take together. A frame costs its
/// parameters, its locals, its highest operand stack, two for each instruction that computes
/// something (the compiler may keep what it computed once for a second use, whatever lies between),
/// and [`FRAME_UNITS`]. A unit is 8 bytes, so this is 1 MiB at most; the runtime gives twice that.
/// Without the instructions, a frame of 22 units took 8 KB natively (measured). After a trap, a
/// stack global above this tells stack overflow from any other `unreachable`.
pub const STACK_LIMIT: u32 = 128 * 1024;

/// Units that a frame costs besides its values: return address, saved registers, spilled
/// temporaries.
pub const FRAME_UNITS: u32 = 16;

/// Bytes of a module. CosmWasm's cw20 has 338 KB, a contract of this SDK 5 to 50 KB.
pub const MODULE_BYTES: usize = 512 * 1024;

/// Imports; the host's table has 23 rows.
pub const IMPORTS: u32 = 128;

/// Pages of initial memory: 1 MiB, set up for every call.
pub const INITIAL_PAGES: u64 = 16;

/// Pages of memory that a module may ever have: 4 MiB, what the host keeps resident per instance.
pub const MAXIMUM_PAGES: u64 = 64;

/// Bytes of a page.
pub const PAGE_BYTES: u64 = 64 * 1024;

/// Entries of the table.
pub const TABLE_ENTRIES: u64 = 4_096;

/// Globals; compilers use three.
pub const GLOBALS: u32 = 64;

/// Data segments, and element segments; linkers write one to three.
pub const SEGMENTS: u32 = 256;

/// Instructions of a constant expression, without its `end`.
pub const CONST_OPERATORS: usize = 8;

/// Defined functions; cw20 has about 1,000.
pub const FUNCTIONS: u32 = 2_000;

/// Declared signatures; cw20 has about 60.
pub const TYPES: u32 = 512;

/// Parameters of a function.
pub const PARAMS: usize = 16;

/// Results of a function.
pub const RESULTS: usize = 1;

/// Bytes of a function's locals and code.
pub const BODY_BYTES: usize = 64 * 1024;

/// Parameters and locals of a function.
pub const LOCALS: u64 = 256;

/// Blocks inside each other, not counting the function itself. Overflow checks and matches make
/// rustc nest up to 424 deep (measured: cw20, wasmparser).
pub const NESTING: u32 = 1_024;

/// Targets of all `br_table`s of a function, with their defaults.
pub const BRANCH_TARGETS: u64 = 1_024;

/// `call_indirect` instructions of a function.
pub const CALL_INDIRECT: u32 = 500;

/// Values on the operand stack of a function at once.
pub const OPERANDS: u32 = 256;

/// Nanoseconds that compiling a module may take on one core by the estimate of [`work_ns`].
/// Contracts of 340 KB from rustc reach 1.0 s, cw20 built for speed (462 KB) 1.6 s.
pub const WORK_NS: u64 = 2_000_000_000;

/// What compiling costs at most, in nanoseconds. Measured with Wasmtime 48.0.8, fuel on, no
/// optimisation. With optimisation the compiler keeps values alive that the module does not; the
/// estimate for that is so coarse that large modules go without.
pub mod work_ns {
    /// A function.
    pub const FUNCTION: u64 = 50_000;
    /// An instruction.
    pub const OPERATOR: u64 = 2_000;
    /// A branch, with the check for gas after it. A loop counts as two.
    pub const BRANCH: u64 = 20_000;
    /// Branches and awkward instructions of a function, squared: pieces into which the allocator
    /// splits what lives through all of the function.
    pub const SPLITS_SQUARED: u64 = 30;
    /// The square of the number of values passed along a branch.
    pub const PASSED_SQUARED: u64 = 250;
    /// A value alive at a branch.
    pub const ALIVE: u64 = 100;
    /// A call.
    pub const CALL: u64 = 10_000;
    /// An instruction that calls the engine or wants certain registers: bulk memory, growth,
    /// indirect calls, divisions, shifts by a variable.
    pub const AWKWARD: u64 = 50_000;
    /// A value alive across a call or an awkward instruction.
    pub const ALIVE_ACROSS: u64 = 600;
    /// With optimisation: an instruction that makes a value, times the splits, times their square
    /// root. Measured on functions of 1 to 60 KB that use 100 to 3,000 products at each of their
    /// branches: 22 to 53.
    pub const HIDDEN: u64 = 60;
}

/// Methods, events, errors, roles and types of an ABI document, each.
pub const ABI_ITEMS: usize = 512;

/// Uses of declared items in an ABI document: events and errors that methods name, together.
pub const ABI_USES: usize = 4_096;
