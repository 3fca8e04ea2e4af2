//! Under which keys of the donation contract the records lie.
//!
//! A key is the four bytes of its storage field's name ([`field_key`]) and then its parts,
//! big-endian, so that the records of a line follow each other in the order of their positions.
//! That is how the contract SDK's `OrderedMap` writes keys, and every field here is one, also those
//! whose records are found by key alone: funds and lines can then be listed in order. (Its `Map`
//! would write numbers little-endian.)
//!
//! | record | field | parts |
//! |---|---|---|
//! | [`Fund`](crate::line::Fund) | `funds` | fund `u32` |
//! | [`Line`](crate::line::Line) | `lines` | line `u32` |
//! | [`Count`](crate::line::Count) | `counts` | line `u32` |
//! | [`Books`](crate::line::Books) | `books` | fund `u32`, asset 32 bytes |
//! | [`In`](crate::record::In) | `arrivals` | line `u32`, position `u128` |
//! | [`Out`](crate::record::Out) | `departures` | line `u32`, position `u128` |
//! | [`Stamp`](crate::record::Stamp) | `stamps` | line `u32`, level `u8`, position `u128` |
//! | [`Hold`](crate::record::Hold) | `holds` | hold `u32` |
//! | [`Round`](crate::record::Round) | `rounds` | fund `u32`, asset 32 bytes |

use alloc::vec::Vec;

use weal_types::{AssetId, layout::field_key};

use crate::unit::{FundId, LineId, Units};

/// The key of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A fund's card.
    Fund(FundId),
    /// A line's card.
    Line(LineId),
    /// A line's counters.
    Count(LineId),
    /// Where a fund's books in an asset are.
    Books(FundId, AssetId),
    /// What arrived on a line, from this position on.
    In(LineId, Units),
    /// What left a line, from this position on.
    Out(LineId, Units),
    /// An acknowledgement of this level, from this position on.
    Stamp(LineId, u8, Units),
    /// A hold.
    Hold(u32),
    /// A round of payments of a fund in an asset.
    Round(FundId, AssetId),
}

impl Key {
    /// The storage field of the donation contract.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Fund(_) => "funds",
            Self::Line(_) => "lines",
            Self::Count(_) => "counts",
            Self::Books(..) => "books",
            Self::In(..) => "arrivals",
            Self::Out(..) => "departures",
            Self::Stamp(..) => "stamps",
            Self::Hold(_) => "holds",
            Self::Round(..) => "rounds",
        }
    }

    /// The contract's own key; put the contract id before it for the state's.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut key = Vec::with_capacity(40);
        key.extend(field_key(self.field()));
        match self {
            Self::Fund(FundId(id)) | Self::Line(LineId(id)) | Self::Count(LineId(id)) => {
                key.extend(id.to_be_bytes());
            }
            Self::Hold(id) => key.extend(id.to_be_bytes()),
            Self::Books(fund, asset) | Self::Round(fund, asset) => {
                key.extend(fund.0.to_be_bytes());
                key.extend(asset.0);
            }
            Self::In(line, at) | Self::Out(line, at) => {
                key.extend(line.0.to_be_bytes());
                key.extend(at.get().to_be_bytes());
            }
            Self::Stamp(line, level, at) => {
                key.extend(line.0.to_be_bytes());
                key.push(level);
                key.extend(at.get().to_be_bytes());
            }
        }
        key
    }
}

/// The position with which the key of an arrival, a departure or a stamp ends; `None` if `key` is
/// no such key.
pub(crate) fn position(key: &[u8]) -> Option<Units> {
    let last = key.last_chunk::<16>()?;
    Units::new(u128::from_be_bytes(*last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_their_positions_and_give_them_back() {
        let at = |at: u128| Key::In(LineId(7), Units::new(at).unwrap()).to_bytes();
        let mut keys = [at(1 << 90), at(256), at(0), at(255)];
        keys.sort();
        let found: Vec<_> = keys.iter().map(|key| position(key).unwrap().get()).collect();
        assert_eq!(found, [0, 255, 256, 1 << 90]);
        assert_eq!(keys[0].len(), 4 + 4 + 16);
        assert_eq!(Key::Stamp(LineId(7), 2, Units::MAX).to_bytes().len(), 4 + 4 + 1 + 16);
    }
}
