//! `#[test(native, vm)]`: a test of contracts, run in one mode or both.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Ident, ItemFn, Result, Token, parse::Parser, punctuated::Punctuated};

/// The test, which runs the function in each of the modes.
pub fn expand(attributes: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let modes = modes(attributes)?;
    let test: ItemFn = syn::parse2(item)?;
    let name = &test.sig.ident;
    if test.sig.inputs.len() != 1 {
        let text = format!("a test takes the bench: `fn {name}(t: &mut Bench)`");
        return Err(Error::new_spanned(&test.sig, text));
    }
    // `#[should_panic]`, `#[ignore]` and documentation belong to the test, not to what it runs.
    let (attributes, block) = (&test.attrs, &test.block);
    let inputs = &test.sig.inputs;
    Ok(quote! {
        #[::core::prelude::v1::test]
        #(#attributes)*
        fn #name() {
            fn #name(#inputs) #block
            ::weal_sdk::bench::run(&[#(#modes),*], #name);
        }
    })
}

fn modes(attributes: TokenStream) -> Result<Vec<TokenStream>> {
    let usage = "say where the test runs: `#[weal_sdk::test(native, vm)]`";
    let span = proc_macro2::Span::call_site();
    let names = Punctuated::<Ident, Token![,]>::parse_terminated
        .parse2(attributes)
        .map_err(|error| Error::new(error.span(), usage))?;
    if names.is_empty() {
        return Err(Error::new(span, usage));
    }
    let mode = |name: &Ident| match name.to_string().as_str() {
        "native" => Ok(quote!(::weal_sdk::bench::Mode::Native)),
        "vm" => Ok(quote!(::weal_sdk::bench::Mode::Vm)),
        _ => Err(Error::new(name.span(), usage)),
    };
    names.iter().map(mode).collect()
}
