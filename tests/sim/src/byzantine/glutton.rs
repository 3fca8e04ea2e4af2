//! Proposes more transactions than a block may hold: one of them, over and over.

use super::Treason;
use crate::random::Random;

/// More than any run allows.
const MANY: usize = 9;

/// See the module.
pub(super) struct Glutton;

impl Treason for Glutton {
    fn choose(&mut self, _: &mut Random, mut transactions: Vec<u32>) -> Vec<u32> {
        if let Some(first) = transactions.first().copied() {
            transactions.resize(MANY, first);
        }
        transactions
    }
}
