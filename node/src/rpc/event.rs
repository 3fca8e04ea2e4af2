//! `events_query`, and what blocks say to those who follow events.

use weal_client::rpc::{
    error,
    types::{EVENTS_PAGE, EventPage, EventRecord, EventsQuery, EventsSubscribe, Hex, Hex32, U64},
};
use weal_types::{
    Height,
    receipt::{Event, Outcome},
};

use super::{
    Api,
    chain::not_here,
    error::{Answer, Error},
    said,
    view::View,
};
use crate::ledger::{EventFilter, EventPlace, FinalizedBlock, FoundEvent, TxPlace};

/// Events of one page unless told otherwise.
const PAGE: u32 = 100;

pub(super) fn query(api: &Api, params: EventsQuery) -> Answer<EventPage> {
    let invalid = |message: &str| Err(Error::new(error::INVALID_PARAMS, message));
    if params.topic.is_some() && (params.contract.is_none() || params.name.is_none()) {
        return invalid("a topic is one of an event: give its contract and name too");
    }
    let first = EventPlace::first_of(Height(params.from_height.map_or(0, |height| height.0)));
    let from = match params.cursor {
        None => first,
        Some(cursor) => match EventPlace::from_bytes(&cursor.0) {
            Some(place) => place.max(first),
            None => return invalid("the cursor is none that a page before has given"),
        },
    };
    if let Some(error) = not_here(api, from.transaction.height, "events") {
        return Err(error);
    }
    let newest = api.node.head().header.height;
    let last = params.to_height.map_or(newest, |height| Height(height.0).min(newest));
    let limit = params.limit.unwrap_or(PAGE);
    if !(1..=EVENTS_PAGE).contains(&limit) {
        return invalid(&format!("limit is {limit}; a page has 1 to {EVENTS_PAGE} events"));
    }
    let filter = EventFilter {
        contract: params.contract.map(|contract| contract.0),
        name: params.name,
        topic: params.topic.map(|topic| (topic.index, topic.value.0)),
    };
    // Heights are counted from 0 and never reach the largest number.
    let until = last.next().unwrap_or(last);
    let found = api.node.ledger().events(&filter, from, until, limit as usize);
    let mut page = found.map_err(Error::internal)?;
    shorten(&mut page, api.config.limits.response_bytes as usize);
    let view = View::newest(api)?;
    let events = page.events.iter().map(|found| record(&view, found)).collect::<Answer<_>>()?;
    Ok(EventPage { events, next: page.next.map(|next| Hex(next.to_bytes().to_vec())) })
}

/// Leaves for the next page what would not fit into this response: an event takes up to six times
/// its bytes as digits and as JSON.
fn shorten(page: &mut crate::ledger::EventPage, response_bytes: usize) {
    let mut bytes = 0;
    let fits = page.events.iter().take_while(|found| {
        bytes += 1_000 + 6 * found.event.data.len();
        bytes <= response_bytes
    });
    // One event always fits into the smallest response that can be configured sensibly.
    let count = fits.count().max(1);
    if let Some(cut) = page.events.get(count) {
        page.next = Some(cut.place);
        page.events.truncate(count);
    }
}

fn record(view: &View<'_>, found: &FoundEvent) -> Answer<EventRecord> {
    Ok(EventRecord {
        height: U64(found.place.transaction.height.0),
        index: found.place.transaction.index,
        transaction: Hex32(found.transaction.0),
        event: found.place.event.into(),
        said: said::event(view, &found.event)?,
    })
}

/// The events of a block that a subscriber asked for.
pub(super) fn of_block(
    api: &Api,
    block: &FinalizedBlock,
    filter: &EventsSubscribe,
) -> Answer<Vec<EventRecord>> {
    let admits = |event: &Event| {
        filter.contract.is_none_or(|contract| contract.0 == event.contract)
            && filter.name.as_deref().is_none_or(|name| name == event.name.as_str())
    };
    let view = View::newest(api)?;
    let mut records = Vec::new();
    for receipt in &block.receipts {
        let Outcome::Applied { transaction, events, .. } = &receipt.outcome else { continue };
        let place = TxPlace { height: block.header.height, index: receipt.index };
        for (event, number) in events.iter().zip(0..).filter(|(event, _)| admits(event)) {
            let place = EventPlace { transaction: place, event: number };
            let found = FoundEvent { place, transaction: *transaction, event: event.clone() };
            records.push(record(&view, &found)?);
        }
    }
    Ok(records)
}
