//! Every error of JSON-RPC: its number, its name and what to do about it.
//!
//! The numbers and names are part of the interface and never reused. `docs/rpc.md` has a section
//! for each name, which a test compares with this table.

use serde::{Deserialize, Serialize};

/// A kind of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// The number in `error.code`.
    pub code: i32,
    /// The name in `error.data.name`, and of the section in `docs/rpc.md`.
    pub name: &'static str,
    /// What to do, in `error.data.hint`.
    pub hint: &'static str,
}

/// What stands in `error.data`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorData {
    /// Name of the kind.
    pub name: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The limit that was exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitData>,
    /// What failed in a contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<super::types::Failure>,
}

/// A limit of the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LimitData {
    /// Its name in the node's configuration.
    pub name: String,
    /// Its value.
    pub value: u64,
}

/// Why a transaction was refused, in a verdict of `tx_submit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refused {
    /// Number of the kind.
    pub code: i32,
    /// Name of the kind.
    pub name: String,
    /// What was found.
    pub message: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Kind {
    /// The kind with this number.
    pub fn by_code(code: i32) -> Option<Self> {
        KINDS.iter().find(|kind| kind.code == code).copied()
    }

    /// The kind with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        KINDS.iter().find(|kind| kind.name == name).copied()
    }

    /// A refusal of this kind.
    pub fn refused(self, message: impl Into<String>) -> Refused {
        Refused {
            code: self.code,
            name: self.name.into(),
            message: message.into(),
            hint: Some(self.hint.into()),
        }
    }

    /// What stands in `error.data` for this kind.
    pub fn data(self) -> ErrorData {
        ErrorData {
            name: self.name.into(),
            hint: Some(self.hint.into()),
            limit: None,
            failure: None,
        }
    }
}

/// Declares the kinds and the table of them, so that none can be left out of it.
macro_rules! kinds {
    ($($(#[$doc:meta])* $ident:ident = $code:literal $name:literal $hint:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $ident: Kind = Kind { code: $code, name: $name, hint: $hint };
        )*

        /// Every kind, ascending by number within its group.
        pub const KINDS: &[Kind] = &[$($ident,)*];
    };
}

kinds! {
    /// The request is not JSON.
    PARSE_ERROR = -32700 "parse_error" "send one JSON object, or a list of them";
    /// The request is JSON, but no request.
    INVALID_REQUEST = -32600 "invalid_request"
        "send {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": …, \"params\": {…}}";
    /// There is no such method.
    METHOD_NOT_FOUND = -32601 "method_not_found" "rpc_discover lists the methods of this node";
    /// The params are not those of the method.
    INVALID_PARAMS = -32602 "invalid_params" "rpc_discover describes the params of every method";
    /// The node failed.
    INTERNAL_ERROR = -32603 "internal_error" "ask whoever runs the node; its log says more";

    /// The request is longer than the node reads.
    LIMIT_BODY = 1000 "limit_body" "send less at once";
    /// More requests in one batch than the node answers.
    LIMIT_BATCH = 1001 "limit_batch" "send several smaller batches";
    /// More connections than the node keeps.
    LIMIT_CONNECTIONS = 1002 "limit_connections"
        "close connections that are not in use, or try again later";
    /// More requests at once on one WebSocket than the node works on.
    LIMIT_IN_FLIGHT = 1003 "limit_in_flight" "wait for answers before sending more";
    /// More subscriptions on one connection than the node keeps.
    LIMIT_SUBSCRIPTIONS = 1004 "limit_subscriptions"
        "end a subscription, or open another connection";
    /// More requests from one address than the node answers.
    LIMIT_RATE = 1005 "limit_rate" "send fewer requests per second";
    /// The answer is longer than the node sends.
    LIMIT_RESPONSE = 1006 "limit_response" "ask for less at once";
    /// The node works on as many queries as it may at once.
    LIMIT_QUERIES = 1007 "limit_queries" "try again";
    /// A reader took its messages too slowly and was dropped.
    SLOW_READER = 1008 "slow_reader" "read faster, or subscribe to less; then subscribe again";
    /// A web page that may not use this node.
    ORIGIN_REFUSED = 1009 "origin_refused"
        "whoever runs the node can add the page's origin to rpc.origins";
    /// A host name that is not this node's.
    HOST_REFUSED = 1010 "host_refused"
        "use the node's address, or have whoever runs it add the name to rpc.hosts";

    /// There is no such block.
    UNKNOWN_BLOCK = 1100 "unknown_block" "chain_head gives the newest one";
    /// The block has no certificate.
    NO_CERTIFICATE = 1101 "no_certificate"
        "ask for the next block that has one: it proves this one, which it follows";
    /// The node does not have that block, or not the state after it.
    HEIGHT_UNAVAILABLE = 1102 "height_unavailable"
        "ask for a newer height, or an archive node";
    /// No contract lives at the address.
    UNKNOWN_CONTRACT = 1103 "unknown_contract" "check the address";
    /// The contract has no such method.
    UNKNOWN_METHOD = 1104 "unknown_method" "contract_abi lists the contract's methods";
    /// A method that cannot be called like this.
    METHOD_KIND = 1105 "method_kind"
        "use contract_query for methods that read, contract_prepare for those that write";
    /// The arguments are not those of the method.
    BAD_ARGUMENTS = 1106 "bad_arguments" "contract_abi describes the arguments";
    /// The contract refused the query, or failed.
    QUERY_FAILED = 1107 "query_failed" "data.failure says what failed, and where";
    /// The transaction would not run at all.
    PREPARE_SKIPPED = 1108 "prepare_skipped" "the message says what stands against it";
    /// Nothing can be traced from there.
    NO_TRACE = 1109 "no_trace" "check the campaign, the line and the start of the gift";

    /// The bytes are no signed transaction.
    TX_MALFORMED = 1200 "tx_malformed" "send the SCALE encoding of a signed transaction";
    /// A signature does not hold.
    TX_SIGNATURE = 1201 "tx_signature"
        "sign again: check the chain id, the key and the signing context";
    /// The nonce is not one that can still be used.
    TX_WRONG_NONCE = 1202 "tx_wrong_nonce" "prepare the transaction again with the next nonce";
    /// The last block time at which it could run has passed.
    TX_EXPIRED = 1203 "tx_expired" "prepare the transaction again";
    /// The last block time at which it could run lies too far ahead.
    TX_EXPIRES_TOO_LATE = 1204 "tx_expires_too_late" "prepare it with a smaller valid_for_ms";
    /// The signatures do not satisfy the signer's authority.
    TX_UNAUTHORISED = 1205 "tx_unauthorised" "account_get shows whose signatures are needed";
    /// The signatures do not satisfy the sponsor's authority.
    TX_SPONSOR_UNAUTHORISED = 1206 "tx_sponsor_unauthorised"
        "account_get shows whose signatures are needed";
    /// The chain admits members only.
    TX_NOT_ADMITTED = 1207 "tx_not_admitted" "ask a registrar of the chain to admit the account";
    /// The sponsor is not admitted, or is suspended.
    TX_SPONSOR_NOT_ADMITTED = 1208 "tx_sponsor_not_admitted" "find another sponsor";
    /// The signer has used its share of a block.
    TX_OVER_QUOTA = 1209 "tx_over_quota" "wait for the next block";
    /// More gas than one transaction may have, or less than it has cost before its first call.
    TX_GAS_LIMIT = 1210 "tx_gas_limit" "contract_prepare gives a gas_limit that fits";
    /// The offered fee does not pay for the gas limit.
    TX_FEE_TOO_LOW = 1211 "tx_fee_too_low" "raise max_fee, or lower gas_limit";
    /// The payer does not hold the offered fee.
    TX_CANNOT_PAY = 1212 "tx_cannot_pay" "fund the payer, or find a sponsor";
    /// The node keeps as many waiting transactions as it may.
    POOL_FULL = 1213 "pool_full" "try again later";
    /// The account has as many waiting transactions as it may.
    POOL_ACCOUNT_FULL = 1214 "pool_account_full" "wait for those before it";
    /// Another transaction with this nonce waits, and this one does not outbid it.
    POOL_REPLACEMENT = 1215 "pool_replacement"
        "offer at least 10 % more max_fee or, without fees, a later valid_until";
    /// The node stops, or does not take transactions.
    NOT_ACCEPTING = 1216 "not_accepting" "send it to another node";

    /// The chain is no devnet.
    NOT_DEVNET = 1300 "not_devnet" "dev_* exists only where genesis says devnet";
    /// There is no snapshot with this number.
    UNKNOWN_SNAPSHOT = 1301 "unknown_snapshot" "dev_snapshot takes one and gives its number";
    /// The devnet did not do it.
    DEV_REFUSED = 1302 "dev_refused" "the message says why";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn numbers_and_names_are_used_once_and_found() {
        let codes: BTreeSet<_> = KINDS.iter().map(|kind| kind.code).collect();
        let names: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!((codes.len(), names.len()), (KINDS.len(), KINDS.len()));
        for kind in KINDS {
            assert_eq!(Kind::by_code(kind.code), Some(*kind));
            assert_eq!(Kind::by_name(kind.name), Some(*kind));
        }
        assert_eq!(Kind::by_code(0), None);
    }
}
