//! What contracts said, looked up and as it happens.

use serde::{Deserialize, Serialize};

use super::{ContractAddress, Event, Hex, Hex32, U64};

/// Params of `events_query`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// Who said it; anybody if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractAddress>,
    /// The event's name; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A value that a topic has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<TopicFilter>,
    /// The first block; genesis if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_height: Option<U64>,
    /// The last block; the newest if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_height: Option<U64>,
    /// How many; 100 by default, [`super::EVENTS_PAGE`] at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Hex>,
}

/// A value that a topic has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TopicFilter {
    /// Which topic: 0 to 3.
    pub index: u8,
    /// Its encoding.
    pub value: Hex,
}

/// An event with its place in the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventRecord {
    /// In which block.
    pub height: U64,
    /// In which transaction of the block.
    pub index: u32,
    /// The hash of that transaction.
    pub transaction: Hex32,
    /// The how many-th event of that transaction, from 0.
    pub event: u32,
    /// What was said.
    #[serde(flatten)]
    pub said: Event,
}

/// Events in the order of the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventPage {
    /// The events.
    pub events: Vec<EventRecord>,
    /// `cursor` of the next page; absent at the end. A page can be empty and have a next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Hex>,
}

/// Params of `events_subscribe`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EventsSubscribe {
    /// Who says it; anybody if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractAddress>,
    /// The event's name; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
