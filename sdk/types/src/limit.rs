//! Every maximum that a wire type carries, with its unit and its reason.
//!
//! These are *fixed*: a node refuses larger objects before it decodes them. Limits that governance
//! may change live in [`crate::params`]; limits on a module live in `weal-gate`.

/// Bytes of one signed transaction. Eight of them fill a block, so no single one can starve the
/// others.
pub const TX_BYTES: usize = 128 * 1024;
/// Calls of one transaction: enough for a payroll page, few enough that one transaction stays below
/// the block's gas.
pub const TX_CALLS: usize = 256;
/// Signatures of one transaction; each costs a verifier about 20 µs in a batch.
pub const TX_SIGNATURES: usize = 16;
/// Keys of a weighted policy; equals [`TX_SIGNATURES`], so that all of them can sign.
pub const POLICY_KEYS: usize = 16;
/// Assets named in a signer's own spending limits.
pub const TX_SPEND_LIMITS: usize = 64;
/// Assets attached to one call.
pub const CALL_ASSETS: usize = 16;
/// Bytes of the name of a method, an event or an argument.
pub const NAME_BYTES: usize = 64;
/// Bytes of a storage key, without the contract id.
pub const STATE_KEY_BYTES: usize = 256;
/// Bytes of a storage value.
pub const STATE_VALUE_BYTES: usize = 1024 * 1024;
/// Topics of one event; an index row is kept for each.
pub const EVENT_TOPICS: usize = 4;
/// Bytes of one topic: an id and some room.
pub const TOPIC_BYTES: usize = 64;
/// Bytes of one event's data.
pub const EVENT_DATA_BYTES: usize = 16 * 1024;
/// Events of one transaction.
pub const TX_EVENTS: usize = 1_024;
/// Bytes of all of a transaction's events; a receipt is proven whole, so it must stay mailable.
pub const TX_EVENT_BYTES: usize = 256 * 1024;
/// Bytes of a call's result.
pub const RETURN_BYTES: usize = 64 * 1024;
/// Bytes of the results of all of a transaction's calls; they are part of its receipt.
pub const TX_RETURN_BYTES: usize = 256 * 1024;
/// Bytes of the payload of a revert.
pub const REVERT_PAYLOAD_BYTES: usize = 1_024;
/// Bytes of a receipt: all events, one result per call, and its fixed part.
pub const RECEIPT_BYTES: usize = 1024 * 1024;
/// Frames below each other: a donation passes four (treasury, campaign, line, asset).
pub const CALL_DEPTH: usize = 16;
/// Transactions of one block.
pub const BLOCK_TXS: usize = 4_000;
/// Bytes of one block's transactions.
pub const BLOCK_BYTES: usize = 1024 * 1024;
/// Validators: what the 128-bit bitmap of a certificate can name.
pub const VALIDATORS: usize = 128;
/// Bytes of an encoded ABI document, inflated. CosmWasm's largest compressed schema is 6 kB.
pub const ABI_BYTES: usize = 256 * 1024;
/// Nesting of a type in an ABI document.
pub const TYPE_DEPTH: usize = 16;
/// Bytes and empty parts that a type in an ABI document has before its lists are read; a value that
/// is stored or passed cannot have more.
pub const TYPE_PARTS: u64 = STATE_VALUE_BYTES as u64;

const _: () = assert!(TX_BYTES * 8 <= BLOCK_BYTES);
const _: () = assert!(POLICY_KEYS == TX_SIGNATURES);
const _: () = assert!(TX_EVENT_BYTES + TX_RETURN_BYTES < RECEIPT_BYTES);
