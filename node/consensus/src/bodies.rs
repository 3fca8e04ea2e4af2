//! Proposals with their transactions, which the engine finds, checks and keeps. Rules: Accept,
//! Prepared, Execute (docs/consensus.md).
//!
//! A replica votes by digest. It looks for what is behind a digest once it may have to vote for it
//! or execute it, and remembers only the proposal.

use alloc::{vec, vec::Vec};

use weal_types::{Hash, Height};

use crate::{
    event::{Action, Body},
    record::{Record, is_null},
    replica::Replica,
    slot::Content,
};

impl Replica {
    /// Looks for a proposal and its transactions, unless it is known or nothing.
    pub(crate) fn want_body(&mut self, height: Height, digest: Hash, holders: u128) {
        if !self.is_in_reach(height) {
            return;
        }
        match self.slot(height).bodies.get_mut(&digest) {
            Some(Content::Wanted(known)) => *known |= holders,
            Some(Content::Valid { .. } | Content::Invalid) => {}
            None => {
                if self.is_null(height, &digest) {
                    return;
                }
                self.slot(height).bodies.insert(digest, Content::Wanted(holders));
                self.act(Action::FetchBody { height, digest, holders });
            }
        }
    }

    /// What the engine found. Whatever waited for it goes on.
    pub(crate) fn body_found(&mut self, height: Height, digest: Hash, body: Body) {
        let Some(slot) = self.slots.get_mut(&height) else { return };
        let Some(content @ Content::Wanted(_)) = slot.bodies.get_mut(&digest) else { return };
        match body {
            Body::Missing => return,
            Body::Invalid => *content = Content::Invalid,
            Body::Valid(proposal) => *content = Content::Valid { proposal, is_kept: false },
        }
        self.count_prepares(height, self.view, digest);
        if let Some(found) = self.ordered_body(height) {
            self.keep_order(height, vec![found]);
        }
        self.execute_next();
        self.accept_ready();
    }

    /// Rule B3. The transactions of an ordered slot, if the journal lacks them. It has them before
    /// the height can become stable there, so that after a crash nobody else is needed to execute
    /// up to it.
    pub(crate) fn ordered_body(&mut self, height: Height) -> Option<Record> {
        let slot = self.slots.get_mut(&height)?;
        let digest = slot.ordered_digest()?;
        match slot.bodies.get_mut(&digest) {
            Some(Content::Valid { proposal, is_kept }) if !*is_kept => {
                *is_kept = true;
                Some(Record::Body(proposal.clone()))
            }
            _ => None,
        }
    }

    /// Asks again for what is missing.
    pub(crate) fn fetch_again(&mut self) {
        let wanted = self.slots.iter().flat_map(|(height, slot)| {
            slot.bodies.iter().filter_map(|(digest, content)| match content {
                Content::Wanted(holders) => {
                    let (height, digest, holders) = (*height, *digest, *holders);
                    Some(Action::FetchBody { height, digest, holders })
                }
                _ => None,
            })
        });
        let again: Vec<_> = wanted.collect();
        self.actions.extend(again);
    }

    /// Whether this digest stands for an empty slot.
    pub(crate) fn is_null(&self, height: Height, digest: &Hash) -> bool {
        is_null(&self.settings.chain, self.reign.epoch(), height, digest)
    }
}
