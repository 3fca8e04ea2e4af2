//! Who holds which role.

use core::marker::PhantomData;

use weal_types::AccountId;
#[cfg(not(target_arch = "wasm32"))]
use weal_types::{abi::Role, layout::FieldShape};

use super::{FieldKey, StorageField, key};
#[cfg(not(target_arch = "wasm32"))]
use crate::describe::Types;
use crate::{Value, host};

/// The roles of a contract. `#[derive(RoleSet)]` implements it, and [`Value`], for an enum without
/// fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of roles",
    note = "put `#[derive(RoleSet)]` on an enum without fields: `enum Role {{ Clerk, Auditor }}`"
)]
pub trait RoleSet: Value + Copy {
    /// The byte of the role in keys.
    fn byte(self) -> u8;

    /// The roles, for the ABI.
    #[cfg(not(target_arch = "wasm32"))]
    fn describe_roles() -> Vec<Role>;
}

/// Who holds which role. Any number of accounts may hold one; a contract's account is one too.
///
/// Who may grant and revoke is for the contract to say, with a method of its own.
#[derive(Debug)]
pub struct Roles<R> {
    field: FieldKey,
    role: PhantomData<fn() -> R>,
}

impl<R: RoleSet> Roles<R> {
    /// Whether `account` holds `role`.
    #[must_use]
    pub fn has(&self, role: R, account: &AccountId) -> bool {
        self.at_key(role, account, key::exists)
    }

    /// Gives `role` to `account`.
    pub fn grant(&mut self, role: R, account: &AccountId) {
        self.at_key(role, account, |key| host::put(key, &[]));
    }

    /// Takes `role` from `account`, if it holds it.
    pub fn revoke(&mut self, role: R, account: &AccountId) {
        self.at_key(role, account, host::remove);
    }

    fn at_key<T>(&self, role: R, account: &AccountId, act: impl FnOnce(&[u8]) -> T) -> T {
        key::with_key(
            self.field,
            |buffer| {
                buffer.push(&[role.byte()]);
                buffer.push(&account.0);
            },
            act,
        )
    }
}

impl<R: RoleSet> StorageField for Roles<R> {
    fn at(key: FieldKey) -> Self {
        Self { field: key, role: PhantomData }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn shape(_: &mut Types) -> FieldShape {
        FieldShape::Roles(R::describe_roles().into_iter().map(|role| role.name).collect())
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn roles() -> Vec<Role> {
        R::describe_roles()
    }
}
