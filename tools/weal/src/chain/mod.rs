//! A node, and what is known here of its chain: names, assets, descriptions of contracts.

mod assets;
mod failure;
mod names;
mod system;

use std::{cell::RefCell, fs, path::Path, time::Duration};

use weal_client::{
    Codec,
    keys::KeyPair,
    rpc::{
        Client,
        types::{AccountAddress, ContractAddress, ContractGet, Hex32, NodeInfo},
    },
};
use weal_types::{AccountId, ChainId, ContractId, abi::Abi, address::Address};

use crate::{
    args::Connection,
    codes, keys,
    outcome::{Failure, warn},
    settings::{self, Settings},
    text::hash,
};

pub use assets::Book;
pub use failure::{contract_failure, failed};
pub use names::{Alias, Aliases};
pub use system::{ASSETS, CONTRACTS, codec as system_codec, text as contract_text};

/// A node of the chain that the settings mean.
pub struct Node {
    /// The way to it.
    pub client: Client,
    /// What it says of itself.
    pub info: NodeInfo,
    /// What applies here.
    pub settings: Settings,
    /// Names of contracts on its chain.
    pub aliases: Aliases,
    /// Keys that were unlocked, so that nobody types a passphrase twice.
    unlocked: RefCell<Vec<KeyPair>>,
}

impl Node {
    /// Asks the node which chain it follows, and refuses another than the settings say.
    pub fn connect(connection: &Connection, from: Option<&str>) -> Result<Self, Failure> {
        let settings = settings::load(connection, from)?;
        let timeout = Duration::from_secs(settings.timeout.value.max(1).into());
        let client = Client::new(&settings.rpc.value, timeout)
            .map_err(|error| failed(error).at(settings.rpc.source.clone()))?;
        let info = client.node_info().map_err(failed)?;
        if let Some(pinned) = settings.chain.as_ref().filter(|pinned| pinned.value != info.chain) {
            let message = format!(
                "{} follows the chain {} (\"{}\"), not {}",
                settings.rpc.value, info.chain, info.chain_name, pinned.value
            );
            return Err(Failure::new(codes::OTHER_CHAIN, message).at(pinned.source.clone()));
        }
        let aliases = Aliases::open(&ChainId(info.chain.0))?;
        Ok(Self { client, info, settings, aliases, unlocked: RefCell::default() })
    }

    /// The chain that is signed for.
    pub fn chain(&self) -> ChainId {
        ChainId(self.info.chain.0)
    }

    /// The account that a key's name, a contract's alias or an address means.
    pub fn account(&self, text: &str) -> Result<AccountId, Failure> {
        match self.aliases.get(text) {
            Some(alias) => Ok(alias.contract.0.account()),
            None => keys::account(text, self.info.devnet),
        }
    }

    /// The account that `text` means, or the one that the settings say.
    pub fn account_or_own(&self, text: Option<&str>) -> Result<AccountId, Failure> {
        match text {
            Some(text) => self.account(text),
            None => self.account(self.from()?),
        }
    }

    /// The key that a name or an address means, unlocked.
    pub fn key(&self, text: &str) -> Result<KeyPair, Failure> {
        let account = keys::account(text, self.info.devnet)?;
        let known = self.unlocked.borrow().iter().find(|pair| pair.account() == account).cloned();
        if let Some(pair) = known {
            return Ok(pair);
        }
        let pair = keys::open(text, self.info.devnet)?;
        self.unlocked.borrow_mut().push(pair.clone());
        Ok(pair)
    }

    /// Who signs, as the settings say.
    pub fn from(&self) -> Result<&str, Failure> {
        let from = self.settings.from.as_ref();
        from.map(|from| from.value.as_str()).ok_or_else(|| {
            Failure::new(codes::KEY, "nothing says who signs")
                .hint("add --from NAME, or `from` to the profile; weal account list shows the keys")
        })
    }

    /// The contract that a system contract's name, an alias or an address means.
    pub fn contract(&self, text: &str) -> Result<ContractId, Failure> {
        if let Some(id) = system::by_name(text) {
            return Ok(id);
        }
        if let Some(alias) = self.aliases.get(text) {
            return Ok(alias.contract.0);
        }
        ContractAddress::parse(text).map(|address| address.0).map_err(|error| {
            let message = match text.starts_with("weal") || text.starts_with("0x") {
                true => error.to_string(),
                false => format!("no contract is called {text:?} on \"{}\"", self.info.chain_name),
            };
            let known = self.aliases.names().collect::<Vec<_>>().join(", ");
            let failure = Failure::new(codes::NAME_HERE, message);
            match known.is_empty() {
                true => failure.hint("write its address, or: weal contract alias NAME ADDRESS"),
                false => failure.hint(format!("write its address, or one of: {known}")),
            }
        })
    }

    /// What describes a contract. Documents of system contracts are part of this program; another's
    /// comes from `file` or from the node, and is compared with what was seen under its alias.
    pub fn codec(&self, contract: ContractId, file: Option<&Path>) -> Result<Codec, Failure> {
        if let Some(path) = file {
            return codec_of_file(path);
        }
        if let Some(codec) = system::codec(&contract) {
            return Ok(codec);
        }
        let params = ContractGet { contract: contract.into() };
        let answer = self.client.contract_abi(&params).map_err(failed)?;
        let refused = |why: String| {
            Failure::new(codes::ABI_DOCUMENT, why).at(ContractAddress(contract).to_string())
        };
        let abi = Abi::from_json(&answer.abi.to_string()).map_err(|e| refused(e.to_string()))?;
        if let Some((name, alias)) = self.aliases.by_contract(contract)
            && alias.abi != Hex32(abi.hash().0)
        {
            let address = alias.contract;
            warn(
                &format!("`{name}` describes itself otherwise than when it was named here"),
                &format!("look at it, then: weal contract alias {name} {address}"),
            );
        }
        Codec::new(abi).map_err(|error| refused(error.to_string()))
    }

    /// The chain's assets, with the storage of `contract` for amounts that point there.
    pub fn book(&self, contract: Option<ContractId>) -> Result<Book<'_>, Failure> {
        Book::load(&self.client, contract)
    }

    /// What an account is called here, if it has a name.
    pub fn name_of(&self, account: &AccountId) -> Option<String> {
        let contract = account.as_contract();
        let is_own = |(_, known): &(String, AccountId)| known == account;
        // A broken key's file is no reason not to show an address.
        let key = || keys::list().ok()?.into_iter().find(is_own).map(|(name, _)| name);
        let dev = || keys::dev_name(account).filter(|_| self.info.devnet).map(str::to_owned);
        let alias = self.aliases.by_contract(contract).map(|(name, _)| name.to_owned());
        system::name(&contract).map(str::to_owned).or(alias).or_else(key).or_else(dev)
    }

    /// An account as a person reads it: its name here, if it has one, and its address.
    pub fn named(&self, account: &AccountId) -> String {
        let contract = account.as_contract();
        if let Some(system) = system::name(&contract) {
            return system.to_owned();
        }
        let text = match self.aliases.by_contract(contract).is_some() {
            true => Address::Contract(contract).to_text(),
            false => AccountAddress(*account).to_string(),
        };
        match self.name_of(account) {
            Some(name) => format!("{name} {text}"),
            None => text,
        }
    }

    /// `chain "dev" 0x…`, for people.
    pub fn chain_text(&self) -> String {
        format!("chain \"{}\" {}", self.info.chain_name, hash(&self.info.chain.0))
    }
}

/// Reads a description, which may be a module's.
fn codec_of_file(path: &Path) -> Result<Codec, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let name = path.display().to_string();
    let refused = |why: String| Failure::new(codes::ABI_DOCUMENT, why).at(name.as_str());
    let abi = match bytes.starts_with(b"\0asm") {
        true => weal_gate::read_abi(&bytes).map_err(|error| Failure::refused(&error, &name))?,
        false => {
            let text = String::from_utf8(bytes).map_err(|error| refused(error.to_string()))?;
            Abi::from_json(&text).map_err(|error| refused(error.to_string()))?
        }
    };
    Codec::new(abi).map_err(|error| refused(error.to_string()))
}
