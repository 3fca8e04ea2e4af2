//! Joining a chain in the middle: the state after a recent block is fetched from other nodes,
//! instead of every block that led to it.
//!
//! It happens before the node runs, and only where it has nothing or is far behind. Nobody is
//! trusted: hand-overs lead from the validators of the genesis document to those of the block, a
//! quorum of whom certified its header, and the root in the header proves each part of the state by
//! itself. The state is filled in a directory of its own, which becomes the chain's in one step, so
//! a crash leaves the old chain or the new one, and nothing that is half fetched is ever used. What
//! the journal remembers of votes and of accepted transactions comes along.
//!
//! | file | one idea |
//! |---|---|
//! | `ask` | questions to other nodes, one at a time |
//! | `proof` | from the genesis document to a header |
//! | `fetch` | a state from whoever offers it |
//! | `incoming` | where it is filled, and how it becomes the chain |

mod ask;
mod fetch;
mod incoming;
mod proof;

use std::{path::Path, sync::Arc};

use weal_state::{RocksStore, stored_head};
use weal_types::{Height, TimeMs};

use ask::Asker;
use fetch::{Fetch, Outcome};
use incoming::Incoming;

use crate::{
    core::{CoreParts, OpenError, open_database},
    ledger::Ledger,
    node::{NodeConfig, chain_directory},
};

/// How old a node's newest block is before the others are asked whether it is far behind. Asking
/// takes some seconds where one of them is down, which a node that was restarted should not wait.
const OLD_MS: u64 = 600_000;

/// How often offers are asked for. A state that is fetched for hours may be given up by those who
/// kept it.
const ATTEMPTS: usize = 3;

/// The chain to run.
pub(crate) struct Joined {
    /// The number of its directory.
    pub number: u64,
    /// Its database, if it was opened already.
    pub store: Option<Arc<RocksStore>>,
}

/// What the node has so far.
struct Present {
    store: Option<Arc<RocksStore>>,
    height: Height,
    time: TimeMs,
}

/// Fetches a state if this node needs one; otherwise, or if nobody has one, the chain that is here
/// stays as it is.
pub(crate) fn join(
    config: &NodeConfig,
    parts: &CoreParts,
    number: u64,
) -> Result<Joined, OpenError> {
    let incoming = Incoming::in_data(&config.data);
    let here = config.data.join(chain_directory(number));
    let gap = config.snapshots.gap;
    let Some(place) = config.network.as_ref().filter(|_| gap > 0) else {
        incoming.remove();
        return Ok(Joined { number, store: None });
    };
    let present = Present::read(&here, config, parts)?;
    let now = config.clock.now();
    if present.height > Height::ZERO && present.time.0.saturating_add(OLD_MS) >= now.0 {
        incoming.remove();
        return Ok(Joined { number, store: present.store });
    }
    let least = Height(present.height.0.saturating_add(gap));
    let asker = Asker::start(parts, place)?;
    let mut fetch = Fetch::new(asker, (config, parts), incoming)?;
    for attempt in 0..ATTEMPTS {
        match fetch.attempt(least)? {
            Outcome::Whole(height) => {
                // Its files go with the old directory.
                drop(present.store);
                fetch.incoming().become_chain(&here, &config.data, number + 1)?;
                tracing::info!(height = height.0, "the state is here; blocks after it follow");
                return Ok(Joined { number: number + 1, store: None });
            }
            Outcome::Nothing if attempt == 0 => {
                tracing::info!("no other node offers a state that is worth fetching");
                return Ok(Joined { number, store: present.store });
            }
            Outcome::Failed => {}
            // Whoever offered one lied, or is gone.
            Outcome::Nothing => break,
        }
    }
    tracing::warn!("no state could be fetched: this node fetches and executes all blocks");
    Ok(Joined { number, store: present.store })
}

impl Present {
    fn read(here: &Path, config: &NodeConfig, parts: &CoreParts) -> Result<Self, OpenError> {
        let path = here.join("db");
        let nothing = Self { store: None, height: Height::ZERO, time: TimeMs(0) };
        if !path.exists() {
            return Ok(nothing);
        }
        let store = open_database(&path, config.cache_bytes)?;
        let ledger = Ledger::open(store.clone(), parts.spec.chain)?;
        let header = match stored_head(&*store)? {
            None => None,
            Some(head) => ledger.header(head.height)?.map(|(header, _)| header),
        };
        let (height, time) = header.map_or((Height::ZERO, TimeMs(0)), |it| (it.height, it.time));
        Ok(Self { store: Some(store), height, time })
    }
}
