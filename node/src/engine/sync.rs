//! Catching up: blocks that others have made final are asked for, executed, and compared with their
//! headers.
//!
//! One thing is executed at a time. What the replica ordered meanwhile is executed first, where it
//! came first, and is among the fetched blocks otherwise.

use std::{collections::VecDeque, sync::Arc};

use weal_consensus::{Event, Handover, Ordered};
use weal_types::{Height, PublicKey, TimeMs, block::FinalHeader, certificate::Certificate};

use super::{Commit, ToCommit, driver::Driver, speak::Speaker};
use crate::{
    clock::monotonic, executor::Executed, failure::Failure, ledger::Ancestry,
    peers::blocks::ProvenBlock,
};

/// Between one question for blocks and the next, to another validator: an answer takes as long as
/// reading and checking 64 blocks.
const BETWEEN_MS: u64 = 500;

/// The same where this node follows and does not know whether there is anything new.
const FOLLOW_MS: u64 = 200;

/// A search for blocks.
pub(super) struct Sync {
    /// What shows that there are blocks; `None` where this node follows, and wants all there are.
    certificate: Option<Arc<Certificate>>,
    asked: usize,
    next: TimeMs,
    /// Blocks that are being executed, the first one now.
    applying: VecDeque<ProvenBlock>,
    /// The newest of them, once all are executed and on their way to the disk.
    ended: Option<(FinalHeader, Arc<Certificate>, Option<Handover>)>,
}

impl Sync {
    /// Whether fetched blocks are being executed or written.
    pub(super) fn is_applying(&self) -> bool {
        !self.applying.is_empty() || self.ended.is_some()
    }
}

impl Driver {
    /// The replica wants all blocks up to the certified one.
    pub(super) fn begin_sync(&mut self, certificate: Arc<Certificate>) {
        tracing::info!(to = certificate.vote.height.0, "asks for blocks");
        self.look_for(Some(certificate));
    }

    /// A follower asks for what comes after what it has, at once.
    pub(super) fn follow_on(&mut self) {
        let asked = self.sync.as_ref().map_or(0, |sync| sync.asked);
        self.look_for(None);
        // Who answered last may have more, and is asked again.
        self.sync.iter_mut().for_each(|sync| sync.asked = asked.saturating_sub(1));
    }

    fn look_for(&mut self, certificate: Option<Arc<Certificate>>) {
        let (next, applying) = (monotonic(), VecDeque::new());
        self.sync = Some(Sync { certificate, asked: 0, next, applying, ended: None });
    }

    /// When somebody is to be asked next.
    pub(super) fn next_sync(&self) -> Option<TimeMs> {
        match &self.sync {
            // A follower begins at once.
            None => self.is_follower().then_some(TimeMs(0)),
            Some(sync) => Some(sync.next).filter(|_| !sync.is_applying()),
        }
    }

    /// Asks another validator, if it is time.
    pub(super) fn go_on_syncing(&mut self) {
        if self.is_follower() {
            self.offer_as_follower();
            if self.sync.is_none() {
                self.look_for(None);
            }
        }
        let (height, now) = (self.parent_height(), monotonic());
        let Some(sync) = &mut self.sync else { return };
        let certificate = sync.certificate.as_ref();
        let target = certificate.map_or(Height::MAX, |certificate| certificate.vote.height);
        if sync.is_applying() || sync.next > now {
            return;
        }
        // What was ordered here meanwhile has been executed.
        let Some(first) = height.next().filter(|first| *first <= target) else {
            self.sync = None;
            return;
        };
        let between = if certificate.is_some() { BETWEEN_MS } else { FOLLOW_MS };
        sync.next = TimeMs(now.0.saturating_add(between));
        let holders = holders(&self.speaker, certificate);
        let turn = sync.asked.checked_rem(holders.len()).unwrap_or_default();
        sync.asked += 1;
        if let Some(key) = holders.get(turn) {
            self.speaker.ask_for_blocks(key, first, target);
        }
    }

    /// Somebody who was asked has no blocks before this one. Nobody's answer says more than that,
    /// so this node goes on asking: whoever has them may come back.
    pub(super) fn blocks_lack(&mut self, from: PublicKey, first: Height) {
        let Some(next) = self.parent_height().next() else { return };
        let connected = self.speaker.connected();
        if let Some(first) = self.gap.note(next, (from, first), &connected) {
            let (next, first) = (next.0, first.0);
            tracing::warn!(next, first, "nobody has the blocks that come next here");
        }
    }

    /// Proven blocks have come; those that do not follow here are asked for again.
    pub(super) fn blocks_arrived(&mut self, blocks: Vec<ProvenBlock>) -> Result<(), Failure> {
        let first = blocks.first().map(|block| (block.header.height, block.header.parent));
        let next = self.parent_height().next();
        let is_busy = self.is_executing;
        let Some(sync) = &mut self.sync else { return Ok(()) };
        let Some((height, parent)) = first else { return Ok(()) };
        if is_busy || sync.is_applying() || Some(height) != next {
            return Ok(());
        }
        sync.applying = blocks.into();
        if let Some((own, _)) = self.executed.values().next_back()
            && own.header.hash() != parent
        {
            return Err(Failure::Halt(format!(
                "height {} was executed with another result here",
                own.header.height
            )));
        }
        self.settle_below()?;
        self.apply_next()
    }

    /// What was executed here before the fetched blocks is final because their headers name it.
    fn settle_below(&mut self) -> Result<(), Failure> {
        let below = std::mem::take(&mut self.executed);
        let Some(sync) = &self.sync else { return Ok(()) };
        let own = below.values().map(|(executed, _)| &executed.header);
        let fetched = sync.applying.iter().map(|block| &block.header);
        let certificate = sync.applying.iter().find_map(|block| block.certificate.clone());
        let Some(certificate) = certificate else { return Ok(()) };
        let ancestry = Arc::new(Ancestry::up_to(certificate, own.chain(fetched)));
        // The replica, which does not know of that yet, may see a quorum for them meanwhile.
        self.handed_over = self.parent_height();
        for (executed, dropped) in below.into_values() {
            let ancestry = Some(Arc::clone(&ancestry));
            self.commit(ToCommit { executed, certificate: None, ancestry, dropped })?;
        }
        Ok(())
    }

    fn apply_next(&mut self) -> Result<(), Failure> {
        let Some(block) = self.sync.as_ref().and_then(|sync| sync.applying.front()) else {
            return Ok(());
        };
        let ordered = match &block.proposal {
            Some(proposal) => Ordered::Proposal(proposal.clone()),
            None => Ordered::Null(block.header.height),
        };
        let transactions = block.transactions.clone();
        self.hand_to_executor(ordered, transactions)
    }

    /// A fetched block was executed. Its result must be the certified one.
    pub(super) fn applied(&mut self, executed: Executed) -> Result<(), Failure> {
        let dropped = self.settle_pool(&executed)?;
        let Some(sync) = &mut self.sync else { return Ok(()) };
        let Some(block) = sync.applying.pop_front() else { return Ok(()) };
        if executed.header != block.header {
            return Err(Failure::Halt(format!(
                "height {} came to another result than a quorum's: {:?} instead of {:?}",
                block.header.height, executed.header, block.header
            )));
        }
        let headers =
            std::iter::once(&block.header).chain(sync.applying.iter().map(|block| &block.header));
        let next = sync.applying.iter().find_map(|block| block.certificate.clone());
        let ancestry = next
            .filter(|_| block.certificate.is_none())
            .map(|certificate| Arc::new(Ancestry::up_to(certificate, headers)));
        let certificate = block.certificate.clone();
        let height = block.header.height;
        if sync.applying.is_empty() {
            let handover = executed.handover.clone();
            let header = block.header;
            sync.ended = certificate.clone().map(|certificate| (header, certificate, handover));
        }
        self.commit(ToCommit { executed, certificate, ancestry, dropped })?;
        if self.is_follower()
            && !self.is_awaited()?
            && let Some((header, ..)) = self.sync.as_mut().and_then(|sync| sync.ended.take())
        {
            // It has promised nobody anything: what a power cut takes is asked for again.
            return self.followed(&header);
        }
        if self.sync.as_ref().is_some_and(|sync| sync.ended.is_some()) {
            // The journal has none of it: the replica hears of it once the database has it.
            let flush = Commit::Flush(height);
            return self.commit.send(flush).map_err(|_| "the committer is gone".into());
        }
        self.apply_next()
    }

    /// The fetched blocks are on disk.
    pub(super) fn flushed(&mut self, height: Height) -> Result<(), Failure> {
        let ended = self.sync.as_mut().and_then(|sync| sync.ended.take());
        let Some((header, certificate, handover)) =
            ended.filter(|(header, ..)| header.height == height)
        else {
            return Ok(());
        };
        if self.is_follower() {
            return self.followed(&header);
        }
        tracing::info!(height = height.0, "caught up so far");
        self.sync = None;
        self.settled(height);
        self.step(Event::Synced { header, certificate, handover })
    }
}

/// Who should have blocks: first those who signed for them, then everybody else, for validators
/// come and go.
fn holders(speaker: &Speaker, certificate: Option<&Arc<Certificate>>) -> Vec<PublicKey> {
    let present = speaker.present().get();
    let signers = certificate.map_or(u128::MAX, |certificate| certificate.signers);
    let signed = (0..128_u8).filter(|who| signers >> who & 1 == 1 && Some(*who) != present.me);
    let mut holders: Vec<_> = signed.filter_map(|who| present.key(who)).collect();
    let others = speaker.peers().into_iter().filter(|key| !holders.contains(key));
    let others: Vec<_> = others.collect();
    holders.extend(others);
    holders
}
