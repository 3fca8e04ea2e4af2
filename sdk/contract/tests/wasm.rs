//! The example contracts as modules: the gate lets them in, and they stay small.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use weal_gate::{ChainProfile, check, package};
use weal_sdk::abi::Abi;
use weal_types::host::ABI_SECTION;

/// A contract, its description, and the most bytes that its module may have without it, before
/// `wasm-opt` takes a quarter away.
type Contract = (&'static str, fn() -> Abi, usize);

const CONTRACTS: [Contract; 5] = [
    ("counter", counter::abi, 2_700),
    ("token", token::abi, 6_144),
    ("approval", approval::abi, 7_000),
    ("escrow", escrow::abi, 26_000),
    ("escrow-v2", escrow_v2::abi, 34_000),
];

#[test]
fn the_gate_lets_the_examples_in_and_they_stay_small() {
    for (name, abi, most) in CONTRACTS {
        let module = package(&build(name), &abi()).expect("rustc writes modules");
        let checked = check(&module, ChainProfile { devnet: false });
        let checked = checked.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(checked.abi, abi());
        // The section is last: its length is what comes after its name.
        let name_at = module.windows(ABI_SECTION.len()).position(|at| at == ABI_SECTION.as_bytes());
        let bytes = name_at.expect("it has an ABI");
        assert!(bytes <= most, "{name} has {bytes} bytes of code, but {most} are the most");
    }
}

/// Builds a contract into a target directory of its own: cargo holds a lock on the usual one while
/// tests run.
fn build(name: &str) -> Vec<u8> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let usual = std::env::var_os("CARGO_TARGET_DIR");
    let target = usual.map_or_else(|| workspace.join("target"), PathBuf::from).join("contracts");
    let status = Command::new(env!("CARGO"))
        .current_dir(&workspace)
        .args(["build", "--quiet", "--lib", "--profile", "contract"])
        .args(["--target", "wasm32-unknown-unknown", "--package", name, "--target-dir"])
        .arg(&target)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .expect("cargo runs");
    assert!(status.success(), "{name} does not build: tools/setup/setup.sh installs the target");
    let file = format!("wasm32-unknown-unknown/contract/{}.wasm", name.replace('-', "_"));
    std::fs::read(target.join(file)).expect("cargo wrote the module")
}
