//! Who decides about a contract, and how far that goes.

use weal_types::{AccountId, ContractId, receipt::FailureKind};

use super::{
    error, read_instance, read_own_instance,
    record::{Instance, UpgradePolicy},
    write_instance,
};
use crate::{
    fault::Stop,
    native::{Native, refuse},
};

/// Milliseconds of delay at most: 366 days. Whoever wants more wants [`UpgradePolicy::Immutable`].
pub const DELAY_MS_MAX: u64 = 366 * 24 * 3_600_000;

pub(super) fn check_policy(policy: &UpgradePolicy) -> Result<(), Stop> {
    match policy {
        UpgradePolicy::Delayed { delay_ms } if !(1..=DELAY_MS_MAX).contains(delay_ms) => {
            refuse(error::BAD_DELAY, &(delay_ms, DELAY_MS_MAX))
        }
        _ => Ok(()),
    }
}

pub(super) fn set_owner(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, owner): (ContractId, AccountId) = native.args()?;
    let instance = read_own_instance(native, &id)?;
    let before = instance.owner;
    write_instance(native, &id, &Instance { owner, ..instance })?;
    native.emit("OwnerSet", &[&id.0, &owner.0], &before)?;
    Ok(Vec::new())
}

pub(super) fn set_policy(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, policy): (ContractId, UpgradePolicy) = native.args()?;
    let instance = read_own_instance(native, &id)?;
    check_policy(&policy)?;
    if !policy.is_stricter_than(&instance.policy) {
        return refuse(error::NOT_STRICTER, &instance.policy);
    }
    // An upgrade that was announced under the old policy would come too early under the new one.
    write_instance(native, &id, &Instance { policy, pending: None, ..instance })?;
    native.emit("PolicySet", &[&id.0], &policy)?;
    Ok(Vec::new())
}

pub(super) fn pause(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: ContractId = native.args()?;
    let instance = read_instance(native, &id)?;
    let by = native.caller();
    let by_governance = native.is_governance();
    if instance.owner != by && !by_governance {
        return Err(FailureKind::Unauthorised.into());
    }
    // Governance can take over a pause of the owner's.
    if instance.paused && (instance.paused_by_governance || !by_governance) {
        return refuse(error::ALREADY_PAUSED, &id);
    }
    let instance = Instance { paused: true, paused_by_governance: by_governance, ..instance };
    write_instance(native, &id, &instance)?;
    native.emit("Paused", &[&id.0, &by.0], &by_governance)?;
    Ok(Vec::new())
}

pub(super) fn unpause(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: ContractId = native.args()?;
    let instance = read_instance(native, &id)?;
    let by = native.caller();
    let by_governance = native.is_governance();
    if instance.owner != by && !by_governance {
        return Err(FailureKind::Unauthorised.into());
    }
    if !instance.paused {
        return refuse(error::NOT_PAUSED, &id);
    }
    if instance.paused_by_governance && !by_governance {
        return refuse(error::PAUSED_BY_GOVERNANCE, &id);
    }
    let instance = Instance { paused: false, paused_by_governance: false, ..instance };
    write_instance(native, &id, &instance)?;
    native.emit("Unpaused", &[&id.0, &by.0], &())?;
    Ok(Vec::new())
}
