//! Keys of entries: the field's four bytes, and what follows them.

use weal_types::{layout::FIELD_KEY_BYTES, limit};

use crate::{
    buffer::{Buffer, written},
    failure::{Failure, fail},
    host,
    value::exact,
};

/// The bytes with which all keys of a field start; see [`weal_types::layout::field_key`].
pub type FieldKey = [u8; FIELD_KEY_BYTES];

/// Hands on the key that starts with `field` and goes on with what `write` writes.
#[inline(always)]
pub(crate) fn with_key<R>(
    field: FieldKey,
    write: impl Fn(&mut Buffer<'_>),
    read: impl FnOnce(&[u8]) -> R,
) -> R {
    let write = |buffer: &mut Buffer<'_>| {
        buffer.push(&field);
        write(buffer);
    };
    written(write, |key| match key.len() <= limit::STATE_KEY_BYTES {
        true => read(key),
        false => fail(Failure::KeyTooLong),
    })
}

/// The value at `key`.
#[inline(always)]
pub(crate) fn load<T: crate::Value>(key: &[u8]) -> Option<T> {
    host::get(key, |bytes| bytes.map(stored))
}

/// Decodes what this contract stored.
#[inline(always)]
pub(crate) fn stored<T: crate::Value>(bytes: &[u8]) -> T {
    exact(bytes).unwrap_or_else(|| fail(Failure::StoredMalformed))
}

/// Whether there is a value at `key`.
pub(crate) fn exists(key: &[u8]) -> bool {
    host::get(key, |bytes| bytes.is_some())
}
