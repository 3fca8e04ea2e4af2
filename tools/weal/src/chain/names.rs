//! Names of contracts, kept per chain: the same name can mean different contracts on two chains.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use weal_client::rpc::types::{ContractAddress, Hex32};
use weal_types::{ChainId, ContractId};

use super::system;
use crate::{codes, keys, outcome::Failure, settings};

/// A contract with a name of its own here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// Its address.
    pub contract: ContractAddress,
    /// Hash of the document that described it when it was named.
    pub abi: Hex32,
}

/// The names on one chain.
#[derive(Clone, Debug)]
pub struct Aliases {
    path: PathBuf,
    by_name: BTreeMap<String, Alias>,
}

impl Aliases {
    /// Reads the names on `chain`.
    pub fn open(chain: &ChainId) -> Result<Self, Failure> {
        let file = format!("{}.json", Hex32(chain.0));
        let path = settings::home()?.join("contracts").join(file);
        let by_name = match path.is_file() {
            false => BTreeMap::new(),
            true => {
                let text = fs::read_to_string(&path).map_err(|e| Failure::file(&path, &e))?;
                serde_json::from_str(&text).map_err(|error| {
                    Failure::new(codes::SETTINGS, format!("not a file of names: {error}"))
                        .at(path.display().to_string())
                        .hint("mend the file, or remove it")
                })?
            }
        };
        Ok(Self { path, by_name })
    }

    /// The contract called `name`.
    pub fn get(&self, name: &str) -> Option<&Alias> {
        self.by_name.get(name)
    }

    /// The first name of a contract.
    pub fn by_contract(&self, contract: ContractId) -> Option<(&str, &Alias)> {
        let mut all = self.by_name.iter();
        all.find(|(_, alias)| alias.contract.0 == contract).map(|(name, alias)| (&**name, alias))
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// All names with what they mean, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Alias)> {
        self.by_name.iter().map(|(name, alias)| (&**name, alias))
    }

    /// Refuses what cannot name a contract, before it is deployed under that name.
    pub fn check(&self, name: &str) -> Result<(), Failure> {
        check(name)
    }

    /// Gives `alias` a name and writes the file.
    pub fn set(&mut self, name: &str, alias: Alias) -> Result<(), Failure> {
        check(name)?;
        self.by_name.insert(name.to_owned(), alias);
        // Strings as keys and no fallible serializer in the types: writing cannot fail.
        let text = serde_json::to_string_pretty(&self.by_name).unwrap_or_default() + "\n";
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory).map_err(|error| Failure::file(directory, &error))?;
        }
        fs::write(&self.path, text).map_err(|error| Failure::file(&self.path, &error))
    }
}

fn check(name: &str) -> Result<(), Failure> {
    if system::by_name(name).is_some() {
        let message = format!("`{name}` names a system contract");
        return Err(Failure::new(codes::NAME_HERE, message).hint("choose another name"));
    }
    match keys::is_name(name) && !name.starts_with("weal") {
        true => Ok(()),
        false => Err(Failure::new(codes::NAME_HERE, format!("{name:?} cannot name a contract"))
            .hint("use up to 32 ASCII letters, digits, hyphens and underscores")),
    }
}
