//! Leaves views without claiming what it helped to prepare, or claims it as of earlier views, or
//! says that less is final. All that it says has true certificates.

use std::{collections::BTreeMap, sync::Arc};

use weal_consensus::{Claim, Draft, Grounds, Mark, Message, Signed, ViewChange, WINDOW};
use weal_types::{
    Height,
    certificate::{Certificate, CertificateKind},
};

use super::{Scene, Treason, bounded, hearsay::Hearsay};

/// See the module.
#[derive(Default)]
pub(super) struct Forgetful {
    heard: Hearsay,
}

impl Forgetful {
    /// What it might have said some time ago.
    fn forget(
        &self,
        scene: &mut Scene<'_>,
        change: &ViewChange,
        grounds: &Grounds,
    ) -> Option<Message> {
        let (stable, proof) = self.earlier_stable(scene, change, grounds);
        let mut known = self.prepared(scene, change, grounds);
        let reach = stable.height.0 + 1..=stable.height.0 + WINDOW;
        known.retain(|height, _| reach.contains(&height.0));
        let mut prepared = Vec::new();
        for certificates in known.values() {
            if scene.random.chance(700) {
                prepared.push(certificates[scene.random.index(certificates.len())].clone());
            }
        }
        let claim = |certificate: &Certificate| {
            let vote = &certificate.vote;
            Claim { height: vote.height, view: vote.view, digest: vote.hash }
        };
        let claims = bounded(prepared.iter().map(claim).collect())?;
        let body = ViewChange { stable, claims, ..change.clone() };
        let grounds = Grounds { stable: proof, prepared: bounded(prepared)? };
        Some(scene.sign(Draft::ViewChange(body, Arc::new(grounds))))
    }

    /// Its stable height, or one that was stable before, the epoch's beginning among them.
    fn earlier_stable(
        &self,
        scene: &mut Scene<'_>,
        change: &ViewChange,
        grounds: &Grounds,
    ) -> (Mark, Option<Certificate>) {
        let quorum = scene.reign.set.quorum();
        let (epoch, newest) = (change.epoch, change.stable.height);
        let (start, hash) = scene.start;
        let mut known = vec![(Mark { height: start, hash: hash.0 }, None)];
        let proven = self.heard.certificates(CertificateKind::Checkpoint, quorum);
        let earlier = proven.filter(|certificate| {
            let vote = &certificate.vote;
            vote.epoch == epoch && vote.height > start && vote.height < newest
        });
        known.extend(earlier.map(|certificate| {
            let Certificate { vote, .. } = &certificate;
            (Mark { height: vote.height, hash: vote.hash }, Some(certificate))
        }));
        match scene.random.chance(500) {
            true => known.swap_remove(scene.random.index(known.len())),
            false => (change.stable, grounds.stable.clone()),
        }
    }

    /// Every PREPARE certificate that it may claim, by height.
    fn prepared(
        &self,
        scene: &Scene<'_>,
        change: &ViewChange,
        grounds: &Grounds,
    ) -> BTreeMap<Height, Vec<Certificate>> {
        let quorum = scene.reign.set.quorum();
        let mut known: BTreeMap<Height, Vec<Certificate>> = BTreeMap::new();
        let heard = self.heard.certificates(CertificateKind::Prepare, quorum);
        for certificate in heard.chain(grounds.prepared.iter().cloned()) {
            let vote = &certificate.vote;
            if vote.epoch == change.epoch && vote.view < change.view {
                known.entry(vote.height).or_default().push(certificate);
            }
        }
        known
    }
}

impl Treason for Forgetful {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        self.heard.hear(&message);
        match &message {
            Message::ViewChange(change, grounds) if change.signer == scene.me => {
                let Signed { body, .. } = &**change;
                self.forget(scene, body, grounds).into_iter().collect()
            }
            _ => vec![message],
        }
    }

    fn hear(&mut self, _: &mut Scene<'_>, message: &Message) {
        self.heard.hear(message);
    }
}
