//! The frame itself: arguments, result, failure, context, calls to other contracts.

use parity_scale_codec::Encode;
use weal_types::{
    codec::{Bytes, decode},
    host::{CallContext, CallRequest},
    limit,
    receipt::{CallError, FailureKind},
};

use super::super::HostCall;
use crate::{
    call::{self, CallKind, Caller},
    fault::Stop,
    gas::{self, Meter},
};

pub fn args(host: &mut HostCall<'_>, dst: u32, cap: u32) -> Result<i32, Stop> {
    let (mut memory, frame, meter) = host.parts()?;
    memory.give(&mut frame.kept, meter, gas::host::args.per_byte, &frame.args, (dst, cap))
}

pub fn take(host: &mut HostCall<'_>, dst: u32, cap: u32) -> Result<i32, Stop> {
    let (mut memory, frame, meter) = host.parts()?;
    let bytes = std::mem::take(&mut frame.kept);
    memory.give(&mut frame.kept, meter, gas::host::take.per_byte, &bytes, (dst, cap))
}

pub fn ret(host: &mut HostCall<'_>, src: u32, len: u32) -> Result<(), Stop> {
    let (memory, frame, meter) = host.parts()?;
    let bytes = memory.slice(src, len, limit::RETURN_BYTES)?;
    meter.charge(gas::host::ret.per_byte * bytes.len() as u64)?;
    frame.result = bytes.to_vec();
    Ok(())
}

/// Reads what a failing contract says.
fn payload(
    host: &mut HostCall<'_>,
    src: u32,
    len: u32,
) -> Result<Bytes<{ limit::REVERT_PAYLOAD_BYTES }>, Stop> {
    let (memory, _, meter) = host.parts()?;
    let bytes = memory.slice(src, len, limit::REVERT_PAYLOAD_BYTES)?;
    meter.charge(gas::host::revert.per_byte * bytes.len() as u64)?;
    Bytes::new(bytes.to_vec()).map_err(|_| FailureKind::LimitExceeded.into())
}

pub fn revert(host: &mut HostCall<'_>, code: u32, src: u32, len: u32) -> Result<(), Stop> {
    let payload = payload(host, src, len)?;
    Err(FailureKind::Revert { code, payload }.into())
}

pub fn panic(host: &mut HostCall<'_>, src: u32, len: u32) -> Result<(), Stop> {
    let location = payload(host, src, len)?;
    Err(FailureKind::Panic(location).into())
}

pub fn context(host: &mut HostCall<'_>, dst: u32, cap: u32) -> Result<i32, Stop> {
    let (mut memory, frame, meter) = host.parts()?;
    let context = {
        let session = frame.shared.borrow();
        CallContext {
            chain: session.block.chain,
            height: session.block.height,
            time: session.block.time,
            caller: frame.caller.id,
            contract: frame.contract,
            top_level: frame.caller.top_level,
        }
    };
    let bytes = context.encode();
    memory.give(&mut frame.kept, meter, gas::host::context.per_byte, &bytes, (dst, cap))
}

pub fn attached(host: &mut HostCall<'_>, dst: u32, cap: u32) -> Result<i32, Stop> {
    let (mut memory, frame, meter) = host.parts()?;
    let bytes = frame.attached.encode();
    memory.give(&mut frame.kept, meter, gas::host::attached.per_byte, &bytes, (dst, cap))
}

pub fn gas_left(host: &mut HostCall<'_>) -> Result<u64, Stop> {
    Ok(host.meter.left())
}

pub fn call(host: &mut HostCall<'_>, src: u32, len: u32, dst: u32, cap: u32) -> Result<i32, Stop> {
    let request: CallRequest = {
        let (memory, _, meter) = host.parts()?;
        let bytes = memory.slice(src, len, limit::TX_BYTES)?;
        meter.charge(gas::host::call.per_byte * bytes.len() as u64)?;
        decode("call request", bytes, limit::TX_BYTES).map_err(|_| FailureKind::BadHostCall)?
    };
    let frame = host.frame();
    let caller = Caller { id: frame.contract.account(), top_level: false };
    let (shared, read_only) = (frame.shared.clone(), frame.read_only);
    let mut meter = Meter::new(host.meter.lend(request.gas.0));
    let outcome =
        call::nested(&shared, caller, &request.call, CallKind::Method, read_only, &mut meter);
    host.meter.give_back(meter.left());
    let outcome: Result<Vec<u8>, CallError> = match outcome {
        Ok(result) => Ok(result),
        Err(Stop::Inner(error)) => Err(*error),
        Err(other) => return Err(other),
    };
    let (mut memory, frame, meter) = host.parts()?;
    let bytes = outcome.encode();
    memory.give(&mut frame.kept, meter, gas::host::call.per_byte, &bytes, (dst, cap))
}

/// Longest line of the debug log.
const LOG_BYTES: usize = 1_024;

pub fn log(host: &mut HostCall<'_>, src: u32, len: u32) -> Result<(), Stop> {
    let (memory, frame, meter) = host.parts()?;
    let bytes = memory.slice(src, len, LOG_BYTES)?;
    meter.charge(gas::host::log.per_byte * bytes.len() as u64)?;
    tracing::info!(contract = ?frame.contract, "{}", String::from_utf8_lossy(bytes));
    Ok(())
}
