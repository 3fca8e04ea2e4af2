//! The description: `abi()` and `layout()`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Path, ReturnType};

use super::{
    Contract,
    attribute::{Accepted, Auth},
    method::{Kind, Method},
};
use crate::meaning::{asset_ref, plain};

/// The two functions, for native builds.
pub fn print(contract: &Contract) -> TokenStream {
    let Contract { name, error, events, .. } = contract;
    let text = plain(name);
    let methods = contract.methods.iter().map(|method| describe(contract, method));
    let further = &contract.queries;
    quote! {
        /// What the contract says of itself.
        #[cfg(not(target_arch = "wasm32"))]
        #[must_use]
        pub fn abi() -> ::weal_sdk::abi::Abi {
            let mut collected = ::weal_sdk::describe::Types::default();
            let types = &mut collected;
            let errors = <#error as ::weal_sdk::ContractError>::cases(types);
            let events = ::std::vec![#(<#events as ::weal_sdk::Event>::describe(types)),*];
            #[allow(unused_mut)]
            let mut methods = ::std::vec![#(#methods),*];
            #(methods.extend(#further::described(types, &errors));)*
            let parts = ::weal_sdk::describe::Parts { name: #text, methods, events, errors };
            ::weal_sdk::describe::contract::<#name>(parts, collected)
        }

        /// What the contract stores.
        #[cfg(not(target_arch = "wasm32"))]
        #[must_use]
        pub fn layout() -> ::weal_sdk::layout::StorageLayout {
            <#name as ::weal_sdk::Storage>::layout()
        }
    }
}

/// What a method says of itself, where `types` and `errors` are in scope.
pub fn describe(contract: &Contract, method: &Method) -> TokenStream {
    let error = &contract.error;
    let (name, doc, reentrant) = (plain(&method.name), &method.doc, method.options.reentrant);
    let intent = method.options.intent.as_ref().map(syn::LitStr::value).unwrap_or_default();
    let kind = match method.kind {
        Kind::Init => quote!(Init),
        Kind::Call => quote!(Call),
        Kind::Query => quote!(Query),
        Kind::Migrate(from) => quote!(Migrate(#from)),
    };
    let (auth, accepts) = (auth(method.auth()), accepts(method));
    let names = method.arg_names();
    let args = method.args.iter().map(|arg| {
        let (name, kind, meaning) = (plain(&arg.name), &arg.kind, arg.meaning.print(&names));
        quote!(::weal_sdk::describe::field::<#kind>(types, #name, #meaning))
    });
    let output = match &method.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, kind) => quote!(#kind),
    };
    let returns = quote!(<#output as ::weal_sdk::generated::Returns<#error>>);
    let (errors, emits, calls) = (errors(method, &returns), emits(contract, method), calls(method));
    quote! {
        ::weal_sdk::abi::Method {
            name: #name.into(),
            kind: ::weal_sdk::abi::MethodKind::#kind,
            doc: #doc.into(),
            intent: #intent.into(),
            auth: #auth,
            accepts: ::std::vec![#(#accepts),*],
            reentrant: #reentrant,
            args: ::std::vec![#(#args),*],
            ok: <#returns::Ok as ::weal_sdk::Value>::describe(types),
            errors: #errors,
            emits: ::std::vec![#(#emits),*],
            calls_out: ::std::vec![#(#calls.into()),*],
        }
    }
}

fn auth(auth: &Auth) -> TokenStream {
    let auth = match auth {
        Auth::Anyone => quote!(Anyone),
        Auth::Owner => quote!(Owner),
        Auth::Governance => quote!(Governance),
        Auth::Role(path) => {
            let role = path.segments.last().map(|role| plain(&role.ident)).unwrap_or_default();
            quote!(Role(#role.into()))
        }
        Auth::Stored(field) => {
            let field = plain(field);
            quote!(Stored(#field.into()))
        }
        Auth::Argument(name) => {
            let name = plain(name);
            quote!(Argument(#name.into()))
        }
        Auth::Rule(text) => quote!(Rule(#text.into())),
    };
    quote!(::weal_sdk::abi::Auth::#auth)
}

fn accepts(method: &Method) -> Vec<TokenStream> {
    match &method.options.accepts {
        None => Vec::new(),
        Some(Accepted::Any) => vec![quote!(::weal_sdk::abi::AssetRef::Any)],
        Some(Accepted::Named(names)) => {
            names.iter().map(|name| asset_ref(name, &method.arg_names())).collect()
        }
    }
}

/// The codes with which the method may refuse: its own, and those of the checks before it.
fn errors(method: &Method, returns: &TokenStream) -> TokenStream {
    let own = match &method.options.errors {
        Some(names) => {
            let names = names.iter().map(plain);
            quote!(::weal_sdk::describe::codes(&errors, &[#(#names),*]))
        }
        None => quote!(match #returns::FALLIBLE {
            true => errors.iter().map(|error| error.code).collect(),
            false => ::std::vec::Vec::new(),
        }),
    };
    let mut checks = Vec::new();
    if !matches!(method.auth(), Auth::Anyone | Auth::Rule(_)) {
        checks.push(quote!(NotAuthorised));
    }
    if let Some(Accepted::Named(_)) = &method.options.accepts {
        checks.push(quote!(NotAccepted));
    }
    if !method.args.is_empty() {
        checks.push(quote!(ArgumentsMalformed));
    }
    quote!({
        let mut codes: ::std::vec::Vec<u32> = #own;
        codes.extend([#(::weal_sdk::failure::Failure::#checks.code()),*] as [u32; _]);
        codes
    })
}

fn emits(contract: &Contract, method: &Method) -> Vec<TokenStream> {
    let none = Vec::new();
    let events: &Vec<Path> = match (&method.options.emits, method.kind) {
        (Some(events), _) => events,
        (None, Kind::Query) => &none,
        (None, _) => &contract.events,
    };
    events.iter().map(|event| quote!(<#event as ::weal_sdk::Event>::NAME.into())).collect()
}

/// `interface.method` of each call that the method makes.
fn calls(method: &Method) -> Vec<String> {
    let text = |path: &Path| {
        let names: Vec<_> = path.segments.iter().map(|part| plain(&part.ident)).collect();
        names.join(".")
    };
    method.options.calls.iter().map(text).collect()
}
