//! A node's configuration file. Unknown fields are refused; what is left out has the value that its
//! documentation names.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use weal_net::Peer;
use weal_types::{BlockHash, Height};

use crate::{
    core::NetworkPlace,
    genesis::{ChainSpec, GenesisError, public_key},
    node::NodeConfig,
    rpc::RpcConfig,
    snapshots::{Pinned, SnapshotSettings},
    telemetry::{self, LogConfig, LogError},
    validator_key::{KeyError, ValidatorKey},
};

/// The most milliseconds that several validators may keep between two blocks: half of what the
/// others wait for a leader at first, so that none is replaced for keeping to it.
pub const PACE_TOGETHER_MS: u64 = weal_consensus::PROGRESS_MS / 2;

/// A configuration file. Paths in it are relative to its own directory.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Directory for everything that the node keeps.
    pub data: PathBuf,
    /// The chain's genesis document.
    pub genesis: PathBuf,
    /// The validator's key file, mode 0600.
    pub key: PathBuf,
    /// Whether what is acknowledged survives a power cut; true unless said otherwise. Without it,
    /// it survives a crash of the process alone, and nothing waits for the disk.
    #[serde(default = "yes")]
    pub sync: bool,
    /// MiB of memory for cached blocks of the database, and as many for cached leaves of the
    /// state's tree: 8 to 1,048,576 each; 256 unless said otherwise.
    #[serde(default = "cache_mib")]
    pub cache_mib: u32,
    /// Whether old values are kept for reads as of any height; false unless said otherwise.
    #[serde(default)]
    pub history: bool,
    /// Least milliseconds between two blocks under load, 0 to 10,000, with several validators to
    /// [`PACE_TOGETHER_MS`]; 10 unless said otherwise. A lone transaction never waits for it.
    #[serde(default = "pace_ms")]
    pub pace_ms: u64,
    /// JSON-RPC: where it listens, and what clients get.
    #[serde(default)]
    pub rpc: RpcConfig,
    /// Logs.
    #[serde(default)]
    pub log: LogConfig,
    /// The key file that is to take the place of `key`, mode 0600: what a validator votes with once
    /// the chain knows it by that key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_key: Option<PathBuf>,
    /// Whether this node may run although the chain does not know its key: it follows the chain
    /// without a vote, until it becomes a validator; false unless said otherwise.
    #[serde(default)]
    pub follow: bool,
    /// States for other nodes, and from them.
    #[serde(default)]
    pub snapshots: SnapshotConfig,
    /// The other validators; needed where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkConfig>,
}

/// How states are kept for other nodes, and when one is fetched from them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotConfig {
    /// Heights between two copies of the state that are kept for other nodes; 10,000 unless said
    /// otherwise. 0: none are made.
    #[serde(default = "every")]
    pub every: u64,
    /// A node that starts so many heights behind the others' copies fetches one, instead of all
    /// blocks before it; 10,000 unless said otherwise. 0: it fetches and executes every block.
    #[serde(default = "every")]
    pub gap: u64,
    /// Height of a block that is known from somewhere trusted: a chain without it is not joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_height: Option<u64>,
    /// Its hash, as hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_hash: Option<String>,
}

impl Default for SnapshotConfig {
    fn default() -> Self {
        Self { every: every(), gap: every(), pinned_height: None, pinned_hash: None }
    }
}

impl SnapshotConfig {
    /// With the hash read.
    pub fn settings(&self) -> Result<SnapshotSettings, String> {
        let pinned = match (self.pinned_height, &self.pinned_hash) {
            (None, None) => None,
            (Some(height), Some(text)) => {
                let mut hash = [0; 32];
                let digits = text.strip_prefix("0x").unwrap_or(text);
                hex::decode_to_slice(digits, &mut hash).map_err(|_| {
                    format!("snapshots.pinned_hash: `{text}` is not 0x and 64 hexadecimal digits")
                })?;
                Some(Pinned { height: Height(height), hash: BlockHash(hash) })
            }
            _ => return Err("snapshots: a pinned block has a height and a hash".to_owned()),
        };
        let (every, gap) = (self.every, self.gap);
        Ok(SnapshotSettings { every, gap, pinned, ..SnapshotSettings::default() })
    }
}

const fn every() -> u64 {
    crate::snapshots::EVERY
}

/// Where this validator and the others are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// Address and port at which the others find this one: `0.0.0.0:9944` listens everywhere.
    pub listen: SocketAddr,
    /// Other validators whose address the chain does not say, or says otherwise; for a node that is
    /// new, some from which it can fetch the chain.
    #[serde(default)]
    pub peers: Vec<PeerConfig>,
    /// Nodes that follow the chain without being validators, and are let in.
    #[serde(default)]
    pub followers: Vec<PeerConfig>,
}

/// Another node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerConfig {
    /// Its public key, as hex, as the chain has it.
    pub key: String,
    /// Host and port at which it listens.
    pub address: String,
}

impl NetworkConfig {
    /// With the keys read.
    pub fn place(&self) -> Result<NetworkPlace, String> {
        let read = |list: &[PeerConfig], name: &str| {
            let peer = |peer: &PeerConfig| {
                let key = public_key(&peer.key);
                let key = key.map_err(|reason| format!("network.{name}: {reason}"))?;
                Ok(Peer { key, address: peer.address.clone() })
            };
            list.iter().map(peer).collect::<Result<Vec<_>, String>>()
        };
        Ok(NetworkPlace {
            listen: self.listen,
            peers: read(&self.peers, "peers")?,
            followers: read(&self.followers, "followers")?,
        })
    }
}

const fn yes() -> bool {
    true
}

const fn cache_mib() -> u32 {
    256
}

const fn pace_ms() -> u64 {
    10
}

/// Why a configuration cannot be used. Whoever wrote it is at fault.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{path}: {reason}")]
    Read {
        /// Which file.
        path: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// Not TOML, or not of this form. The message names line and column.
    #[error("{path}: {reason}")]
    Form {
        /// Which file.
        path: String,
        /// What is wrong, and where.
        reason: toml::de::Error,
    },
    /// A value outside its range.
    #[error("{path}: {field} is {given}, and lies between {least} and {most}")]
    Range {
        /// Which file.
        path: String,
        /// Which field.
        field: &'static str,
        /// What was given.
        given: u64,
        /// The least it can be.
        least: u64,
        /// The most it can be.
        most: u64,
    },
    /// A key, a hash, or what belongs together with it.
    #[error("{path}: {reason}")]
    Value {
        /// Which file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The level of logs.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The genesis document.
    #[error("{path}: {reason}")]
    Genesis {
        /// Which file.
        path: String,
        /// What is wrong with it.
        reason: GenesisError,
    },
    /// The key file.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// All that a configuration names, read and checked.
pub struct Checked {
    /// The configuration, with paths resolved.
    pub config: Config,
    /// The chain.
    pub spec: ChainSpec,
    /// The validator's key.
    pub key: ValidatorKey,
    /// The one that is to take its place.
    pub next_key: Option<Arc<ValidatorKey>>,
    /// Where the validators are, if there are several.
    pub network: Option<NetworkPlace>,
    /// States for other nodes, and from them.
    pub snapshots: SnapshotSettings,
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path)
        .map_err(|reason| ConfigError::Read { path: path.display().to_string(), reason })
}

impl Config {
    /// Reads and checks a configuration, the genesis document and the key that it names.
    pub fn check(path: &Path) -> Result<Checked, ConfigError> {
        let name = || path.display().to_string();
        let mut config: Self = toml::from_str(&read(path)?)
            .map_err(|reason| ConfigError::Form { path: name(), reason })?;
        let range = |field, given: u64, least: u64, most: u64| {
            if (least..=most).contains(&given) {
                return Ok(());
            }
            Err(ConfigError::Range { path: name(), field, given, least, most })
        };
        range("cache_mib", config.cache_mib.into(), 8, 1 << 20)?;
        telemetry::filter(&config.log)?;
        let directory = path.parent().unwrap_or(Path::new(""));
        let paths = [&mut config.data, &mut config.genesis, &mut config.key];
        for path in paths.into_iter().chain(&mut config.next_key) {
            *path = directory.join(&*path);
        }
        let spec = ChainSpec::from_toml(&read(&config.genesis)?).map_err(|reason| {
            ConfigError::Genesis { path: config.genesis.display().to_string(), reason }
        })?;
        let is_alone = spec.validators.validators.len() == 1;
        let slowest = if is_alone { 10_000 } else { PACE_TOGETHER_MS };
        range("pace_ms", config.pace_ms, 0, slowest)?;
        let key = ValidatorKey::read(&config.key)?;
        let next_key = config.next_key.as_deref().map(ValidatorKey::read).transpose()?;
        let next_key = next_key.map(Arc::new);
        let network = config.network.as_ref().map(NetworkConfig::place).transpose();
        let value = |reason| ConfigError::Value { path: name(), reason };
        let network = network.map_err(value)?;
        let snapshots = config.snapshots.settings().map_err(value)?;
        Ok(Checked { config, spec, key, next_key, network, snapshots })
    }
}

impl Checked {
    /// The part that sets up the node itself.
    pub fn node(&self) -> NodeConfig {
        let Config { data, sync, cache_mib, history, pace_ms, follow, .. } = &self.config;
        NodeConfig {
            sync: *sync,
            cache_bytes: (*cache_mib as usize) << 20,
            history: *history,
            pace_ms: *pace_ms,
            network: self.network.clone(),
            next_key: self.next_key.clone(),
            follow: *follow,
            snapshots: self.snapshots.clone(),
            ..NodeConfig::new(data.clone())
        }
    }
}
