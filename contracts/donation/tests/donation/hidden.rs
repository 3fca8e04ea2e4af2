//! Somebody known by a key alone.

use donation::KeyProof;
use weal_provenance::{
    LineId, Units,
    batch::{Leaf, Tree},
    record::Place,
};
use weal_sdk::{bench::Signer, prelude::*};
use weal_types::{Tag, hash::hash, transaction::MessageForm};

use crate::world::{PAPER, World};

/// The chain of the bench.
pub const CHAIN: [u8; 32] = [0xcc; 32];
const MEMO: [u8; 32] = [3; 32];

/// What is signed for: the action's byte, and the document that goes with it.
pub type Act<'a> = (u8, &'a [u8]);

pub const REFUND: Act<'_> = (0, &[]);
pub const ACKNOWLEDGE: Act<'_> = (1, &PAPER);
pub const OBJECT: Act<'_> = (2, &PAPER);
pub const APPEAL: Act<'_> = (3, &PAPER);

/// Somebody known by a key alone.
pub struct Hidden(pub Signer);

impl Hidden {
    pub fn new(seed: u8) -> Self {
        Self(Signer::from_seed([seed; 32]))
    }

    pub fn commit(&self, world: &World) -> [u8; 32] {
        hash(Tag::Gift, &[&CHAIN, &world.donation.0, &self.0.key().0, &MEMO])
    }

    pub fn sign(&self, message: &[u8; 32]) -> [u8; 64] {
        self.0.sign_message(message, MessageForm::Bare).signature
    }

    /// A signature for one action at one place.
    pub fn proof(&self, world: &World, act: Act<'_>, at: Place, valid_until: TimeMs) -> KeyProof {
        let (line, unit) = (at.line.0.to_le_bytes(), at.start.get().to_le_bytes());
        let until = valid_until.0.to_le_bytes();
        let said = [&CHAIN[..], &world.donation.0, &[act.0], &line, &unit, &until, act.1];
        let message = hash(Tag::GiftAction, &said);
        let (key, signature) = (self.0.key(), self.sign(&message));
        KeyProof { key, memo: MEMO, valid_until, signature }
    }
}

pub fn units(count: u128) -> Units {
    Units::new(count).unwrap()
}

pub fn place(line: u32, start: u128) -> Place {
    Place { line: LineId(line), start: units(start) }
}

/// A batch of three givers: 10, 20 and 30 units in the order of the tree.
pub fn batch(world: &World) -> (Tree, Vec<(Hidden, Leaf)>) {
    let givers = [(11, 10), (12, 20), (13, 30)];
    let leaves = givers.map(|(seed, amount)| (Hidden::new(seed).commit(world), units(amount)));
    let tree = Tree::new(leaves.into()).unwrap();
    let leaf = |index| {
        let leaf = tree.leaf(index).unwrap();
        let seeds = givers.into_iter().map(|(seed, _)| Hidden::new(seed));
        let giver = seeds.into_iter().find(|giver| giver.commit(world) == leaf.commit);
        (giver.unwrap(), leaf)
    };
    let leaves = (0..3).map(leaf).collect();
    (tree, leaves)
}
