//! Calls to other contracts. [`import!`](crate::import) writes a client with one method per method
//! of an ABI on top of [`Target`].

use alloc::vec::Vec;

use weal_types::{
    Amount, AssetId, ContractId, Gas,
    codec::{Bytes, Name},
    receipt::{CallError, FailureKind},
    transaction::AssetAmount,
};

use crate::{
    Value,
    buffer::{Buffer, written},
    codec::Encode,
    failure::{Failure, fail},
    host,
    length::{self, take_bytes},
    value::exact,
};

/// A contract to call, with what goes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    contract: ContractId,
    gas: Gas,
    attached: Vec<AssetAmount>,
}

impl Target {
    /// The contract `contract`, with nothing attached and all the gas that is left.
    #[must_use]
    pub const fn new(contract: ContractId) -> Self {
        Self { contract, gas: Gas::MAX, attached: Vec::new() }
    }

    /// Attaches an amount, which the calling contract pays. At most sixteen assets.
    pub fn attach(&mut self, asset: AssetId, amount: Amount) {
        self.attached.push(AssetAmount { asset, amount });
    }

    /// Limits the gas that the call may use. What it does not use comes back; without a limit a
    /// callee can use up all gas of the caller.
    pub const fn gas_at_most(&mut self, gas: Gas) {
        self.gas = gas;
    }

    /// Calls `method` with the encoding of `args`, a tuple of the arguments.
    ///
    /// Where the call fails, everything that it did is undone, and the error says which contract
    /// failed and how. An answer that is no `T` is a failure of the callee with the code of
    /// [`Failure::AnswerMalformed`].
    pub fn call<T: Value>(&self, method: &str, args: &impl Encode) -> Result<T, CallError> {
        self.ask(method, args, |answer| {
            let value = match answer.split_first() {
                Some((0, mut answer)) => take_bytes(&mut answer).and_then(exact),
                _ => None,
            };
            value.ok_or_else(|| self.failure(method, answer))
        })
    }

    /// Hands on the encoded `Result<Vec<u8>, CallError>`.
    fn ask<R>(&self, method: &str, args: &impl Encode, read: impl FnOnce(&[u8]) -> R) -> R {
        written(|request| self.write(request, method, args), |request| host::call(request, read))
    }

    /// Writes the `CallRequest`.
    fn write(&self, request: &mut Buffer<'_>, method: &str, args: &impl Encode) {
        request.push(&self.contract.0);
        length::write(request, method.len());
        request.push(method.as_bytes());
        length::write(request, args.encoded_size());
        args.encode_to(request);
        length::write(request, self.attached.len());
        for AssetAmount { asset, amount } in &self.attached {
            request.push(&asset.0);
            request.push(&amount.0.to_le_bytes());
        }
        request.push(&self.gas.0.to_le_bytes());
    }

    /// The error in an answer that holds no value.
    #[inline(never)]
    fn failure(&self, method: &str, answer: &[u8]) -> CallError {
        if let Some((1, error)) = answer.split_first()
            && let Some(error) = exact(error)
        {
            return error;
        }
        let Ok(method) = Name::new(method) else { fail(Failure::AnswerMalformed) };
        let code = Failure::AnswerMalformed.code();
        let kind = FailureKind::Revert { code, payload: Bytes::default() };
        CallError { contract: self.contract, method, kind }
    }
}

/// The error that `error` says the callee at `contract` refused with, read by `read`; `None` for
/// another failure, or one of a contract further down.
#[must_use]
pub fn refusal<E: crate::ContractError>(error: &CallError) -> Option<E> {
    match &error.kind {
        FailureKind::Revert { code, payload } => E::read(*code, payload),
        _ => None,
    }
}
