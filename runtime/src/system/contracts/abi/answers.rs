//! What may come of a call: events and refusals.

use weal_types::abi::{ErrorCase, Event, Field, Unit};

use super::{super::error as code, account, bytes, contract, height, policy};
use crate::system::describe::{FieldExt, error, event, field, time};

fn part(name: &str) -> Field {
    field(name, "u16").label("Part")
}

fn hash(name: &str) -> Field {
    field(name, "Hash")
}

pub(super) fn events() -> Vec<Event> {
    let mut events = vec![
        event(
            "Uploaded",
            "Code was checked and kept.",
            [super::code(), account("uploader", "Uploader")],
            [
                height("ready_at").doc("From when on instances can be made."),
                bytes("size", "Bytes of the module"),
                hash("abi").doc("Hash of the ABI document."),
            ],
        ),
        event(
            "Staged",
            "A part of a module arrived.",
            [super::code(), account("by", "Sender")],
            [part("part"), bytes("bytes", "Bytes of the part")],
        ),
        event(
            "Unstaged",
            "The parts of a module were discarded.",
            [super::code(), account("by", "Sender")],
            [],
        ),
        event(
            "Deployed",
            "A contract was made.",
            [contract(), super::code(), account("creator", "Creator")],
            [account("owner", "Owner"), policy()],
        ),
    ];
    events.extend(life_events());
    events
}

fn life_events() -> Vec<Event> {
    let by = || account("by", "By");
    vec![
        event(
            "Upgraded",
            "A contract's code was replaced.",
            [contract(), super::code()],
            [
                field("before", "CodeHash").label("Code before"),
                field("layout_before", "u32").doc("Version of the storage before."),
                field("layout", "u32").doc("Version of the storage now."),
            ],
        ),
        event(
            "UpgradeProposed",
            "An upgrade was announced.",
            [contract(), super::code()],
            [time("effective").doc("From when on it may be carried out.")],
        ),
        event(
            "UpgradeCancelled",
            "An announced upgrade was withdrawn.",
            [contract(), super::code()],
            [],
        ),
        event(
            "OwnerSet",
            "A contract has another owner.",
            [contract(), account("owner", "Owner")],
            [account("before", "Owner until now")],
        ),
        event(
            "PolicySet",
            "A contract's upgrade policy became stricter.",
            [contract()],
            [policy()],
        ),
        event(
            "Paused",
            "A contract refuses calls.",
            [contract(), by()],
            [field("by_governance", "bool").doc("Whether governance alone can end the pause.")],
        ),
        event("Unpaused", "A contract can be called again.", [contract(), by()], []),
    ]
}

pub(super) fn errors() -> Vec<ErrorCase> {
    let mut errors = upload_errors();
    errors.extend(deploy_errors());
    errors.extend(upgrade_errors());
    errors.extend(ownership_errors());
    errors
}

fn upload_errors() -> Vec<ErrorCase> {
    vec![
        error(
            code::MODULE_REFUSED,
            "ModuleRefused",
            "{text}",
            [
                field("rule", "u16").doc("The gate's rule, the number after the E."),
                field("text", "String").doc("What is wrong, where, and what to do about it."),
            ],
        ),
        error(
            code::CODE_EXISTS,
            "CodeExists",
            "The code {code} is there already: deploy it.",
            [super::code()],
        ),
        error(
            code::UPLOAD_BUSY,
            "UploadBusy",
            "Block {height} has an upload already: try again.",
            [height("height")],
        ),
        error(
            code::BAD_PART,
            "BadPart",
            "A module has at most 8 parts, counted from 0, and none is empty: {part} is wrong.",
            [part("part")],
        ),
        error(
            code::STAGED_OTHER,
            "StagedOther",
            "You are sending the code {code}: finish or discard it first.",
            [super::code()],
        ),
        error(
            code::NOT_STAGED,
            "NotStaged",
            "You are not sending the code {code}.",
            [super::code()],
        ),
        error(code::PART_MISSING, "PartMissing", "Part {part} has not arrived.", [part("part")]),
        error(
            code::HASH_MISMATCH,
            "HashMismatch",
            "The parts make the code {found}, not {code}.",
            [super::code(), field("found", "CodeHash")],
        ),
    ]
}

fn deploy_errors() -> Vec<ErrorCase> {
    vec![
        error(code::NO_CODE, "NoCode", "The code {code} was not uploaded.", [super::code()]),
        error(
            code::CODE_NOT_READY,
            "CodeNotReady",
            "The code {code} can be used from height {ready_at} on.",
            [super::code(), height("ready_at")],
        ),
        error(
            code::CONTRACT_EXISTS,
            "ContractExists",
            "You made the contract {contract} with this code and salt: choose another salt.",
            [contract()],
        ),
        error(
            code::ID_TAKEN,
            "IdTaken",
            "An account was admitted as {contract}: choose another salt.",
            [contract()],
        ),
        error(
            code::NO_INIT,
            "NoInit",
            "The code {code} has no constructor, so it takes neither arguments nor assets.",
            [super::code()],
        ),
    ]
}

fn upgrade_errors() -> Vec<ErrorCase> {
    vec![
        error(code::IMMUTABLE, "Immutable", "This contract can never be upgraded.", []),
        error(
            code::SAME_CODE,
            "SameCode",
            "The contract runs the code {code} already.",
            [super::code()],
        ),
        error(
            code::NOT_PROPOSED,
            "NotProposed",
            "This upgrade was not announced; announced is {announced}.",
            [field("announced", "Option<CodeHash>")],
        ),
        error(
            code::TOO_EARLY,
            "TooEarly",
            "The announced upgrade may be carried out from {effective} on.",
            [time("effective")],
        ),
        error(
            code::NOT_DELAYED,
            "NotDelayed",
            "Upgrades are announced under a delayed policy only, and this is {policy}.",
            [policy()],
        ),
        error(
            code::LAYOUT_CHANGED,
            "LayoutChanged",
            "The storage changed shape, but its version is still {version}: raise it and write a \
             migration.",
            [field("version", "u32"), hash("old"), hash("new")],
        ),
        error(
            code::LAYOUT_OLDER,
            "LayoutOlder",
            "The storage has version {old}, and the code is for version {new}.",
            [field("old", "u32"), field("new", "u32")],
        ),
        error(
            code::MIGRATION_MISSING,
            "MigrationMissing",
            "The code has no migration from storage version {from}.",
            [field("from", "u32")],
        ),
    ]
}

fn ownership_errors() -> Vec<ErrorCase> {
    vec![
        error(
            code::NOT_STRICTER,
            "NotStricter",
            "A policy can only become stricter than {policy}.",
            [policy()],
        ),
        error(
            code::BAD_DELAY,
            "BadDelay",
            "A delay lies between 1 and {most} milliseconds, but this is {delay_ms}.",
            [
                field("delay_ms", "u64").unit(Unit::Milliseconds),
                field("most", "u64").unit(Unit::Milliseconds),
            ],
        ),
        error(code::ALREADY_PAUSED, "AlreadyPaused", "{contract} is paused already.", [contract()]),
        error(code::NOT_PAUSED, "NotPaused", "{contract} is not paused.", [contract()]),
        error(
            code::PAUSED_BY_GOVERNANCE,
            "PausedByGovernance",
            "Governance paused {contract}, and alone can end that.",
            [contract()],
        ),
    ]
}
