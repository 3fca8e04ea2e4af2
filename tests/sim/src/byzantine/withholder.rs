//! Gives its transactions to some members only, and sees the others ask in vain.

use super::Treason;

/// See the module.
pub(super) struct Withholder {
    /// Who gets them, by bits.
    pub(super) side: u32,
}

impl Treason for Withholder {
    fn gives(&self, to: usize) -> bool {
        self.side >> to & 1 == 1
    }
}
