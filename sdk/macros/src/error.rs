//! `#[derive(ContractError)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Ident, LitInt, Result, Variant};

use crate::{
    fields::{self, Field},
    meaning::{docs, plain},
};

/// The first code of the SDK's own; equals `weal_sdk::failure::FIRST_CODE`.
pub const FIRST_RESERVED: u32 = 0xFFFF_0000;

/// Names of the SDK's own errors, in the order of their codes.
const RESERVED: [&str; 10] = [
    "NotAuthorised",
    "NotAccepted",
    "ArgumentsMalformed",
    "NumberOverflow",
    "FieldUnset",
    "StoredMalformed",
    "BalanceTooLow",
    "PayeeRefused",
    "KeyTooLong",
    "AnswerMalformed",
];

/// One case.
struct Case<'a> {
    variant: &'a Variant,
    code: u32,
    message: String,
    fields: Vec<Field>,
}

/// The implementation of `ContractError`.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    fields::check_concrete(&input.generics)?;
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "errors are the cases of an enum"));
    };
    let mut cases: Vec<Case<'_>> = Vec::new();
    for variant in &data.variants {
        let case = read(variant)?;
        if let Some(other) = cases.iter().find(|other| other.code == case.code) {
            let text = format!(
                "code {} belongs to `{}` already: give each case its own, and never reuse one",
                case.code, other.variant.ident
            );
            return Err(Error::new_spanned(variant, text));
        }
        cases.push(case);
    }
    Ok(print(input, &cases))
}

fn read(variant: &Variant) -> Result<Case<'_>> {
    let name = &variant.ident;
    fields::check_name(name)?;
    if RESERVED.contains(&plain(name).as_str()) {
        return Err(Error::new_spanned(
            name,
            format!("`{name}` is an error of the SDK: choose another name"),
        ));
    }
    let attribute = variant.attrs.iter().find(|attribute| attribute.path().is_ident("code"));
    let attribute = attribute.ok_or_else(|| {
        let text = format!(
            "`{name}` has no code: write `#[code(1)]` before it. Receipts carry the number, so it \
             must stay the same for ever"
        );
        Error::new_spanned(name, text)
    })?;
    let literal: LitInt = attribute.parse_args()?;
    let code: u32 = literal.base10_parse()?;
    if code >= FIRST_RESERVED {
        let text = format!("codes from {FIRST_RESERVED:#x} on belong to the SDK");
        return Err(Error::new_spanned(literal, text));
    }
    let fields = fields::read(&variant.fields, "cause")?;
    let message = match docs(&variant.attrs) {
        text if text.is_empty() => sentence(&plain(name)),
        text => text,
    };
    check_message(variant, &message, &fields)?;
    let from = |field: &&Field| field.attributes.iter().any(|it| it.path().is_ident("from"));
    if fields.len() > 1
        && let Some(field) = fields.iter().find(from)
    {
        let text = "`#[from]` makes the case of this field alone: it must be the only one";
        return Err(Error::new(field.variable.span(), text));
    }
    Ok(Case { variant, code, message, fields })
}

/// `AlreadyPaid` is "Already paid."
fn sentence(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        match letter.is_ascii_uppercase() && !text.is_empty() {
            true => text.extend([' ', letter.to_ascii_lowercase()]),
            false => text.push(letter),
        }
    }
    text + "."
}

/// Every `{name}` of a message is a field.
fn check_message(variant: &Variant, message: &str, fields: &[Field]) -> Result<()> {
    for name in placeholders(message) {
        if !fields.iter().any(|field| field.name == name) {
            let text = format!(
                "the message of `{}` names `{{{name}}}`, but the case has no such field",
                variant.ident
            );
            return Err(Error::new_spanned(variant, text));
        }
    }
    Ok(())
}

/// The names in braces.
pub fn placeholders(text: &str) -> Vec<&str> {
    let parts = text.split('{').skip(1);
    parts.filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

/// `Sub(#[from] CallError)` lets `?` make the case of the field.
fn conversion(name: &Ident, Case { variant, fields, .. }: &Case<'_>) -> TokenStream {
    let is_from = |field: &Field| field.attributes.iter().any(|it| it.path().is_ident("from"));
    let [field] = fields.as_slice() else { return quote!() };
    if !is_from(field) {
        return quote!();
    }
    let (case, kind, member) = (&variant.ident, &field.kind, &field.member);
    quote! {
        impl ::core::convert::From<#kind> for #name {
            fn from(value: #kind) -> Self {
                Self::#case { #member: value }
            }
        }
    }
}

fn print(input: &DeriveInput, cases: &[Case<'_>]) -> TokenStream {
    let name = &input.ident;
    let (mut codes, mut writes, mut reads, mut described) = (vec![], vec![], vec![], vec![]);
    for Case { variant, code, message, fields } in cases {
        let (case, text) = (&variant.ident, plain(&variant.ident));
        codes.push(quote!(Self::#case { .. } => #code));
        let (pattern, write) = (fields::pattern(fields), fields::encode(fields));
        writes.push(quote!(Self::#case #pattern => { #write }));
        let read = fields::decode(fields);
        reads.push(quote!(#code => ::core::result::Result::Ok(Self::#case #read)));
        let all: Vec<_> = fields.iter().collect();
        let fields = fields::describe(&all, &fields::names(fields));
        described.push(quote!(::weal_sdk::abi::ErrorCase {
            code: #code, name: #text.into(), message: #message.into(),
            fields: ::std::vec![#(#fields),*],
        }));
    }
    let conversions = cases.iter().map(|case| conversion(name, case));
    quote! {
        #(#conversions)*

        impl ::weal_sdk::ContractError for #name {
            fn code(&self) -> u32 {
                match self { #(#codes,)* }
            }

            fn write_payload<O: ::weal_sdk::codec::Output + ?Sized>(&self, output: &mut O) {
                let _ = &output;
                match self { #(#writes)* }
            }

            fn read(code: u32, payload: &[u8]) -> ::core::option::Option<Self> {
                ::weal_sdk::generated::read_all(payload, |input| {
                    let _ = &input;
                    match code {
                        #(#reads,)*
                        _ => ::core::result::Result::Err(
                            ::weal_sdk::codec::Error::from("unknown code"),
                        ),
                    }
                })
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn cases(
                types: &mut ::weal_sdk::describe::Types,
            ) -> ::std::vec::Vec<::weal_sdk::abi::ErrorCase> {
                let _ = &types;
                ::std::vec![#(#described),*]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source of the SDK is read as text: a dependency on it would build the tests' crates for
    /// build scripts too, and so choose other features for RocksDB's.
    #[test]
    fn what_is_reserved_is_what_the_sdk_uses() {
        let source = include_str!("../../contract/src/failure.rs");
        assert!(source.contains("FIRST_CODE: u32 = 0xFFFF_0000;"), "{FIRST_RESERVED:#x}");
        let (_, list) = source.split_once("pub enum Failure {").expect("it is there");
        let (list, _) = list.split_once("\n}").expect("it ends");
        let lines = list.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        let names: Vec<_> = lines
            .filter_map(|line| line.split([' ', ',']).next())
            .filter(|name| !name.is_empty())
            .collect();
        assert_eq!(names, RESERVED);
    }

    #[test]
    fn names_become_sentences() {
        assert_eq!(sentence("AlreadyPaid"), "Already paid.");
        assert_eq!(sentence("Full"), "Full.");
    }

    #[test]
    fn placeholders_are_what_stands_in_braces() {
        assert_eq!(placeholders("{a} and {b}: {"), ["a", "b"]);
        assert!(placeholders("none }").is_empty());
    }
}
