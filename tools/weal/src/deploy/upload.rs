//! A module on its way to the chain: in one transaction, or in parts where it is too long for one.

use indicatif::ProgressBar;
use serde_json::{Value, json};
use weal_client::rpc::types::{Hex, Hex32, Query};
use weal_types::{CodeHash, limit};

use super::{of_contracts, one};
use crate::{
    args,
    chain::{Book, CONTRACTS, Node, failed},
    outcome::Failure,
    send::Wanted,
};

/// Bytes of one part: a transaction without the 8 KiB in which everything else of it fits.
const PART_BYTES: usize = limit::TX_BYTES - 8 * 1024;

/// Whether the chain has the code.
pub fn is_there(node: &Node, code: &CodeHash) -> Result<bool, Failure> {
    let params = Query {
        contract: CONTRACTS.into(),
        method: "code".into(),
        args: Some(json!({ "code": Hex32(code.0) })),
        from: None,
    };
    let answer = node.client.contract_query(&params).map_err(failed)?;
    Ok(answer.value != Value::Null)
}

/// The calls that bring `module` to the chain, each in a transaction of its own.
pub fn calls(code: CodeHash, module: &[u8]) -> Result<Vec<Wanted>, Failure> {
    let hex = |bytes: &[u8]| Hex(bytes.to_vec());
    if module.len() <= PART_BYTES {
        return Ok(vec![of_contracts("upload", json!({ "module": hex(module) }), vec![])?]);
    }
    let code = Hex32(code.0);
    let mut calls = vec![];
    for (part, bytes) in module.chunks(PART_BYTES).enumerate() {
        let args = json!({ "code": code, "part": part, "bytes": hex(bytes) });
        calls.push(of_contracts("stage", args, vec![])?);
    }
    let args = json!({ "code": code, "parts": calls.len() });
    calls.push(of_contracts("upload_staged", args, vec![])?);
    Ok(calls)
}

/// Sends the calls one after another.
pub fn run(
    node: &Node,
    options: &args::Send,
    book: &Book,
    calls: &[Wanted],
) -> Result<(), Failure> {
    let bar = ProgressBar::new(calls.len() as u64).with_message("uploading");
    // A nonce that was asked for is the last transaction's.
    let options = args::Send { nonce: None, ..options.clone() };
    for call in calls {
        one(node, &options, book, call)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_travel_whole_or_in_parts_that_fit() {
        let hash = CodeHash([1; 32]);
        let methods = |bytes: usize| -> Vec<_> {
            let calls = calls(hash, &vec![7; bytes]).expect("the document is there");
            for call in &calls {
                let args = call.codec.encode_args(&call.method, &call.args).expect("arguments");
                assert!(args.len() + 8_000 <= limit::TX_BYTES);
            }
            calls.into_iter().map(|call| call.method).collect()
        };
        assert_eq!(methods(PART_BYTES), ["upload"]);
        assert_eq!(methods(PART_BYTES + 1), ["stage", "stage", "upload_staged"]);
        // The longest module that the gate passes.
        assert_eq!(methods(512 * 1024).len(), 6);
    }
}
