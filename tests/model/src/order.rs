//! What a new view must begin with, computed a second time from the words of the protocol, to hold
//! the replica's answer against.

use std::collections::BTreeMap;

use weal_consensus::{Claim, Mark, NewView, Slotted, ViewChange};
use weal_types::{Epoch, Hash, Height, block::Proposal};

use crate::cast::{CHAIN, QUORUM};

/// A new view's beginning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Beginning {
    /// The highest stable height of the changes.
    pub stable: Mark,
    /// For each slot above that somebody claims: the claim that decides.
    pub winners: BTreeMap<Height, Claim>,
    /// Each slot up to the highest claimed one.
    pub order: Vec<Slotted>,
}

/// Where a view begins that rests on these changes; `None` if two claims contradict each other.
pub fn beginning(epoch: Epoch, changes: &[&ViewChange]) -> Option<Beginning> {
    let stable = changes.iter().map(|change| change.stable).max_by_key(|mark| mark.height)?;
    let claims = || changes.iter().flat_map(|change| change.claims.iter());
    let above = || claims().filter(|claim| claim.height > stable.height);
    let is_disputed = above().any(|one| {
        above().any(|other| {
            (one.height, one.view) == (other.height, other.view) && one.digest != other.digest
        })
    });
    if is_disputed {
        return None;
    }
    let top = above().map(|claim| claim.height.0).max().unwrap_or(stable.height.0);
    let mut winners = BTreeMap::new();
    let mut order = Vec::new();
    for height in (stable.height.0 + 1..=top).map(Height) {
        let here = above().filter(|claim| claim.height == height);
        let winner = here.max_by_key(|claim| claim.view);
        let digest = match winner {
            Some(claim) => claim.digest,
            None => Proposal::null_digest(&CHAIN, epoch, height),
        };
        winners.extend(winner.map(|claim| (height, *claim)));
        order.push(Slotted { height, digest });
    }
    Some(Beginning { stable, winners, order })
}

/// Whether a NEW-VIEW says what follows from the changes that it shows, and shows a quorum.
pub fn is_right(new_view: &NewView) -> bool {
    let mut signers: Vec<_> = new_view.changes.iter().map(|change| change.signer).collect();
    signers.sort_unstable();
    signers.dedup();
    let changes: Vec<_> = new_view.changes.iter().map(|change| &change.body).collect();
    let is_for_view = changes.iter().all(|change| change.view == new_view.view);
    let right = beginning(new_view.epoch, &changes);
    let proven: Vec<(Height, weal_types::View, Hash)> = new_view
        .prepared
        .iter()
        .map(|certificate| {
            let vote = &certificate.vote;
            (vote.height, vote.view, vote.hash)
        })
        .collect();
    signers.len() == changes.len()
        && signers.len() >= QUORUM
        && is_for_view
        && right.is_some_and(|right| {
            let claimed: Vec<_> = right
                .winners
                .values()
                .map(|claim| (claim.height, claim.view, claim.digest))
                .collect();
            right.stable == new_view.stable && right.order == *new_view.order && claimed == proven
        })
}
