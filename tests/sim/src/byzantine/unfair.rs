//! Never orders what is old.

use super::Treason;
use crate::random::Random;

/// See the module.
pub(super) struct Unfair;

impl Treason for Unfair {
    fn choose(&mut self, _: &mut Random, transactions: Vec<u32>) -> Vec<u32> {
        transactions.into_iter().skip(1).collect()
    }
}
