//! A package of its own, from `weal new` to a locked layout.

use std::{fs, path::Path};

use super::{edit, target, weal, weal_with};

fn start(directory: &Path, name: &str, template: &str) -> std::path::PathBuf {
    let words = format!("new {name} --template {template} --json");
    let object = weal(directory, &words).expect(0).json();
    assert_eq!(object["result"]["directory"], name);
    directory.join(name)
}

fn code_hash(package: &Path) -> String {
    let object = weal(package, "build --json").expect(0).json();
    object["result"]["code_hash"].as_str().expect("a hash").to_owned()
}

#[test]
fn every_template_builds_and_passes_its_tests() {
    let directory = tempfile::tempdir().unwrap();
    for template in ["empty", "token", "grant"] {
        let name = format!("new-{template}");
        let package = start(directory.path(), &name, template);
        let run = weal(&package, "test --native").expect(0);
        assert!(run.err.contains("test result: ok") && !run.err.contains("warning"), "{}", run.err);
        assert_eq!(run.out, format!("tests of {name} pass (native)\n"));
        let built = weal(&package, "build --json").expect(0).json();
        assert_eq!(built["result"]["contract"].as_str().map(str::len), Some(name.len() - 1));
    }
}

#[test]
fn nothing_is_overwritten_and_bad_names_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("there")).unwrap();
    let refused =
        |words: &str| weal(directory.path(), &format!("{words} --json")).error(2)["code"].clone();
    assert_eq!(refused("new there"), "E1221");
    assert_eq!(refused("new ../elsewhere"), "E1220");
    assert_eq!(refused("new match"), "E1220");
    assert_eq!(weal(directory.path(), "new x --sdk . --json").error(3)["code"], "E1222");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn the_same_source_gives_the_same_bytes_elsewhere() {
    let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [first, second] = [&one, &other].map(|place| start(place.path(), "twin", "token"));
    let hash = code_hash(&first);
    assert_eq!(code_hash(&second), hash);
    edit(&second.join("src/lib.rs"), "checked_sub(amount)", "checked_sub(amount + 1)");
    assert_ne!(code_hash(&second), hash);
    // No place of this machine is in the module.
    let module = fs::read(target().join("weal/twin.wasm")).unwrap();
    let text = String::from_utf8_lossy(&module);
    assert!(text.contains("src/lib.rs"), "the panic's location is what the second one adds");
    for place in [second.to_str().unwrap(), env!("CARGO_MANIFEST_DIR"), ".cargo/registry"] {
        assert!(!text.contains(place), "{place}");
    }
}

#[test]
fn a_layout_is_locked_and_then_guarded() {
    let directory = tempfile::tempdir().unwrap();
    let package = start(directory.path(), "guarded", "empty");
    let source = package.join("src/lib.rs");
    let shown = weal(&package, "layout show").expect(0).out;
    assert!(shown.contains("count  u64"), "{shown}");
    assert_eq!(weal(&package, "layout diff --json").error(9)["code"], "E1204");
    weal(&package, "layout lock").expect(0);
    assert!(package.join("layout/1.json").is_file());
    weal(&package, "layout diff").expect(0);

    edit(&source, "count: Item<u64>", "count: Item<u128>");
    edit(&source, "by: u64", "by: u128");
    edit(&source, "-> u64", "-> u128");
    let refused = weal(&package, "layout diff").expect(9);
    assert!(refused.out.contains("count  was u64, is u128"), "{}", refused.out);
    assert!(
        refused.err.contains("error[E1203]: the upgrade changes stored `count`"),
        "{}",
        refused.err
    );
    assert!(
        refused.err.contains("set version = 2 and add #[migrate(from = 1)]"),
        "{}",
        refused.err
    );
    for words in ["build --json", "layout lock --json"] {
        assert_eq!(weal(&package, words).error(9)["code"], "E1203", "{words}");
    }

    edit(&source, "#[derive(Storage)]", "#[derive(Storage)]\n#[storage(version = 2)]");
    let migration = "    /// Widens the number.\n    #[migrate(from = 1)]\n    \
                     fn v1(&mut self, old: v1::Guarded) {\n        \
                     self.count.set(&old.count.get().into());\n    }\n\n";
    let query = "    /// The number.\n";
    edit(&source, query, &format!("{migration}{query}"));
    let upgrade = weal(&package, "layout diff").expect(0);
    assert!(upgrade.out.contains("version 2 needs #[migrate(from = 1)]"), "{}", upgrade.out);
    weal(&package, "build").expect(0);
    weal(&package, "layout lock").expect(0);
    assert!(package.join("layout/2.json").is_file());

    // Both lock files hold: there is no way back, and no field disappears without a trace.
    let version = "#[storage(version = 2)]";
    edit(&source, version, "#[storage(version = 1)]");
    edit(&source, "#[migrate(from = 1)]", "#[query]");
    edit(&source, "&mut self, old: v1::Guarded", "&self");
    edit(&source, "self.count.set(&old.count.get().into());", "");
    let back = weal(&package, "build --json").error(9);
    assert!(back["message"].as_str().is_some_and(|text| text.contains("still 1")), "{back}");
    edit(&source, "count: Item<u128>", "number: Item<u128>");
    edit(&source, "self.count", "self.number");
    edit(&source, "version = 1", "version = 3");
    let gone = weal(&package, "build --json").error(9);
    assert!(
        gone["hint"].as_str().is_some_and(|hint| hint.contains("retired(\"count\")")),
        "{gone}"
    );
}

#[test]
fn tests_see_the_module_and_failures_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let package = start(directory.path(), "tested", "empty");
    let source = package.join("tests/bench.rs");
    let end = "#[weal_sdk::test(native, vm)]\nfn anyone_may_add";
    let probe = "#[test]\nfn sees_the_module() {\n    \
        let place = std::env::var(\"WEAL_TEST_WASM_DIR\").unwrap();\n    \
        let module = std::fs::read(format!(\"{place}/tested.wasm\")).unwrap();\n    \
        assert!(module.starts_with(b\"\\0asm\"));\n    \
        assert_eq!(std::env::var(\"WEAL_TEST_MODE\").as_deref(), Ok(\"vm\"));\n    \
        assert!(std::env::var(\"WEAL_TEST_FUZZ\").as_deref() != Ok(\"1\"));\n}\n\n";
    edit(&source, end, &format!("{probe}{end}"));
    let object = weal(&package, "test --vm --costs --fuzz 2 --json").expect(0).json();
    assert_eq!(object["result"]["mode"], "vm");
    let costs = object["result"]["costs"].as_array().expect("a list");
    let add = costs.iter().find(|costs| costs["method"] == "add").expect("tests call it");
    assert_eq!(add["calls"], 4, "every call once: what an earlier run wrote is gone");
    assert!(add["gas_max"].as_u64() >= add["gas_median"].as_u64(), "{add}");
    let failed = weal(&package, "test --vm --fuzz 1 --json").error(9);
    assert_eq!(failed["code"], "E1216", "the probe sees the number");
    assert_eq!(weal(&package, "test --native --costs --json").error(2)["code"], "E1201");
    weal(&package, "test --native anyone -- --test-threads 1").expect(0);

    edit(&source, "bench::Bench", "bench::Nothing");
    assert_eq!(weal(&package, "test --native --json").error(9)["code"], "E1213");
}

#[test]
fn what_the_chain_refuses_is_told_by_function() {
    let directory = tempfile::tempdir().unwrap();
    let package = start(directory.path(), "floating", "empty");
    let source = package.join("src/lib.rs");
    edit(
        &source,
        "self.count += by;",
        "self.count += core::hint::black_box(by as f64 * 0.5) as u64;",
    );
    let error = weal(&package, "check --json").error(9);
    assert!(["E1107", "E1108"].contains(&error["code"].as_str().unwrap()), "{error}");
    assert!(
        error["data"]["function"].as_str().is_some_and(|name| !name.starts_with('#')),
        "{error}"
    );
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("integers")), "{error}");

    edit(&source, "#[query]", "#[queri]");
    assert_eq!(weal(&package, "build --json").error(9)["code"], "E1213");
}

#[test]
fn a_library_that_does_not_describe_itself_is_no_contract() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    let manifest = "[package]\nname = \"mute\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n";
    write("lib.rs", "//! Says nothing.\n");
    write("Cargo.toml", manifest);
    assert_eq!(weal(directory.path(), "build --json").error(3)["code"], "E1211");
    write("Cargo.toml", &format!("{manifest}crate-type = [\"cdylib\", \"rlib\"]\n"));
    let run = weal(directory.path(), "build").expect(9);
    assert!(run.err.contains("cannot find function `abi` in crate `contract`"), "{}", run.err);
    assert!(run.err.contains("error[E1214]: `mute` does not describe itself"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn a_toolchain_without_the_target_is_told_how_to_get_it() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let rustc = directory.path().join("rustc");
    fs::write(&rustc, "#!/bin/sh\necho /nowhere\n").unwrap();
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).unwrap();
    let package = start(directory.path(), "poor", "empty");
    let variables = [("RUSTC", rustc.to_str().unwrap())];
    let error = weal_with(&package, "build --json", &variables).error(3);
    assert_eq!(error["code"], "E1212");
    assert_eq!(error["hint"], "rustup target add wasm32-unknown-unknown");
}
