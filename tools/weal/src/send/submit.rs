//! Sending, and finding out what became of it.

use indicatif::{ProgressBar, ProgressStyle};
use parity_scale_codec::Encode;
use serde_json::json;
use weal_client::rpc::{
    RpcError,
    error::Refused,
    types::{Hex, Hex32, Submit, SubmitStatus, TxState, TxStatus, TxWait, WAIT_MS_MAX},
};
use weal_types::transaction::SignedTransaction;

use crate::{
    chain::{Node, failed},
    clock, codes,
    outcome::{Exit, Failure, Report, progress},
};

/// How often the same signed bytes are sent where the answer is lost. They take effect once.
const TRIES: usize = 2;

/// Seconds to wait for the outcome after a lost answer.
const AFTER_LOSS: u32 = 5;

/// Sends, and waits as many seconds for the outcome.
pub fn submit(node: &Node, signed: &SignedTransaction, seconds: u32) -> Result<TxStatus, Failure> {
    let hash = Hex32(signed.transaction.hash(&node.chain()).0);
    let params = Submit { transactions: vec![Hex(signed.encode())] };
    // Told before it goes out: whoever interrupts this program knows what to wait for.
    progress(&format!("Sending {hash}"));
    let mut is_lost = false;
    for _ in 0..TRIES {
        match node.client.tx_submit(&params) {
            Ok(verdicts) => {
                return match verdicts.first() {
                    Some(verdict) if verdict.status != SubmitStatus::Refused => {
                        wait(node, hash, seconds)
                    }
                    // The first try may be what stands against the second.
                    Some(_) if is_lost => wait(node, hash, seconds.min(AFTER_LOSS)),
                    Some(verdict) => Err(refused(verdict.error.as_ref(), hash)),
                    None => Err(unknown(hash, "the node gave no verdict")),
                };
            }
            Err(error) if error.is_outcome_unknown() => is_lost = true,
            // The first try may have arrived.
            Err(error) if is_lost => return Err(unknown(hash, &error.to_string())),
            Err(error) => return Err(failed(error)),
        }
    }
    // The node may be back, and know.
    wait(node, hash, seconds.min(AFTER_LOSS))
}

/// A verdict against it.
fn refused(error: Option<&Refused>, hash: Hex32) -> Failure {
    let Some(error) = error else { return unknown(hash, "the node refused without a reason") };
    let message = format!("{} ({}, {})", error.message, error.name, error.code);
    let mut failure = Failure::new(codes::NODE_REFUSED, message)
        .found(Report { text: String::new(), data: json!({ "hash": hash, "refused": error }) });
    if error.name == "tx_gas_limit" {
        failure.exit = Exit::Limit;
    }
    match &error.hint {
        Some(hint) => failure.hint(hint.as_str()),
        None => failure,
    }
}

/// Waits as many seconds until a transaction is final.
pub fn wait(node: &Node, hash: Hex32, seconds: u32) -> Result<TxStatus, Failure> {
    let spinner = spinner(&format!("waiting for {hash}"));
    let end = clock::now_ms().saturating_add(u64::from(seconds) * 1_000);
    loop {
        let left = u32::try_from(end.saturating_sub(clock::now_ms())).unwrap_or(u32::MAX);
        let params = TxWait { hash, timeout_ms: Some(left.min(WAIT_MS_MAX)) };
        let answer = node.client.tx_wait(&params);
        let is_over = clock::now_ms() >= end;
        match answer {
            Ok(status) if status.state == TxState::Final => {
                spinner.finish_and_clear();
                return Ok(status);
            }
            Ok(status) if status.state == TxState::Dropped => return Err(dropped(&status)),
            Ok(_) if is_over => {
                return Err(unknown(hash, &format!("not final after {seconds} seconds")));
            }
            Ok(_) => {}
            Err(error) => return Err(lost(hash, error)),
        }
    }
}

/// No block can take it: its nonce was used by another, or its time has passed.
fn dropped(status: &TxStatus) -> Failure {
    let why = status.refused.as_ref().map_or("it does not say why", |refused| &refused.message);
    Failure::new(codes::NODE_REFUSED, format!("the node dropped the transaction: {why}"))
        .hint("nothing was executed and no fee charged; send it again")
        .found(Report { text: String::new(), data: json!(status) })
}

fn lost(hash: Hex32, error: RpcError) -> Failure {
    unknown(hash, &error.to_string())
}

/// Sent, and nobody says what became of it.
fn unknown(hash: Hex32, why: &str) -> Failure {
    Failure::new(codes::OUTCOME_UNKNOWN, format!("the outcome of {hash} is not known: {why}"))
        .hint(format!("weal tx wait {hash}   (do not send another before it is known)"))
        .found(Report { text: format!("{hash}\n"), data: json!({ "hash": hash }) })
}

/// A sign of life on standard error, where a person sees it.
pub fn spinner(what: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(std::time::Duration::from_millis(120));
    spinner
}
