//! What people type for arguments, as JSON by the method's ABI.

use std::{fs, io::Read, path::Path};

use serde_json::Value;
use weal_client::{Codec, json as strict};
use weal_types::{
    abi::{Field, Method, Type},
    address::Address,
    limit,
};

use super::dynamic::Found;
use crate::{
    chain::{Book, Node},
    codes,
    outcome::Failure,
};

/// The arguments of `method`: those that were typed as options, or all of them as JSON.
pub fn arguments(
    node: &Node,
    book: &Book,
    codec: &Codec,
    method: &Method,
    found: &Found,
    as_json: Option<&str>,
) -> Result<Value, Failure> {
    if let Some(text) = as_json {
        if let Some((name, _)) = found.texts.first() {
            let message = format!("--{name} stands beside --args-json");
            return Err(Failure::new(codes::ARGUMENT, message).hint("write one or the other"));
        }
        return json_argument(text);
    }
    let mut texts = vec![];
    for (name, text) in &found.texts {
        let field = method.args.iter().find(|field| field.name == *name);
        let text = match field {
            Some(field) => plain(node, field, text)?,
            None => text.clone(),
        };
        texts.push((name.as_str(), text));
    }
    let texts: Vec<_> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    codec
        .parse_args(&method.name, &texts, book)
        .map_err(|error| Failure::new(codes::ARGUMENT, error.to_string()))
}

/// JSON from standard input (`-`), a file (`@FILE`) or the text itself.
pub fn json_argument(text: &str) -> Result<Value, Failure> {
    let read = match text {
        "-" => {
            let mut input = String::new();
            let most = strict::JSON_BYTES as u64 + 1;
            std::io::stdin()
                .take(most)
                .read_to_string(&mut input)
                .map_err(|error| Failure::file(Path::new("standard input"), &error))?;
            input
        }
        _ => match text.strip_prefix('@') {
            Some(path) => {
                let path = Path::new(path);
                fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?
            }
            None => text.to_owned(),
        },
    };
    strict::read(&read).map_err(|error| {
        Failure::new(codes::ARGUMENT, error.to_string()).hint("write JSON, as in '{\"claim\": 7}'")
    })
}

/// A typed text with files read and names replaced by what they name.
fn plain(node: &Node, field: &Field, text: &str) -> Result<String, Failure> {
    let kind = match &field.kind {
        Type::Option(inner) => inner,
        kind => kind,
    };
    // `@@` stands for one that is meant.
    let text = match text.strip_prefix('@') {
        Some(rest) if !rest.starts_with('@') => return from_file(Path::new(rest), kind),
        Some(rest) => rest,
        None => text,
    };
    let is_address = text.starts_with("weal1") || text.starts_with("wealc1");
    Ok(match kind {
        Type::AccountId if !is_address && !text.starts_with("0x") => {
            Address::Account(node.account(text)?).to_text()
        }
        Type::ContractId if !is_address && !text.starts_with("0x") => {
            Address::Contract(node.contract(text)?).to_text()
        }
        _ => text.to_owned(),
    })
}

/// What a file holds: its bytes where bytes are wanted, its text elsewhere.
fn from_file(path: &Path, kind: &Type) -> Result<String, Failure> {
    let file = fs::File::open(path).map_err(|error| Failure::file(path, &error))?;
    let mut bytes = vec![];
    // One more than fits anywhere: the codec then says so.
    file.take(16 * limit::TX_BYTES as u64)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::file(path, &error))?;
    match kind {
        Type::Bytes | Type::FixedBytes(_) => Ok(format!("0x{}", hex::encode(bytes))),
        _ => String::from_utf8(bytes).map_err(|error| {
            Failure::new(codes::ARGUMENT, format!("the file is no text: {error}"))
                .at(path.display().to_string())
        }),
    }
}
