//! The contract as a package, which the test bench builds and runs.

use proc_macro2::TokenStream;
use quote::quote;

/// `contract()`.
pub fn print() -> TokenStream {
    quote! {
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
