//! Linker settings of a contract.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        // The default stack of 1 MiB makes 17 pages of memory, and every page is paid for on every
        // call.
        println!("cargo:rustc-link-arg-cdylib=-zstack-size=16384");
        println!("cargo:rustc-link-arg-cdylib=--no-entry");
    }
}
