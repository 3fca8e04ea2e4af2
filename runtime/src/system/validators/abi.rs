//! The ABI document of `validators`.

use weal_types::abi::{Abi, Auth, ErrorCase, Event, Field, Method, TypeDefinition, Unit};

use super::{
    NOTICE, PROPOSALS_PAGE, READY_HEIGHTS, error as code,
    schedule::{ADDRESS_BYTES, ORGANISATION_BYTES},
};
use crate::system::describe::{
    FieldExt, MethodExt, call, choice, document, error, event, field, query, rule, structure,
    variant, version,
};

/// Describes the contract.
pub fn abi() -> Abi {
    let doc = "Validators: who orders and certifies blocks, who answers for them, and how that \
               changes.";
    Abi {
        methods: methods(),
        events: events(),
        errors: errors(),
        types: types(),
        ..document("Validators", doc)
    }
}

fn key(name: &str, label: &str) -> Field {
    field(name, "PublicKey").label(label)
}

fn proposal() -> Field {
    field("proposal", "Hash").label("Proposal")
}

fn height() -> Field {
    field("height", "Height")
        .label("Signed at height")
        .doc(&format!("Of the last {READY_HEIGHTS} heights."))
}

fn signature() -> Field {
    field("signature", "Bytes64").label("Signature").doc(
        "By the new key in the context weal/pbft/1, over H(weal/ready/1, chain ‖ key ‖ height ‖ \
         purpose). The purpose of one that joins is 0x00 and the proposal, that of one that \
         replaces another 0x01 and the replaced key.",
    )
}

fn address() -> Field {
    field("address", "String")
        .label("Address")
        .doc(&format!(
            "Where the other validators find it, host:port, at most {ADDRESS_BYTES} bytes. The \
             genesis document alone may leave it empty."
        ))
        .example("\"node-5.example.org:9944\"")
}

fn start() -> Field {
    field("start", "Option<Start>").doc("When the change counts, if it is decided.")
}

fn methods() -> Vec<Method> {
    let mut methods = vec![
        call(
            "approve",
            rule("The operator of a validator."),
            "Approve: {change}",
            &format!(
                "Approves of a change of the validators, and proposes it if nobody has. Once \
                 operators of a quorum of validators approve of it, and whoever joins is ready, \
                 the epoch ends {NOTICE} heights later and the change counts; within an epoch \
                 whose end is decided, it counts from the epoch after the next. Whoever approves \
                 again has it decided if there are fewer validators now, and refused otherwise."
            ),
        )
        .takes([field("change", "Change").label("Change")])
        .returns("Option<Start>")
        .refuses(&[
            code::KEY_TAKEN,
            code::NO_VALIDATOR,
            code::BAD_KEY,
            code::SET_SIZE,
            code::ORGANISATION,
            code::ADDRESS,
            code::ALREADY_APPROVED,
            code::TOO_MANY,
        ])
        .emits("Approved"),
        call(
            "withdraw",
            Auth::Anyone,
            "No longer approve of the proposal {proposal}",
            "Takes back the caller's own approval.",
        )
        .takes([proposal()])
        .refuses(&[code::NO_PROPOSAL, code::NOT_APPROVED])
        .emits("Withdrawn"),
        call(
            "declare_ready",
            Auth::Anyone,
            "Declare that the validator of the proposal {proposal} is ready",
            "Shows that a validator that is to join has its key at hand and the chain up to a \
             recent height. Anybody may send it: the signature counts.",
        )
        .takes([proposal(), height(), signature()])
        .returns("Option<Start>")
        .refuses(&[
            code::NO_PROPOSAL,
            code::NOT_RECENT,
            code::SIGNATURE,
            code::KEY_TAKEN,
            code::SET_SIZE,
        ])
        .emits("DeclaredReady"),
    ];
    methods.extend(own());
    methods.extend(queries());
    methods
}

fn own() -> [Method; 2] {
    [
        call(
            "rotate",
            rule("The operator of the validator."),
            "Replace the validator's key {key} by {new_key}",
            "Replaces the key with which a validator votes. Its position, operator and address \
             stay.",
        )
        .takes([key("key", "Present key"), key("new_key", "New key"), height(), signature()])
        .returns("Start")
        .refuses(&[
            code::KEY_TAKEN,
            code::NO_VALIDATOR,
            code::BAD_KEY,
            code::NOT_RECENT,
            code::SIGNATURE,
            code::NO_ADDRESS,
        ])
        .emits("Rotated"),
        call(
            "relocate",
            rule("The operator of the validator."),
            "Look for the validator {key} at {address}",
            "Changes where the other validators find one, at once.",
        )
        .takes([key("key", "Validator"), address()])
        .refuses(&[code::NO_VALIDATOR, code::ADDRESS])
        .emits("Relocated"),
    ]
}

fn queries() -> [Method; 2] {
    let ahead = field("ahead", "u8")
        .label("Epochs ahead")
        .doc("0 for the present epoch, 1 for the next, 2 for the one after it.")
        .between(0, 2);
    let page = [
        field("after", "Option<Hash>")
            .label("After")
            .doc("The last proposal of the page before; none for the first page."),
        field("limit", "u16")
            .label("At most")
            .doc("Entries of the page.")
            .between(0, PROPOSALS_PAGE as u128),
    ];
    [
        query(
            "reign",
            "Option<Reign>",
            "The validators of an epoch; none where it is not decided.",
        )
        .takes([ahead]),
        query(
            "proposals",
            "Vec<(Hash, bool, Proposal)>",
            "Changes that wait, by their names, and whether their approvals still count.",
        )
        .takes(page),
    ]
}

fn events() -> Vec<Event> {
    let account = || field("operator", "AccountId");
    vec![
        event(
            "Approved",
            "An operator approves of a change.",
            [proposal(), account()],
            [field("change", "Change"), start()],
        ),
        event(
            "Withdrawn",
            "An operator approves of a change no longer.",
            [proposal(), account()],
            [],
        ),
        event(
            "DeclaredReady",
            "A validator that is to join is ready.",
            [proposal(), field("key", "PublicKey")],
            [field("height", "Height"), start()],
        ),
        event(
            "Rotated",
            "A validator's key is replaced.",
            [field("key", "PublicKey"), field("new_key", "PublicKey")],
            [field("start", "Start")],
        ),
        event(
            "Relocated",
            "A validator is found elsewhere.",
            [field("key", "PublicKey")],
            [field("address", "String")],
        ),
    ]
}

fn errors() -> Vec<ErrorCase> {
    let mut errors = about_members();
    errors.extend(about_decisions());
    errors
}

fn about_members() -> Vec<ErrorCase> {
    let key = || field("key", "PublicKey");
    let most = || field("most", "u32");
    vec![
        error(
            code::KEY_TAKEN,
            "KeyTaken",
            "{key} is a validator's key already, or will be one.",
            [key()],
        ),
        error(code::NO_VALIDATOR, "NoValidator", "There is no validator with key {key}.", [key()]),
        error(code::BAD_KEY, "BadKey", "{key} is no sr25519 public key of one person.", [key()]),
        error(
            code::SET_SIZE,
            "SetSize",
            "There would be {size} validators. A chain that was founded with one keeps one; all \
             others have 4 to 128.",
            [field("size", "u32")],
        ),
        error(
            code::ORGANISATION,
            "Organisation",
            "The organisation's name has 1 to {most} bytes and no control characters.",
            [most()],
        ),
        error(
            code::ADDRESS,
            "Address",
            "The address is host:port, of at most {most} bytes.",
            [most()],
        ),
    ]
}

fn about_decisions() -> Vec<ErrorCase> {
    let key = || field("key", "PublicKey");
    vec![
        error(
            code::NO_PROPOSAL,
            "NoProposal",
            "No proposal {proposal} waits for this; it may be decided, or too old.",
            [proposal()],
        ),
        error(
            code::ALREADY_APPROVED,
            "AlreadyApproved",
            "This account approved of {proposal} already.",
            [proposal()],
        ),
        error(
            code::NOT_APPROVED,
            "NotApproved",
            "This account has not approved of {proposal}.",
            [proposal()],
        ),
        error(
            code::NOT_RECENT,
            "NotRecent",
            "The height lies between {least} and {newest}: sign again.",
            [field("least", "Height"), field("newest", "Height")],
        ),
        error(
            code::SIGNATURE,
            "Signature",
            "The signature is not one by {key} over this chain, key, height and purpose.",
            [key()],
        ),
        error(
            code::TOO_MANY,
            "TooMany",
            "{most} proposals of this operator wait already: withdraw one.",
            [field("most", "u32")],
        ),
        error(
            code::NO_ADDRESS,
            "NoAddress",
            "The chain does not say where the validator {key} is, and configurations know its old \
             key alone: relocate it first.",
            [key()],
        ),
    ]
}

fn types() -> Vec<TypeDefinition> {
    let until = field("until", "Option<Height>");
    vec![
        choice(
            "Change",
            "A change of the validators.",
            [
                variant("Add", "One more validator.", member()),
                variant("Remove", "One validator less.", [key("key", "Key")]),
            ],
        ),
        structure("Member", "A validator, and who answers for it.", member()),
        structure(
            "Reign",
            "The validators of one epoch.",
            [
                field("epoch", "u64"),
                until.doc("Its last height, if that is decided."),
                field("members", "Vec<Member>").doc("In the order of their positions."),
            ],
        ),
        structure(
            "Start",
            "When a change counts.",
            [
                field("epoch", "u64").doc("From which epoch on."),
                field("from", "Height").doc("Its first height."),
            ],
        ),
        structure(
            "Proposal",
            "A change that is not decided yet.",
            [
                version(),
                field("change", "Change"),
                field("by", "AccountId").doc("Who proposed it."),
                field("approvals", "Vec<AccountId>").doc("Whose operators approve of it."),
                field("ready", "Option<Height>").doc("When whoever joins last said it is ready."),
                field("until", "TimeMs").unit(Unit::Timestamp).doc("Approvals count until then."),
            ],
        ),
    ]
}

fn member() -> [Field; 4] {
    [
        key("key", "Key").doc("Signs its votes."),
        field("operator", "AccountId").label("Operator").doc("The account that decides for it."),
        field("organisation", "String")
            .label("Organisation")
            .doc(&format!("Who runs it, at most {ORGANISATION_BYTES} bytes.")),
        address(),
    ]
}
