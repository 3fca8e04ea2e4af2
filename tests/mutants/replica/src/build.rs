//! Writes the replica's source anew, with every mutant of the table in it.

#[allow(dead_code, reason = "the library shows what the build has no use for")]
mod rewrite;
#[allow(dead_code, reason = "the library shows what the build has no use for")]
mod table;

use std::{env, fs, path::Path, process::exit};

fn main() {
    let replica = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../node/consensus/src");
    println!("cargo::rerun-if-changed={}", replica.display());
    println!("cargo::rerun-if-changed=src");
    match rewrite::generate(&replica, &table::all()) {
        Ok(text) => {
            let out = env::var("OUT_DIR").expect("cargo sets it");
            fs::write(Path::new(&out).join("replica.rs"), text).expect("cargo made OUT_DIR");
        }
        Err(reason) => {
            for line in reason.lines() {
                println!("cargo::error={line}");
            }
            exit(1);
        }
    }
}
