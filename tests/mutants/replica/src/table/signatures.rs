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
];
