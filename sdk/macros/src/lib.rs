//! The macros of `weal-sdk`, which documents and re-exports them.
//!
//! Each macro reads its input into a model, refuses what breaks a rule with a message that says
//! what to write instead, and prints calls into `weal_sdk::generated`: what can be a function is
//! one.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod abi_types;
mod contract;
mod error;
mod event;
mod fields;
mod import;
mod meaning;
mod past;
mod role;
mod storage;
mod test;
mod value;

use proc_macro::TokenStream;

/// Turns an `impl` into a contract: one export per method, checked arguments and permissions, and
/// `abi()`, `methods()` and `layout()` beside it. See `docs/sdk.md`.
#[proc_macro_attribute]
pub fn contract(attributes: TokenStream, item: TokenStream) -> TokenStream {
    contract::expand(attributes.into(), item.into()).unwrap_or_else(refuse).into()
}

/// Makes a struct of handles a contract's storage.
#[proc_macro_derive(Storage, attributes(storage))]
pub fn storage(item: TokenStream) -> TokenStream {
    derive(item, storage::expand)
}

/// Makes a struct or an enum something that can be stored, passed and returned.
#[proc_macro_derive(Value, attributes(label, unit, min, max, example, choices, index))]
pub fn value(item: TokenStream) -> TokenStream {
    derive(item, value::expand)
}

/// Makes an enum a contract's errors.
#[proc_macro_derive(ContractError, attributes(code, from, label, unit, min, max, example, choices))]
pub fn contract_error(item: TokenStream) -> TokenStream {
    derive(item, error::expand)
}

/// Makes a struct something that a contract says.
#[proc_macro_derive(Event, attributes(topic, label, unit, min, max, example, choices))]
pub fn event(item: TokenStream) -> TokenStream {
    derive(item, event::expand)
}

/// Makes an enum without fields a contract's roles.
#[proc_macro_derive(RoleSet)]
pub fn role_set(item: TokenStream) -> TokenStream {
    derive(item, role::expand)
}

/// Writes a client for the contract that an ABI document describes:
/// `import!(token = "abi/token.abi.json")`, relative to the package.
#[proc_macro]
pub fn import(input: TokenStream) -> TokenStream {
    import::expand(input.into()).unwrap_or_else(refuse).into()
}

/// A test of contracts: a function that takes a `&mut Bench`, run with their native code, their
/// Wasm, or both, which are then compared. See `weal_sdk::bench`.
#[proc_macro_attribute]
pub fn test(attributes: TokenStream, item: TokenStream) -> TokenStream {
    test::expand(attributes.into(), item.into()).unwrap_or_else(refuse).into()
}

type Expand = fn(&syn::DeriveInput) -> syn::Result<proc_macro2::TokenStream>;

fn derive(item: TokenStream, expand: Expand) -> TokenStream {
    syn::parse(item).and_then(|input| expand(&input)).unwrap_or_else(refuse).into()
}

fn refuse(error: syn::Error) -> proc_macro2::TokenStream {
    error.into_compile_error()
}
