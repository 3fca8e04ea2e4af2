//! What became of a transaction.
//!
//! Every ordered transaction has one receipt, and ends in one of three ways ([`Outcome`]). The
//! encoded receipts of a block are the leaves under its `receipts_root`.

use alloc::vec::Vec;

use parity_scale_codec::{Decode, Encode};

use crate::{
    codec::{Bounded, Bytes, DecodeError, Name, Version, decode},
    id::{ContractId, TxHash},
    limit,
    unit::{Amount, Gas},
};

/// The result of one transaction.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Receipt {
    /// Format of this type.
    pub version: Version<1>,
    /// Position in the block.
    pub index: u32,
    /// How it ended.
    pub outcome: Outcome,
}

impl Receipt {
    /// Decodes a receipt from outside.
    pub fn from_wire(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode("receipt", bytes, limit::RECEIPT_BYTES)
    }
}

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    /// It did not run: no fee, no nonce, no state. The same bytes may be ordered again later.
    Skipped(SkipReason),
    /// It ran and failed: fee and nonce stay, the rest is undone.
    Reverted {
        /// The transaction.
        transaction: TxHash,
        /// Gas used until it failed.
        gas_used: Gas,
        /// Fee charged.
        fee: Amount,
        /// What failed, where.
        failure: Failure,
    },
    /// All calls succeeded.
    Applied {
        /// The transaction.
        transaction: TxHash,
        /// Gas used.
        gas_used: Gas,
        /// Fee charged.
        fee: Amount,
        /// One result per call, SCALE-encoded as the method's ABI says.
        returns: Vec<Bytes<{ limit::RETURN_BYTES }>>,
        /// The events of all calls, in order.
        events: Bounded<Event, 0, { limit::TX_EVENTS }>,
    },
}

/// Why an ordered transaction did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum SkipReason {
    /// Its nonce is not the account's.
    WrongNonce,
    /// Block time has passed `valid_until`.
    Expired,
    /// `valid_until` lies further ahead than the chain allows.
    ExpiresTooLate,
    /// The signatures do not satisfy the signer's authority as it is now.
    Unauthorised,
    /// The signatures do not satisfy the sponsor's authority as it is now.
    SponsorUnauthorised,
    /// The chain admits members only, and the signer is none, or is suspended.
    NotAdmitted,
    /// The sponsor is not admitted, or is suspended.
    SponsorNotAdmitted,
    /// The signer has used its share of this block.
    OverQuota,
    /// It asks for more gas than one transaction, or the rest of the block, may have.
    GasLimit,
    /// `max_fee` is less than `gas_limit` at the chain's price.
    FeeTooLow,
    /// The payer does not hold `max_fee`.
    CannotPay,
}

/// Something a contract said; provable through the receipt.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Event {
    /// Who said it.
    pub contract: ContractId,
    /// The event's name in the contract's ABI.
    pub name: Name,
    /// Values by which nodes index the event.
    pub topics: Bounded<Bytes<{ limit::TOPIC_BYTES }>, 0, { limit::EVENT_TOPICS }>,
    /// SCALE encoding of the fields that are no topics.
    pub data: Bytes<{ limit::EVENT_DATA_BYTES }>,
}

/// What failed, and where: the innermost contract whose failure nobody caught.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Failure {
    /// Which of the transaction's calls.
    pub call: u16,
    /// The contract that failed; it need not be the one that was called.
    pub contract: ContractId,
    /// The method that failed.
    pub method: Name,
    /// How.
    pub kind: FailureKind,
}

/// How a frame failed. All of these are deterministic: every node finds the same.
///
/// The numbers are part of the wire format and never reused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum FailureKind {
    /// The contract refused, with a code from its ABI and a payload.
    #[codec(index = 0)]
    Revert {
        /// Error code in the contract's ABI.
        code: u32,
        /// SCALE encoding of the error's fields.
        payload: Bytes<{ limit::REVERT_PAYLOAD_BYTES }>,
    },
    /// The contract panicked; the payload is its location as text.
    #[codec(index = 1)]
    Panic(Bytes<{ limit::REVERT_PAYLOAD_BYTES }>),
    /// The gas of the frame was used up.
    #[codec(index = 2)]
    OutOfGas,
    /// The module did something that WebAssembly forbids.
    #[codec(index = 3)]
    Trap(TrapKind),
    /// Functions called each other too deeply within one module.
    #[codec(index = 4)]
    StackOverflow,
    /// Contracts called each other too deeply.
    #[codec(index = 5)]
    CallDepth,
    /// The contract is already running further up, and the method does not allow re-entry.
    #[codec(index = 6)]
    Reentry,
    /// No contract lives at the address.
    #[codec(index = 7)]
    NoContract,
    /// The contract is paused.
    #[codec(index = 8)]
    Paused,
    /// The code has been uploaded but is not callable before a later height.
    #[codec(index = 9)]
    CodeNotReady,
    /// The contract has no such method.
    #[codec(index = 10)]
    UnknownMethod,
    /// The arguments are no encoding of the method's parameters.
    #[codec(index = 11)]
    BadArguments,
    /// Assets were attached to a method that takes none, or not these.
    #[codec(index = 12)]
    AttachedRefused,
    /// The sender does not hold what it attached or transferred.
    #[codec(index = 13)]
    InsufficientBalance,
    /// A query tried to write, emit, transfer or make a call that writes.
    #[codec(index = 14)]
    WriteInQuery,
    /// A host function was given a pointer, length or value outside its bounds.
    #[codec(index = 15)]
    BadHostCall,
    /// A key, value, event or result exceeded its limit.
    #[codec(index = 16)]
    LimitExceeded,
    /// After the last call, more of an asset had left the signer than its own limits allow.
    #[codec(index = 17)]
    SpendLimit,
    /// The caller may not do this (system contracts; other contracts revert with codes of their
    /// own).
    #[codec(index = 18)]
    Unauthorised,
    /// The module asked for more memory than it may have while it was set up.
    #[codec(index = 19)]
    MemoryLimit,
}

/// What WebAssembly forbade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum TrapKind {
    /// `unreachable` was reached: a panic without the SDK's panic handler.
    #[codec(index = 0)]
    Unreachable,
    /// A load, store or bulk operation outside memory.
    #[codec(index = 1)]
    MemoryOutOfBounds,
    /// A table access outside the table.
    #[codec(index = 2)]
    TableOutOfBounds,
    /// An indirect call through an empty table entry.
    #[codec(index = 3)]
    NullFunction,
    /// An indirect call of a function with another signature.
    #[codec(index = 4)]
    BadSignature,
    /// A signed division overflowed.
    #[codec(index = 5)]
    IntegerOverflow,
    /// A division by zero.
    #[codec(index = 6)]
    DivisionByZero,
}

/// What a contract learns when a call that it made fails. It may catch it: the callee's effects are
/// undone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CallError {
    /// The contract that failed; it may lie below the callee.
    pub contract: ContractId,
    /// The method that failed.
    pub method: Name,
    /// How.
    pub kind: FailureKind,
}
