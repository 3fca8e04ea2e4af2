//! The ABI document of `accounts`.

use weal_types::{
    abi::{Abi, Auth, ErrorCase, Event, Field, Method, TypeDefinition},
    limit,
};

use super::error as code;
use crate::system::describe::{
    FieldExt, MethodExt, call, choice, document, error, event, field, page, query, role, rule,
    structure, variant, version,
};

/// Describes the contract.
pub fn abi() -> Abi {
    let doc =
        "Accounts: whose signatures they accept, who vouched for them, whether they may send.";
    Abi {
        methods: methods(),
        events: events(),
        errors: errors(),
        roles: vec![role(
            "Registrar",
            "May admit accounts. Governance makes registrars, and may admit accounts itself.",
        )],
        types: types(),
        ..document("Accounts", doc)
    }
}

fn account(label: &str) -> Field {
    field("account", "AccountId").label(label)
}

fn methods() -> Vec<Method> {
    let mut methods = vec![
        call(
            "admit",
            Auth::Role("Registrar".into()),
            "Vouch for the account {account}",
            "Vouches for an account, so that it may send on a chain for members. Opens it if its \
             key has not. An authority may be given only to an id that is neither a \
             public key nor a contract: everyone else's belongs to its owner.",
        )
        .takes([
            account("Account"),
            field("authority", "Option<Authority>")
                .label("Whose signatures it accepts")
                .doc("None for the key that is the account's id."),
        ])
        .refuses(&[
            code::ALREADY_ADMITTED,
            code::OWNED,
            code::IS_CONTRACT,
            code::POLICY_UNSORTED,
            code::POLICY_ZERO_WEIGHT,
            code::POLICY_THRESHOLD,
            code::BAD_KEY,
        ])
        .emits("Admitted"),
        call(
            "set_authority",
            rule("The account itself."),
            "Accept the signatures of {authority} instead of today's",
            "Replaces whose signatures the caller accepts. Its id, money and history stay.",
        )
        .takes([field("authority", "Authority").label("Whose signatures to accept")])
        .refuses(&[
            code::NO_ACCOUNT,
            code::POLICY_UNSORTED,
            code::POLICY_ZERO_WEIGHT,
            code::POLICY_THRESHOLD,
            code::BAD_KEY,
        ])
        .emits("AuthoritySet"),
    ];
    methods.extend(governance_methods());
    methods.extend(queries());
    methods
}

fn governance_methods() -> [Method; 4] {
    [
        call(
            "suspend",
            Auth::Governance,
            "Suspend the account {account}",
            "Keeps an account from sending. It can still receive.",
        )
        .takes([account("Account")])
        .refuses(&[code::NO_ACCOUNT, code::ALREADY_SUSPENDED, code::INDISPENSABLE])
        .emits("Suspended"),
        call(
            "reinstate",
            Auth::Governance,
            "Let the account {account} send again",
            "Lets a suspended account send again.",
        )
        .takes([account("Account")])
        .refuses(&[code::NO_ACCOUNT, code::NOT_SUSPENDED])
        .emits("Reinstated"),
        call(
            "add_registrar",
            Auth::Governance,
            "Let {account} vouch for accounts",
            "Lets an account, or a contract, admit accounts.",
        )
        .takes([account("Registrar")])
        .refuses(&[code::ALREADY_REGISTRAR])
        .emits("RegistrarAdded"),
        call(
            "remove_registrar",
            Auth::Governance,
            "No longer let {account} vouch for accounts",
            "Ends the right to admit accounts. Those it admitted stay admitted.",
        )
        .takes([account("Registrar")])
        .refuses(&[code::NOT_REGISTRAR])
        .emits("RegistrarRemoved"),
    ]
}

fn queries() -> [Method; 3] {
    [
        query("account", "Option<Account>", "The record of an account, if it has one.")
            .takes([account("Account")]),
        query("is_registrar", "bool", "Whether an account may admit accounts.")
            .takes([account("Account")]),
        query("registrars", "Vec<AccountId>", "A page of the registrars, by id.")
            .takes(page("AccountId")),
    ]
}

fn events() -> Vec<Event> {
    let topic = || [field("account", "AccountId")];
    vec![
        event(
            "Admitted",
            "Somebody vouched for an account.",
            [field("account", "AccountId"), field("by", "AccountId")],
            [field("authority", "Authority")],
        ),
        event(
            "AuthoritySet",
            "An account accepts other signatures from now on.",
            topic(),
            [field("authority", "Authority")],
        ),
        event("Suspended", "An account may no longer send.", topic(), []),
        event("Reinstated", "An account may send again.", topic(), []),
        event("RegistrarAdded", "An account may admit accounts.", topic(), []),
        event("RegistrarRemoved", "An account may no longer admit accounts.", topic(), []),
    ]
}

fn errors() -> Vec<ErrorCase> {
    let account = || [field("account", "AccountId")];
    vec![
        error(
            code::ALREADY_ADMITTED,
            "AlreadyAdmitted",
            "{account} was admitted by {by}.",
            [field("account", "AccountId"), field("by", "AccountId")],
        ),
        error(
            code::OWNED,
            "Owned",
            "{account} belongs to whoever holds its key: admit it without an authority, and let \
             the owner set one.",
            account(),
        ),
        error(code::IS_CONTRACT, "IsContract", "{account} is a contract.", account()),
        error(code::POLICY_UNSORTED, "PolicyUnsorted", "The keys of a policy ascend strictly.", []),
        error(
            code::POLICY_ZERO_WEIGHT,
            "PolicyZeroWeight",
            "Each key of a policy weighs at least 1.",
            [],
        ),
        error(
            code::POLICY_THRESHOLD,
            "PolicyThreshold",
            "The threshold is {threshold}, but lies between 1 and {sum}, the sum of the weights.",
            [field("threshold", "u32"), field("sum", "u32")],
        ),
        error(
            code::BAD_KEY,
            "BadKey",
            "{key} is no sr25519 public key that one person alone can sign with.",
            [field("key", "PublicKey")],
        ),
        error(code::NO_ACCOUNT, "NoAccount", "{account} has no record on this chain.", account()),
        error(
            code::ALREADY_SUSPENDED,
            "AlreadySuspended",
            "{account} is suspended already.",
            account(),
        ),
        error(code::NOT_SUSPENDED, "NotSuspended", "{account} is not suspended.", account()),
        error(
            code::INDISPENSABLE,
            "Indispensable",
            "{account} is governance, which cannot suspend itself.",
            account(),
        ),
        error(
            code::ALREADY_REGISTRAR,
            "AlreadyRegistrar",
            "{account} is a registrar already.",
            account(),
        ),
        error(code::NOT_REGISTRAR, "NotRegistrar", "{account} is no registrar.", account()),
    ]
}

fn types() -> Vec<TypeDefinition> {
    vec![
        structure(
            "Account",
            "What the chain keeps of an account.",
            [
                version(),
                field("nonce", "u64").doc("The nonce of its next transaction."),
                field("authority", "Authority").doc("Whose signatures it accepts."),
                field("admitted_by", "Option<AccountId>").doc("Who vouched for it."),
                field("status", "AccountStatus").doc("Whether it may send."),
            ],
        ),
        choice(
            "AccountStatus",
            "Whether an account may send. Receiving is always possible.",
            [
                variant("Active", "It may.", []),
                variant("Suspended", "It may not, until governance says otherwise.", []),
            ],
        ),
        choice(
            "Authority",
            "Whose signatures an account accepts.",
            [
                variant("Key", "One key.", [field("key", "PublicKey").label("Key")]),
                variant(
                    "Policy",
                    "Several keys with weights.",
                    [
                        field("threshold", "u32")
                            .label("Weight needed")
                            .doc("Weight that the signing keys must reach together."),
                        field("keys", "Vec<WeightedKey>")
                            .label("Keys")
                            .doc("The keys, strictly ascending.")
                            .between(1, limit::POLICY_KEYS as u128),
                    ],
                ),
            ],
        ),
        structure(
            "WeightedKey",
            "A key of a policy.",
            [
                field("key", "PublicKey").label("Key"),
                field("weight", "u16")
                    .label("Weight")
                    .doc("What its signature counts.")
                    .between(1, u128::from(u16::MAX)),
            ],
        ),
    ]
}
