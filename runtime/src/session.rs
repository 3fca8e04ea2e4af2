//! What the frames of a block share: state, events, the stack of running contracts.

use std::{cell::RefCell, collections::BTreeMap, ops::ControlFlow, rc::Rc, sync::Arc};

use parity_scale_codec::{Decode, Encode};
use weal_types::{
    AccountId, Amount, AssetId, CodeHash, ContractId, limit,
    params::ChainParams,
    receipt::{Event, FailureKind},
    state::Direction,
    transaction::AssetAmount,
};

use crate::{
    BlockContext, Runtime,
    code::Code,
    fault::{HostFault, Stop},
    gas::{self, Meter},
    overlay::{AccessError, Overlay, Savepoint, SharedSnapshot, Value},
    system::contracts::Instance,
};

/// Handle to a [`Session`]. Frames run one inside the other on one thread; each borrows the session
/// for the length of one operation and never while another frame runs.
pub(crate) type Shared = Rc<RefCell<Session>>;

/// See the module.
pub(crate) struct Session {
    pub runtime: Arc<Runtime>,
    pub block: BlockContext,
    pub params: ChainParams,
    overlay: Overlay,
    events: Vec<Event>,
    event_bytes: usize,
    /// Frames that are running, native ones included.
    pub depth: usize,
    /// Contracts whose Wasm frames are running, outermost first.
    pub running: Vec<ContractId>,
    /// Balances that the transaction's signer had when the transaction first touched them.
    pub spending: Spending,
    /// Instances that were called in this block, with the encoded record from which each was
    /// loaded: a record that has changed since is another value, and is loaded again.
    instances: BTreeMap<ContractId, (Value, Rc<Instance>)>,
    /// Codes that this block uploaded, in order; one of a transaction that failed may be among
    /// them.
    pub uploaded: Vec<CodeHash>,
    /// Codes that were called in this block.
    codes: BTreeMap<CodeHash, Arc<Code>>,
}

/// What has left the signer, for its own limits.
pub(crate) struct Spending {
    pub signer: AccountId,
    pub before: BTreeMap<AssetId, Amount>,
    /// In a dry run that is to find the limits: what left the signer, instead of holding it
    /// against them.
    pub measured: Option<Vec<AssetAmount>>,
}

/// Where a failed frame returns to.
pub(crate) struct Checkpoint {
    state: Savepoint,
    events: usize,
    event_bytes: usize,
}

impl Session {
    pub fn new(
        runtime: Arc<Runtime>,
        block: BlockContext,
        params: ChainParams,
        snapshot: SharedSnapshot,
    ) -> Self {
        Self {
            runtime,
            block,
            params,
            overlay: Overlay::new(snapshot),
            events: Vec::new(),
            event_bytes: 0,
            depth: 0,
            running: Vec::new(),
            spending: Spending {
                signer: AccountId([0; 32]),
                before: BTreeMap::new(),
                measured: None,
            },
            instances: BTreeMap::new(),
            uploaded: Vec::new(),
            codes: BTreeMap::new(),
        }
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            state: self.overlay.savepoint(),
            events: self.events.len(),
            event_bytes: self.event_bytes,
        }
    }

    pub fn rollback(&mut self, to: &Checkpoint) {
        self.overlay.rollback(to.state);
        self.events.truncate(to.events);
        self.event_bytes = to.event_bytes;
    }

    /// Ends a transaction: its writes can no longer be undone, and its events leave.
    pub fn settle(&mut self) -> Vec<Event> {
        self.overlay.settle();
        self.event_bytes = 0;
        std::mem::take(&mut self.events)
    }

    pub fn into_overlay(self) -> Overlay {
        self.overlay
    }

    /// Reads a key and charges for it.
    pub fn read(
        &mut self,
        contract: &ContractId,
        key: &[u8],
        meter: &mut Meter,
    ) -> Result<Option<Value>, Stop> {
        meter.charge(gas::READ.base)?;
        let value = self.overlay.get(contract, key)?;
        let bytes = value.as_ref().map_or(0, |value| value.len());
        meter.charge(gas::READ.per_byte * bytes as u64)?;
        Ok(value)
    }

    /// Reads a key for the host's own purposes, whose price is part of another.
    pub fn read_free(&mut self, contract: &ContractId, key: &[u8]) -> Result<Option<Value>, Stop> {
        Ok(self.overlay.get(contract, key)?)
    }

    /// Writes a key and charges for it.
    pub fn write(
        &mut self,
        contract: &ContractId,
        key: &[u8],
        value: &[u8],
        meter: &mut Meter,
    ) -> Result<(), Stop> {
        if value.len() > limit::STATE_VALUE_BYTES {
            return Err(FailureKind::LimitExceeded.into());
        }
        meter.charge(gas::WRITE.of(key.len() + value.len()))?;
        Ok(self.overlay.set(contract, key, Some(value.into()))?)
    }

    /// Writes a key at the host's own expense.
    pub fn write_free(
        &mut self,
        contract: &ContractId,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), Stop> {
        Ok(self.overlay.set(contract, key, Some(value.into()))?)
    }

    /// Removes a key at the host's own expense.
    pub fn remove_free(&mut self, contract: &ContractId, key: &[u8]) -> Result<(), Stop> {
        Ok(self.overlay.set(contract, key, None)?)
    }

    /// Removes a key and charges for it.
    pub fn remove(
        &mut self,
        contract: &ContractId,
        key: &[u8],
        meter: &mut Meter,
    ) -> Result<(), Stop> {
        meter.charge(gas::host::remove.of(key.len()))?;
        Ok(self.overlay.set(contract, key, None)?)
    }

    /// Shows `visit` the entries of a contract with `from <= key < to`, charging for each that is
    /// looked at.
    pub fn scan(
        &mut self,
        contract: &ContractId,
        (from, to): (&[u8], Option<&[u8]>),
        direction: Direction,
        meter: &mut Meter,
        visit: &mut weal_types::state::Visit<'_>,
    ) -> Result<(), Stop> {
        let mut stop = None;
        self.overlay.scan(contract, from, to, direction, &mut |key, value| {
            let bytes = key.len() + value.map_or(0, <[u8]>::len);
            if let Err(error) = meter.charge(gas::RANGE_ENTRY.of(bytes)) {
                stop = Some(error);
                return ControlFlow::Break(());
            }
            value.map_or(ControlFlow::Continue(()), |value| visit(key, value))
        })?;
        stop.map_or(Ok(()), Err)
    }

    /// Adds an event and charges for it.
    pub fn emit(&mut self, event: Event, meter: &mut Meter) -> Result<(), Stop> {
        meter.charge(gas::EVENT.base)?;
        self.emit_charged(event, meter)
    }

    /// Adds an event whose fixed price has been charged.
    pub fn emit_charged(&mut self, event: Event, meter: &mut Meter) -> Result<(), Stop> {
        let bytes = event.encoded_size();
        meter.charge(gas::EVENT.per_byte * bytes as u64)?;
        if self.events.len() >= limit::TX_EVENTS || self.event_bytes + bytes > limit::TX_EVENT_BYTES
        {
            return Err(FailureKind::LimitExceeded.into());
        }
        self.event_bytes += bytes;
        self.events.push(event);
        Ok(())
    }

    /// The instance record of a contract, decoded once per block and value.
    pub fn instance(&mut self, id: &ContractId) -> Result<Option<Rc<Instance>>, Stop> {
        let key = Instance::key(id);
        let Some(record) = self.read_free(&crate::system::CONTRACTS, &key)? else {
            return Ok(None);
        };
        if let Some((loaded_from, instance)) = self.instances.get(id)
            && Arc::ptr_eq(loaded_from, &record)
        {
            return Ok(Some(instance.clone()));
        }
        let instance = Rc::new(decode_record(&crate::system::CONTRACTS, "an instance", &record)?);
        self.instances.insert(*id, (record, Rc::clone(&instance)));
        Ok(Some(instance))
    }

    /// The loaded code behind a hash.
    pub fn code(&mut self, hash: &CodeHash) -> Result<Arc<Code>, Stop> {
        if let Some(code) = self.codes.get(hash) {
            return Ok(Arc::clone(code));
        }
        let runtime = Arc::clone(&self.runtime);
        let code = runtime.cached_code(hash).map_or_else(
            || {
                let module = crate::system::contracts::module(self, hash)?;
                Ok::<_, Stop>(runtime.load_code(hash, &module)?)
            },
            Ok,
        )?;
        self.codes.insert(*hash, Arc::clone(&code));
        Ok(code)
    }
}

/// Decodes a record that only system contracts write.
pub(crate) fn decode_record<T: Decode>(
    contract: &ContractId,
    what: &'static str,
    bytes: &[u8],
) -> Result<T, HostFault> {
    weal_types::codec::decode(what, bytes, limit::STATE_VALUE_BYTES)
        .map_err(|_| HostFault::Corrupt { contract: *contract, what })
}

impl From<AccessError> for Stop {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Key => Self::Fail(FailureKind::LimitExceeded),
            AccessError::Storage(fault) => Self::Fault(fault.into()),
        }
    }
}
