//! The commands that talk to a node, against a devnet.

use std::fs;

use serde_json::Value;
use weal_client::keys::dev_account;

use super::{
    node::{Deal, World},
    repository,
};

fn free(world: &World, name: &str, symbol: &str) -> u128 {
    let shown = world.say(&format!("account show {name} --json")).expect(0).json();
    let balances = shown["result"]["balances"].as_array().unwrap().clone();
    let found = balances.iter().find(|balance| balance["symbol"] == symbol).unwrap();
    found["free"].as_str().unwrap().parse().unwrap()
}

fn hash_of(error: &Value) -> String {
    error["data"]["hash"].as_str().unwrap().to_owned()
}

#[test]
fn money_is_listed_sent_and_issued() {
    let world = World::new();
    let list = world.say("asset list").expect(0).out;
    assert!(list.contains("EUR") && list.contains("ivan weal1"), "{list}");
    let before = free(&world, "bob", "EUR");
    let sent = world
        .weal(&["asset", "transfer", "1,000.50 EUR", "bob", "--from", "alice", "--yes", "--json"])
        .expect(0)
        .json();
    assert_eq!(sent["result"]["outcome"]["status"], "applied");
    assert_eq!(free(&world, "bob", "EUR"), before + 100_050);
    let hash = sent["result"]["hash"].as_str().unwrap();
    let shown = world.say(&format!("tx show {hash}")).expect(0).out;
    assert!(shown.contains("alice weal1") && shown.contains("said Transferred"), "{shown}");
    world.say(&format!("tx wait {hash}")).expect(0);

    // Only the issuer issues.
    let reference = format!("0x{}", "07".repeat(32));
    let issue = |from: &str| {
        world.weal(&[
            "asset",
            "issue",
            "5 EUR",
            "bob",
            "--reference",
            &reference,
            "--from",
            from,
            "--yes",
            "--json",
        ])
    };
    assert_eq!(issue("alice").error(5)["data"]["failure"]["kind"], "unauthorised");
    issue("ivan").expect(0);
    assert_eq!(free(&world, "bob", "EUR"), before + 100_550);
    assert_eq!(issue("ivan").error(5)["name"], "ReferenceUsed");
    // A devnet gives money for nothing.
    world.weal(&["account", "fund", "bob", "7 EUR"]).expect(0);
    assert_eq!(free(&world, "bob", "EUR"), before + 101_250);
}

#[test]
fn nothing_is_sent_that_nobody_agreed_to() {
    let world = World::new();
    let before = free(&world, "bob", "EUR");
    let pay = |more: &[&str]| {
        let words = ["asset", "transfer", "10 EUR", "bob", "--from", "alice", "--json"];
        world.weal(&[&words[..], more].concat())
    };
    assert_eq!(pay(&[]).error(5)["code"], "E1251");
    let dry = pay(&["--dry-run"]).expect(0).json();
    assert_eq!(dry["result"]["limits"][0]["amount"], "1000");
    assert_eq!(pay(&["--yes", "--on", "main"]).error(5)["code"], "E1251");
    assert_eq!(free(&world, "bob", "EUR"), before);
    // The dry run holds against the signer's own limits.
    assert_eq!(
        pay(&["--yes", "--limit", "9.99 EUR"]).error(7)["data"]["failure"]["kind"],
        "spend_limit"
    );
    assert_eq!(pay(&["--yes", "--limit", "10 XYZ"]).error(2)["code"], "E1242");

    // A protected chain is named, however much anybody agrees.
    let protected = "[profiles.dev]\nprotected = true\n";
    fs::write(world.directory.path().join("weal.toml"), protected).unwrap();
    assert_eq!(pay(&["--yes"]).error(5)["code"], "E1251");
    pay(&["--yes", "--on", "dev"]).expect(0);
    // And one that is not the profile's is not signed for.
    let other = format!("[profiles.dev]\nchain = \"0x{}\"\n", "00".repeat(32));
    fs::write(world.directory.path().join("weal.toml"), other).unwrap();
    assert_eq!(pay(&["--yes"]).error(3)["code"], "E1232");
}

#[test]
fn a_lost_answer_ends_with_eight_and_a_hash_that_tells_the_outcome() {
    let world = World::new();
    let before = free(&world, "bob", "EUR");
    let deaf = world.middle(|body| {
        let is_lost = body.contains("tx_submit") || body.contains("tx_wait");
        if is_lost { Deal::HangUp } else { Deal::Pass }
    });
    let words = ["asset", "transfer", "10 EUR", "bob", "--from", "alice", "--yes", "--json"];
    let error = world.weal_at(&deaf, world.directory.path(), &words).error(8);
    assert_eq!(error["code"], "E1254");
    let hash = hash_of(&error);
    assert!(error["hint"].as_str().unwrap().starts_with(&format!("weal tx wait {hash}")));
    // It was sent twice and took effect once.
    world.say(&format!("tx wait {hash}")).expect(0);
    assert_eq!(free(&world, "bob", "EUR"), before + 1_000);
}

#[test]
fn a_node_that_swaps_the_payee_is_caught() {
    let world = World::new();
    let [bob, carol] =
        ["bob", "carol"].map(|name| hex::encode(dev_account(name).unwrap().account().0));
    let before = free(&world, "carol", "EUR");
    let liar = world.middle(move |body| match body.contains("contract_prepare") {
        true => Deal::Replace(bob.clone(), carol.clone()),
        false => Deal::Pass,
    });
    let words = ["asset", "transfer", "10 EUR", "bob", "--from", "alice", "--yes", "--json"];
    let error = world.weal_at(&liar, world.directory.path(), &words).error(10);
    assert_eq!(error["code"], "E1243");
    assert!(error["message"].as_str().unwrap().contains("calls[0].args.to is"), "{error}");
    assert_eq!(free(&world, "carol", "EUR"), before);
}

#[test]
fn transactions_are_signed_elsewhere_and_sent() {
    let world = World::new();
    let before = free(&world, "bob", "EUR");
    world
        .weal(&["asset", "transfer", "10 EUR", "bob", "--from", "alice", "--out", "pay.tx"])
        .expect(0);
    let shown = world.say("tx decode pay.tx").expect(0).out;
    assert!(shown.contains("(transfer of assets)") && shown.contains("signatures  0"), "{shown}");
    assert_eq!(world.say("tx send pay.tx --json").error(2)["code"], "E1255");
    // Another's signature makes it no better.
    world.say("tx sign pay.tx --from bob --yes --out bob.tx").expect(0);
    assert_eq!(world.say("tx send bob.tx --json").error(5)["code"], "E1241");
    world.say("tx sign pay.tx --from alice --yes --out alice.tx").expect(0);
    assert_eq!(free(&world, "bob", "EUR"), before);
    world.say("tx send alice.tx alice.tx").expect(0);
    assert_eq!(free(&world, "bob", "EUR"), before + 1_000);
    // The nonce is used.
    let again = world.say("tx send alice.tx --json").expect(0).json();
    assert_eq!(again["result"]["state"], "final");
    assert_eq!(free(&world, "bob", "EUR"), before + 1_000);
}

#[test]
fn a_contract_is_deployed_called_asked_and_looked_at() {
    let world = World::new();
    let url = world.url();
    let deploy = |more: &[&str]| {
        let words = ["deploy", "token", "--from", "alice", "--json"];
        world.weal_at(&url, &repository(), &[&words[..], more].concat())
    };
    assert!(deploy(&["--help"]).expect(0).out.contains("--supply"));
    assert_eq!(deploy(&["--yes"]).error(2)["code"], "E1201");
    let deployed = deploy(&["--supply", "1000", "--alias", "coin", "--yes"]).expect(0).json();
    let address = deployed["result"]["contract"].as_str().unwrap().to_owned();
    let bob = dev_account("bob").unwrap().address();

    // The contract's methods are commands.
    let help = world.say("call coin --help").expect(0).out;
    assert!(help.contains("call transfer(to: AccountId, amount: u128)"), "{help}");
    let help = world.say("call coin transfer --help").expect(0).out;
    for part in ["Send {amount} tokens to {to}", "--to", "--amount", "1 or more", "C1-Insufficient"]
    {
        assert!(help.contains(part), "{part}: {help}");
    }
    let call = |words: &str| world.say(&format!("call coin transfer {words} --from alice --json"));
    call("--to bob --amount 30 --yes").expect(0);
    let json = format!("{{\"to\":\"{bob}\",\"amount\":\"12\"}}");
    let words = ["call", "coin", "transfer", "--args-json", &json, "--from", "alice", "--yes"];
    world.weal(&words).expect(0);
    assert_eq!(world.say("query coin balance --account bob").expect(0).out, "42\n");
    let asked = world.say("query coin balance --account bob --json").expect(0).json();
    assert_eq!(asked["result"]["value"], "42");

    // Mistakes are told in the contract's terms, before anything is sent.
    let refused = call("--to bob --amount 5000 --yes").error(5);
    assert_eq!(
        (&refused["code"], &refused["name"]),
        (&"C1-Insufficient".into(), &"Insufficient".into())
    );
    assert!(refused["message"].as_str().unwrap().contains("958"), "{refused}");
    assert_eq!(call("--to bob --amount 0 --yes").error(2)["code"], "E1242");
    assert_eq!(call("--to nobody --amount 1 --yes").error(2)["code"], "E1233");
    assert_eq!(call("--two bob --amount 1 --yes").error(2)["code"], "E1201");
    let short = call("--to bob --amount 1 --gas-limit 65000 --yes").error(7);
    assert_eq!(short["data"]["failure"]["kind"], "out_of_gas");
    assert_eq!(world.say("call coin balance --account bob --json").error(2)["code"], "E1242");

    let info = world.say("contract info coin").expect(0).out;
    assert!(
        info.contains("Token") && info.contains("alice weal1") && info.contains(&address),
        "{info}"
    );
    let said = world.say("contract events coin --name Transferred").expect(0).out;
    assert_eq!(said.lines().count(), 2, "{said}");
    let state = world.say("contract state coin --field balances --json").expect(0).json();
    assert_eq!(state["result"]["entries"].as_array().unwrap().len(), 2);
    // Another name for it, and the list of names.
    world.say(&format!("contract alias money {address}")).expect(0);
    assert_eq!(world.say("query money balance --account bob").expect(0).out, "42\n");
    assert!(world.say("contract alias").expect(0).out.contains("money"));
    assert_eq!(world.say("contract alias assets coin --json").error(2)["code"], "E1233");
    // The same code again: it is there, so it is not sent again, and its owner may keep it.
    let again = ["upgrade", "coin", "token", "--from", "alice", "--yes", "--json"];
    assert_eq!(world.weal_at(&url, &repository(), &again).error(5)["name"], "SameCode");
}

#[test]
fn a_node_is_asked_anything_and_looked_after() {
    let world = World::new();
    let info = world.say("rpc node_info --json").expect(0).json();
    assert_eq!(info["result"]["chain_name"], "dev");
    let block = world.weal(&["rpc", "chain_block", "{\"height\":\"0\"}"]).expect(0).out;
    assert!(block.contains("\"height\": \"0\""), "{block}");
    let error = world.say("rpc chain_weather --json").error(5);
    assert_eq!((&error["code"], &error["data"]["code"]), (&"E1241".into(), &(-32601).into()));
    // Whatever else is missing on this machine, the node is there.
    let doctor = world.say("doctor --json");
    let object = doctor.json();
    let checks = match object["ok"].as_bool() {
        Some(true) => object["result"]["checks"].clone(),
        _ => object["error"]["data"]["checks"].clone(),
    };
    let node = checks.as_array().unwrap().iter().find(|check| check["check"] == "node").unwrap();
    assert_eq!(node["ok"], true, "{checks}");
}
