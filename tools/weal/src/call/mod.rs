//! `weal call` and `weal query`: a contract's methods as commands of their own.
//!
//! The command line is read twice. The first reading knows no contract: it finds which one is
//! meant, and takes everything that it does not know for the method's. With the contract's
//! description at hand the whole line is read again, by a command that has the method's arguments
//! as options, with their help.

pub mod dynamic;
mod values;

use clap::{Args, FromArgMatches};
use serde_json::{Value, json};
use weal_client::{
    Codec,
    rpc::types::{self, AccountAddress},
};
use weal_types::abi::{Method, MethodKind};

use crate::{
    abi, args,
    chain::{Node, failed},
    codes,
    outcome::{Failure, Report},
    send::{self, Wanted},
};

pub use values::{arguments, json_argument};

/// `weal call …`.
pub fn call(first: &args::Call) -> Result<Report, Failure> {
    let Some(contract) = &first.words.contract else {
        return dynamic::static_help("call", first.words.help);
    };
    let line = dynamic::line("call");
    let connection = dynamic::connection(&line);
    let node = Node::connect(&connection, dynamic::peek(&line, "--from").as_deref())?;
    let id = node.contract(contract)?;
    let codec = node.codec(id, dynamic::path(&line, "--abi").as_deref())?;
    let Some(method) = &first.words.method else {
        return Ok(methods(&codec, contract, "call", &|kind| kind == MethodKind::Call));
    };
    let method = known(&codec, method)?;
    if method.kind == MethodKind::Query {
        let message = format!("`{}` only reads", method.name);
        let next = format!("weal query {contract} {}", method.name);
        return Err(Failure::new(codes::ARGUMENT, message).hint(next));
    }
    let usage = format!("weal call {contract} {}", method.name);
    let command = dynamic::command(args::Call::augment_args, usage, method, &codec);
    let (matches, found) = match dynamic::read(command, &line, method)? {
        dynamic::Read::Help(report) => return Ok(report),
        dynamic::Read::Matches(matches, found) => (matches, found),
    };
    let second = args::Call::from_arg_matches(&matches).map_err(|error| dynamic::usage(&error))?;
    let book = node.book(Some(id))?;
    let args = arguments(&node, &book, &codec, method, &found, second.words.args_json.as_deref())?;
    let attach = book.read_all(&second.attach)?;
    let method = method.name.clone();
    let wanted = Wanted { contract: id, codec, method, args, attach };
    send::run(&node, &second.send, &[wanted])
}

/// `weal query …`.
pub fn query(first: &args::Query) -> Result<Report, Failure> {
    let Some(contract) = &first.words.contract else {
        return dynamic::static_help("query", first.words.help);
    };
    let line = dynamic::line("query");
    let connection = dynamic::connection(&line);
    let node = Node::connect(&connection, dynamic::peek(&line, "--from").as_deref())?;
    let id = node.contract(contract)?;
    let codec = node.codec(id, dynamic::path(&line, "--abi").as_deref())?;
    let Some(method) = &first.words.method else {
        return Ok(methods(&codec, contract, "query", &|kind| kind == MethodKind::Query));
    };
    let method = known(&codec, method)?;
    let usage = format!("weal query {contract} {}", method.name);
    let command = dynamic::command(args::Query::augment_args, usage, method, &codec);
    let (matches, found) = match dynamic::read(command, &line, method)? {
        dynamic::Read::Help(report) => return Ok(report),
        dynamic::Read::Matches(matches, found) => (matches, found),
    };
    let second = args::Query::from_arg_matches(&matches).map_err(|error| dynamic::usage(&error))?;
    if method.kind != MethodKind::Query {
        let message = format!("`{}` writes: it is no query", method.name);
        let next = format!("weal call {contract} {} --dry-run", method.name);
        return Err(Failure::new(codes::ARGUMENT, message).hint(next));
    }
    let book = node.book(Some(id))?;
    let args = arguments(&node, &book, &codec, method, &found, second.words.args_json.as_deref())?;
    // Refused here with a better word than the node's.
    codec
        .encode_args(&method.name, &args)
        .map_err(|error| Failure::new(codes::ARGUMENT, error.to_string()))?;
    let from = node.settings.from.as_ref().map(|from| node.account(&from.value)).transpose()?;
    let params = types::Query {
        contract: id.into(),
        method: method.name.clone(),
        args: Some(args),
        from: from.map(AccountAddress),
    };
    let answer = node.client.contract_query(&params).map_err(failed)?;
    // Decoded here: the node's own reading of the bytes is not needed.
    let value = codec
        .decode_return(&method.name, &answer.bytes.0)
        .map_err(|error| Failure::new(codes::LYING_NODE, error.to_string()))?;
    let text = match &value {
        Value::String(text) => format!("{}\n", text.escape_debug()),
        other => format!("{}\n", serde_json::to_string_pretty(other).unwrap_or_default()),
    };
    let data = json!({
        "value": value, "bytes": answer.bytes, "gas_used": answer.gas_used,
        "height": answer.height,
    });
    Ok(Report { text, data })
}

/// The method called `name`; an error lists those that there are.
fn known<'a>(codec: &'a Codec, name: &str) -> Result<&'a Method, Failure> {
    // A command line writes hyphens where Rust writes underscores.
    let name = name.replace('-', "_");
    codec.method(&name).map_err(|error| Failure::new(codes::ARGUMENT, error.to_string()))
}

/// The methods of one kind, with what they do.
fn methods(
    codec: &Codec,
    contract: &str,
    verb: &str,
    is_listed: &dyn Fn(MethodKind) -> bool,
) -> Report {
    let mut document = codec.abi().clone();
    document.methods.retain(|method| is_listed(method.kind));
    let names: Vec<_> = document.methods.iter().map(|method| method.name.clone()).collect();
    // The help of one method tells the rest.
    document.methods.iter_mut().for_each(|method| method.errors.clear());
    document.events.clear();
    document.errors.clear();
    document.roles.clear();
    document.types.clear();
    let text = format!(
        "{}\nweal {verb} {contract} METHOD --help   (tells about one)\n",
        abi::table::text(&document)
    );
    Report { text, data: json!({ "methods": names }) }
}
