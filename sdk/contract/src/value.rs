//! What can be stored, passed and returned.

use alloc::{boxed::Box, string::String, vec::Vec};

use weal_types::{
    AccountId, Amount, AssetId, CodeHash, ContractId, Gas, Height, PublicKey, TimeMs, limit,
    receipt::{CallError, FailureKind, TrapKind},
};

use crate::codec::{Decode, Encode, Error, Input};
#[cfg(not(target_arch = "wasm32"))]
use crate::{abi::Type, describe::Types};

/// What can be stored, passed and returned: it has a SCALE encoding, and the ABI can describe it.
///
/// `#[derive(Value)]` implements it for structs and enums.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored, passed or returned",
    label = "not a contract value",
    note = "put `#[derive(Value)]` on your own structs and enums",
    note = "built-in values: bool, integers, `Amount`, ids, `TimeMs`, `Height`, `String`, `Vec`, \
            `Option`, arrays, tuples"
)]
pub trait Value: Encode + Decode + Sized {
    /// What an [`Item`](crate::Item) holds before anything is stored: zero for numbers, nothing for
    /// collections. `None` for what has no such value, like an account.
    const START: Option<Self> = None;

    /// How its bytes decode; named types are added to `types`.
    #[cfg(not(target_arch = "wasm32"))]
    fn describe(types: &mut Types) -> Type;

    /// How a list of it decodes.
    #[cfg(not(target_arch = "wasm32"))]
    #[doc(hidden)]
    fn describe_list(types: &mut Types) -> Type {
        Type::List(Box::new(Self::describe(types)))
    }

    /// How an array of it decodes.
    #[cfg(not(target_arch = "wasm32"))]
    #[doc(hidden)]
    fn describe_array(types: &mut Types, length: u32) -> Type {
        Type::Array(Box::new(Self::describe(types)), length)
    }
}

macro_rules! words {
    ($($type:ty, $kind:ident, $start:expr;)*) => {$(
        impl Value for $type {
            const START: Option<Self> = $start;

            #[cfg(not(target_arch = "wasm32"))]
            fn describe(_: &mut Types) -> Type {
                Type::$kind
            }
        }
    )*};
}

words! {
    (), Unit, Some(());
    bool, Bool, Some(false);
    u16, U16, Some(0);
    u32, U32, Some(0);
    u64, U64, Some(0);
    u128, U128, Some(0);
    i8, I8, Some(0);
    i16, I16, Some(0);
    i32, I32, Some(0);
    i64, I64, Some(0);
    i128, I128, Some(0);
    String, String, Some(String::new());
    Amount, Amount, Some(Amount::ZERO);
    Gas, Gas, Some(Gas::ZERO);
    Height, Height, Some(Height::ZERO);
    TimeMs, TimeMs, Some(TimeMs::ZERO);
    AccountId, AccountId, None;
    ContractId, ContractId, None;
    AssetId, AssetId, None;
    PublicKey, PublicKey, None;
    CodeHash, CodeHash, None;
}

impl Value for u8 {
    const START: Option<Self> = Some(0);

    #[cfg(not(target_arch = "wasm32"))]
    fn describe(_: &mut Types) -> Type {
        Type::U8
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn describe_list(_: &mut Types) -> Type {
        Type::Bytes
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn describe_array(_: &mut Types, length: u32) -> Type {
        Type::FixedBytes(length)
    }
}

impl<T: Value> Value for Option<T> {
    const START: Option<Self> = Some(None);

    #[cfg(not(target_arch = "wasm32"))]
    fn describe(types: &mut Types) -> Type {
        Type::Option(Box::new(T::describe(types)))
    }
}

impl<T: Value> Value for Vec<T> {
    const START: Option<Self> = Some(Vec::new());

    #[cfg(not(target_arch = "wasm32"))]
    fn describe(types: &mut Types) -> Type {
        T::describe_list(types)
    }
}

impl<T: Value, const N: usize> Value for [T; N]
where
    [T; N]: Encode + Decode,
{
    #[cfg(not(target_arch = "wasm32"))]
    fn describe(types: &mut Types) -> Type {
        T::describe_array(types, u32::try_from(N).unwrap_or(u32::MAX))
    }
}

impl<T: Value> Value for Box<T> {
    #[cfg(not(target_arch = "wasm32"))]
    fn describe(types: &mut Types) -> Type {
        T::describe(types)
    }
}

macro_rules! tuples {
    ($(($($part:ident)*);)*) => {$(
        impl<$($part: Value),*> Value for ($($part,)*) {
            #[cfg(not(target_arch = "wasm32"))]
            fn describe(types: &mut Types) -> Type {
                Type::Tuple(Vec::from([$($part::describe(types)),*]))
            }
        }
    )*};
}

tuples! {
    (A B);
    (A B C);
    (A B C D);
    (A B C D E);
    (A B C D E F);
    (A B C D E F G);
    (A B C D E F G H);
}

macro_rules! failures {
    ($($type:ty, $describe:ident;)*) => {$(
        impl Value for $type {
            #[cfg(not(target_arch = "wasm32"))]
            fn describe(types: &mut Types) -> Type {
                crate::describe::$describe(types)
            }
        }
    )*};
}

failures! {
    CallError, call_error;
    FailureKind, failure_kind;
    TrapKind, trap_kind;
}

/// Decodes all of `bytes`.
#[inline(always)]
pub(crate) fn exact<T: Decode>(bytes: &[u8]) -> Option<T> {
    let mut reader = Reader { bytes, depth: 0 };
    let value = T::decode(&mut reader).ok()?;
    if reader.bytes.is_empty() { Some(value) } else { None }
}

/// Bytes that are left to decode.
struct Reader<'a> {
    bytes: &'a [u8],
    /// Lists and boxes around what is read. Bytes can nest types that contain themselves until the
    /// stack ends, which is elsewhere in Wasm than natively.
    depth: usize,
}

impl Input for Reader<'_> {
    fn remaining_len(&mut self) -> Result<Option<usize>, Error> {
        Ok(Some(self.bytes.len()))
    }

    #[inline(always)]
    fn read(&mut self, into: &mut [u8]) -> Result<(), Error> {
        let Some((bytes, rest)) = self.bytes.split_at_checked(into.len()) else {
            return Err("too few bytes".into());
        };
        // SAFETY: both have the same length, and `into` is borrowed by nobody else. The copy of a
        // slice would check the lengths once more, and panic.
        unsafe { bytes.as_ptr().copy_to_nonoverlapping(into.as_mut_ptr(), bytes.len()) };
        self.bytes = rest;
        Ok(())
    }

    fn descend_ref(&mut self) -> Result<(), Error> {
        self.depth = self.depth.wrapping_add(1);
        if self.depth > limit::TYPE_DEPTH { Err("too deep".into()) } else { Ok(()) }
    }

    fn ascend_ref(&mut self) {
        self.depth = self.depth.wrapping_sub(1);
    }
}
