//! Mistakes, codes and help: nothing here runs cargo.

use std::{fs, path::Path};

use super::{repository, weal};

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn mistakes_on_the_command_line_end_with_two() {
    for words in ["biuld", "explain E1 E2", "build --what", "test --native --vm", "layout", ""] {
        let run = weal(here(), words).expect(2);
        assert!(run.out.is_empty() && run.err.contains("Usage"), "{words}: {}", run.err);
        // The same as an object, with nothing beside it.
        if !words.is_empty() {
            let error = weal(here(), &format!("{words} --json")).error(2);
            assert_eq!((&error["code"], &error["name"]), (&"E1201".into(), &"usage".into()));
        }
    }
}

#[test]
fn help_and_version_are_no_mistakes() {
    let help = weal(here(), "--help").expect(0);
    for command in [
        "new",
        "build",
        "check",
        "test",
        "abi",
        "layout",
        "deploy",
        "call",
        "query",
        "upgrade",
        "contract",
        "tx",
        "account",
        "asset",
        "rpc",
        "config",
        "dev",
        "genesis",
        "doctor",
        "explain",
        "completions",
    ] {
        assert!(help.out.contains(&format!("  {command} ")), "{command}");
    }
    assert!(weal(here(), "--version").expect(0).out.starts_with("weal "));
}

#[test]
fn codes_are_explained() {
    let list = weal(here(), "explain").expect(0);
    assert!(list.out.contains("E1107") && list.out.contains("E1203"));
    let page = weal(here(), "explain e1107").expect(0);
    for part in ["E1107  instruction", "NaN", "basis points", "next"] {
        assert!(page.out.contains(part), "{part}: {}", page.out);
    }
    assert!(!page.out.contains('\u{1b}'), "no colours where nobody sees them");
    let object = weal(here(), "explain E1203 --json").expect(0).json();
    assert_eq!(object["result"]["name"], "layout-changed");
    assert_eq!(weal(here(), "explain E9999 --json").error(2)["code"], "E1223");
}

#[test]
fn shells_get_their_scripts() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = weal(here(), &format!("completions {shell}")).expect(0).out;
        assert!(script.contains("layout") && script.contains("manifest-path"), "{shell}");
    }
}

#[test]
fn files_that_are_no_modules_are_refused_with_the_rule() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("x.wasm");
    fs::write(&file, wat::parse_str("(module (func $slow (result f64) f64.const 1))").unwrap())
        .unwrap();
    let run = weal(directory.path(), "check x.wasm").expect(9);
    let lines: Vec<_> = run.err.lines().collect();
    assert!(lines[0].starts_with("error[E1108]: "), "{}", run.err);
    assert!(lines[1].starts_with("  at    x.wasm"), "{}", run.err);
    assert!(lines[2].starts_with("  next  weal build"), "{}", run.err);
    let error = weal(directory.path(), "check x.wasm --json").error(9);
    assert_eq!((&error["code"], &error["data"]["profile"]), (&"E1108".into(), &"weal-1".into()));
    assert!(error["hint"].as_str().is_some_and(|hint| hint.starts_with("weal build")));

    fs::write(&file, "text").unwrap();
    assert_eq!(weal(directory.path(), "check x.wasm --json").error(9)["code"], "E1101");
    assert_eq!(weal(directory.path(), "check y.wasm --json").error(3)["code"], "E1202");
}

#[test]
fn descriptions_in_files_are_shown_and_compared() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    let old = r#"{"format":1,"contract":"Fund","layout":{"version":1,"hash":"0xHASH"},
        "methods":[{"name":"pay","kind":"call","auth":"owner",
                    "args":[{"name":"claim","type":"u32"}],"ok":"()"}]}"#
        .replace("HASH", &"0".repeat(64));
    write("old.json", &old);
    write("wide.json", &old.replace("u32", "u64"));
    write("open.json", &old.replace("owner", "anyone"));
    write("bad.json", &old.replace("u32", "u33"));
    let run = |words: &str| weal(directory.path(), words);

    let text = run("abi show old.json --text").expect(0).out;
    assert!(text.contains("call pay(claim: u32)") && text.contains("by       the owner"), "{text}");
    let shown = run("abi show old.json").expect(0).out;
    assert!(shown.starts_with("{\n  \"format\": 1,"), "{shown}");
    assert_eq!(run("abi show old.json --json").expect(0).json()["result"]["contract"], "Fund");
    assert_eq!(run("abi show bad.json --json").error(9)["code"], "E1205");

    assert_eq!(run("abi diff old.json old.json").expect(0).out, "no difference\n");
    let open = run("abi diff old.json open.json").expect(0).out;
    assert!(open.contains("compatible  methods.pay.auth  was the owner, is anyone"), "{open}");
    let wide = run("abi diff old.json wide.json").expect(9);
    assert!(wide.out.contains("breaking  methods.pay.args"), "{}", wide.out);
    assert!(wide.err.contains("error[E1206]"), "{}", wide.err);
    let error = run("abi diff old.json wide.json --json").error(9);
    assert_eq!(error["data"]["changes"][0]["breaking"], true);
}

#[test]
fn packages_that_are_none_are_a_matter_of_configuration() {
    let nowhere = tempfile::tempdir().unwrap();
    assert_eq!(weal(nowhere.path(), "build --json").error(3)["code"], "E1210");
    // Several contracts: the error lists them.
    let error = weal(&repository(), "build --json").error(3);
    assert_eq!(error["code"], "E1210");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("bare-token")), "{error}");
    assert_eq!(weal(&repository(), "build -p nobody --json").error(3)["code"], "E1210");
    assert_eq!(weal(&repository(), "build -p weal-types --json").error(3)["code"], "E1211");
}
