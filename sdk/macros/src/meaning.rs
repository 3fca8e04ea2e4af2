//! Attributes that say how a person reads a value: label, unit, bounds, example, choices.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Ident, LitInt, LitStr, Result, meta::ParseNestedMeta};

/// What the attributes of a field or an argument say.
#[derive(Default)]
pub struct Meaning {
    doc: String,
    label: String,
    unit: Option<Unit>,
    min: Option<u128>,
    max: Option<u128>,
    example: String,
    choices: Option<[String; 3]>,
}

enum Unit {
    /// A variant of `abi::Unit` without fields.
    Word(&'static str),
    /// Smallest units of the asset in the field or argument of this name.
    Asset(Ident),
}

/// How units are written, and what they are called in the ABI.
const UNITS: [(&str, &str); 9] = [
    ("seconds", "Seconds"),
    ("milliseconds", "Milliseconds"),
    ("timestamp", "Timestamp"),
    ("blocks", "Blocks"),
    ("basis_points", "BasisPoints"),
    ("parts_per_million", "PartsPerMillion"),
    ("percent", "Percent"),
    ("bytes", "Bytes"),
    ("gas", "Gas"),
];

/// Names of the attributes that [`Meaning::read`] reads.
const ATTRIBUTES: [&str; 6] = ["label", "unit", "min", "max", "example", "choices"];

/// Whether `attribute` belongs to a meaning.
pub fn is_meaning(attribute: &Attribute) -> bool {
    ATTRIBUTES.iter().any(|name| attribute.path().is_ident(name))
}

/// The text of documentation comments: lines of a paragraph are joined, paragraphs stay apart.
pub fn docs(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let syn::Meta::NameValue(pair) = &attribute.meta else { continue };
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) = &pair.value else {
            continue;
        };
        let line = line.value();
        let line = line.trim();
        if line.is_empty() {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            continue;
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push(' ');
        }
        text.push_str(line);
    }
    text.trim_end().into()
}

impl Meaning {
    /// Reads the attributes of a field or an argument.
    pub fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut meaning = Self { doc: docs(attributes), ..Self::default() };
        for attribute in attributes {
            let path = attribute.path();
            if path.is_ident("label") {
                meaning.label = attribute.parse_args::<LitStr>()?.value();
            } else if path.is_ident("example") {
                meaning.example = attribute.parse_args::<LitStr>()?.value();
            } else if path.is_ident("min") {
                meaning.min = Some(attribute.parse_args::<LitInt>()?.base10_parse()?);
            } else if path.is_ident("max") {
                meaning.max = Some(attribute.parse_args::<LitInt>()?.base10_parse()?);
            } else if path.is_ident("unit") {
                attribute.parse_nested_meta(|meta| {
                    meaning.unit = Some(unit(&meta)?);
                    Ok(())
                })?;
            } else if path.is_ident("choices") {
                meaning.choices = Some(choices(attribute)?);
            }
        }
        Ok(meaning)
    }

    /// The asset that the unit names, if it does.
    pub fn unit_asset(&self) -> Option<&Ident> {
        match &self.unit {
            Some(Unit::Asset(name)) => Some(name),
            Some(Unit::Word(_)) | None => None,
        }
    }

    /// An expression for the `abi::Meaning`. A name of an asset is one of `neighbours`, or else a
    /// storage field.
    pub fn print(&self, neighbours: &[String]) -> TokenStream {
        let Self { doc, label, min, max, example, .. } = self;
        let unit = self.unit.as_ref().map(|unit| match unit {
            Unit::Word(word) => {
                let word = Ident::new(word, proc_macro2::Span::call_site());
                quote!(::weal_sdk::abi::Unit::#word)
            }
            Unit::Asset(name) => {
                let asset = asset_ref(name, neighbours);
                quote!(::weal_sdk::abi::Unit::Asset(#asset))
            }
        });
        let choices = self.choices.as_ref().map(|[query, value, text]| {
            quote!(::weal_sdk::abi::Choices {
                query: #query.into(), value: #value.into(), text: #text.into(),
            })
        });
        let [unit, choices] = [option(unit), option(choices)];
        let [min, max] = [min, max].map(|bound| option(bound.map(|bound| quote!(#bound))));
        quote! {
            ::weal_sdk::abi::Meaning {
                label: #label.into(), doc: #doc.into(), unit: #unit, min: #min, max: #max,
                example: #example.into(), choices: #choices,
            }
        }
    }
}

/// An expression for the `abi::AssetRef` that `name` means.
pub fn asset_ref(name: &Ident, neighbours: &[String]) -> TokenStream {
    let text = plain(name);
    match neighbours.contains(&text) {
        true => quote!(::weal_sdk::abi::AssetRef::Argument(#text.into())),
        false => quote!(::weal_sdk::abi::AssetRef::Stored(#text.into())),
    }
}

/// An identifier's text as the ABI has it.
pub fn plain(name: &Ident) -> String {
    let text = name.to_string();
    text.strip_prefix("r#").map_or(text.clone(), Into::into)
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn unit(meta: &ParseNestedMeta<'_>) -> Result<Unit> {
    if meta.path.is_ident("asset") {
        return Ok(Unit::Asset(meta.value()?.parse()?));
    }
    let word = UNITS.iter().find(|(name, _)| meta.path.is_ident(name));
    word.map(|(_, word)| Unit::Word(word)).ok_or_else(|| {
        let names: Vec<_> = UNITS.iter().map(|(name, _)| *name).collect();
        meta.error(format!(
            "unknown unit: write `#[unit(asset = field)]` for an amount, or one of {}",
            names.join(", ")
        ))
    })
}

fn choices(attribute: &Attribute) -> Result<[String; 3]> {
    let mut found = [const { None }; 3];
    attribute.parse_nested_meta(|meta| {
        let names = ["query", "value", "text"];
        let place = names.iter().position(|name| meta.path.is_ident(name));
        match place.and_then(|place| found.get_mut(place)) {
            Some(slot) => *slot = Some(meta.value()?.parse::<LitStr>()?.value()),
            None => return Err(meta.error("expected `query`, `value` or `text`")),
        }
        Ok(())
    })?;
    match found {
        [Some(query), Some(value), Some(text)] => Ok([query, value, text]),
        _ => Err(syn::Error::new_spanned(
            attribute,
            "write `#[choices(query = \"list\", value = \"id\", text = \"name\")]`: a query \
             without arguments that lists structs, and two of their fields",
        )),
    }
}
