//! From bytes to code: in one call, or in parts where the module is longer than a transaction.

use parity_scale_codec::Encode;
use weal_gate::{ChainProfile, CheckedModule, Refusal};
use weal_types::{
    AccountId, CodeHash, Height,
    codec::{Bytes, Version},
    limit,
    receipt::FailureKind,
};

use super::{
    error,
    record::{CodeRecord, LAST_UPLOAD_KEY, Staging, abi_key, module_key},
};
use crate::{
    fault::Stop,
    gas,
    native::{Native, refusal, refuse},
};

/// Parts of a module at most: as many as bits in [`Staging::parts`]. Even half-full ones carry the
/// longest module.
pub const PARTS_MAX: u8 = 8;

/// Bytes of the gate's text in a refusal; with its code they fit into a payload.
const REFUSAL_TEXT_BYTES: usize = 900;

const _: () = assert!(PARTS_MAX as usize * limit::TX_BYTES / 2 >= weal_gate::profile::MODULE_BYTES);
const _: () = assert!(REFUSAL_TEXT_BYTES + 8 < limit::REVERT_PAYLOAD_BYTES);

/// The part of a module that fits into a transaction.
type Part = Bytes<{ limit::TX_BYTES }>;

pub(super) fn upload(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let module: Part = native.args()?;
    native.require_write()?;
    let gas = charge_bytes(native, module.len())?;
    let hash = CodeHash::of(&module);
    admit(native, &hash, &module, gas)?;
    Ok(hash.encode())
}

pub(super) fn stage(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (code, part, bytes): (CodeHash, u16, Part) = native.args()?;
    let by = native.caller();
    let part = match u8::try_from(part) {
        Ok(number) if number < PARTS_MAX && !bytes.is_empty() => number,
        _ => return refuse(error::BAD_PART, &part),
    };
    check_new(native, &code)?;
    let staging = match read_staging(native, &by)? {
        Some(staging) if staging.code != code => {
            return refuse(error::STAGED_OTHER, &staging.code);
        }
        Some(staging) => Staging { parts: staging.parts | 1 << part, ..staging },
        None => Staging { version: Version, code, parts: 1 << part },
    };
    native.write(&Staging::key(&by), &staging)?;
    native.write_bytes(&Staging::part_key(&by, part), &bytes)?;
    native.emit("Staged", &[&code.0, &by.0], &(u16::from(part), bytes.len() as u32))?;
    Ok(Vec::new())
}

pub(super) fn upload_staged(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (code, parts): (CodeHash, u16) = native.args()?;
    let by = native.caller();
    let staging = staged(native, &by, &code)?;
    if parts > PARTS_MAX.into() {
        return refuse(error::BAD_PART, &parts);
    }
    let mut module = Vec::new();
    for part in (0..PARTS_MAX).take(parts.into()) {
        if !staging.has(part) {
            return refuse(error::PART_MISSING, &u16::from(part));
        }
        let bytes = native.read_bytes(&Staging::part_key(&by, part))?;
        module.extend_from_slice(&bytes.ok_or(super::corrupt("a staged part"))?);
    }
    let gas = charge_bytes(native, module.len())?;
    let found = CodeHash::of(&module);
    if found != code {
        return refuse(error::HASH_MISMATCH, &(code, found));
    }
    admit(native, &code, &module, gas)?;
    remove_staging(native, &by, &staging)?;
    Ok(code.encode())
}

pub(super) fn unstage(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let code: CodeHash = native.args()?;
    let by = native.caller();
    let staging = staged(native, &by, &code)?;
    remove_staging(native, &by, &staging)?;
    native.emit("Unstaged", &[&code.0, &by.0], &())?;
    Ok(Vec::new())
}

fn read_staging(native: &mut Native<'_>, by: &AccountId) -> Result<Option<Staging>, Stop> {
    native.read("a staging", &Staging::key(by))
}

fn staged(native: &mut Native<'_>, by: &AccountId, code: &CodeHash) -> Result<Staging, Stop> {
    let staging = read_staging(native, by)?.filter(|staging| staging.code == *code);
    staging.ok_or_else(|| refusal(error::NOT_STAGED, code))
}

fn remove_staging(native: &mut Native<'_>, by: &AccountId, staging: &Staging) -> Result<(), Stop> {
    for part in (0..PARTS_MAX).filter(|part| staging.has(*part)) {
        native.remove(&Staging::part_key(by, part))?;
    }
    native.remove(&Staging::key(by))
}

/// Charges for hashing and checking a module, before either; returns the charge.
fn charge_bytes(native: &mut Native<'_>, bytes: usize) -> Result<u64, Stop> {
    let gas = gas::UPLOAD_BYTE.saturating_mul(bytes as u64);
    native.meter.charge(gas)?;
    Ok(gas)
}

fn check_new(native: &mut Native<'_>, hash: &CodeHash) -> Result<(), Stop> {
    match native.read_bytes(&CodeRecord::key(hash))? {
        None => Ok(()),
        Some(_) => refuse(error::CODE_EXISTS, hash),
    }
}

/// Lets a module in, for which `charged` has been paid so far.
fn admit(
    native: &mut Native<'_>,
    hash: &CodeHash,
    module: &[u8],
    charged: u64,
) -> Result<(), Stop> {
    check_new(native, hash)?;
    let height = native.height();
    // Each validator compiles what is uploaded, and the worst module that passes takes seconds.
    let last: Option<Height> = native.read("the last upload", LAST_UPLOAD_KEY)?;
    if last == Some(height) {
        return refuse(error::UPLOAD_BUSY, &height);
    }
    let (devnet, delay) = {
        let (session, _) = native.parts();
        (session.params.devnet, session.params.code_delay)
    };
    let checked = weal_gate::check(module, ChainProfile { devnet }).map_err(module_refused)?;
    native.meter.charge(gas::upload(&checked.size).saturating_sub(charged))?;
    let ready_at = height.checked_add(Height(delay)).ok_or(FailureKind::LimitExceeded)?;
    let CheckedModule { abi, abi_hash, size, .. } = checked;
    let record = CodeRecord {
        version: Version,
        uploader: native.caller(),
        height,
        ready_at,
        size: size.module_bytes,
        functions: size.functions,
        abi: abi_hash,
    };
    native.write(&CodeRecord::key(hash), &record)?;
    native.write_bytes(&module_key(hash), module)?;
    native.write(&abi_key(hash), &abi)?;
    native.write(LAST_UPLOAD_KEY, &height)?;
    native.parts().0.uploaded.push(*hash);
    let data = (ready_at, record.size, abi_hash);
    native.emit("Uploaded", &[&hash.0, &record.uploader.0], &data)
}

fn module_refused(refused: Refusal) -> Stop {
    let mut text = refused.to_string();
    let mut end = text.len().min(REFUSAL_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    refusal(error::MODULE_REFUSED, &(refused.code, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use parity_scale_codec::Decode;

    #[test]
    fn a_long_refusal_is_cut_between_characters() {
        let refused = Refusal {
            code: 1101,
            rule: "invalid",
            function: None,
            offset: None,
            message: "ä".repeat(800),
            remedy: "",
        };
        let Stop::Fail(FailureKind::Revert { code, payload }) = module_refused(refused) else {
            unreachable!()
        };
        assert_eq!(code, error::MODULE_REFUSED);
        let (rule, text) = <(u16, String)>::decode(&mut &payload[..]).unwrap();
        assert_eq!(rule, 1101);
        assert!((REFUSAL_TEXT_BYTES - 3..=REFUSAL_TEXT_BYTES).contains(&text.len()));
    }
}
