//! Room on the stack.

use core::mem::MaybeUninit;

use crate::allocator::leak;

/// Bytes that most keys, values, arguments and events fit into.
const ROOM: usize = 256;

/// Bytes written one after the other; where they do not fit, they are counted.
#[derive(Debug)]
pub struct Buffer<'a> {
    room: &'a mut [MaybeUninit<u8>],
    length: usize,
}

impl Buffer<'_> {
    /// Appends `bytes`.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let start = self.length;
        self.length = start.saturating_add(bytes.len());
        if let Some(free) = self.room.get_mut(start..self.length) {
            // SAFETY: `free` has the length of `bytes`, and nobody else has it. The copy of a slice
            // would check the lengths once more, and panic.
            unsafe { bytes.as_ptr().copy_to_nonoverlapping(free.as_mut_ptr().cast(), bytes.len()) };
        }
    }
}

/// Hands on what `write` writes: once into room on the stack, and where that is too small, a second
/// time into memory of the right size.
#[inline(always)]
pub(crate) fn written<R>(write: impl Fn(&mut Buffer<'_>), read: impl FnOnce(&[u8]) -> R) -> R {
    let mut room = [MaybeUninit::uninit(); ROOM];
    let mut buffer = Buffer { room: &mut room, length: 0 };
    loop {
        write(&mut buffer);
        let length = buffer.length;
        if length <= buffer.room.len() {
            // SAFETY: every byte before `length` has been written, since `length` fits.
            return read(unsafe {
                core::slice::from_raw_parts(buffer.room.as_ptr().cast(), length)
            });
        }
        buffer = Buffer { room: leak(length), length: 0 };
    }
}
