//! The records as they lie in the state after a block.

use alloc::vec::Vec;
use core::{cell::RefCell, ops::ControlFlow};

use weal_types::{
    ContractId,
    state::{Direction, Snapshot, StateKey, StorageFault},
};

use crate::{
    Error,
    store::{Bytes, Entry},
};

/// The entries of one contract in a snapshot of the state: what a node reads traces from.
pub struct Entries<'a> {
    snapshot: &'a dyn Snapshot,
    contract: ContractId,
    fault: RefCell<Option<StorageFault>>,
}

impl<'a> Entries<'a> {
    /// The entries of `contract`.
    pub const fn new(snapshot: &'a dyn Snapshot, contract: ContractId) -> Self {
        Self { snapshot, contract, fault: RefCell::new(None) }
    }

    /// Why reading ended with [`Error::Unread`]: the storage failed, which is nobody's fault who
    /// asked.
    pub fn fault(&self) -> Option<StorageFault> {
        self.fault.borrow().clone()
    }

    fn note(&self, fault: StorageFault) -> Error {
        self.fault.replace(Some(fault));
        Error::Unread
    }

    /// The entry that comes first, in this direction, in `from..=to`.
    fn nearest(
        &self,
        from: &[u8],
        to: &[u8],
        direction: Direction,
    ) -> Result<Option<Entry>, Error> {
        // No key lies between one and the same with a zero byte behind.
        let end = [to, &[0]].concat();
        let mut found = None;
        let mut visit = |key: &[u8], value: &[u8]| {
            found = Some((key.to_vec(), value.to_vec()));
            ControlFlow::Break(())
        };
        if from <= to {
            let scan = self.snapshot.scan(&self.contract, from, Some(&end), direction, &mut visit);
            scan.map_err(|fault| self.note(fault))?;
        }
        Ok(found)
    }
}

impl Bytes for Entries<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        // The records' keys are short; a longer one lies nowhere.
        let Ok(key) = StateKey::new(&self.contract, key) else { return Ok(None) };
        self.snapshot.get(&key).map_err(|fault| self.note(fault))
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, Error> {
        self.nearest(from, to, Direction::Descending)
    }

    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, Error> {
        self.nearest(from, to, Direction::Ascending)
    }
}
