//! From the genesis document, and perhaps a block that the operator knows, to a header of today.

use weal_proof::certificate::{Anchor, HandOver};
use weal_types::{Epoch, block::FinalHeader, certificate::ValidatorSet};

use crate::{genesis::ChainSpec, peers::snapshot::Offer, snapshots::Pinned};

/// The sets of validators of a chain, proven one after the other.
pub(super) struct Proof {
    genesis: ValidatorSet,
    /// Who validates in the newest epoch that is known.
    newest: Anchor,
    ends: Vec<HandOver>,
}

impl Proof {
    pub(super) fn new(spec: &ChainSpec) -> Self {
        let genesis = spec.validators.clone();
        let newest = Anchor { chain: spec.chain, set: genesis.clone() };
        Self { genesis, newest, ends: Vec::new() }
    }

    /// The epoch whose end is needed next, if a header cannot be judged or built upon without it.
    pub(super) fn lacks(&self, header: &FinalHeader) -> Option<Epoch> {
        let next = self.newest.set.epoch;
        (next < header.epoch || (next == header.epoch && ends_epoch(header))).then_some(next)
    }

    /// Adds ends of epochs, of which the first is the one that is needed next. Says what is wrong
    /// with the first one that does not hold.
    pub(super) fn add(&mut self, ends: &[HandOver]) -> Result<(), String> {
        for end in ends {
            self.newest = self.newest.follow(end).map_err(|error| error.to_string())?;
            self.ends.push(end.clone());
        }
        Ok(())
    }

    /// Who validates in an epoch.
    fn set(&self, epoch: Epoch) -> Option<&ValidatorSet> {
        match epoch.0.checked_sub(1) {
            None => Some(&self.genesis),
            Some(before) => Some(&self.ends.get(usize::try_from(before).ok()?)?.next),
        }
    }

    /// Checks that a quorum certified the offered header, and that the pinned block is below it:
    /// its header names validators that the hand-overs lead through.
    pub(super) fn check(&self, offer: &Offer, pinned: Option<&Pinned>) -> Result<(), String> {
        let header = &offer.header;
        let set = self.set(header.epoch).ok_or("an epoch that nobody has proven")?.clone();
        let anchor = Anchor { chain: self.newest.chain, set };
        anchor.check(header, &offer.certificate).map_err(|error| error.to_string())?;
        if let Some(end) = self.ends(header).last().filter(|_| ends_epoch(header))
            && end.header != *header
        {
            return Err("an epoch that ends twice".to_owned());
        }
        let Some(pinned) = pinned else { return Ok(()) };
        let known = offer.pinned.as_ref().filter(|known| known.hash() == pinned.hash);
        let known = known.filter(|known| known.height == pinned.height);
        let known = known.ok_or("a chain without the pinned block")?;
        let is_below = known.height < header.height || known == header;
        let set_id = self.set(known.epoch).map(ValidatorSet::id);
        match is_below && known.epoch <= header.epoch && set_id == Some(known.set_id) {
            true => Ok(()),
            false => Err("a chain that does not go through the pinned block".to_owned()),
        }
    }

    /// The ends of all epochs up to a header.
    pub(super) fn ends(&self, header: &FinalHeader) -> &[HandOver] {
        let count = header.epoch.0.saturating_add(u64::from(ends_epoch(header)));
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.ends.get(..count).unwrap_or_default()
    }
}

fn ends_epoch(header: &FinalHeader) -> bool {
    header.next_set_id != header.set_id
}

#[cfg(test)]
mod tests;
