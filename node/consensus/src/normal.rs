//! The normal case: PRE-PREPARE, PREPARE, COMMIT (Castro & Liskov 1999 §4.2).
//!
//! | when | then |
//! |---|---|
//! | PRE-PREPARE is lawful, its transactions are there | accept, make durable (B1), PREPARE |
//! | a quorum PREPAREd a digest whose transactions are there | make that durable (B2), COMMIT |
//! | a quorum COMMITted one digest in one view | the slot is ordered |

use alloc::{sync::Arc, vec, vec::Vec};

use weal_types::{
    Hash, Height, TimeMs, View,
    block::Proposal,
    certificate::{Certificate, CertificateKind, Vote},
};

use crate::{
    event::{Action, Halt},
    evidence::{Evidence, forgets},
    message::{Message, PrePrepare, Signed, SignedVote},
    record::Record,
    replica::{After, Replica},
    settings::{TIME_AHEAD_MS, TIME_BEHIND_MS},
    slot::{Accepted, Content, Proposed},
};

/// What is to be done about a slot's proposal.
enum Readiness {
    /// Something stands there already.
    Settled,
    /// All conditions hold.
    Ready,
    /// Something may still come.
    Wait,
    /// No correct leader proposes this.
    Fault,
}

impl Replica {
    /// A leader's proposal.
    pub(crate) fn pre_prepared(&mut self, now: TimeMs, signed: Signed<PrePrepare>) {
        let (view, height) = (signed.body.view, signed.body.proposal.height);
        if !self.is_in_reach(height) {
            return;
        }
        if view < self.view || (view == self.view && !self.is_active()) {
            return;
        }
        let digest = self.digest(&signed.body.proposal);
        let is_timely = is_timely(now, signed.body.proposal.time);
        let proposed = Proposed { signed, digest, is_timely, is_contradicted: false };
        match view == self.view {
            true => self.propose(proposed),
            false => self.keep_early(proposed),
        }
    }

    /// Names a proposal. One that comes again, as those in flight do with every STATUS, is not
    /// hashed again.
    fn digest(&self, proposal: &Proposal) -> Hash {
        let proposed = self.slots.get(&proposal.height).and_then(|slot| slot.proposed.as_ref());
        match proposed.filter(|known| known.signed.body.proposal == *proposal) {
            Some(known) => known.digest,
            None => proposal.digest(),
        }
    }

    /// A proposal of the present view.
    pub(crate) fn propose(&mut self, proposed: Proposed) {
        let height = proposed.signed.body.proposal.height;
        let (leader, digest) = (proposed.signed.signer, proposed.digest);
        let slot = self.slot(height);
        // What the leader itself put here with its NEW-VIEW.
        let is_other = slot.accepted.is_some_and(|accepted| accepted.digest != digest);
        match &mut slot.proposed {
            // Castro & Liskov 1999 §4.2: nobody accepts two proposals with one view and number.
            Some(known) if known.digest != digest => {
                // Shown once: those who hear it show it as well.
                if known.is_contradicted {
                    return self.blame_leader();
                }
                known.is_contradicted = true;
                let known = known.signed.clone();
                return self.caught(known, proposed.signed);
            }
            Some(known) => known.is_timely |= proposed.is_timely,
            None if is_other => return self.blame_leader(),
            None => slot.proposed = Some(proposed),
        }
        self.want_body(height, digest, holder(leader));
        self.accept_ready();
    }

    /// A proposal for the view that may come next, which is the one that this replica wants if it
    /// has left its own, is kept until it does: one for each slot. It may overtake the NEW-VIEW, or
    /// come while the journal is writing that.
    fn keep_early(&mut self, proposed: Proposed) {
        let view = proposed.signed.body.view;
        let coming = self.target().max(View(self.view.0.saturating_add(1)));
        if view != coming {
            return;
        }
        let early = &mut self.slot(proposed.signed.body.proposal.height).early;
        if early.as_ref().is_none_or(|known| known.signed.body.view < view) {
            *early = Some(proposed);
        }
    }

    /// Two proposals for one slot: everyone sees both, or whoever saw both would leave the view
    /// alone.
    fn caught(&mut self, known: Signed<PrePrepare>, other: Signed<PrePrepare>) {
        self.act(Action::Broadcast(Message::PrePrepare(known.clone())));
        self.act(Action::Broadcast(Message::PrePrepare(other.clone())));
        self.act(Action::Accuse(Evidence::PrePrepares(known, other)));
        self.blame_leader();
    }

    /// Accepts proposals in the order of heights, as far as they go. Whoever may not vote accepts
    /// nothing: before its state is what the journal knew, it may not know where the epoch ends.
    pub(crate) fn accept_ready(&mut self) {
        if !self.may_speak() {
            return;
        }
        let mut next = self.stable.height.next();
        while let Some(height) = next
            && self.is_active()
            && height <= self.window_end()
        {
            match self.readiness(height) {
                Readiness::Settled => {}
                Readiness::Ready => self.accept(height),
                Readiness::Wait => return,
                Readiness::Fault => return self.blame_leader(),
            }
            next = height.next();
        }
    }

    fn readiness(&self, height: Height) -> Readiness {
        let Some(slot) = self.slots.get(&height) else { return Readiness::Wait };
        // A slot that is ordered never holds another digest (so this is no vote for one).
        if slot.accepted.is_some() || slot.ordered.is_some() {
            return Readiness::Settled;
        }
        let Some(proposed) = &slot.proposed else { return Readiness::Wait };
        if !self.is_lawful(&proposed.signed.body) {
            return Readiness::Fault;
        }
        match slot.bodies.get(&proposed.digest) {
            Some(Content::Invalid) => Readiness::Fault,
            Some(Content::Valid { .. }) if proposed.is_timely => Readiness::Ready,
            _ => Readiness::Wait,
        }
    }

    /// What a correct leader's fresh proposal looks like, transactions aside.
    fn is_lawful(&self, body: &PrePrepare) -> bool {
        let Proposal { first_view, proposer, tx_count, tx_bytes, .. } = body.proposal;
        let limits = &self.settings.limits;
        first_view == body.view
            && proposer == self.leader(body.view)
            && tx_count <= limits.transactions
            && tx_bytes <= limits.bytes
    }

    /// Rule B1: the proposal, its transactions and the vote are durable before PREPARE.
    fn accept(&mut self, height: Height) {
        let view = self.view;
        let Some(slot) = self.slots.get_mut(&height) else { return };
        let Some(Proposed { digest, .. }) = &slot.proposed else { return };
        let digest = *digest;
        let Some(Content::Valid { proposal, is_kept }) = slot.bodies.get_mut(&digest) else {
            return;
        };
        let proposal = proposal.clone();
        *is_kept = true;
        slot.accepted = Some(Accepted { view, digest, is_durable: false });
        self.persist(vec![Record::Accepted { view, proposal }], After::Prepare(view, height));
    }

    /// What was accepted is durable: it may be said.
    pub(crate) fn prepare(&mut self, view: View, height: Height) {
        // A VIEW-CHANGE in between cancels the vote.
        if view != self.view || !self.is_active() {
            return;
        }
        let accepted = self.slots.get_mut(&height).and_then(|slot| slot.accepted.as_mut());
        if let Some(accepted) = accepted {
            accepted.is_durable = true;
            self.sign_prepare(height);
        }
    }

    /// PRE-PREPARE if this replica leads, and PREPARE, for what was accepted in this view.
    pub(crate) fn sign_prepare(&mut self, height: Height) {
        let accepted = self.slots.get(&height).and_then(|slot| slot.accepted);
        let Some(accepted) = accepted.filter(|accepted| accepted.is_durable) else { return };
        if self.is_leader() {
            self.sign_proposal(height);
        }
        self.sign_vote(CertificateKind::Prepare, height, accepted.digest);
    }

    /// A vote of any kind, one's own included.
    pub(crate) fn voted(&mut self, signed: &SignedVote) {
        let Vote { kind, view, height, hash, .. } = signed.body;
        let is_past = kind != CertificateKind::Checkpoint && view < self.view;
        if !self.is_in_reach(height) || is_past {
            return;
        }
        let present = self.view;
        let slot = self.slot(height);
        let tally = match kind {
            CertificateKind::Prepare => &mut slot.prepares,
            CertificateKind::Commit => &mut slot.commits,
            CertificateKind::Checkpoint => &mut slot.checkpoints,
        };
        if let Some(other) = tally.add(present, signed) {
            return self.act(Action::Accuse(Evidence::Votes(other, *signed)));
        }
        match kind {
            CertificateKind::Prepare => self.count_prepares(height, view, hash),
            CertificateKind::Commit => {
                self.suspect_amnesia(signed);
                self.count_commits(height, view, hash);
            }
            CertificateKind::Checkpoint => self.count_checkpoints(height),
        }
    }

    /// Castro & Liskov 1999 §4.2, the predicate *prepared*.
    pub(crate) fn count_prepares(&mut self, height: Height, view: View, digest: Hash) {
        let quorum = self.quorum();
        let Some(slot) = self.slots.get(&height) else { return };
        if slot.prepared.as_ref().is_some_and(|known| known.vote.view >= view) {
            return;
        }
        // One of them is correct and has the transactions.
        let voters = slot.prepares.voters(view, &digest);
        if (voters.count_ones() as usize) < self.some_correct() {
            return;
        }
        let vote = self.vote(CertificateKind::Prepare, height, view, digest);
        let certificate = slot.prepares.certificate(vote, quorum);
        self.want_body(height, digest, voters);
        if let Some(certificate) = certificate {
            self.prepared(Arc::new(certificate));
        }
    }

    /// Rule B2: the certificate and the transactions are durable before COMMIT. A replica that
    /// accepted another proposal here commits as well: the certificate decides.
    pub(crate) fn prepared(&mut self, certificate: Arc<Certificate>) {
        let Vote { height, view, hash: digest, .. } = certificate.vote;
        if !self.is_active() || view != self.view || !self.is_in_reach(height) {
            return;
        }
        let slot = self.slot(height);
        if slot.prepared.as_ref().is_some_and(|known| known.vote.view >= view) {
            return;
        }
        if let Some(known) = slot.ordered.as_ref().filter(|known| known.vote.hash != digest) {
            let (first, committed) = (known.vote.hash, known.vote.view);
            // Of an earlier view it proves nothing: it was prepared there, and not committed.
            if view >= committed {
                self.act(Action::Halt(Halt::Safety { height, first, second: digest }));
            }
            return;
        }
        let mut records = Vec::new();
        match slot.bodies.get_mut(&digest) {
            Some(Content::Valid { proposal, is_kept }) => {
                if !*is_kept {
                    records.push(Record::Body(proposal.clone()));
                    *is_kept = true;
                }
            }
            // Without one, it is nothing that is to be ordered; or, once it is found, the votes are
            // counted again.
            _ => {
                if !self.is_null(height, &digest) {
                    return;
                }
            }
        }
        let slot = self.slot(height);
        slot.raise_prepared(&certificate);
        records.push(Record::Prepared(certificate));
        self.persist(records, After::Commit(view, height));
    }

    /// The certificate is durable: COMMIT.
    pub(crate) fn commit(&mut self, view: View, height: Height) {
        // A VIEW-CHANGE in between cancels the vote.
        if view == self.view && self.is_active() {
            self.sign_commit(height);
        }
    }

    /// COMMIT for what is prepared in this view.
    pub(crate) fn sign_commit(&mut self, height: Height) {
        let prepared = self.slots.get(&height).and_then(|slot| slot.prepared.as_ref());
        let present = prepared.filter(|certificate| certificate.vote.view == self.view);
        // The journal is still writing the certificate: then the vote follows.
        let after = After::Commit(self.view, height);
        if self.awaited.values().any(|awaited| *awaited == after) {
            return;
        }
        if let Some(digest) = present.map(|certificate| certificate.vote.hash) {
            self.sign_vote(CertificateKind::Commit, height, digest);
        }
    }

    /// Castro & Liskov 1999 §4.2, the predicate *committed-local*, but from votes of any view, and
    /// also where no PRE-PREPARE was seen.
    fn count_commits(&mut self, height: Height, view: View, digest: Hash) {
        let vote = self.vote(CertificateKind::Commit, height, view, digest);
        let quorum = self.quorum();
        let slot = self.slot(height);
        if slot.ordered_digest() == Some(digest) {
            return;
        }
        if let Some(certificate) = slot.commits.certificate(vote, quorum) {
            self.ordered(Arc::new(certificate));
        }
    }

    /// A COMMIT certificate: the slot is ordered.
    pub(crate) fn ordered(&mut self, certificate: Arc<Certificate>) {
        let Vote { height, hash: digest, .. } = certificate.vote;
        let slot = self.slot(height);
        if let Some(first) = slot.ordered_digest() {
            if first != digest {
                self.act(Action::Halt(Halt::Safety { height, first, second: digest }));
            }
            return;
        }
        slot.ordered = Some(Arc::clone(&certificate));
        let holders = certificate.signers;
        let body = self.ordered_body(height);
        self.keep_order(height, body.into_iter().chain([Record::Ordered(certificate)]).collect());
        self.productive = self.target();
        self.want_body(height, digest, holders);
        self.execute_next();
        self.accept_ready();
    }

    /// Whoever COMMITted holds a PREPARE certificate, and must claim it when it leaves the view.
    fn suspect_amnesia(&mut self, commit: &SignedVote) {
        let change = self.changes.get(&commit.signer).map(|(change, _)| Arc::clone(change));
        if let Some(change) = change.filter(|change| forgets(commit, &change.body)) {
            self.act(Action::Accuse(Evidence::Amnesia(*commit, change)));
        }
    }

    pub(crate) fn vote(
        &self,
        kind: CertificateKind,
        height: Height,
        view: View,
        hash: Hash,
    ) -> Vote {
        Vote { kind, epoch: self.reign.epoch(), view, height, hash }
    }
}

/// Whether a fresh proposal's time is near this machine's.
fn is_timely(now: TimeMs, time: TimeMs) -> bool {
    time.0 <= now.0.saturating_add(TIME_AHEAD_MS) && now.0 <= time.0.saturating_add(TIME_BEHIND_MS)
}

/// Bit of one validator.
pub(crate) fn holder(validator: u8) -> u128 {
    1_u128.checked_shl(validator.into()).unwrap_or(0)
}
