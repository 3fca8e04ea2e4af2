//! One Wasm frame: a fresh instance in a store of its own, entered once.

use wasmtime::{Memory, ResourceLimiter, Store, Trap, Val};
use weal_gate::STACK_LIMIT;
use weal_types::{
    ContractId,
    receipt::{FailureKind, TrapKind},
    transaction::AssetAmount,
};

use crate::{
    call::Caller,
    code::{Code, CodeMethod},
    engine::MEMORY_BYTES,
    fault::{HostFault, Stop},
    gas::{self, Meter},
    session::Shared,
    stand_in,
};

/// What a frame's host functions work with.
pub(crate) struct Frame {
    pub shared: Shared,
    pub contract: ContractId,
    pub caller: Caller,
    pub read_only: bool,
    pub args: Vec<u8>,
    pub attached: Vec<AssetAmount>,
    /// What `ret` set.
    pub result: Vec<u8>,
    /// What did not fit into the buffer of the last function that returned bytes.
    pub kept: Vec<u8>,
    /// The instance's memory; set right after instantiation.
    pub memory: Option<Memory>,
    pub growth: MemoryGrowth,
}

/// Watches a frame's memory.
#[derive(Default)]
pub(crate) struct MemoryGrowth {
    /// Gas for memory that has grown since the last host call. `memory.grow` cannot take it from
    /// the fuel itself, so the next host call or the end of the frame does. At most 64 pages, since
    /// a frame's memory has no more.
    pub gas: u64,
    /// Bytes that memory has since it last grew, unless the operating system refused them.
    granted: usize,
    /// Set when the operating system, and not a limit, is known to have refused memory.
    out_of_memory: bool,
}

impl MemoryGrowth {
    /// Whether a memory of `bytes` lacks some that it was granted. Only the operating system takes
    /// back. Wasmtime's own report, `memory_grow_failed`, does not tell it from a maximum.
    const fn lacks(&self, bytes: usize) -> bool {
        bytes < self.granted
    }
}

impl ResourceLimiter for MemoryGrowth {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.out_of_memory |= self.lacks(current);
        // Wasmtime asks before it looks at the maximum that the module declares.
        if desired > maximum.unwrap_or(MEMORY_BYTES).min(MEMORY_BYTES) {
            return Ok(false);
        }
        self.granted = desired;
        // The first growth, from nothing, is the declared memory, which instantiation has paid for.
        if current > 0 {
            self.gas += ((desired - current) / PAGE_BYTES) as u64 * gas::MEMORY_PAGE;
        }
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

const PAGE_BYTES: usize = 65_536;

/// Runs `method` of `code` in a new instance and returns its result.
///
/// Gas: what the instance costs is charged first. If the contract returns or a host function ends
/// the frame, the rest stays in `meter`; after a trap nothing does, because Wasmtime keeps fuel in
/// a register that a trap forgets.
pub(crate) fn run(
    code: &Code,
    (name, method): (&str, &CodeMethod),
    frame: Frame,
    meter: &mut Meter,
) -> Result<Vec<u8>, Stop> {
    meter.charge(code.instantiate_gas)?;
    if let Some(stand_in) = &code.stand_in {
        return stand_in::run(stand_in.as_ref(), name, frame, meter);
    }
    let gas = meter.lend(u64::MAX);
    let mut store = Store::new(code.instance.module().engine(), frame);
    store.limiter(|frame| &mut frame.growth);
    let instance = match code.instance.instantiate(&mut store) {
        Ok(instance) => instance,
        // A data or element segment that lies outside: deterministic, and found before any code
        // ran.
        Err(error) => return Err(stopped(error, None)),
    };
    let memory = instance.get_module_export(&mut store, &code.memory);
    store.data_mut().memory = memory.and_then(|memory| memory.into_memory());
    let entry = instance.get_module_export(&mut store, &method.export);
    let entry =
        entry.and_then(|entry| entry.into_func()).ok_or_else(|| engine("no such export"))?;
    let entry = entry.typed::<(), ()>(&store).map_err(engine)?;
    store.set_fuel(gas).map_err(engine)?;
    let outcome = entry.call(&mut store, ());
    let memory_bytes = store.data().memory.map_or(0, |memory| memory.data_size(&store));
    let growth = &store.data().growth;
    if growth.out_of_memory || growth.lacks(memory_bytes) {
        return Err(engine("the operating system refused memory"));
    }
    match outcome {
        Ok(()) => {
            meter.give_back(store.get_fuel().map_err(engine)?);
            let frame = store.into_data();
            meter.charge(frame.growth.gas)?;
            Ok(frame.result)
        }
        Err(error) => {
            if error.is::<Stop>() {
                meter.give_back(store.get_fuel().map_err(engine)?);
            }
            let height = match instance.get_module_export(&mut store, &code.stack) {
                Some(global) => global.into_global().map(|global| global.get(&mut store)),
                None => None,
            };
            Err(stopped(error, height))
        }
    }
}

fn engine(error: impl ToString) -> Stop {
    HostFault::Engine(error.to_string()).into()
}

/// Sorts out why an instance ended; `height` is what the gate's stack counter said.
fn stopped(error: wasmtime::Error, height: Option<Val>) -> Stop {
    let error = match error.downcast::<Stop>() {
        Ok(stop) => return stop,
        Err(error) => error,
    };
    let Some(trap) = error.downcast_ref::<Trap>() else {
        return engine(format!("{error:#}"));
    };
    let kind = match trap {
        Trap::OutOfFuel => return FailureKind::OutOfGas.into(),
        Trap::UnreachableCodeReached => match height {
            Some(Val::I32(height)) if height.cast_unsigned() > STACK_LIMIT => {
                return FailureKind::StackOverflow.into();
            }
            _ => TrapKind::Unreachable,
        },
        Trap::MemoryOutOfBounds => TrapKind::MemoryOutOfBounds,
        Trap::TableOutOfBounds => TrapKind::TableOutOfBounds,
        Trap::IndirectCallToNull => TrapKind::NullFunction,
        Trap::BadSignature => TrapKind::BadSignature,
        Trap::IntegerOverflow => TrapKind::IntegerOverflow,
        Trap::IntegerDivisionByZero => TrapKind::DivisionByZero,
        // Among them the native stack overflow: it comes at another depth on another build, so it
        // is no result.
        other => return engine(other),
    };
    FailureKind::Trap(kind).into()
}
