//! The state as a block sees it while it runs: the snapshot below, its own writes above, and a
//! journal that takes writes back.
//!
//! Every key that is read or written has a *slot*. The journal records the previous value of a slot
//! before each write; a frame that fails is undone by walking the journal backwards to where the
//! frame began.

use std::{
    collections::BTreeMap,
    ops::{Bound, ControlFlow},
    sync::Arc,
};

use weal_types::{
    ContractId, limit,
    state::{ChangeSet, Direction, Snapshot, StateKey, StateKeyError, StorageFault},
};

/// A value, shared between the overlay, its journal and whoever reads it.
pub(crate) type Value = Arc<[u8]>;

/// The snapshot under a block; shared, because the frames of a block own it by turns.
pub type SharedSnapshot = Arc<dyn Snapshot + Send + Sync>;

struct Slot {
    key: StateKey,
    original: Option<Value>,
    current: Option<Value>,
}

/// Position in the journal to which [`Overlay::rollback`] returns.
#[derive(Clone, Copy)]
pub(crate) struct Savepoint(usize);

/// See the module.
pub(crate) struct Overlay {
    snapshot: SharedSnapshot,
    slots: Vec<Slot>,
    /// Nothing iterates over it, so its order cannot reach a result.
    index: hashbrown::HashMap<StateKey, u32>,
    /// The first `ordered_slots` slots in key order; brought up to date when a range is asked for,
    /// so that transactions without ranges do not pay for it.
    ordered: BTreeMap<StateKey, u32>,
    ordered_slots: usize,
    journal: Vec<(u32, Option<Value>)>,
}

/// `contract ‖ key` on the stack: most look-ups find a slot and need no allocation.
struct KeyBytes {
    bytes: [u8; 32 + limit::STATE_KEY_BYTES],
    length: usize,
}

impl KeyBytes {
    fn new(contract: &ContractId, key: &[u8]) -> Result<Self, StateKeyError> {
        if key.len() > limit::STATE_KEY_BYTES {
            return Err(StateKeyError);
        }
        let mut bytes = [0; 32 + limit::STATE_KEY_BYTES];
        bytes[..32].copy_from_slice(&contract.0);
        bytes[32..32 + key.len()].copy_from_slice(key);
        Ok(Self { bytes, length: 32 + key.len() })
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Why a look-up failed.
pub(crate) enum AccessError {
    /// The key is too long: the contract's fault.
    Key,
    /// The disk's fault.
    Storage(StorageFault),
}

impl From<StateKeyError> for AccessError {
    fn from(_: StateKeyError) -> Self {
        Self::Key
    }
}

impl From<StorageFault> for AccessError {
    fn from(fault: StorageFault) -> Self {
        Self::Storage(fault)
    }
}

impl Overlay {
    pub fn new(snapshot: SharedSnapshot) -> Self {
        Self {
            snapshot,
            slots: Vec::new(),
            index: hashbrown::HashMap::new(),
            ordered: BTreeMap::new(),
            ordered_slots: 0,
            journal: Vec::new(),
        }
    }

    /// The slot of a key, read from the snapshot on first use.
    fn slot(&mut self, contract: &ContractId, key: &[u8]) -> Result<u32, AccessError> {
        let bytes = KeyBytes::new(contract, key)?;
        if let Some(slot) = self.index.get(bytes.as_slice()) {
            return Ok(*slot);
        }
        let key = StateKey::from_bytes(bytes.as_slice())?;
        let value: Option<Value> = self.snapshot.get(&key)?.map(Into::into);
        let slot = u32::try_from(self.slots.len())
            .map_err(|_| StorageFault("a block touched more than 2^32 keys".into()))?;
        self.slots.push(Slot { key: key.clone(), original: value.clone(), current: value });
        self.index.insert(key, slot);
        Ok(slot)
    }

    pub fn get(&mut self, contract: &ContractId, key: &[u8]) -> Result<Option<Value>, AccessError> {
        let slot = self.slot(contract, key)?;
        Ok(self.slots[slot as usize].current.clone())
    }

    pub fn set(
        &mut self,
        contract: &ContractId,
        key: &[u8],
        value: Option<Value>,
    ) -> Result<(), AccessError> {
        let slot = self.slot(contract, key)?;
        let before = std::mem::replace(&mut self.slots[slot as usize].current, value);
        self.journal.push((slot, before));
        Ok(())
    }

    pub fn savepoint(&self) -> Savepoint {
        Savepoint(self.journal.len())
    }

    pub fn rollback(&mut self, to: Savepoint) {
        for (slot, before) in self.journal.drain(to.0..).rev() {
            self.slots[slot as usize].current = before;
        }
    }

    /// Forgets how to undo what has been written so far.
    pub fn settle(&mut self) {
        self.journal.clear();
    }

    /// Shows `visit` the entries of `contract` with `from <= key < to` in order until it breaks. A
    /// key that this block removed is shown without a value, because looking at it is work that
    /// somebody pays for.
    pub fn scan(
        &mut self,
        contract: &ContractId,
        from: &[u8],
        to: Option<&[u8]>,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), AccessError> {
        for (number, slot) in self.slots.iter().enumerate().skip(self.ordered_slots) {
            self.ordered.insert(slot.key.clone(), number as u32);
        }
        self.ordered_slots = self.slots.len();
        let low = StateKey::new(contract, from)?;
        let high = match to {
            Some(to) => StateKey::new(contract, to)?,
            None => StateKey::new(contract, &[0xff; limit::STATE_KEY_BYTES])?,
        };
        if high <= low {
            return Ok(());
        }
        // Without an upper bound the very last key that can exist belongs to the range.
        let end = if to.is_some() { Bound::Excluded(&high) } else { Bound::Included(&high) };
        let range = self.ordered.range::<StateKey, _>((Bound::Included(&low), end));
        let slots = &self.slots;
        let slot = |(_, slot): (_, &u32)| &slots[*slot as usize];
        let mine: &mut dyn Iterator<Item = &Slot> = match direction {
            Direction::Ascending => &mut range.map(slot),
            Direction::Descending => &mut range.rev().map(slot),
        };
        merge(self.snapshot.as_ref(), contract, (from, to), direction, mine, visit)?;
        Ok(())
    }

    /// What the block changed. A key that ends as it began is not in it.
    pub fn into_changes(self) -> ChangeSet {
        let changed = self.slots.into_iter().filter(|slot| slot.original != slot.current);
        ChangeSet::new(
            changed.map(|slot| (slot.key, slot.current.map(|value| value.to_vec()))).collect(),
        )
    }
}

/// What [`Overlay::scan`] calls for each entry; the key comes without the contract id.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], Option<&[u8]>) -> ControlFlow<()> + 'a;

/// Walks the snapshot and the overlay's slots side by side; where both have a key, the slot counts.
fn merge(
    snapshot: &dyn Snapshot,
    contract: &ContractId,
    (from, to): (&[u8], Option<&[u8]>),
    direction: Direction,
    slots: &mut dyn Iterator<Item = &Slot>,
    visit: &mut Visit<'_>,
) -> Result<(), StorageFault> {
    let comes_first = |a: &[u8], b: &[u8]| match direction {
        Direction::Ascending => a < b,
        Direction::Descending => a > b,
    };
    let mut slots = slots.peekable();
    let mut flow = ControlFlow::Continue(());
    snapshot.scan(contract, from, to, direction, &mut |key, value| {
        while let Some(slot) = slots.next_if(|slot| comes_first(slot.key.key(), key)) {
            flow = visit(slot.key.key(), slot.current.as_deref());
            if flow.is_break() {
                return flow;
            }
        }
        flow = match slots.next_if(|slot| slot.key.key() == key) {
            Some(slot) => visit(key, slot.current.as_deref()),
            None => visit(key, Some(value)),
        };
        flow
    })?;
    while flow.is_continue() {
        match slots.next() {
            Some(slot) => flow = visit(slot.key.key(), slot.current.as_deref()),
            None => break,
        }
    }
    Ok(())
}
