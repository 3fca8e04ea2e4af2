//! The ABI document of `contracts`.

use weal_types::abi::{Abi, Field, TypeDefinition, Unit};

use super::DELAY_MS_MAX;
use crate::system::describe::{
    FieldExt, choice, document, field, structure, time, variant, version,
};

mod answers;
mod methods;

/// Describes the contract.
pub fn abi() -> Abi {
    let doc = "Contracts: code, the instances of it, who owns them, how they are upgraded and \
               paused. An owner that is an account with a weighted policy makes upgrades a \
               decision of several people.";
    Abi {
        methods: methods::all(),
        events: answers::events(),
        errors: answers::errors(),
        types: types(),
        ..document("Contracts", doc)
    }
}

fn contract() -> Field {
    field("contract", "ContractId").label("Contract")
}

fn code() -> Field {
    field("code", "CodeHash").label("Code")
}

fn account(name: &str, label: &str) -> Field {
    field(name, "AccountId").label(label)
}

fn policy() -> Field {
    field("policy", "UpgradePolicy").label("Upgrades")
}

fn height(name: &str) -> Field {
    field(name, "Height").unit(Unit::Blocks)
}

fn bytes(name: &str, label: &str) -> Field {
    field(name, "u32").label(label).unit(Unit::Bytes)
}

fn types() -> Vec<TypeDefinition> {
    vec![
        structure(
            "CodeRecord",
            "Code that anybody may make instances of.",
            [
                version(),
                account("uploader", "Uploader"),
                height("height").doc("When it was uploaded."),
                height("ready_at").doc("From when on instances can be made."),
                bytes("size", "Bytes of the module"),
                field("functions", "u32").doc("Functions that the module defines."),
                field("abi", "Hash").doc("Hash of its ABI document."),
            ],
        ),
        instance(),
        structure(
            "Layout",
            "The shape of a contract's storage.",
            [
                field("version", "u32").doc("Raised by the author with each change."),
                field("hash", "Hash").doc("Hash of the storage fields' names and types."),
            ],
        ),
        choice(
            "UpgradePolicy",
            "How a contract may be upgraded. It can be made stricter, never looser.",
            [
                variant("Immutable", "Never.", []),
                variant("Owner", "By its owner, at any time.", []),
                variant(
                    "Delayed",
                    "By its owner, some time after announcing the very code.",
                    [field("delay_ms", "u64")
                        .label("Delay")
                        .unit(Unit::Milliseconds)
                        .between(1, DELAY_MS_MAX.into())],
                ),
            ],
        ),
        structure(
            "PendingUpgrade",
            "An announced upgrade.",
            [code(), time("effective").doc("From when on it may be carried out.")],
        ),
        structure(
            "Staging",
            "Parts of a module, while somebody sends them.",
            [version(), code(), field("parts", "u8").doc("Bit n is set when part n has arrived.")],
        ),
    ]
}

fn instance() -> TypeDefinition {
    structure(
        "Instance",
        "A contract: an instance of a code, with storage of its own.",
        [
            version(),
            code(),
            account("creator", "Creator").doc("Who deployed it."),
            account("owner", "Owner").doc("Who may pause and upgrade it."),
            policy(),
            field("paused", "bool").doc("Whether calls are refused."),
            field("paused_by_governance", "bool")
                .doc("Whether governance paused it, and alone can end that."),
            field("layout", "Layout").doc("What its storage looks like."),
            field("pending", "Option<PendingUpgrade>").doc("The upgrade that waits for its time."),
        ],
    )
}
