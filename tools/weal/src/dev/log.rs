//! One line for each transaction, decoded.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use tokio::{sync::broadcast::error::RecvError, task::JoinHandle};
use weal_client::rpc::{
    Client,
    types::{Hex32, OutcomeStatus, TxGet, TxStatus},
};
use weal_node::{ledger::FinalizedBlock, node::Node};
use weal_types::BlockHash;

/// Transactions of one block that are shown; a block with more is a load, and gets one line.
const SHOWN: usize = 20;

/// Blocks that are remembered as shown: a validator that was away tells of the old ones again.
const REMEMBERED: usize = 1_024;

/// Blocks that were shown, the newest last.
type Shown = Arc<Mutex<VecDeque<BlockHash>>>;

/// Shows final transactions until the nodes end: each block once, by the first that has it.
pub fn follow(nodes: &[Node], urls: &[String], verbose: bool) -> Vec<JoinHandle<()>> {
    let shown = Shown::default();
    let follow = |(node, url): (&Node, &String)| {
        tokio::spawn(follow_one(node.clone(), url.clone(), Arc::clone(&shown), verbose))
    };
    nodes.iter().zip(urls).map(follow).collect()
}

async fn follow_one(node: Node, url: String, shown: Shown, verbose: bool) {
    let mut blocks = node.subscribe();
    loop {
        let block = match blocks.recv().await {
            Ok(block) => block,
            Err(RecvError::Lagged(missed)) => {
                anstream::eprintln!("… {missed} blocks later");
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        if !is_new(&shown, block.header.hash()) {
            continue;
        }
        let url = url.clone();
        let text = tokio::task::spawn_blocking(move || show(&url, &block, verbose)).await;
        anstream::eprint!("{}", text.unwrap_or_default());
    }
}

fn is_new(shown: &Shown, block: BlockHash) -> bool {
    let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
    if shown.contains(&block) {
        return false;
    }
    if shown.len() == REMEMBERED {
        shown.pop_front();
    }
    shown.push_back(block);
    true
}

fn show(url: &str, block: &FinalizedBlock, verbose: bool) -> String {
    let height = block.header.height;
    if block.transactions.is_empty() {
        return format!("#{height} empty\n");
    }
    if block.transactions.len() > SHOWN {
        let gas = block.header.gas_used;
        return format!("#{height} {} transactions, {gas} gas\n", block.transactions.len());
    }
    let Ok(client) = Client::new(url, std::time::Duration::from_secs(5)) else {
        return String::new();
    };
    let line = |transaction: &weal_node::ledger::BlockTransaction| {
        let hash = Hex32(transaction.hash.0);
        match client.tx_get(&TxGet { hash }) {
            Ok(status) => line(&status, &height.to_string(), verbose),
            Err(error) => format!("#{height} {hash}: {error}\n"),
        }
    };
    block.transactions.iter().map(line).collect()
}

/// `#12 dave → donation.forward(line 3, …) ok 118,204 gas Forwarded`
fn line(status: &TxStatus, height: &str, verbose: bool) -> String {
    let calls = status.transaction.as_ref().map(|transaction| {
        let call = |call: &weal_client::rpc::types::CallInfo| {
            let args = call.args.as_ref().map(arguments).unwrap_or_default();
            let what = call.intent.clone();
            what.unwrap_or_else(|| format!("{}({args})", call.method))
        };
        let calls: Vec<_> = transaction.calls.iter().map(call).collect();
        format!("{} → {}", who(&transaction.signer.to_string()), calls.join("; "))
    });
    let calls = calls.unwrap_or_else(|| status.hash.to_string());
    let Some(outcome) = &status.outcome else { return format!("#{height} {calls}: skipped\n") };
    let end = match (&outcome.status, &outcome.failure) {
        (OutcomeStatus::Applied, _) => "ok".to_owned(),
        (OutcomeStatus::Reverted, Some(failure)) => format!("reverted: {}", failure.message),
        (OutcomeStatus::Reverted, None) => "reverted".to_owned(),
    };
    let names: Vec<_> = outcome.events.iter().map(|event| event.name.as_str()).collect();
    let mut text =
        format!("#{height} {calls}  {end}  {} gas  {}\n", outcome.gas_used, names.join(" "));
    for event in outcome.events.iter().filter(|_| verbose) {
        let value = event.value.as_ref().map(arguments).unwrap_or_default();
        text += &format!("      {} {value}\n", event.name);
    }
    text
}

/// The name of a development account, or the address.
fn who(address: &str) -> String {
    let is = |name: &&&str| {
        weal_client::keys::dev_account(name).is_some_and(|pair| pair.address() == address)
    };
    weal_client::keys::DEV_ACCOUNTS
        .iter()
        .find(is)
        .map_or_else(|| address.to_owned(), |n| (*n).into())
}

fn arguments(value: &Value) -> String {
    let Value::Object(fields) = value else { return value.to_string() };
    let field = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name} {text}"),
        other => format!("{name} {other}"),
    };
    fields.iter().map(field).collect::<Vec<_>>().join(", ")
}
