//! Values in the order of their keys.

use alloc::vec::Vec;
use core::{
    marker::PhantomData,
    ops::{Bound, RangeBounds},
};

#[cfg(not(target_arch = "wasm32"))]
use weal_types::layout::FieldShape;
use weal_types::{host::range_flag, limit};

use super::{FieldKey, OrderedKey, StorageField, key};
#[cfg(not(target_arch = "wasm32"))]
use crate::describe::Types;
use crate::{
    Value,
    buffer::encoded,
    failure::{Failure, fail},
    host,
    length::{self, take_bytes},
};

/// In which order a page lists its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the lowest key up.
    Ascending,
    /// From the highest key down.
    Descending,
}

/// Values in the order of their keys.
///
/// A key's bytes are at most 252; a longer one ends the frame with [`Failure::KeyTooLong`].
#[derive(Debug)]
pub struct OrderedMap<K, V> {
    field: FieldKey,
    entry: PhantomData<fn() -> (K, V)>,
}

impl<K: OrderedKey, V: Value> OrderedMap<K, V> {
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

    /// The first `limit` entries of `keys`, in the given order. To go on, start behind the last
    /// key: `(Bound::Excluded(last), Bound::Unbounded)`. Fewer than `limit` are all that there are.
    #[must_use]
    pub fn page(&self, keys: impl RangeBounds<K>, order: Order, limit: u32) -> Vec<(K, V)> {
        let mut page = Vec::new();
        self.walk(keys, order, (limit, 0), |key, value| page.push((key, key::stored(value))));
        page
    }

    /// The first `limit` keys of `keys`, like [`Self::page`].
    #[must_use]
    pub fn keys(&self, keys: impl RangeBounds<K>, order: Order, limit: u32) -> Vec<K> {
        let mut page = Vec::new();
        self.walk(keys, order, (limit, range_flag::KEYS_ONLY), |key, _| page.push(key));
        page
    }

    /// The entry with the lowest key.
    #[must_use]
    pub fn first(&self) -> Option<(K, V)> {
        self.page(.., Order::Ascending, 1).pop()
    }

    /// The entry with the highest key.
    #[must_use]
    pub fn last(&self) -> Option<(K, V)> {
        self.page(.., Order::Descending, 1).pop()
    }

    fn at_key<R>(&self, key: &K, act: impl FnOnce(&[u8]) -> R) -> R {
        key::with_key(self.field, |buffer| key.write(buffer), act)
    }

    fn walk(
        &self,
        keys: impl RangeBounds<K>,
        order: Order,
        (limit, flags): (u32, u32),
        mut visit: impl FnMut(K, &[u8]),
    ) {
        let from = match keys.start_bound() {
            Bound::Unbounded => self.field.to_vec(),
            Bound::Included(key) => self.at_key(key, <[u8]>::to_vec),
            Bound::Excluded(key) => self.at_key(key, behind),
        };
        let to = match keys.end_bound() {
            Bound::Unbounded => after_all(self.field),
            Bound::Included(key) => self.at_key(key, behind),
            Bound::Excluded(key) => self.at_key(key, <[u8]>::to_vec),
        };
        let mut entry = |full: &[u8], value: &[u8]| {
            let mut rest = full.get(self.field.len()..).unwrap_or_default();
            let key = K::read(&mut rest).unwrap_or_else(|| fail(Failure::StoredMalformed));
            visit(key, value);
        };
        walk(from, to, order, (limit, flags), &mut entry);
    }
}

/// The lowest key above `key`.
fn behind(key: &[u8]) -> Vec<u8> {
    let mut behind = key.to_vec();
    behind.push(0);
    // The host takes bounds as long as keys. A key of full length ends in bytes that no other key
    // continues, so the one above it is found by counting up.
    if behind.len() > limit::STATE_KEY_BYTES { counted_up(key) } else { behind }
}

/// The lowest text above all that start with `prefix`; empty where there is none.
fn counted_up(prefix: &[u8]) -> Vec<u8> {
    let mut text = prefix.to_vec();
    while let Some(last) = text.pop() {
        if let Some(next) = last.checked_add(1) {
            text.push(next);
            break;
        }
    }
    text
}

fn after_all(field: FieldKey) -> Vec<u8> {
    counted_up(&field)
}

/// Shows `visit` up to `limit` entries between `from` and `to`. The host gives pages of at most
/// 64 KiB, so it is asked until it has nothing more.
fn walk(
    mut from: Vec<u8>,
    mut to: Vec<u8>,
    order: Order,
    (limit, flags): (u32, u32),
    visit: &mut dyn FnMut(&[u8], &[u8]),
) {
    // The host takes an empty `to` for no bound, and a page between crossed bounds is empty.
    if !to.is_empty() && from >= to {
        return;
    }
    let descending = order == Order::Descending;
    let flags = flags | if descending { range_flag::DESCENDING } else { 0 };
    let mut left = limit;
    while left > 0 {
        let mut last = Vec::new();
        let count = host::range((&from, &to), flags, left, |page| {
            read_page(page, &mut |key, value| {
                last.clear();
                last.extend_from_slice(key);
                visit(key, value);
            })
        });
        left = left.saturating_sub(count);
        if count == 0 {
            return;
        }
        if descending {
            to = last;
        } else {
            from = behind(&last);
        }
        if !to.is_empty() && from >= to {
            return;
        }
    }
}

/// Shows `visit` each (key, value) of a page, and counts them.
fn read_page(mut page: &[u8], visit: &mut dyn FnMut(&[u8], &[u8])) -> u32 {
    let Some(count) = length::take(&mut page) else { fail(Failure::AnswerMalformed) };
    for _ in 0..count {
        match (take_bytes(&mut page), take_bytes(&mut page)) {
            (Some(key), Some(value)) => visit(key, value),
            _ => fail(Failure::AnswerMalformed),
        }
    }
    count as u32
}

impl<K: OrderedKey, V: Value> StorageField for OrderedMap<K, V> {
    fn at(key: FieldKey) -> Self {
        Self { field: key, entry: PhantomData }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut Types) -> FieldShape {
        FieldShape::OrderedMap { key: K::describe(types), value: V::describe(types) }
    }
}
