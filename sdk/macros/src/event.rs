//! `#[derive(Event)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result};
use weal_types::limit;

use crate::{
    fields::{self, Field},
    meaning::{docs, plain},
};

/// The implementation of `Event`.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    fields::check_concrete(&input.generics)?;
    fields::check_name(&input.ident)?;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "an event is a struct: one per thing to say"));
    };
    if matches!(data.fields, Fields::Unnamed(_)) {
        return Err(Error::new_spanned(
            &data.fields,
            "the ABI calls fields by name: write `{ name: Type }`",
        ));
    }
    let fields = fields::read(&data.fields, "value")?;
    let is_topic = |field: &&Field| {
        field.attributes.iter().any(|attribute| attribute.path().is_ident("topic"))
    };
    let (topics, data): (Vec<_>, Vec<_>) = fields.iter().partition(is_topic);
    if let Some(extra) = topics.get(limit::EVENT_TOPICS) {
        return Err(Error::new(
            extra.variable.span(),
            format!(
                "an event has at most {} topics: drop `#[topic]` where nobody searches",
                limit::EVENT_TOPICS
            ),
        ));
    }
    Ok(print(input, &fields::names(&fields), &topics, &data))
}

fn print(input: &DeriveInput, names: &[String], topics: &[&Field], data: &[&Field]) -> TokenStream {
    let (name, text, doc) = (&input.ident, plain(&input.ident), docs(&input.attrs));
    let count = topics.len() as u32;
    let indexed = topics.iter().map(|field| &field.member);
    let said = data.iter().map(|field| &field.member);
    let [topics, fields] = [topics, data].map(|fields| fields::describe(fields, names));
    quote! {
        impl ::weal_sdk::Event for #name {
            const NAME: &'static str = #text;

            fn write_topics(&self, topics: &mut ::weal_sdk::generated::Buffer<'_>) {
                ::weal_sdk::generated::write_topic_count(topics, #count);
                #(::weal_sdk::generated::write_topic(topics, &self.#indexed);)*
            }

            fn write_data(&self, data: &mut ::weal_sdk::generated::Buffer<'_>) {
                let _ = &data;
                #(::weal_sdk::codec::Encode::encode_to(&self.#said, data);)*
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn describe(types: &mut ::weal_sdk::describe::Types) -> ::weal_sdk::abi::Event {
                let _ = &types;
                ::weal_sdk::abi::Event {
                    name: #text.into(),
                    doc: #doc.into(),
                    topics: ::std::vec![#(#topics),*],
                    data: ::std::vec![#(#fields),*],
                }
            }
        }
    }
}
