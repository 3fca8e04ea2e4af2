//! Members that do not validate at present: they follow the chain by its certificates, and begin to
//! vote where a set names them.

use std::{rc::Rc, sync::Arc};

use weal_types::Height;

use super::World;
use crate::{
    host::Block,
    plan::{MILLI, Micros},
    queue::{Happening, Packet},
};

/// How often an observer asks for news.
pub(super) const EVERY: Micros = 500 * MILLI;

impl World {
    /// Asks somebody for blocks, as long as this host does not validate.
    pub(super) fn poll(&mut self, host: usize) {
        let on = &self.hosts[host];
        if on.position().is_some() {
            return;
        }
        let life = on.life;
        let first = on.chain.ledger().height.next().unwrap_or(Height::MAX);
        let others: Vec<usize> =
            (0..self.plan.members.count).filter(|other| *other != on.member).collect();
        let to = self.random.pick(&others);
        self.post(host, &[to], &Rc::new(Packet::WantBlocks(first, None)));
        // Whoever took a transaction sees to it.
        self.offer(host);
        self.later(EVERY, Happening::Poll { host, life });
    }

    /// Blocks up to a certified header, which only the present validators make final.
    pub(super) fn observe(&mut self, host: usize, blocks: &[Block]) {
        let on = &mut self.hosts[host];
        let Some(certificate) = blocks.last().and_then(|block| block.certificate.clone()) else {
            return;
        };
        if on.position().is_some() {
            return;
        }
        let Some(added) = on.follow(blocks, &certificate, &self.constitution) else { return };
        let Some(header) = added.last().map(|(block, _)| block.header.clone()) else { return };
        let anchor = weal_proof::certificate::Anchor {
            chain: self.constitution.chain,
            set: on.reign.set.clone(),
        };
        let holds =
            |key: &_, message: &[u8], signature: &_| self.keys.holds(key, message, signature);
        if anchor.check_with(&header, &certificate, &holds).is_err() {
            return;
        }
        let (height, life) = (header.height, on.life);
        for (block, _) in added {
            if on.treason.is_none() {
                self.oracles.executed(self.now, on.member, &block);
            }
            on.add_block(block);
        }
        on.chain.settle(height, Some(Arc::clone(&certificate)));
        self.later(self.plan.speeds.database, Happening::Stored { host, life, height });
        self.join(host);
    }

    /// Begins to validate, if the next epoch wants this member.
    fn join(&mut self, host: usize) {
        let (plan, constitution) = (Rc::clone(&self.plan), Rc::clone(&self.constitution));
        let on = &mut self.hosts[host];
        on.reign = Rc::clone(&on.chain.ledger().reign);
        if on.position().is_some() {
            on.begin_replica(&plan, &constitution);
            self.replay(host);
            self.begin(host);
        }
    }
}
