//! How an answer goes wrong.

use jsonrpsee::{
    server::MethodResponse,
    types::{ErrorObjectOwned, Id},
};
use weal_client::rpc::{
    error::{self, Kind, LimitData},
    types::Failure,
};

/// An error of a method: one of the kinds that server and clients share, with what was found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Error {
    kind: Kind,
    message: String,
    limit: Option<LimitData>,
    failure: Option<Box<Failure>>,
}

/// What a handler gives.
pub(super) type Answer<T> = Result<T, Error>;

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), limit: None, failure: None }
    }

    /// A refusal that names the limit in the node's configuration and its value.
    pub fn limit(kind: Kind, found: &str, name: &str, value: impl Into<u64>) -> Self {
        let value = value.into();
        Self {
            kind,
            message: format!("{found}: {name} is {value} on this node"),
            limit: Some(LimitData { name: name.into(), value }),
            failure: None,
        }
    }

    /// The failure of a contract.
    pub fn failed(kind: Kind, failure: Failure) -> Self {
        let message = failure.message.clone();
        Self { kind, message, limit: None, failure: Some(Box::new(failure)) }
    }

    /// The node failed: the client learns that, the log learns why.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        tracing::error!(%reason, "a request could not be answered");
        Self::new(error::INTERNAL_ERROR, "the node could not answer")
    }

    #[cfg(test)]
    pub fn name(&self) -> &'static str {
        self.kind.name
    }

    /// As the answer to a request.
    pub fn response(self, id: Id<'_>) -> MethodResponse {
        MethodResponse::error(id, ErrorObjectOwned::from(self))
    }

    /// As the answer to what cannot be read as a request.
    pub fn body(self) -> String {
        self.response(Id::Null).as_ref().to_owned()
    }
}

impl From<Error> for ErrorObjectOwned {
    fn from(error: Error) -> Self {
        let mut data = error.kind.data();
        data.limit = error.limit;
        data.failure = error.failure.map(|failure| *failure);
        Self::owned(error.kind.code, error.message, Some(data))
    }
}
