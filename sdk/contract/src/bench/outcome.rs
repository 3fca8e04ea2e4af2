//! What came of a call.

use std::{fmt, marker::PhantomData};

use weal_types::{
    AccountId, Gas,
    codec::Bytes,
    receipt::{self, CallError, FailureKind},
};

use crate::{
    ContractError, Event,
    buffer::{Buffer, written},
    codec::Encode,
    failure::Failure,
};

/// What came of a call that returns `T` or refuses with `E`.
#[must_use = "a call that fails must not go unnoticed: `unwrap` it, or expect its failure"]
pub struct Outcome<T, E> {
    pub(super) what: String,
    pub(super) result: Result<T, CallError>,
    pub(super) events: Vec<receipt::Event>,
    pub(super) gas: Gas,
    pub(super) writes: usize,
    pub(super) error: PhantomData<fn() -> E>,
}

impl<T, E> Outcome<T, E> {
    /// The gas that the transaction used.
    pub fn gas(&self) -> Gas {
        self.gas
    }

    /// How many keys of the state the transaction changed, the signer's nonce and balances among
    /// them; none for a query.
    pub fn writes(&self) -> usize {
        self.writes
    }

    /// The result, or which contract failed and how.
    pub fn result(&self) -> Result<&T, &CallError> {
        self.result.as_ref()
    }

    /// The events of the whole transaction, in order; none if it failed.
    pub fn events(&self) -> &[receipt::Event] {
        &self.events
    }

    /// Whether this event was emitted, topics and data and all.
    pub fn emitted<V: Event>(&self, event: &V) -> bool {
        let topics = |buffer: &mut Buffer<'_>| event.write_topics(buffer);
        let topics = written(topics, <[u8]>::to_vec);
        let data = |buffer: &mut Buffer<'_>| event.write_data(buffer);
        let data = written(data, <[u8]>::to_vec);
        self.events.iter().any(|found| {
            let same = found.name.as_str() == V::NAME && *found.data == *data;
            same && found.topics.encode() == topics
        })
    }
}

impl<T, E: ContractError + fmt::Debug> Outcome<T, E> {
    /// The result of a call that must succeed.
    #[track_caller]
    pub fn unwrap(self) -> T {
        match self.result {
            Ok(value) => value,
            Err(error) => panic!("{} failed: {}", self.what, told::<E>(&error)),
        }
    }

    #[track_caller]
    fn failed(&self, expected: &str) -> &CallError {
        match &self.result {
            Ok(_) => panic!("{} succeeded; expected {expected}", self.what),
            Err(error) => error,
        }
    }

    /// Expects a refusal of the contract's own.
    #[track_caller]
    pub fn expect(self, expected: &E)
    where
        E: PartialEq,
    {
        let error = self.failed(&format!("the error {expected:?}"));
        let is_expected = matches!(&error.kind, FailureKind::Revert { code, payload }
            if E::read(*code, payload).is_some_and(|found| found == *expected));
        let (what, told) = (&self.what, told::<E>(error));
        assert!(is_expected, "{what} failed: {told}; expected {expected:?}");
    }

    /// Expects that the caller may not do this.
    #[track_caller]
    pub fn expect_unauthorised(self) {
        self.expect_code(Failure::NotAuthorised);
    }

    /// Expects a refusal of the SDK's own.
    #[track_caller]
    pub fn expect_code(self, expected: Failure) {
        let error = self.failed(&format!("{expected:?}"));
        let is_expected =
            matches!(&error.kind, FailureKind::Revert { code, .. } if *code == expected.code());
        let (what, told) = (&self.what, told::<E>(error));
        assert!(is_expected, "{what} failed: {told}; expected {expected:?}");
    }

    /// Expects a failure of this kind: out of gas, a trap, a panic, re-entry, ….
    #[track_caller]
    pub fn expect_failure(self, is_expected: impl FnOnce(&FailureKind) -> bool) {
        let error = self.failed("a failure");
        let (what, told) = (&self.what, told::<E>(error));
        assert!(is_expected(&error.kind), "{what} failed otherwise: {told}");
    }
}

/// A failure in words.
pub(super) fn told<E: ContractError + fmt::Debug>(error: &CallError) -> String {
    let CallError { contract, method, kind } = error;
    let reason = match kind {
        FailureKind::Revert { code, payload } => refusal::<E, _>(*code, payload),
        FailureKind::Panic(location) => format!("panic at {}", String::from_utf8_lossy(location)),
        other => format!("{other:?}"),
    };
    let short: String = format!("{contract:?}").chars().take(20).collect();
    format!("{reason}, in `{}` of {short}…", method.as_str())
}

fn refusal<E: ContractError + fmt::Debug, const N: usize>(code: u32, payload: &Bytes<N>) -> String {
    if let Some(error) = E::read(code, payload) {
        return format!("{error:?}");
    }
    match crate::failure::named(code).as_deref() {
        Some("NotAuthorised") => match <[u8; 32]>::try_from(&payload[..]) {
            Ok(caller) => format!("NotAuthorised: {:?}", AccountId(caller)),
            Err(_) => "NotAuthorised".into(),
        },
        Some(name) => name.into(),
        None => format!("error {code}, payload {payload:?}"),
    }
}
