//! SHA-256, always domain-separated: `H(tag, data) = SHA256(len(tag) ‖ tag ‖ data)` with a one-byte
//! length.
//!
//! No two kinds of object can share a hash, because no two share a [`Tag`]. SHA-256 is chosen over
//! faster functions because servers run it in hardware and every auditor's standard library has it.

use sha2::{Digest, Sha256};

/// The bytes of a digest.
pub const HASH_BYTES: usize = 32;

/// A digest without a role; identifiers with one live in [`crate::id`].
pub type Hash = [u8; HASH_BYTES];

macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Every domain of hashing and signing on this chain.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Tag { $($(#[$doc])* $name,)* }

        impl Tag {
            /// All tags, in the order of the table; a test checks that their texts differ.
            pub const ALL: &'static [Tag] = &[$(Tag::$name,)*];

            /// The ASCII text that is hashed.
            pub const fn text(self) -> &'static str {
                match self { $(Tag::$name => $text,)* }
            }
        }
    };
}

tags! {
    /// Genesis document → chain id.
    Chain = "weal/chain/1",
    /// Chain id ‖ transaction → transaction hash; this is also what an account signs.
    Transaction = "weal/tx/1",
    /// Signed transaction → wire id.
    SignedTransaction = "weal/stx/1",
    /// Chain id ‖ transaction → what a sponsor signs.
    Sponsor = "weal/sponsor/1",
    /// Creator ‖ code hash ‖ salt → contract id.
    Contract = "weal/contract/1",
    /// Issuer ‖ symbol → asset id.
    Asset = "weal/asset/1",
    /// Module bytes → code hash.
    Code = "weal/code/1",
    /// Encoded ABI document → ABI hash.
    Abi = "weal/abi/1",
    /// Name of a storage field → the first bytes of its keys.
    StorageField = "weal/field/1",
    /// Encoded storage fields and types → layout hash.
    Layout = "weal/layout/1",
    /// Contract id ‖ key → path in the state tree.
    StateKey = "weal/key/1",
    /// Value → value hash.
    StateValue = "weal/value/1",
    /// Key hash ‖ value hash → leaf of the state tree.
    StateLeaf = "weal/leaf/1",
    /// Left ‖ right → interior node of the state tree.
    StateNode = "weal/node/1",
    /// Item → leaf of a list tree (transactions, receipts).
    ListLeaf = "weal/list-leaf/1",
    /// Left ‖ right → interior node of a list tree.
    ListNode = "weal/list-node/1",
    /// Proposal → the digest that PBFT orders.
    Proposal = "weal/prop/1",
    /// Chain ‖ epoch ‖ height → the digest of a slot that stays empty.
    NullProposal = "weal/null/1",
    /// Final header → block hash.
    Header = "weal/header/1",
    /// Validator set → set id.
    ValidatorSet = "weal/set/1",
    /// Vote bodies of PBFT, one tag per kind, so that no vote can pass for another.
    PrePrepare = "weal/pbft/pre-prepare/1",
    /// See [`Tag::PrePrepare`].
    Prepare = "weal/pbft/prepare/1",
    /// See [`Tag::PrePrepare`].
    Commit = "weal/pbft/commit/1",
    /// See [`Tag::PrePrepare`].
    Checkpoint = "weal/pbft/checkpoint/1",
    /// See [`Tag::PrePrepare`].
    ViewChange = "weal/pbft/view-change/1",
    /// See [`Tag::PrePrepare`].
    NewView = "weal/pbft/new-view/1",
    /// Chain ‖ what only this connection knows ‖ side ‖ lane ‖ the other's key → what a validator
    /// signs to say who it is on a connection.
    Hello = "weal/hello/1",
    /// Commitment ‖ amount → leaf of a batch of gifts.
    SumLeaf = "weal/sum-leaf/1",
    /// Left ‖ its sum ‖ right ‖ its sum → interior node of a batch.
    SumNode = "weal/sum-node/1",
    /// Count ‖ total ‖ top node → root of a batch.
    SumRoot = "weal/sum-root/1",
    /// Gift secret → the gift's key pair.
    GiftKey = "weal/gift-key/1",
    /// Gift secret → salt of the payment number.
    GiftSalt = "weal/gift-salt/1",
    /// Salt ‖ payment number → memo.
    GiftPayment = "weal/pay/1",
    /// Chain id ‖ contract ‖ public key ‖ memo → a gift's commitment.
    Gift = "weal/gift/1",
    /// Chain id ‖ contract ‖ action ‖ line ‖ unit ‖ valid until → what a giver signs.
    GiftAction = "weal/gift-act/1",
    /// Chain id ‖ contract ‖ gateway ‖ fund ‖ commitment ‖ amount ‖ height → what a gateway signs.
    GiftPromise = "weal/promise/1",
    /// Salt ‖ file → commitment to a document.
    Document = "weal/doc/1",
    /// Chain id ‖ public key ‖ height → what a validator's new key signs to say that it is ready.
    Ready = "weal/ready/1",
    /// Encoded change of the validators → its name.
    SetChange = "weal/set-change/1",
}

/// Hashes the concatenation of `parts` under `tag`.
///
/// The parts are not separated: a caller whose parts have no fixed length encodes them first.
pub fn hash(tag: Tag, parts: &[&[u8]]) -> Hash {
    let text = tag.text().as_bytes();
    let mut hasher = Sha256::new();
    // A tag is shorter than 256 bytes (a test checks), so its length is one byte.
    hasher.update([text.len() as u8]);
    hasher.update(text);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn tags_are_distinct_short_and_leave_room_for_two_hashes_in_two_blocks() {
        let texts: BTreeSet<_> = Tag::ALL.iter().map(|tag| tag.text()).collect();
        assert_eq!(texts.len(), Tag::ALL.len());
        assert!(texts.iter().all(|text| text.len() < 256 && text.is_ascii()));
        // Two SHA-256 blocks hold 128 bytes less 9 of padding: a longer tag would cost a third
        // block per node.
        assert!(1 + Tag::StateNode.text().len() + 64 <= 119);
    }

    #[test]
    fn hash_follows_its_formula() {
        let expected: Hash = Sha256::digest(b"\x09weal/tx/1abc").into();
        assert_eq!(hash(Tag::Transaction, &[b"a", b"bc"]), expected);
    }
}
