//! One value.

use core::{
    marker::PhantomData,
    ops::{AddAssign, SubAssign},
};

#[cfg(not(target_arch = "wasm32"))]
use weal_types::layout::FieldShape;

use super::{Arithmetic, FieldKey, StorageField, key};
#[cfg(not(target_arch = "wasm32"))]
use crate::describe::Types;
use crate::{
    Value,
    buffer::encoded,
    failure::{Failure, fail},
    host,
};

/// One value of type `T`.
///
/// Each `get` reads from the state; keep the value in a variable to use it twice.
#[derive(Debug)]
pub struct Item<T> {
    key: FieldKey,
    value: PhantomData<fn() -> T>,
}

impl<T: Value> Item<T> {
    /// The value. Before anything is stored it is zero, empty or `None` ([`Value::START`]); a type
    /// that has no such value ends the frame with [`Failure::FieldUnset`].
    #[must_use]
    pub fn get(&self) -> T {
        match self.find().or(T::START) {
            Some(value) => value,
            None => fail(Failure::FieldUnset),
        }
    }

    /// The value, if one has been stored.
    #[must_use]
    pub fn find(&self) -> Option<T> {
        key::load(&self.key)
    }

    /// Whether a value has been stored.
    #[must_use]
    pub fn is_set(&self) -> bool {
        key::exists(&self.key)
    }

    /// Stores a value.
    pub fn set(&mut self, value: &T) {
        encoded(value, |bytes| host::put(&self.key, bytes));
    }

    /// Stores what `change` makes of the value.
    pub fn update(&mut self, change: impl FnOnce(T) -> T) {
        let value = change(self.get());
        self.set(&value);
    }

    /// Removes the value.
    pub fn clear(&mut self) {
        host::remove(&self.key);
    }
}

impl<T: Value + Arithmetic> AddAssign<T> for Item<T> {
    fn add_assign(&mut self, other: T) {
        self.update(|value| value.plus(other));
    }
}

impl<T: Value + Arithmetic> SubAssign<T> for Item<T> {
    fn sub_assign(&mut self, other: T) {
        self.update(|value| value.minus(other));
    }
}

impl<T: Value> StorageField for Item<T> {
    fn at(key: FieldKey) -> Self {
        Self { key, value: PhantomData }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut Types) -> FieldShape {
        FieldShape::Item(T::describe(types))
    }
}
