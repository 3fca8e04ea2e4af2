//! What waits for what, and the most that each may take.

use parity_scale_codec::{Decode, Encode};

/// Bytes of a KiB.
const KIB: usize = 1 << 10;
/// Bytes of a MiB.
const MIB: usize = 1 << 20;

/// How soon a payload is needed. Its place in this list is its byte on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// What agreement waits for: small, and on a connection of its own, so that nothing large can
    /// delay it.
    Votes,
    /// What a vote waits for: the transactions of a proposal.
    Bodies,
    /// What a later proposal needs.
    Transactions,
    /// History, for whoever is behind.
    Blocks,
}

/// One of the two connections between a pair of validators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Lane {
    /// Carries [`Urgency::Votes`].
    Votes,
    /// Carries the rest, the more urgent first.
    Bulk,
}

impl Urgency {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Votes, Self::Bodies, Self::Transactions, Self::Blocks];

    /// The connection that carries it.
    pub const fn lane(self) -> Lane {
        match self {
            Self::Votes => Lane::Votes,
            Self::Bodies | Self::Transactions | Self::Blocks => Lane::Bulk,
        }
    }

    /// The longest payload in bytes. A longer one is a violation of the protocol.
    pub const fn most_payload(self) -> usize {
        match self {
            // A NEW-VIEW of a hundred validators has about 135 KB.
            Self::Votes => 512 * KIB,
            // The transactions of a proposal, with room around them.
            Self::Bodies => 2 * MIB,
            // A transaction has at most 128 KiB; short ones travel together.
            Self::Transactions => 256 * KIB,
            // A block with its receipts and certificate.
            Self::Blocks => 17 * MIB,
        }
    }

    /// How many bytes may wait for one peer before more are dropped.
    pub const fn most_queued(self) -> usize {
        match self {
            // Twenty thousand votes: minutes of them, and what is older is repeated anyway.
            Self::Votes => 4 * MIB,
            Self::Bodies => 16 * MIB,
            Self::Transactions => 8 * MIB,
            // Two of the largest, so that the next is at hand when one is sent.
            Self::Blocks => 34 * MIB,
        }
    }

    /// Its byte on the wire.
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// What a byte of the wire means.
    pub fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// Its place in [`Urgency::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl Lane {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Votes, Self::Bulk];

    /// How many bytes of one peer may wait on this machine for whoever works on them. Each is the
    /// largest queue of a sender, and no less than the longest payload.
    pub const fn quota(self) -> usize {
        match self {
            Self::Votes => Urgency::Votes.most_queued(),
            Self::Bulk => Urgency::Blocks.most_queued(),
        }
    }

    /// Its place in [`Lane::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// The least that a payload counts for in queues and quotas, in bytes: what keeping it takes by
/// itself. Otherwise many empty ones would take memory for nothing.
pub(crate) const LEAST_COST: usize = 64;

/// What a payload of this length counts for, in bytes.
pub(crate) const fn cost(length: usize) -> usize {
    if length < LEAST_COST { LEAST_COST } else { length }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_the_wire_are_places_in_the_list() {
        for (place, urgency) in Urgency::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(urgency.byte()), place);
            assert_eq!(Urgency::of_byte(urgency.byte()), Some(urgency));
        }
        assert_eq!(Urgency::of_byte(4), None);
    }

    #[test]
    fn what_is_allowed_fits_into_queue_and_quota() {
        for urgency in Urgency::ALL {
            assert!(urgency.most_payload() <= urgency.most_queued());
            assert!(urgency.most_payload() <= urgency.lane().quota());
        }
    }
}
