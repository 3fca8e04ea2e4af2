//! Changes one small thing in what its replica says, and signs it (Winter et al. 2023: small
//! mutations of real messages find more than noise).

use std::sync::Arc;

use weal_consensus::{Draft, Message};
use weal_types::{Height, TimeMs, View, certificate::CertificateKind};

use super::{Scene, Treason};

/// See the module.
pub(super) struct Mutator;

/// A number that is a little more or less.
fn near(scene: &mut Scene<'_>, number: u64) -> u64 {
    (number + scene.random.below(5)).saturating_sub(2)
}

fn mutate(scene: &mut Scene<'_>, message: Message) -> Message {
    match message {
        Message::Vote(signed) => {
            let mut vote = signed.body;
            match scene.random.below(3) {
                0 => vote.view = View(near(scene, vote.view.0)),
                1 => vote.height = Height(near(scene, vote.height.0)),
                _ => {
                    let kinds = [CertificateKind::Prepare, CertificateKind::Commit];
                    vote.kind = scene.random.pick(&kinds);
                }
            }
            scene.sign(Draft::Vote(vote))
        }
        Message::PrePrepare(signed) if signed.signer == scene.me => {
            let mut body = signed.body;
            match scene.random.below(5) {
                0 => body.view = View(near(scene, body.view.0)),
                1 => body.proposal.height = Height(near(scene, body.proposal.height.0)),
                2 => body.proposal.time = TimeMs(near(scene, body.proposal.time.0) + 900),
                3 => body.proposal.first_view = View(near(scene, body.proposal.first_view.0)),
                _ => body.proposal.tx_count += 1,
            }
            scene.sign(Draft::PrePrepare(body))
        }
        Message::ViewChange(signed, grounds) if signed.signer == scene.me => {
            let mut body = signed.body.clone();
            match scene.random.below(2) {
                0 => body.view = View(near(scene, body.view.0)),
                _ => body.stable.height = Height(near(scene, body.stable.height.0)),
            }
            scene.sign(Draft::ViewChange(body, grounds))
        }
        Message::NewView(signed) if signed.signer == scene.me => {
            let mut body = signed.body.clone();
            match scene.random.below(2) {
                0 => body.view = View(near(scene, body.view.0)),
                _ => body.stable.height = Height(near(scene, body.stable.height.0)),
            }
            scene.sign(Draft::NewView(body))
        }
        Message::Status(mut status) => {
            match scene.random.below(4) {
                0 => status.view = View(near(scene, status.view.0)),
                1 => status.stable = Height(near(scene, status.stable.0)),
                2 => status.change = View(near(scene, status.change.0)),
                _ => status.ordered ^= 1 << scene.random.below(32),
            }
            Message::Status(status)
        }
        Message::Certificate(certificate) => {
            let mut certificate = (*certificate).clone();
            certificate.signers ^= 1 << scene.random.below(8);
            Message::Certificate(Arc::new(certificate))
        }
        other => other,
    }
}

impl Treason for Mutator {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        match scene.random.chance(300) {
            true => vec![mutate(scene, message)],
            false => vec![message],
        }
    }
}
