//! Questions for the state after a block, and their answers. Each answer is checked by itself:
//! certificates by the validators of their epoch, everything else by a root that one proves.

use parity_scale_codec::{Decode, Encode};
use weal_proof::certificate::HandOver;
use weal_state::{Entry, PART_BYTES};
use weal_types::{
    Epoch, Hash, Height, block::FinalHeader, certificate::Certificate, codec::Bounded, limit,
};

/// Ends of epochs of one answer, at most: with 128 validators each has some 13 KB.
pub const ENDS: usize = 64;

/// Parts that are listed in one answer, at most: 2 MiB of hashes.
pub const LISTED: usize = 1 << 16;

/// Entries of a part, at most: each has 32 bytes of a contract's id and two lengths.
const ENTRIES: usize = PART_BYTES / 32;

/// What a node that wants a state asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Asked {
    /// "Which state do you keep for others? And which header did this height have?"
    Offer(Option<Height>),
    /// "How did the epochs end, from this one on?"
    Ends(Epoch),
    /// "What are the parts of the state after this block, from this number on?"
    List(Height, u32),
    /// "What is in this part of it?"
    Part(Height, u32),
}

/// What another node answers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answered {
    /// It keeps no state, or not what was asked for.
    Nothing,
    /// A state that it keeps.
    Offer(Box<Offer>),
    /// The ends of epochs, in order, as far as there are or one answer holds.
    Ends(Bounded<HandOver, 0, ENDS>),
    /// Depth and hash of each part, in order, as far as there are or one answer holds.
    List(Bounded<(u8, Hash), 0, LISTED>),
    /// The entries of a part, ascending by path.
    Part(Entries),
}

/// A state that a node keeps for others.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Offer {
    /// The header whose state it is.
    pub header: FinalHeader,
    /// Its certificate.
    pub certificate: Certificate,
    /// How many parts the state has.
    pub parts: u32,
    /// The header at the height that was asked about, if the node has it.
    pub pinned: Option<FinalHeader>,
}

type KeyBytes = Bounded<u8, 32, { 32 + limit::STATE_KEY_BYTES }>;
type ValueBytes = Bounded<u8, 0, { limit::STATE_VALUE_BYTES }>;

/// Entries of the state on their way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Entries(Bounded<(KeyBytes, ValueBytes), 0, ENTRIES>);

impl Entries {
    /// Entries of a state; `None` if no state has such, or a part not so many.
    pub fn new(entries: Vec<Entry>) -> Option<Self> {
        let entries = entries
            .into_iter()
            .map(|(key, value)| Some((KeyBytes::new(key).ok()?, ValueBytes::new(value).ok()?)));
        Bounded::new(entries.collect::<Option<Vec<_>>>()?).ok().map(Self)
    }

    /// The entries.
    pub fn into_inner(self) -> Vec<Entry> {
        let entries = self.0.into_inner().into_iter();
        entries.map(|(key, value)| (key.into_inner(), value.into_inner())).collect()
    }
}

#[cfg(test)]
mod tests {
    use weal_net::Urgency;

    use super::*;
    use crate::peers::packet::Packet;

    /// Whatever a peer makes of an answer, reading it comes to an end without a panic.
    #[test]
    fn altered_and_torn_answers_are_read_or_refused() {
        let entries = (0..4_u8).map(|n| (vec![n; 40], vec![n; 70])).collect();
        let asked = Asked::Part(Height(7), 3);
        let part = Answered::Part(Entries::new(entries).unwrap());
        let list = Answered::List(Bounded::new(vec![(3, [9; 32]); 8]).unwrap());
        for answered in [Answered::Nothing, part, list] {
            let packet = Packet::State(asked, Box::new(answered));
            let bytes = packet.encode();
            assert_eq!(Packet::from_wire(Urgency::Blocks, &bytes), Ok(packet));
            for at in 0..bytes.len() {
                assert!(Packet::from_wire(Urgency::Blocks, &bytes[..at]).is_err());
                for flip in [1, 0x80, 0xff] {
                    let mut altered = bytes.clone();
                    altered[at] ^= flip;
                    let _ = Packet::from_wire(Urgency::Blocks, &altered);
                }
            }
        }
    }

    #[test]
    fn entries_keep_their_limits() {
        let entry = (vec![1; 288], vec![2; limit::STATE_VALUE_BYTES]);
        let entries = Entries::new(vec![entry.clone()]).unwrap();
        assert_eq!(entries.into_inner(), [entry]);
        for (key, value) in [(31, 0), (289, 0), (32, limit::STATE_VALUE_BYTES + 1)] {
            assert_eq!(Entries::new(vec![(vec![0; key], vec![0; value])]), None);
        }
    }

    #[test]
    fn the_largest_part_fits_into_a_packet() {
        let entries = vec![(vec![7; 32], Vec::new()); PART_BYTES / (32 + weal_state::ENTRY_BYTES)];
        let entries = Entries::new(entries).expect("as many as a part can have");
        assert!(Answered::Part(entries).encoded_size() <= PART_BYTES + 16);
    }
}
