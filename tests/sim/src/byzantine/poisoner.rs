//! Orders transactions that break a rule.

use super::Treason;
use crate::{ledger::FORGED, random::Random};

/// See the module.
pub(super) struct Poisoner;

impl Treason for Poisoner {
    fn choose(&mut self, random: &mut Random, mut transactions: Vec<u32>) -> Vec<u32> {
        if random.chance(500)
            && let Some(first) = transactions.first_mut()
        {
            *first = FORGED + random.below(100) as u32;
        }
        transactions
    }
}
