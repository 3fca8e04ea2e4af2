//! Memory is bounded, whatever others send.

use super::{Edit, Mutant};

/// See the module.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "far-future-kept",
        rule: "Messages beyond the window are not kept",
        edits: &[Edit {
            file: "replica.rs",
            find: "height.0 <= self.stable.height.0.saturating_add(self.settings.window)",
            replace: "true",
        }],
    },
    Mutant {
        name: "past-kept",
        rule: "What belongs to stable heights is discarded",
        edits: &[Edit {
            file: "execute.rs",
            find: "self.slots.retain(|other, _| *other > height);",
            replace: "",
        }],
    },
    Mutant {
        name: "always-answered",
        rule: "Each validator gets one answer to its STATUS in a heartbeat, and counts once in it",
        edits: &[Edit {
            file: "status.rs",
            find: "!self.answered.status.insert(from)",
            replace: "false",
        }],
    },
];
