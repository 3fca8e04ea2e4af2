//! `#[derive(Storage)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    Attribute, Data, DeriveInput, Error, Fields, Ident, LitInt, LitStr, Result, Type,
    punctuated::Punctuated, spanned::Spanned, token::Comma,
};
use weal_types::layout::{FIELD_KEY_BYTES, field_key};

use crate::{
    fields,
    meaning::{docs, plain},
};

/// A field.
struct Field {
    ident: Ident,
    kind: Type,
    /// The name that its keys follow from.
    stored: String,
}

/// What `#[storage(…)]` on the struct says.
struct Options {
    version: u32,
    retired: Vec<LitStr>,
}

/// The implementation of `Storage`.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    fields::check_concrete(&input.generics)?;
    fields::check_type_name(&input.ident)?;
    let list = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(list) => list.named.iter().collect(),
            Fields::Unit => Vec::new(),
            Fields::Unnamed(_) => {
                let text = "keys follow from the fields' names: write `{ name: Item<…> }`";
                return Err(Error::new_spanned(&data.fields, text));
            }
        },
        Data::Enum(_) | Data::Union(_) => {
            return Err(Error::new_spanned(&input.ident, "storage is a struct of handles"));
        }
    };
    let options = options(&input.attrs)?;
    let fields = list.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    check_keys(&fields, &options.retired)?;
    Ok(print(input, &options, &fields))
}

fn options(attributes: &[Attribute]) -> Result<Options> {
    let mut options = Options { version: 1, retired: Vec::new() };
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("storage")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("version") {
                let literal: LitInt = meta.value()?.parse()?;
                options.version = literal.base10_parse()?;
                if options.version == 0 {
                    return Err(Error::new_spanned(literal, "versions are counted from 1"));
                }
            } else if meta.path.is_ident("retired") {
                let content;
                syn::parenthesized!(content in meta.input);
                let names = Punctuated::<LitStr, Comma>::parse_terminated(&content)?;
                options.retired.extend(names);
            } else {
                return Err(meta.error("expected `version = 2` or `retired(\"old_field\")`"));
            }
            Ok(())
        })?;
    }
    Ok(options)
}

fn read(field: &syn::Field) -> Result<Field> {
    let Some(ident) = field.ident.clone() else {
        return Err(Error::new_spanned(field, "a storage field has a name"));
    };
    fields::check_name(&ident)?;
    let mut stored = plain(&ident);
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("storage")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("was") {
                return Err(meta.error("expected `was = \"old_name\"`"));
            }
            stored = meta.value()?.parse::<LitStr>()?.value();
            Ok(())
        })?;
    }
    Ok(Field { ident, kind: field.ty.clone(), stored })
}

/// No two fields share a key, and none takes a retired name.
fn check_keys(fields: &[Field], retired: &[LitStr]) -> Result<()> {
    let mut keys: Vec<([u8; FIELD_KEY_BYTES], &Ident)> = Vec::new();
    for field in fields {
        let key = field_key(&field.stored);
        if let Some(name) = retired.iter().find(|name| field_key(&name.value()) == key) {
            let text = format!(
                "the name `{}` is retired: old data may lie under its keys. Choose another",
                name.value()
            );
            return Err(Error::new_spanned(&field.ident, text));
        }
        if let Some((_, other)) = keys.iter().find(|(other, _)| *other == key) {
            let text = format!(
                "the fields `{}` and `{other}` would share their keys: rename one of them",
                field.ident
            );
            return Err(Error::new_spanned(&field.ident, text));
        }
        keys.push((key, &field.ident));
    }
    Ok(())
}

fn print(input: &DeriveInput, options: &Options, fields: &[Field]) -> TokenStream {
    let (name, text, doc) = (&input.ident, plain(&input.ident), docs(&input.attrs));
    let Options { version, retired } = options;
    let (mut opened, mut shapes, mut roles, mut renamed) = (vec![], vec![], vec![], vec![]);
    for Field { ident, kind, stored } in fields {
        let [a, b, c, d] = field_key(stored);
        // A type that is no handle is marked where it stands.
        let field = quote_spanned!(kind.span()=> <#kind as ::weal_sdk::StorageField>);
        opened.push(quote!(#ident: #field::at([#a, #b, #c, #d])));
        shapes.push(quote!(::weal_sdk::layout::StoredField {
            name: #stored.into(), shape: #field::shape(types),
        }));
        roles.push(quote!(roles.extend(#field::roles());));
        let own = plain(ident);
        if own != *stored {
            renamed.push(quote!(#own => #stored,));
        }
    }
    quote! {
        impl ::weal_sdk::Storage for #name {
            const VERSION: u32 = #version;

            fn open() -> Self {
                Self { #(#opened),* }
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn layout() -> ::weal_sdk::layout::StorageLayout {
                let mut collected = ::weal_sdk::describe::Types::default();
                let types = &mut collected;
                let fields = ::std::vec![#(#shapes),*];
                let retired = ::std::vec![#(#retired.into()),*];
                ::weal_sdk::layout::StorageLayout::new(
                    #text, #version, fields, retired, collected.into_definitions(),
                )
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn stored_name(field: &str) -> &str {
                match field { #(#renamed)* name => name }
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn roles() -> ::std::vec::Vec<::weal_sdk::abi::Role> {
                let mut roles = ::std::vec::Vec::new();
                #(#roles)*
                roles
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn doc() -> &'static str {
                #doc
            }
        }
    }
}
