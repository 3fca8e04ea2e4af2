//! `#[contract]`: reads the methods of an `impl`, checks them, and prints their entries and their
//! description beside it.

mod attribute;
mod describe;
mod entry;
mod method;
mod package;
mod queries;
mod request;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Error, Ident, ImplItem, ItemImpl, Path, Result, Token, parse::Parser, punctuated::Punctuated,
    spanned::Spanned,
};

use crate::{fields, meaning::is_meaning, past};
use method::{Kind, Method};

/// A contract.
struct Contract {
    /// The type of its storage.
    name: Ident,
    /// The type of its errors.
    error: TokenStream,
    /// The types of its events.
    events: Vec<Path>,
    /// The storage field that holds its roles.
    roles: Option<Ident>,
    /// Modules with further queries.
    queries: Vec<Path>,
    /// Whether this is such a module's `impl`.
    is_further: bool,
    methods: Vec<Method>,
}

/// The `impl` without the attributes that are ours, and what the contract needs besides.
pub fn expand(attributes: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let mut item: ItemImpl = syn::parse2(item).map_err(|error| {
        Error::new(
            error.span(),
            "`#[contract]` goes on the `impl` block of the storage struct: `#[contract] impl \
             Counter { … }`",
        )
    })?;
    let mut contract = Contract {
        name: type_name(&item)?,
        error: quote!(::weal_sdk::NoError),
        events: Vec::new(),
        roles: None,
        queries: Vec::new(),
        is_further: false,
        methods: Vec::new(),
    };
    read_options(attributes, &mut contract)?;
    for function in &mut item.items {
        if let ImplItem::Fn(function) = function {
            contract.methods.extend(method::read(function)?);
            strip(function);
        }
    }
    check(&contract, &item)?;
    if contract.is_further {
        let queries = queries::print(&contract)?;
        return Ok(quote! { #item #queries });
    }
    let (entries, description) = (entry::print(&contract), describe::print(&contract));
    let (requests, package) = (request::print(&contract), package::print());
    let past = past_layouts(&contract)?;
    Ok(quote! { #item #entries #description #requests #package #past })
}

fn type_name(item: &ItemImpl) -> Result<Ident> {
    fields::check_concrete(&item.generics)?;
    if let Some((_, path, _)) = &item.trait_ {
        let text = "a contract's methods stand in an `impl` of its own, not of a trait";
        return Err(Error::new_spanned(path, text));
    }
    match &*item.self_ty {
        syn::Type::Path(path) => match path.path.get_ident() {
            Some(name) => Ok(name.clone()),
            None => Err(Error::new_spanned(path, "name the storage struct itself, without a path")),
        },
        other => Err(Error::new_spanned(other, "name the storage struct")),
    }
}

fn read_options(attributes: TokenStream, contract: &mut Contract) -> Result<()> {
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("error") {
            let error: Path = meta.value()?.parse()?;
            contract.error = quote!(#error);
        } else if meta.path.is_ident("events") {
            let content;
            syn::parenthesized!(content in meta.input);
            let events = Punctuated::<Path, Token![,]>::parse_terminated(&content)?;
            contract.events.extend(events);
        } else if meta.path.is_ident("roles") {
            contract.roles = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("queries") && meta.input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in meta.input);
            let modules = Punctuated::<Path, Token![,]>::parse_terminated(&content)?;
            contract.queries.extend(modules);
        } else if meta.path.is_ident("queries") {
            contract.is_further = true;
        } else {
            return Err(meta.error(
                "expected `error = Error`, `events(Paid, …)`, `roles = field`, `queries(module)`, \
                 or `queries`",
            ));
        }
        Ok(())
    });
    parser.parse2(attributes)
}

/// Removes what only this macro understands.
fn strip(function: &mut syn::ImplItemFn) {
    function.attrs.retain(|attribute| !method::is_method(attribute));
    for input in &mut function.sig.inputs {
        if let syn::FnArg::Typed(argument) = input {
            argument
                .attrs
                .retain(|attribute| !is_meaning(attribute) && !attribute.path().is_ident("doc"));
        }
    }
}

/// What concerns several methods.
fn check(contract: &Contract, item: &ItemImpl) -> Result<()> {
    if contract.methods.is_empty() {
        return Err(Error::new(
            item.brace_token.span.join(),
            "a contract without methods cannot be called: put `#[call(auth = anyone)]` or \
             `#[query]` on one",
        ));
    }
    for event in contract.methods.iter().flat_map(|method| method.options.emits.iter().flatten()) {
        if !contract.events.contains(event) {
            let name = event.to_token_stream();
            let text = format!("name the event for the whole contract too: `events({name})`");
            return Err(Error::new_spanned(event, text));
        }
    }
    let mut once: Vec<Option<u32>> = Vec::new();
    for method in &contract.methods {
        let (what, from) = match method.kind {
            Kind::Init => ("init", None),
            Kind::Migrate(from) => ("migrate", Some(from)),
            Kind::Call | Kind::Query => continue,
        };
        if once.contains(&from) {
            let text = match from {
                None => "a contract has one `#[init]`".into(),
                Some(from) => format!("a contract has one `#[{what}(from = {from})]`"),
            };
            return Err(Error::new(method.name.span(), text));
        }
        once.push(from);
    }
    Ok(())
}

/// The modules of earlier layouts, from the committed documents.
fn past_layouts(contract: &Contract) -> Result<TokenStream> {
    let mut versions: Vec<(u32, proc_macro2::Span)> = Vec::new();
    for past in contract.methods.iter().flat_map(|method| &method.past) {
        if !versions.iter().any(|(version, _)| *version == past.version) {
            versions.push((past.version, past.kind.span()));
        }
    }
    versions.into_iter().map(|(version, span)| past::expand(version, span)).collect()
}
