//! A guest's memory, read and written with bounds.

use weal_types::receipt::FailureKind;

use crate::{fault::Stop, gas::Meter};

/// The bytes of the calling instance.
pub(super) struct GuestMemory<'a>(pub &'a mut [u8]);

impl GuestMemory<'_> {
    /// `length` bytes at `at`, which may be at most `max`.
    pub fn slice(&self, at: u32, length: u32, max: usize) -> Result<&[u8], Stop> {
        let (at, length) = (at as usize, length as usize);
        if length > max {
            return Err(FailureKind::LimitExceeded.into());
        }
        let end = at.checked_add(length).ok_or(FailureKind::BadHostCall)?;
        Ok(self.0.get(at..end).ok_or(FailureKind::BadHostCall)?)
    }

    /// Exactly `N` bytes at `at`.
    pub fn array<const N: usize>(&self, at: u32) -> Result<[u8; N], Stop> {
        let bytes = self.slice(at, N as u32, N)?;
        bytes.try_into().map_err(|_| FailureKind::BadHostCall.into())
    }

    /// Writes `bytes` at `at`.
    pub fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Stop> {
        let at = at as usize;
        let end = at.checked_add(bytes.len()).ok_or(FailureKind::BadHostCall)?;
        let target = self.0.get_mut(at..end).ok_or(FailureKind::BadHostCall)?;
        target.copy_from_slice(bytes);
        Ok(())
    }

    /// Ends a function that returns bytes: charges for them, writes them if they fit into `cap`
    /// bytes at `dst`, keeps them for `take` otherwise, and returns their length.
    pub fn give(
        &mut self,
        kept: &mut Vec<u8>,
        meter: &mut Meter,
        per_byte: u64,
        bytes: &[u8],
        (dst, cap): (u32, u32),
    ) -> Result<i32, Stop> {
        meter.charge(per_byte.saturating_mul(bytes.len() as u64))?;
        let length = i32::try_from(bytes.len()).map_err(|_| FailureKind::LimitExceeded)?;
        if bytes.len() <= cap as usize {
            self.write(dst, bytes)?;
            kept.clear();
        } else {
            *kept = bytes.to_vec();
        }
        Ok(length)
    }
}
