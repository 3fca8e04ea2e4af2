//! What signatures bind, and the door that checks them.

use super::{Edit, Mutant};

/// See the module.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "kind-not-signed",
        rule: "A vote's signature binds its kind: a PREPARE is no COMMIT",
        edits: &[
            Edit {
                file: "message.rs",
                find: "Self::message(self, chain)",
                replace: "Self::message(&Self { kind: match self.kind { \
                          weal_types::certificate::CertificateKind::Commit => \
                          weal_types::certificate::CertificateKind::Prepare, \
                          kind => kind }, ..*self }, chain)",
            },
            Edit {
                file: "message.rs",
                find: "Self::Vote(body) => ⟦body.message(chain)⟧",
                replace: "Statement::message(body, chain)",
            },
            Edit {
                file: "verify.rs",
                find: "let message = ⟦vote.message(self.chain)⟧;",
                replace: "Statement::message(vote, self.chain)",
            },
        ],
    },
    Mutant {
        name: "view-not-signed",
        rule: "A vote's signature binds its view",
        edits: &[
            Edit {
                file: "message.rs",
                find: "Self::message(self, chain)",
                replace: "Self::message(&Self { view: View::ZERO, ..*self }, chain)",
            },
            Edit {
                file: "message.rs",
                find: "Self::Vote(body) => ⟦body.message(chain)⟧",
                replace: "Statement::message(body, chain)",
            },
            Edit {
                file: "verify.rs",
                find: "let message = ⟦vote.message(self.chain)⟧;",
                replace: "Statement::message(vote, self.chain)",
            },
        ],
    },
    Mutant {
        name: "epoch-not-signed",
        rule: "A vote's signature binds its epoch",
        edits: &[
            Edit {
                file: "message.rs",
                find: "Self::message(self, chain)",
                replace: "Self::message(&Self { epoch: Epoch(0), ..*self }, chain)",
            },
            Edit {
                file: "message.rs",
                find: "Self::Vote(body) => ⟦body.message(chain)⟧",
                replace: "Statement::message(body, chain)",
            },
            Edit {
                file: "verify.rs",
                find: "let message = ⟦vote.message(self.chain)⟧;",
                replace: "Statement::message(vote, self.chain)",
            },
        ],
    },
    Mutant {
        name: "height-not-signed",
        rule: "A vote's signature binds its height",
        edits: &[
            Edit {
                file: "message.rs",
                find: "Self::message(self, chain)",
                replace: "Self::message(&Self { height: Height::ZERO, ..*self }, chain)",
            },
            Edit {
                file: "message.rs",
                find: "Self::Vote(body) => ⟦body.message(chain)⟧",
                replace: "Statement::message(body, chain)",
            },
            Edit {
                file: "verify.rs",
                find: "let message = ⟦vote.message(self.chain)⟧;",
                replace: "Statement::message(vote, self.chain)",
            },
        ],
    },
    Mutant {
        name: "chain-not-signed",
        rule: "The signatures of PRE-PREPARE, VIEW-CHANGE and NEW-VIEW bind the chain",
        edits: &[
            Edit {
                file: "message.rs",
                find: "hash(Tag::PrePrepare, &[⟦&chain.0⟧, &self.proposal.epoch.encode(), &body])",
                replace: "&[0; 32]",
            },
            Edit {
                file: "message.rs",
                find: "hash(Tag::ViewChange, &[⟦&chain.0⟧, &self.epoch.encode(), &body])",
                replace: "&[0; 32]",
            },
            Edit {
                file: "message.rs",
                find: "hash(Tag::NewView, &[⟦&chain.0⟧, &self.epoch.encode(), &body])",
                replace: "&[0; 32]",
            },
        ],
    },
    Mutant {
        name: "claims-not-signed",
        rule: "A VIEW-CHANGE's signature binds its claims",
        edits: &[Edit {
            file: "message.rs",
            find: "(self.view, self.stable, &self.claims).encode()",
            replace: "(self.view, self.stable).encode()",
        }],
    },
    Mutant {
        name: "changes-not-signed",
        rule: "A NEW-VIEW's signature binds the VIEW-CHANGEs that it shows",
        edits: &[Edit {
            file: "message.rs",
            find: "(self.view, changes, self.stable, &self.order).encode()",
            replace: "(self.view, self.stable, &self.order).encode()",
        }],
    },
    Mutant {
        name: "votes-unchecked",
        rule: "The signature of every vote is checked",
        edits: &[Edit {
            file: "verify.rs",
            find: "check_kind(&signed.body)?;\n                ⟦self.add(&mut checks, signed)?;⟧",
            replace: "",
        }],
    },
    Mutant {
        name: "certificates-unchecked",
        rule: "The signatures of every certificate are checked",
        edits: &[Edit {
            file: "verify.rs",
            find: "Message::Certificate(certificate) => \
                   ⟦self.add_certificate(&mut checks, certificate)?⟧,",
            replace: "()",
        }],
    },
    Mutant {
        name: "new-view-certificates-unchecked",
        rule: "The signatures of the certificates in a NEW-VIEW are checked",
        edits: &[Edit {
            file: "verify.rs",
            find: "            ⟦self.add_certificate(checks, certificate)?;⟧\n",
            replace: "",
        }],
    },
    Mutant {
        name: "new-view-stable-unchecked",
        rule: "The stable height of a NEW-VIEW is proven",
        edits: &[Edit {
            file: "verify.rs",
            find: "self.add_stable(checks, stable, certificate.as_ref())?;",
            replace: "",
        }],
    },
    Mutant {
        name: "new-view-changes-unchecked",
        rule: "The signatures of the VIEW-CHANGEs in a NEW-VIEW are checked",
        edits: &[Edit {
            file: "verify.rs",
            find: "            ⟦self.add_change(checks, change)?;⟧\n",
            replace: "",
        }],
    },
    Mutant {
        name: "same-signer-twice",
        rule: "The signers of a certificate are distinct: each bit counts once, with one signature",
        edits: &[
            Edit {
                file: "verify.rs",
                find: "positions.len() != signatures.len()",
                replace: "signatures.len() < self.validators.quorum()",
            },
            Edit {
                file: "verify.rs",
                find: "positions.len() < self.validators.quorum()",
                replace: "false",
            },
        ],
    },
    Mutant {
        name: "leader-unchecked",
        rule: "A proposal is signed by the leader of its view",
        edits: &[Edit {
            file: "verify.rs",
            find: "self.check_leader(signed.signer, signed.body.view)?;",
            replace: "",
        }],
    },
    Mutant {
        name: "bad-claim-kept",
        rule: "A VIEW-CHANGE with a claim that lacks its certificate is rejected as a whole",
        edits: &[Edit {
            file: "verify.rs",
            find: "change.claims.len() != grounds.prepared.len() || \
                       !pairs.clone().all(proves)",
            replace: "false",
        }],
    },
    Mutant {
        name: "changes-unchecked",
        rule: "The signature of every VIEW-CHANGE is checked",
        edits: &[Edit {
            file: "verify.rs",
            find: "self.add_change(&mut checks, signed)?;",
            replace: "",
        }],
    },
    Mutant {
        name: "grounds-unchecked",
        rule: "Whoever leads the next view checks the certificates that a VIEW-CHANGE rests on",
        edits: &[Edit {
            file: "verify.rs",
            find: "pairs.into_iter().try_for_each(|(_, certificate)| \
                   self.add_certificate(checks, certificate))",
            replace: "Ok(())",
        }],
    },
    Mutant {
        name: "grounds-stable-unchecked",
        rule: "And that of its stable height",
        edits: &[Edit {
            file: "verify.rs",
            find: "self.add_stable(checks, &change.stable, grounds.stable.as_ref())?;",
            replace: "",
        }],
    },
    Mutant {
        name: "new-view-leader-unchecked",
        rule: "A NEW-VIEW is signed by the leader of its view",
        edits: &[Edit {
            file: "verify.rs",
            find: "self.check_leader(signed.signer, *view)?;",
            replace: "",
        }],
    },
];
