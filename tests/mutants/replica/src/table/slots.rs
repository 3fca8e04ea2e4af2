//! The normal case: proposals and votes in a slot; where slots end.

use super::{Edit, Mutant};

/// See the module.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "second-proposal",
        rule: "Nobody accepts two proposals with one view and height",
        edits: &[Edit {
            file: "normal.rs",
            find: "return self.caught(known, proposed.signed);",
            replace: "slot.accepted = None; slot.proposed = Some(proposed); \
                      self.want_body(height, digest, holder(leader)); \
                      return self.accept_ready();",
        }],
    },
    Mutant {
        name: "proposal-of-later-view",
        rule: "Only a proposal of the present view is accepted",
        edits: &[Edit {
            file: "normal.rs", find: "match ⟦view == self.view⟧ {", replace: "true"
        }],
    },
    Mutant {
        name: "quorum-of-2f+1",
        rule: "A quorum is ⌈(n + f + 1) / 2⌉, also where n is not 3f + 1",
        edits: &[
            Edit {
                file: "replica.rs",
                find: "self.reign.validators.quorum()",
                replace: "2 * self.reign.validators.max_faulty() + 1",
            },
            Edit {
                file: "verify.rs",
                find: "positions.len() < self.validators.quorum()",
                replace: "positions.len() < 2 * self.validators.max_faulty() + 1",
            },
        ],
    },
    Mutant {
        name: "votes-of-all-views",
        rule: "A certificate's votes are of one view",
        edits: &[
            Edit {
                file: "tally.rs",
                find: "let agree = self.said().filter(|(_, said)| ⟦said.view == view⟧",
                replace: "self.kind == CertificateKind::Commit || said.view == view",
            },
            Edit {
                file: "tally.rs",
                find: "self.said().filter(|(_, said)| ⟦said.view == vote.view⟧",
                replace: "self.kind == CertificateKind::Commit || said.view == vote.view",
            },
        ],
    },
    Mutant {
        name: "past-epoch-end",
        rule: "No slot beyond the epoch's end is accepted",
        edits: &[Edit { file: "epoch.rs", find: "end.min(handover.end)", replace: "end" }],
    },
    Mutant {
        name: "epoch-too-early",
        rule: "An epoch begins once the end of the one before is stable",
        edits: &[Edit {
            file: "epoch.rs",
            find: "self.stable.height >= handover.end",
            replace: "self.stable.height.0 + 1 >= handover.end.0",
        }],
    },
    Mutant {
        name: "time-ahead",
        rule: "A fresh proposal's time is at most 500 ms ahead of the voter's clock",
        edits: &[Edit {
            file: "normal.rs",
            find: "time.0 <= now.0.saturating_add(TIME_AHEAD_MS)",
            replace: "true",
        }],
    },
    Mutant {
        name: "time-behind",
        rule: "A fresh proposal's time is at most 10 s behind the voter's clock",
        edits: &[Edit {
            file: "normal.rs",
            find: "now.0 <= time.0.saturating_add(TIME_BEHIND_MS)",
            replace: "true",
        }],
    },
    Mutant {
        name: "unlawful-proposal",
        rule: "A proposal keeps to the limits of blocks, and names its view and proposer",
        edits: &[Edit {
            file: "normal.rs",
            find: "!self.is_lawful(&proposed.signed.body)",
            replace: "false",
        }],
    },
    Mutant {
        name: "prepare-without-body",
        rule: "PREPARE for a fresh proposal needs the transactions",
        edits: &[
            Edit {
                file: "normal.rs",
                find: "if proposed.is_timely => Readiness::Ready,\n            \
                       _ => ⟦Readiness::Wait⟧",
                replace: "if proposed.is_timely { Readiness::Ready } else { Readiness::Wait }",
            },
            Edit {
                file: "normal.rs",
                find: "fn accept(&mut self, height: Height) {\n        let view = ⟦self.view⟧;",
                replace: "if let Some(slot) = self.slots.get_mut(&height) \
                          && let Some(proposed) = &slot.proposed { \
                          let proposal = proposed.signed.body.proposal.clone(); \
                          let body = Content::Valid { proposal, is_kept: false }; \
                          slot.bodies.insert(proposed.digest, body); } \
                          self.view",
            },
        ],
    },
];
