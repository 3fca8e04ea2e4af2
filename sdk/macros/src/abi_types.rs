//! Types of ABI documents as Rust.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Error, Ident, Result};
use weal_types::abi::{Field, Shape, Type, TypeDefinition};

/// An identifier for `name`, raw where it is a keyword.
pub fn ident(name: &str) -> Ident {
    let is_keyword = syn::parse_str::<Ident>(name).is_err();
    // These four cannot be raw.
    let is_special = ["self", "Self", "super", "crate"].contains(&name);
    match (is_keyword, is_special) {
        (true, false) => Ident::new_raw(name, Span::call_site()),
        (true, true) => Ident::new(&format!("{name}_"), Span::call_site()),
        (false, _) => Ident::new(name, Span::call_site()),
    }
}

/// `kind` in Rust; named types are in scope.
pub fn rust_type(kind: &Type) -> TokenStream {
    let word = match kind {
        Type::Unit => return quote!(()),
        Type::Bool => quote!(bool),
        Type::U8 => quote!(u8),
        Type::U16 => quote!(u16),
        Type::U32 => quote!(u32),
        Type::U64 => quote!(u64),
        Type::U128 => quote!(u128),
        Type::I8 => quote!(i8),
        Type::I16 => quote!(i16),
        Type::I32 => quote!(i32),
        Type::I64 => quote!(i64),
        Type::I128 => quote!(i128),
        Type::String => return quote!(::weal_sdk::generated::String),
        Type::Bytes => return quote!(::weal_sdk::generated::Vec<u8>),
        Type::Hash => return quote!([u8; 32]),
        Type::FixedBytes(length) => {
            let length = *length as usize;
            return quote!([u8; #length]);
        }
        Type::Array(inner, length) => {
            let (inner, length) = (rust_type(inner), *length as usize);
            return quote!([#inner; #length]);
        }
        Type::List(inner) => {
            let inner = rust_type(inner);
            return quote!(::weal_sdk::generated::Vec<#inner>);
        }
        Type::Option(inner) => {
            let inner = rust_type(inner);
            return quote!(::core::option::Option<#inner>);
        }
        Type::Tuple(parts) => {
            let parts = parts.iter().map(rust_type);
            return quote!((#(#parts),*));
        }
        Type::Named(name) => {
            let name = ident(name);
            return quote!(#name);
        }
        Type::AccountId => quote!(AccountId),
        Type::ContractId => quote!(ContractId),
        Type::AssetId => quote!(AssetId),
        Type::PublicKey => quote!(PublicKey),
        Type::CodeHash => quote!(CodeHash),
        Type::Amount => quote!(Amount),
        Type::TimeMs => quote!(TimeMs),
        Type::Height => quote!(Height),
        Type::Gas => quote!(Gas),
    };
    match kind {
        Type::AccountId
        | Type::ContractId
        | Type::AssetId
        | Type::PublicKey
        | Type::CodeHash
        | Type::Amount
        | Type::TimeMs
        | Type::Height
        | Type::Gas => quote!(::weal_sdk::prelude::#word),
        _ => quote!(::core::primitive::#word),
    }
}

/// `name: Type` for each of `fields`, public where `public` says so.
pub fn rust_fields(fields: &[Field], public: &TokenStream) -> Vec<TokenStream> {
    let print = |field: &Field| {
        let (name, kind) = (ident(&field.name), rust_type(&field.kind));
        let doc = document(&field.meaning.doc);
        quote!(#doc #public #name: #kind)
    };
    fields.iter().map(print).collect()
}

/// A documentation comment, unless there is nothing to say.
pub fn document(text: &str) -> TokenStream {
    if text.is_empty() { quote!() } else { quote!(#[doc = #text]) }
}

/// The definitions as structs, enums and aliases.
pub fn define(definitions: &[TypeDefinition]) -> Result<TokenStream> {
    definitions.iter().map(define_one).collect()
}

fn define_one(definition: &TypeDefinition) -> Result<TokenStream> {
    let (name, doc) = (ident(&definition.name), document(&definition.doc));
    let derive = quote!(#[derive(Clone, Debug, PartialEq, Eq, ::weal_sdk::Value)]);
    Ok(match &definition.shape {
        Shape::Struct(fields) => {
            let fields = rust_fields(fields, &quote!(pub));
            quote! { #doc #derive pub struct #name { #(#fields),* } }
        }
        Shape::Enum(variants) => {
            if variants.is_empty() {
                let text = format!("the enum `{}` has no cases", definition.name);
                return Err(Error::new(Span::call_site(), text));
            }
            let variants = variants.iter().map(|variant| {
                let (name, index) = (ident(&variant.name), variant.index);
                let (doc, fields) =
                    (document(&variant.doc), rust_fields(&variant.fields, &quote!()));
                let index = proc_macro2::Literal::u8_unsuffixed(index);
                match fields.is_empty() {
                    true => quote!(#doc #[index(#index)] #name),
                    false => quote!(#doc #[index(#index)] #name { #(#fields),* }),
                }
            });
            quote! { #doc #derive pub enum #name { #(#variants),* } }
        }
        Shape::Alias { kind, .. } => {
            let kind = rust_type(kind);
            quote! { #doc pub type #name = #kind; }
        }
    })
}

/// The package that is being compiled, and the text of a file in it.
pub fn read_file(path: &str, span: Span) -> Result<String> {
    let package = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let full = std::path::Path::new(&package).join(path);
    std::fs::read_to_string(&full)
        .map_err(|error| Error::new(span, format!("`{path}` in the package: {error}")))
}

/// An item that makes cargo compile again when `path` changes.
pub fn watch(path: &str) -> TokenStream {
    let path = format!("/{path}");
    quote!(
        const _: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), #path));
    )
}
