//! What must survive a crash, and coming back from one.

use super::{Edit, Mutant};

/// See the module.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "prepare-not-durable",
        rule: "B1: proposal, transactions and vote are durable before PRE-PREPARE and PREPARE",
        edits: &[
            Edit {
                file: "normal.rs",
                find: "self.persist(vec![Record::Accepted { view, proposal }], \
                       After::Prepare(view, height));",
                replace: "self.persist(vec![Record::Accepted { view, proposal }], \
                          After::Prepare(view, height)); self.prepare(view, height);",
            },
            Edit {
                file: "propose.rs",
                find: "self.persist(vec![Record::Accepted { view, proposal }], \
                       After::Prepare(view, height));",
                replace: "self.persist(vec![Record::Accepted { view, proposal }], \
                          After::Prepare(view, height)); self.prepare(view, height);",
            },
        ],
    },
    Mutant {
        name: "commit-not-durable",
        rule: "B2: the PREPARE certificate is durable before COMMIT",
        edits: &[Edit {
            file: "normal.rs",
            find: "self.persist(records, After::Commit(view, height));",
            replace: "self.commit(view, height); \
                      self.persist(records, After::Commit(view, height));",
        }],
    },
    Mutant {
        name: "change-not-durable",
        rule: "A VIEW-CHANGE is durable before it is sent",
        edits: &[Edit {
            file: "view_change.rs",
            find: "self.persist(vec![Record::ViewChange(change, grounds)], \
                   After::Change(target));",
            replace: "self.persist(vec![Record::ViewChange(change, grounds)], \
                      After::Change(target)); self.announce_change(target);",
        }],
    },
    Mutant {
        name: "entry-not-durable",
        rule: "A NEW-VIEW is durable before anything is said in its view",
        edits: &[Edit {
            file: "new_view.rs",
            find: "self.persist(vec![Record::NewView(Arc::clone(signed))], After::Enter(view));",
            replace: "self.persist(vec![Record::NewView(Arc::clone(signed))], \
                      After::Enter(view)); self.entry_durable(view);",
        }],
    },
    Mutant {
        name: "acceptance-forgotten",
        rule: "After a restart, what was accepted is known",
        edits: &[Edit {
            file: "recovery.rs",
            find: "slot.accepted = Some(Accepted { view, digest, is_durable: true });",
            replace: "",
        }],
    },
    Mutant {
        name: "certificate-forgotten",
        rule: "After a restart, PREPARE certificates are known, and claimed",
        edits: &[Edit {
            file: "recovery.rs",
            find: "self.slot(certificate.vote.height).raise_prepared(&certificate);",
            replace: "",
        }],
    },
    Mutant {
        name: "change-forgotten",
        rule: "After a restart, the own VIEW-CHANGE still forbids votes below it",
        edits: &[
            Edit {
                file: "recovery.rs",
                find: "self.phase = Phase::Changing { target, is_durable: true, entering: None };",
                replace: "",
            },
            Edit {
                file: "recovery.rs",
                find: "self.own_change = Some((change, grounds));",
                replace: "",
            },
        ],
    },
    Mutant {
        name: "view-forgotten",
        rule: "After a restart, the view entered last is known",
        edits: &[Edit {
            file: "recovery.rs",
            find: "self.replay_new_view(new_view);",
            replace: "",
        }],
    },
    Mutant {
        name: "stable-forgotten",
        rule: "After a restart, the highest stable height of the journal is known",
        edits: &[
            Edit {
                file: "recovery.rs",
                find: "self.floor = certificate.vote.height;",
                replace: "",
            },
            Edit { file: "recovery.rs", find: "self.proven = Some(certificate);", replace: "" },
        ],
    },
    Mutant {
        name: "stable-not-recorded",
        rule: "A stable height is in the journal before every later vote",
        edits: &[Edit {
            file: "execute.rs",
            find: "self.act(Action::Note(Record::Stable(certificate)));",
            replace: "",
        }],
    },
    Mutant {
        name: "votes-below-stable",
        rule: "After a restart, nothing is said before all that was stable is executed again",
        edits: &[Edit {
            file: "recovery.rs",
            find: "self.voice != Voice::Recovering || self.stable.height < self.floor",
            replace: "self.voice != Voice::Recovering",
        }],
    },
    Mutant {
        name: "nobody-asked",
        rule: "After a restart, nothing is said before the others were asked what they remember",
        edits: &[Edit {
            file: "recovery.rs",
            find: "self.voice = Voice::Asking(BTreeSet::new());",
            replace: "self.voice = Voice::Recovering;",
        }],
    },
    Mutant {
        name: "answers-ignored",
        rule: "Whoever is told of a statement that its journal does not know votes no more",
        edits: &[Edit {
            file: "recovery.rs",
            find: "if let Some(unknown) = ⟦self.unknown(held)⟧ {",
            replace: "None::<Message>",
        }],
    },
    Mutant {
        name: "new-view-not-known",
        rule: "Whoever left a view before a restart may have begun the next one since",
        edits: &[Edit {
            file: "recovery.rs",
            find: "new_view.body.view > begun",
            replace: "new_view.body.view > self.target()",
        }],
    },
    Mutant {
        name: "old-answers-taken",
        rule: "Answers to the questions of an earlier life count for nothing",
        edits: &[Edit { file: "recovery.rs", find: "life != self.life", replace: "false" }],
    },
    Mutant {
        name: "answers-refused",
        rule: "Everyone answers whoever has started, also who may not speak itself",
        edits: &[Edit {
            file: "replica.rs",
            find: "Message::Recall(_, life) => ⟦self.recollect(from, life)⟧,",
            replace: "if self.may_speak() { self.recollect(from, life) }",
        }],
    },
    Mutant {
        name: "order-not-durable",
        rule: "B3: what is ordered, and its transactions, are durable before CHECKPOINT",
        edits: &[Edit {
            file: "execute.rs",
            find: "match ⟦self.is_alone()⟧ {\n            true => self.actions.extend",
            replace: "true",
        }],
    },
];
