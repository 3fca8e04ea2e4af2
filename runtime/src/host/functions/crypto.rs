//! Hashes and signatures. Messages are bounded by the guest's memory alone: they are charged per
//! byte.

use sha2::Digest;
use weal_types::PublicKey;

use super::super::HostCall;
use crate::{
    engine::MEMORY_BYTES,
    fault::Stop,
    gas::{self, Rate},
    signature,
};

fn digest(
    host: &mut HostCall<'_>,
    (src, len, dst): (u32, u32, u32),
    rate: Rate,
    hash: impl FnOnce(&[u8]) -> [u8; 32],
) -> Result<(), Stop> {
    let (mut memory, _, meter) = host.parts()?;
    meter.charge(rate.per_byte * u64::from(len))?;
    let digest = hash(memory.slice(src, len, MEMORY_BYTES)?);
    memory.write(dst, &digest)
}

pub fn sha256(host: &mut HostCall<'_>, src: u32, len: u32, dst: u32) -> Result<(), Stop> {
    digest(host, (src, len, dst), gas::host::sha256, |bytes| sha2::Sha256::digest(bytes).into())
}

pub fn blake2b_256(host: &mut HostCall<'_>, src: u32, len: u32, dst: u32) -> Result<(), Stop> {
    type Blake2b256 = blake2::Blake2b<sha2::digest::consts::U32>;
    let rate = gas::host::blake2b_256;
    digest(host, (src, len, dst), rate, |bytes| Blake2b256::digest(bytes).into())
}

pub fn keccak_256(host: &mut HostCall<'_>, src: u32, len: u32, dst: u32) -> Result<(), Stop> {
    let rate = gas::host::keccak_256;
    digest(host, (src, len, dst), rate, |bytes| sha3::Keccak256::digest(bytes).into())
}

fn verify(
    host: &mut HostCall<'_>,
    (key, src, len, signature): (u32, u32, u32, u32),
    rate: Rate,
    holds: impl FnOnce(&[u8; 32], &[u8], &[u8; 64]) -> bool,
) -> Result<i32, Stop> {
    let (memory, _, meter) = host.parts()?;
    meter.charge(rate.per_byte * u64::from(len))?;
    let message = memory.slice(src, len, MEMORY_BYTES)?;
    Ok(holds(&memory.array(key)?, message, &memory.array(signature)?).into())
}

pub fn sr25519_verify(
    host: &mut HostCall<'_>,
    key: u32,
    src: u32,
    len: u32,
    signature: u32,
) -> Result<i32, Stop> {
    let rate = gas::host::sr25519_verify;
    verify(host, (key, src, len, signature), rate, |key, message, signature| {
        signature::is_signed(&PublicKey(*key), message, signature)
    })
}

pub fn ed25519_verify(
    host: &mut HostCall<'_>,
    key: u32,
    src: u32,
    len: u32,
    signature: u32,
) -> Result<i32, Stop> {
    let rate = gas::host::ed25519_verify;
    verify(host, (key, src, len, signature), rate, |key, message, signature| {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        // Strict: the lax rules of RFC 8032 let two implementations disagree about one signature.
        ed25519_dalek::VerifyingKey::from_bytes(key)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    })
}
