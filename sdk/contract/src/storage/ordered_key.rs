//! Keys whose bytes sort as their values do.

use alloc::{string::String, vec::Vec};

use weal_types::{AccountId, Amount, AssetId, CodeHash, ContractId, Height, PublicKey, TimeMs};

use crate::{Value, buffer::Buffer};

/// A key of an [`OrderedMap`](crate::OrderedMap): its bytes sort as its values do, and no key's
/// bytes start with another's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of an `OrderedMap`",
    note = "keys with an order: integers, bool, `Amount`, `TimeMs`, `Height`, ids, `String`, \
            `Vec<u8>`, `[u8; N]`, and tuples of these; `Map` takes any value"
)]
pub trait OrderedKey: Value {
    /// Appends its bytes.
    fn write(&self, key: &mut Buffer<'_>);

    /// Takes its bytes from the front of `bytes`; `None` where they are no key.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

fn array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

macro_rules! unsigned {
    ($($type:ty)*) => {$(
        impl OrderedKey for $type {
            fn write(&self, key: &mut Buffer<'_>) {
                key.push(&self.to_be_bytes());
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                array(bytes).map(Self::from_be_bytes)
            }
        }
    )*};
}

unsigned!(u8 u16 u32 u64 u128);

macro_rules! signed {
    ($($type:ty)*) => {$(
        impl OrderedKey for $type {
            fn write(&self, key: &mut Buffer<'_>) {
                // With the sign turned around, negative numbers come first.
                key.push(&(self ^ Self::MIN).to_be_bytes());
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                array(bytes).map(|bytes| Self::from_be_bytes(bytes) ^ Self::MIN)
            }
        }
    )*};
}

signed!(i8 i16 i32 i64 i128);

macro_rules! wrapped {
    ($($type:ident)*) => {$(
        impl OrderedKey for $type {
            fn write(&self, key: &mut Buffer<'_>) {
                self.0.write(key);
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                OrderedKey::read(bytes).map($type)
            }
        }
    )*};
}

wrapped!(Amount Height TimeMs AccountId ContractId AssetId PublicKey CodeHash);

impl OrderedKey for bool {
    fn write(&self, key: &mut Buffer<'_>) {
        key.push(&[u8::from(*self)]);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        match u8::read(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<const N: usize> OrderedKey for [u8; N]
where
    [u8; N]: Value,
{
    fn write(&self, key: &mut Buffer<'_>) {
        key.push(self);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        array(bytes)
    }
}

/// Follows a zero byte inside a text, so that the end sorts before it.
const ESCAPED: u8 = 0xFF;

/// Bytes of any length: a zero byte is followed by [`ESCAPED`], and two zero bytes are the end.
fn write_bytes(bytes: &[u8], key: &mut Buffer<'_>) {
    for byte in bytes {
        key.push(&[*byte]);
        if *byte == 0 {
            key.push(&[ESCAPED]);
        }
    }
    key.push(&[0, 0]);
}

fn read_bytes(bytes: &mut &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    loop {
        match u8::read(bytes)? {
            0 => match u8::read(bytes)? {
                0 => return Some(text),
                ESCAPED => text.push(0),
                _ => return None,
            },
            byte => text.push(byte),
        }
    }
}

impl OrderedKey for Vec<u8> {
    fn write(&self, key: &mut Buffer<'_>) {
        write_bytes(self, key);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        read_bytes(bytes)
    }
}

impl OrderedKey for String {
    fn write(&self, key: &mut Buffer<'_>) {
        write_bytes(self.as_bytes(), key);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        String::from_utf8(read_bytes(bytes)?).ok()
    }
}

macro_rules! tuples {
    ($(($($part:ident $place:tt)*);)*) => {$(
        impl<$($part: OrderedKey),*> OrderedKey for ($($part,)*) {
            fn write(&self, key: &mut Buffer<'_>) {
                $(self.$place.write(key);)*
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                Some(($($part::read(bytes)?,)*))
            }
        }
    )*};
}

tuples! {
    (A 0 B 1);
    (A 0 B 1 C 2);
}
