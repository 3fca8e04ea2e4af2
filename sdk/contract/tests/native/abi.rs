//! The document that a contract's code becomes.

use std::{fs, path::Path};

use parity_scale_codec::Encode;
use weal_sdk::{
    FailureKind, TrapKind, Value,
    abi::{Abi, AbiError, AssetRef, Auth, MethodKind, Shape, Type, Unit},
    describe::Types,
    failure::Failure,
    prelude::*,
};
use weal_types::codec::{Bytes, Name};

use crate::{SHOP, shop};

/// The committed document, which `shop.rs` imports too. `WEAL_GOLDEN=write` writes it.
#[test]
fn the_document_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/native/shop.abi.json");
    let text = shop::abi().to_json();
    if std::env::var_os("WEAL_GOLDEN").is_some_and(|value| value == "write") {
        fs::write(&path, &text).expect("the document can be written");
    }
    let committed = fs::read_to_string(&path).expect("the document is there");
    assert!(committed == text, "the ABI has changed: `make golden` writes the document");
}

#[test]
fn it_holds_together_in_both_encodings() {
    let abi = shop::abi();
    abi.check().expect("references lead somewhere");
    assert_eq!(Abi::from_scale(&abi.encode()).as_ref(), Ok(&abi));
}

/// A contract with two types of one name.
mod twins {
    use weal_sdk::prelude::*;

    mod left {
        #[derive(weal_sdk::Value)]
        pub struct Hand {
            pub fingers: u8,
        }
    }

    mod right {
        #[derive(weal_sdk::Value)]
        pub struct Hand {
            pub fingers: u16,
        }
    }

    #[derive(Storage)]
    pub struct Twins {}

    #[contract]
    impl Twins {
        #[query]
        pub fn left(&self) -> left::Hand {
            left::Hand { fingers: 5 }
        }

        #[query]
        pub fn right(&self) -> right::Hand {
            right::Hand { fingers: 5 }
        }
    }
}

#[test]
fn two_types_of_one_name_are_found() {
    let expected = AbiError::Twice { what: "type", name: "Hand".into() };
    assert_eq!(twins::abi().check(), Err(expected));
    assert_eq!(twins::methods().len(), 2);
    assert!(twins::layout().fields.is_empty());
}

#[test]
fn methods_say_who_with_what_and_what_may_come_of_it() {
    let abi = shop::abi();
    let method = |name: &str| abi.method(name).expect("it is there");
    assert_eq!(abi.doc, "Sells places in a queue.");
    assert_eq!(method("open").kind, MethodKind::Init);
    assert_eq!(method("add").auth, Auth::Role("Clerk".into()));
    assert_eq!(method("send").auth, Auth::Stored("keeper".into()));
    assert_eq!(method("count").auth, Auth::Argument("who".into()));
    assert_eq!(method("keep").auth, Auth::Rule("whoever comes first".into()));
    assert_eq!(method("give").accepts, [AssetRef::Stored("asset".into())]);
    assert_eq!(
        method("give").errors,
        [8, Failure::NotAccepted.code(), Failure::ArgumentsMalformed.code()]
    );
    assert_eq!(method("give").emits, ["Given"]);
    assert_eq!(method("bring").emits, ["Given", "Rang"]);
    let two = [AssetRef::Argument("one".into()), AssetRef::Stored("asset".into())];
    assert_eq!(method("bring_two").accepts, two);
    assert_eq!(method("trouble").errors, [1, 7, 8, Failure::ArgumentsMalformed.code()]);
    assert_eq!(method("trouble").calls_out, ["sibling.give", "sibling.place"]);
    assert_eq!(method("send").intent, "Send {sum} to {to}");
    assert!(method("place").emits.is_empty());
    assert!(abi.method("_helper").is_none());
}

#[test]
fn meanings_and_messages_come_from_the_source() {
    let abi = shop::abi();
    let word = &abi.method("give").unwrap().args[0];
    assert_eq!((word.meaning.label.as_str(), word.meaning.max), ("A word", Some(40)));
    let messages: Vec<_> = abi.errors.iter().take(3).map(|it| it.message.as_str()).collect();
    assert_eq!(
        messages,
        ["There is no place {row}/{seat}.", "Another contract failed: {cause}.", "Closed today."]
    );
    let Shape::Struct(fields) = &abi.types.iter().find(|it| it.name == "Place").unwrap().shape
    else {
        panic!("a struct")
    };
    let unit = Unit::Asset(AssetRef::Stored("asset".into()));
    assert_eq!(fields[1].meaning.unit, Some(unit));
    assert_eq!(abi.roles.len(), 2);
    assert_eq!(abi.events[0].topics.len(), 2);
}

/// One of each failure: an index that `describe` gets wrong decodes as another, or not at all.
#[test]
fn the_description_of_call_errors_is_that_of_their_bytes() {
    let payload = Bytes::new(vec![1, 2]).unwrap();
    let kinds = [
        FailureKind::Revert { code: 1, payload: payload.clone() },
        FailureKind::Panic(payload),
        FailureKind::OutOfGas,
        FailureKind::Trap(TrapKind::DivisionByZero),
        FailureKind::StackOverflow,
        FailureKind::CallDepth,
        FailureKind::Reentry,
        FailureKind::NoContract,
        FailureKind::Paused,
        FailureKind::CodeNotReady,
        FailureKind::UnknownMethod,
        FailureKind::BadArguments,
        FailureKind::AttachedRefused,
        FailureKind::InsufficientBalance,
        FailureKind::WriteInQuery,
        FailureKind::BadHostCall,
        FailureKind::LimitExceeded,
        FailureKind::SpendLimit,
        FailureKind::Unauthorised,
        FailureKind::MemoryLimit,
    ];
    let mut types = Types::default();
    assert_eq!(CallError::describe(&mut types), Type::Named("CallError".into()));
    let definitions = types.into_definitions();
    let find = |name: &str| match &definitions.iter().find(|it| it.name == name).unwrap().shape {
        Shape::Enum(variants) => variants,
        _ => panic!("an enum"),
    };
    let described: Vec<_> =
        find("FailureKind").iter().map(|it| (it.index, it.name.clone())).collect();
    let expected = kinds.iter().map(|kind| {
        let text = format!("{kind:?}");
        let name = text.split(['(', '{', ' ']).next().unwrap_or_default().to_owned();
        (kind.encode()[0], name)
    });
    let expected: Vec<_> = expected.collect();
    assert_eq!(described, expected);
    let last = find("TrapKind").last().map(|it| (it.index, it.name.as_str()));
    let index = TrapKind::DivisionByZero.encode()[0];
    assert_eq!(last, Some((index, "DivisionByZero")));
}

#[test]
fn an_error_of_a_callee_can_be_the_payload_of_an_own_one() {
    let method = Name::new("give").unwrap();
    let error = CallError { contract: SHOP, method, kind: FailureKind::Reentry };
    let own = shop::Error::from(error.clone());
    let mut payload = Vec::new();
    weal_sdk::ContractError::write_payload(&own, &mut payload);
    assert_eq!(payload, error.encode());
}
