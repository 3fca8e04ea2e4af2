//! What is executed: a state machine that is as small as it can be and still shows every mistake.
//!
//! Its state is the set of executed transactions, a hash chain over them in their order, and who
//! validates. A transaction that was executed before is skipped, as the real one does by its nonce.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use weal_consensus::{Handover, Ordered};
use weal_types::{
    BlockHash, ChainId, Epoch, Gas, Hash, Height, PublicKey, TimeMs,
    block::{FinalHeader, Proposal},
    certificate::{Validator, ValidatorSet, Vote},
    codec::{Bounded, Version},
};

use crate::random::{fold, mix};

/// Bytes of every transaction.
pub(crate) const TX_BYTES: u32 = 200;

/// Transactions from here on break a rule: no correct validator votes for a block with one.
pub(crate) const FORGED: u32 = 1 << 20;

/// A proposal with its transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) proposal: Proposal,
    pub(crate) digest: Hash,
    pub(crate) transactions: Vec<u32>,
}

impl Body {
    pub(crate) fn new(proposal: Proposal, transactions: Vec<u32>) -> Self {
        let digest = proposal.digest();
        Self { proposal, digest, transactions }
    }

    /// Whether the transactions are those that the proposal names.
    pub(crate) fn fits(&self) -> bool {
        self.proposal.tx_root == tx_root(&self.transactions)
    }

    /// Whether the proposal keeps the rules of which votes know nothing.
    pub(crate) fn is_valid(&self) -> bool {
        let count = self.transactions.len() as u32;
        self.proposal.tx_count == count
            && self.proposal.tx_bytes == count * TX_BYTES
            && self.transactions.iter().all(|id| *id < FORGED)
    }
}

/// Names a list of transactions.
pub(crate) fn tx_root(transactions: &[u32]) -> Hash {
    let start = fold(&[transactions.len() as u64]);
    spread(transactions.iter().fold(start, |sum, id| mix(sum.rotate_left(9) ^ u64::from(*id))))
}

/// A word as a hash.
fn spread(word: u64) -> Hash {
    let mut hash = [0; 32];
    for (part, chunk) in hash.chunks_mut(8).enumerate() {
        chunk.copy_from_slice(&mix(word ^ part as u64).to_le_bytes());
    }
    hash
}

/// A validator set with the members behind its keys.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reign {
    pub(crate) set: ValidatorSet,
    pub(crate) members: Vec<usize>,
    id: Hash,
}

impl Reign {
    pub(crate) fn new(epoch: Epoch, members: &[usize], keys: &[PublicKey]) -> Self {
        let validators = members.iter().map(|member| Validator { key: keys[*member] }).collect();
        let validators = Bounded::new(validators).expect("4 to 128 validators");
        let set = ValidatorSet { version: Version, epoch, validators };
        let id = set.id();
        Self { set, members: members.to_vec(), id }
    }
}

/// What stays the same over a run.
#[derive(Debug)]
pub(crate) struct Constitution {
    pub(crate) chain: ChainId,
    pub(crate) keys: Vec<PublicKey>,
    /// By id: the members that it puts in charge, if it is an act of governance.
    pub(crate) acts: Vec<Option<Vec<usize>>>,
    pub(crate) window: u64,
    pub(crate) known: Known,
}

/// What was computed before: all hash the same proposals and execute the same blocks, and SHA-256
/// takes most of a run's time.
#[derive(Debug, Default)]
pub(crate) struct Known {
    digests: RefCell<BTreeMap<Proposal, Hash>>,
    votes: RefCell<BTreeMap<Vote, Hash>>,
    /// By the block before, what is ordered, and its transactions.
    results: RefCell<BTreeMap<(BlockHash, Hash, Hash), Executed>>,
}

/// The state after a block, its header, and the change of validators it knows of.
pub(crate) type Executed = (Rc<Ledger>, FinalHeader, Option<Handover>);

impl Constitution {
    pub(crate) fn digest(&self, proposal: &Proposal) -> Hash {
        if let Some(known) = self.known.digests.borrow().get(proposal) {
            return *known;
        }
        let digest = proposal.digest();
        self.known.digests.borrow_mut().insert(proposal.clone(), digest);
        digest
    }

    /// What is signed for a vote, computed by its own type.
    pub(crate) fn vote_message(&self, vote: &Vote) -> Hash {
        let mut votes = self.known.votes.borrow_mut();
        *votes.entry(*vote).or_insert_with(|| vote.message(&self.chain))
    }

    /// What a digest stands for in a vote.
    fn digest_of(&self, ordered: &Ordered, epoch: Epoch) -> Hash {
        match ordered {
            Ordered::Proposal(proposal) => self.digest(proposal),
            Ordered::Null(height) => Proposal::null_digest(&self.chain, epoch, *height),
        }
    }
}

/// The state after a height.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    pub(crate) height: Height,
    pub(crate) hash: BlockHash,
    time: TimeMs,
    root: u64,
    /// Bit i: transaction i was executed.
    executed: Vec<u64>,
    pub(crate) count: u32,
    /// Who validates the next height.
    pub(crate) reign: Rc<Reign>,
    /// Where the epoch of the next height began.
    pub(crate) start: (Height, BlockHash),
    /// Until when, and who follows.
    pub(crate) handover: Option<(Height, Rc<Reign>)>,
    /// Who follows them, if that is decided before they begin.
    after: Option<Rc<Reign>>,
}

impl Ledger {
    pub(crate) fn genesis(reign: Rc<Reign>, transactions: usize) -> Self {
        let hash = BlockHash([7; 32]);
        Self {
            height: Height::ZERO,
            hash,
            time: TimeMs::ZERO,
            root: 0,
            executed: vec![0; transactions.div_ceil(64)],
            count: 0,
            reign,
            start: (Height::ZERO, hash),
            handover: None,
            after: None,
        }
    }

    pub(crate) fn has(&self, id: u32) -> bool {
        let word = self.executed.get(id as usize / 64);
        word.is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    fn apply(&mut self, id: u32, constitution: &Constitution) {
        let Some(word) = self.executed.get_mut(id as usize / 64) else { return };
        if *word >> (id % 64) & 1 == 1 {
            return;
        }
        *word |= 1 << (id % 64);
        self.count += 1;
        self.root = mix(self.root.rotate_left(11) ^ u64::from(id));
        if let Some(Some(members)) = constitution.acts.get(id as usize) {
            self.decide(members, constitution);
        }
    }

    /// The first decision of an epoch ends it; those after it are about the epoch after the next.
    fn decide(&mut self, members: &[usize], constitution: &Constitution) {
        let epoch = self.reign.set.epoch.0;
        let reign = |epoch| Rc::new(Reign::new(Epoch(epoch), members, &constitution.keys));
        match self.handover {
            None => {
                let end = Height(self.height.0 + 2 * constitution.window);
                self.handover = Some((end, reign(epoch + 1)));
            }
            Some(_) => self.after = Some(reign(epoch + 2)),
        }
    }

    /// Executes the next height.
    pub(crate) fn execute(
        &self,
        ordered: &Ordered,
        body: Option<&Body>,
        constitution: &Constitution,
    ) -> Executed {
        let digest = constitution.digest_of(ordered, self.reign.set.epoch);
        let transactions = body.map_or(&[][..], |body| &body.transactions);
        let place = (self.hash, digest, tx_root(transactions));
        if let Some(known) = constitution.known.results.borrow().get(&place) {
            return known.clone();
        }
        let executed = self.execute_anew(ordered, digest, transactions, constitution);
        constitution.known.results.borrow_mut().insert(place, executed.clone());
        executed
    }

    fn execute_anew(
        &self,
        ordered: &Ordered,
        digest: Hash,
        transactions: &[u32],
        constitution: &Constitution,
    ) -> Executed {
        let mut next = self.clone();
        next.height = ordered.height();
        let after_parent = self.time.0 + 1;
        let epoch = self.reign.set.epoch;
        let (tx_root, tx_count) = match ordered {
            Ordered::Proposal(proposal) => {
                next.time = TimeMs(proposal.time.0.max(after_parent));
                for id in transactions {
                    next.apply(*id, constitution);
                }
                (proposal.tx_root, proposal.tx_count)
            }
            Ordered::Null(_) => {
                next.time = TimeMs(after_parent);
                ([0; 32], 0)
            }
        };
        let ends = next.handover.clone().filter(|(end, _)| *end == next.height);
        let header = FinalHeader {
            version: Version,
            chain: constitution.chain,
            epoch,
            height: next.height,
            parent: self.hash,
            proposal: digest,
            time: next.time,
            tx_root,
            tx_count,
            state_root: spread(next.root),
            receipts_root: [0; 32],
            gas_used: Gas(u64::from(next.count - self.count)),
            set_id: self.reign.id,
            next_set_id: ends.as_ref().map_or(self.reign.id, |(_, reign)| reign.id),
        };
        next.hash = header.hash();
        let handover = next.known_handover(constitution);
        if let Some((_, reign)) = ends {
            next.reign = reign;
            next.start = (next.height, next.hash);
            next.handover = next.next_end(next.height, constitution);
            next.after = None;
        }
        (Rc::new(next), header, handover)
    }

    /// How the epoch ends that begins after `end`, if that is decided.
    fn next_end(&self, end: Height, constitution: &Constitution) -> Option<(Height, Rc<Reign>)> {
        let after = self.after.clone()?;
        Some((Height(end.0 + 2 * constitution.window), after))
    }

    /// As a replica is told of it.
    pub(crate) fn known_handover(&self, constitution: &Constitution) -> Option<Handover> {
        let (end, reign) = self.handover.as_ref()?;
        let then = self
            .next_end(*end, constitution)
            .map(|(end, reign)| Box::new(Handover { end, next: reign.set.clone(), then: None }));
        Some(Handover { end: *end, next: reign.set.clone(), then })
    }
}
