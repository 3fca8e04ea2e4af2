//! `weal genesis`, with the description of the operator's guide.

use std::fs;

use weal_client::keys::dev_account;
use weal_node::{devnet::validator_seed, founding::Founding, validator_key::ValidatorKey};

use super::weal;

const GUIDE: &str = include_str!("../../../../docs/operate.md");

/// The guide's description, with keys and accounts in the places of `…`.
fn description() -> String {
    let (_, rest) = GUIDE.split_once("```toml\n# consortium.toml\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let account = dev_account("judy").unwrap().address();
    let mut text = text.replace("\"weal1…\"", &format!("\"{account}\""));
    for position in 0..4 {
        let key = ValidatorKey::from_seed(validator_seed(position)).unwrap();
        let key = format!("\"0x{}\"", hex::encode(key.public().0));
        text = text.replacen("\"0x…\"", &key, 1);
    }
    assert!(!text.contains('…'), "{text}");
    text
}

#[test]
fn the_description_of_the_guide_founds_a_chain() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    fs::write(here.join("consortium.toml"), description()).unwrap();
    let founding = Founding::from_toml(&description()).unwrap();
    let id = format!("0x{}", hex::encode(founding.spec.chain.0));
    let told = weal(here, "genesis consortium.toml").expect(0).out;
    for part in [&id, "4 validators: 3 sign each block, any 1 may fail", "nothing is written"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(fs::read_dir(here).unwrap().count(), 1);

    let written = weal(here, "genesis consortium.toml --out ceremony --json").expect(0).json();
    assert_eq!(written["result"]["chain"], id);
    for (path, text) in founding.files() {
        assert_eq!(fs::read_to_string(here.join("ceremony").join(&path)).unwrap(), text);
    }
    let config = fs::read_to_string(here.join("ceremony/auditor/config.toml")).unwrap();
    assert!(config.contains("listen = \"10.0.0.5:9944\""), "{config}");
    let document = fs::read_to_string(here.join("ceremony/auditor/genesis.toml")).unwrap();
    assert!(document.contains("address = \"weal.bank.example:9944\""), "{document}");
    let config = fs::read_to_string(here.join("ceremony/regulator/config.toml")).unwrap();
    assert!(config.contains("listen = \"127.0.0.1:9934\""), "{config}");

    // Again changes nothing; another chain's files are not put in their place.
    weal(here, "genesis consortium.toml --out ceremony").expect(0);
    let other = description().replace("1764000000000", "1764000000001");
    fs::write(here.join("consortium.toml"), other).unwrap();
    let refused = weal(here, "genesis consortium.toml --out ceremony --json").error(3);
    assert_eq!(refused["code"], "E1261");
    let kept = fs::read_to_string(here.join("ceremony/genesis.toml")).unwrap();
    assert_eq!(kept, founding.spec.document);
}

#[test]
fn a_description_that_founds_nothing_is_refused_with_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let three = description().replace("[[validators]]\nname = \"bank\"", "[[bank]]");
    for (text, expected) in [
        (three, "unknown field"),
        (description().replace("name = \"bank\"", "name = \"../bank\""), "validators[1]: name"),
        (description().replace("symbol = \"CNY\"", "symbol = \"\""), "genesis"),
    ] {
        fs::write(here.join("bad.toml"), text).unwrap();
        let refused = weal(here, "genesis bad.toml --out ceremony --json").error(3);
        assert_eq!(refused["code"], "E1261");
        assert!(refused["message"].as_str().unwrap().contains(expected), "{refused}");
    }
    assert!(!here.join("ceremony").exists());
    assert_eq!(weal(here, "genesis nowhere.toml --json").error(3)["code"], "E1202");
}
