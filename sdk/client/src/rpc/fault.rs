//! Why a request has no result, sorted by what the caller may do next.

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// Why a request has no result.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RpcError {
    /// A text that leads to no node.
    #[error("{url} is no address of a node: {reason}; write http://HOST:PORT")]
    Address {
        /// The text.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There was no connection, so nothing was sent.
    #[error("no node answers at {url}: {reason}")]
    Unreachable {
        /// Where.
        url: String,
        /// Why.
        reason: String,
    },
    /// The request went out and no answer came back: the node may have done it.
    #[error("{url} did not answer {method}: {reason}")]
    Lost {
        /// Where.
        url: String,
        /// What was asked for.
        method: String,
        /// Why.
        reason: String,
    },
    /// Something answered that does not speak this JSON-RPC.
    #[error("{url} answers {method} like no node of this chain (HTTP status {status}): {reason}")]
    NotRpc {
        /// Where.
        url: String,
        /// What was asked for.
        method: String,
        /// Of HTTP; 0 for a WebSocket.
        status: u16,
        /// What was found.
        reason: String,
    },
    /// The node refuses.
    #[error(transparent)]
    Refused(#[from] NodeError),
}

impl RpcError {
    /// Whether the node may have done what was asked for all the same.
    pub const fn is_outcome_unknown(&self) -> bool {
        match self {
            Self::Lost { .. } => true,
            // A proxy's own error tells nothing about the node behind it.
            Self::NotRpc { status, .. } => *status < 400 || *status >= 500,
            Self::Address { .. } | Self::Unreachable { .. } | Self::Refused(_) => false,
        }
    }

    /// The node's refusal, if it is one.
    pub const fn refusal(&self) -> Option<&NodeError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}

/// A refusal as the node words it.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{message}")]
pub struct NodeError {
    /// Its number; [`super::error::KINDS`] lists them.
    pub code: i32,
    /// Its name; empty where a node gives none.
    pub name: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// All that the node says beside it.
    pub data: Value,
}

/// The error object of JSON-RPC.
#[derive(Deserialize)]
pub(super) struct ErrorObject {
    code: i32,
    message: String,
    #[serde(default)]
    data: Value,
}

impl From<ErrorObject> for NodeError {
    fn from(object: ErrorObject) -> Self {
        let text = |name: &str| object.data.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            code: object.code,
            name: text("name").unwrap_or_default(),
            hint: text("hint"),
            message: object.message,
            data: object.data,
        }
    }
}
