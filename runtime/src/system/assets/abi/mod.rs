//! The ABI document of `assets`.

use weal_types::abi::{Abi, AssetRef, Field, TypeDefinition, Unit};

use super::{SCALE_MAX, SUPPLY_MAX, SYMBOL_BYTES};
use crate::system::describe::{
    FieldExt, choice, document, field, structure, time, variant, version,
};

mod answers;
mod methods;

/// Describes the contract.
pub fn abi() -> Abi {
    let doc = "Assets: money, vouchers and goods units, who has how much, what is set aside for \
               contracts to capture, and what is held.";
    Abi {
        methods: methods::all(),
        events: answers::events(),
        errors: answers::errors(),
        types: types(),
        ..document("Assets", doc)
    }
}

fn asset() -> Field {
    field("asset", "AssetId").label("Asset")
}

/// An amount of the asset in the neighbouring field `asset`.
fn amount(name: &str, label: &str) -> Field {
    field(name, "Amount")
        .label(label)
        .unit(Unit::Asset(AssetRef::Argument("asset".into())))
        .between(0, SUPPLY_MAX.0)
}

fn symbol() -> Field {
    field("symbol", "String")
        .label("Symbol")
        .doc("An ASCII letter, then letters, digits and underscores.")
        .between(1, SYMBOL_BYTES as u128)
        .example("\"EUR\"")
}

fn scale() -> Field {
    field("scale", "u8")
        .label("Decimals")
        .doc("How many of the last digits of an amount stand after the point.")
        .between(0, SCALE_MAX.into())
        .example("2")
}

fn cap() -> Field {
    field("cap", "Option<Amount>")
        .label("Cap")
        .doc("The most that may exist.")
        .between(1, SUPPLY_MAX.0)
}

fn transfers() -> Field {
    field("transfers", "Transfers").label("May be sent to")
}

fn number(label: &str) -> Field {
    field("id", "u64").label(label)
}

fn types() -> Vec<TypeDefinition> {
    let mut types = asset_types();
    types.extend(records());
    types
}

fn asset_types() -> Vec<TypeDefinition> {
    vec![
        structure(
            "Asset",
            "A kind of money, voucher or goods unit.",
            [
                version(),
                field("status", "AssetStatus").doc("Whether it moves."),
                transfers(),
                field("issuer", "AccountId").doc("Who mints and burns it."),
                field("supply", "Amount").doc("How much of it exists: the sum of all balances."),
                cap(),
                scale(),
                symbol(),
            ],
        ),
        choice(
            "AssetStatus",
            "Whether an asset moves.",
            [
                variant("Active", "It does.", []),
                variant(
                    "Frozen",
                    "It is not minted, burned, sent, reserved or captured until governance says \
                     otherwise. Reservations and holds can still end.",
                    [],
                ),
            ],
        ),
        choice(
            "Transfers",
            "Whom an asset may be sent to.",
            [
                variant("Free", "Anyone.", []),
                variant("Listed", "The issuer, and those whom it lists: vouchers.", []),
            ],
        ),
        structure(
            "Balance",
            "What an account has of an asset.",
            [
                version(),
                field("free", "Amount").doc("What the holder can spend."),
                field("reserved", "Amount").doc("What is set aside for contracts to capture."),
                field("held", "Amount").doc("What governance keeps the holder from spending."),
            ],
        ),
    ]
}

fn records() -> Vec<TypeDefinition> {
    vec![
        structure(
            "Booking",
            "What a reference of the issuer's books was used for.",
            [
                version(),
                field("account", "AccountId").doc("Who received or gave the money."),
                field("amount", "Amount").doc("How much."),
                field("height", "Height").doc("When."),
            ],
        ),
        structure(
            "Reservation",
            "Money that a holder has set aside for one contract.",
            [
                version(),
                field("holder", "AccountId").doc("Whose money it is until it is captured."),
                asset(),
                amount("amount", "Left").doc("What has not been captured yet."),
                field("beneficiary", "ContractId").doc("The only contract that may capture it."),
                time("expires")
                    .doc("From then on it cannot be captured, and anyone may release it."),
            ],
        ),
        structure(
            "Hold",
            "Money that governance keeps its holder from spending.",
            [
                version(),
                field("account", "AccountId").doc("Whose money it is, and stays."),
                asset(),
                amount("amount", "Amount"),
                time("expires").doc("From then on anyone may lift it."),
                field("basis", "Hash").doc("Hash of the document that the hold rests on."),
            ],
        ),
    ]
}
