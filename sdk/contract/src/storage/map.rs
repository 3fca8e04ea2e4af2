//! Values found by key.

use core::marker::PhantomData;

#[cfg(not(target_arch = "wasm32"))]
use weal_types::layout::FieldShape;

use super::{FieldKey, StorageField, key};
#[cfg(not(target_arch = "wasm32"))]
use crate::describe::Types;
use crate::{
    Value,
    buffer::{Buffer, encoded},
    failure::{Failure, fail},
    host,
};

/// Values found by key. It cannot be walked: [`OrderedMap`](crate::OrderedMap) can.
///
/// A key's encoding has at most 252 bytes; a longer one ends the frame with
/// [`Failure::KeyTooLong`].
#[derive(Debug)]
pub struct Map<K, V> {
    field: FieldKey,
    entry: PhantomData<fn() -> (K, V)>,
}

impl<K: Value, V: Value> Map<K, V> {
    /// The value at `key`.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<V> {
        self.at_key(key, key::load)
    }

    /// The value at `key`; where there is none, zero, empty or `None` ([`Value::START`]). A type
    /// that has no such value ends the frame with [`Failure::FieldUnset`].
    #[must_use]
    pub fn get_or_start(&self, key: &K) -> V {
        match self.get(key).or(V::START) {
            Some(value) => value,
            None => fail(Failure::FieldUnset),
        }
    }

    /// Whether there is a value at `key`.
    #[must_use]
    pub fn contains(&self, key: &K) -> bool {
        self.at_key(key, key::exists)
    }

    /// Stores a value at `key`.
    pub fn set(&mut self, key: &K, value: &V) {
        self.at_key(key, |key| encoded(value, |bytes| host::put(key, bytes)));
    }

    /// Stores what `change` makes of [`Self::get_or_start`].
    pub fn update(&mut self, key: &K, change: impl FnOnce(V) -> V) {
        let value = change(self.get_or_start(key));
        self.set(key, &value);
    }

    /// Removes the value at `key`, if there is one.
    pub fn remove(&mut self, key: &K) {
        self.at_key(key, host::remove);
    }

    fn at_key<R>(&self, key: &K, act: impl FnOnce(&[u8]) -> R) -> R {
        key::with_key(self.field, |buffer: &mut Buffer<'_>| key.encode_to(buffer), act)
    }
}

impl<K: Value, V: Value> StorageField for Map<K, V> {
    fn at(key: FieldKey) -> Self {
        Self { field: key, entry: PhantomData }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut Types) -> FieldShape {
        FieldShape::Map { key: K::describe(types), value: V::describe(types) }
    }
}
