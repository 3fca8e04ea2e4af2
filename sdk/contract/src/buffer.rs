//! Room on the stack in which values are encoded.

use core::mem::MaybeUninit;

use alloc::vec::Vec;

use crate::codec::{Encode, Output};

/// Bytes that most keys, values, arguments and events fit into.
const ROOM: usize = 256;

/// Bytes that nobody has written yet.
pub(crate) type Room = [MaybeUninit<u8>; ROOM];

/// Bytes written one after the other; where they do not fit, they are counted.
pub struct Buffer<'a> {
    room: &'a mut [MaybeUninit<u8>],
    length: usize,
}

impl<'a> Buffer<'a> {
    /// Room for a buffer.
    pub(crate) fn room() -> Room {
        [MaybeUninit::uninit(); ROOM]
    }

    /// An empty buffer.
    pub(crate) fn new(room: &'a mut [MaybeUninit<u8>]) -> Self {
        Self { room, length: 0 }
    }

    /// Appends `bytes`.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let start = self.length;
        self.length = start.saturating_add(bytes.len());
        if let Some(free) = self.room.get_mut(start..self.length) {
            free.write_copy_of_slice(bytes);
        }
    }

    /// Everything that was written, unless it did not fit.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        let written = self.room.get(..self.length)?;
        // SAFETY: every byte before `length` has been written, since `length` fits.
        Some(unsafe { core::slice::from_raw_parts(written.as_ptr().cast(), written.len()) })
    }
}

impl Output for Buffer<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }
}

/// Hands on what `write` writes: once into room on the stack, and where that is too small, a second
/// time into memory of the right size.
#[inline(always)]
pub(crate) fn written<R>(write: impl Fn(&mut Buffer<'_>), read: impl FnOnce(&[u8]) -> R) -> R {
    let mut room = Buffer::room();
    let mut buffer = Buffer::new(&mut room);
    write(&mut buffer);
    let mut large = Vec::new();
    if buffer.length > ROOM {
        large.resize(buffer.length, MaybeUninit::uninit());
        buffer = Buffer::new(&mut large);
        write(&mut buffer);
    }
    read(buffer.bytes().unwrap_or_default())
}

/// Hands on the encoding of `value`.
#[inline(always)]
pub(crate) fn encoded<R>(value: &impl Encode, read: impl FnOnce(&[u8]) -> R) -> R {
    written(|buffer| value.encode_to(buffer), read)
}
