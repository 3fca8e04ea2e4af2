//! Which proposal stands in each slot that is not executed, as the journal tells it: what the pool
//! must not offer to another block.

use std::collections::{BTreeMap, BTreeSet};

use weal_consensus::Record;
use weal_types::{Hash, Height};

/// See the module.
#[derive(Default)]
pub struct Standing(BTreeMap<Height, Slot>);

#[derive(Clone, Copy)]
struct Slot {
    digest: Hash,
    is_ordered: bool,
}

impl Standing {
    /// What the replica remembers from now on. Returns whether that changed what stands.
    pub fn note(&mut self, record: &Record) -> bool {
        match record {
            Record::Accepted { proposal, .. } => {
                self.put(proposal.height, proposal.digest(), false);
            }
            Record::Ordered(certificate) => {
                self.put(certificate.vote.height, certificate.vote.hash, true);
            }
            // A view begins with what its NEW-VIEW orders, and nothing else.
            Record::NewView(signed) => {
                let top = signed.body.stable.height;
                self.0.retain(|height, slot| *height <= top || slot.is_ordered);
                for slotted in signed.body.order.iter() {
                    self.put(slotted.height, slotted.digest, false);
                }
            }
            _ => return false,
        }
        true
    }

    fn put(&mut self, height: Height, digest: Hash, is_ordered: bool) {
        let slot = self.0.entry(height).or_insert(Slot { digest, is_ordered });
        if !slot.is_ordered {
            *slot = Slot { digest, is_ordered };
        }
    }

    /// Everything up to this height is executed.
    pub fn executed(&mut self, height: Height) {
        self.0.retain(|other, _| *other > height);
    }

    /// What stands and is not ordered, lowest first.
    pub fn unordered(&self) -> impl Iterator<Item = &Hash> {
        self.0.values().filter(|slot| !slot.is_ordered).map(|slot| &slot.digest)
    }

    /// What stands.
    pub fn digests(&self) -> BTreeSet<Hash> {
        self.0.values().map(|slot| slot.digest).collect()
    }
}
