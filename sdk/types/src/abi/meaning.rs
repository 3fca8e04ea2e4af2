//! How a person reads a value: the layer that tools may ignore without misreading a byte.

use alloc::string::String;

use parity_scale_codec::{Decode, Encode};
#[cfg(feature = "json")]
use serde::{Deserialize, Serialize};

use crate::hash::Hash;

/// How a person reads a value; everything here may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct Meaning {
    /// What a form calls it.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub label: String,
    /// What it is.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub doc: String,
    /// What it counts.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Option::is_none"))]
    pub unit: Option<Unit>,
    /// Smallest number or length.
    #[cfg_attr(
        feature = "json",
        serde(
            default,
            with = "super::json::optional_decimal",
            skip_serializing_if = "Option::is_none"
        )
    )]
    pub min: Option<u128>,
    /// Largest number or length.
    #[cfg_attr(
        feature = "json",
        serde(
            default,
            with = "super::json::optional_decimal",
            skip_serializing_if = "Option::is_none"
        )
    )]
    pub max: Option<u128>,
    /// An example, in JSON.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub example: String,
    /// Where a form finds the values to choose from.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Option::is_none"))]
    pub choices: Option<Choices>,
}

impl Meaning {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a number counts.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum Unit {
    /// Smallest units of an asset.
    Asset(AssetRef),
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Milliseconds since 1970-01-01 UTC.
    Timestamp,
    /// Heights.
    Blocks,
    /// Hundredths of a percent.
    BasisPoints,
    /// Millionths.
    PartsPerMillion,
    /// Percent.
    Percent,
    /// Bytes.
    Bytes,
    /// Gas.
    Gas,
}

/// Which asset.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum AssetRef {
    /// Any.
    Any,
    /// This one.
    Literal(#[cfg_attr(feature = "json", serde(with = "super::json::hex32"))] Hash),
    /// The one in a storage field.
    Stored(String),
    /// The one in another argument of the same method, or another field of the same item.
    Argument(String),
}

/// A query that lists the values to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct Choices {
    /// A query without arguments that returns a list of structs.
    pub query: String,
    /// The field that holds the value.
    pub value: String,
    /// The field that a person reads.
    pub text: String,
}
