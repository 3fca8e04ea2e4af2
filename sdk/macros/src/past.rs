//! Modules of earlier layouts: `v1` is made from `layout/1.json`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Error, Ident, Result};
use weal_types::layout::{FieldShape, StorageLayout, StoredField, field_key};

use crate::abi_types::{define, ident, read_file, rust_type, watch};

/// The module of `version`.
pub fn expand(version: u32, span: Span) -> Result<TokenStream> {
    let path = format!("layout/{version}.json");
    let text = read_file(&path, span).map_err(|error| {
        let text = format!("{error}. A migration reads old fields by the layout committed there");
        Error::new(span, text)
    })?;
    let layout = StorageLayout::from_json(&text)
        .map_err(|error| Error::new(span, format!("`{path}`: {error}")))?;
    let (module, name) = (format_ident!("v{version}"), ident(&layout.contract));
    let types = define(&layout.types)?;
    let roles = layout.fields.iter().filter_map(roles);
    let fields: Vec<_> = layout.fields.iter().map(|field| ident(&field.name)).collect();
    let kinds: Vec<_> = layout.fields.iter().map(handle).collect();
    let keys = layout.fields.iter().map(|field| {
        let [a, b, c, d] = field_key(&field.name);
        quote!([#a, #b, #c, #d])
    });
    let watch = watch(&path);
    let doc = format!("The storage as version {version} left it.");
    Ok(quote! {
        #[doc = #doc]
        #[allow(dead_code, missing_docs, clippy::all, clippy::pedantic)]
        pub mod #module {
            #watch
            #types
            #(#roles)*

            /// The fields of that version. Nothing is read before it is asked for.
            #[derive(Debug)]
            pub struct #name { #(pub #fields: #kinds),* }

            impl #name {
                /// The handles.
                pub fn open() -> Self {
                    Self { #(#fields: ::weal_sdk::StorageField::at(#keys)),* }
                }
            }
        }
    })
}

fn handle(field: &StoredField) -> TokenStream {
    match &field.shape {
        FieldShape::Item(kind) => {
            let kind = rust_type(kind);
            quote!(::weal_sdk::Item<#kind>)
        }
        FieldShape::Map { key, value } => {
            let (key, value) = (rust_type(key), rust_type(value));
            quote!(::weal_sdk::Map<#key, #value>)
        }
        FieldShape::OrderedMap { key, value } => {
            let (key, value) = (rust_type(key), rust_type(value));
            quote!(::weal_sdk::OrderedMap<#key, #value>)
        }
        FieldShape::Roles(_) => {
            let name = roles_name(field);
            quote!(::weal_sdk::Roles<#name>)
        }
    }
}

/// `staff` is `StaffRole`.
fn roles_name(field: &StoredField) -> Ident {
    let words = field.name.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    format_ident!("{}Role", words.collect::<String>())
}

fn roles(field: &StoredField) -> Option<TokenStream> {
    let FieldShape::Roles(names) = &field.shape else { return None };
    let (name, cases) = (roles_name(field), names.iter().map(|name| ident(name)));
    Some(quote! {
        #[derive(Debug, ::weal_sdk::RoleSet)]
        pub enum #name { #(#cases),* }
    })
}
