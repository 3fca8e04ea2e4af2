//! Params and results of the methods.
//!
//! Params are objects; a field that is not known is refused. Results may gain fields, so readers
//! ignore those that they do not know. Every value has one form:
//!
//! | value | JSON |
//! |---|---|
//! | integers of 64 bits and more ([`U64`], [`U128`]) | decimal string; params may be numbers too |
//! | smaller integers | number |
//! | hashes ([`Hex32`]), ids of assets, keys, other bytes ([`Hex`]) | `"0x…"` |
//! | accounts ([`AccountAddress`]) | `"weal1…"`; params may name a contract, `"wealc1…"` |
//! | contracts ([`ContractAddress`]) | `"wealc1…"` |
//! | times | milliseconds since 1970 as a decimal string, in fields that end in `_ms` |
//! | what an ABI describes | JSON by that ABI (`docs/abi.md`), as [`serde_json::Value`] |
//!
//! | file | methods |
//! |---|---|
//! | `text` | the values of the first table |
//! | `chain` | `chain_*`, `blocks_subscribe` |
//! | `transaction` | `tx_*`, and what became of a transaction |
//! | `contract` | `contract_*` |
//! | `state` | `state_*`, `trace_proof` |
//! | `account` | `account_get`, `asset_list` |
//! | `event` | `events_*` |
//! | `node` | `node_*` |
//! | `dev` | `dev_*` |

mod account;
mod chain;
mod contract;
mod dev;
mod event;
mod node;
mod state;
mod text;
mod transaction;

use serde::{Deserialize, Serialize};

pub use account::{
    AccountGet, AccountInfo, AssetBalance, AssetList, AssetSummary, AuthorityInfo, KeyWeight,
};
pub use chain::{
    Block, BlockGet, BlockHeader, BlockTransaction, CertificateBytes, CertificateGet,
    CertificateSummary, FeeInfo, GenesisInfo, HAND_OVERS, HandOvers, HandOversGet, Head,
    NextValidators, ParamsInfo, ProposalInfo, TransactionStatus, ValidatorInfo, ValidatorsInfo,
};
pub use contract::{
    AbiInfo, AmountInfo, BalanceChange, CallByAbi, ContractGet, ContractInfo, Effects, LayoutInfo,
    MissingSignature, PendingUpgrade, Prepare, Prepared, Query, QueryResult, SignatureRole,
    UpgradePolicy,
};
pub use dev::{
    DevAccount, DevClock, DevFaucet, DevMine, DevMined, DevPartition, DevPause, DevReset,
    DevRestore, DevResume, DevSeal, DevSnapshot, DevTime, DevValidator, SealMode,
};
pub use event::{EventPage, EventRecord, EventsQuery, EventsSubscribe, TopicFilter};
pub use node::{NodeHealth, NodeInfo};
pub use state::{
    Direction, StateEntry, StateGet, StateProve, StateProven, StateRange, StateRangePage,
    StateValue, TraceGet, TraceProven,
};
pub use text::{AccountAddress, ContractAddress, Hex, Hex32, TextError, U64, U128};
pub use transaction::{
    CallInfo, Event, Failure, Outcome, OutcomeStatus, Returned, Submit, SubmitStatus,
    SubmitVerdict, TransactionInfo, TxGet, TxState, TxStatus, TxWait,
};

/// Transactions of one `tx_submit`.
pub const SUBMIT_TRANSACTIONS: usize = 256;

/// Keys of one `state_proof`: their values and the proof stay below the limit of a response.
pub const PROOF_KEYS: usize = 150;

/// Events of one `events_query`.
pub const EVENTS_PAGE: u32 = 1_000;

/// Entries of one `state_range`.
pub const RANGE_PAGE: u32 = 1_000;

/// Milliseconds that `tx_wait` waits unless told otherwise.
pub const WAIT_MS: u32 = 10_000;

/// Milliseconds that `tx_wait` waits at most.
pub const WAIT_MS_MAX: u32 = 60_000;

/// The params of a method that takes none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NoParams {}
