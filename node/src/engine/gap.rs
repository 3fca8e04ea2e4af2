//! Blocks that nobody has any more: whoever began with a state lacks what came before.

use std::collections::BTreeMap;

use weal_types::{Height, PublicKey};

/// Who has said that it lacks the next block of this node. Only peers are asked, so there are no
/// more than those.
#[derive(Default)]
pub struct Gap {
    wanted: Height,
    /// Peers, and the first block that each has.
    lacking: BTreeMap<PublicKey, Height>,
    is_told: bool,
}

impl Gap {
    /// A peer has blocks from `first` on, where `wanted` was asked for. The first block that
    /// anybody has, once all who are connected have said so; told once.
    pub fn note(
        &mut self,
        wanted: Height,
        (from, first): (PublicKey, Height),
        connected: &[PublicKey],
    ) -> Option<Height> {
        if self.wanted != wanted {
            *self = Self { wanted, ..Self::default() };
        }
        if first > wanted {
            self.lacking.insert(from, first);
        }
        let is_everybody = connected.iter().all(|peer| self.lacking.contains_key(peer));
        if self.is_told || !is_everybody {
            return None;
        }
        let lowest = self.lacking.values().min().copied();
        self.is_told = lowest.is_some();
        lowest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_when_everybody_has_said_so() {
        let [one, other] = [1, 2].map(|number| PublicKey([number; 32]));
        let mut gap = Gap::default();
        let mut note = |wanted, from, first| {
            gap.note(Height(wanted), (from, Height(first)), &[one, other]).map(|height| height.0)
        };
        assert_eq!(note(5, one, 100), None, "the other may have it");
        assert_eq!(note(5, other, 3), None, "it does");
        assert_eq!(note(6, one, 100), None);
        assert_eq!(note(6, other, 90), Some(90));
        assert_eq!(note(6, one, 100), None, "it was told");
        assert_eq!(note(7, one, 100), None, "what came since is another matter");
        assert_eq!(note(7, other, 90), Some(90));
    }
}
