//! Calls as data, for tests and tools: `#[contract]` writes `CounterCalls::add(5)` beside
//! `Counter`. Native builds only.

use core::marker::PhantomData;

use weal_types::receipt::FailureKind;

use crate::{ContractError, Value, codec::Encode, value::exact};

/// A call of a method that answers with `T` or refuses with `E`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<T, E> {
    /// The method.
    pub method: &'static str,
    /// SCALE encoding of its arguments.
    pub args: Vec<u8>,
    outcome: PhantomData<fn() -> (T, E)>,
}

impl<T: Value, E: ContractError> Request<T, E> {
    /// A call of `method` with a tuple of arguments.
    #[must_use]
    pub fn new(method: &'static str, args: &impl Encode) -> Self {
        Self { method, args: args.encode(), outcome: PhantomData }
    }

    /// What the method's result says; `None` where it is no `T`.
    #[must_use]
    pub fn answer(&self, result: &[u8]) -> Option<T> {
        exact(result)
    }

    /// The contract's own error, if that is how it failed.
    #[must_use]
    pub fn refusal(&self, failure: &FailureKind) -> Option<E> {
        match failure {
            FailureKind::Revert { code, payload } => E::read(*code, payload),
            _ => None,
        }
    }
}
