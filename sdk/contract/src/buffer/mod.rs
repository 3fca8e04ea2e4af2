//! Room in which keys, values and requests are encoded: the stack in Wasm, a vector natively.

#[cfg(target_arch = "wasm32")]
mod stack;
#[cfg(target_arch = "wasm32")]
pub use stack::Buffer;
#[cfg(target_arch = "wasm32")]
pub(crate) use stack::written;

#[cfg(not(target_arch = "wasm32"))]
mod vector;
#[cfg(not(target_arch = "wasm32"))]
pub use vector::Buffer;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use vector::written;

use crate::codec::{Encode, Output};

impl Output for Buffer<'_> {
    #[inline(always)]
    fn write(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }
}

/// Hands on the encoding of `value`.
#[inline(always)]
pub(crate) fn encoded<R>(value: &impl Encode, read: impl FnOnce(&[u8]) -> R) -> R {
    written(|buffer| value.encode_to(buffer), read)
}
