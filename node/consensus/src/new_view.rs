//! Beginning a view: NEW-VIEW (Castro & Liskov 1999 §4.4).
//!
//! The leader of a view shows a quorum's VIEW-CHANGEs and what follows from them: the slots that
//! the view begins with. Every replica computes that again and enters only if it is the same to the
//! byte, so a leader cannot leave out what may have been ordered before.

use alloc::{collections::BTreeMap, sync::Arc, vec, vec::Vec};

use weal_types::{Hash, Height, View, block::Proposal, certificate::Certificate, codec::Bounded};

use crate::{
    event::{Action, Halt},
    evidence::{Evidence, is_other_new_view},
    message::{Claim, Draft, Grounds, Mark, Message, NewView, Signed, Slotted, ViewChange},
    record::Record,
    replica::{After, Entering, Phase, Replica},
    slot::Accepted,
};

/// A validator's VIEW-CHANGE with what proves it.
type Proven = (Arc<Signed<ViewChange>>, Arc<Grounds>);

impl Replica {
    /// The leader of the view that this replica wants begins it, once it has a quorum's changes,
    /// its own among them.
    pub(crate) fn lead_new_view(&mut self) {
        let Phase::Changing { target, is_durable: true, entering: None } = self.phase else {
            return;
        };
        if self.leader(target) != self.me() || self.led >= target || !self.may_speak() {
            return;
        }
        if let Some(new_view) = self.compose_new_view(target) {
            self.led = target;
            self.sign(Draft::NewView(new_view));
        }
    }

    fn compose_new_view(&self, view: View) -> Option<NewView> {
        let own = self.changes.get(&self.me())?;
        let others = self.changes.iter().filter(|(signer, _)| **signer != self.me());
        let for_view = |(change, _): &&Proven| change.body.view == view;
        let chosen: Vec<&Proven> = core::iter::once(own)
            .chain(others.map(|(_, change)| change))
            .filter(for_view)
            .take(self.quorum())
            .collect();
        if chosen.len() < self.quorum() || own.0.body.view != view {
            return None;
        }
        let highest = chosen.iter().max_by_key(|(change, _)| change.body.stable.height)?;
        let (stable, certificate) = (highest.0.body.stable, highest.1.stable.clone());
        let bodies: Vec<_> = chosen.iter().map(|(change, _)| (**change).clone()).collect();
        let winners = winning_claims(&bodies, stable.height)?;
        let certificates = chosen.iter().flat_map(|(_, grounds)| grounds.prepared.iter());
        let certificates: Vec<_> = certificates.collect();
        let proof = |claim: &Claim| {
            certificates.iter().find(|certificate| proves(certificate, claim)).copied().cloned()
        };
        let prepared: Option<Vec<_>> = winners.values().map(proof).collect();
        Some(NewView {
            epoch: self.reign.epoch(),
            view,
            stable,
            order: Bounded::new(self.fill(stable.height, &winners)).ok()?,
            changes: Bounded::new(bodies).ok()?,
            certificate,
            prepared: Bounded::new(prepared?).ok()?,
        })
    }

    /// Every slot from h* + 1 to the highest claimed one: its winner, or nothing.
    fn fill(&self, above: Height, winners: &BTreeMap<Height, Claim>) -> Vec<Slotted> {
        let top = winners.keys().next_back().copied().unwrap_or(above);
        let epoch = self.reign.epoch();
        let digest = |height| match winners.get(&height) {
            Some(claim) => claim.digest,
            None => Proposal::null_digest(&self.settings.chain, epoch, height),
        };
        let heights = (above.0.saturating_add(1)..=top.0).map(Height);
        heights.map(|height| Slotted { height, digest: digest(height) }).collect()
    }

    /// A NEW-VIEW, the own one included.
    pub(crate) fn heard_new_view(&mut self, signed: &Arc<Signed<NewView>>) {
        let view = signed.body.view;
        if let Some(known) = self.known_new_view(view) {
            if is_other_new_view(&known.body, &signed.body) {
                let pair = Evidence::NewViews(known, Arc::clone(signed));
                self.act(Action::Accuse(pair));
            }
            return;
        }
        let own = self.own_change.as_ref().map_or(View::ZERO, |(change, _)| change.view);
        let is_passed = view <= self.view || view < own || view < self.target();
        if is_passed || self.is_alone() || !self.follows(&signed.body) {
            return;
        }
        let new_view = Arc::clone(signed);
        let is_durable = self.is_change_durable(view);
        let entering = Some(Entering { new_view, is_durable: false });
        self.phase = Phase::Changing { target: view, is_durable, entering };
        self.building = None;
        self.persist(vec![Record::NewView(Arc::clone(signed))], After::Enter(view));
        if let Some(certificate) = &signed.body.certificate {
            self.heard_proof(&Arc::new(certificate.clone()));
            self.catch_up(true);
        }
    }

    fn is_change_durable(&self, view: View) -> bool {
        matches!(self.phase, Phase::Changing { target, is_durable: true, .. } if target == view)
    }

    /// The NEW-VIEW of this view that was accepted.
    fn known_new_view(&self, view: View) -> Option<Arc<Signed<NewView>>> {
        let entering = match &self.phase {
            Phase::Changing { entering: Some(entering), .. } => Some(&entering.new_view),
            _ => None,
        };
        let known = [self.new_view.as_ref(), entering].into_iter().flatten();
        known.filter(|known| known.body.view == view).map(Arc::clone).next()
    }

    /// Whether a NEW-VIEW follows from the VIEW-CHANGEs that it shows. Signatures, certificates and
    /// the shape of claims were checked before.
    fn follows(&self, new_view: &NewView) -> bool {
        let NewView { view, stable, order, changes, prepared, .. } = new_view;
        let signers = changes.iter().fold(0_u128, |bits, change| {
            bits | 1_u128.checked_shl(change.signer.into()).unwrap_or(0)
        });
        let is_quorum = signers.count_ones() as usize == changes.len()
            && changes.len() >= self.quorum()
            && changes.iter().all(|change| change.body.view == *view);
        // h* is the highest of all, so that nothing ordered below it is looked for.
        let highest = changes.iter().map(|change| change.body.stable.height).max();
        let names = |mark: &Mark| changes.iter().any(|change| change.body.stable == *mark);
        if !is_quorum || highest != Some(stable.height) || !names(stable) {
            return false;
        }
        let Some(winners) = winning_claims(changes, stable.height) else { return false };
        let is_proven = winners.len() == prepared.len()
            && winners.values().zip(prepared.iter()).all(|(claim, proof)| proves(proof, claim));
        is_proven && self.fill(stable.height, &winners) == **order
    }

    /// The NEW-VIEW is durable: its leader says it, and everyone may enter.
    pub(crate) fn entry_durable(&mut self, view: View) {
        let me = self.me();
        let Phase::Changing { entering: Some(entering), .. } = &mut self.phase else { return };
        if entering.new_view.body.view != view || entering.is_durable {
            return;
        }
        entering.is_durable = true;
        let new_view = Arc::clone(&entering.new_view);
        if new_view.signer == me && self.may_speak() {
            self.act(Action::Broadcast(Message::NewView(new_view)));
        }
        self.try_enter();
    }

    /// Enters the view whose NEW-VIEW is durable, once its stable height is reached here.
    pub(crate) fn try_enter(&mut self) {
        let Phase::Changing { entering: Some(entering), .. } = &self.phase else { return };
        if entering.is_durable && entering.new_view.body.stable.height <= self.stable.height {
            let new_view = Arc::clone(&entering.new_view);
            self.enter(new_view);
        }
    }

    /// What the view begins with counts as accepted: its leader proposed it with the NEW-VIEW.
    pub(crate) fn enter(&mut self, new_view: Arc<Signed<NewView>>) {
        let view = new_view.body.view;
        self.view = view;
        self.phase = Phase::Active;
        self.view_began = new_view.body.stable.height;
        self.new_view = Some(Arc::clone(&new_view));
        self.unfair.clear();
        self.building = None;
        for slot in self.slots.values_mut() {
            slot.enter(view);
        }
        for slotted in new_view.body.order.iter() {
            self.accept_ordered(view, slotted);
        }
        for certificate in new_view.body.prepared.iter() {
            let vote = &certificate.vote;
            self.want_body(vote.height, vote.hash, certificate.signers);
        }
        self.catch_up_in_view();
        self.end_term();
    }

    fn accept_ordered(&mut self, view: View, slotted: &Slotted) {
        let Slotted { height, digest } = *slotted;
        // What is stable was voted for by a quorum already; whoever lacks it gets its certificate.
        if !self.is_in_reach(height) {
            return;
        }
        let slot = self.slot(height);
        if let Some(known) = slot.ordered.as_ref().filter(|known| known.vote.hash != digest) {
            let (first, committed) = (known.vote.hash, known.vote.view);
            // Its leader may have begun this view twice, or an earlier one: only what was committed
            // before must be kept.
            if committed < view {
                self.act(Action::Halt(Halt::Safety { height, first, second: digest }));
            }
            return;
        }
        // The NEW-VIEW in the journal is the record of this vote.
        slot.accepted = Some(Accepted { view, digest, is_durable: true });
    }

    /// Votes for what the view begins with, and counts what came before it did.
    fn catch_up_in_view(&mut self) {
        for height in self.heights() {
            self.sign_prepare(height);
        }
        for height in self.heights() {
            let Some(slot) = self.slots.get_mut(&height) else { continue };
            let early = slot.early.take_if(|early| early.signed.body.view <= self.view);
            if let Some(early) = early.filter(|early| early.signed.body.view == self.view) {
                self.propose(early);
            }
        }
        self.recount();
    }

    /// Counts the PREPAREs of the present view again.
    pub(crate) fn recount(&mut self) {
        for height in self.heights() {
            let Some(slot) = self.slots.get(&height) else { continue };
            for digest in slot.prepares.hashes(self.view) {
                self.count_prepares(height, self.view, digest);
            }
        }
    }
}

/// For each slot above h*, the claim of the highest view; `None` if two of that view differ, which
/// cannot be true of both.
fn winning_claims(
    changes: &[Signed<ViewChange>],
    above: Height,
) -> Option<BTreeMap<Height, Claim>> {
    let mut winners: BTreeMap<Height, Claim> = BTreeMap::new();
    let claims = changes.iter().flat_map(|change| change.body.claims.iter());
    let mut disputed: BTreeMap<(Height, View), Hash> = BTreeMap::new();
    for claim in claims.filter(|claim| claim.height > above) {
        let first = *disputed.entry((claim.height, claim.view)).or_insert(claim.digest);
        if first != claim.digest {
            return None;
        }
        let winner = winners.entry(claim.height).or_insert(*claim);
        if winner.view < claim.view {
            *winner = *claim;
        }
    }
    Some(winners)
}

/// Whether this certificate is the one that a claim is about.
fn proves(certificate: &Certificate, claim: &Claim) -> bool {
    let vote = &certificate.vote;
    (vote.height, vote.view, vote.hash) == (claim.height, claim.view, claim.digest)
}
