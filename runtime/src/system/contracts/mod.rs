//! Contracts: code, the instances of it, who owns them, how they are upgraded and paused.
//!
//! | key | value |
//! |---|---|
//! | `c` ‖ code | [`CodeRecord`] |
//! | `m` ‖ code | the module, as it was uploaded |
//! | `a` ‖ code | the ABI document, in SCALE |
//! | `u` | the height of the last upload |
//! | `s` ‖ account | [`Staging`]: which parts of which module the account has sent |
//! | `t` ‖ account ‖ number | a part of it |
//! | `i` ‖ contract | [`Instance`] |
//!
//! | file | one idea |
//! |---|---|
//! | `record` | what is kept, and where |
//! | `upload` | from bytes to code, whole or in parts |
//! | `deploy` | from code to a contract |
//! | `upgrade` | from one code to the next, and the storage with it |
//! | `ownership` | owner, policy, pause |
//!
//! Nothing here compiles: a module is checked by the gate, which takes time in proportion to its
//! size, and compiled in the background. Documents are read from the state and not from compiled
//! code.

use parity_scale_codec::Encode;
use weal_types::{CodeHash, ContractId, abi::Abi, receipt::FailureKind};

use crate::{
    fault::{HostFault, Stop},
    native::{Native, NativeMethod, refusal, refuse},
    overlay::Value,
    session::Session,
    system::{CONTRACTS, native_call, native_query},
};

mod abi;
mod deploy;
pub mod error;
mod ownership;
mod record;
mod upgrade;
mod upload;

pub use abi::abi;
pub use deploy::DeployArgs;
pub use ownership::DELAY_MS_MAX;
pub use record::{
    CodeRecord, Instance, LAST_UPLOAD_KEY, PendingUpgrade, Staging, UpgradePolicy, abi_key,
    module_key,
};
pub use upload::PARTS_MAX;

pub(crate) const METHODS: &[NativeMethod] = &[
    native_call("upload", upload::upload),
    native_call("stage", upload::stage),
    native_call("upload_staged", upload::upload_staged),
    native_call("unstage", upload::unstage),
    NativeMethod { accepts_assets: true, ..native_call("deploy", deploy::deploy) },
    native_call("upgrade", upgrade::upgrade),
    native_call("propose_upgrade", upgrade::propose_upgrade),
    native_call("cancel_upgrade", upgrade::cancel_upgrade),
    native_call("set_owner", ownership::set_owner),
    native_call("set_policy", ownership::set_policy),
    native_call("pause", ownership::pause),
    native_call("unpause", ownership::unpause),
    native_query("instance", instance),
    native_query("code", code),
    native_query("abi", abi_of_code),
    native_query("staging", staging),
];

/// Reading an ABI document, per byte: its texts and lists are allocated one by one.
const ABI_BYTE_GAS: u64 = 10;

/// The bytes of a module that a contract runs.
pub(crate) fn module(session: &mut Session, hash: &CodeHash) -> Result<Value, Stop> {
    let module = session.read_free(&CONTRACTS, &module_key(hash))?;
    module.ok_or_else(|| corrupt("a module").into())
}

/// Whether a contract lives at `id`, be it a system contract.
pub(crate) fn exists(native: &mut Native<'_>, id: &ContractId) -> Result<bool, Stop> {
    if crate::system::system(id).is_some() {
        return Ok(true);
    }
    let (mut session, meter) = native.parts();
    Ok(session.read(&CONTRACTS, &Instance::key(id), meter)?.is_some())
}

fn read_instance(native: &mut Native<'_>, id: &ContractId) -> Result<Instance, Stop> {
    let instance = native.read("an instance", &Instance::key(id))?;
    instance.ok_or_else(|| FailureKind::NoContract.into())
}

/// The contract, if the caller owns it.
fn read_own_instance(native: &mut Native<'_>, id: &ContractId) -> Result<Instance, Stop> {
    let instance = read_instance(native, id)?;
    if instance.owner == native.caller() {
        Ok(instance)
    } else {
        Err(FailureKind::Unauthorised.into())
    }
}

fn write_instance(
    native: &mut Native<'_>,
    id: &ContractId,
    instance: &Instance,
) -> Result<(), Stop> {
    native.write(&Instance::key(id), instance)
}

fn read_code(native: &mut Native<'_>, hash: &CodeHash) -> Result<CodeRecord, Stop> {
    let code = native.read("a code", &CodeRecord::key(hash))?;
    code.ok_or_else(|| refusal(error::NO_CODE, hash))
}

/// Fails unless instances of the code can be made.
fn check_ready(native: &mut Native<'_>, hash: &CodeHash) -> Result<(), Stop> {
    let code = read_code(native, hash)?;
    if native.height() < code.ready_at {
        return refuse(error::CODE_NOT_READY, &(hash, code.ready_at));
    }
    Ok(())
}

/// The document of a code that has been uploaded.
fn read_abi(native: &mut Native<'_>, hash: &CodeHash) -> Result<Abi, Stop> {
    let bytes = native.read_bytes(&abi_key(hash))?.ok_or(corrupt("an ABI"))?;
    // At most 256 KiB, which fits whatever a word is.
    native.meter.charge(ABI_BYTE_GAS * bytes.len() as u64)?;
    Ok(crate::session::decode_record(&CONTRACTS, "an ABI", &bytes)?)
}

const fn corrupt(what: &'static str) -> HostFault {
    HostFault::Corrupt { contract: CONTRACTS, what }
}

fn instance(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: ContractId = native.args()?;
    Ok(native.read::<Instance>("an instance", &Instance::key(&id))?.encode())
}

fn code(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let hash: CodeHash = native.args()?;
    Ok(native.read::<CodeRecord>("a code", &CodeRecord::key(&hash))?.encode())
}

fn abi_of_code(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let hash: CodeHash = native.args()?;
    let bytes = native.read_bytes(&abi_key(&hash))?;
    Ok(bytes.ok_or_else(|| refusal(error::NO_CODE, &hash))?.encode())
}

fn staging(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let by: weal_types::AccountId = native.args()?;
    Ok(native.read::<Staging>("a staging", &Staging::key(&by))?.encode())
}
