//! From one code to the next, and the storage with it.
//!
//! An upgrade is one step or none: the record changes, then the new code's migrations run one after
//! another, and if one fails everything is as before. They get no arguments: what they need is in
//! the storage. Each is a call of its own into the contract, so a contract that upgrades itself
//! cannot migrate in the same call: it is running already.

use weal_types::{
    CodeHash, ContractId, TimeMs,
    abi::{Abi, Layout, MethodKind},
    codec::{Bounded, Bytes, Name},
    receipt::FailureKind,
    transaction::Call,
};

use super::{
    check_ready, error, read_abi, read_code, read_own_instance,
    record::{Instance, PendingUpgrade, UpgradePolicy},
    write_instance,
};
use crate::{
    call::CallKind,
    fault::Stop,
    native::{Native, refusal, refuse},
};

pub(super) fn upgrade(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, code): (ContractId, CodeHash) = native.args()?;
    let instance = read_own_instance(native, &id)?;
    check_policy(&instance, &code, native.time())?;
    if instance.code == code {
        return refuse(error::SAME_CODE, &code);
    }
    check_ready(native, &code)?;
    let abi = read_abi(native, &code)?;
    let migrations = migrations(&instance.layout, &abi)?;
    let (before, layout_before) = (instance.code, instance.layout.version);
    let instance = Instance { code, layout: abi.layout, pending: None, ..instance };
    write_instance(native, &id, &instance)?;
    let data = (before, layout_before, abi.layout.version);
    native.emit("Upgraded", &[&id.0, &code.0], &data)?;
    for (from, name) in migrations {
        // An ABI that passed the gate has names for methods.
        let method = Name::new(name).map_err(|_| FailureKind::UnknownMethod)?;
        let (args, attach) = (Bytes::default(), Bounded::default());
        native.call(&Call { to: id, method, args, attach }, CallKind::Migrate(from))?;
    }
    Ok(Vec::new())
}

/// Whether the contract may get this code now.
fn check_policy(instance: &Instance, code: &CodeHash, now: TimeMs) -> Result<(), Stop> {
    match instance.policy {
        UpgradePolicy::Immutable => refuse(error::IMMUTABLE, &()),
        UpgradePolicy::Owner => Ok(()),
        UpgradePolicy::Delayed { .. } => match instance.pending {
            Some(pending) if pending.code == *code => {
                if now < pending.effective {
                    return refuse(error::TOO_EARLY, &pending.effective);
                }
                Ok(())
            }
            pending => refuse(error::NOT_PROPOSED, &pending.map(|pending| pending.code)),
        },
    }
}

/// The migrations from one layout of the storage to that of `abi`, each with the version that it
/// starts from.
fn migrations<'a>(old: &Layout, abi: &'a Abi) -> Result<Vec<(u32, &'a str)>, Stop> {
    let new = &abi.layout;
    if new.version == old.version && new.hash != old.hash {
        return refuse(error::LAYOUT_CHANGED, &(old.version, old.hash, new.hash));
    }
    if new.version < old.version {
        return refuse(error::LAYOUT_OLDER, &(old.version, new.version));
    }
    // A version can be any number, but a document has few methods: the first one that is missing
    // ends the search.
    (old.version..new.version)
        .map(|from| {
            let step = |kind| kind == MethodKind::Migrate(from);
            let method = abi.methods.iter().find(|method| step(method.kind));
            let method = method.ok_or_else(|| refusal(error::MIGRATION_MISSING, &from))?;
            Ok((from, method.name.as_str()))
        })
        .collect()
}

pub(super) fn propose_upgrade(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, code): (ContractId, CodeHash) = native.args()?;
    let instance = read_own_instance(native, &id)?;
    let UpgradePolicy::Delayed { delay_ms } = instance.policy else {
        return refuse(error::NOT_DELAYED, &instance.policy);
    };
    if instance.code == code {
        return refuse(error::SAME_CODE, &code);
    }
    read_code(native, &code)?;
    // Found now, and not when the delay is over.
    migrations(&instance.layout, &read_abi(native, &code)?)?;
    let effective = native.time().checked_add(TimeMs(delay_ms));
    let effective = effective.ok_or(FailureKind::LimitExceeded)?;
    // Another proposal takes the place of an earlier one, and its clock starts anew.
    let pending = Some(PendingUpgrade { code, effective });
    write_instance(native, &id, &Instance { pending, ..instance })?;
    native.emit("UpgradeProposed", &[&id.0, &code.0], &effective)?;
    Ok(Vec::new())
}

pub(super) fn cancel_upgrade(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: ContractId = native.args()?;
    let instance = read_own_instance(native, &id)?;
    let Some(PendingUpgrade { code, .. }) = instance.pending else {
        return refuse(error::NOT_PROPOSED, &None::<CodeHash>);
    };
    write_instance(native, &id, &Instance { pending: None, ..instance })?;
    native.emit("UpgradeCancelled", &[&id.0, &code.0], &())?;
    Ok(Vec::new())
}

#[cfg(test)]
mod tests;
