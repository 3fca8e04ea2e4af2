//! What programs outside the chain, tests above all, get beside a contract: its calls with their
//! types, and the contract as a package.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ReturnType;

use super::{Contract, method::Method};
use crate::meaning::plain;

/// `struct …Calls` and `contract()`.
pub fn print(contract: &Contract) -> TokenStream {
    let name = &contract.name;
    let calls = format_ident!("{name}Calls");
    let makers = contract.methods.iter().map(|method| maker(contract, method));
    let doc = format!("Makes the calls of [`{name}`], for programs outside the chain.");
    quote! {
        #[doc = #doc]
        #[cfg(not(target_arch = "wasm32"))]
        #[derive(Clone, Copy, Debug)]
        pub struct #calls;

        #[cfg(not(target_arch = "wasm32"))]
        #[allow(dead_code)]
        impl #calls {
            #(#makers)*
        }

        /// The contract as a package, for tests.
        #[cfg(not(target_arch = "wasm32"))]
        #[must_use]
        pub fn contract() -> ::weal_sdk::native::Contract {
            ::weal_sdk::native::Contract {
                package: env!("CARGO_PKG_NAME"),
                directory: env!("CARGO_MANIFEST_DIR"),
                abi,
                methods,
            }
        }
    }
}

fn maker(contract: &Contract, method: &Method) -> TokenStream {
    let (name, text, error) = (&method.name, plain(&method.name), &contract.error);
    let doc = if method.doc.is_empty() { format!("Calls `{text}`.") } else { method.doc.clone() };
    let names: Vec<_> = method.args.iter().map(|arg| &arg.name).collect();
    let kinds = method.args.iter().map(|arg| &arg.kind);
    let output = match &method.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, kind) => quote!(#kind),
    };
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #name(#(#names: #kinds),*) -> ::weal_sdk::native::Request<
            <#output as ::weal_sdk::generated::Returns<#error>>::Ok,
            #error,
        > {
            ::weal_sdk::native::Request::new(#text, &(#(#names,)*))
        }
    }
}
