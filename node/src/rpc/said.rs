//! What contracts said, as JSON by their ABI: results, events, failures, and calls as they were
//! signed.

use std::sync::Arc;

use parity_scale_codec::Decode;
use serde_json::Value;
use weal_client::{
    Codec,
    rpc::types::{
        self as rpc, AccountAddress, CallInfo, ContractAddress, Hex, Hex32, OutcomeStatus,
        Returned, TransactionInfo, U64, U128,
    },
};
use weal_runtime::system::{CONTRACTS, contracts::DeployArgs};
use weal_types::{
    ContractId,
    receipt::{Event, Failure, FailureKind, Outcome, TrapKind},
    transaction::{Call, Transaction},
};

use super::{error::Answer, view::View};

/// What a transaction of `calls` came to; `None` if it was skipped.
pub(super) fn outcome(
    view: &View<'_>,
    outcome: &Outcome,
    calls: &[Call],
) -> Answer<Option<rpc::Outcome>> {
    Ok(match outcome {
        Outcome::Skipped(_) => None,
        Outcome::Reverted { gas_used, fee, failure: failed, .. } => Some(rpc::Outcome {
            status: OutcomeStatus::Reverted,
            gas_used: U64(gas_used.0),
            fee: U128(fee.0),
            returns: Vec::new(),
            events: Vec::new(),
            failure: Some(failure(view, failed, calls)?),
        }),
        Outcome::Applied { gas_used, fee, returns, events, .. } => {
            let returned = calls.iter().zip(returns).map(|(call, bytes)| {
                let codec = view.codec(&call.to)?;
                let value = codec.and_then(|c| c.decode_return(call.method.as_str(), bytes).ok());
                Ok(Returned { bytes: Hex(bytes.to_vec()), value })
            });
            Some(rpc::Outcome {
                status: OutcomeStatus::Applied,
                gas_used: U64(gas_used.0),
                fee: U128(fee.0),
                returns: returned.collect::<Answer<_>>()?,
                events: events.iter().map(|said| event(view, said)).collect::<Answer<_>>()?,
                failure: None,
            })
        }
    })
}

/// An event.
pub(super) fn event(view: &View<'_>, event: &Event) -> Answer<rpc::Event> {
    let decoded = view.codec(&event.contract)?.and_then(|codec| codec.decode_event(event).ok());
    Ok(rpc::Event {
        contract: ContractAddress(event.contract),
        name: event.name.as_str().into(),
        topics: event.topics.iter().map(|topic| Hex(topic.to_vec())).collect(),
        data: Hex(event.data.to_vec()),
        value: decoded.map(|decoded| Value::Object(decoded.fields)),
    })
}

/// What failed among `calls`.
pub(super) fn failure(view: &View<'_>, failure: &Failure, calls: &[Call]) -> Answer<rpc::Failure> {
    let mut said = rpc::Failure {
        call: failure.call,
        contract: ContractAddress(failure.contract),
        method: failure.method.as_str().into(),
        kind: kind_name(&failure.kind).into(),
        code: None,
        name: None,
        message: kind_message(&failure.kind),
        value: None,
        payload: Hex::default(),
    };
    match &failure.kind {
        FailureKind::Revert { code, payload } => {
            said.code = Some(*code);
            said.payload = Hex(payload.to_vec());
            let assets = view.assets_of(&failure.contract);
            let codec = match view.codec(&failure.contract)? {
                Some(codec) => Some(codec),
                None => calls
                    .get(usize::from(failure.call))
                    .map_or(Ok(None), |call| codec_of_deployed(view, call))?,
            };
            if let Some(decoded) =
                codec.and_then(|codec| codec.decode_error(*code, payload, &assets).ok())
            {
                said.name = Some(decoded.name);
                said.message = decoded.message;
                said.value = Some(Value::Object(decoded.fields));
            }
        }
        FailureKind::Panic(place) => said.payload = Hex(place.to_vec()),
        _ => {}
    }
    Ok(said)
}

/// The document of the code that `call` deploys: a contract that is refused its first call does not
/// exist afterwards.
fn codec_of_deployed(view: &View<'_>, call: &Call) -> Answer<Option<Arc<Codec>>> {
    if call.to != CONTRACTS || call.method.as_str() != "deploy" {
        return Ok(None);
    }
    match DeployArgs::decode(&mut &call.args[..]) {
        Ok(args) => view.codec_of(&args.code),
        Err(_) => Ok(None),
    }
}

/// What was signed.
pub(super) fn transaction(view: &View<'_>, signed: &Transaction) -> Answer<TransactionInfo> {
    Ok(TransactionInfo {
        signer: AccountAddress(signed.signer),
        nonce: U64(signed.nonce.0),
        valid_until_ms: U64(signed.valid_until.0),
        gas_limit: U64(signed.gas_limit.0),
        max_fee: U128(signed.max_fee.0),
        sponsor: signed.sponsor.map(AccountAddress),
        limits: view.amounts(&signed.limits)?,
        calls: signed.calls.iter().map(|signed| call(view, signed)).collect::<Answer<_>>()?,
    })
}

fn call(view: &View<'_>, call: &Call) -> Answer<CallInfo> {
    let codec = view.codec(&call.to)?;
    let method = call.method.as_str();
    let args = codec.as_ref().and_then(|codec| codec.decode_args(method, &call.args).ok());
    Ok(CallInfo {
        contract: ContractAddress(call.to),
        method: method.into(),
        args,
        bytes: Hex(call.args.to_vec()),
        attach: view.amounts(&call.attach)?,
        intent: intent(view, &call.to, method, &call.args)?,
    })
}

/// What a call does, in a sentence.
pub(super) fn intent(
    view: &View<'_>,
    contract: &ContractId,
    method: &str,
    args: &[u8],
) -> Answer<Option<String>> {
    let assets = view.assets_of(contract);
    let codec = view.codec(contract)?;
    Ok(codec.and_then(|codec| codec.intent(method, args, &assets).ok()))
}

/// The asset id of a text that names one.
pub(super) fn asset_id(id: Hex32) -> weal_types::AssetId {
    weal_types::AssetId(id.0)
}

fn kind_name(kind: &FailureKind) -> &'static str {
    match kind {
        FailureKind::Revert { .. } => "revert",
        FailureKind::Panic(_) => "panic",
        FailureKind::OutOfGas => "out_of_gas",
        FailureKind::Trap(_) => "trap",
        FailureKind::StackOverflow => "stack_overflow",
        FailureKind::CallDepth => "call_depth",
        FailureKind::Reentry => "reentry",
        FailureKind::NoContract => "no_contract",
        FailureKind::Paused => "paused",
        FailureKind::CodeNotReady => "code_not_ready",
        FailureKind::UnknownMethod => "unknown_method",
        FailureKind::BadArguments => "bad_arguments",
        FailureKind::AttachedRefused => "attached_refused",
        FailureKind::InsufficientBalance => "insufficient_balance",
        FailureKind::WriteInQuery => "write_in_query",
        FailureKind::BadHostCall => "bad_host_call",
        FailureKind::LimitExceeded => "limit_exceeded",
        FailureKind::SpendLimit => "spend_limit",
        FailureKind::Unauthorised => "unauthorised",
        FailureKind::MemoryLimit => "memory_limit",
    }
}

fn kind_message(kind: &FailureKind) -> String {
    match kind {
        FailureKind::Revert { code, .. } => format!("the contract refused with code {code}"),
        FailureKind::Panic(place) => {
            format!("the contract panicked at {}", String::from_utf8_lossy(place))
        }
        FailureKind::OutOfGas => "the gas was used up".into(),
        FailureKind::Trap(trap) => format!("the contract's code {}", trap_message(*trap)),
        FailureKind::StackOverflow => "functions of the contract nest too deeply".into(),
        FailureKind::CallDepth => "contracts called each other too deeply".into(),
        FailureKind::Reentry => "the contract is running already and may not be re-entered".into(),
        FailureKind::NoContract => "no contract lives at the address".into(),
        FailureKind::Paused => "the contract is paused".into(),
        FailureKind::CodeNotReady => "the contract's code is not callable yet".into(),
        FailureKind::UnknownMethod => "the contract has no such method".into(),
        FailureKind::BadArguments => "the arguments are not those of the method".into(),
        FailureKind::AttachedRefused => "the method does not take these assets".into(),
        FailureKind::InsufficientBalance => "the sender does not hold what it sends".into(),
        FailureKind::WriteInQuery => "a query tried to write".into(),
        FailureKind::BadHostCall => "the contract asked the host for something impossible".into(),
        FailureKind::LimitExceeded => "a key, value, event or result is too long".into(),
        FailureKind::SpendLimit => "more would have left the signer than its limits allow".into(),
        FailureKind::Unauthorised => "the caller may not do this".into(),
        FailureKind::MemoryLimit => "the contract asked for more memory than it may have".into(),
    }
}

fn trap_message(trap: TrapKind) -> &'static str {
    match trap {
        TrapKind::Unreachable => "reached a place that it says cannot be reached",
        TrapKind::MemoryOutOfBounds => "left its memory",
        TrapKind::TableOutOfBounds => "left its table of functions",
        TrapKind::NullFunction => "called a function that is not there",
        TrapKind::BadSignature => "called a function with arguments of other types",
        TrapKind::IntegerOverflow => "divided beyond what a number holds",
        TrapKind::DivisionByZero => "divided by zero",
    }
}
