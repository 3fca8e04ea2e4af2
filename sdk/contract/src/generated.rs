//! What the macros' output calls. Not for contracts: it changes without notice.

use weal_types::AssetId;

use crate::{
    ContractError, Ctx, Item, RoleSet, Roles, Value, View,
    buffer::encoded,
    context::each_attached,
    failure::{fail, not_authorised, refuse},
    host,
    value::exact,
};
#[cfg(not(target_arch = "wasm32"))]
pub use crate::{abi, describe, layout};
pub use crate::{
    buffer::Buffer,
    callee::Target,
    codec::{Compact, Decode, Encode, EncodeLike, Error, Input, Output},
    context::Authority,
    event::{write_topic, write_topic_count},
    failure::Failure,
};
pub use alloc::{string::String, vec::Vec};
#[cfg(not(target_arch = "wasm32"))]
pub use weal_types::layout::{StorageLayout, StoredField};

/// The context of a frame that begins.
#[inline(always)]
#[must_use]
pub fn call_context() -> Ctx {
    Ctx::default()
}

/// The arguments of a method: a tuple of values.
#[diagnostic::on_unimplemented(
    message = "these arguments cannot be passed",
    note = "a method has at most ten; put `#[derive(Value)]` on a struct to pass more"
)]
pub trait Arguments: Decode {}

impl Arguments for () {}

macro_rules! arguments {
    ($(($($arg:ident)*);)*) => {$(impl<$($arg: Value),*> Arguments for ($($arg,)*) {})*};
}

arguments! {
    (A);
    (A B);
    (A B C);
    (A B C D);
    (A B C D E);
    (A B C D E F);
    (A B C D E F G);
    (A B C D E F G H);
    (A B C D E F G H I);
    (A B C D E F G H I J);
}

/// The arguments, all of them.
#[must_use]
pub fn arguments<T: Arguments>() -> T {
    host::args(|bytes| exact(bytes).unwrap_or_else(|| fail(Failure::ArgumentsMalformed)))
}

/// Ends the frame unless `authority` names the caller.
pub fn require(view: &View, authority: &impl Authority) {
    let caller = view.caller();
    if !authority.is(&caller) {
        not_authorised(&caller);
    }
}

/// Ends the frame unless the caller holds `role`.
pub fn require_role<R: RoleSet>(view: &View, roles: &Roles<R>, role: R) {
    let caller = view.caller();
    if !roles.has(role, &caller) {
        not_authorised(&caller);
    }
}

/// What `accepts` can name.
#[diagnostic::on_unimplemented(
    message = "`accepts` names something that holds no asset",
    note = "name a storage field of type `Item<AssetId>`, an argument of type `AssetId`, or `any`"
)]
pub trait AcceptedAsset {
    /// The asset.
    fn asset(&self) -> AssetId;
}

impl AcceptedAsset for AssetId {
    fn asset(&self) -> AssetId {
        *self
    }
}

impl AcceptedAsset for Item<AssetId> {
    fn asset(&self) -> AssetId {
        self.get()
    }
}

/// Ends the frame if an asset is attached that is none of `accepted`.
pub fn accept_only(accepted: &[&dyn AcceptedAsset]) {
    host::attached(|bytes| {
        each_attached(bytes, |asset, _| {
            if !accepted.iter().any(|accepted| accepted.asset() == asset) {
                fail(Failure::NotAccepted);
            }
        });
    });
}

/// What a method can return.
#[diagnostic::on_unimplemented(
    message = "a method cannot return `{Self}`",
    note = "return a value, or `Result<value, Error>` where `Error` is the type named in \
            `#[contract(error = Error)]`"
)]
pub trait Returns<E> {
    /// What the caller gets.
    type Ok: Value;
    /// Whether it may refuse with an error of the contract's own.
    const FALLIBLE: bool;

    /// Ends the method.
    fn finish(self);
}

impl<T: Value, E> Returns<E> for T {
    type Ok = T;
    const FALLIBLE: bool = false;

    fn finish(self) {
        encoded(&self, |bytes| {
            if !bytes.is_empty() {
                host::ret(bytes);
            }
        });
    }
}

impl<T: Value, E: ContractError> Returns<E> for Result<T, E> {
    type Ok = T;
    const FALLIBLE: bool = true;

    fn finish(self) {
        match self {
            Ok(value) => Returns::<E>::finish(value),
            Err(error) => refuse(error.code(), &Payload(&error)),
        }
    }
}

/// Ends a method.
#[inline(always)]
pub fn finish<E, R: Returns<E>>(result: R) {
    result.finish();
}

/// The fields of an error.
struct Payload<'a, E>(&'a E);

impl<E: ContractError> Encode for Payload<'_, E> {
    fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
        self.0.write_payload(output);
    }
}

/// What `read` makes of all of `bytes`.
#[must_use]
pub fn read_all<T>(
    mut bytes: &[u8],
    read: impl FnOnce(&mut &[u8]) -> Result<T, Error>,
) -> Option<T> {
    let value = read(&mut bytes).ok()?;
    if bytes.is_empty() { Some(value) } else { None }
}

/// The bytes of a key of an `OrderedMap` behind the field's.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn ordered_key(key: &impl crate::OrderedKey) -> Vec<u8> {
    crate::buffer::written(|buffer| key.write(buffer), <[u8]>::to_vec)
}
