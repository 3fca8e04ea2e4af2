//! Fetching blocks that others have certified.

use std::{rc::Rc, sync::Arc};

use weal_consensus::{Event, Handover, Ordered};
use weal_types::{Height, block::Proposal, certificate::Certificate};

use super::World;
use crate::{
    host::{Block, Host},
    ledger::{Body, Constitution},
    plan::MILLI,
    queue::{Happening, Packet},
};

impl World {
    /// Asks another member for the blocks up to the certified one, and another after a while.
    pub(super) fn ask_for_blocks(&mut self, host: usize) {
        let on = &mut self.hosts[host];
        let height = on.chain.ledger().height;
        on.sync.take_if(|sync| sync.certificate.vote.height <= height);
        let Some(sync) = &on.sync else { return };
        let first = on.chain.ledger().height.next().unwrap_or(Height::MAX);
        let packet = Rc::new(Packet::WantBlocks(first, Some(sync.certificate.vote.height)));
        let (life, attempt) = (on.life, sync.attempt);
        let others: Vec<usize> =
            (0..self.plan.members.count).filter(|other| *other != on.member).collect();
        let to = self.random.pick(&others);
        self.post(host, &[to], &packet);
        self.later(200 * MILLI, Happening::SyncAgain { host, life, attempt });
    }

    pub(super) fn sync_again(&mut self, host: usize, attempt: u32) {
        let Some(sync) = &mut self.hosts[host].sync else { return };
        if sync.attempt == attempt {
            sync.attempt += 1;
            self.ask_for_blocks(host);
        }
    }

    pub(super) fn give_blocks(
        &mut self,
        host: usize,
        to: usize,
        first: Height,
        last: Option<Height>,
    ) {
        let chain = &self.hosts[host].chain;
        let Some(last) = last.or_else(|| chain.certified(first)) else { return };
        // The certificate that the other holds proves also what is not known to be final here.
        if last > chain.ledger().height || first > last || first == Height::ZERO {
            return;
        }
        let mut blocks = chain.blocks()[first.0 as usize - 1..last.0 as usize].to_vec();
        if let Some(treason) = &mut self.hosts[host].treason {
            blocks = treason.blocks(blocks);
        }
        self.post(host, &[to], &Rc::new(Packet::HaveBlocks(blocks)));
    }

    /// Blocks have come. Those that do not lead to the certified header count for nothing.
    pub(super) fn take_blocks(&mut self, host: usize, blocks: &[Block]) {
        let on = &mut self.hosts[host];
        if on.is_executing {
            return;
        }
        let Some(sync) = on.sync.clone() else { return self.observe(host, blocks) };
        let Some(added) = on.follow(blocks, &sync.certificate, &self.constitution) else { return };
        on.sync = None;
        let mut last = None;
        for (block, handover) in added {
            let header = block.header.clone();
            let on = &mut self.hosts[host];
            if on.is_honest() {
                self.oracles.executed(self.now, on.member, &block);
            }
            on.add_block(block);
            last = Some((header, handover));
        }
        let Some((header, handover)) = last else { return };
        let on = &mut self.hosts[host];
        let certificate = sync.certificate;
        let height = header.height;
        on.chain.settle(height, Some(Arc::clone(&certificate)));
        if on.is_honest() {
            self.oracles.stable(self.now, &header, &certificate, (&on.reign, &self.keys));
        }
        // The journal has none of it, so the database has it before the replica hears of it.
        self.hosts[host].chain.store(height);
        self.feed(host, Event::Synced { header, certificate, handover });
    }
}

impl Host {
    /// Executes blocks on the newest state, if they lead to the certified header.
    pub(super) fn follow(
        &self,
        blocks: &[Block],
        certificate: &Certificate,
        constitution: &Constitution,
    ) -> Option<Vec<(Block, Option<Handover>)>> {
        let mut ledger = Rc::clone(self.chain.ledger());
        let mut done = Vec::new();
        for block in blocks {
            let height = ledger.height.next()?;
            let ordered = ordered(block, height)?;
            let (after, header, handover) =
                ledger.execute(&ordered, block.body.as_deref(), constitution);
            ledger = Rc::clone(&after);
            let body = block.body.clone();
            let certificate = block.certificate.clone();
            done.push((Block { header, body, certificate, after }, handover));
        }
        let vote = &certificate.vote;
        let is_proven = ledger.height == vote.height && ledger.hash.0 == vote.hash;
        is_proven.then_some(done)
    }
}

/// What a block says was ordered.
fn ordered(block: &Block, height: Height) -> Option<Ordered> {
    match &block.body {
        None => Some(Ordered::Null(height)),
        Some(body) => {
            let is_whole = Body::fits(body) && body.proposal.height == height;
            is_whole.then(|| Ordered::Proposal(Proposal::clone(&body.proposal)))
        }
    }
}
