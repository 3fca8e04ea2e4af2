//! A chain of two epochs and the state tree of one block, kept in memory.

use std::{collections::BTreeMap, convert::Infallible};

use parity_scale_codec::Encode;
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey, signing_context};
use weal_proof::{
    Anchor, HandOver,
    bundle::Block,
    state::{Node, Tree},
    tree::{EMPTY, leaf_hash, node_hash, turns_right},
};
use weal_types::{
    BlockHash, ChainId, ContractId, Epoch, Gas, Hash, Height, PublicKey, TimeMs, View,
    block::FinalHeader,
    certificate::{
        Certificate, CertificateKind, VOTE_SIGNING_CONTEXT, Validator, ValidatorSet, Vote,
    },
    codec::{Bounded, Version},
    state::{StateKey, value_hash},
};

pub const CHAIN: ChainId = ChainId([1; 32]);
pub const CONTRACT: ContractId = ContractId([2; 32]);

/// A subtree, hashed once.
pub enum Sparse {
    Empty,
    Leaf(Hash, Hash),
    Branch(Hash, Box<(Sparse, Sparse)>),
}

impl Sparse {
    /// The tree of the contract's entries, and of `others` other keys.
    pub fn new(entries: &BTreeMap<Vec<u8>, Vec<u8>>, others: u32) -> Self {
        let leaf = |key: StateKey, value: &[u8]| (key.path(), value_hash(value));
        let own = entries.iter();
        let mut leaves: Vec<_> =
            own.map(|(key, value)| leaf(StateKey::new(&CONTRACT, key).unwrap(), value)).collect();
        leaves.extend((0..others).map(|number| {
            leaf(StateKey::new(&ContractId([9; 32]), &number.encode()).unwrap(), b"other")
        }));
        leaves.sort();
        Self::over(&leaves, 0)
    }

    fn over(leaves: &[(Hash, Hash)], depth: usize) -> Self {
        match leaves {
            [] => Self::Empty,
            [(path, value)] => Self::Leaf(*path, *value),
            _ => {
                let middle = leaves.partition_point(|(path, _)| !turns_right(path, depth));
                let (left, right) = leaves.split_at(middle);
                let (left, right) = (Self::over(left, depth + 1), Self::over(right, depth + 1));
                let hash = node_hash(&left.hash(), &right.hash());
                Self::Branch(hash, Box::new((left, right)))
            }
        }
    }

    pub fn hash(&self) -> Hash {
        match self {
            Self::Empty => EMPTY,
            Self::Leaf(path, value) => leaf_hash(path, value),
            Self::Branch(hash, _) => *hash,
        }
    }
}

impl<'a> Tree for &'a Sparse {
    type Place = &'a Sparse;
    type Error = Infallible;

    fn root(&self) -> Self::Place {
        self
    }

    fn node(&self, place: &Self::Place) -> Result<Node<Self::Place>, Infallible> {
        Ok(match *place {
            Sparse::Empty => Node::Empty,
            Sparse::Leaf(path, value_hash) => Node::Leaf { path: *path, value_hash: *value_hash },
            Sparse::Branch(_, below) => Node::Branch(&below.0, &below.1),
        })
    }

    fn hash(&self, place: &Self::Place) -> Result<Hash, Infallible> {
        Ok(Sparse::hash(place))
    }
}

/// Validators of one epoch, with their keys.
pub struct Validators {
    pub set: ValidatorSet,
    keys: Vec<Keypair>,
}

impl Validators {
    pub fn new(epoch: u64, seed: u8) -> Self {
        let key = |index: u8| {
            let secret = MiniSecretKey::from_bytes(&[seed + index; 32]).unwrap();
            secret.expand_to_keypair(ExpansionMode::Ed25519)
        };
        let keys: Vec<_> = (0..4).map(key).collect();
        let validator = |key: &Keypair| Validator { key: PublicKey(key.public.to_bytes()) };
        let validators = Bounded::new(keys.iter().map(validator).collect()).unwrap();
        Self { set: ValidatorSet { version: Version, epoch: Epoch(epoch), validators }, keys }
    }

    /// A certificate over `vote` by those of the bitmap.
    pub fn sign(&self, vote: Vote, signers: u128) -> Certificate {
        let message = vote.message(&CHAIN);
        let signs = |(index, key): (usize, &Keypair)| {
            let context = signing_context(VOTE_SIGNING_CONTEXT);
            (signers >> index & 1 == 1).then(|| key.sign(context.bytes(&message)).to_bytes())
        };
        let signatures = self.keys.iter().enumerate().filter_map(signs).collect();
        let signatures = Bounded::new(signatures).unwrap();
        Certificate { version: Version, vote, signers, signatures }
    }

    pub fn certify(&self, header: &FinalHeader) -> Certificate {
        self.sign(vote(header), 0b1011)
    }
}

pub fn vote(header: &FinalHeader) -> Vote {
    Vote {
        kind: CertificateKind::Checkpoint,
        epoch: header.epoch,
        view: View::ZERO,
        height: header.height,
        hash: header.hash().0,
    }
}

fn header(set: &ValidatorSet, next: &ValidatorSet, height: u64, state_root: Hash) -> FinalHeader {
    FinalHeader {
        version: Version,
        chain: CHAIN,
        epoch: set.epoch,
        height: Height(height),
        parent: BlockHash([3; 32]),
        proposal: [4; 32],
        time: TimeMs(1_000 * height),
        tx_root: [5; 32],
        tx_count: 7,
        state_root,
        receipts_root: [6; 32],
        gas_used: Gas(8),
        set_id: set.id(),
        next_set_id: next.id(),
    }
}

/// Two epochs; the block with the state lies in the second.
pub struct Chain {
    pub genesis: Validators,
    pub second: Validators,
    pub end: HandOver,
}

impl Chain {
    pub fn new() -> Self {
        let (genesis, second) = (Validators::new(0, 10), Validators::new(1, 20));
        let header = header(&genesis.set, &second.set, 50, [7; 32]);
        let certificate = genesis.certify(&header);
        let end = HandOver { header, certificate, next: second.set.clone() };
        Self { genesis, second, end }
    }

    /// What a fresh client trusts.
    pub fn anchor(&self) -> Anchor {
        Anchor { chain: CHAIN, set: self.genesis.set.clone() }
    }

    /// The block whose state has this root.
    pub fn block(&self, state_root: Hash) -> Block {
        let header = header(&self.second.set, &self.second.set, 99, state_root);
        let certificate = self.second.certify(&header);
        Block { header, certificate, hand_overs: vec![self.end.clone()] }
    }
}
