//! The ABI document of `params`.

use weal_types::abi::{Abi, AssetRef, Auth, ErrorCase, Field, TypeDefinition, Unit};

use super::{CODE_DELAY_MAX, TRANSACTION_GAS_MIN, VALID_AHEAD_MS_MAX, error as code};
use crate::system::describe::{
    FieldExt, MethodExt, call, choice, document, error, event, field, query, structure, variant,
    version,
};

/// Describes the contract.
pub fn abi() -> Abi {
    let params = || field("params", "ChainParams").label("Parameters");
    let codes = [
        code::TRANSACTION_GAS,
        code::ACCOUNT_GAS,
        code::QUERY_GAS,
        code::CODE_DELAY,
        code::VALID_AHEAD,
        code::FEE_PRICE,
        code::DEVNET_IS_FIXED,
        code::GOVERNANCE_UNABLE,
        code::UNKNOWN_FEE_ASSET,
    ];
    let set = call(
        "set",
        Auth::Governance,
        "Change the parameters of the chain",
        "Replaces all parameters, from the next block on.",
    );
    Abi {
        methods: vec![
            set.takes([params()]).refuses(&codes).emits("Set"),
            query("get", "ChainParams", "The parameters, with what this block has changed."),
        ],
        events: vec![event("Set", "The parameters change with the next block.", [], [params()])],
        errors: errors(),
        types: types(),
        ..document("Params", "Parameters of the chain: what governance may change.")
    }
}

fn gas(name: &str) -> Field {
    field(name, "Gas").unit(Unit::Gas)
}

fn milliseconds(name: &str) -> Field {
    field(name, "u64").unit(Unit::Milliseconds)
}

fn errors() -> Vec<ErrorCase> {
    vec![
        error(
            code::TRANSACTION_GAS,
            "TransactionGas",
            "transaction_gas lies between {least} and block_gas, which is {block_gas}.",
            [gas("least"), gas("block_gas")],
        ),
        error(
            code::ACCOUNT_GAS,
            "AccountGas",
            "account_gas_per_block is at least transaction_gas, which is {transaction_gas}.",
            [gas("transaction_gas")],
        ),
        error(code::QUERY_GAS, "QueryGas", "query_gas is at least 1.", []),
        error(
            code::CODE_DELAY,
            "CodeDelay",
            "code_delay is at most {most} heights.",
            [field("most", "u64").unit(Unit::Blocks)],
        ),
        error(
            code::VALID_AHEAD,
            "ValidAhead",
            "valid_ahead_key_ms and valid_ahead_policy_ms lie between 1 and {most}.",
            [milliseconds("most")],
        ),
        error(
            code::FEE_PRICE,
            "FeePrice",
            "At this price the fee of a transaction is more than any amount.",
            [],
        ),
        error(
            code::DEVNET_IS_FIXED,
            "DevnetIsFixed",
            "Whether a chain is a devnet is decided at genesis.",
            [],
        ),
        error(
            code::GOVERNANCE_UNABLE,
            "GovernanceUnable",
            "{governance} could not send a transaction: it is neither a contract nor an account \
             that may send under these parameters.",
            [field("governance", "AccountId")],
        ),
        error(
            code::UNKNOWN_FEE_ASSET,
            "UnknownFeeAsset",
            "There is no asset {asset} to pay fees with.",
            [field("asset", "AssetId")],
        ),
    ]
}

fn types() -> Vec<TypeDefinition> {
    vec![
        structure("ChainParams", "Parameters of execution.", params_fields()),
        choice(
            "Admission",
            "Who may send transactions.",
            [
                variant("Members", "Accounts that a member admitted.", []),
                variant(
                    "Sponsored",
                    "Members, and anyone for whom a member stands as sponsor.",
                    [],
                ),
                variant("Open", "Anyone.", []),
            ],
        ),
        structure(
            "FeeSchedule",
            "What gas costs.",
            [
                field("asset", "AssetId").label("Asset"),
                field("price_per_million_gas", "Amount")
                    .label("Price per million gas")
                    .unit(Unit::Asset(AssetRef::Argument("asset".into()))),
                field("collector", "AccountId").label("Collector").doc("Who receives the fees."),
            ],
        ),
    ]
}

fn params_fields() -> [Field; 12] {
    [
        version(),
        field("governance", "AccountId")
            .label("Governance")
            .doc("Whose calls may change these parameters, suspend accounts and create assets."),
        field("admission", "Admission").label("Who may send"),
        field("fee", "Option<FeeSchedule>")
            .label("Fees")
            .doc("What gas costs; none where it is free."),
        gas("block_gas").doc("Gas limits of one block's transactions, summed."),
        gas("transaction_gas")
            .doc("Gas limit of one transaction.")
            .between(TRANSACTION_GAS_MIN.0.into(), u64::MAX.into()),
        gas("account_gas_per_block")
            .doc("Gas limits of one account's transactions in one block, summed."),
        gas("query_gas").doc("Gas limit of one query through a node.").between(1, u64::MAX.into()),
        field("code_delay", "u64")
            .doc("Heights between the upload of a code and its first call.")
            .unit(Unit::Blocks)
            .between(0, CODE_DELAY_MAX.into()),
        milliseconds("valid_ahead_key_ms")
            .doc("How far ahead a transaction may be signed, for an account with one key.")
            .between(1, VALID_AHEAD_MS_MAX.into()),
        milliseconds("valid_ahead_policy_ms")
            .doc("The same for an account with a policy.")
            .between(1, VALID_AHEAD_MS_MAX.into()),
        field("devnet", "bool")
            .doc("Whether this is a devnet, where contracts may log. Cannot be changed."),
    ]
}
