//! The procedures of `docs/operate.md`, with the programs that operators use and the commands that
//! the guide shows.

mod consortium;
mod guide;

use std::{fs, path::Path};

use serde_json::Value;

use consortium::{Consortium, free_addresses};

/// A follower's configuration, as the guide describes it in words.
fn write_follower(all: &Consortium, name: &str, key: &str, listen: &str) {
    let directory = all.path(name);
    fs::copy(all.path("ceremony/genesis.toml"), directory.join("genesis.toml")).unwrap();
    let text = format!(
        "data = \"data\"\ngenesis = \"genesis.toml\"\nkey = \"{key}\"\nfollow = true\n\
         [rpc]\nlisten = \"127.0.0.1:0\"\n[network]\nlisten = \"{listen}\"\n"
    );
    fs::write(directory.join("config.toml"), text).unwrap();
}

/// The statement that a key is at hand, of the present height of `at`.
fn ready(all: &Consortium, name: &str, at: &str, begins: &str, last: &str) -> (String, String) {
    let height = all.height(at).to_string();
    let chain = all.chain();
    let given = [("0x…", &*chain), ("4711", &height), ("0x…", last)];
    let said = all.run(name, &guide::command(begins, &given));
    assert_eq!(said.line("height"), height);
    (height, said.line("signature"))
}

fn approve(all: &Consortium, begins: &str, operators: &[&str], replaced: &[(&str, &str)]) {
    for operator in operators {
        let from = format!("--from {operator} --yes");
        let replaced = [&[("--from relief", &*from)], replaced].concat();
        all.run("", &guide::command(begins, &replaced));
    }
}

#[test]
fn an_observer_follows_a_validator_joins_and_another_leaves() {
    let mut all = Consortium::found();
    let addresses = free_addresses(2);

    fs::create_dir(all.path("observer")).unwrap();
    let key = all.key("observer", "observer.key");
    write_follower(&all, "observer", "observer.key", &addresses[0]);
    for validator in ["relief", "bank"] {
        let path = all.path(validator).join("config.toml");
        let text = fs::read_to_string(&path).unwrap();
        let address = &addresses[0];
        let follower =
            format!("{text}[[network.followers]]\nkey = \"{key}\"\naddress = \"{address}\"\n");
        fs::write(path, follower).unwrap();
        all.stop(validator);
        all.start(validator);
        all.until(validator, |it| it.voice == "votes" && it.peers == 3);
    }
    all.start("observer");
    all.until("observer", |it| it.voice == "follows");
    all.pay(&["observer"]);

    fs::create_dir(all.path("joiner")).unwrap();
    let key = all.key("joiner", "validator.key");
    write_follower(&all, "joiner", "validator.key", &addresses[1]);
    all.start("joiner");
    let operator = all.new_account("joiner");
    let admit = [("--from council", "--from council --yes"), ("weal1…", &operator)];
    all.run("", &guide::command("weal call accounts admit", &admit));
    let member =
        [("0x…", &*key), ("weal1…", &operator), ("node-5.example.org:9944", &addresses[1])];
    let add = "weal call validators approve --from relief --change '{\"Add\"";
    approve(&all, add, &["relief", "bank", "auditor"], &member);
    let height = all.height("relief");
    all.until("joiner", |it| it.head.0 >= height);
    let validators = all.run("", &guide::command("weal rpc chain_validators", &[])).out;
    let validators: Value = serde_json::from_str(&validators).unwrap();
    let proposal = validators["proposals"][0]["id"].as_str().unwrap();
    let begins = "weal-node ready validator.key";
    let (height, signature) = ready(&all, "joiner", "joiner", begins, proposal);
    let declared =
        [("bank", "bank --yes"), ("0x…", proposal), ("4711", &height), ("0x…", &signature)];
    all.run("", &guide::command("weal call validators declare_ready", &declared));
    all.until("joiner", |it| it.voice == "votes" && it.peers == 4);

    let bank = all.key("bank", "validator.key");
    let relocated =
        [("bank", "bank --yes"), ("0x…", &*bank), ("node-7.example.org:9944", "localhost:4711")];
    all.run("", &guide::command("weal call validators relocate --from", &relocated));
    all.pay(&["bank", "joiner"]);
    let validators = all.run("", "weal rpc chain_validators").out;
    assert!(validators.contains("\"localhost:4711\""), "{validators}");

    // Four of five are a quorum.
    let auditor = all.key("auditor", "validator.key");
    let remove = "weal call validators approve --from relief --change '{\"Remove\"";
    approve(&all, remove, &["relief", "bank", "regulator", "joiner"], &[("0x…", &auditor)]);
    all.until("auditor", |it| it.voice == "follows");
    all.pay(&["bank", "regulator", "joiner", "auditor", "observer"]);
}

/// Changes a byte in the middle of a journal.
fn damage(chain: &Path) {
    let path = chain.join("journal/journal");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn keys_are_rotated_and_journals_and_copies_are_put_back() {
    let mut all = Consortium::found();
    (0..3).for_each(|_| all.pay(&consortium::NAMES));

    // A damaged journal, the sound way.
    all.stop("regulator");
    damage(&all.path("regulator/data/chain-1"));
    let refusal = all.refusal("regulator");
    assert!(refusal.contains("is damaged at byte") && refusal.contains("`A damaged journal`"));
    let old = all.key("regulator", "validator.key");
    let new = all.key("regulator", "next.key");
    rotate(&all, "regulator", "relief", (&old, &new));
    all.run("regulator", "mv data data.damaged && mv next.key validator.key");
    all.configure_first("regulator", "follow = true");
    all.start("regulator");
    all.until("regulator", |it| it.voice == "votes");
    all.pay(&consortium::NAMES);

    // A copy that was made while the node was stopped.
    all.stop("bank");
    all.run("bank", "cp -a data ../backup");
    all.start("bank");
    all.until("bank", |it| it.voice == "votes");
    all.pay(&consortium::NAMES);
    all.stop("bank");
    for begins in ["mv /var/lib/weal/data", "cp -a /backup"] {
        let command = guide::command(begins, &[]).replace("/backup/", "../");
        all.run("bank", &command.replace("../data", "../backup").replace("/var/lib/weal/", ""));
    }
    all.start("bank");
    // Others may still hold votes that the copy does not know: then it waits for the next epoch.
    all.until("bank", |it| ["votes", "muted"].contains(&&*it.voice));
    all.pay(&consortium::NAMES);

    // A new key beside the old one.
    let old = all.key("bank", "validator.key");
    let new = all.key("bank", "next.key");
    all.stop("bank");
    all.configure_first("bank", "next_key = \"next.key\"");
    all.start("bank");
    all.until("bank", |it| it.peers == 3);
    rotate(&all, "bank", "bank", (&old, &new));
    all.until("bank", |it| it.voice == "votes");
    all.pay(&consortium::NAMES);
    let validators = all.run("", "weal rpc chain_validators").out;
    assert!(validators.contains(&*new) && !validators.contains(&*old), "{validators}");
    all.stop("bank");
    let path = all.path("bank/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, text.replace("next_key = \"next.key\"", "follow = true")).unwrap();
    all.run("bank", "mv next.key validator.key && rm -r data");
    all.start("bank");
    all.until("bank", |it| it.voice == "votes");
    all.pay(&consortium::NAMES);

    // A damaged journal, the quick way.
    all.stop("auditor");
    damage(&all.path("auditor/data/chain-1"));
    assert!(all.refusal("auditor").contains("is damaged at byte"));
    all.run("auditor", "mv data/chain-1/journal/journal journal.damaged");
    all.start("auditor");
    all.until("auditor", |it| ["votes", "muted"].contains(&&*it.voice) && it.peers == 3);
    all.pay(&consortium::NAMES);
}

/// The operator of a validator gives it another key. Waits until the chain counts it.
fn rotate(all: &Consortium, name: &str, at: &str, (old, new): (&str, &str)) {
    let (height, signature) = ready(all, name, at, "weal-node ready next.key", old);
    let from = format!("{name} --yes");
    let given =
        [("bank", &*from), ("0x…", old), ("0x…", new), ("4711", &height), ("0x…", &signature)];
    let said = all.run("", &guide::command("weal call validators rotate", &given));
    assert!(said.out.contains("Rotated"), "{}", said.out);
    // The epoch ends with the 32nd block from now on; what is empty makes itself.
    let end = height.parse::<u64>().unwrap() + 33;
    all.until("relief", |it| it.head.0 >= end);
}
