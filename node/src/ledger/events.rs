//! The index over events.
//!
//! ```text
//! 1 ‖ contract (32) ‖ place                             events of a contract
//! 2 ‖ contract (32) ‖ digest of name (16) ‖ place       its events of one name
//! 3 ‖ contract (32) ‖ digest of name and topic (16) ‖ place
//!                                                       those with one value of one topic
//! place = height (8, BE) ‖ transaction (4, BE) ‖ event (2, BE)
//! ```
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

/// Index entries looked at for one page, at most: a bound on the work of a filter that matches
/// little.
const LOOKED_AT: usize = 20_000;

pub(super) fn write(batch: &mut Batch, transaction: TxPlace, events: &[Event]) {
    for (event, position) in events.iter().zip(0..) {
        let place = EventPlace { transaction, event: position };
        let contract = Some(event.contract);
        let name = Some(event.name.as_str().to_owned());
        let mut put = |filter: &EventFilter| {
            batch.put(EVENT_INDEX, &[prefix(filter), place.to_bytes().to_vec()].concat(), &[]);
        };
        put(&EventFilter { contract, ..EventFilter::default() });
        put(&EventFilter { contract, name: name.clone(), topic: None });
        for (topic, number) in event.topics.iter().zip(0..) {
            let topic = Some((number, topic.to_vec()));
            put(&EventFilter { contract, name: name.clone(), topic });
        }
    }
}

/// The index entries that a filter with a contract selects: the narrowest of the three kinds.
fn prefix(filter: &EventFilter) -> Vec<u8> {
    let contract = filter.contract.unwrap_or(ContractId([0; 32]));
    let digest = |parts: &[&[u8]]| hash(Tag::ListLeaf, parts)[..16].to_vec();
    match (&filter.name, &filter.topic) {
        (None, _) => [&[1], &contract.0[..]].concat(),
        (Some(name), None) => [&[2], &contract.0[..], &digest(&[name.as_bytes()])].concat(),
        (Some(name), Some((number, value))) => {
            let digest = digest(&[name.as_bytes(), &[0, *number], value]);
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
        if filter.contract.is_none() {
            return self.events_of_all(filter, from, until, limit);
        }
        let prefix = prefix(filter);
        let start = [&prefix[..], &from.to_bytes()].concat();
        let end = [&prefix[..], &EventPlace::first_of(until).to_bytes()].concat();
        let mut places = Vec::new();
        self.db.view()?.scan(
            EVENT_INDEX,
            &start,
            Some(&end),
            Direction::Ascending,
            &mut |key, _| {
                places.extend(key.get(prefix.len()..).and_then(EventPlace::from_bytes));
                // One more than may be looked at tells where the next page begins.
                if places.len() > LOOKED_AT.max(limit) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        )?;
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
        let mut looked_at = 0;
        let mut fault = None;
        let (start, end) = (from.transaction.to_bytes(), until.0.to_be_bytes());
        let view = self.db.view()?;
        view.scan(RECEIPTS, &start, Some(&end), Direction::Ascending, &mut |key, value| {
            let (Some(transaction), Ok(receipt)) =
                (TxPlace::from_bytes(key), Receipt::decode_all(&mut &*value))
            else {
                fault = Some(damaged("receipt", &format!("{key:?}")));
                return ControlFlow::Break(());
            };
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
