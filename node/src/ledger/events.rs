//! The index over events.
//!
//! ```text
//! 1 ‖ contract (32) ‖ place → rest                      events of a contract
//! 2 ‖ contract (32) ‖ digest of name (16) ‖ place → rest
//!                                                       its events of one name
//! 3 ‖ contract (32) ‖ digest of name and topic (16) ‖ place → rest
//!                                                       those with one value of one topic
//! place = height (8, BE) ‖ transaction (4, BE) ‖ event (2, BE)
//! rest  = (transaction (4, BE) ‖ event (2, BE)) × 0..1,024
//! ```
//!
//! An entry holds the events of one block, up to a length: a block of a thousand donations makes
//! one entry for "donations of this contract", not a thousand.
//!
//! A digest is 16 bytes of a hash; a reader looks at the event itself, so two names or topics that
//! share one cost a look and nothing else.

use std::ops::ControlFlow;

use parity_scale_codec::DecodeAll;
use weal_state::Batch;
use weal_types::{
    ContractId, Height,
    hash::{Tag, hash},
    receipt::{Event, Outcome, Receipt},
    state::Direction,
};

use super::{EVENT_INDEX, Ledger, LedgerError, RECEIPTS, TxPlace, damaged};

/// Which events are asked for. A topic without a contract and a name cannot be looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of which contract.
    pub contract: Option<ContractId>,
    /// Of which name in the contract's ABI.
    pub name: Option<String>,
    /// With which value of which topic, by position from 0.
    pub topic: Option<(u8, Vec<u8>)>,
}

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventPlace {
    /// The transaction that emitted it.
    pub transaction: TxPlace,
    /// Its position among the transaction's events, from 0.
    pub event: u16,
}

/// An event and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEvent {
    /// Where.
    pub place: EventPlace,
    /// The transaction's hash.
    pub transaction: weal_types::TxHash,
    /// The event.
    pub event: Event,
}

/// A page of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPage {
    /// The events, oldest first.
    pub events: Vec<FoundEvent>,
    /// Where the next page begins, if there may be more.
    pub next: Option<EventPlace>,
}

const PLACE_BYTES: usize = 14;
const HEIGHT_BYTES: usize = 8;

/// Index entries looked at for one page, at most: a bound on the work of a filter that matches
/// little.
const LOOKED_AT: usize = 20_000;

/// Places of one entry, at most: what a reader takes in at once stays bounded.
const ENTRY_PLACES: usize = 1_024;

/// What an event can be looked up by: its contract, also with its name, also with a topic.
type Handle<'a> = (ContractId, Option<&'a str>, Option<(u8, &'a [u8])>);

/// The entries of one block.
#[derive(Default)]
pub(super) struct BlockIndex<'a>(Vec<(Handle<'a>, EventPlace)>);

impl<'a> BlockIndex<'a> {
    /// Adds the events of a transaction.
    pub fn add(&mut self, transaction: TxPlace, events: &'a [Event]) {
        for (event, position) in events.iter().zip(0..) {
            let place = EventPlace { transaction, event: position };
            let (contract, name) = (event.contract, Some(event.name.as_str()));
            self.0.push(((contract, None, None), place));
            self.0.push(((contract, name, None), place));
            let topics = (0..).zip(event.topics.iter().map(|topic| &topic[..]));
            self.0.extend(topics.map(|topic| ((contract, name, Some(topic)), place)));
        }
    }

    /// Adds the entries to the batch.
    pub fn write(mut self, batch: &mut Batch) {
        self.0.sort_unstable();
        let mut entries = Vec::new();
        for group in self.0.chunk_by(|(one, _), (other, _)| one == other) {
            let prefix = group.first().map(|(handle, _)| prefix(*handle)).unwrap_or_default();
            for places in group.chunks(ENTRY_PLACES) {
                let Some(((_, first), rest)) = places.split_first() else { continue };
                entries.push(([&prefix[..], &first.to_bytes()].concat(), rest));
            }
        }
        // The database takes ascending keys faster.
        entries.sort_unstable();
        for (key, rest) in entries {
            batch.put_with(EVENT_INDEX, &key, |bytes| {
                for (_, place) in rest {
                    bytes.extend_from_slice(&place.to_bytes()[HEIGHT_BYTES..]);
                }
            });
        }
    }
}

/// Shows `visit` the places of an entry, in order, until it breaks.
fn read_entry(
    place: &[u8],
    rest: &[u8],
    visit: &mut dyn FnMut(EventPlace) -> ControlFlow<()>,
) -> Option<ControlFlow<()>> {
    let mut bytes: [u8; PLACE_BYTES] = place.try_into().ok()?;
    let (others, left) = rest.as_chunks::<{ PLACE_BYTES - HEIGHT_BYTES }>();
    let mut flow = visit(EventPlace::from_bytes(&bytes)?);
    for other in others {
        if flow.is_break() {
            break;
        }
        bytes[HEIGHT_BYTES..].copy_from_slice(other);
        flow = visit(EventPlace::from_bytes(&bytes)?);
    }
    left.is_empty().then_some(flow)
}

/// What the keys begin with that lead to events with this handle.
fn prefix((contract, name, topic): Handle<'_>) -> Vec<u8> {
    let digest = |parts: &[&[u8]]| hash(Tag::ListLeaf, parts)[..16].to_vec();
    match (name, topic) {
        (None, _) => [&[1], &contract.0[..]].concat(),
        (Some(name), None) => [&[2], &contract.0[..], &digest(&[name.as_bytes()])].concat(),
        (Some(name), Some((number, value))) => {
            let digest = digest(&[name.as_bytes(), &[0, number], value]);
            [&[3], &contract.0[..], &digest].concat()
        }
    }
}

impl EventFilter {
    fn admits(&self, event: &Event) -> bool {
        self.contract.is_none_or(|contract| contract == event.contract)
            && self.name.as_deref().is_none_or(|name| name == event.name.as_str())
            && self.topic.as_ref().is_none_or(|(number, value)| {
                event.topics.get(usize::from(*number)).is_some_and(|topic| **topic == value[..])
            })
    }
}

impl EventPlace {
    /// The place as bytes that sort like it.
    pub fn to_bytes(self) -> [u8; PLACE_BYTES] {
        let mut bytes = [0; PLACE_BYTES];
        bytes[..12].copy_from_slice(&self.transaction.to_bytes());
        bytes[12..].copy_from_slice(&self.event.to_be_bytes());
        bytes
    }

    /// The reverse of [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (transaction, event) = bytes.split_at_checked(12)?;
        let event = u16::from_be_bytes(event.try_into().ok()?);
        Some(Self { transaction: TxPlace::from_bytes(transaction)?, event })
    }

    /// The first place of a height.
    pub const fn first_of(height: Height) -> Self {
        Self { transaction: TxPlace { height, index: 0 }, event: 0 }
    }
}

impl Ledger {
    /// The events that `filter` admits from `from` on and before height `until`, oldest first, at
    /// most `limit`.
    pub fn events(
        &self,
        filter: &EventFilter,
        from: EventPlace,
        until: Height,
        limit: usize,
    ) -> Result<EventPage, LedgerError> {
        let Some(contract) = filter.contract else {
            return self.events_of_all(filter, from, until, limit);
        };
        // The narrowest of the three kinds.
        let topic = filter.topic.as_ref().map(|(number, value)| (*number, &value[..]));
        let prefix = prefix((contract, filter.name.as_deref(), topic));
        // An entry begins with the first of a block's places, which may come before `from`.
        let first = EventPlace::first_of(from.transaction.height);
        let start = [&prefix[..], &first.to_bytes()].concat();
        let end = [&prefix[..], &EventPlace::first_of(until).to_bytes()].concat();
        let (mut places, mut fault) = (Vec::new(), None);
        let mut take = |place| {
            places.extend(Some(place).filter(|place| *place >= from));
            // One more than may be looked at tells where the next page begins.
            match places.len() > LOOKED_AT.max(limit) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let view = self.db.view()?;
        view.scan(EVENT_INDEX, &start, Some(&end), Direction::Ascending, &mut |key, rest| {
            let place = key.get(prefix.len()..).unwrap_or_default();
            read_entry(place, rest, &mut take).unwrap_or_else(|| {
                fault = Some(damaged("the event index", &format!("{key:?}")));
                ControlFlow::Break(())
            })
        })?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let mut page = EventPage::default();
        for (looked_at, place) in places.into_iter().enumerate() {
            if page.events.len() == limit || looked_at == LOOKED_AT.max(limit) {
                page.next = Some(place);
                break;
            }
            page.events.extend(self.event(place)?.filter(|found| filter.admits(&found.event)));
        }
        Ok(page)
    }

    /// The same for a filter that names no contract: through the receipts themselves.
    fn events_of_all(
        &self,
        filter: &EventFilter,
        from: EventPlace,
        until: Height,
        limit: usize,
    ) -> Result<EventPage, LedgerError> {
        let mut page = EventPage::default();
        let (mut looked_at, mut fault) = (0, None);
        let mut take = |transaction: TxPlace, receipt: Receipt| {
            looked_at += 1;
            let Outcome::Applied { transaction: hash, events, .. } = receipt.outcome else {
                return ControlFlow::Continue(());
            };
            for (event, position) in events.into_inner().into_iter().zip(0..) {
                let place = EventPlace { transaction, event: position };
                if place < from {
                    continue;
                }
                if page.events.len() == limit || looked_at > LOOKED_AT {
                    page.next = Some(place);
                    return ControlFlow::Break(());
                }
                if filter.admits(&event) {
                    page.events.push(FoundEvent { place, transaction: hash, event });
                }
            }
            ControlFlow::Continue(())
        };
        let (start, end) = (from.transaction.receipts_key(), until.0.to_be_bytes());
        let view = self.db.view()?;
        view.scan(RECEIPTS, &start, Some(&end), Direction::Ascending, &mut |key, value| {
            let (Some(first), Ok(receipts)) =
                (TxPlace::from_bytes(key), Vec::<Receipt>::decode_all(&mut &*value))
            else {
                fault = Some(damaged("receipt", &format!("{key:?}")));
                return ControlFlow::Break(());
            };
            let places = (first.index..).map(|index| TxPlace { index, ..first });
            places.zip(receipts).try_for_each(|(place, receipt)| take(place, receipt))
        })?;
        fault.map_or(Ok(page), Err)
    }

    /// One event.
    pub fn event(&self, place: EventPlace) -> Result<Option<FoundEvent>, LedgerError> {
        let Some(receipt) = self.receipt(place.transaction)? else { return Ok(None) };
        let Outcome::Applied { transaction, events, .. } = receipt.outcome else {
            return Ok(None);
        };
        let event = events.get(usize::from(place.event)).cloned();
        Ok(event.map(|event| FoundEvent { place, transaction, event }))
    }
}

#[cfg(test)]
mod tests;
