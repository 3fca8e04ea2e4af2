//! Calls as data: `CounterCalls::add(5)`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, ReturnType};

use super::{
    Contract,
    method::{Kind, Method},
};
use crate::meaning::plain;

/// A type without values, with one function per method. Migrations are the chain's to call.
pub fn print(contract: &Contract) -> TokenStream {
    let name = calls(contract);
    let requests = requests(contract);
    let doc = format!("Calls of [`{}`] as data, for tests and tools.", contract.name);
    quote! {
        #[doc = #doc]
        #[cfg(not(target_arch = "wasm32"))]
        #[derive(Debug)]
        pub enum #name {}

        #requests
    }
}

fn calls(contract: &Contract) -> Ident {
    format_ident!("{}Calls", contract.name)
}

/// The functions of that type, which is in scope.
pub fn requests(contract: &Contract) -> TokenStream {
    let name = calls(contract);
    let callable = |method: &&Method| !matches!(method.kind, Kind::Migrate(_));
    let requests = contract.methods.iter().filter(callable).map(|method| request(contract, method));
    quote! {
        #[cfg(not(target_arch = "wasm32"))]
        #[allow(clippy::too_many_arguments)]
        impl #name {
            #(#requests)*
        }
    }
}

fn request(contract: &Contract, method: &Method) -> TokenStream {
    let (name, text, error) = (&method.name, plain(&method.name), &contract.error);
    let doc = &method.doc;
    let names: Vec<_> = method.args.iter().map(|arg| &arg.name).collect();
    let kinds = method.args.iter().map(|arg| &arg.kind);
    let output = match &method.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, kind) => quote!(#kind),
    };
    let ok = quote!(<#output as ::weal_sdk::generated::Returns<#error>>::Ok);
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #name(#(#names: #kinds),*) -> ::weal_sdk::Request<#ok, #error> {
            ::weal_sdk::Request::new(#text, &(#(#names,)*))
        }
    }
}
