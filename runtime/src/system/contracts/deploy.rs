//! From code to a contract.

use parity_scale_codec::{Decode, Encode};
use weal_types::{
    AccountId, CodeHash, ContractId,
    codec::{Bounded, Bytes, Name, Version},
    receipt::FailureKind,
    transaction::Call,
};

use super::{
    check_ready, error, exists, ownership, read_abi,
    record::{Instance, UpgradePolicy},
    write_instance,
};
use crate::{
    call::CallKind,
    fault::Stop,
    native::{Native, refuse},
    system::accounts,
};

/// The arguments of `deploy`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct DeployArgs {
    /// Of what to make an instance.
    pub code: CodeHash,
    /// Anything that the caller has not used with this code before.
    pub salt: [u8; 32],
    /// Who may pause and upgrade it; `None` for the caller.
    pub owner: Option<AccountId>,
    /// How it may be upgraded.
    pub policy: UpgradePolicy,
    /// Encoded arguments of the constructor; empty where the code has none.
    pub init: Vec<u8>,
}

pub(super) fn deploy(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let DeployArgs { code, salt, owner, policy, init } = native.args()?;
    let creator = native.caller();
    ownership::check_policy(&policy)?;
    check_ready(native, &code)?;
    let id = ContractId::derive(&creator, &code, &salt);
    if exists(native, &id)? {
        return refuse(error::CONTRACT_EXISTS, &id);
    }
    // Whoever was admitted under this id could sign for the contract's money.
    if accounts::read(native, &id.account())?.is_some() {
        return refuse(error::ID_TAKEN, &id);
    }
    let abi = read_abi(native, &code)?;
    let owner = owner.unwrap_or(creator);
    let instance = Instance {
        version: Version,
        code,
        creator,
        owner,
        policy,
        paused: false,
        paused_by_governance: false,
        layout: abi.layout,
        pending: None,
    };
    write_instance(native, &id, &instance)?;
    native.emit("Deployed", &[&id.0, &code.0, &creator.0], &(owner, policy))?;
    match abi.init() {
        Some(method) => run_init(native, id, &method.name, init)?,
        None if init.is_empty() && native.attached.is_empty() => {}
        None => return refuse(error::NO_INIT, &code),
    }
    Ok(id.encode())
}

/// Runs the constructor on the deployer's behalf, with the assets that came along.
fn run_init(
    native: &mut Native<'_>,
    id: ContractId,
    name: &str,
    args: Vec<u8>,
) -> Result<(), Stop> {
    let attached = native.attached;
    // An ABI that passed the gate has names for methods, and a call has room for what it was given.
    let method = Name::new(name).map_err(|_| FailureKind::UnknownMethod)?;
    let args = Bytes::new(args).map_err(|_| FailureKind::BadArguments)?;
    let attach = Bounded::new(attached.to_vec()).map_err(|_| FailureKind::AttachedRefused)?;
    native.call(&Call { to: id, method, args, attach }, CallKind::Init)?;
    Ok(())
}
