//! What a contract can ask of its host.
//!
//! The table of [`weal_types::host_functions!`] becomes the linker here. Every function has the
//! same five steps: **charge** its fixed price and **permit** it ([`HostCall::run`]), then **read**
//! its arguments with a bound, **act**, and charge for and **write** the result ([`functions`]).

pub(crate) mod functions;
mod memory;

use wasmtime::{Caller, Engine, Linker};
use weal_types::{
    host::{Access, HostFunction, IMPORT_MODULE},
    receipt::FailureKind,
};

use crate::{
    SetupError,
    fault::{HostFault, Stop},
    frame::Frame,
    gas::{self, Meter},
};
use memory::GuestMemory;

/// A host function at work: the frame that called it, and the gas it has left.
pub(crate) struct HostCall<'a> {
    guest: Guest<'a>,
    meter: Meter,
}

/// Who called a host function.
enum Guest<'a> {
    /// An instance of a module.
    Wasm(Caller<'a, Frame>),
    /// A [stand-in](crate::stand_in), whose memory this is.
    StandIn(&'a mut Frame, &'a mut Vec<u8>),
}

impl HostCall<'_> {
    /// Steps one and two, then `act`. The fuel that is left goes back whatever happens, so that a
    /// revert refunds.
    fn run<R>(
        mut caller: Caller<'_, Frame>,
        base: u64,
        access: Access,
        act: impl FnOnce(&mut HostCall<'_>) -> Result<R, Stop>,
    ) -> wasmtime::Result<R> {
        let meter = Meter::new(caller.get_fuel()?);
        let growth_gas = std::mem::take(&mut caller.data_mut().growth.gas);
        let mut host = HostCall { guest: Guest::Wasm(caller), meter };
        let result = host.enter(growth_gas.saturating_add(base), access, act);
        if let HostCall { guest: Guest::Wasm(mut caller), meter } = host {
            caller.set_fuel(meter.left())?;
        }
        result.map_err(wasmtime::Error::new)
    }

    /// The same for a stand-in.
    pub(crate) fn run_outside<R>(
        frame: &mut Frame,
        meter: &mut Meter,
        memory: &mut Vec<u8>,
        row: &HostFunction,
        act: impl FnOnce(&mut HostCall<'_>) -> Result<R, Stop>,
    ) -> Result<R, Stop> {
        let gas = meter.lend(u64::MAX);
        let mut host = HostCall { guest: Guest::StandIn(frame, memory), meter: Meter::new(gas) };
        let result = host.enter(row.gas, row.access, act);
        meter.give_back(host.meter.left());
        result
    }

    fn enter<R>(
        &mut self,
        gas: u64,
        access: Access,
        act: impl FnOnce(&mut Self) -> Result<R, Stop>,
    ) -> Result<R, Stop> {
        self.meter.charge(gas)?;
        self.permit(access)?;
        act(self)
    }

    fn permit(&self, access: Access) -> Result<(), Stop> {
        match access {
            // The gate lets devnet imports in on a devnet only.
            Access::Any | Access::Devnet => Ok(()),
            Access::Write if self.frame().read_only => Err(FailureKind::WriteInQuery.into()),
            Access::Write => Ok(()),
        }
    }

    /// The three things that a function works with, borrowed side by side.
    fn parts(&mut self) -> Result<(GuestMemory<'_>, &mut Frame, &mut Meter), Stop> {
        let (bytes, frame) = match &mut self.guest {
            Guest::Wasm(caller) => {
                let memory = caller.data().memory.ok_or_else(|| {
                    HostFault::Engine("a host function ran before its frame had a memory".into())
                })?;
                memory.data_and_store_mut(caller)
            }
            Guest::StandIn(frame, memory) => (memory.as_mut_slice(), &mut **frame),
        };
        Ok((GuestMemory(bytes), frame, &mut self.meter))
    }

    fn frame(&self) -> &Frame {
        match &self.guest {
            Guest::Wasm(caller) => caller.data(),
            Guest::StandIn(frame, _) => frame,
        }
    }
}

macro_rules! link {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident($($param:ident: $type:ty),*) $(-> $result:ty)?,
            $access:ident, gas $gas:literal + $per_byte:literal;
    )*) => {
        /// A linker with every function of the table. The gate has checked what a module may
        /// import.
        pub(crate) fn linker(engine: &Engine) -> Result<Linker<Frame>, SetupError> {
            let mut linker = Linker::new(engine);
            $(linker.func_wrap(
                IMPORT_MODULE,
                stringify!($name),
                |caller: Caller<'_, Frame>, $($param: $type),*| {
                    HostCall::run(caller, gas::host::$name.base, Access::$access, |host| {
                        functions::$name(host, $($param),*)
                    })
                },
            ).map_err(|error| SetupError::Engine(format!("{error:#}")))?;)*
            Ok(linker)
        }
    };
}

weal_types::host_functions!(link);
