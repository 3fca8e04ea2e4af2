//! What is counted on the chain: newtypes with a unit, without implicit conversions.
//!
//! Overflow rule: `checked_*` returns `None`; there is no operator that wraps or saturates.

use core::fmt;

use parity_scale_codec::{Decode, Encode};

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident($int:ty);)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode,
        )]
        pub struct $name(pub $int);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// The largest value that the wire can carry.
            pub const MAX: Self = Self(<$int>::MAX);

            /// The sum, unless it overflows.
            pub const fn checked_add(self, other: Self) -> Option<Self> {
                match self.0.checked_add(other.0) { Some(sum) => Some(Self(sum)), None => None }
            }

            /// The difference, unless it is negative.
            pub const fn checked_sub(self, other: Self) -> Option<Self> {
                match self.0.checked_sub(other.0) { Some(rest) => Some(Self(rest)), None => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    )*};
}

units! {
    /// Position of a block in the chain; genesis is 0.
    Height(u64);
    /// PBFT's view: which leader proposes.
    View(u64);
    /// Reign of one validator set.
    Epoch(u64);
    /// How many transactions an account has had applied or reverted; the next one carries this
    /// number.
    Nonce(u64);
    /// Work. One gas is one nanosecond on the reference machine (see the gas schedule in
    /// `weal-runtime`).
    Gas(u64);
    /// Milliseconds since 1970-01-01 UTC.
    TimeMs(u64);
    /// An asset's smallest units (fen, cents).
    Amount(u128);
}

impl Height {
    /// The height after this one, unless there is none.
    pub const fn next(self) -> Option<Self> {
        self.checked_add(Self(1))
    }
}

impl Nonce {
    /// The nonce after this one, unless there is none.
    pub const fn next(self) -> Option<Self> {
        self.checked_add(Self(1))
    }
}
