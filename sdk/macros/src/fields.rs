//! The fields of structs and of enum cases, as the ABI sees them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, Fields, Generics, Ident, Result, Type, spanned::Spanned};
use weal_types::{abi, codec::Name};

use crate::meaning::{Meaning, plain};

/// A field.
pub struct Field {
    /// Its name in the ABI.
    pub name: String,
    /// The variable that a pattern binds it to: never one of the generated code's own.
    pub variable: Ident,
    /// What it is called in a pattern: a name, or a number.
    pub member: syn::Member,
    /// Its type.
    pub kind: Type,
    /// How a person reads it.
    pub meaning: Meaning,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// Reads `fields`. A single field without a name is called `unnamed`.
pub fn read(fields: &Fields, unnamed: &str) -> Result<Vec<Field>> {
    if let Fields::Unnamed(list) = fields
        && list.unnamed.len() != 1
    {
        return Err(Error::new(
            fields.span(),
            "the ABI calls fields by name: write `{ name: Type }` instead of `(Type)`",
        ));
    }
    (0..).zip(fields).map(|(index, field)| read_field(field, index, unnamed)).collect()
}

fn read_field(field: &syn::Field, index: u32, unnamed: &str) -> Result<Field> {
    let ident = match &field.ident {
        Some(name) => name.clone(),
        None => Ident::new(unnamed, field.ty.span()),
    };
    let member = match &field.ident {
        Some(name) => name.clone().into(),
        None => syn::Member::Unnamed(syn::Index { index, span: field.ty.span() }),
    };
    check_name(&ident)?;
    let name = plain(&ident);
    Ok(Field {
        variable: Ident::new(&format!("field_{name}"), ident.span()),
        name,
        member,
        kind: field.ty.clone(),
        meaning: Meaning::read(&field.attrs)?,
        attributes: field.attrs.clone(),
    })
}

/// Refuses what cannot be a name in the ABI.
pub fn check_name(name: &Ident) -> Result<()> {
    match Name::admits(plain(name).as_bytes()) {
        true => Ok(()),
        false => Err(Error::new(
            name.span(),
            "a name in the ABI starts with an ASCII letter, goes on with ASCII letters, digits and \
             underscores, and has at most 64 of them",
        )),
    }
}

/// Refuses what cannot be the name of a type in the ABI.
pub fn check_type_name(name: &Ident) -> Result<()> {
    check_name(name)?;
    match plain(name).parse() {
        Ok(abi::Type::Named(_)) => Ok(()),
        _ => Err(Error::new(
            name.span(),
            format!("`{name}` is a built-in type of the ABI: choose another name"),
        )),
    }
}

/// Refuses type parameters and lifetimes.
pub fn check_concrete(generics: &Generics) -> Result<()> {
    match generics.params.first() {
        None => Ok(()),
        Some(parameter) => Err(Error::new_spanned(
            parameter,
            "the ABI has no type parameters: write a type for each use",
        )),
    }
}

/// Names of `fields`.
pub fn names(fields: &[Field]) -> Vec<String> {
    fields.iter().map(|field| field.name.clone()).collect()
}

/// A pattern that binds the fields to their variables, with braces.
pub fn pattern(fields: &[Field]) -> TokenStream {
    let parts = fields.iter().map(|Field { member, variable, .. }| quote!(#member: #variable));
    quote!({ #(#parts),* })
}

/// Statements that write the fields to `output`.
pub fn encode(fields: &[Field]) -> TokenStream {
    let variables = fields.iter().map(|field| &field.variable);
    quote!(#(::weal_sdk::codec::Encode::encode_to(#variables, output);)*)
}

/// The fields of an expression, with braces, read from `input`.
pub fn decode(fields: &[Field]) -> TokenStream {
    let members = fields.iter().map(|field| &field.member);
    quote!({ #(#members: ::weal_sdk::codec::Decode::decode(input)?),* })
}

/// Expressions for the `abi::Field`s, which need `types`.
pub fn describe(fields: &[&Field], neighbours: &[String]) -> Vec<TokenStream> {
    let describe = |field: &&Field| {
        let Field { name, kind, meaning, .. } = field;
        let meaning = meaning.print(neighbours);
        quote!(::weal_sdk::describe::field::<#kind>(types, #name, #meaning))
    };
    fields.iter().map(describe).collect()
}
