//! What goes over the wire between validators, apart from what `weal-net` adds.

use parity_scale_codec::{Decode, Encode};
use weal_consensus::Message;
use weal_net::Urgency;
use weal_types::{
    Epoch, Hash, Height,
    block::{FinalHeader, Proposal},
    certificate::Certificate,
    codec::{Bounded, DecodeError, decode},
    limit,
};

use super::snapshot::{Answered, Asked};

/// Blocks of one answer, at most: what is executed before the next question.
pub const BLOCKS: usize = 64;

/// Bytes of the blocks of one answer, unless a single one is larger.
pub const BLOCKS_BYTES: usize = 4 << 20;

/// Bytes of the transactions that are pushed together.
pub const PUSH_BYTES: usize = 64 << 10;

/// Bytes of a packet, by urgency: a vote with everything that proves it; a block's transactions
/// and their lengths; what is pushed, where one transaction may be larger; an answer with its last
/// block.
const fn most_bytes(urgency: Urgency) -> usize {
    match urgency {
        Urgency::Votes => 512 << 10,
        Urgency::Bodies => limit::BLOCK_BYTES + (64 << 10),
        Urgency::Transactions => PUSH_BYTES + limit::TX_BYTES + 1_024,
        Urgency::Blocks => BLOCKS_BYTES + 2 * limit::BLOCK_BYTES,
    }
}

/// Signed transactions, as bytes.
pub type Wires = Bounded<Vec<u8>, 0, { limit::BLOCK_TXS }>;

/// One thing that a node says to another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Packet {
    /// Between replicas.
    Message(Message),
    /// A proposal with its transactions: beside a PRE-PREPARE, or for whoever asked.
    Body(Box<Proposal>, Wires),
    /// "Send me the proposal with this digest."
    WantBody(Hash),
    /// Transactions that wait.
    Transactions(Wires),
    /// "Send me the blocks from here on, as far as this one."
    WantBlocks {
        /// The first.
        first: Height,
        /// The last.
        last: Height,
    },
    /// The answer: consecutive blocks, of which the last has a certificate.
    Blocks(Bounded<Block, 0, BLOCKS>),
    /// "Send me the certificate of this epoch's last header."
    WantEnd(Epoch),
    /// A question of a node that wants the state without the blocks that led to it.
    WantState(Asked),
    /// The question again, and the answer.
    State(Asked, Box<Answered>),
    /// The answer to who asks for blocks that came before this node began: it has those from this
    /// one on.
    BlocksFrom(Height),
}

/// A final block on its way.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Block {
    /// What came of it.
    pub header: FinalHeader,
    /// What makes it final; a block without one is final through those that follow.
    pub certificate: Option<Certificate>,
    /// What was ordered; `None` where a new view left the height empty.
    pub proposal: Option<Proposal>,
    /// Its transactions.
    pub transactions: Wires,
}

impl Packet {
    /// How soon it should arrive.
    pub const fn urgency(&self) -> Urgency {
        match self {
            Self::Message(_)
            | Self::WantBody(_)
            | Self::WantBlocks { .. }
            | Self::WantEnd(_)
            | Self::BlocksFrom(_)
            | Self::WantState(_) => Urgency::Votes,
            Self::Body(..) => Urgency::Bodies,
            Self::Transactions(_) => Urgency::Transactions,
            Self::Blocks(_) | Self::State(..) => Urgency::Blocks,
        }
    }

    /// Decodes what came with this urgency. Whoever sent it is at fault where that fails, or where
    /// it is in more of a hurry than it may be.
    pub fn from_wire(urgency: Urgency, bytes: &[u8]) -> Result<Self, DecodeError> {
        let packet: Self = decode("packet", bytes, most_bytes(urgency))?;
        match packet.urgency() == urgency {
            true => Ok(packet),
            false => Err(DecodeError::Malformed {
                what: "packet",
                reason: format!("it came as {urgency:?}, and is {:?}", packet.urgency()),
            }),
        }
    }
}

// A part of a state, the question, and what tells packets and answers apart.
const _: () = assert!(weal_state::PART_BYTES + 64 < most_bytes(Urgency::Blocks));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_read_with_its_own_urgency_alone() {
        let wires = Bounded::new(vec![vec![1, 2, 3]]).unwrap();
        let packet = Packet::Transactions(wires);
        let bytes = packet.encode();
        assert_eq!(Packet::from_wire(Urgency::Transactions, &bytes), Ok(packet));
        for urgency in [Urgency::Votes, Urgency::Bodies, Urgency::Blocks] {
            assert!(Packet::from_wire(urgency, &bytes).is_err());
        }
    }

    #[test]
    fn the_largest_body_fits() {
        let wires = Bounded::new(vec![vec![7; 256]; limit::BLOCK_TXS]).unwrap();
        let packet = Packet::Transactions(wires);
        assert!(packet.encoded_size() + 1_024 < most_bytes(Urgency::Bodies));
    }
}
