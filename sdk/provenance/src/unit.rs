//! Amounts and positions, and stretches of positions.

use core::fmt;

use parity_scale_codec::{Decode, Encode, Input};
use weal_types::Amount;

use crate::Error;

/// An amount of minor units, or a position on a line: at most [`Units::MAX`].
///
/// The bound holds for decoded ones too, so sums of a few fit in `u128`, and so does a product with
/// parts per million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
pub struct Units(u128);

impl Units {
    /// None.
    pub const ZERO: Self = Self(0);
    /// 2⁹⁶ − 1: what a line can receive in all.
    pub const MAX: Self = Self((1 << 96) - 1);

    /// `count` units, unless they are more than [`Self::MAX`].
    pub const fn new(count: u128) -> Option<Self> {
        if count <= Self::MAX.0 { Some(Self(count)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> u128 {
        self.0
    }

    /// Whether there are none.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, unless it passes [`Self::MAX`].
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        Self::new(self.0 + other.0)
    }

    /// The difference, unless it is negative.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// The sum where records promise one; [`Error::Broken`] if they lie.
    pub(crate) fn plus(self, other: Self) -> Result<Self, Error> {
        self.checked_add(other).ok_or(Error::Broken)
    }

    /// The difference where records promise one; [`Error::Broken`] if they lie.
    pub(crate) fn minus(self, other: Self) -> Result<Self, Error> {
        self.checked_sub(other).ok_or(Error::Broken)
    }

    /// A result of the algebra's, which records promise to be small; [`Error::Broken`] if they lie.
    pub(crate) fn of(count: u128) -> Result<Self, Error> {
        Self::new(count).ok_or(Error::Broken)
    }
}

impl Decode for Units {
    fn decode<I: Input>(input: &mut I) -> Result<Self, parity_scale_codec::Error> {
        Self::new(u128::decode(input)?).ok_or_else(|| "more than 2^96 - 1 units".into())
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Units> for Amount {
    fn from(units: Units) -> Self {
        Self(units.0)
    }
}

impl TryFrom<Amount> for Units {
    type Error = Error;

    /// [`Error::Overflow`] above [`Units::MAX`].
    fn try_from(amount: Amount) -> Result<Self, Error> {
        Self::new(amount.0).ok_or(Error::Overflow)
    }
}

/// A line: the queue of one (organisation, fund, asset).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct LineId(pub u32);

/// A fund: money given under one charter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct FundId(pub u32);

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for FundId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The positions from `start` up to, and without, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Span {
    /// The first position.
    pub start: Units,
    /// The position behind the last; not below `start`, or the stretch is empty.
    pub end: Units,
}

impl Span {
    /// From `start` up to `end`.
    pub const fn new(start: Units, end: Units) -> Self {
        Self { start, end }
    }

    /// `count` positions from `start` on; [`Error::Broken`] where they pass [`Units::MAX`].
    pub(crate) fn at(start: Units, count: Units) -> Result<Self, Error> {
        Ok(Self { start, end: start.plus(count)? })
    }

    /// How many positions.
    pub const fn count(&self) -> Units {
        Units(self.end.0.saturating_sub(self.start.0))
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.end.0 <= self.start.0
    }

    /// Whether `at` is among them.
    pub fn contains(&self, at: Units) -> bool {
        self.start <= at && at < self.end
    }

    /// Those that `other` has as well; may be empty.
    pub fn within(&self, other: &Self) -> Self {
        Self { start: self.start.max(other.start), end: self.end.min(other.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_above_the_bound_is_decoded() {
        assert_eq!(Units::decode(&mut &Units::MAX.encode()[..]), Ok(Units::MAX));
        assert!(Units::decode(&mut &(Units::MAX.0 + 1).encode()[..]).is_err());
        assert!(Units::decode(&mut &u128::MAX.encode()[..]).is_err());
        assert_eq!(Units::MAX.checked_add(Units(1)), None);
    }
}
