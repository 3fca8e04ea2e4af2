//! What can be called.

use weal_types::{
    abi::{Auth, Field, Method, Unit},
    limit,
};

use super::{
    super::{PARTS_MAX, error as code},
    account, contract, policy,
};
use crate::system::describe::{FieldExt, MethodExt, call, field, query, rule};

pub(super) fn all() -> Vec<Method> {
    let mut methods = Vec::new();
    methods.extend(uploads());
    methods.push(deploy());
    methods.extend(upgrades());
    methods.extend(ownership());
    methods.extend(pauses());
    methods.extend(queries());
    methods
}

fn owner() -> Auth {
    rule("The contract's owner.")
}

fn module(name: &str, label: &str) -> Field {
    field(name, "Bytes").label(label).unit(Unit::Bytes).between(1, limit::TX_BYTES as u128)
}

fn parts(name: &str, label: &str) -> Field {
    field(name, "u16").label(label)
}

fn uploads() -> [Method; 4] {
    let admit = [code::CODE_EXISTS, code::UPLOAD_BUSY, code::MODULE_REFUSED];
    let staged = [code::NOT_STAGED, code::BAD_PART, code::PART_MISSING, code::HASH_MISMATCH];
    [
        call(
            "upload",
            Auth::Anyone,
            "Upload a contract's code",
            "Checks a module and keeps it, and returns its hash. One module per block; validators \
             compile it before instances can be made.",
        )
        .takes([module("module", "Module")])
        .returns("CodeHash")
        .refuses(&admit)
        .emits("Uploaded"),
        call(
            "stage",
            Auth::Anyone,
            "Send part {part} of the code {code}",
            "Keeps a part of a module that is too long for one transaction. An account sends one \
             module at a time.",
        )
        .takes([
            super::code(),
            parts("part", "Part").doc("Counted from 0.").between(0, u128::from(PARTS_MAX) - 1),
            module("bytes", "Bytes"),
        ])
        .refuses(&[code::BAD_PART, code::CODE_EXISTS, code::STAGED_OTHER])
        .emits("Staged"),
        call(
            "upload_staged",
            Auth::Anyone,
            "Upload the code {code} from its {parts} parts",
            "Joins the parts that the caller sent and uploads the module.",
        )
        .takes([
            super::code(),
            parts("parts", "Parts").doc("How many there are.").between(1, PARTS_MAX.into()),
        ])
        .returns("CodeHash")
        .refuses(&[staged.as_slice(), &admit].concat())
        .emits("Uploaded"),
        call(
            "unstage",
            Auth::Anyone,
            "Discard the parts of the code {code}",
            "Removes the parts that the caller sent.",
        )
        .takes([super::code()])
        .refuses(&[code::NOT_STAGED])
        .emits("Unstaged"),
    ]
}

fn deploy() -> Method {
    call(
        "deploy",
        Auth::Anyone,
        "Create a contract from the code {code}",
        "Makes a contract, runs its constructor on the caller's behalf with the attached assets, \
         and returns its id, which follows from caller, code and salt.",
    )
    .accepts_any()
    .takes([
        super::code(),
        field("salt", "Bytes32").label("Salt").doc("Anything that the caller has not used before."),
        field("owner", "Option<AccountId>").label("Owner").doc("None for the caller."),
        policy(),
        field("init", "Bytes")
            .label("Arguments of the constructor")
            .doc("SCALE encoding; empty where the code has no constructor."),
    ])
    .returns("ContractId")
    .refuses(&[
        code::NO_CODE,
        code::CODE_NOT_READY,
        code::CONTRACT_EXISTS,
        code::ID_TAKEN,
        code::NO_INIT,
        code::BAD_DELAY,
    ])
    .emits("Deployed")
}

fn upgrades() -> [Method; 3] {
    let layout = [code::LAYOUT_CHANGED, code::LAYOUT_OLDER, code::MIGRATION_MISSING];
    let upgrade = [
        code::IMMUTABLE,
        code::SAME_CODE,
        code::NOT_PROPOSED,
        code::TOO_EARLY,
        code::NO_CODE,
        code::CODE_NOT_READY,
    ];
    let propose = [code::NOT_DELAYED, code::SAME_CODE, code::NO_CODE];
    [
        call(
            "upgrade",
            owner(),
            "Replace the code of {contract} by {code}",
            "Replaces a contract's code and migrates its storage, in one step or not at all.",
        )
        .takes([contract(), super::code()])
        .refuses(&[upgrade.as_slice(), &layout].concat())
        .emits("Upgraded"),
        call(
            "propose_upgrade",
            owner(),
            "Announce the code {code} for {contract}",
            "Announces an upgrade under a delayed policy. It takes the place of an earlier one.",
        )
        .takes([contract(), super::code()])
        .refuses(&[propose.as_slice(), &layout].concat())
        .emits("UpgradeProposed"),
        call(
            "cancel_upgrade",
            owner(),
            "Cancel the announced upgrade of {contract}",
            "Withdraws an announced upgrade.",
        )
        .takes([contract()])
        .refuses(&[code::NOT_PROPOSED])
        .emits("UpgradeCancelled"),
    ]
}

fn ownership() -> [Method; 2] {
    [
        call(
            "set_owner",
            owner(),
            "Make {owner} the owner of {contract}",
            "Hands a contract to another owner.",
        )
        .takes([contract(), account("owner", "New owner")])
        .emits("OwnerSet"),
        call(
            "set_policy",
            owner(),
            "Restrict upgrades of {contract} to {policy}",
            "Makes a contract's upgrade policy stricter, for good. An announced upgrade lapses.",
        )
        .takes([contract(), policy()])
        .refuses(&[code::NOT_STRICTER, code::BAD_DELAY])
        .emits("PolicySet"),
    ]
}

fn pauses() -> [Method; 2] {
    let auth = || rule("The contract's owner, or governance.");
    [
        call(
            "pause",
            auth(),
            "Stop all calls of {contract}",
            "Makes a contract refuse calls. What governance pauses, governance alone can resume.",
        )
        .takes([contract()])
        .refuses(&[code::ALREADY_PAUSED])
        .emits("Paused"),
        call("unpause", auth(), "Let {contract} be called again", "Ends a pause.")
            .takes([contract()])
            .refuses(&[code::NOT_PAUSED, code::PAUSED_BY_GOVERNANCE])
            .emits("Unpaused"),
    ]
}

fn queries() -> [Method; 4] {
    [
        query("instance", "Option<Instance>", "The record of a contract.").takes([contract()]),
        query("code", "Option<CodeRecord>", "The record of a code.").takes([super::code()]),
        query(
            "abi",
            "Bytes",
            "The ABI document of a code, in SCALE. One above 64 KiB does not fit into a result: \
             nodes serve it from the state.",
        )
        .takes([super::code()])
        .refuses(&[code::NO_CODE]),
        query("staging", "Option<Staging>", "Which parts of which module an account has sent.")
            .takes([account("account", "Account")]),
    ]
}
