//! The key-value state that execution reads and changes, and the values in which a change travels.
//!
//! Execution takes a [`Snapshot`] and returns a [`ChangeSet`]; only the state layer writes.

use alloc::{vec, vec::Vec};
use core::{borrow::Borrow, fmt, ops::ControlFlow};

use thiserror::Error;

use crate::{
    hash::{Hash, Tag, hash},
    id::ContractId,
    limit,
};

/// Where a value lives: a contract and a key of its own.
///
/// The two are kept as one byte string, `contract (32) ‖ key (0..=256)`, which is also how the disk
/// orders them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateKey(Vec<u8>);

/// A key is longer than [`limit::STATE_KEY_BYTES`], or shorter than a contract id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a state key holds a contract id and at most {} bytes", limit::STATE_KEY_BYTES)]
pub struct StateKeyError;

impl StateKey {
    /// The key `key` of `contract`.
    pub fn new(contract: &ContractId, key: &[u8]) -> Result<Self, StateKeyError> {
        if key.len() > limit::STATE_KEY_BYTES {
            return Err(StateKeyError);
        }
        let mut bytes = Vec::with_capacity(32 + key.len());
        bytes.extend_from_slice(&contract.0);
        bytes.extend_from_slice(key);
        Ok(Self(bytes))
    }

    /// Reads what [`Self::as_bytes`] gave.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateKeyError> {
        if (32..=32 + limit::STATE_KEY_BYTES).contains(&bytes.len()) {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(StateKeyError)
        }
    }

    /// `contract ‖ key`.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whose key it is.
    pub fn contract(&self) -> ContractId {
        let mut id = [0; 32];
        id.copy_from_slice(&self.0[..32]);
        ContractId(id)
    }

    /// The contract's own part.
    pub fn key(&self) -> &[u8] {
        &self.0[32..]
    }

    /// Where the key stands in the state tree.
    pub fn path(&self) -> Hash {
        hash(Tag::StateKey, &[&self.0])
    }
}

/// Lets a map keyed by [`StateKey`] be searched without building one.
impl Borrow<[u8]> for StateKey {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}/0x{}", hex::encode(&self.0[..32]), hex::encode(&self.0[32..]))
    }
}

/// What the state tree stores for a value.
pub fn value_hash(value: &[u8]) -> Hash {
    hash(Tag::StateValue, &[value])
}

/// The writes of a block: strictly ascending by key, one entry per key, `None` for a removal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet(Vec<(StateKey, Option<Vec<u8>>)>);

impl ChangeSet {
    /// Sorts `changes`. Where a key repeats, the last entry counts.
    pub fn new(mut changes: Vec<(StateKey, Option<Vec<u8>>)>) -> Self {
        // The sort is stable, so among equal keys the last one given is still last.
        changes.sort_by(|a, b| a.0.cmp(&b.0));
        changes.reverse();
        changes.dedup_by(|later, earlier| later.0 == earlier.0);
        changes.reverse();
        Self(changes)
    }

    /// The changes in key order.
    pub fn iter(&self) -> core::slice::Iter<'_, (StateKey, Option<Vec<u8>>)> {
        self.0.iter()
    }

    /// How many keys change.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for ChangeSet {
    type Item = (StateKey, Option<Vec<u8>>);
    type IntoIter = vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The storage under a snapshot failed: a disk error or a bug, never the fault of a transaction.
/// Whoever sees it stops instead of guessing; it never becomes a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("state storage failed: {0}")]
pub struct StorageFault(pub alloc::string::String);

/// Which way [`Snapshot::scan`] walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the lowest key up.
    Ascending,
    /// From the highest key down.
    Descending,
}

/// What [`Snapshot::scan`] calls for each entry; the key comes without the contract id.
pub type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// The state after one block, unchanging while it is held.
pub trait Snapshot {
    /// The value at `key`.
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StorageFault>;

    /// Shows `visit` the entries of `contract` with `from <= key` and, if given, `key < to`, in
    /// order, until it breaks. Reads no more than it shows, apart from a read-ahead of bounded
    /// size.
    fn scan(
        &self,
        contract: &ContractId,
        from: &[u8],
        to: Option<&[u8]>,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StorageFault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_parts() {
        let contract = ContractId([9; 32]);
        let key = StateKey::new(&contract, b"balance").unwrap();
        assert_eq!((key.contract(), key.key()), (contract, b"balance".as_slice()));
        assert_eq!(StateKey::from_bytes(key.as_bytes()), Ok(key));
        assert!(StateKey::new(&contract, &[0; limit::STATE_KEY_BYTES]).is_ok());
        assert_eq!(StateKey::new(&contract, &[0; 257]), Err(StateKeyError));
        assert_eq!(StateKey::from_bytes(&[0; 31]), Err(StateKeyError));
    }

    #[test]
    fn the_last_of_equal_keys_wins() {
        let key = |name: &[u8]| StateKey::new(&ContractId::system(1), name).unwrap();
        let set = ChangeSet::new(vec![
            (key(b"b"), Some(vec![1])),
            (key(b"a"), Some(vec![2])),
            (key(b"b"), None),
        ]);
        assert_eq!(
            set.into_iter().collect::<Vec<_>>(),
            [(key(b"a"), Some(vec![2])), (key(b"b"), None)]
        );
    }
}
