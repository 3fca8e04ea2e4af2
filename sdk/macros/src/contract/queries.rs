//! Further queries: `#[contract(queries, error = Error)]` on an `impl` in a module of its own.
//!
//! Calls stay together, so that whoever reads a contract finds in one place what changes its state.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Result};

use super::{Contract, describe, entry, method::Kind, request};

/// The entries, and what the contract's own `impl` takes from this module.
pub fn print(contract: &Contract) -> Result<TokenStream> {
    if let Some(method) = contract.methods.iter().find(|method| method.kind != Kind::Query) {
        let text = "only queries may stand here: calls stand in the contract's own `impl`, so that \
                    what changes its state is read in one place";
        return Err(Error::new(method.name.span(), text));
    }
    let (entries, listed) = (entry::entries(contract), entry::listed(contract));
    let methods = contract.methods.iter().map(|method| describe::describe(contract, method));
    let requests = request::requests(contract);
    Ok(quote! {
        #entries

        /// These queries by name.
        #[cfg(not(target_arch = "wasm32"))]
        pub(crate) const METHODS: &[(&str, fn())] = &[#(#listed),*];

        /// What these queries say of themselves.
        #[cfg(not(target_arch = "wasm32"))]
        pub(crate) fn described(
            types: &mut ::weal_sdk::describe::Types,
            errors: &[::weal_sdk::abi::ErrorCase],
        ) -> ::std::vec::Vec<::weal_sdk::abi::Method> {
            ::std::vec![#(#methods),*]
        }

        #requests
    })
}
