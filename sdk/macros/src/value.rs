//! `#[derive(Value)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Fields, Ident, LitInt, Result, Variant};

use crate::{
    fields::{self, Field},
    meaning::{docs, plain},
};

/// Parts of the implementation.
struct Parts {
    encode: TokenStream,
    decode: TokenStream,
    shape: TokenStream,
}

/// The implementations of `Value` and the codec.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    fields::check_concrete(&input.generics)?;
    fields::check_type_name(&input.ident)?;
    let parts = match &input.data {
        Data::Struct(data) => structure(input, &data.fields)?,
        Data::Enum(data) => enumeration(data)?,
        Data::Union(_) => {
            return Err(Error::new_spanned(&input.ident, "a value is a struct or an enum"));
        }
    };
    Ok(print(&input.ident, &docs(&input.attrs), &parts))
}

fn print(name: &Ident, doc: &str, Parts { encode, decode, shape }: &Parts) -> TokenStream {
    let text = plain(name);
    quote! {
        impl ::weal_sdk::codec::Encode for #name {
            fn encode_to<O: ::weal_sdk::codec::Output + ?Sized>(&self, output: &mut O) {
                #encode
            }
        }

        impl ::weal_sdk::codec::EncodeLike for #name {}

        impl ::weal_sdk::codec::Decode for #name {
            fn decode<I: ::weal_sdk::codec::Input>(
                input: &mut I,
            ) -> ::core::result::Result<Self, ::weal_sdk::codec::Error> {
                #decode
            }
        }

        impl ::weal_sdk::Value for #name {
            #[cfg(not(target_arch = "wasm32"))]
            fn describe(types: &mut ::weal_sdk::describe::Types) -> ::weal_sdk::abi::Type {
                types.named(#text, |types| {
                    let shape = #shape;
                    ::weal_sdk::describe::definition(#text, #doc, shape)
                })
            }
        }
    }
}

fn structure(input: &DeriveInput, list: &Fields) -> Result<Parts> {
    if matches!(list, Fields::Unnamed(_)) {
        return Err(Error::new_spanned(
            list,
            format!("the ABI calls fields by name: write `struct {} {{ name: … }}`", input.ident),
        ));
    }
    let fields = fields::read(list, "value")?;
    let (pattern, encode) = (fields::pattern(&fields), fields::encode(&fields));
    let decode = fields::decode(&fields);
    let described = describe(&fields);
    Ok(Parts {
        encode: quote!(let Self #pattern = self; let _ = &output; #encode),
        decode: quote!(let _ = &input; ::core::result::Result::Ok(Self #decode)),
        shape: quote!(::weal_sdk::abi::Shape::Struct(#described)),
    })
}

/// An expression for the list of `abi::Field`s.
fn describe(fields: &[Field]) -> TokenStream {
    let all: Vec<_> = fields.iter().collect();
    let described = fields::describe(&all, &fields::names(fields));
    quote!({
        let _ = &types;
        ::std::vec![#(#described),*]
    })
}

fn enumeration(data: &DataEnum) -> Result<Parts> {
    let (mut encode, mut decode, mut shape) = (vec![], vec![], vec![]);
    let mut indexes = Vec::new();
    for (position, variant) in data.variants.iter().enumerate() {
        if let Some((_, number)) = &variant.discriminant {
            let text = "the byte of a case is its place: write `#[index(5)]` before it for another";
            return Err(Error::new_spanned(number, text));
        }
        let index = index(variant, position)?;
        if indexes.contains(&index) {
            return Err(Error::new_spanned(variant, format!("index {index} is taken")));
        }
        indexes.push(index);
        let fields = fields::read(&variant.fields, "value")?;
        let name = &variant.ident;
        fields::check_name(name)?;
        let (pattern, each) = (fields::pattern(&fields), fields::encode(&fields));
        encode.push(quote!(Self::#name #pattern => { output.push_byte(#index); #each }));
        let read = fields::decode(&fields);
        decode.push(quote!(#index => ::core::result::Result::Ok(Self::#name #read)));
        let (text, doc, fields) = (plain(name), docs(&variant.attrs), describe(&fields));
        shape.push(quote!(::weal_sdk::describe::variant(#text, #index, #doc, #fields)));
    }
    if indexes.is_empty() {
        return Err(Error::new_spanned(data.enum_token, "an enum without cases has no values"));
    }
    Ok(Parts {
        encode: quote!(match self { #(#encode)* }),
        decode: quote! {
            match input.read_byte()? {
                #(#decode,)*
                _ => ::core::result::Result::Err(::weal_sdk::codec::Error::from("unknown case")),
            }
        },
        shape: quote!(::weal_sdk::abi::Shape::Enum(::std::vec![#(#shape),*])),
    })
}

/// The byte of a case: its place, unless `#[index(n)]` says otherwise.
fn index(variant: &Variant, position: usize) -> Result<u8> {
    match variant.attrs.iter().find(|attribute| attribute.path().is_ident("index")) {
        Some(attribute) => attribute.parse_args::<LitInt>()?.base10_parse(),
        None => u8::try_from(position)
            .map_err(|_| Error::new_spanned(variant, "an enum has at most 256 cases")),
    }
}
