//! The changes of one prepared block, which can be found by key.
//!
//! Execution reads through the blocks that are not on disk, newest first, and most keys are in none
//! of them: to look into a table each takes one comparison at most, a binary search a dozen.

use std::{hash::BuildHasher, ops::Deref, sync::LazyLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use weal_types::state::{ChangeSet, StateKey};

/// One for all tables, so that a key is hashed once however many it is looked for in. Seeded at
/// random: contracts choose keys.
static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);

/// What the tables know a key by.
#[derive(Clone, Copy)]
pub(crate) struct KeyHash(u64);

impl KeyHash {
    pub fn of(key: &StateKey) -> Self {
        Self(HASHER.hash_one(key.as_bytes()))
    }
}

/// See the module.
pub(crate) struct Changes {
    set: ChangeSet,
    /// Places in `set`.
    places: HashTable<u32>,
}

impl Changes {
    pub fn new(set: ChangeSet) -> Self {
        let entries = set.iter().as_slice();
        let hash = |place: &u32| KeyHash::of(&entries[*place as usize].0).0;
        let mut places = HashTable::with_capacity(entries.len());
        for place in (0..).take(entries.len()) {
            places.insert_unique(hash(&place), place, hash);
        }
        Self { set, places }
    }

    /// What the block made of a key, if it changed it: a value, or none.
    pub fn get(&self, key: &StateKey, hash: KeyHash) -> Option<&Option<Vec<u8>>> {
        let entries = self.set.iter().as_slice();
        let place = self.places.find(hash.0, |place| entries[*place as usize].0 == *key)?;
        Some(&entries[*place as usize].1)
    }
}

impl Deref for Changes {
    type Target = ChangeSet;

    fn deref(&self) -> &ChangeSet {
        &self.set
    }
}

#[cfg(test)]
mod tests {
    use weal_types::ContractId;

    use super::*;

    #[test]
    fn a_table_finds_what_a_block_changed_and_nothing_else() {
        let key = |number: u32| StateKey::new(&ContractId([7; 32]), &number.to_be_bytes()).unwrap();
        let value =
            |number: u32| (!number.is_multiple_of(3)).then(|| number.to_le_bytes().to_vec());
        let set = (0..1_000).map(|number| (key(2 * number), value(number))).collect();
        let changes = Changes::new(ChangeSet::new(set));
        for number in 0..1_000 {
            let found = |key| changes.get(&key, KeyHash::of(&key)).cloned();
            assert_eq!(found(key(2 * number)), Some(value(number)));
            assert_eq!(found(key(2 * number + 1)), None);
        }
    }
}
