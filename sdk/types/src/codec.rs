//! SCALE with limits.
//!
//! Bytes from outside are decoded by [`decode`] alone: it takes the largest length that makes
//! sense, refuses trailing bytes, and bounds both memory and nesting.

use alloc::{string::String, vec::Vec};
use core::{fmt, ops::Deref};

use parity_scale_codec::{
    Compact, Decode, DecodeLimit, Encode, EncodeLike, Error, Input, Output, decode_vec_with_len,
};
use thiserror::Error as ThisError;

use crate::limit;

/// Nesting that any wire type may have; deeper input is refused before the stack feels it.
const DEPTH: u32 = 64;

/// Why foreign bytes were refused. The sender is at fault; sending the same bytes again cannot
/// help.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum DecodeError {
    /// The input is longer than the limit for its kind.
    #[error("{bytes} bytes exceed the limit of {limit} for {what}")]
    TooLong {
        /// What was to be decoded.
        what: &'static str,
        /// Length of the input.
        bytes: usize,
        /// Largest length accepted.
        limit: usize,
    },
    /// The input is not an encoding of the type, or has bytes left over.
    #[error("not a valid {what}: {reason}")]
    Malformed {
        /// What was to be decoded.
        what: &'static str,
        /// What the codec found.
        reason: String,
    },
}

/// Decodes all of `bytes`, which may be at most `limit` long, as `what`.
pub fn decode<T: Decode>(what: &'static str, bytes: &[u8], limit: usize) -> Result<T, DecodeError> {
    if bytes.len() > limit {
        return Err(DecodeError::TooLong { what, bytes: bytes.len(), limit });
    }
    T::decode_all_with_depth_limit(DEPTH, &mut &*bytes)
        .map_err(|error| DecodeError::Malformed { what, reason: alloc::format!("{error}") })
}

/// The first byte of a top-level wire type. It has one legal value, so it takes no room in memory.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version<const N: u8>;

impl<const N: u8> fmt::Debug for Version<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N}")
    }
}

impl<const N: u8> Encode for Version<N> {
    fn size_hint(&self) -> usize {
        1
    }

    fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
        output.push_byte(N);
    }
}

impl<const N: u8> EncodeLike for Version<N> {}

impl<const N: u8> Decode for Version<N> {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        match input.read_byte()? {
            byte if byte == N => Ok(Self),
            _ => Err("unknown version".into()),
        }
    }
}

/// A vector whose length lies in `MIN..=MAX`, checked before any element is decoded.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bounded<T, const MIN: usize, const MAX: usize>(Vec<T>);

/// Bytes with an upper bound.
pub type Bytes<const MAX: usize> = Bounded<u8, 0, MAX>;

/// A vector was shorter or longer than its type allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[error("{length} items, but {min} to {max} are allowed")]
pub struct LengthError {
    /// Length found.
    pub length: usize,
    /// Smallest length.
    pub min: usize,
    /// Largest length.
    pub max: usize,
}

impl<T, const MIN: usize, const MAX: usize> Bounded<T, MIN, MAX> {
    /// Wraps `items` if there are neither too few nor too many.
    pub fn new(items: Vec<T>) -> Result<Self, LengthError> {
        match items.len() {
            length if (MIN..=MAX).contains(&length) => Ok(Self(items)),
            length => Err(LengthError { length, min: MIN, max: MAX }),
        }
    }

    /// The vector itself.
    pub fn into_inner(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX: usize> Default for Bounded<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MIN: usize, const MAX: usize> Deref for Bounded<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> TryFrom<Vec<T>> for Bounded<T, MIN, MAX> {
    type Error = LengthError;

    fn try_from(items: Vec<T>) -> Result<Self, LengthError> {
        Self::new(items)
    }
}

impl<T: fmt::Debug, const MIN: usize, const MAX: usize> fmt::Debug for Bounded<T, MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Encode, const MIN: usize, const MAX: usize> Encode for Bounded<T, MIN, MAX> {
    fn size_hint(&self) -> usize {
        self.0.size_hint()
    }

    fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
        self.0.encode_to(output);
    }
}

impl<T: Encode, const MIN: usize, const MAX: usize> EncodeLike for Bounded<T, MIN, MAX> {}

impl<T: Decode, const MIN: usize, const MAX: usize> Decode for Bounded<T, MIN, MAX> {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let Compact(length) = Compact::<u32>::decode(input)?;
        let length = length as usize;
        if !(MIN..=MAX).contains(&length) {
            return Err("length out of bounds".into());
        }
        decode_vec_with_len(input, length).map(Self)
    }
}

/// The name of a method, an event or an argument: an ASCII letter, then letters, digits and
/// underscores.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
pub struct Name(String);

/// A text is no [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[error(
    "a name is 1 to {} ASCII letters, digits and underscores, and starts with a letter",
    limit::NAME_BYTES
)]
pub struct NameError;

impl Name {
    /// Checks `text`.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        if Self::admits(text.as_bytes()) { Ok(Self(text)) } else { Err(NameError) }
    }

    /// Whether `bytes` spell a name.
    pub fn admits(bytes: &[u8]) -> bool {
        let tail = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        bytes.len() <= limit::NAME_BYTES
            && bytes.first().is_some_and(u8::is_ascii_alphabetic)
            && bytes.iter().all(tail)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Decode for Name {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let bytes = Bytes::<{ limit::NAME_BYTES }>::decode(input)?.into_inner();
        let text = String::from_utf8(bytes).map_err(|_| Error::from("name is not ASCII"))?;
        Self::new(text).map_err(|_| Error::from("not a name"))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<&str> for Name {
    type Error = NameError;

    fn try_from(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_refuses_long_trailing_and_truncated_input() {
        type Small = Bounded<u16, 1, 2>;
        let good = Small::new(alloc::vec![7, 8]).unwrap().encode();
        assert_eq!(decode::<Small>("pair", &good, 5).map(|pair| pair[1]), Ok(8));
        assert!(matches!(
            decode::<Small>("pair", &good, 4),
            Err(DecodeError::TooLong { bytes: 5, limit: 4, .. })
        ));
        for bad in [&good[..4], &[good.as_slice(), &[0]].concat(), &[0], &[12, 0, 0, 0, 0, 0, 0]] {
            assert!(matches!(decode::<Small>("pair", bad, 99), Err(DecodeError::Malformed { .. })));
        }
    }

    #[test]
    fn a_declared_length_allocates_nothing_before_it_is_checked() {
        let huge = Compact(u32::MAX).encode();
        assert!(decode::<Bounded<u64, 0, 9>>("list", &huge, 99).is_err());
    }

    #[test]
    fn versions_are_one_byte_with_one_value() {
        assert_eq!(Version::<3>.encode(), [3]);
        assert!(decode::<Version<3>>("version", &[3], 1).is_ok());
        assert!(decode::<Version<3>>("version", &[4], 1).is_err());
    }

    #[test]
    fn names() {
        for good in ["a", "pay", "Paid_2", &"x".repeat(limit::NAME_BYTES)] {
            assert!(Name::new(good).is_ok(), "{good}");
        }
        for bad in ["", "2a", "_a", "a-b", "ä", &"x".repeat(limit::NAME_BYTES + 1)] {
            assert_eq!(Name::new(bad), Err(NameError), "{bad}");
        }
    }
}
