//! All honest replicas see the same at each height.

use std::collections::BTreeMap;

use weal_types::{Hash, Height};

/// See the module.
pub(super) struct Agreement {
    name: &'static str,
    /// What was seen first, and by whom.
    first: BTreeMap<Height, (Hash, usize)>,
}

impl Agreement {
    pub(super) const fn new(name: &'static str) -> Self {
        Self { name, first: BTreeMap::new() }
    }

    pub(super) fn see(
        &mut self,
        member: usize,
        height: Height,
        hash: Hash,
    ) -> Result<(), (&'static str, String)> {
        let (first, by) = *self.first.entry(height).or_insert((hash, member));
        match first == hash {
            true => Ok(()),
            false => Err((
                self.name,
                format!(
                    "height {height}: member {by} has {:02x?}, member {member} has {:02x?}",
                    &first[..4],
                    &hash[..4]
                ),
            )),
        }
    }
}
