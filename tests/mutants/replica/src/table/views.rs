//! Leaving a view and beginning one.

use super::{Edit, Mutant};

/// See the module.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "no-claims",
        rule: "VIEW-CHANGE claims the PREPARE certificate of every slot above the stable height",
        edits: &[Edit {
            file: "view_change.rs",
            find: "self.slots.values().filter_map(|slot| slot.prepared.as_deref()).collect()",
            replace: "Vec::new()",
        }],
    },
    Mutant {
        name: "order-believed",
        rule: "NEW-VIEW recomputed: every replica derives the order itself, to the byte",
        edits: &[Edit {
            file: "new_view.rs",
            find: "is_proven && self.fill(stable.height, &winners) == **order",
            replace: "is_proven",
        }],
    },
    Mutant {
        name: "claim-above-winner",
        rule: "NEW-VIEW recomputed: no claim is of a later view than the certificate that wins",
        edits: &[Edit {
            file: "new_view.rs",
            find: "(vote.height, vote.view, vote.hash) == (claim.height, claim.view, claim.digest)",
            replace: "vote.view <= claim.view \
                      && (vote.height, vote.hash) == (claim.height, claim.digest)",
        }],
    },
    Mutant {
        name: "digest-claimed",
        rule: "NEW-VIEW recomputed: the digest is that of the certificate, not what is claimed",
        edits: &[
            Edit {
                file: "new_view.rs",
                find: "(vote.height, vote.view, vote.hash) == \
                       (claim.height, claim.view, claim.digest)",
                replace: "(vote.height, vote.view) == (claim.height, claim.view)",
            },
            Edit { file: "new_view.rs", find: "first != claim.digest", replace: "false" },
        ],
    },
    Mutant {
        name: "lowest-claim-wins",
        rule: "NEW-VIEW recomputed: of several claims for a slot, that of the highest view wins",
        edits: &[Edit {
            file: "new_view.rs",
            find: "winner.view < claim.view",
            replace: "winner.view > claim.view",
        }],
    },
    Mutant {
        name: "low-stable",
        rule: "NEW-VIEW recomputed: h* is the highest stable height of all VIEW-CHANGEs in it",
        edits: &[
            Edit {
                file: "new_view.rs",
                find: "chosen.iter().max_by_key(|(change, _)| change.body.stable.height)",
                replace: "chosen.iter().min_by_key(|(change, _)| change.body.stable.height)",
            },
            Edit { file: "new_view.rs", find: "highest != Some(stable.height)", replace: "false" },
        ],
    },
    Mutant {
        name: "same-change-twice",
        rule: "NEW-VIEW recomputed: the signers of its VIEW-CHANGEs are distinct",
        edits: &[Edit {
            file: "new_view.rs",
            find: "signers.count_ones() as usize == changes.len()",
            replace: "true",
        }],
    },
    Mutant {
        name: "few-changes",
        rule: "NEW-VIEW rests on a quorum's VIEW-CHANGEs",
        edits: &[
            Edit {
                file: "new_view.rs",
                find: "changes.len() >= self.quorum()",
                replace: "changes.len() >= self.some_correct()",
            },
            Edit {
                file: "new_view.rs",
                find: ".take(⟦self.quorum()⟧)",
                replace: "self.some_correct()",
            },
            Edit {
                file: "new_view.rs",
                find: "chosen.len() < self.quorum()",
                replace: "chosen.len() < self.some_correct()",
            },
        ],
    },
    Mutant {
        name: "past-new-view",
        rule: "A NEW-VIEW below one's own VIEW-CHANGE is not entered",
        edits: &[Edit {
            file: "new_view.rs",
            find: "view <= self.view || view < own || view < self.target()",
            replace: "view <= self.view",
        }],
    },
    Mutant {
        name: "votes-on",
        rule: "Whoever sent a VIEW-CHANGE votes in no view below it",
        edits: &[
            Edit {
                file: "normal.rs",
                find: "view < self.view || (view == self.view && !self.is_active())",
                replace: "view < self.view",
            },
            Edit {
                file: "normal.rs",
                find: "&& ⟦self.is_active()⟧\n            && height <= self.window_end()",
                replace: "true",
            },
            Edit {
                file: "normal.rs",
                find: "if ⟦view != self.view || !self.is_active()⟧ {\n            return;\n        \
                       }\n        let accepted",
                replace: "view != self.view",
            },
            Edit {
                file: "normal.rs",
                find: "⟦!self.is_active() || view != self.view⟧ || !self.is_in_reach(height)",
                replace: "view != self.view",
            },
            Edit {
                file: "normal.rs",
                find: "view == self.view && self.is_active()",
                replace: "view == self.view",
            },
            Edit {
                file: "replica.rs",
                find: "view != self.view || !self.is_active()",
                replace: "view != self.view",
            },
        ],
    },
    Mutant {
        name: "claims-late",
        rule: "A VIEW-CHANGE cancels votes that wait for the journal, or claims what they rest on",
        edits: &[
            Edit {
                file: "view_change.rs",
                find: "self.slots.values().filter_map(|slot| slot.prepared.as_deref()).collect()",
                replace: "self.slots.iter().filter(|(height, slot)| { \
                          let waits = |known: &Arc<Certificate>| self.awaited.values() \
                          .any(|after| *after == After::Commit(known.vote.view, **height)); \
                          !slot.prepared.as_ref().is_some_and(waits) }) \
                          .filter_map(|(_, slot)| slot.prepared.as_deref()).collect()",
            },
            Edit {
                file: "normal.rs",
                find: "if ⟦view != self.view || !self.is_active()⟧ {\n            return;\n        \
                       }\n        let accepted",
                replace: "view != self.view",
            },
            Edit {
                file: "normal.rs",
                find: "view == self.view && self.is_active()",
                replace: "view == self.view",
            },
            Edit {
                file: "replica.rs",
                find: "view != self.view || !self.is_active()",
                replace: "view != self.view",
            },
        ],
    },
    Mutant {
        name: "wrong-null",
        rule: "NEW-VIEW recomputed: an unclaimed slot is filled with nothing, of its height",
        edits: &[Edit {
            file: "new_view.rs",
            find: "Proposal::null_digest(&self.settings.chain, epoch, height)",
            replace: "Proposal::null_digest(&self.settings.chain, epoch, above)",
        }],
    },
    Mutant {
        name: "digest-of-view",
        rule: "A proposal's digest is fixed when it is first made, and stands in later views",
        edits: &[Edit {
            file: "new_view.rs",
            find: "slot.accepted = Some(Accepted { view, digest, is_durable: true });",
            replace: "if slot.proposal(&digest).is_none_or(|known| known.first_view == view) { \
                      slot.accepted = Some(Accepted { view, digest, is_durable: true }); }",
        }],
    },
];
