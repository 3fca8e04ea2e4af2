//! `weal genesis`: from a description of a consortium to files that its nodes start from.

use std::{fs, path::Path};

use serde_json::json;
use weal_client::rpc::types::Hex32;
use weal_node::{
    founding::{Founder, Founding},
    genesis::DOCUMENT_BYTES,
};

use crate::{
    args, codes,
    outcome::{Failure, Report},
};

/// `weal genesis DESCRIPTION --out DIR`.
pub fn command(arguments: &args::Genesis) -> Result<Report, Failure> {
    let path = &arguments.description;
    let length = fs::metadata(path).map_err(|error| Failure::file(path, &error))?.len();
    if length > DOCUMENT_BYTES as u64 {
        let message = format!("it has {length} bytes, at most {DOCUMENT_BYTES} are allowed");
        return Err(Failure::new(codes::GENESIS, message).at(path.display().to_string()));
    }
    let text = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let founding = Founding::from_toml(&text).map_err(|error| {
        Failure::new(codes::GENESIS, error.to_string()).at(path.display().to_string())
    })?;
    if let Some(out) = &arguments.out {
        let files: Vec<_> =
            founding.files().into_iter().map(|(path, text)| (out.join(path), text)).collect();
        // Nothing is written beside what belongs to another chain.
        files.iter().try_for_each(|(path, text)| is_free(path, text))?;
        files.iter().try_for_each(|(path, text)| write(path, text))?;
    }
    Ok(report(&founding, arguments.out.as_deref()))
}

/// Whether a file is not there, or holds this text already.
fn is_free(path: &Path, text: &str) -> Result<(), Failure> {
    match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::file(path, &error)),
        Ok(found) if found == text.as_bytes() => Ok(()),
        Ok(_) => {
            let message = "a file of another chain, or one that was changed, is there already";
            Err(Failure::new(codes::GENESIS, message)
                .at(path.display().to_string())
                .hint("choose another --out, or move it away"))
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(path, text)).map_err(|error| Failure::file(path, &error))
}

fn report(founding: &Founding, out: Option<&Path>) -> Report {
    let spec = &founding.spec;
    let set = &spec.validators;
    let mut text = format!(
        "chain \"{}\", {:?}\n  id {}\n  {} validators: {} sign each block, any {} may fail\n",
        spec.name,
        spec.mode,
        Hex32(spec.chain.0),
        set.validators.len(),
        set.quorum(),
        set.max_faulty(),
    );
    for (position, Founder { name, organisation, address, key, .. }) in
        founding.founders.iter().enumerate()
    {
        text += &format!("  {position:<3} {name:<16} {address:<28} {key}  {organisation}\n");
    }
    let assets: Vec<_> = spec.genesis.assets.iter().map(|asset| asset.symbol.clone()).collect();
    let accounts = spec.genesis.accounts.len();
    text += &format!("  {accounts} accounts; assets: {}\n", list(&assets));
    if spec.is_devnet() {
        text += "  a devnet: anybody sends, and its clock can be moved. Never use it for money.\n";
    }
    match out {
        Some(out) => {
            text += &format!(
                "written to {}, a directory for each validator. Each organisation puts its \
                 validator.key beside its config.toml, compares the id above with the others, \
                 and runs\n  weal-node check-config --config config.toml\n",
                out.display()
            );
        }
        None => text += "nothing is written without --out DIR\n",
    }
    let validators = founding.founders.iter().map(|founder| {
        json!({
            "name": founder.name,
            "organisation": founder.organisation,
            "key": founder.key,
            "address": founder.address,
        })
    });
    let data = json!({
        "chain": Hex32(spec.chain.0),
        "name": spec.name,
        "validators": validators.collect::<Vec<_>>(),
        "out": out.map(|out| out.display().to_string()),
    });
    Report { text, data }
}

fn list(symbols: &[String]) -> String {
    if symbols.is_empty() { "none".into() } else { symbols.join(", ") }
}
