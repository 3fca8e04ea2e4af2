//! Executed blocks: those in memory, those that are final, and those in the database.

use std::{rc::Rc, sync::Arc};

use weal_types::{Height, block::FinalHeader, certificate::Certificate};

use crate::ledger::{Body, Ledger};

/// An executed height.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) header: FinalHeader,
    /// `None` where a new view left the slot empty.
    pub(crate) body: Option<Rc<Body>>,
    pub(crate) certificate: Option<Arc<Certificate>>,
    pub(crate) after: Rc<Ledger>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Chain {
    genesis: Rc<Ledger>,
    /// Height 1 and up.
    blocks: Vec<Block>,
    /// How many are final.
    stable: usize,
    /// How many are in the database; the last of them has a certificate.
    stored: usize,
}

impl Chain {
    pub(crate) fn new(genesis: Ledger) -> Self {
        Self { genesis: Rc::new(genesis), blocks: Vec::new(), stable: 0, stored: 0 }
    }

    /// The state after the newest executed height.
    pub(crate) fn ledger(&self) -> &Rc<Ledger> {
        self.blocks.last().map_or(&self.genesis, |block| &block.after)
    }

    /// The state after the newest final height.
    pub(crate) fn stable_ledger(&self) -> &Rc<Ledger> {
        let last = self.stable.checked_sub(1).and_then(|index| self.blocks.get(index));
        last.map_or(&self.genesis, |block| &block.after)
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    pub(crate) fn last(&self) -> Option<&Block> {
        self.blocks.last()
    }

    pub(crate) fn stable(&self) -> Height {
        Height(self.stable as u64)
    }

    pub(crate) fn get(&self, height: Height) -> Option<&Block> {
        height.0.checked_sub(1).and_then(|index| self.blocks.get(index as usize))
    }

    pub(crate) fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// A height is final.
    pub(crate) fn settle(&mut self, height: Height, certificate: Option<Arc<Certificate>>) {
        self.stable = self.stable.max(height.0 as usize);
        if let (Some(certificate), Some(block)) =
            (certificate, self.blocks.get_mut(height.0 as usize - 1))
        {
            block.certificate = Some(certificate);
        }
    }

    /// The database has all up to a height.
    pub(crate) fn store(&mut self, height: Height) {
        self.stored = self.stored.max(height.0 as usize);
    }

    /// Up to where the database has all.
    pub(crate) fn stored(&self) -> Height {
        Height(self.stored as u64)
    }

    pub(crate) fn forget_unstored(&mut self) {
        self.blocks.truncate(self.stored);
        self.stable = self.stored;
    }

    /// The highest final height with a certificate, at or above `from` and in its epoch.
    pub(crate) fn certified(&self, from: Height) -> Option<Height> {
        let first = self.get(from)?;
        let blocks = self.blocks[..self.stable].iter().rev();
        let mut same = blocks.filter(|block| block.header.epoch == first.header.epoch);
        let found = same.find(|block| block.certificate.is_some())?;
        (found.header.height >= from).then_some(found.header.height)
    }

    /// The certificate of an epoch's last header.
    pub(crate) fn epoch_end(&self, epoch: weal_types::Epoch) -> Option<Arc<Certificate>> {
        let blocks = self.blocks[..self.stable].iter();
        let mut ends = blocks.filter(|block| block.header.next_set_id != block.header.set_id);
        ends.find(|block| block.header.epoch == epoch)?.certificate.clone()
    }
}
