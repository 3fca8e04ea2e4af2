//! Makes certificates out of what it has: too few signers, one signer many times, another statement
//! under old signatures, another epoch.

use std::sync::Arc;

use weal_consensus::Message;
use weal_types::{
    Epoch, Height, View,
    certificate::{Certificate, CertificateKind},
    codec::Bounded,
};

use super::{Scene, Treason};

/// See the module.
pub(super) struct Forger;

fn forge(scene: &mut Scene<'_>, certificate: &Certificate) -> Certificate {
    let mut forged = certificate.clone();
    let own = scene.signer.sign(&forged.vote.message(&scene.chain));
    let size = scene.reign.members.len();
    match scene.random.below(7) {
        0 => {
            // All are said to have signed, with the one signature at hand.
            forged.signers = (1 << size) - 1;
            forged.signatures = Bounded::new(vec![own; size]).unwrap_or_default();
        }
        1 => {
            forged.signers = 1 << scene.me;
            forged.signatures = Bounded::new(vec![own]).unwrap_or_default();
        }
        2 => forged.vote.hash = scene.noise(),
        3 => forged.vote.height = Height(forged.vote.height.0 + scene.random.below(3)),
        4 => forged.vote.epoch = Epoch(forged.vote.epoch.0 + 1),
        5 => forged.vote.view = View(forged.vote.view.0 + scene.random.below(3)),
        _ => {
            let kinds =
                [CertificateKind::Prepare, CertificateKind::Commit, CertificateKind::Checkpoint];
            forged.vote.kind = scene.random.pick(&kinds);
        }
    }
    forged
}

impl Treason for Forger {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        match &message {
            Message::Certificate(certificate) => {
                let forged = Arc::new(forge(scene, certificate));
                vec![Message::Certificate(forged), message]
            }
            // A vote alone, as if it were a quorum's.
            Message::Vote(signed) => {
                let alone = Certificate {
                    version: weal_types::codec::Version,
                    vote: signed.body,
                    signers: 1 << scene.me,
                    signatures: Bounded::new(vec![signed.signature]).unwrap_or_default(),
                };
                vec![Message::Certificate(Arc::new(forge(scene, &alone))), message]
            }
            _ => vec![message],
        }
    }
}
