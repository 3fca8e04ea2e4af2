//! How the SDK itself refuses: codes that every contract has besides its own.
//!
//! A contract's own codes lie below [`FIRST_CODE`]. The ABI of every contract lists these, so that
//! clients can name them.

use weal_types::AccountId;

use crate::{buffer::encoded, codec::Encode, host};

/// The first code that a contract cannot use for its own errors.
pub const FIRST_CODE: u32 = 0xFFFF_0000;

/// What the SDK refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Failure {
    /// The caller may not call the method; the payload is the caller.
    NotAuthorised = FIRST_CODE,
    /// The attached assets are not those that the method accepts.
    NotAccepted,
    /// The arguments do not decode.
    ArgumentsMalformed,
    /// A sum or difference left its range.
    NumberOverflow,
    /// A storage field was read that nothing has been stored in.
    FieldUnset,
    /// Stored bytes do not decode: the code does not fit the data.
    StoredMalformed,
    /// The contract holds less than it sends.
    BalanceTooLow,
    /// The asset refuses the payee.
    PayeeRefused,
    /// A storage key is longer than 256 bytes.
    KeyTooLong,
    /// A contract was asked something and answered in another form than its ABI says.
    AnswerMalformed,
}

impl Failure {
    /// Its code.
    pub const fn code(self) -> u32 {
        self as u32
    }
}

/// Ends the frame: everything that it did is undone.
pub(crate) fn fail(failure: Failure) -> ! {
    host::revert(failure.code(), &[])
}

/// Ends the frame because `caller` may not call the method.
pub(crate) fn not_authorised(caller: &AccountId) -> ! {
    host::revert(Failure::NotAuthorised.code(), &caller.0)
}

/// Ends the frame with an error of the contract's own.
pub(crate) fn refuse(code: u32, payload: &impl Encode) -> ! {
    encoded(payload, |bytes| {
        // The code says more than a payload that is cut off.
        let fits = bytes.len() <= weal_types::limit::REVERT_PAYLOAD_BYTES;
        host::revert(code, if fits { bytes } else { &[] })
    })
}

/// The name of one of the SDK's codes.
#[cfg(feature = "bench")]
pub(crate) fn named(code: u32) -> Option<String> {
    cases().into_iter().find(|case| case.code == code).map(|case| case.name)
}

/// Names, messages and fields of the codes, for the ABI.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn cases() -> Vec<weal_types::abi::ErrorCase> {
    use weal_types::abi::{ErrorCase, Field, Meaning, Type};
    const CASES: [(Failure, &str, &str); 10] = [
        (Failure::NotAuthorised, "NotAuthorised", "{caller} may not call this."),
        (Failure::NotAccepted, "NotAccepted", "The attached assets are not the accepted ones."),
        (Failure::ArgumentsMalformed, "ArgumentsMalformed", "The arguments do not decode."),
        (Failure::NumberOverflow, "NumberOverflow", "A sum or difference left its range."),
        (Failure::FieldUnset, "FieldUnset", "Something was read before it was stored."),
        (Failure::StoredMalformed, "StoredMalformed", "Stored data is not what the code expects."),
        (Failure::BalanceTooLow, "BalanceTooLow", "The contract holds less than it would send."),
        (Failure::PayeeRefused, "PayeeRefused", "The asset refuses the payee."),
        (Failure::KeyTooLong, "KeyTooLong", "A storage key is longer than 256 bytes."),
        (Failure::AnswerMalformed, "AnswerMalformed", "Another contract's answer does not decode."),
    ];
    let caller =
        Field { name: "caller".into(), kind: Type::AccountId, meaning: Meaning::default() };
    let case = |(failure, name, message): (Failure, &str, &str)| ErrorCase {
        code: failure.code(),
        name: name.into(),
        message: message.into(),
        fields: if failure == Failure::NotAuthorised { vec![caller.clone()] } else { vec![] },
    };
    CASES.into_iter().map(case).collect()
}
