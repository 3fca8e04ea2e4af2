//! Reading through a contract, and trying calls out, without a transaction.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use weal_types::{
    AccountId, Gas,
    receipt::{CallError, Event},
    state::ChangeSet,
    transaction::Call,
};

use crate::{
    BlockContext, Runtime,
    block::on_deep_stack,
    call::{self, CallKind, Caller},
    fault::{HostFault, Stop},
    gas::Meter,
    overlay::SharedSnapshot,
    session::Session,
    system,
};

/// What a query or a dry run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOutput {
    /// The encoded result, or what failed.
    pub result: Result<Vec<u8>, CallError>,
    /// Gas that was used.
    pub gas_used: Gas,
    /// What it would emit; always empty for a query.
    pub events: Vec<Event>,
    /// What it would write; always empty for a query.
    pub changes: ChangeSet,
}

/// Whether a call outside a transaction may write to its own copy of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallMode {
    /// It may not: writes fail.
    Query,
    /// It may, and what it would write is part of the output.
    DryRun,
}

impl Runtime {
    /// Calls a method as `caller` on a snapshot, with `gas` at most. Nothing is written anywhere.
    pub fn call(
        self: &Arc<Self>,
        context: &BlockContext,
        caller: AccountId,
        call: &Call,
        gas: Gas,
        mode: CallMode,
        snapshot: SharedSnapshot,
    ) -> Result<CallOutput, HostFault> {
        let params = system::params::load(snapshot.as_ref())?;
        let runtime = Arc::clone(self);
        on_deep_stack(move |_| {
            let session = Session::new(runtime, *context, params, snapshot);
            let shared = Rc::new(RefCell::new(session));
            let caller = Caller { id: caller, top_level: true };
            let mut meter = Meter::new(gas.0);
            let read_only = mode == CallMode::Query;
            let kind = CallKind::Method;
            let result = match call::nested(&shared, caller, call, kind, read_only, &mut meter) {
                Ok(result) => Ok(result),
                Err(Stop::Inner(error)) => Err(*error),
                Err(Stop::Fail(kind)) => {
                    Err(CallError { contract: call.to, method: call.method.clone(), kind })
                }
                Err(Stop::Fault(fault)) => return Err(fault),
            };
            let mut session = Rc::into_inner(shared)
                .ok_or_else(|| HostFault::Engine("a frame outlived its call".into()))?
                .into_inner();
            let events = session.settle();
            let changes = session.into_overlay().into_changes();
            Ok(CallOutput { result, gas_used: Gas(gas.0 - meter.left()), events, changes })
        })
    }
}
