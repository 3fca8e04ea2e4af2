//! A call from frame to frame: a sub-transaction that commits or vanishes whole.

use weal_types::{
    AccountId, ContractId,
    abi::MethodKind,
    limit,
    receipt::{CallError, FailureKind},
    transaction::{AssetAmount, Call},
};

use crate::{
    fault::Stop,
    frame::{self, Frame, MemoryGrowth},
    gas::{self, Meter},
    native::{Native, NativeMethod},
    session::Shared,
    system,
};

/// Who calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// The transaction's signer, or the contract one frame up.
    pub id: AccountId,
    /// Whether it is the signer.
    pub top_level: bool,
}

/// Which methods a call may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// Calls and queries: anybody's.
    Method,
    /// The constructor: only the system contract `contracts`, at deployment.
    Init,
    /// The migration from this layout version: likewise, within an upgrade.
    Migrate(u32),
}

impl CallKind {
    fn admits(self, kind: MethodKind) -> bool {
        match kind {
            MethodKind::Call | MethodKind::Query => self == Self::Method,
            MethodKind::Init => self == Self::Init,
            MethodKind::Migrate(from) => self == Self::Migrate(from),
        }
    }
}

/// Runs `call` in a frame of its own. If it fails, everything it did is undone, and the failure
/// names the innermost frame that did not catch it.
///
/// What the callee does not use of `meter` stays there.
pub(crate) fn nested(
    shared: &Shared,
    caller: Caller,
    call: &Call,
    kind: CallKind,
    read_only: bool,
    meter: &mut Meter,
) -> Result<Vec<u8>, Stop> {
    let checkpoint = {
        let mut session = shared.borrow_mut();
        if session.depth > limit::CALL_DEPTH {
            return Err(inner(call, FailureKind::CallDepth));
        }
        session.depth += 1;
        session.checkpoint()
    };
    let result = enter(shared, caller, call, kind, read_only, meter);
    let mut session = shared.borrow_mut();
    session.depth -= 1;
    result.map_err(|stop| {
        session.rollback(&checkpoint);
        match stop {
            Stop::Fail(kind) => inner(call, kind),
            other => other,
        }
    })
}

fn inner(call: &Call, kind: FailureKind) -> Stop {
    let method = call.method.clone();
    Stop::Inner(Box::new(CallError { contract: call.to, method, kind }))
}

fn enter(
    shared: &Shared,
    caller: Caller,
    call: &Call,
    kind: CallKind,
    read_only: bool,
    meter: &mut Meter,
) -> Result<Vec<u8>, Stop> {
    let Some(methods) = system::methods(&call.to) else {
        return enter_wasm(shared, caller, call, kind, read_only, meter);
    };
    let named = methods.iter().find(|method| method.name == call.method.as_str());
    let method = named.ok_or(FailureKind::UnknownMethod)?;
    enter_native(shared, caller, call, method, read_only, meter)
}

fn enter_native(
    shared: &Shared,
    caller: Caller,
    call: &Call,
    method: &NativeMethod,
    read_only: bool,
    meter: &mut Meter,
) -> Result<Vec<u8>, Stop> {
    meter.charge(gas::NATIVE_CALL)?;
    let read_only = permit(method.kind, read_only)?;
    if !call.attach.is_empty() && !method.accepts_assets {
        return Err(FailureKind::AttachedRefused.into());
    }
    // Assets stay with the caller: a method that accepts some passes them on in a call of its own.
    let mut native = Native {
        shared,
        meter,
        contract: call.to,
        caller,
        args: &call.args,
        attached: &call.attach,
        read_only,
    };
    (method.run)(&mut native)
}

fn enter_wasm(
    shared: &Shared,
    caller: Caller,
    call: &Call,
    kind: CallKind,
    read_only: bool,
    meter: &mut Meter,
) -> Result<Vec<u8>, Stop> {
    meter.charge(gas::READ.base)?;
    let code = {
        let mut session = shared.borrow_mut();
        let instance = session.instance(&call.to)?.ok_or(FailureKind::NoContract)?;
        // A paused contract can still be repaired: migrations run, calls do not.
        if instance.paused && kind == CallKind::Method {
            return Err(FailureKind::Paused.into());
        }
        session.code(&instance.code)?
    };
    let method = code
        .method(call.method.as_str())
        .filter(|method| kind.admits(method.kind))
        .ok_or(FailureKind::UnknownMethod)?;
    let read_only = permit(method.kind, read_only)?;
    if !call.attach.is_empty() && !method.accepts_assets {
        return Err(FailureKind::AttachedRefused.into());
    }
    if !method.reentrant && shared.borrow().running.contains(&call.to) {
        return Err(FailureKind::Reentry.into());
    }
    attach(shared, &caller.id, &call.to, &call.attach, meter)?;
    shared.borrow_mut().running.push(call.to);
    let frame = Frame {
        shared: shared.clone(),
        contract: call.to,
        caller,
        read_only,
        args: call.args.to_vec(),
        attached: call.attach.to_vec(),
        result: Vec::new(),
        kept: Vec::new(),
        memory: None,
        growth: MemoryGrowth::default(),
    };
    let result = frame::run(&code, (call.method.as_str(), &method), frame, meter);
    shared.borrow_mut().running.pop();
    result
}

/// Whether the frame of a method of this kind is read-only, unless it may not be entered at all.
fn permit(kind: MethodKind, read_only: bool) -> Result<bool, Stop> {
    match kind {
        MethodKind::Query => Ok(true),
        _ if read_only => Err(FailureKind::WriteInQuery.into()),
        _ => Ok(false),
    }
}

fn attach(
    shared: &Shared,
    from: &AccountId,
    to: &ContractId,
    assets: &[AssetAmount],
    meter: &mut Meter,
) -> Result<(), Stop> {
    let mut session = shared.borrow_mut();
    assets.iter().try_for_each(|attached| {
        let AssetAmount { asset, amount } = attached;
        system::assets::transfer(&mut session, meter, from, &to.account(), asset, *amount)
    })
}
