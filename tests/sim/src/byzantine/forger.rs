//! Makes certificates out of what it has: too few signers, one signer many times, another statement
//! under old signatures, another epoch. It shows them alone, as the grounds of its VIEW-CHANGEs,
//! and in its NEW-VIEWs.

use std::sync::Arc;

use weal_consensus::{Draft, Grounds, Mark, Message, NewView, PerSlot, ViewChange};
use weal_types::{
    Epoch, Height, View,
    certificate::{Certificate, CertificateKind},
    codec::{Bounded, Version},
};

use super::{Scene, Treason};

/// See the module.
#[derive(Default)]
pub(super) struct Forger {
    /// The newest of a stable height that it heard of.
    heard: Option<Certificate>,
    /// The last one of the epoch before, as true as on its first day.
    past: Option<Certificate>,
}

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

impl Forger {
    fn note(&mut self, certificate: &Certificate) {
        if certificate.vote.kind != CertificateKind::Checkpoint {
            return;
        }
        let before = self.heard.take_if(|heard| heard.vote.epoch < certificate.vote.epoch);
        self.past = before.or_else(|| self.past.take());
        self.heard = Some(certificate.clone());
    }

    /// What proves a stable height, with that height: forged, or of another epoch.
    fn stable(&self, scene: &mut Scene<'_>, proof: Option<&Certificate>) -> Option<Certificate> {
        match &self.past {
            Some(past) if scene.random.chance(500) => Some(past.clone()),
            _ => proof.map(|proof| forge(scene, proof)),
        }
    }

    /// Puts one forged certificate into the grounds, and says what that certifies.
    fn change(&self, scene: &mut Scene<'_>, body: &mut ViewChange, grounds: &mut Grounds) {
        let mut prepared = grounds.prepared.to_vec();
        if prepared.is_empty() || scene.random.chance(500) {
            let Some(stable) = self.stable(scene, grounds.stable.as_ref()) else { return };
            body.stable = Mark { height: stable.vote.height, hash: stable.vote.hash };
            grounds.stable = Some(stable);
            return;
        }
        let at = scene.random.index(prepared.len());
        prepared[at] = forge(scene, &prepared[at]);
        let mut claims = body.claims.to_vec();
        if let Some(claim) = claims.get_mut(at) {
            let vote = &prepared[at].vote;
            (claim.height, claim.view, claim.digest) = (vote.height, vote.view, vote.hash);
        }
        body.claims = PerSlot::new(claims).unwrap_or_default();
        grounds.prepared = PerSlot::new(prepared).unwrap_or_default();
    }

    /// Puts one forged certificate into a NEW-VIEW, and orders what that certifies.
    fn new_view(&self, scene: &mut Scene<'_>, body: &mut NewView) {
        let mut prepared = body.prepared.to_vec();
        if prepared.is_empty() || scene.random.chance(500) {
            let Some(stable) = self.stable(scene, body.certificate.as_ref()) else { return };
            body.stable = Mark { height: stable.vote.height, hash: stable.vote.hash };
            body.certificate = Some(stable);
            return;
        }
        let at = scene.random.index(prepared.len());
        prepared[at] = forge(scene, &prepared[at]);
        let vote = prepared[at].vote;
        let mut order = body.order.to_vec();
        for slotted in order.iter_mut().filter(|slotted| slotted.height == vote.height) {
            slotted.digest = vote.hash;
        }
        body.order = PerSlot::new(order).unwrap_or_default();
        body.prepared = PerSlot::new(prepared).unwrap_or_default();
    }
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
                    version: Version,
                    vote: signed.body,
                    signers: 1 << scene.me,
                    signatures: Bounded::new(vec![signed.signature]).unwrap_or_default(),
                };
                vec![Message::Certificate(Arc::new(forge(scene, &alone))), message]
            }
            Message::ViewChange(signed, grounds) if signed.signer == scene.me => {
                let (mut body, mut grounds) = (signed.body.clone(), (**grounds).clone());
                self.change(scene, &mut body, &mut grounds);
                vec![scene.sign(Draft::ViewChange(body, Arc::new(grounds)))]
            }
            Message::NewView(signed) if signed.signer == scene.me => {
                let mut body = signed.body.clone();
                self.new_view(scene, &mut body);
                vec![scene.sign(Draft::NewView(body))]
            }
            _ => vec![message],
        }
    }

    fn hear(&mut self, _: &mut Scene<'_>, message: &Message) {
        match message {
            Message::Certificate(certificate) => self.note(certificate),
            Message::ViewChange(_, grounds) => {
                grounds.stable.iter().for_each(|stable| self.note(stable));
            }
            _ => {}
        }
    }
}
