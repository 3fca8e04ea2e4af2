//! Entries: what runs between the host and a method.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ReturnType, spanned::Spanned};

use super::{
    Contract,
    attribute::{Accepted, Auth},
    method::{Context, Kind, Method},
};
use crate::meaning::plain;

/// The entries, their exports in Wasm, and `methods()`.
pub fn print(contract: &Contract) -> TokenStream {
    let (entries, listed) = (entries(contract), listed(contract));
    let further = &contract.queries;
    let all = match further.is_empty() {
        true => quote!(METHODS),
        false => quote!({
            type Methods = ::std::vec::Vec<(&'static str, fn())>;
            static ALL: ::std::sync::LazyLock<Methods> =
                ::std::sync::LazyLock::new(|| [METHODS, #(#further::METHODS),*].concat());
            &ALL
        }),
    };
    quote! {
        #entries

        /// The methods by name, as the Wasm build exports them.
        #[cfg(not(target_arch = "wasm32"))]
        #[must_use]
        pub fn methods() -> &'static [(&'static str, fn())] {
            const METHODS: &[(&str, fn())] = &[#(#listed),*];
            #all
        }
    }
}

/// The entries, with their exports in Wasm.
pub fn entries(contract: &Contract) -> TokenStream {
    let name = &contract.name;
    let entries = contract.methods.iter().map(|method| entry(contract, method));
    let exports = contract.methods.iter().map(|method| {
        let (symbol, entry) = (format!("weal.{}", plain(&method.name)), entry_name(method));
        quote! {
            #[allow(unsafe_code)]
            const _: () = {
                #[cfg(target_arch = "wasm32")]
                #[unsafe(export_name = #symbol)]
                extern "C" fn export() {
                    #name::#entry();
                }
            };
        }
    });
    let checks = contract.methods.iter().map(|method| check(contract, method));
    quote! {
        #[doc(hidden)]
        impl #name {
            #(#entries)*
        }

        #(#exports)*
        #(#checks)*
    }
}

/// Name and entry of each method.
pub fn listed(contract: &Contract) -> Vec<TokenStream> {
    let name = &contract.name;
    let pair = |method: &Method| {
        let (text, entry) = (plain(&method.name), entry_name(method));
        quote!((#text, #name::#entry))
    };
    contract.methods.iter().map(pair).collect()
}

fn entry_name(method: &Method) -> Ident {
    format_ident!("__weal_{}", plain(&method.name), span = Span::mixed_site())
}

/// Variables of an entry. Their span keeps them apart from arguments of the same names.
struct Locals {
    context: Ident,
    contract: Ident,
    result: Ident,
}

impl Locals {
    fn new() -> Self {
        let [context, contract, result] = ["context", "contract", "result"]
            .map(|name| Ident::new(&format!("__weal_{name}"), Span::mixed_site()));
        Self { context, contract, result }
    }
}

/// `variable`, where errors about it are shown at `span`.
fn at(variable: &Ident, span: Span) -> Ident {
    Ident::new(&variable.to_string(), variable.span().located_at(span))
}

fn entry(contract: &Contract, method: &Method) -> TokenStream {
    let (entry, name, error) = (entry_name(method), &method.name, &contract.error);
    let locals = Locals::new();
    let (accept, permit) = (accept(method, &locals), permit(contract, method, &locals));
    let Locals { context, contract, result } = &locals;
    let names: Vec<_> = method.args.iter().map(|arg| &arg.name).collect();
    let kinds = method.args.iter().map(|arg| &arg.kind);
    let place = method.args.first().map_or(name.span(), |arg| arg.kind.span());
    let arguments = quote_spanned!(place=> ::weal_sdk::generated::arguments::<(#(#kinds,)*)>());
    let passed = match method.context {
        Context::None => quote!(),
        Context::Shared => quote!(&#context,),
        Context::Mutable => quote!(&mut #context,),
    };
    let past = method.past.iter().map(|past| {
        let kind = &past.kind;
        quote_spanned!(past.span()=> <#kind>::open(),)
    });
    let output = match &method.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, kind) => quote!(#kind),
    };
    quote! {
        fn #entry() {
            #[allow(unused_mut)]
            let mut #context = ::weal_sdk::generated::call_context();
            #[allow(unused_mut)]
            let mut #contract = <Self as ::weal_sdk::Storage>::open();
            let (#(#names,)*) = #arguments;
            #accept
            #permit
            let _ = &#context;
            let #result = Self::#name(&mut #contract, #passed #(#past)* #(#names),*);
            ::weal_sdk::generated::finish::<#error, #output>(#result);
        }
    }
}

/// Checks the attached assets. The host refuses all where a method accepts none.
fn accept(method: &Method, Locals { contract, .. }: &Locals) -> TokenStream {
    let Some(Accepted::Named(names)) = &method.options.accepts else { return quote!() };
    let args = method.arg_names();
    let assets = names.iter().map(|name| match args.contains(&plain(name)) {
        true => quote_spanned!(name.span()=> &#name),
        false => {
            let contract = at(contract, name.span());
            quote_spanned!(name.span()=> &#contract.#name)
        }
    });
    quote!(::weal_sdk::generated::accept_only(&[#(#assets),*]);)
}

/// Checks the caller.
fn permit(
    contract: &Contract,
    method: &Method,
    Locals { context, contract: storage, .. }: &Locals,
) -> TokenStream {
    match method.auth() {
        Auth::Anyone | Auth::Rule(_) => quote!(),
        Auth::Owner => {
            quote!(::weal_sdk::generated::require(&#context, &#context.owner());)
        }
        Auth::Governance => {
            quote!(::weal_sdk::generated::require(&#context, &#context.governance());)
        }
        Auth::Role(role) => {
            let field = match &contract.roles {
                Some(field) => field.clone(),
                None => Ident::new("roles", role.span()),
            };
            quote_spanned! {role.span()=>
                ::weal_sdk::generated::require_role(&#context, &#storage.#field, #role);
            }
        }
        Auth::Stored(field) => quote_spanned! {field.span()=>
            ::weal_sdk::generated::require(&#context, &#storage.#field.get());
        },
        Auth::Argument(name) => quote_spanned! {name.span()=>
            ::weal_sdk::generated::require(&#context, &#name);
        },
    }
}

/// What the compiler must find of the things that attributes name.
fn check(contract: &Contract, method: &Method) -> TokenStream {
    let (name, error) = (&contract.name, &contract.error);
    let from = match method.kind {
        Kind::Migrate(from) => Some(from),
        Kind::Init | Kind::Call | Kind::Query => None,
    };
    let from = from.map(|from| {
        let text = format!("the storage has version {from} or less: raise `#[storage(version)]`");
        quote_spanned! {method.name.span()=>
            const _: () = assert!(#from < <#name as ::weal_sdk::Storage>::VERSION, #text);
        }
    });
    let errors = method.options.errors.iter().flatten().map(|case| {
        quote_spanned! {case.span()=>
            const _: fn(&#error) -> bool = |error| matches!(error, #error::#case { .. });
        }
    });
    let args = method.arg_names();
    let units = method.args.iter().filter_map(|arg| arg.meaning.unit_asset());
    let units = units.filter(|asset| !args.contains(&plain(asset))).map(|asset| {
        quote_spanned! {asset.span()=>
            const _: fn(&#name) -> &dyn ::weal_sdk::generated::AcceptedAsset = |it| &it.#asset;
        }
    });
    let calls = method.options.calls.iter().filter_map(|call| {
        let mut client = call.clone();
        let method = client.segments.pop()?.into_value();
        Some(quote_spanned!(call.span()=> const _: () = { let _ = #client Client::#method; };))
    });
    quote!(#from #(#errors)* #(#units)* #(#calls)*)
}
