//! The host, the same from Wasm and natively: bytes in, bytes out, and functions that end the
//! frame.
//!
//! Bytes from the host are handed to a closure, so that in Wasm they can lie on the stack.

#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "wasm32")]
pub(crate) use wasm::*;

#[cfg(not(target_arch = "wasm32"))]
mod hosted;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use hosted::*;

/// Bytes of the encoded [`weal_types::host::CallContext`].
pub(crate) const CONTEXT_BYTES: usize = 113;

/// Bytes that most answers fit into, which then need no memory besides the stack.
#[cfg(target_arch = "wasm32")]
const ROOM: usize = 256;
