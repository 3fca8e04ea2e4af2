//! A vector, where memory is no matter.

use core::marker::PhantomData;

/// Bytes written one after the other.
#[derive(Debug, Default)]
pub struct Buffer<'a> {
    bytes: Vec<u8>,
    /// The Wasm build borrows its room.
    room: PhantomData<&'a ()>,
}

impl Buffer<'_> {
    /// Appends `bytes`.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

/// Hands on what `write` writes.
pub(crate) fn written<R>(write: impl Fn(&mut Buffer<'_>), read: impl FnOnce(&[u8]) -> R) -> R {
    let mut buffer = Buffer::default();
    write(&mut buffer);
    read(&buffer.bytes)
}
