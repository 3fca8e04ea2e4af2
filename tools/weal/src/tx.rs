//! `weal tx`: transactions looked at, signed elsewhere, and sent.

use std::{fs, path::Path};

use serde_json::json;
use weal_client::{
    keys::join,
    rpc::types::{Hex32, TxGet},
    transaction::Draft,
};
use weal_types::{address::Address, transaction::Call};

use crate::{
    args::{self, Connection},
    chain::{Node, failed, system_codec},
    codes, keys,
    outcome::{Failure, Report},
    send::{self, agree},
};

/// `weal tx …`.
pub fn command(arguments: &args::Tx) -> Result<Report, Failure> {
    match arguments {
        args::Tx::Show { connection, hash } => show(connection, hash),
        args::Tx::Wait { connection, hash, wait: seconds } => wait(connection, hash, *seconds),
        args::Tx::Decode { file } => Ok(decode(&read(file)?)),
        args::Tx::Sign { file, from, as_sponsor, out, yes } => {
            sign(file, from, *as_sponsor, out.as_deref(), *yes)
        }
        args::Tx::Send { connection, files, wait } => send_files(connection, files, *wait),
    }
}

fn hash_of(text: &str) -> Result<Hex32, Failure> {
    Hex32::parse(text).map_err(|error| {
        Failure::new(codes::ARGUMENT, error.to_string()).hint("write the transaction's hash")
    })
}

fn show(connection: &Connection, hash: &str) -> Result<Report, Failure> {
    let hash = hash_of(hash)?;
    let node = Node::connect(connection, None)?;
    let status = node.client.tx_get(&TxGet { hash }).map_err(failed)?;
    Ok(send::status_report(&node, &node.book(None)?, &status))
}

fn wait(connection: &Connection, hash: &str, seconds: u32) -> Result<Report, Failure> {
    let hash = hash_of(hash)?;
    let node = Node::connect(connection, None)?;
    let status = send::wait(&node, hash, seconds)?;
    send::final_report(&node, &node.book(None)?, &status)
}

fn read(path: &Path) -> Result<Draft, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    Draft::from_json(&text).map_err(|error| {
        Failure::new(codes::DRAFT, error.to_string()).at(path.display().to_string())
    })
}

/// What a file holds. The documents of system contracts are this program's own.
fn decode(draft: &Draft) -> Report {
    let codec = |call: &Call| system_codec(&call.to).or_else(|| draft.codec(call));
    let calls = send::decoded(&draft.transaction, &codec);
    let hash = Hex32(draft.transaction.hash(&draft.chain).0);
    let signer = Address::Account(draft.transaction.signer).to_text();
    let signed = draft.signatures.len() + draft.sponsor_signatures.len();
    let text = format!(
        "{hash}\n  on chain \"{}\" {} as {signer}\n{}  signatures  {signed}\n",
        draft.chain_name,
        Hex32(draft.chain.0),
        calls.text
    );
    let data = json!({
        "hash": hash, "chain": Hex32(draft.chain.0), "chain_name": draft.chain_name,
        "signer": signer, "calls": calls.data["calls"], "signatures": signed,
    });
    Report { text, data }
}

fn sign(
    path: &Path,
    from: &str,
    as_sponsor: bool,
    out: Option<&Path>,
    is_agreed: bool,
) -> Result<Report, Failure> {
    let mut draft = read(path)?;
    let shown = decode(&draft);
    if !is_agreed {
        anstream::eprint!("{}", shown.text);
        agree("Sign it? [y/N] ", &|answer| matches!(answer, "y" | "Y" | "yes"), "add --yes")?;
    }
    // The keys of development accounts are everybody's: using them here gives nothing away.
    let pair = keys::open(from, true)?;
    match as_sponsor {
        false => draft.signatures.push(pair.sign(&draft.transaction, &draft.chain)),
        true if draft.transaction.sponsor.is_none() => {
            return Err(Failure::new(codes::DRAFT, "the transaction names no sponsor")
                .hint("make it again, with --sponsor"));
        }
        true => draft.sponsor_signatures.push(pair.sponsor(&draft.transaction, &draft.chain)),
    }
    let out = out.unwrap_or(path);
    fs::write(out, draft.to_json()).map_err(|error| Failure::file(out, &error))?;
    let file = out.display();
    let text = format!("{}signed by {} in {file}\n", shown.text, pair.address());
    Ok(Report { text, data: json!({ "file": out, "by": pair.address(), "signed": shown.data }) })
}

fn send_files(
    connection: &Connection,
    files: &[std::path::PathBuf],
    seconds: u32,
) -> Result<Report, Failure> {
    let mut joined: Option<Draft> = None;
    for path in files {
        let draft = read(path)?;
        match &mut joined {
            None => joined = Some(draft),
            Some(first) => {
                if first.absorb(&draft) {
                    continue;
                }
                return Err(Failure::new(codes::DRAFT, "the files hold different transactions")
                    .at(path.display().to_string()));
            }
        }
    }
    let Some(draft) = joined else { return Err(Failure::new(codes::USAGE, "no file")) };
    let node = Node::connect(connection, None)?;
    if draft.chain != node.chain() {
        let message = format!(
            "the transaction is for the chain {} (\"{}\"), and the node follows {} (\"{}\")",
            Hex32(draft.chain.0),
            draft.chain_name,
            node.info.chain,
            node.info.chain_name
        );
        return Err(Failure::new(codes::OTHER_CHAIN, message));
    }
    let Draft { transaction, chain, signatures, sponsor_signatures, .. } = draft;
    let signed = join(transaction, &chain, &signatures, &sponsor_signatures)
        .map_err(|error| Failure::new(codes::DRAFT, error.to_string()).hint("weal tx sign FILE"))?;
    let status = send::submit(&node, &signed, seconds)?;
    send::final_report(&node, &node.book(None)?, &status)
}
