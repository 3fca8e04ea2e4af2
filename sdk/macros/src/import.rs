//! `import!`: a client for the contract that an ABI document describes.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Error, Ident, LitStr, Result, Token,
    parse::{Parse, ParseStream},
};
use weal_types::abi::{Abi, ErrorCase, Method, MethodKind};

use crate::{
    abi_types::{define, document, ident, read_file, rust_fields, rust_type, watch},
    error::FIRST_RESERVED,
};

/// `token = "abi/token.abi.json"`.
struct Input {
    name: Ident,
    path: LitStr,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self { name, path: input.parse()? })
    }
}

/// Names of the client's own methods.
const OWN: [&str; 4] = ["attach", "gas_at_most", "contract", "refusal"];

/// The module.
pub fn expand(input: TokenStream) -> Result<TokenStream> {
    let Input { name, path } = syn::parse2(input).map_err(|error| {
        let text = "write `import!(token = \"abi/token.abi.json\")`: a module name, and a document \
                    in the package";
        Error::new(error.span(), text)
    })?;
    let text = read_file(&path.value(), path.span())?;
    let abi = Abi::from_json(&text)
        .map_err(|error| Error::new(path.span(), format!("`{}`: {error}", path.value())))?;
    let types = define(&abi.types)?;
    let errors: Vec<_> = abi.errors.iter().filter(|error| error.code < FIRST_RESERVED).collect();
    let methods = abi.methods.iter().filter_map(client_method);
    let (error, refusal) = match errors.is_empty() {
        true => (quote!(), quote!()),
        false => (error_type(&errors), refusal()),
    };
    let doc = format!("The contract `{}`, by its ABI. {}", abi.contract, abi.doc);
    let watch = watch(&path.value());
    let client = client();
    Ok(quote! {
        #[doc = #doc]
        #[allow(dead_code, missing_docs, clippy::all, clippy::pedantic)]
        pub mod #name {
            #watch
            #types
            #error
            #client

            impl Client {
                #refusal
                #(#methods)*
            }
        }
    })
}

/// The client without the contract's methods.
fn client() -> TokenStream {
    quote! {
        /// A contract to call, with what goes along.
        #[derive(Clone, Debug)]
        pub struct Client {
            target: ::weal_sdk::generated::Target,
            contract: ::weal_sdk::prelude::ContractId,
        }

        /// The contract at an id. Nothing is checked before it is called.
        #[must_use]
        pub const fn at(contract: ::weal_sdk::prelude::ContractId) -> Client {
            Client { target: ::weal_sdk::generated::Target::new(contract), contract }
        }

        impl Client {
            /// Attaches an amount to the calls, which this contract pays.
            #[must_use]
            pub fn attach(
                mut self,
                asset: ::weal_sdk::prelude::AssetId,
                amount: ::weal_sdk::prelude::Amount,
            ) -> Self {
                self.target.attach(asset, amount);
                self
            }

            /// Limits the gas of the calls. Without it, a callee can use up all of the caller's.
            #[must_use]
            pub const fn gas_at_most(mut self, gas: ::weal_sdk::prelude::Gas) -> Self {
                self.target.gas_at_most(gas);
                self
            }

            /// The contract's id.
            #[must_use]
            pub const fn contract(&self) -> ::weal_sdk::prelude::ContractId {
                self.contract
            }
        }
    }
}

fn refusal() -> TokenStream {
    quote! {
        /// The error with which the contract itself refused; `None` for any other failure.
        #[must_use]
        pub fn refusal(
            &self,
            error: &::weal_sdk::CallError,
        ) -> ::core::option::Option<Error> {
            match error.contract == self.contract {
                true => ::weal_sdk::callee::refusal(error),
                false => ::core::option::Option::None,
            }
        }
    }
}

fn error_type(errors: &[&ErrorCase]) -> TokenStream {
    let cases = errors.iter().map(|case| {
        let (name, doc) = (ident(&case.name), document(&case.message));
        let code = proc_macro2::Literal::u32_unsuffixed(case.code);
        let fields = rust_fields(&case.fields, &quote!());
        match fields.is_empty() {
            true => quote!(#doc #[code(#code)] #name),
            false => quote!(#doc #[code(#code)] #name { #(#fields),* }),
        }
    });
    quote! {
        /// How the contract refuses.
        #[derive(Clone, Debug, PartialEq, Eq, ::weal_sdk::ContractError)]
        pub enum Error { #(#cases),* }
    }
}

/// The method that makes a call; constructors and migrations are the chain's to call.
fn client_method(method: &Method) -> Option<TokenStream> {
    let (context, note) = match method.kind {
        MethodKind::Call => (quote!(&mut ::weal_sdk::Ctx), ""),
        MethodKind::Query => (quote!(&::weal_sdk::View), " Only reads."),
        MethodKind::Init | MethodKind::Migrate(_) => return None,
    };
    let name = match OWN.contains(&method.name.as_str()) {
        true => format_ident!("{}_", method.name),
        false => ident(&method.name),
    };
    let text = &method.name;
    let doc = format!("{}{note}", method.doc);
    let names: Vec<_> = method.args.iter().map(|arg| ident(&arg.name)).collect();
    let kinds = method.args.iter().map(|arg| rust_type(&arg.kind));
    let ok = rust_type(&method.ok);
    Some(quote! {
        #[doc = #doc]
        pub fn #name(
            &self,
            _: #context,
            #(#names: #kinds),*
        ) -> ::core::result::Result<#ok, ::weal_sdk::CallError> {
            self.target.call(#text, &(#(#names,)*))
        }
    })
}
