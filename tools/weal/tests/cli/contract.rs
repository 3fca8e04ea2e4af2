//! A contract of this repository, from source to module.

use std::{fs, path::Path};

use super::{repository, target, weal, weal_with};

#[test]
fn a_contract_is_built_described_and_checked() {
    let out = tempfile::tempdir().unwrap();
    let words = format!("build -p bare-token --size --out {} --json", out.path().display());
    let object = weal(&repository(), &words).expect(0).json();
    let result = &object["result"];
    assert_eq!((&object["ok"], &result["contract"]), (&true.into(), &"BareToken".into()));
    assert_eq!(result["profile"], weal_gate::PROFILE);

    // The parts add up to the file, and the functions to less than the code.
    let module = fs::read(out.path().join("bare-token.wasm")).unwrap();
    let bytes = &result["bytes"];
    let number = |name: &str| bytes[name].as_u64().unwrap();
    assert_eq!(number("total"), module.len() as u64);
    assert_eq!(["code", "data", "abi", "other"].map(number).iter().sum::<u64>(), number("total"));
    let functions = result["functions"].as_array().unwrap();
    let in_functions: u64 = functions.iter().map(|one| one["bytes"].as_u64().unwrap()).sum();
    assert!(in_functions < number("code"));
    assert!(functions.iter().any(|one| one["crate"] == "bare_token"), "{functions:?}");
    // A hand-written contract with a stack of 16 KiB: anything else is a lost setting.
    assert!(number("code") < 4_096, "{bytes}");
    assert_eq!(result["limits"][2]["found"], 1, "one page of memory");

    // No names and no paths are left in what is uploaded.
    let has = |text: &str| module.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(!has("bare_token::") && !has(repository().to_str().unwrap()), "names or paths");

    // The gate of the chain takes it, and the ABI is that of the source.
    let checked = weal_gate::check(&module, weal_gate::ChainProfile::default()).unwrap();
    let abi = fs::read_to_string(out.path().join("bare-token.abi.json")).unwrap();
    assert_eq!(abi, checked.abi.to_json());
    assert_eq!(weal(&repository(), "abi show bare-token").expect(0).out, abi);
    let file = out.path().join("bare-token.wasm");
    let check = weal(out.path(), &format!("check {}", file.display())).expect(0);
    assert!(check.out.contains("passes profile weal-1: BareToken with 3 methods"), "{}", check.out);
    let same = format!("abi diff {} bare-token", file.display());
    assert_eq!(weal(&repository(), &same).expect(0).out, "no difference\n");
}

#[test]
fn a_build_without_the_optimiser_warns_and_passes_too() {
    // Results of this test lie elsewhere: the other one compares bytes.
    let directory = target().join("plain");
    let variables = [
        ("WEAL_WASM_OPT", "/nonexistent/wasm-opt"),
        ("CARGO_TARGET_DIR", directory.to_str().unwrap()),
    ];
    let run = weal_with(&repository(), "build -p bare-token", &variables).expect(0);
    assert!(
        run.err.contains("warning: not optimised") && run.err.contains("setup.sh"),
        "{}",
        run.err
    );
    assert!(run.out.contains("part") && run.out.contains("code hash"), "{}", run.out);
    assert!(!run.out.contains('\u{1b}'));
    let module = fs::read(directory.join("weal/bare-token.wasm")).unwrap();
    assert!(weal_gate::check(&module, weal_gate::ChainProfile::default()).is_ok());
}

#[test]
fn a_contract_without_a_layout_says_so() {
    let error = weal(&repository(), "layout show bare-token --json").error(9);
    assert_eq!(error["code"], "E1214");
    assert!(Path::new(error["data"]["at"].as_str().unwrap()).ends_with("bare-token/Cargo.toml"));
}
