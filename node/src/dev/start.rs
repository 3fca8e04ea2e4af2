//! Starting the validators of a devnet in one process.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
};

use thiserror::Error;
use weal_net::Peer;

use super::DevChain;
use crate::{
    core::NetworkPlace,
    devnet::{validator_seed, with_validators},
    genesis::GenesisError,
    node::{Node, NodeConfig, StartError},
    snapshots::SnapshotSettings,
    validator_key::ValidatorKey,
};

/// Validators of one process, at most: they share its machine.
pub const MOST_VALIDATORS: u8 = 16;

/// Ports for validators: below those that systems give to connections (32768 on Linux), so that
/// none of these takes the port of a validator that is paused.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Why a devnet does not start.
#[derive(Debug, Error)]
pub enum DevStartError {
    /// Not a number of validators that makes sense.
    #[error(
        "{given} validators: a devnet has 1, or 4 to {MOST_VALIDATORS}. With two or three, nothing \
         is final once any of them fails, as with one"
    )]
    Validators {
        /// How many were asked for.
        given: u8,
    },
    /// The directory holds a devnet of another kind.
    #[error("{path} holds a devnet of {found}: choose another directory")]
    Other {
        /// The directory.
        path: String,
        /// What is there.
        found: &'static str,
    },
    /// The devnet's own document makes no chain, for its name for example.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// The system gives no ports, or no random bytes.
    #[error("no ports for validators: {0}")]
    Ports(std::io::Error),
    /// A validator does not start.
    #[error("validator {position}: {reason}")]
    Node {
        /// Its position.
        position: u8,
        /// Why.
        reason: StartError,
    },
}

impl DevChain {
    /// Starts so many validators of the devnet called `name`, each set up like `config`. A single
    /// one keeps its data in the directory of `config`; of several, each has one in it.
    pub fn start(name: &str, validators: u8, config: &NodeConfig) -> Result<Self, DevStartError> {
        if !(validators == 1 || (4..=MOST_VALIDATORS).contains(&validators)) {
            return Err(DevStartError::Validators { given: validators });
        }
        is_of_this_kind(&config.data, validators)?;
        let spec = with_validators(name, validators)?;
        let ports = match validators {
            1 => Vec::new(),
            several => ports(several).map_err(DevStartError::Ports)?,
        };
        let addresses: Vec<_> = ports.iter().map(TcpListener::local_addr).collect();
        let addresses: Result<Vec<_>, _> = addresses.into_iter().collect();
        let addresses = addresses.map_err(DevStartError::Ports)?;
        // They were held until here, so that all differ.
        drop(ports);
        let mut nodes = Vec::new();
        for position in 0..validators {
            let reason = |reason| DevStartError::Node { position, reason };
            let mut config = config.clone();
            if validators > 1 {
                config.data = config.data.join(directory(position));
                config.network = place(position, &addresses);
            }
            // They start one after the other, and have all blocks from the first on.
            config.snapshots = SnapshotSettings::none();
            let key = key(position)?;
            nodes.push(Node::start(config, spec.clone(), key).map_err(reason)?);
        }
        Ok(Self::new(nodes))
    }
}

/// The directory of one of several validators.
fn directory(position: u8) -> String {
    format!("validator-{position}")
}

/// Refuses to begin one chain where another is kept.
fn is_of_this_kind(data: &Path, validators: u8) -> Result<(), DevStartError> {
    let other = |found| DevStartError::Other { path: data.display().to_string(), found };
    if validators > 1 && data.join("lock").exists() {
        return Err(other("one validator"));
    }
    let after = data.join(directory(validators)).exists();
    if (validators == 1 && data.join(directory(0)).exists()) || (validators > 1 && after) {
        return Err(other("another number of validators"));
    }
    Ok(())
}

fn key(position: u8) -> Result<ValidatorKey, GenesisError> {
    let key = ValidatorKey::from_seed(validator_seed(position));
    key.ok_or_else(|| GenesisError::Value {
        place: "validators".into(),
        reason: "a fixed key is unusable: a bug".into(),
    })
}

/// Where a validator and the others are.
fn place(position: u8, addresses: &[SocketAddr]) -> Option<NetworkPlace> {
    let listen = *addresses.get(usize::from(position))?;
    let others = (0..).zip(addresses).filter(|(other, _)| *other != position);
    let peer = |(other, address): (u8, &SocketAddr)| {
        Some(Peer { key: key(other).ok()?.public(), address: address.to_string() })
    };
    let peers = others.map(peer).collect::<Option<_>>()?;
    Some(NetworkPlace { listen, peers, followers: Vec::new() })
}

/// Ports that are free, from a place of their own in each process.
fn ports(count: u8) -> std::io::Result<Vec<TcpListener>> {
    let mut random = [0; 2];
    getrandom::fill(&mut random).map_err(|error| std::io::Error::other(error.to_string()))?;
    let first = PORTS.start + u16::from_le_bytes(random) % (PORTS.end - PORTS.start);
    let mut found = Vec::new();
    for port in (first..PORTS.end).chain(PORTS.start..first) {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            found.push(listener);
        }
        if found.len() == usize::from(count) {
            return Ok(found);
        }
    }
    Err(std::io::Error::other(format!("all of {} to {} are taken", PORTS.start, PORTS.end - 1)))
}
