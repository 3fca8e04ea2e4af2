//! The contract's own storage, and its events.

use std::ops::ControlFlow;

use parity_scale_codec::Encode;
use weal_types::{
    codec::{Bounded, Bytes, Name, decode},
    host::{NOTHING, range_flag},
    limit,
    receipt::{Event, FailureKind},
    state::Direction,
};

use super::super::HostCall;
use crate::{fault::Stop, gas};

pub fn get(
    host: &mut HostCall<'_>,
    key: u32,
    key_len: u32,
    dst: u32,
    cap: u32,
) -> Result<i32, Stop> {
    let (mut memory, frame, meter) = host.parts()?;
    let key = memory.slice(key, key_len, limit::STATE_KEY_BYTES)?;
    let value = frame.shared.borrow_mut().read_free(&frame.contract, key)?;
    match value {
        None => Ok(NOTHING),
        Some(value) => {
            memory.give(&mut frame.kept, meter, gas::host::get.per_byte, &value, (dst, cap))
        }
    }
}

pub fn put(
    host: &mut HostCall<'_>,
    key: u32,
    key_len: u32,
    src: u32,
    len: u32,
) -> Result<(), Stop> {
    let (memory, frame, meter) = host.parts()?;
    let key = memory.slice(key, key_len, limit::STATE_KEY_BYTES)?;
    let value = memory.slice(src, len, limit::STATE_VALUE_BYTES)?;
    meter.charge(gas::host::put.per_byte * (key.len() + value.len()) as u64)?;
    frame.shared.borrow_mut().write_free(&frame.contract, key, value)
}

pub fn remove(host: &mut HostCall<'_>, key: u32, key_len: u32) -> Result<(), Stop> {
    let (memory, frame, meter) = host.parts()?;
    let key = memory.slice(key, key_len, limit::STATE_KEY_BYTES)?;
    meter.charge(gas::host::remove.per_byte * key.len() as u64)?;
    frame.shared.borrow_mut().remove_free(&frame.contract, key)
}

/// Bytes of one page of a range.
const PAGE_BYTES: usize = 64 * 1024;

#[expect(clippy::too_many_arguments, reason = "the row of the table has as many")]
pub fn range(
    host: &mut HostCall<'_>,
    from: u32,
    from_len: u32,
    to: u32,
    to_len: u32,
    flags: u32,
    limit: u32,
    dst: u32,
    cap: u32,
) -> Result<i32, Stop> {
    let (mut memory, frame, meter) = host.parts()?;
    if flags & !(range_flag::DESCENDING | range_flag::KEYS_ONLY) != 0 {
        return Err(FailureKind::BadHostCall.into());
    }
    let from = memory.slice(from, from_len, limit::STATE_KEY_BYTES)?;
    let to = memory.slice(to, to_len, limit::STATE_KEY_BYTES)?;
    let to = (!to.is_empty()).then_some(to);
    let direction = match flags & range_flag::DESCENDING {
        0 => Direction::Ascending,
        _ => Direction::Descending,
    };
    let keys_only = flags & range_flag::KEYS_ONLY != 0;
    let mut page: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut bytes = 0;
    if limit > 0 {
        let mut session = frame.shared.borrow_mut();
        session.scan(&frame.contract, (from, to), direction, meter, &mut |key, value| {
            let value = if keys_only { &[] } else { value };
            // A first entry is always given, or a large value would hide everything behind it.
            if !page.is_empty() && bytes + key.len() + value.len() > PAGE_BYTES {
                return ControlFlow::Break(());
            }
            bytes += key.len() + value.len();
            page.push((key.to_vec(), value.to_vec()));
            match page.len() < limit as usize {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })?;
    }
    memory.give(&mut frame.kept, meter, gas::host::range.per_byte, &page.encode(), (dst, cap))
}

pub fn emit(
    host: &mut HostCall<'_>,
    name: u32,
    name_len: u32,
    topics: u32,
    topics_len: u32,
    data: u32,
    data_len: u32,
) -> Result<(), Stop> {
    /// The encoded list: a length byte, and a length of at most two bytes before each topic.
    const TOPICS_BYTES: usize = 1 + limit::EVENT_TOPICS * (2 + limit::TOPIC_BYTES);
    let (memory, frame, meter) = host.parts()?;
    let name = memory.slice(name, name_len, limit::NAME_BYTES)?;
    let topics = memory.slice(topics, topics_len, TOPICS_BYTES)?;
    let data = memory.slice(data, data_len, limit::EVENT_DATA_BYTES)?;
    let bad = || Stop::from(FailureKind::BadHostCall);
    let name = std::str::from_utf8(name).ok().and_then(|name| Name::new(name).ok());
    let topics: Bounded<_, 0, { limit::EVENT_TOPICS }> =
        decode("topics", topics, TOPICS_BYTES).map_err(|_| bad())?;
    let event = Event {
        contract: frame.contract,
        name: name.ok_or_else(bad)?,
        topics,
        data: Bytes::new(data.to_vec()).map_err(|_| FailureKind::LimitExceeded)?,
    };
    frame.shared.borrow_mut().emit_charged(event, meter)
}
