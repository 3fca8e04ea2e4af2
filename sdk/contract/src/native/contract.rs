//! A contract as its package knows it.

use std::path::Path;

use crate::abi::Abi;

/// A contract's package: what a test needs to run it natively, and to build it. `#[contract]`
/// writes a function `contract()` that returns it.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// The cargo package.
    pub package: &'static str,
    /// Where its manifest lies on the machine that compiled it.
    pub directory: &'static str,
    /// Its description of itself.
    pub abi: fn() -> Abi,
    /// Its methods by name, as the Wasm build exports them.
    pub methods: fn() -> Methods,
}

/// Methods by name.
pub type Methods = &'static [(&'static str, fn())];

impl Contract {
    /// Its manifest.
    #[must_use]
    pub fn manifest(&self) -> std::path::PathBuf {
        Path::new(self.directory).join("Cargo.toml")
    }

    /// The native code of a method.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<fn()> {
        (self.methods)().iter().find(|(found, _)| *found == name).map(|(_, run)| *run)
    }
}
