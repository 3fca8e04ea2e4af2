//! A gift's way in one file that proves itself.
//!
//! A bundle holds the records of the donation contract that a trace reads, one proof that they are
//! in the state, the header with the state's root, its certificate, and the ends of epochs that
//! lead from the validators a client trusts to those who signed. [`Bundle::check`] walks these
//! links in order and then traces the gift over exactly these records, as the node did.
//!
//! # Format
//!
//! SCALE, after a version byte; `docs/provenance.md` lists the fields. A trace that reads more than
//! [`PAGE_KEYS`] keys is spread over several bundles; each later one goes on from the stretches
//! that the one before left to follow.
//!
//! # What it proves
//!
//! Where units went: always. That they are still where the trace leaves them: where
//! [`is_shown`](weal_provenance::trace::Rest::is_shown) says so, as of the header's time. That no
//! further stamp exists: never.

use alloc::{boxed::Box, vec::Vec};

use parity_scale_codec::{Decode, Encode};
use thiserror::Error;
use weal_provenance::{
    Error as TraceError,
    batch::Leaf,
    forward::MOST_PIECES,
    record::Place,
    store::{Bytes as Entries, Keyed, Memory, Recorder},
    trace::{Rests, Trace},
};
use weal_types::{
    ChainId, ContractId, Hash,
    block::FinalHeader,
    certificate::Certificate,
    codec::{self, Bounded, Bytes, DecodeError, LengthError, Version},
    hash::hash,
    limit,
    state::StateKey,
};

use crate::{
    certificate::{Anchor, FinalityError, HandOver, HandOverError},
    state::{MakeError, ProofError, StateProof, Tree, make},
};

/// Bytes of a bundle. A page takes some 60 KiB, and the end of an epoch 8 KiB with 100 validators.
pub const BUNDLE_BYTES: usize = 4 * 1024 * 1024;
/// Ends of epochs in one bundle; who has been away for longer takes the older ones first.
pub const HAND_OVERS: usize = 512;
/// Keys after which a page is full. It is completed to the end of a stop.
pub const PAGE_KEYS: usize = 150;
/// Keys of one bundle: a full page, and what one more stop may read.
pub const BUNDLE_KEYS: usize = 512;
/// Bytes of one record; a line's card with all its purposes is the longest.
pub const RECORD_BYTES: usize = 16 * 1024;

/// A record as it lies in the contract's state: key and value.
pub type Entry = (Bytes<{ limit::STATE_KEY_BYTES }>, Bytes<RECORD_BYTES>);

/// Which gift is followed, and how far.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Question {
    /// The gift.
    pub gift: Place,
    /// One giver's part of it, if it is a batch.
    pub leaf: Option<Leaf>,
    /// For a later page, what the page before left to follow; empty for the first.
    pub from: Rests,
    /// Stops on this page.
    pub stops: u32,
}

/// A page of a trace with its proof; see the [module](self).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Bundle {
    /// Format of this type.
    pub version: Version<1>,
    /// Which chain.
    pub chain: ChainId,
    /// The ends of epochs, ascending, as far as the client may need them.
    pub hand_overs: Bounded<HandOver, 0, HAND_OVERS>,
    /// The header whose state is shown.
    pub header: FinalHeader,
    /// Its certificate.
    pub certificate: Certificate,
    /// The donation contract.
    pub contract: ContractId,
    /// What is asked.
    pub question: Question,
    /// The records, strictly ascending by key.
    pub entries: Bounded<Entry, 1, BUNDLE_KEYS>,
    /// That they are in the state.
    pub proof: StateProof,
}

/// Which link of a bundle broke. Whoever made the bundle is at fault, or it answers another
/// question.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BundleError {
    /// The bytes are no bundle of this version.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// It is about another chain than the trusted one.
    #[error("the bundle is about chain {found:?}, not {expected:?}")]
    Chain {
        /// The bundle's chain.
        found: ChainId,
        /// The trusted one.
        expected: ChainId,
    },
    /// It is about another contract than the client asked for.
    #[error("the bundle is about contract {found:?}, not {expected:?}")]
    Contract {
        /// The bundle's contract.
        found: ContractId,
        /// The one asked for.
        expected: ContractId,
    },
    /// The validators of the header cannot be learnt from those that are trusted.
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    /// The header is not certified.
    #[error("the header: {0}")]
    Header(Box<FinalityError>),
    /// The records are not in order, or one occurs twice.
    #[error("record {place} does not follow the one before it")]
    Order {
        /// Its place among the records, from 0.
        place: usize,
    },
    /// The records are not in the state.
    #[error("the records: {0}")]
    State(#[from] ProofError),
    /// It is not the next page of the trace that the client has, or names another number of stops.
    #[error("the page is not the one that follows the trace so far")]
    Page,
    /// The records do not hold the trace.
    #[error("the trace: {0}")]
    Trace(#[from] TraceError),
}

impl Bundle {
    /// Reads what [`Self::to_wire`] gave, at most [`BUNDLE_BYTES`] long.
    pub fn from_wire(bytes: &[u8]) -> Result<Self, BundleError> {
        Ok(codec::decode("trace bundle", bytes, BUNDLE_BYTES)?)
    }

    /// The bundle as bytes.
    pub fn to_wire(&self) -> Vec<u8> {
        self.encode()
    }

    /// Checks every link, from the validators that are trusted to the records, and follows the gift
    /// over these. `contract` is the donation contract that the client means: any contract could
    /// keep such records, so a bundle cannot choose it.
    ///
    /// `before` is what the page before gave; the first page needs none. What comes back is the
    /// trace with this page added; nothing is left to follow after the last one.
    pub fn check(
        &self,
        anchor: &Anchor,
        contract: &ContractId,
        before: Option<Trace>,
    ) -> Result<Trace, BundleError> {
        if self.chain != anchor.chain {
            return Err(BundleError::Chain { found: self.chain, expected: anchor.chain });
        }
        if self.contract != *contract {
            let (found, expected) = (self.contract, *contract);
            return Err(BundleError::Contract { found, expected });
        }
        let anchor = anchor.follow_all(&self.hand_overs)?;
        let finality = anchor.check(&self.header, &self.certificate);
        finality.map_err(|error| BundleError::Header(Box::new(error)))?;
        let records = self.records(&self.header.state_root)?;
        let Question { gift, leaf, from, stops } = &self.question;
        let mut trace = match before {
            None if from.is_empty() => Trace::start(&records, &hash, *gift, leaf.as_ref())?,
            Some(before) if before.gift == *gift && before.todo[..] == from[..] => before,
            _ => return Err(BundleError::Page),
        };
        let done = trace.stops.len();
        trace.follow(&records, *stops as usize)?;
        // A page of fewer stops than it says would be a second spelling of the same answer.
        match trace.stops.len() == done + *stops as usize {
            true => Ok(trace),
            false => Err(BundleError::Page),
        }
    }

    /// The records, once they are proven to be in the state under `root`.
    fn records(&self, root: &Hash) -> Result<Memory, BundleError> {
        let pairs = self.entries.iter().zip(self.entries.iter().skip(1));
        for (place, ((one, _), (next, _))) in (1..).zip(pairs) {
            if one[..] >= next[..] {
                return Err(BundleError::Order { place });
            }
        }
        let mut claims = Vec::with_capacity(self.entries.len());
        for (place, (key, value)) in self.entries.iter().enumerate() {
            // The type bounds keys as the state does.
            let key = StateKey::new(&self.contract, key);
            let key = key.map_err(|_| BundleError::Order { place })?;
            claims.push((key, Some(&value[..])));
        }
        self.proof.verify(root, &claims)?;
        let entries = self.entries.iter().map(|(key, value)| (key.to_vec(), value.to_vec()));
        Ok(Keyed(entries.collect()))
    }
}

/// What a node knows of a block when it makes a bundle.
#[derive(Clone, Debug)]
pub struct Block {
    /// The header whose state is read.
    pub header: FinalHeader,
    /// Its certificate.
    pub certificate: Certificate,
    /// The ends of the epochs before, as far as the client asked for them.
    pub hand_overs: Vec<HandOver>,
}

/// Why no bundle was made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BundleMakeError<E> {
    /// There is no such gift, or the records could not be read.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// The state tree gave no proof.
    #[error(transparent)]
    Proof(#[from] MakeError<E>),
    /// A record or a list is longer than a bundle may hold.
    #[error("the bundle would be too long: {0}")]
    Length(#[from] LengthError),
}

/// Follows a gift over the entries of `contract`, up to a full page, and proves what was read.
/// `question` says where to start; its number of stops is found here. `tree` is the state tree of
/// the same block as the entries.
pub fn bundle<T: Tree>(
    tree: &T,
    entries: &impl Entries,
    contract: ContractId,
    block: Block,
    question: Question,
) -> Result<Bundle, BundleMakeError<T::Error>> {
    let page = Page::read(entries, contract, question)?;
    let paths: Vec<_> = page.keys.iter().map(StateKey::path).collect();
    let proof = make(tree, &paths)?;
    Ok(page.into_bundle(block, proof)?)
}

/// A page of a trace before it is proven: for whoever has proofs made elsewhere.
#[derive(Clone, Debug)]
pub struct Page {
    /// The gift's way, as far as this page goes.
    pub trace: Trace,
    /// The keys of the records that were read, ascending: what is to be proven.
    pub keys: Vec<StateKey>,
    contract: ContractId,
    question: Question,
    entries: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Page {
    /// Follows a gift over the entries of `contract`, up to a full page. `question` says where to
    /// start; its number of stops is found here.
    pub fn read(
        entries: &impl Entries,
        contract: ContractId,
        mut question: Question,
    ) -> Result<Self, TraceError> {
        let reader = Keyed(Recorder::new(entries));
        let mut trace = Trace::start(&reader, &hash, question.gift, question.leaf.as_ref())?;
        if !question.from.is_empty() {
            trace.todo = question.from.to_vec();
        }
        question.stops = 0;
        let most = MOST_PIECES as u32;
        while !trace.todo.is_empty() && reader.0.len() < PAGE_KEYS && question.stops < most {
            trace.follow(&reader, 1)?;
            question.stops += 1;
        }
        let entries: Vec<_> = reader.0.into_seen().into_iter().collect();
        let keys = entries.iter().filter_map(|(key, _)| StateKey::new(&contract, key).ok());
        Ok(Self { keys: keys.collect(), trace, contract, question, entries })
    }

    /// The bundle, with the proof of [`Self::keys`] in the state after `block`.
    pub fn into_bundle(self, block: Block, proof: StateProof) -> Result<Bundle, LengthError> {
        let mut entries = Vec::with_capacity(self.entries.len());
        for (key, value) in self.entries {
            entries.push((Bounded::new(key)?, Bounded::new(value)?));
        }
        Ok(Bundle {
            version: Version,
            chain: block.header.chain,
            hand_overs: Bounded::new(block.hand_overs)?,
            header: block.header,
            certificate: block.certificate,
            contract: self.contract,
            question: self.question,
            entries: Bounded::new(entries)?,
            proof,
        })
    }
}
