//! How a Byzantine leader begins a view.

use std::{collections::BTreeSet, sync::Arc};

use weal_consensus::{Mark, Message, NewView, Signed, Slotted, ViewChange};
use weal_types::{
    Epoch, Height, View,
    block::Proposal,
    certificate::{CertificateKind, Vote},
    codec::Bounded,
};

use crate::{
    adversary::Alphabet,
    cast::{CHAIN, QUORUM, START, leader},
    order::{self, Beginning},
    sight::{Sight, signed},
    world::{Id, World, read, write},
};

impl Alphabet {
    /// NEW-VIEWs for a view that a Byzantine validator leads: one for each beginning that some
    /// quorum's VIEW-CHANGEs allow, and what a liar would make of it.
    pub fn new_views(
        &self,
        world: &World,
        sight: &Sight,
        epoch: Epoch,
        view: View,
    ) -> Arc<Vec<Id>> {
        let honest = sight.changes.iter().filter(|it| (it.epoch, it.view) == (epoch, view));
        let mut honest: Vec<_> = honest.map(|change| change.id).collect();
        honest.sort_unstable();
        let key = (epoch, view, honest, sight.certain);
        if let Some(known) = read(&self.new_views).get(&key) {
            return Arc::clone(known);
        }
        let mut ids = BTreeSet::new();
        for changes in self.quorums(world, sight, (epoch, view), &key.2) {
            let bodies: Vec<_> = changes.iter().map(|change| &change.body).collect();
            if let Some(beginning) = order::beginning(epoch, &bodies) {
                ids.extend(self.begin(world, (epoch, view), changes, &beginning));
            }
        }
        let ids = Arc::new(ids.into_iter().collect());
        write(&self.new_views).insert(key, Arc::clone(&ids));
        ids
    }

    /// Quorums of VIEW-CHANGEs, for each beginning that they lead to.
    fn quorums(
        &self,
        world: &World,
        sight: &Sight,
        to: (Epoch, View),
        honest: &[Id],
    ) -> Vec<Vec<Signed<ViewChange>>> {
        let liars = world.liars();
        let mut quorums = Vec::new();
        let change = |id: &Id| match world.message(*id) {
            Message::ViewChange(signed, _) => (*signed).clone(),
            _ => unreachable!("the number is that of a VIEW-CHANGE"),
        };
        let sets: Vec<Arc<Vec<Id>>> =
            liars.iter().map(|who| self.changes(world, sight, to, *who)).collect();
        for own in 0..=liars.len() {
            let variants = sets.first().filter(|_| own > 0).map_or(1, |set| set.len());
            for others in subsets(honest, QUORUM - own) {
                // All liars say the same: of claims only the highest counts.
                for variant in 0..variants {
                    let lies = sets[..own].iter().map(|set| change(&set[variant]));
                    quorums.push(others.iter().map(change).chain(lies).collect());
                }
            }
        }
        quorums
    }

    /// The right NEW-VIEW for these changes, and wrong ones.
    fn begin(
        &self,
        world: &World,
        (epoch, view): (Epoch, View),
        changes: Vec<Signed<ViewChange>>,
        beginning: &Beginning,
    ) -> Vec<Id> {
        let claimed = beginning.winners.values().map(|claim| {
            let (kind, height, view) = (CertificateKind::Prepare, claim.height, claim.view);
            self.certificate(world, &Vote { kind, epoch, view, height, hash: claim.digest })
        });
        let Some(prepared) = claimed.collect::<Option<Vec<_>>>() else { return vec![] };
        let right = NewView {
            epoch,
            view,
            stable: beginning.stable,
            order: Bounded::new(beginning.order.clone()).expect("few slots"),
            changes: Bounded::new(changes).expect("few changes"),
            certificate: self.stable_certificate(world, epoch, beginning.stable),
            prepared: Bounded::new(prepared).expect("few slots"),
        };
        let say = |body| {
            let message = Message::NewView(Arc::new(signed(body, leader(epoch, view))));
            world.message_id(&message)
        };
        let right_id = say(right.clone());
        let wrong = distort(world, &right).into_iter().filter(|body| !order::is_right(body));
        std::iter::once(right_id).chain(wrong.map(say)).collect()
    }
}

/// What a liar makes of a right NEW-VIEW; some of it may be right by chance.
fn distort(world: &World, right: &NewView) -> Vec<NewView> {
    let mut wrong = Vec::new();
    let order = right.order.to_vec();
    let with_order = |order: Vec<Slotted>, keep: usize| NewView {
        order: Bounded::new(order).expect("few slots"),
        prepared: Bounded::new(right.prepared[..keep.min(right.prepared.len())].to_vec())
            .expect("few slots"),
        ..right.clone()
    };
    let proofs = right.prepared.len();
    if !order.is_empty() {
        // Leaves out the last slot, or all.
        wrong.push(with_order(order[..order.len() - 1].to_vec(), proofs.saturating_sub(1)));
        wrong.push(with_order(order[..order.len() - 1].to_vec(), proofs));
        wrong.push(with_order(vec![], 0));
    }
    for (at, slotted) in order.iter().enumerate() {
        // Orders something else.
        for digest in world.digests(right.epoch, slotted.height) {
            let mut order = order.clone();
            order[at].digest = digest;
            wrong.push(with_order(order.clone(), proofs));
            wrong.push(with_order(order, proofs.saturating_sub(1)));
        }
    }
    let above = Height(order.last().map_or(right.stable.height, |last| last.height).0 + 1);
    for digest in world.digests(right.epoch, above) {
        // Orders a slot that nobody claims.
        wrong.push(with_order([&order[..], &[Slotted { height: above, digest }]].concat(), proofs));
    }
    let [first, second, ..] = &right.changes[..] else { return wrong };
    // Shows one change twice.
    let twice = Bounded::new(vec![first.clone(), first.clone(), second.clone()]);
    wrong.push(NewView { changes: twice.expect("three"), ..right.clone() });
    if right.stable != START {
        // Begins below what is final.
        wrong.push(below(right, START));
    }
    wrong
}

/// A NEW-VIEW that begins at a lower height than it must, with empty slots up to there.
fn below(right: &NewView, stable: Mark) -> NewView {
    let gap = (stable.height.0 + 1..=right.stable.height.0).map(|height| {
        let height = Height(height);
        Slotted { height, digest: Proposal::null_digest(&CHAIN, right.epoch, height) }
    });
    let order = gap.chain(right.order.iter().copied()).collect();
    let order = Bounded::new(order).expect("few slots");
    NewView { stable, certificate: None, order, ..right.clone() }
}

/// All subsets of a size.
pub(crate) fn subsets(items: &[Id], size: usize) -> Vec<Vec<Id>> {
    match (items, size) {
        (_, 0) => vec![vec![]],
        ([], _) => vec![],
        ([first, rest @ ..], _) => {
            let mut with = subsets(rest, size - 1);
            with.iter_mut().for_each(|set| set.insert(0, *first));
            with.extend(subsets(rest, size));
            with
        }
    }
}
