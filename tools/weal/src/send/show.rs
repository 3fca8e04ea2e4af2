//! What a transaction would do, did, and said, for people and as data.

use std::fmt::Write;

use serde_json::{Value, json};
use weal_client::{
    Codec,
    rpc::types::{AmountInfo, ContractAddress, Event, Hex32, OutcomeStatus, TxState, TxStatus},
    units::{Assets, NoAssets},
};
use weal_types::transaction::{Call, Transaction};

use super::Ready;
use crate::{
    chain::{Book, Node, contract_failure, contract_text},
    codes,
    outcome::{Failure, Report},
    text::{Align, BOLD, grouped, table},
};

/// What a ready transaction would do: who signs it, its calls, balances, limits, gas and fee.
pub fn plan(node: &Node, book: &Book, ready: &Ready) -> Report {
    let Ready { transaction, prepared, codecs } = ready;
    let signer = node.named(&transaction.signer);
    let mut text = format!("{BOLD}on {} as {signer}{BOLD:#}\n", node.chain_text());
    for (call, codec) in transaction.calls.iter().zip(codecs) {
        let place = node.named(&call.to.account());
        let _ = writeln!(text, "  {}", call_line(call, Some(codec), book, &place));
        for held in call.attach.iter() {
            let _ = writeln!(text, "    with {}", book.show(&held.asset.0, held.amount.0));
        }
    }
    let balances = &prepared.effects.balances;
    if !balances.is_empty() {
        let mut rows = vec![["balance of", "before", "after"].map(str::to_owned).to_vec()];
        for change in balances {
            let amount = |units: u128| book.show(&change.asset.0, units);
            let whose = node.named(&change.account.0);
            rows.push(vec![whose, amount(change.before.0), amount(change.after.0)]);
        }
        let _ = write!(text, "\n{}", table(&[Align::Left, Align::Right, Align::Right], &rows));
    }
    for event in &prepared.outcome.events {
        let _ = writeln!(text, "  says {}", event_line(event));
    }
    let _ = writeln!(text);
    for limit in transaction.limits.iter() {
        let amount = book.show(&limit.asset.0, limit.amount.0);
        let _ = writeln!(text, "  at most leaves you  {amount}");
    }
    let limit = grouped(transaction.gas_limit.0);
    let _ = writeln!(text, "  gas  {} of {limit}", grouped(prepared.gas_used.0));
    if transaction.max_fee.0 > 0 {
        let _ = writeln!(text, "  fee  {} units, at most {}", prepared.fee, transaction.max_fee);
    }
    if let Some(sponsor) = &transaction.sponsor {
        let _ = writeln!(text, "  paid by  {}", node.named(sponsor));
    }
    let data = json!({
        "hash": prepared.hash,
        "transaction": prepared.transaction,
        "outcome": prepared.outcome,
        "effects": prepared.effects,
        "gas_limit": transaction.gas_limit.0.to_string(),
        "max_fee": transaction.max_fee.0.to_string(),
        "limits": prepared.limits,
        "missing_signatures": prepared.missing_signatures,
    });
    Report { text, data }
}

/// What a call does, in a sentence, and of which contract.
fn call_line(call: &Call, codec: Option<&Codec>, assets: &dyn Assets, place: &str) -> String {
    let method = &call.method;
    let Some(codec) = codec else {
        return format!("{method}(0x{}) of {place}", hex::encode(&*call.args));
    };
    match codec.intent(method.as_str(), &call.args, assets) {
        Ok(intent) => format!("{intent}   ({method} of {place})"),
        Err(error) => format!("{method} of {place}: {error}"),
    }
}

/// What a transaction says, without a node: as far as `codec` knows the contracts.
pub fn decoded(transaction: &Transaction, codec: &dyn Fn(&Call) -> Option<Codec>) -> Report {
    let mut text = String::new();
    let mut calls = vec![];
    for call in transaction.calls.iter() {
        let codec = codec(call);
        let place = contract_text(&call.to);
        let _ = writeln!(text, "  {}", call_line(call, codec.as_ref(), &NoAssets, &place));
        let method = call.method.as_str();
        let args = codec.as_ref().and_then(|codec| codec.decode_args(method, &call.args).ok());
        for held in call.attach.iter() {
            let _ = writeln!(text, "    with {} units of {}", held.amount, Hex32(held.asset.0));
        }
        if let Some(args) = &args {
            let _ = writeln!(text, "    {args}");
        }
        calls.push(json!({
            "contract": ContractAddress(call.to), "method": method, "args": args,
            "bytes": format!("0x{}", hex::encode(&*call.args)),
        }));
    }
    for limit in transaction.limits.iter() {
        let asset = Hex32(limit.asset.0);
        let _ = writeln!(text, "  at most leaves the signer  {} units of {asset}", limit.amount);
    }
    let _ = writeln!(text, "  nonce  {}", transaction.nonce);
    let _ = writeln!(text, "  gas  at most {}", grouped(transaction.gas_limit.0));
    let _ = writeln!(text, "  fee  at most {} units", transaction.max_fee);
    let until = weal_client::units::format_timestamp(transaction.valid_until.0.into());
    let _ = writeln!(text, "  runs until  {until}");
    Report { text, data: json!({ "calls": calls }) }
}

/// `Paid claim 7 payee weal1…`: fields as the node decoded them, or as bytes.
pub fn event_line(event: &Event) -> String {
    let fields = match &event.value {
        Some(Value::Object(fields)) => {
            let fields = fields.iter().map(|(name, value)| match value {
                Value::String(text) => format!(" {name} {text}"),
                other => format!(" {name} {other}"),
            });
            fields.collect::<String>()
        }
        _ => format!(" {}", event.data),
    };
    plain(&format!("{}{fields}   ({})", event.name, contract_text(&event.contract.0)))
}

/// A final transaction; a failure if it was reverted.
pub fn final_report(node: &Node, book: &Book, status: &TxStatus) -> Result<Report, Failure> {
    let report = status_report(node, book, status);
    let outcome = status.outcome.as_ref();
    if outcome.is_none_or(|outcome| outcome.status == OutcomeStatus::Applied) {
        return Ok(report);
    }
    let failure = match outcome.and_then(|outcome| outcome.failure.as_ref()) {
        Some(failure) => contract_failure(codes::REVERTED, failure),
        None => Failure::new(codes::REVERTED, "the node does not say why"),
    };
    Err(failure.found(report))
}

/// What is known of a transaction.
pub fn status_report(node: &Node, book: &Book, status: &TxStatus) -> Report {
    let hash = status.hash;
    let mut text = match (status.state, &status.height) {
        (TxState::Final, Some(height)) => format!("{BOLD}{hash}{BOLD:#} in block {height}\n"),
        (TxState::Final, None) => format!("{BOLD}{hash}{BOLD:#} final\n"),
        (TxState::Pending, _) => format!("{BOLD}{hash}{BOLD:#} waits for a block\n"),
        (TxState::Dropped, _) => {
            format!("{BOLD}{hash}{BOLD:#} was dropped: no block can take it\n")
        }
        (TxState::Unknown, _) => format!("{BOLD}{hash}{BOLD:#} is not known to this node\n"),
    };
    if let Some(transaction) = &status.transaction {
        let _ = writeln!(text, "  by {}", node.named(&transaction.signer.0));
        for call in &transaction.calls {
            let contract = contract_text(&call.contract.0);
            let _ = match &call.intent {
                Some(intent) => {
                    writeln!(text, "  {intent}   ({} of {contract})", call.method)
                }
                None => writeln!(text, "  {} of {contract}", call.method),
            };
            for held in &call.attach {
                let _ = writeln!(text, "    with {}", amount_text(book, held));
            }
        }
    }
    if let Some(refused) = &status.refused {
        let _ = writeln!(text, "  because {} ({})", plain(&refused.message), refused.name);
    }
    if let Some(outcome) = &status.outcome {
        let word = match outcome.status {
            OutcomeStatus::Applied => "applied",
            OutcomeStatus::Reverted => "reverted",
        };
        let _ = write!(text, "  {word}, gas {}", grouped(outcome.gas_used.0));
        let _ = match outcome.fee.0 {
            0 => writeln!(text),
            fee => writeln!(text, ", fee {fee} units"),
        };
        for returned in &outcome.returns {
            match &returned.value {
                Some(Value::Null) => {}
                Some(value) => drop(writeln!(text, "  returned {value}")),
                None if returned.bytes.0.is_empty() => {}
                None => drop(writeln!(text, "  returned {}", returned.bytes)),
            }
        }
        for event in &outcome.events {
            let _ = writeln!(text, "  said {}", event_line(event));
        }
        if let Some(failure) = &outcome.failure {
            let _ =
                writeln!(text, "  {} of {}: {}", failure.method, failure.contract, failure.message);
        }
    }
    Report { text, data: json!(status) }
}

/// A stranger's text with every character visible: none moves a terminal's cursor.
fn plain(text: &str) -> String {
    weal_client::render(text, &serde_json::Map::new())
}

/// An amount as a node gives it.
fn amount_text(book: &Book, held: &AmountInfo) -> String {
    book.show(&held.asset.0, held.amount.0)
}
