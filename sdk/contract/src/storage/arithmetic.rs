//! Sums and differences that end the frame instead of wrapping around.

use weal_types::{Amount, Gas, Height, TimeMs};

use crate::failure::{Failure, fail};

/// Numbers that add and subtract. A result outside the type's range ends the frame with
/// [`Failure::NumberOverflow`]; use `checked_add` and `checked_sub` to refuse with an error of your
/// own.
pub trait Arithmetic: Copy {
    /// The sum.
    #[must_use]
    fn plus(self, other: Self) -> Self;

    /// The difference.
    #[must_use]
    fn minus(self, other: Self) -> Self;
}

macro_rules! arithmetic {
    ($($type:ty)*) => {$(
        impl Arithmetic for $type {
            fn plus(self, other: Self) -> Self {
                self.checked_add(other).unwrap_or_else(|| fail(Failure::NumberOverflow))
            }

            fn minus(self, other: Self) -> Self {
                self.checked_sub(other).unwrap_or_else(|| fail(Failure::NumberOverflow))
            }
        }
    )*};
}

arithmetic!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 Amount Gas Height TimeMs);
