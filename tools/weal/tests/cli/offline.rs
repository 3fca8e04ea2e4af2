//! Keys, settings and files: nothing here reaches a node.

use std::{fs, path::Path};

use super::{Run, weal_words};

/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:1";

fn say(home: &Path, words: &str) -> Run {
    let variables = [("WEAL_HOME", home.to_str().unwrap())];
    weal_words(home, &words.split_whitespace().collect::<Vec<_>>(), &variables)
}

#[test]
fn keys_are_made_listed_and_protected() {
    let home = tempfile::tempdir().unwrap();
    let made = say(home.path(), "account new tess --no-passphrase --json").expect(0).json();
    let result = &made["result"];
    let address = result["account"].as_str().unwrap();
    assert!(address.starts_with("weal1"), "{result}");
    assert_eq!(result["words"].as_str().unwrap().split(' ').count(), 12);
    let list = say(home.path(), "account list").expect(0).out;
    assert!(list.contains("tess") && list.contains(address), "{list}");
    assert!(!list.contains("alice"));

    // Never over another key, nor under the name of one that everybody has.
    assert_eq!(
        say(home.path(), "account new tess --no-passphrase --json").error(2)["code"],
        "E1233"
    );
    assert_eq!(
        say(home.path(), "account new alice --no-passphrase --json").error(2)["code"],
        "E1233"
    );
    assert_eq!(
        say(home.path(), "account new ../x --no-passphrase --json").error(2)["code"],
        "E1233"
    );
    // A passphrase is asked of somebody, and nobody is here.
    assert_eq!(say(home.path(), "account new ada --json").error(3)["code"], "E1231");

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = home.path().join("keys/tess.json");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let error = say(home.path(), "account list --json").error(3);
        assert_eq!(error["code"], "E1231");
        assert!(error["hint"].as_str().unwrap().starts_with("chmod 600 "), "{error}");
    }
}

#[test]
fn a_passphrase_can_stand_in_a_file() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("passphrase");
    fs::write(&file, "correct horse\n").unwrap();
    let variables = [
        ("WEAL_HOME", home.path().to_str().unwrap()),
        ("WEAL_PASSPHRASE_FILE", file.to_str().unwrap()),
    ];
    weal_words(home.path(), &["account", "new", "tess"], &variables).expect(0);
    let text = fs::read_to_string(home.path().join("keys/tess.json")).unwrap();
    assert!(text.contains("argon2id") && !text.contains("plain"), "{text}");
}

#[test]
fn public_keys_of_devnets_are_listed_with_what_restores_them() {
    let home = tempfile::tempdir().unwrap();
    let list = say(home.path(), "account list --dev").expect(0).out;
    for part in ["alice", "judy", "//Alice", "bottom drive obey", "public"] {
        assert!(list.contains(part), "{part}: {list}");
    }
}

#[test]
fn settings_say_where_they_come_from() {
    let home = tempfile::tempdir().unwrap();
    let shown = say(home.path(), "config explain --json").expect(0).json();
    assert_eq!(shown["result"]["profile"]["source"], "default");
    say(home.path(), "config use main").expect(0);
    assert_eq!(say(home.path(), "config show --json").error(3)["code"], "E1230");
    let config = home.path().join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text + "[profiles.main]\nrpc = \"http://x:1\"\nprotected = true\n").unwrap();
    let shown = say(home.path(), "config explain --json").expect(0).json();
    assert_eq!(shown["result"]["rpc"]["value"], "http://x:1");
    assert_eq!(shown["result"]["protected"]["value"], true);
    // The project's file comes first, and a flag before that.
    fs::write(home.path().join("weal.toml"), "[profiles.main]\nrpc = \"http://y:1\"\n").unwrap();
    let shown = say(home.path(), "config show").expect(0).out;
    assert!(shown.contains("http://y:1"), "{shown}");
    let shown = say(home.path(), "config show --rpc http://z:1").expect(0).out;
    assert!(shown.contains("http://z:1"), "{shown}");
    // A typing mistake in a file is no setting.
    fs::write(home.path().join("weal.toml"), "[profiles.main]\nprotcted = false\n").unwrap();
    assert_eq!(say(home.path(), "config show --json").error(3)["code"], "E1230");
}

#[test]
fn a_node_that_is_not_there_ends_with_four() {
    let home = tempfile::tempdir().unwrap();
    for words in [
        "asset list",
        "account show alice",
        "call relief pay --claim 7",
        "query relief claim --id 7",
        "contract info relief",
        "tx show 0x0000000000000000000000000000000000000000000000000000000000000000",
        "rpc node_health",
    ] {
        let error = say(home.path(), &format!("{words} --rpc {NOBODY} --json")).error(4);
        assert_eq!(error["code"], "E1240", "{words}");
    }
    let error = say(home.path(), "rpc node_health --rpc https://node.example --json").error(3);
    assert_eq!(error["code"], "E1230");
}

#[test]
fn help_of_calls_needs_no_node_until_a_contract_is_named() {
    let home = tempfile::tempdir().unwrap();
    for (words, part) in
        [("call --help", "--dry-run"), ("query --help", "CONTRACT"), ("deploy --help", "--policy")]
    {
        let help = say(home.path(), words).expect(0).out;
        assert!(help.contains(part), "{words}: {help}");
    }
    assert_eq!(say(home.path(), "call --json").error(2)["code"], "E1201");
}

#[test]
fn files_that_are_no_transactions_are_refused() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("x.tx"), "{}").unwrap();
    for words in ["tx decode x.tx", "tx sign x.tx --from alice --yes", "tx send x.tx"] {
        assert_eq!(say(home.path(), &format!("{words} --json")).error(2)["code"], "E1255");
    }
    assert_eq!(say(home.path(), "tx decode y.tx --json").error(3)["code"], "E1202");
}
