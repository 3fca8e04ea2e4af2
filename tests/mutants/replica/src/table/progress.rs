//! What keeps the chain going, and what keeps it quiet.

use super::{Edit, Mutant};

/// See the module.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "not-offered-again",
        rule: "Half-way through its patience a replica offers the oldest transactions again",
        edits: &[
            Edit {
                file: "timing.rs",
                find: "Timer::Offer => ⟦self.act(Action::Offer)⟧,",
                replace: "()",
            },
            Edit {
                file: "timing.rs",
                find: "if ⟦self.oldest.is_some()⟧ {\n                self.act(Action::Offer);",
                replace: "false",
            },
        ],
    },
    Mutant {
        name: "oneself-not-counted",
        rule: "G(v), those who want view v, includes the replica itself",
        edits: &[Edit {
            file: "view_change.rs",
            find: "self.changes.values().map(|(change, _)| change.body.view).collect()",
            replace: "self.changes.values().filter(|(change, _)| change.signer != self.me()) \
                      .map(|(change, _)| change.body.view).collect()",
        }],
    },
    Mutant {
        name: "nobody-followed",
        rule: "A replica adopts the highest view that f + 1 want",
        edits: &[Edit { file: "view_change.rs", find: "self.change_view(wanted);", replace: "" }],
    },
    Mutant {
        name: "liar-followed",
        rule: "One validator alone moves nobody to another view",
        edits: &[Edit {
            file: "view_change.rs",
            find: "self.wanted_by(⟦self.some_correct()⟧)",
            replace: "1",
        }],
    },
    Mutant {
        name: "stable-not-served",
        rule: "Whoever lags is sent the newest CHECKPOINT certificate",
        edits: &[Edit {
            file: "status.rs",
            find: "self.act(Action::Send(from, Message::Certificate(certificate)));",
            replace: "",
        }],
    },
    Mutant {
        name: "view-not-served",
        rule: "Whoever is in an earlier view is sent the NEW-VIEW",
        edits: &[Edit {
            file: "status.rs",
            find: "self.act(Action::Send(to, Message::NewView(new_view)));",
            replace: "",
        }],
    },
    Mutant {
        name: "checkpoints-not-served",
        rule: "Whoever lags is sent the own CHECKPOINTs once more",
        edits: &[Edit {
            file: "status.rs",
            find: "messages.extend(slot.checkpoints.of(me, epoch, height).into_iter()\
                   .map(Message::Vote));",
            replace: "",
        }],
    },
    Mutant {
        name: "change-sent-once",
        rule: "A VIEW-CHANGE is sent again until its view begins",
        edits: &[
            Edit {
                file: "timing.rs",
                find: "self.act(Action::Broadcast(Message::ViewChange(signed, grounds)));",
                replace: "",
            },
            Edit {
                file: "status.rs",
                find: "self.act(Action::Send(to, Message::ViewChange(change, grounds)));",
                replace: "",
            },
        ],
    },
    Mutant {
        name: "sync-wakes-nobody",
        rule: "A NEW-VIEW that waits for blocks is looked at again once they are there",
        edits: &[
            Edit { file: "execute.rs", find: "self.try_enter();", replace: "" },
            Edit { file: "recovery.rs", find: "self.try_enter();", replace: "" },
        ],
    },
    Mutant {
        name: "patience-constant",
        rule: "Patience doubles with every view in which nothing was ordered",
        edits: &[Edit {
            file: "timing.rs",
            find: "PROGRESS_MS.saturating_mul(1 << self.fruitless()).min(PROGRESS_MOST_MS)",
            replace: "PROGRESS_MS",
        }],
    },
    Mutant {
        name: "running-ahead",
        rule: "Patience with a new view runs only once a quorum wants it",
        edits: &[Edit {
            file: "timing.rs",
            find: "entering.is_some() || self.wanted_by(self.quorum()) >= *target",
            replace: "true",
        }],
    },
    Mutant {
        name: "timer-when-idle",
        rule: "Patience runs only while the leader owes something",
        edits: &[Edit {
            file: "timing.rs",
            find: "is_ready || self.must_fill(lowest) || is_begun()",
            replace: "true",
        }],
    },
    Mutant {
        name: "blocks-when-idle",
        rule: "While nothing is to be ordered, no block is built",
        edits: &[Edit {
            file: "propose.rs",
            find: "self.is_due || self.must_fill(height)",
            replace: "true",
        }],
    },
    Mutant {
        name: "epoch-not-filled",
        rule: "A scheduled end of the epoch is reached, if need be with empty blocks",
        edits: &[Edit {
            file: "epoch.rs",
            find: "self.reign.handover.as_ref().is_some_and(|handover| height <= handover.end)",
            replace: "false",
        }],
    },
    Mutant {
        name: "second-end-forgotten",
        rule: "An end that is decided before its epoch begins is known when it does",
        edits: &[Edit { file: "epoch.rs", find: "then.map(|then| *then)", replace: "None" }],
    },
    Mutant {
        name: "term-without-end",
        rule: "A leader's view ends with its term",
        edits: &[Edit {
            file: "epoch.rs",
            find: "self.is_active() && !self.is_alone() && self.stable.height >= self.term_end()",
            replace: "false",
        }],
    },
    Mutant {
        name: "unfairness-tolerated",
        rule: "A leader that f + 1 call unfair is replaced",
        edits: &[Edit {
            file: "view_change.rs",
            find: "self.unfair.len() >= self.some_correct()",
            replace: "false",
        }],
    },
    Mutant {
        name: "unfairness-of-one",
        rule: "One validator's word replaces no leader",
        edits: &[Edit {
            file: "view_change.rs",
            find: "self.unfair.len() >= self.some_correct()",
            replace: "true",
        }],
    },
    Mutant {
        name: "lone-changer-left",
        rule: "The others change the view for one that left it alone",
        edits: &[Edit { file: "status.rs", find: "self.blame_leader();", replace: "" }],
    },
    Mutant {
        name: "epoch-end-not-served",
        rule: "Whoever is in an earlier epoch is sent the certificate of its end",
        edits: &[Edit {
            file: "status.rs",
            find: "self.act(Action::SendEpochEnd { to: from, epoch: status.epoch });",
            replace: "",
        }],
    },
    Mutant {
        name: "bodies-asked-once",
        rule: "Missing transactions are asked for until they are there",
        edits: &[Edit { file: "bodies.rs", find: "self.actions.extend(again);", replace: "" }],
    },
];
