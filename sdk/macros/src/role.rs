//! `#[derive(RoleSet)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result};

use crate::{
    fields,
    meaning::{docs, plain},
    value,
};

/// The implementations of `RoleSet`, `Value`, `Clone` and `Copy`.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(
            &input.ident,
            "roles are the cases of an enum: `enum Role { Treasurer, Auditor }`",
        ));
    };
    let mut roles = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(
                variant,
                "a role has no fields: grant it to accounts with `Roles::grant`",
            ));
        }
        fields::check_name(&variant.ident)?;
        let (name, doc) = (plain(&variant.ident), docs(&variant.attrs));
        roles.push(quote!(::weal_sdk::describe::role(#name, #doc)));
    }
    let value = value::expand(input)?;
    let name = &input.ident;
    Ok(quote! {
        #value

        impl ::core::clone::Clone for #name {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl ::core::marker::Copy for #name {}

        impl ::weal_sdk::RoleSet for #name {
            fn byte(self) -> u8 {
                self as u8
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn describe_roles() -> ::std::vec::Vec<::weal_sdk::abi::Role> {
                ::std::vec![#(#roles),*]
            }
        }
    })
}
