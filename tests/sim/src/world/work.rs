//! What a host works at: its disk, its executor, its next block.

use std::{collections::BTreeMap, rc::Rc};

use weal_consensus::{Event, Ordered};
use weal_types::{Gas, Hash, Height, TimeMs, View, block::Proposal, codec::Version};

use super::World;
use crate::{
    host::{Block, Host},
    ledger::{Body, Constitution, Ledger, TX_BYTES, tx_root},
    queue::Happening,
};

impl World {
    /// The disk writes what it was given.
    pub(super) fn sync_disk(&mut self, host: usize) {
        let speeds = self.plan.speeds;
        let on = &self.hosts[host];
        let (life, factor) = (on.life, on.disk_factor);
        let after = self.random.between(speeds.sync_least, speeds.sync_most) * factor;
        self.later(after, Happening::DiskDone { host, life });
    }

    pub(super) fn disk_done(&mut self, host: usize) {
        let on = &mut self.hosts[host];
        let tokens = on.journal.synced(on.chain.stored());
        if on.journal.begin() {
            self.sync_disk(host);
        }
        let life = self.hosts[host].life;
        for token in tokens {
            if self.hosts[host].life == life {
                self.feed(host, Event::Durable(token));
            }
        }
    }

    pub(super) fn executed(&mut self, host: usize, ordered: &Ordered) {
        let constitution = Rc::clone(&self.constitution);
        let on = &mut self.hosts[host];
        on.is_executing = false;
        let Some(done) = run(on.chain.ledger(), ordered, &on.bodies, &constitution) else {
            let detail = format!("member {} executes unknown transactions", on.member);
            return self.oracles.fail(self.now, "bodies are there", detail);
        };
        let (block, handover) = done;
        let header = block.header.clone();
        if on.is_honest() {
            self.oracles.executed(self.now, on.member, &block);
        }
        self.hosts[host].add_block(block);
        self.feed(host, Event::Executed { header, handover });
    }

    pub(super) fn built(&mut self, host: usize, view: View, height: Height, even_empty: bool) {
        let most = self.plan.block as usize;
        let on = &mut self.hosts[host];
        let Some(proposer) = on.position() else { return };
        let mut transactions = on.pool.choose(&on.bodies, most);
        if let Some(treason) = &mut on.treason {
            transactions = treason.choose(&mut self.random, transactions);
        }
        if transactions.is_empty() && !even_empty {
            on.pool.told = None;
            return self.feed(host, Event::Built { view, height, proposal: None });
        }
        let count = transactions.len() as u32;
        let now = on.clock.read(self.now).0;
        let time = on.treason.as_mut().map_or(now, |treason| treason.time_ms(now));
        let proposal = Proposal {
            version: Version,
            epoch: on.reign.set.epoch,
            height,
            first_view: view,
            proposer,
            time: TimeMs(time),
            tx_root: tx_root(&transactions),
            tx_count: count,
            tx_bytes: count * TX_BYTES,
            gas: Gas(u64::from(count)),
            evidence_root: [0; 32],
        };
        let digest = self.constitution.digest(&proposal);
        let body = Rc::new(Body { proposal: proposal.clone(), digest, transactions });
        on.bodies.insert(digest, body);
        self.feed(host, Event::Built { view, height, proposal: Some(proposal) });
    }
}

impl Host {
    /// A newly executed block.
    pub(super) fn add_block(&mut self, block: Block) {
        self.pool.executed(&block.after);
        self.chain.push(block);
    }
}

/// Executes what is ordered; `None` if its transactions are not there.
fn run(
    ledger: &Ledger,
    ordered: &Ordered,
    bodies: &BTreeMap<Hash, Rc<Body>>,
    constitution: &Constitution,
) -> Option<(Block, Option<weal_consensus::Handover>)> {
    let body = match ordered {
        Ordered::Proposal(proposal) => Some(Rc::clone(bodies.get(&constitution.digest(proposal))?)),
        Ordered::Null(_) => None,
    };
    let (after, header, handover) = ledger.execute(ordered, body.as_deref(), constitution);
    let block = Block { header, body, certificate: None, after };
    Some((block, handover))
}
