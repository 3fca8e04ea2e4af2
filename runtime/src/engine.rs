//! The Wasmtime engine: deterministic, metered, pooled.

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    WasmFeatures,
};
use weal_types::limit;

use crate::{SetupError, gas};

/// Native stack that one frame's Wasm may use. The gate's own counter stops a module at 128 Ki
/// units of 8 bytes, half of this, and a unit is more than the compiler can need. Reaching the end
/// of the native stack is a host fault, because it comes at another depth on another build.
pub(crate) const WASM_STACK_BYTES: usize = 2 * 1024 * 1024;

/// Frames of one transaction, the top-level one included.
pub(crate) const FRAMES: usize = limit::CALL_DEPTH + 1;

const _: () = assert!(WASM_STACK_BYTES >= 2 * 8 * weal_gate::STACK_LIMIT as usize);

/// Native stack of the thread that executes a block: all frames on top of each other, and the host
/// code between them.
pub(crate) const EXECUTOR_STACK_BYTES: usize = FRAMES * (WASM_STACK_BYTES + 256 * 1024);

/// Most memory of one instance: what the gate lets a module declare.
pub(crate) const MEMORY_BYTES: usize = 4 * 1024 * 1024;

/// Threads that may execute at once: the chain, queries, dry runs.
const THREADS: u32 = 8;

/// Engines of one build on one machine accept each other's compiled code.
pub(crate) struct Engines {
    /// Runs all code, and compiles what the gate allows to be optimised.
    pub run: Engine,
    /// Compiles the rest: code for which optimisation might take minutes.
    pub plain: Engine,
}

impl Engines {
    pub fn new(parallel_compilation: bool) -> Result<Self, SetupError> {
        let engine = |level, allocation| {
            let mut config = config(level, parallel_compilation);
            config.allocation_strategy(allocation);
            Engine::new(&config).map_err(|error| SetupError::Engine(format!("{error:#}")))
        };
        let run = engine(OptLevel::Speed, InstanceAllocationStrategy::Pooling(pool()))?;
        let plain = engine(OptLevel::None, InstanceAllocationStrategy::OnDemand)?;
        Ok(Self { run, plain })
    }
}

fn config(level: OptLevel, parallel_compilation: bool) -> Config {
    let mut config = Config::new();
    config.wasm_features(WasmFeatures::all(), false);
    config.wasm_features(profile_features(), true);
    config.consume_fuel(true);
    config.operator_cost(gas::operator_cost());
    config.cranelift_opt_level(level);
    config.parallel_compilation(parallel_compilation);
    config.max_wasm_stack(WASM_STACK_BYTES);
    // A backtrace of 5,000 frames takes 72 µs instead of 20, which nobody has paid for.
    config.wasm_backtrace_max_frames(None);
    config.generate_address_map(false);
    config.native_unwind_info(false);
    config
}

/// What the gate lets through. Kept narrow here too, so that a hole in one is not a hole in both.
fn profile_features() -> WasmFeatures {
    WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY_OPT
        | WasmFeatures::CALL_INDIRECT_OVERLONG
        | WasmFeatures::EXTENDED_CONST
}

fn pool() -> PoolingAllocationConfig {
    let instances = THREADS * FRAMES as u32;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(instances);
    pool.total_memories(instances);
    pool.total_tables(instances);
    pool.max_memory_size(MEMORY_BYTES);
    pool.table_elements(4_096);
    // Memory stays mapped between uses and is cleared by copying: page faults would cost 11 µs per
    // call instead of 3. `pagemap_scan` finds the pages that were touched, where the kernel has it
    // (Linux 6.7).
    pool.linear_memory_keep_resident(MEMORY_BYTES);
    pool.table_keep_resident(4_096 * 8);
    pool.pagemap_scan(Enabled::Auto);
    pool
}
