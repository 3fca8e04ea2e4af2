//! Storage: handles on the contract's entries in the state. A handle reads when it is asked and
//! writes when it is told; it remembers nothing, so what another contract did in between is seen.

mod arithmetic;
mod item;
mod key;
mod map;
mod ordered;
mod ordered_key;
mod roles;

#[cfg(not(target_arch = "wasm32"))]
use weal_types::{
    abi::Role,
    layout::{FieldShape, StorageLayout},
};

#[cfg(not(target_arch = "wasm32"))]
use crate::describe::Types;

pub use arithmetic::Arithmetic;
pub use item::Item;
pub use key::FieldKey;
pub use map::Map;
pub use ordered::{Order, OrderedMap};
pub use ordered_key::OrderedKey;
pub use roles::{RoleSet, Roles};

/// A contract's storage. `#[derive(Storage)]` implements it for a struct of handles.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a contract's storage",
    note = "put `#[derive(Storage)]` on the struct that `#[contract]` is about"
)]
pub trait Storage: Sized {
    /// Raised with each change of what is stored.
    const VERSION: u32;

    /// The handles. Nothing is read.
    fn open() -> Self;

    /// What is stored.
    #[cfg(not(target_arch = "wasm32"))]
    fn layout() -> StorageLayout;

    /// The name that the keys of `field` follow from.
    #[cfg(not(target_arch = "wasm32"))]
    fn stored_name(field: &str) -> &str;

    /// The roles of its [`Roles`] fields.
    #[cfg(not(target_arch = "wasm32"))]
    fn roles() -> Vec<Role>;

    /// What the contract is for.
    #[cfg(not(target_arch = "wasm32"))]
    fn doc() -> &'static str;
}

/// What a field of a contract's storage can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a storage field",
    label = "not a storage handle",
    note = "wrap a single value in `Item<…>`; use `Map<K, V>` to find values by key, and \
            `OrderedMap<K, V>` to walk them in order"
)]
pub trait StorageField {
    /// The handle on the entries whose keys start with `key`.
    fn at(key: FieldKey) -> Self;

    /// What it holds.
    #[cfg(not(target_arch = "wasm32"))]
    fn shape(types: &mut Types) -> FieldShape;

    /// The roles that it grants.
    #[cfg(not(target_arch = "wasm32"))]
    fn roles() -> Vec<Role> {
        Vec::new()
    }
}
