//! Founding a chain of several organisations: from one description of them to the genesis document
//! that all share, and the configuration of each validator.
//!
//! The description is a genesis document whose validators say besides where they are. The same
//! description gives the same bytes on every machine, so each organisation can make them itself and
//! compare. Secrets are none of it: keys are made where they are used, and public ones travel.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::genesis::{ChainSpec, Document, GenesisError, ValidatorEntry, public_key};

/// A validator, as a description names it. Unknown fields are refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// A short name: that of its directory. 1 to 32 letters, digits, hyphens and underscores.
    pub name: String,
    /// Who runs it.
    pub organisation: String,
    /// Its sr25519 public key, as hex: what `weal-node key` prints where the key is kept.
    pub key: String,
    /// Host and port at which the other validators find it.
    pub address: String,
    /// The account that decides for it when validators change; governance if absent.
    #[serde(default)]
    pub operator: Option<String>,
    /// Address and port at which it listens for them; if absent, the port of `address` on every
    /// interface.
    #[serde(default)]
    pub listen: Option<SocketAddr>,
    /// Where its JSON-RPC listens; `127.0.0.1:9933` if absent.
    #[serde(default)]
    pub rpc: Option<SocketAddr>,
}

/// Where JSON-RPC listens unless a description says otherwise: for this machine alone.
const RPC: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9_933);

/// Why a description founds no chain. Whoever wrote it is at fault.
#[derive(Debug, Error)]
pub enum FoundingError {
    /// Not TOML, or not of this form. The message names line and column.
    #[error("the description is not readable: {0}")]
    Form(#[from] toml::de::Error),
    /// A validator's entry cannot be used.
    #[error("validators[{index}]: {field}: {reason}")]
    Member {
        /// Its place in the list, from 0.
        index: usize,
        /// Which field.
        field: &'static str,
        /// What is wrong, and what is expected.
        reason: String,
    },
    /// The rest makes no genesis document.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The document cannot be written as TOML.
    #[error("the genesis document: {0}")]
    Write(#[from] toml::ser::Error),
}

/// A validator of a founded chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founder {
    /// Name of its directory.
    pub name: String,
    /// Who runs it.
    pub organisation: String,
    /// Its public key, as hex.
    pub key: String,
    /// Where the others find it.
    pub address: String,
    /// Its configuration, whose paths are those of files beside it: `genesis.toml`, `validator.key`
    /// and, once it runs, `data`.
    pub config: String,
}

/// A chain that can begin.
pub struct Founding {
    /// The chain; its document is what all share, to the byte.
    pub spec: ChainSpec,
    /// The validators, in the order of their positions.
    pub founders: Vec<Founder>,
}

impl Founding {
    /// Reads a description and checks all of it.
    pub fn from_toml(text: &str) -> Result<Self, FoundingError> {
        let description: Document<Member> = toml::from_str(text)?;
        let members = description.validators.clone();
        for (index, member) in members.iter().enumerate() {
            member.check(&members[..index]).map_err(|(field, reason)| FoundingError::Member {
                index,
                field,
                reason,
            })?;
        }
        let entry = |member: Member| ValidatorEntry {
            key: member.key,
            organisation: member.organisation,
            operator: member.operator,
            address: Some(member.address),
        };
        let document = description.with_validators(entry);
        let written = format!(
            "# The genesis document of chain \"{}\". The chain's id is the hash of this file: do \
             not change a byte.\n{}",
            document.name.escape_default(),
            toml::to_string(&document)?
        );
        let spec = ChainSpec::from_toml(&written)?;
        let founders = members.iter().map(|member| Founder {
            name: member.name.clone(),
            organisation: member.organisation.clone(),
            key: member.key.clone(),
            address: member.address.clone(),
            config: member.config(&spec, members.len() == 1),
        });
        Ok(Self { founders: founders.collect(), spec })
    }

    /// The files to write, each with its text: the document, and a directory for each validator
    /// that lacks nothing but the key.
    pub fn files(&self) -> Vec<(PathBuf, &str)> {
        let document = self.spec.document.as_str();
        let mut files = vec![(PathBuf::from("genesis.toml"), document)];
        for founder in &self.founders {
            let directory = Path::new(&founder.name);
            files.push((directory.join("genesis.toml"), document));
            files.push((directory.join("config.toml"), &founder.config));
        }
        files
    }
}

impl Member {
    /// Whether it can be one, beside those before it; the field that cannot be used, and why.
    fn check(&self, before: &[Self]) -> Result<(), (&'static str, String)> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !(1..=32).contains(&self.name.len()) || !self.name.bytes().all(is_letter) {
            let reason = format!("{:?} is not 1 to 32 of a-z, A-Z, 0-9, - and _", self.name);
            return Err(("name", reason));
        }
        if before.iter().any(|other| other.name.eq_ignore_ascii_case(&self.name)) {
            return Err(("name", format!("`{}` stands there twice", self.name)));
        }
        let key = public_key(&self.key).map_err(|reason| ("key", reason))?;
        if schnorrkel::PublicKey::from_bytes(&key.0).is_err() {
            let reason = format!("`{}` is no public key: ask for it again", self.key);
            return Err(("key", reason));
        }
        if self.port().is_none() {
            let given = &self.address;
            let reason = format!("{given:?} is no host and port, as in weal.example.org:9944");
            return Err(("address", reason));
        }
        if before.iter().any(|other| other.address == self.address) {
            return Err(("address", format!("`{}` stands there twice", self.address)));
        }
        Ok(())
    }

    /// The port of its address.
    fn port(&self) -> Option<u16> {
        let (host, port) = self.address.rsplit_once(':')?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
        let port = port.parse().ok().filter(|port| *port > 0)?;
        (!host.is_empty() && host.chars().all(is_plain)).then_some(port)
    }

    fn config(&self, spec: &ChainSpec, is_alone: bool) -> String {
        let listen = self.listen.unwrap_or_else(|| {
            let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
            SocketAddr::new(everywhere, self.port().unwrap_or_default())
        });
        let mut text = format!(
            "# Validator {} of chain 0x{}.\n# Its key, whose public half is {}, lies beside this \
             file as validator.key, mode 0600.\ndata = \"data\"\ngenesis = \"genesis.toml\"\n\
             key = \"validator.key\"\n\n[rpc]\nlisten = \"{}\"\n",
            self.name,
            hex::encode(spec.chain.0),
            self.key,
            self.rpc.unwrap_or(RPC),
        );
        if is_alone {
            return text;
        }
        text += &format!("\n[network]\nlisten = \"{listen}\"\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        config::Config,
        devnet::validator_seed,
        membership::{Keys, Membership},
        validator_key::ValidatorKey,
    };

    fn key(position: u8) -> String {
        let key = ValidatorKey::from_seed(validator_seed(position)).unwrap();
        format!("0x{}", hex::encode(key.public().0))
    }

    fn member(position: u8) -> String {
        format!(
            "[[validators]]\nname = \"v{position}\"\norganisation = \"Org {position}\"\nkey = \
             \"{}\"\naddress = \"v{position}.example.org:9944\"\n",
            key(position)
        )
    }

    fn description(validators: u8) -> String {
        let governance = weal_client::keys::dev_account("judy").unwrap().address();
        let mut text = format!(
            "name = \"relief\"\nmode = \"consortium\"\ntime_ms = 1_700_000_000_000\n\
             governance = \"{governance}\"\n"
        );
        (0..validators).for_each(|position| text += &member(position));
        text + &format!("[[accounts]]\nname = \"council\"\naccount = \"{governance}\"\n")
    }

    #[test]
    fn every_validator_fits_the_document_that_all_share() {
        for size in [1, 4, 7] {
            let founding = Founding::from_toml(&description(size)).unwrap();
            let again = Founding::from_toml(&description(size)).unwrap();
            assert_eq!(founding.spec.document, again.spec.document);
            assert_eq!(founding.founders, again.founders);
            for (index, founder) in (0..).zip(&founding.founders) {
                let config: Config = toml::from_str(&founder.config).unwrap();
                let place = config.network.map(|network| network.place().unwrap());
                let own = ValidatorKey::from_seed(validator_seed(index)).unwrap();
                let keys = Keys { present: Arc::new(own), next: None };
                let membership = Membership::of_genesis(&founding.spec);
                membership.check(&keys, false, place.as_ref()).unwrap();
                assert_eq!(keys.among(&membership.set().unwrap()).1, Some(index));
                assert_eq!(config.rpc.listen, RPC);
                if let Some(place) = place {
                    assert_eq!(place.listen, "0.0.0.0:9944".parse().unwrap());
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        let four = description(4);
        for (from, to, expected) in [
            ("v1.example.org:9944", "v1.example.org", "validators[1]: address"),
            ("v1.example.org:9944", "v0.example.org:9944", "validators[1]: address"),
            ("v1.example.org:9944", "a\\\"b:1", "validators[1]: address"),
            ("\"v2\"", "\"v1\"", "validators[2]: name"),
            ("\"v2\"", "\"../v2\"", "validators[2]: name"),
            (&key(3), "0x12", "validators[3]: key"),
            (&key(3), &format!("0x{}", "ff".repeat(32)), "is no public key"),
            ("organisation", "organization", "unknown field"),
            (&key(3), &key(1), "the key stands there twice"),
        ] {
            assert!(four.contains(from), "{from}");
            let error = Founding::from_toml(&four.replacen(from, to, 1)).err().unwrap();
            assert!(error.to_string().contains(expected), "{expected}: {error}");
        }
        let error = Founding::from_toml(&description(3)).err().unwrap().to_string();
        assert!(error.contains("there are 3: one, or four and more"), "{error}");
    }
}
