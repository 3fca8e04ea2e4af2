//! Ordering and result: PBFT orders [`Proposal`]s; executing one gives a [`FinalHeader`], which
//! validators certify.

use parity_scale_codec::{Decode, Encode};

use crate::{
    codec::Version,
    hash::{Hash, Tag, hash},
    id::{BlockHash, ChainId},
    unit::{Epoch, Gas, Height, TimeMs, View},
};

/// What a leader proposes for one slot. It names neither a parent nor a state root, so that slots
/// are independent and an empty fill never breaks a later one; chaining lives in [`FinalHeader`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Proposal {
    /// Format of this type.
    pub version: Version<1>,
    /// Which validator set orders it.
    pub epoch: Epoch,
    /// Which slot it is for.
    pub height: Height,
    /// The view in which it was first proposed; a later view proposes it again unchanged.
    pub first_view: View,
    /// Index of the leader in the validator set.
    pub proposer: u8,
    /// The leader's clock.
    pub time: TimeMs,
    /// [`crate::merkle`] root over the wire ids, in order.
    pub tx_root: Hash,
    /// How many transactions.
    pub tx_count: u32,
    /// Their bytes.
    pub tx_bytes: u32,
    /// Sum of their gas limits.
    pub gas: Gas,
    /// Root over the evidence in the body.
    pub evidence_root: Hash,
}

impl Proposal {
    /// What votes name.
    pub fn digest(&self) -> Hash {
        hash(Tag::Proposal, &[&self.encode()])
    }

    /// What votes name where a new view leaves a slot empty.
    pub fn null_digest(chain: &ChainId, epoch: Epoch, height: Height) -> Hash {
        hash(Tag::NullProposal, &[&chain.0, &epoch.encode(), &height.encode()])
    }
}

/// The executed result of one height.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct FinalHeader {
    /// Format of this type.
    pub version: Version<1>,
    /// Hash of the genesis document.
    pub chain: ChainId,
    /// Which validator set certified it.
    pub epoch: Epoch,
    /// Position in the chain.
    pub height: Height,
    /// The header before it.
    pub parent: BlockHash,
    /// Digest of the ordered proposal, or the null digest.
    pub proposal: Hash,
    /// Block time: the proposal's, but later than the parent's.
    pub time: TimeMs,
    /// As in the proposal.
    pub tx_root: Hash,
    /// As in the proposal; binds the length of the list that `receipts_root` is over.
    pub tx_count: u32,
    /// Root of the state tree after this block.
    pub state_root: Hash,
    /// [`crate::merkle`] root over the encoded receipts, in order.
    pub receipts_root: Hash,
    /// Gas that the transactions used.
    pub gas_used: Gas,
    /// The validator set that certifies this header.
    pub set_id: Hash,
    /// The set of the next epoch, in the last header of one; otherwise `set_id`.
    pub next_set_id: Hash,
}

impl FinalHeader {
    /// Names the header; what a checkpoint vote names.
    pub fn hash(&self) -> BlockHash {
        BlockHash(hash(Tag::Header, &[&self.encode()]))
    }
}
