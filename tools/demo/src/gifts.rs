//! Gifts of a size that people give, and their secrets.
//!
//! Sizes follow what platforms for small gifts have published: nearly all are below one yuan, a few
//! are large.

use weal_client::gift::Gift;
use weal_provenance::unit::Units;
use weal_types::{
    ChainId, ContractId, Hash,
    hash::{Tag, hash},
};

/// Numbers that look random and are the same in every run.
pub struct Dice(u64);

impl Dice {
    /// Begins anew.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `most`.
    pub const fn below(&mut self, most: u64) -> u64 {
        // Splitmix64: a weyl sequence, mixed.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }
}

/// A gift's size in hundredths: 90 of 100 are up to one yuan, 9 up to a hundred, the others up to
/// a thousand.
pub fn size(dice: &mut Dice) -> u128 {
    let most = match dice.below(100) {
        0..90 => 100,
        90..99 => 10_000,
        _ => 100_000,
    };
    u128::from(1 + dice.below(most))
}

/// What only the giver knows of a gift; here made from a number, so that the demonstration is the
/// same in every run. A wallet takes 32 random bytes.
pub fn secret(number: u64) -> [u8; 32] {
    let mut secret = [0x5e; 32];
    secret[..8].copy_from_slice(&number.to_le_bytes());
    secret
}

/// The commitment of a gift: nobody but its giver can tell whose it is.
pub fn commitment(
    chain: &ChainId,
    contract: &ContractId,
    secret: &[u8; 32],
    payment: &str,
) -> Hash {
    Gift::new(secret, payment).commitment(chain, contract)
}

/// So many gifts by people whom nobody knows, for one batch.
pub fn batch(
    chain: &ChainId,
    contract: &ContractId,
    first: u64,
    count: u64,
    dice: &mut Dice,
) -> Vec<(Hash, Units)> {
    let mut leaves = Vec::new();
    for number in first..first + count {
        let commit = commitment(chain, contract, &secret(number), &format!("P{number:08}"));
        leaves.extend(Units::new(size(dice)).map(|units| (commit, units)));
    }
    leaves
}

/// A label that stands for a document which is not there.
pub fn document(text: &str) -> Hash {
    hash(Tag::ListLeaf, &[text.as_bytes()])
}
