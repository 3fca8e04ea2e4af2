//! From ordered slots to a stable height: execution, CHECKPOINT (Castro & Liskov 1999 §4.3), and
//! catching up.
//!
//! In the paper a checkpoint is taken every hundred requests. Here every height is one: its votes
//! are over the executed header, so that a client needs one certificate and no quorum of answers.

use alloc::{sync::Arc, vec::Vec};

use weal_types::{
    Hash, Height, View,
    block::FinalHeader,
    certificate::{Certificate, CertificateKind, Vote},
};

use crate::{
    event::{Action, Halt, Handover, Ordered},
    message::Mark,
    record::Record,
    replica::{After, Replica},
};

impl Replica {
    /// Asks for the execution of the next height, if it is ordered and its transactions are there.
    pub(crate) fn execute_next(&mut self) {
        if self.executing.is_some() {
            return;
        }
        let Some(height) = self.executed.next() else { return };
        if let Some(ordered) = self.executable(height) {
            self.executing = Some(height);
            self.act(Action::Execute(ordered));
        }
    }

    /// What is ordered at this height, if it can be executed.
    fn executable(&self, height: Height) -> Option<Ordered> {
        let slot = self.slots.get(&height)?;
        let digest = slot.ordered_digest()?;
        match slot.proposal(&digest) {
            Some(proposal) => Some(Ordered::Proposal(proposal.clone())),
            None => self.is_null(height, &digest).then_some(Ordered::Null(height)),
        }
    }

    /// A height was executed: state the result.
    pub(crate) fn was_executed(&mut self, header: FinalHeader, handover: Option<Handover>) {
        let (height, hash) = (header.height, header.hash().0);
        if self.executing != Some(height) {
            return self.halt_unexpected("executed", height);
        }
        self.executing = None;
        self.executed = height;
        // Blocks that nobody has to give are ordered once more, and executed: that ends the search.
        self.syncing = self.syncing.filter(|target| *target > height);
        self.schedule(handover);
        if height > self.stable.height {
            self.slot(height).executed = Some((header, hash));
        }
        self.sign_checkpoints();
        self.execute_next();
        self.count_checkpoints(height);
        self.catch_up(false);
    }

    /// Rule B3: what was ordered, and its transactions, are durable before CHECKPOINT. Otherwise a
    /// quorum could lose power after it had made a height final, and have nobody left to ask for
    /// it. Whoever is alone orders the same once more, for its certificates are durable.
    pub(crate) fn keep_order(&mut self, height: Height, records: Vec<Record>) {
        match self.is_alone() {
            true => self.actions.extend(records.into_iter().map(Action::Note)),
            false => self.persist(records, After::Order(height)),
        }
    }

    /// CHECKPOINT for each height that is executed, as far as the journal has what was ordered.
    pub(crate) fn sign_checkpoints(&mut self) {
        let waits = self.awaited.values().filter_map(|after| match after {
            After::Order(height) => Some(*height),
            _ => None,
        });
        let end = waits.min().unwrap_or(Height::MAX);
        let said = self.said;
        let due = self.slots.iter().filter_map(|(height, slot)| {
            let (_, hash) = slot.executed.as_ref()?;
            (*height > said && *height < end).then_some((*height, *hash))
        });
        let due: Vec<_> = due.collect();
        for (height, hash) in due {
            self.said = height;
            self.sign_checkpoint(height, hash);
        }
    }

    /// Castro & Liskov 1999 §4.3: a quorum of equal checkpoints makes the height stable. A quorum
    /// for another result than the own, or no quorum for any, means that machines disagree.
    pub(crate) fn count_checkpoints(&mut self, height: Height) {
        let (quorum, size) = (self.quorum(), self.reign.validators.validators.len());
        let Some(slot) = self.slots.get(&height) else { return };
        let Some((_, own)) = slot.executed else { return };
        let silent = size.saturating_sub(slot.checkpoints.heard(View::ZERO));
        let mut most = 0;
        for hash in slot.checkpoints.hashes(View::ZERO) {
            let count = slot.checkpoints.count(View::ZERO, &hash);
            if count >= quorum && hash != own {
                return self.act(Action::Halt(Halt::Divergence { height, own: Some(own) }));
            }
            most = most.max(count);
        }
        if most.saturating_add(silent) < quorum {
            return self.act(Action::Halt(Halt::Divergence { height, own: Some(own) }));
        }
        let vote = self.vote(CertificateKind::Checkpoint, height, View::ZERO, own);
        if let Some(certificate) = slot.checkpoints.certificate(vote, quorum) {
            self.became_stable(height, Arc::new(certificate));
        }
    }

    /// A certificate from another validator.
    pub(crate) fn heard_certificate(&mut self, certificate: &Arc<Certificate>) {
        let Vote { kind, view, height, hash, .. } = certificate.vote;
        if kind == CertificateKind::Checkpoint {
            return self.heard_proof(certificate);
        }
        if !self.is_in_reach(height) {
            return;
        }
        match kind {
            CertificateKind::Commit => self.ordered(Arc::clone(certificate)),
            // PREPAREs matter within their view alone.
            _ if view == self.view => {
                self.want_body(height, hash, certificate.signers);
                self.prepared(Arc::clone(certificate));
            }
            _ => {}
        }
    }

    /// A CHECKPOINT certificate: others are that far.
    pub(crate) fn heard_proof(&mut self, certificate: &Arc<Certificate>) {
        let known = self.proven.as_ref().map_or(self.stable.height, |known| known.vote.height);
        if certificate.vote.height > known {
            self.proven = Some(Arc::clone(certificate));
            self.catch_up(false);
        }
    }

    /// Makes the proven height stable if it is executed here, waits if it will be, and otherwise
    /// asks for the blocks: at once if they are out of reach, and within it after a heartbeat, for
    /// the votes that order them may be on their way.
    pub(crate) fn catch_up(&mut self, is_late: bool) {
        let Some(proven) = self.proven.clone() else { return };
        let Vote { height, hash, .. } = proven.vote;
        if height <= self.stable.height {
            self.proven = None;
            return;
        }
        if height > self.executed {
            let mut between = self.heights_to(height);
            let is_missing = between.any(|height| self.executable(height).is_none());
            if is_missing && self.syncing.is_none() && (is_late || !self.is_in_reach(height)) {
                self.syncing = Some(height);
                self.act(Action::Sync(proven));
            }
            return;
        }
        let slot = self.slots.get(&height).and_then(|slot| slot.executed.as_ref());
        match slot.map(|(_, own)| *own) {
            Some(own) if own == hash => self.became_stable(height, proven),
            own => self.act(Action::Halt(Halt::Divergence { height, own })),
        }
    }

    /// The heights that are to be executed up to this one. The walk ends at the first that cannot
    /// be, so it is not longer than the window.
    fn heights_to(&self, height: Height) -> impl Iterator<Item = Height> + use<> {
        (self.executed.0.saturating_add(1)..=height.0).map(Height)
    }

    /// The blocks up to a certified height were fetched and executed.
    pub(crate) fn synced(
        &mut self,
        header: &FinalHeader,
        certificate: Arc<Certificate>,
        handover: Option<Handover>,
    ) {
        self.syncing = None;
        let height = header.height;
        if header.epoch != self.reign.epoch() || height < self.executed {
            return self.halt_unexpected("synced", height);
        }
        self.executing = None;
        self.executed = height;
        self.schedule(handover);
        if height > self.stable.height {
            self.settle_at(height, header.hash().0, certificate);
        }
        self.execute_next();
        self.catch_up(false);
    }

    /// h advances over heights that were executed here. Those below the certified one are final
    /// because its header names them.
    fn became_stable(&mut self, height: Height, certificate: Arc<Certificate>) {
        if height <= self.stable.height {
            return;
        }
        let settled = self.slots.range_mut(..=height).filter_map(|(_, slot)| slot.executed.take());
        let headers: Vec<_> = settled.collect();
        for (header, _) in headers {
            let own = (header.height == height).then(|| Arc::clone(&certificate));
            self.act(Action::Stable(header, own));
        }
        self.settle_at(height, certificate.vote.hash, certificate);
    }

    /// Castro & Liskov 1999 §4.3: all that belongs to heights up to a stable one is discarded.
    fn settle_at(&mut self, height: Height, hash: Hash, certificate: Arc<Certificate>) {
        self.stable = Mark { height, hash };
        self.stable_certificate = Some(Arc::clone(&certificate));
        // Before every later vote of this replica.
        self.act(Action::Note(Record::Stable(certificate)));
        self.slots.retain(|other, _| *other > height);
        self.productive = self.target();
        if self.building.is_some_and(|building| building <= height) {
            self.building = None;
        }
        if self.ends_epoch() {
            return self.enter_epoch();
        }
        self.resume_if_recovered();
        self.end_term();
        self.try_enter();
        self.accept_ready();
    }
}
