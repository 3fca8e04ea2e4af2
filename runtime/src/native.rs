//! System contracts: native code behind the same ABI, addresses, calls and receipts as Wasm.
//!
//! A system contract is a table of [`NativeMethod`]s and an ABI document that describes them; a
//! test keeps the two equal. A method gets a [`Native`], decodes its arguments with
//! [`Native::args`], and returns its encoded result.

use std::{cell::RefMut, ops::ControlFlow};

use parity_scale_codec::{Decode, Encode};
use weal_types::{
    AccountId, ContractId, Height, TimeMs,
    abi::MethodKind,
    codec::{Bounded, Bytes, Name},
    limit,
    receipt::{Event, FailureKind},
    state::Direction,
    transaction::{AssetAmount, Call},
};

use crate::{
    call::{CallKind, Caller},
    fault::Stop,
    gas::Meter,
    overlay::Value,
    session::{Session, Shared, decode_record},
};

/// One method of a system contract.
pub(crate) struct NativeMethod {
    /// As in the ABI.
    pub name: &'static str,
    /// As in the ABI: `Call` or `Query`.
    pub kind: MethodKind,
    /// Whether assets may be attached; as in the ABI, where `accepts` is not empty.
    pub accepts_assets: bool,
    /// What it does.
    pub run: fn(&mut Native<'_>) -> Result<Vec<u8>, Stop>,
}

/// A refusal of a system contract: a code of its ABI and the fields of the error.
pub(crate) fn refuse<T>(code: u32, payload: &impl Encode) -> Result<T, Stop> {
    Err(refusal(code, payload))
}

/// See [`refuse`].
pub(crate) fn refusal(code: u32, payload: &impl Encode) -> Stop {
    // Payloads of system contracts are a few fixed fields; one that did not fit would be left out.
    let payload = Bytes::new(payload.encode()).unwrap_or_default();
    FailureKind::Revert { code, payload }.into()
}

/// An entry of [`Native::page`]: the id at the end of its key, and its value.
pub(crate) type PageEntry = ([u8; 32], Vec<u8>);

/// An event of a system contract; see [`Native::emit`].
pub(crate) fn event(
    contract: ContractId,
    name: &str,
    topics: &[&[u8]],
    data: &impl Encode,
) -> Result<Event, Stop> {
    let too_large = |_| Stop::from(FailureKind::LimitExceeded);
    let topics = topics.iter().map(|topic| Bytes::new(topic.to_vec()));
    let topics = topics.collect::<Result<Vec<_>, _>>().map_err(too_large)?;
    Ok(Event {
        contract,
        name: Name::new(name).map_err(|_| Stop::from(FailureKind::LimitExceeded))?,
        topics: Bounded::new(topics).map_err(too_large)?,
        data: Bytes::new(data.encode()).map_err(too_large)?,
    })
}

/// What a native method works with: the frame it runs in.
pub(crate) struct Native<'a> {
    pub shared: &'a Shared,
    pub meter: &'a mut Meter,
    /// The system contract itself.
    pub contract: ContractId,
    pub caller: Caller,
    pub args: &'a [u8],
    pub attached: &'a [AssetAmount],
    pub read_only: bool,
}

impl Native<'_> {
    /// Decodes the arguments, all of them.
    pub fn args<T: Decode>(&self) -> Result<T, Stop> {
        weal_types::codec::decode("arguments", self.args, limit::TX_BYTES)
            .map_err(|_| FailureKind::BadArguments.into())
    }

    /// Who calls.
    pub fn caller(&self) -> AccountId {
        self.caller.id
    }

    /// Whether the caller is the chain's governance account.
    pub fn is_governance(&self) -> bool {
        self.shared.borrow().params.governance == self.caller.id
    }

    /// Fails unless the caller is the chain's governance account.
    pub fn require_governance(&self) -> Result<(), Stop> {
        if self.is_governance() { Ok(()) } else { Err(FailureKind::Unauthorised.into()) }
    }

    /// The encoded value at a key of this contract.
    pub fn read_bytes(&mut self, key: &[u8]) -> Result<Option<Value>, Stop> {
        self.shared.borrow_mut().read(&self.contract, key, self.meter)
    }

    /// The value at a key of this contract.
    pub fn read<T: Decode>(&mut self, what: &'static str, key: &[u8]) -> Result<Option<T>, Stop> {
        let value = self.read_bytes(key)?;
        Ok(value.map(|value| decode_record(&self.contract, what, &value)).transpose()?)
    }

    /// Stores a value at a key of this contract.
    pub fn write(&mut self, key: &[u8], value: &impl Encode) -> Result<(), Stop> {
        value.using_encoded(|bytes| self.write_bytes(key, bytes))
    }

    /// Stores bytes at a key of this contract.
    pub fn write_bytes(&mut self, key: &[u8], value: &[u8]) -> Result<(), Stop> {
        self.require_write()?;
        self.shared.borrow_mut().write(&self.contract, key, value, self.meter)
    }

    /// Removes a key of this contract.
    pub fn remove(&mut self, key: &[u8]) -> Result<(), Stop> {
        self.require_write()?;
        self.shared.borrow_mut().remove(&self.contract, key, self.meter)
    }

    /// Emits an event of this contract: a topic per element of `topics`, and the encoded other
    /// fields.
    pub fn emit(&mut self, name: &str, topics: &[&[u8]], data: &impl Encode) -> Result<(), Stop> {
        self.require_write()?;
        let event = event(self.contract, name, topics, data)?;
        self.shared.borrow_mut().emit(event, self.meter)
    }

    /// The session and the meter together, for what several contracts or the executor itself share.
    pub fn parts(&mut self) -> (RefMut<'_, Session>, &mut Meter) {
        (self.shared.borrow_mut(), self.meter)
    }

    /// The block's height.
    pub fn height(&self) -> Height {
        self.shared.borrow().block.height
    }

    /// The block's time.
    pub fn time(&self) -> TimeMs {
        self.shared.borrow().block.time
    }

    /// At most `limit` entries of this contract whose keys are `prefix` and an id of 32 bytes,
    /// after the id `after`.
    pub fn page(
        &mut self,
        prefix: &[u8],
        after: Option<&[u8; 32]>,
        limit: usize,
    ) -> Result<Vec<PageEntry>, Stop> {
        let mut entries = Vec::new();
        if limit == 0 {
            return Ok(entries);
        }
        // The key that follows directly after `prefix ‖ after` is that key with a zero byte.
        let from = match after {
            Some(id) => [prefix, id, &[0]].concat(),
            None => prefix.to_vec(),
        };
        let to = [prefix, &[0xff; 33]].concat();
        let contract = self.contract;
        let (mut session, meter) = self.parts();
        let range = (from.as_slice(), Some(to.as_slice()));
        session.scan(&contract, range, Direction::Ascending, meter, &mut |key, value| {
            if let Some(Ok(id)) = key.get(prefix.len()..).map(TryInto::try_into) {
                entries.push((id, value.to_vec()));
            }
            if entries.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(entries)
    }

    /// Runs a call on behalf of this system contract's caller, in a frame of its own. If it fails,
    /// what it did is undone and its failure is returned; pass it on with `?` or decide otherwise.
    pub fn call(&mut self, call: &Call, kind: CallKind) -> Result<Vec<u8>, Stop> {
        crate::call::nested(self.shared, self.caller, call, kind, self.read_only, self.meter)
    }

    /// Fails in a query.
    pub fn require_write(&self) -> Result<(), Stop> {
        if self.read_only { Err(FailureKind::WriteInQuery.into()) } else { Ok(()) }
    }
}
