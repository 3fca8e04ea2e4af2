//! Proof that keys have given values, or are absent, in the state under a root.
//!
//! One [`StateProof`] covers one key or many; siblings that several keys share are carried once.
//!
//! # Format
//!
//! ```text
//! version   u8             1
//! shape     Vec<u8>        bits, the lowest of each byte first, the last byte filled with zeros
//! hashes    Vec<[u8; 32]>
//! absent    Option<Hash>   RFC 6962 root over the paths of the keys proven absent, ascending
//! ```
//!
//! `shape` and `hashes` are read while walking from the root to all keys at once, left before
//! right:
//!
//! | at a place with keys below | bits | hashes |
//! |---|---|---|
//! | a node with keys on both sides | `1` | |
//! | a node with keys on one side, nothing on the other | `1 0` | |
//! | a node with keys on one side | `1 1` | the other side's |
//! | the leaf of a key that is present | `0` | |
//! | nothing | `0 0` | |
//! | the leaf of another key | `0 1` | its path, its value hash |
//!
//! # Exactly one encoding
//!
//! For given keys, values and root there is one sequence of bytes that verifies: every bit of
//! `shape` and every hash is used, nothing may be left over, an empty sibling has one spelling, and
//! everything read enters the root. `absent` ties the proof to its keys: without it a proof of
//! absence would also serve every other absent key that falls into the same gap, which is true but
//! surprising. It is there exactly when a key is absent.

mod bits;
mod make;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use parity_scale_codec::{Decode, Encode};
use thiserror::Error;
use weal_types::{
    Hash,
    codec::{self, Bounded, Bytes, DecodeError, Version},
    merkle,
    state::{StateKey, value_hash},
};

use crate::tree::{DEPTH, EMPTY, leaf_hash, node_hash, shared_bits, turns_right};

pub use make::{MakeError, Node, Tree, make};

/// Keys of one proof. A trace of a donation has some dozens of records; a client with more asks
/// again.
pub const PROOF_KEYS: usize = 1_024;
/// Hashes of one proof: a key in a tree of 2³² leaves needs at most some 32.
pub const PROOF_HASHES: usize = 32 * PROOF_KEYS;
/// Bytes of the shape: two bits per depth and key, for 256 depths.
pub const SHAPE_BYTES: usize = 64 * PROOF_KEYS;
/// Bytes of an encoded proof; a single key in a million takes under 1 KiB.
pub const PROOF_BYTES: usize = 1 + (4 + SHAPE_BYTES) + (4 + 32 * PROOF_HASHES) + 33;

/// What to prove about a key: its value, or `None` that it has none.
pub type Claim<'a> = (StateKey, Option<&'a [u8]>);

/// A proof about one or more keys of the state; see the [module](self) for its format.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StateProof {
    version: Version<1>,
    shape: Bytes<SHAPE_BYTES>,
    hashes: Bounded<Hash, 0, PROOF_HASHES>,
    absent: Option<Hash>,
}

/// Why a proof was refused. Whoever sent it is at fault, or it answers another question; the same
/// bytes never verify later.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The bytes are no proof of this version.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// Nothing, or too much, was to be checked. The caller is at fault.
    #[error("a proof covers 1 to {PROOF_KEYS} keys, not {keys}")]
    KeyCount {
        /// Keys given.
        keys: usize,
    },
    /// The caller gave a key twice.
    #[error("{key:?} is given twice")]
    DuplicateKey {
        /// The key.
        key: StateKey,
    },
    /// The proof was made for another set of absent keys.
    #[error("the proof is not about these absent keys")]
    OtherAbsentKeys,
    /// The proof ends before all keys are reached.
    #[error("the proof ends early, at depth {depth}")]
    Short {
        /// Depth reached.
        depth: usize,
    },
    /// The proof holds more than the keys need.
    #[error("the proof holds more than these keys need")]
    Surplus,
    /// An empty sibling is spelled out.
    #[error("an empty subtree is spelled out at depth {depth}")]
    ExplicitEmpty {
        /// Depth of the node above it.
        depth: usize,
    },
    /// A node below the last bit of a path.
    #[error("the proof goes deeper than {DEPTH} bits")]
    TooDeep,
    /// A single leaf is to stand for two keys that are both claimed present.
    #[error("{first:?} and {second:?} cannot share a leaf")]
    SharedLeaf {
        /// The one.
        first: StateKey,
        /// The other.
        second: StateKey,
    },
    /// The leaf that is to show an absence lies elsewhere.
    #[error("the leaf shown at depth {depth} belongs elsewhere")]
    ForeignLeaf {
        /// Depth at which it was shown.
        depth: usize,
    },
    /// A key is claimed absent, but the proof shows its leaf.
    #[error("{key:?} is present, but was claimed absent")]
    Present {
        /// The key.
        key: StateKey,
    },
    /// The proof and the values lead to another root.
    #[error("the values lead to root 0x{}, not 0x{}", Hex(computed), Hex(expected))]
    Root {
        /// The root they lead to.
        computed: Hash,
        /// The root to check against.
        expected: Hash,
    },
}

struct Hex<'a>(&'a Hash);

impl core::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl StateProof {
    /// Reads what [`Self::to_wire`] gave, at most [`PROOF_BYTES`] long.
    pub fn from_wire(bytes: &[u8]) -> Result<Self, ProofError> {
        Ok(codec::decode("state proof", bytes, PROOF_BYTES)?)
    }

    /// The proof as bytes.
    pub fn to_wire(&self) -> Vec<u8> {
        self.encode()
    }

    /// Checks that under `root` each key has the value claimed for it. The order of the claims does
    /// not matter.
    ///
    /// Hashes once per claim, per node passed and per 64 bytes of value; a proof of `n` keys is
    /// bounded by [`PROOF_BYTES`] and so is the work.
    pub fn verify(&self, root: &Hash, claims: &[Claim<'_>]) -> Result<(), ProofError> {
        let claims = sorted(claims)?;
        if self.absent != absent_root(claims.iter().filter(|c| c.value.is_none()).map(|c| c.path)) {
            return Err(ProofError::OtherAbsentKeys);
        }
        let mut walk = Walk { bits: bits::Reader::new(&self.shape), hashes: self.hashes.iter() };
        let computed = walk.subtree(0, &claims)?;
        if walk.hashes.next().is_some() || !walk.bits.is_spent() {
            return Err(ProofError::Surplus);
        }
        if computed == *root { Ok(()) } else { Err(ProofError::Root { computed, expected: *root }) }
    }
}

/// A claim, ready to be walked to.
struct Target<'a> {
    path: Hash,
    value: Option<Hash>,
    key: &'a StateKey,
}

/// The claims in path order, each key once.
fn sorted<'a>(claims: &'a [Claim<'_>]) -> Result<Vec<Target<'a>>, ProofError> {
    if claims.is_empty() || claims.len() > PROOF_KEYS {
        return Err(ProofError::KeyCount { keys: claims.len() });
    }
    let target = |(key, value): &'a Claim<'_>| Target {
        path: key.path(),
        value: value.map(value_hash),
        key,
    };
    let mut targets: Vec<_> = claims.iter().map(target).collect();
    targets.sort_unstable_by_key(|target| target.path);
    for (one, next) in targets.iter().zip(targets.iter().skip(1)) {
        if one.path == next.path {
            return Err(ProofError::DuplicateKey { key: one.key.clone() });
        }
    }
    Ok(targets)
}

/// What `absent` must be for these paths, which ascend.
fn absent_root(paths: impl Iterator<Item = Hash>) -> Option<Hash> {
    let leaves: Vec<Hash> = paths.map(|path| merkle::leaf(&path)).collect();
    (!leaves.is_empty()).then(|| merkle::root(&leaves))
}

/// The proof while it is read.
struct Walk<'a> {
    bits: bits::Reader<'a>,
    hashes: core::slice::Iter<'a, Hash>,
}

impl Walk<'_> {
    /// The hash of the subtree at `depth` that holds `targets`, of which there is at least one.
    ///
    /// Recurses at most [`DEPTH`] times.
    fn subtree(&mut self, depth: usize, targets: &[Target<'_>]) -> Result<Hash, ProofError> {
        if !self.bit(depth)? {
            return self.end(depth, targets);
        }
        if depth == DEPTH {
            return Err(ProofError::TooDeep);
        }
        let middle = targets.partition_point(|target| !turns_right(&target.path, depth));
        let (left, right) = targets.split_at(middle);
        if right.is_empty() {
            let sibling = self.sibling(depth)?;
            Ok(node_hash(&self.subtree(depth + 1, left)?, &sibling))
        } else if left.is_empty() {
            let sibling = self.sibling(depth)?;
            Ok(node_hash(&sibling, &self.subtree(depth + 1, right)?))
        } else {
            let left = self.subtree(depth + 1, left)?;
            Ok(node_hash(&left, &self.subtree(depth + 1, right)?))
        }
    }

    /// The hash of a subtree that holds one leaf or none.
    fn end(&mut self, depth: usize, targets: &[Target<'_>]) -> Result<Hash, ProofError> {
        let mut present = targets.iter().filter_map(|target| Some((target, target.value?)));
        if let Some((target, value)) = present.next() {
            return match present.next() {
                None => Ok(leaf_hash(&target.path, &value)),
                Some((other, _)) => Err(ProofError::SharedLeaf {
                    first: target.key.clone(),
                    second: other.key.clone(),
                }),
            };
        }
        if !self.bit(depth)? {
            return Ok(EMPTY);
        }
        let (path, value) = (self.hash(depth)?, self.hash(depth)?);
        if let Some(target) = targets.iter().find(|target| target.path == path) {
            return Err(ProofError::Present { key: target.key.clone() });
        }
        if targets.iter().any(|target| shared_bits(&target.path, &path) < depth) {
            return Err(ProofError::ForeignLeaf { depth });
        }
        Ok(leaf_hash(&path, &value))
    }

    fn sibling(&mut self, depth: usize) -> Result<Hash, ProofError> {
        if !self.bit(depth)? {
            return Ok(EMPTY);
        }
        match self.hash(depth)? {
            EMPTY => Err(ProofError::ExplicitEmpty { depth }),
            hash => Ok(hash),
        }
    }

    fn bit(&mut self, depth: usize) -> Result<bool, ProofError> {
        self.bits.next().ok_or(ProofError::Short { depth })
    }

    fn hash(&mut self, depth: usize) -> Result<Hash, ProofError> {
        self.hashes.next().copied().ok_or(ProofError::Short { depth })
    }
}
