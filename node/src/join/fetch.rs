//! A state from whoever offers it: which one, proven how, and part by part.

use std::{collections::BTreeSet, sync::Arc};

use weal_state::{
    Batch, Import, ImportError, MemoryStore, Options, Part, Parts, RocksStore, State,
};
use weal_types::{Hash, Height, PublicKey};

use super::{
    ask::{Asker, Heard, Offers},
    incoming::Incoming,
    proof::Proof,
};
use crate::{
    core::{CoreParts, OpenError, genesis_block},
    genesis::{ChainSpec, GenesisError},
    ledger::{FinalizedBlock, Ledger},
    node::NodeConfig,
    peers::snapshot::{Answered, Asked, Offer},
    snapshots::Pinned,
};

/// Parts between two lines in the log.
const TOLD_EVERY: usize = 64;

/// What came of an attempt.
pub(super) enum Outcome {
    /// The state after this block is whole.
    Whole(Height),
    /// Nobody offers one that is new enough.
    Nothing,
    /// None of those who offer one could give it.
    Failed,
}

/// One header, and everybody who offers its state.
type Candidate = Vec<(PublicKey, Offer)>;

/// See the module.
pub(super) struct Fetch {
    asker: Asker,
    proof: Proof,
    pinned: Option<Pinned>,
    /// Who sent what no correct node sends, and is asked for nothing more.
    liars: BTreeSet<PublicKey>,
    incoming: Incoming,
    cache_bytes: usize,
    genesis: FinalizedBlock,
}

impl Fetch {
    pub(super) fn new(
        asker: Asker,
        (config, parts): (&NodeConfig, &CoreParts),
        incoming: Incoming,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            asker,
            proof: Proof::new(&parts.spec),
            pinned: config.snapshots.pinned,
            liars: BTreeSet::new(),
            incoming,
            cache_bytes: config.cache_bytes,
            genesis: genesis(&parts.spec)?,
        })
    }

    pub(super) const fn incoming(&self) -> &Incoming {
        &self.incoming
    }

    /// Asks for offers of at least this height, and fetches what one of them names.
    pub(super) fn attempt(&mut self, least: Height) -> Result<Outcome, OpenError> {
        let pinned = self.pinned.map(|pinned| pinned.height);
        let Offers { made: offers, broken } = self.asker.offers(pinned, &self.liars);
        for (peer, reason) in broken {
            self.strike(peer, &reason);
        }
        let left = self.incoming.left(self.cache_bytes);
        let begun = left.as_ref().map(|(_, target)| *target);
        let candidates = candidates(offers, least, begun);
        if candidates.is_empty() {
            return Ok(Outcome::Nothing);
        }
        let mut left = left;
        for candidate in candidates {
            let Some(offer) = self.prove(&candidate) else { continue };
            let target = (offer.header.height, offer.header.state_root);
            let here = left.take().filter(|(_, begun)| *begun == target).map(|(store, _)| store);
            if self.fetch(&offer, candidate, here)? {
                return Ok(Outcome::Whole(offer.header.height));
            }
        }
        Ok(Outcome::Failed)
    }

    /// Somebody sent what no correct node sends.
    fn strike(&mut self, peer: PublicKey, reason: &dyn std::fmt::Display) {
        if self.liars.insert(peer) {
            tracing::warn!(?peer, %reason, times = 1, "sent what does not pass");
        }
    }

    /// The first of these offers that holds. They are of one header, so one is enough.
    fn prove(&mut self, candidate: &Candidate) -> Option<Offer> {
        for (peer, offer) in candidate {
            if self.liars.contains(peer) || !self.learn_epochs(*peer, offer) {
                continue;
            }
            match self.proof.check(offer, self.pinned.as_ref()) {
                Ok(()) => return Some(offer.clone()),
                Err(reason) => self.strike(*peer, &reason),
            }
        }
        None
    }

    /// Whether the validators of an offered header are known, now that whoever offers it was asked.
    fn learn_epochs(&mut self, peer: PublicKey, offer: &Offer) -> bool {
        while let Some(epoch) = self.proof.lacks(&offer.header) {
            let added = match self.asker.ask(&peer, Asked::Ends(epoch)) {
                Heard::Answer(Answered::Ends(ends)) if !ends.is_empty() => self.proof.add(&ends),
                Heard::Answer(_) => Err("a header of an epoch that it cannot prove".to_owned()),
                Heard::Broken(reason) => Err(reason),
                Heard::Silence => return false,
            };
            if let Err(reason) = added {
                self.strike(peer, &reason);
                return false;
            }
        }
        true
    }

    /// Fetches a proven state, from the parts that are in `here` on; `false` if nobody is left who
    /// has it. What is there by then stays for another attempt.
    fn fetch(
        &mut self,
        offer: &Offer,
        candidate: Candidate,
        here: Option<Arc<RocksStore>>,
    ) -> Result<bool, OpenError> {
        let mut sources: Vec<_> = candidate.into_iter().map(|(peer, _)| peer).collect();
        let Some(parts) = self.list(offer, &mut sources) else { return Ok(false) };
        let store = match here {
            Some(store) => store,
            None => self.incoming.begin(self.cache_bytes)?,
        };
        let height = offer.header.height;
        let options = Options { cache_bytes: self.cache_bytes, ..Options::default() };
        let mut import = Import::open(store.clone(), options, height, parts)?;
        let missing = import.missing().len();
        tracing::info!(height = height.0, missing, from = sources.len(), "fetches a state");
        while let Some(number) = import.missing().first().copied() {
            if !self.fetch_part(&mut import, (height, number), &mut sources)? {
                return Ok(false);
            }
            let missing = import.missing().len();
            if missing.is_multiple_of(TOLD_EVERY) && missing > 0 {
                tracing::info!(height = height.0, missing, "fetches a state");
            }
        }
        let ledger = Ledger::open(store.clone(), self.genesis.header.chain)?;
        let mut batch = Batch::new();
        let certified = (&offer.header, &offer.certificate);
        let ends = self.proof.ends(&offer.header);
        ledger.begin_after(&mut batch, &self.genesis, certified, ends);
        import.finish(&batch)?;
        store.flush()?;
        Ok(true)
    }

    /// Asks one after the other for the list of parts, until somebody's leads to the root.
    fn list(&mut self, offer: &Offer, sources: &mut Vec<PublicKey>) -> Option<Parts> {
        let height = offer.header.height;
        while let Some(source) = sources.first().copied() {
            let mut list = Vec::new();
            let page = loop {
                let first = u32::try_from(list.len()).unwrap_or(u32::MAX);
                match self.asker.ask(&source, Asked::List(height, first)) {
                    Heard::Answer(Answered::List(page))
                        if !page.is_empty() && list.len() < weal_state::PARTS =>
                    {
                        list.extend(
                            page.iter().map(|(depth, hash)| Part { depth: *depth, hash: *hash }),
                        );
                        if list.len() >= offer.parts as usize {
                            break Ok(());
                        }
                    }
                    Heard::Answer(Answered::Nothing) | Heard::Silence => break Err(None),
                    Heard::Answer(_) => break Err(Some("another answer than asked".to_owned())),
                    Heard::Broken(reason) => break Err(Some(reason)),
                }
            };
            let root = &offer.header.state_root;
            let parts = page
                .and_then(|()| Parts::new(&list, root).map_err(|error| Some(error.to_string())));
            match parts {
                Ok(parts) => return Some(parts),
                Err(reason) => self.give_up(source, reason, sources),
            }
        }
        None
    }

    /// Fetches one part from whoever has it; `false` if nobody is left.
    fn fetch_part(
        &mut self,
        import: &mut Import,
        (height, number): (Height, usize),
        sources: &mut Vec<PublicKey>,
    ) -> Result<bool, OpenError> {
        // There are fewer than 2^20.
        let asked = Asked::Part(height, u32::try_from(number).unwrap_or(u32::MAX));
        // In turn, so that none of them carries all of it.
        while let Some(turn) = number.checked_rem(sources.len()) {
            let Some(source) = sources.get(turn).copied() else { break };
            let reason = match self.asker.ask(&source, asked) {
                Heard::Answer(Answered::Part(entries)) => {
                    match import.add(number, &entries.into_inner()) {
                        Ok(()) => return Ok(true),
                        Err(ImportError::State(error)) => return Err(error.into()),
                        Err(ImportError::Part(error)) => Some(error.to_string()),
                    }
                }
                Heard::Answer(Answered::Nothing) | Heard::Silence => None,
                Heard::Answer(_) => Some("another answer than asked".to_owned()),
                Heard::Broken(reason) => Some(reason),
            };
            self.give_up(source, reason, sources);
        }
        Ok(false)
    }

    /// Asks somebody for nothing more of this state; and for nothing at all, if there is a reason.
    fn give_up(&mut self, source: PublicKey, reason: Option<String>, sources: &mut Vec<PublicKey>) {
        match reason {
            Some(reason) => self.strike(source, &reason),
            None => tracing::info!(peer = ?source, "has no more of the state that it offered"),
        }
        sources.retain(|other| *other != source);
    }
}

/// The offers of at least some height by their headers, what was begun before first, then the
/// newest.
fn candidates(
    offers: Vec<(PublicKey, Offer)>,
    least: Height,
    begun: Option<(Height, Hash)>,
) -> Vec<Candidate> {
    let name = |offer: &Offer| (offer.header.height, offer.header.hash(), offer.parts);
    let mut candidates: Vec<Candidate> = Vec::new();
    for (peer, offer) in offers.into_iter().filter(|(_, offer)| offer.header.height >= least) {
        let same = candidates.iter_mut().find(|candidate| {
            candidate.first().is_some_and(|(_, other)| name(other) == name(&offer))
        });
        match same {
            Some(candidate) => candidate.push((peer, offer)),
            None => candidates.push(vec![(peer, offer)]),
        }
    }
    candidates.sort_by_key(|candidate| {
        candidate.first().map(|(_, offer)| {
            let is_begun = begun == Some((offer.header.height, offer.header.state_root));
            std::cmp::Reverse((is_begun, offer.header.height, candidate.len()))
        })
    });
    candidates
}

/// Block 0, as the genesis document defines it.
fn genesis(spec: &ChainSpec) -> Result<FinalizedBlock, OpenError> {
    let changes = spec.changes().map_err(GenesisError::Invalid)?;
    let state = State::open(Arc::new(MemoryStore::new()), Options::default())?;
    let prepared = state.prepare(Height::ZERO, changes)?;
    Ok(genesis_block(spec, prepared.root()))
}
