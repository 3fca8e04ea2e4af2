//! Makes up votes and VIEW-CHANGEs of others, and certificates, and passes honest votes off as what
//! they are not.

use std::sync::Arc;

use weal_consensus::{Mark, Message, PerSlot, Signed, SignedVote, Statement, ViewChange};
use weal_types::{
    View,
    certificate::{Certificate, CertificateKind, Vote},
    codec::Version,
};

use super::{Scene, Treason, bounded};

/// Honest votes that are kept to be passed off as others.
const KEPT: usize = 64;

/// See the module.
#[derive(Default)]
pub(super) struct Counterfeiter {
    heard: Vec<SignedVote>,
}

impl Treason for Counterfeiter {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        let mut messages = vec![message];
        if let Message::Vote(signed) = &messages[0]
            && signed.body.kind != CertificateKind::Checkpoint
        {
            let vote = signed.body;
            let forged = self.forge(scene, &vote);
            messages.extend(forged);
        }
        messages
    }

    /// All others want the next view, it says.
    fn act(&mut self, scene: &mut Scene<'_>) -> Vec<(usize, Message)> {
        let (start, hash) = scene.start;
        let body = ViewChange {
            epoch: scene.reign.set.epoch,
            view: View(scene.view.0 + 1),
            stable: Mark { height: start, hash: hash.0 },
            claims: PerSlot::default(),
        };
        let others = (0..scene.reign.members.len() as u8).filter(|signer| *signer != scene.me);
        let forged = others.map(|signer| {
            let signed = Signed { body: body.clone(), signer, signature: [1; 64] };
            Message::ViewChange(Arc::new(signed), Arc::default())
        });
        let forged: Vec<Message> = forged.collect();
        let to = scene.reign.members.iter();
        to.flat_map(|to| forged.iter().map(|message| (*to, message.clone()))).collect()
    }

    fn hear(&mut self, _: &mut Scene<'_>, message: &Message) {
        if let Message::Vote(signed) = message
            && signed.body.kind != CertificateKind::Checkpoint
        {
            if self.heard.len() >= KEPT {
                self.heard.remove(0);
            }
            self.heard.push(*signed);
        }
    }
}

impl Counterfeiter {
    fn forge(&self, scene: &mut Scene<'_>, vote: &Vote) -> Vec<Message> {
        let size = scene.reign.members.len();
        let quorum = scene.reign.set.quorum();
        let nothing = scene.null(vote.height);
        let ordered = Vote { kind: CertificateKind::Commit, hash: nothing, ..*vote };
        match scene.random.index(5) {
            // Everybody's votes, with signatures of nobody.
            0 => (0..size as u8)
                .map(|signer| Signed { body: ordered, signer, signature: [1; 64] })
                .map(Message::Vote)
                .collect(),
            // A quorum's certificate, with signatures of nobody.
            1 => certificate(ordered, (1 << quorum) - 1, vec![[1; 64]; quorum]),
            // One signer, many times.
            2 => {
                let signature = scene.signer.sign(&Statement::message(&ordered, &scene.chain));
                certificate(ordered, 1 << scene.me, vec![signature; quorum])
            }
            // PREPAREs as COMMITs.
            3 => self.passed_off(|vote| Vote { kind: CertificateKind::Commit, ..vote }),
            // Votes as those of the next view.
            _ => self.passed_off(|vote| Vote { view: View(vote.view.0 + 1), ..vote }),
        }
    }

    fn passed_off(&self, alter: impl Fn(Vote) -> Vote) -> Vec<Message> {
        let altered =
            self.heard.iter().map(|signed| Signed { body: alter(signed.body), ..*signed });
        altered.map(Message::Vote).collect()
    }
}

fn certificate(vote: Vote, signers: u128, signatures: Vec<[u8; 64]>) -> Vec<Message> {
    let signatures = bounded(signatures);
    let certificate = signatures
        .map(|signatures| Certificate { version: Version, vote, signers, signatures })
        .map(|certificate| Message::Certificate(Arc::new(certificate)));
    certificate.into_iter().collect()
}
