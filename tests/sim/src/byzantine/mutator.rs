//! Changes one small thing in what its replica says, and signs it (Winter et al. 2023: small
//! mutations of real messages find more than noise).

use std::sync::Arc;

use weal_consensus::{
    Claim, Draft, Grounds, Life, Mark, Message, NewView, PrePrepare, Recollection, Slotted, Status,
    ViewChange,
};
use weal_types::{
    Epoch, Hash, Height, TimeMs, View,
    certificate::{Certificate, CertificateKind, Vote},
    codec::Bounded,
};

use super::{Scene, Treason};

/// See the module.
pub(super) struct Mutator;

/// A number that is a little more or less.
fn near(scene: &mut Scene<'_>, number: u64) -> u64 {
    (number + scene.random.below(5)).saturating_sub(2)
}

fn near_view(scene: &mut Scene<'_>, view: View) -> View {
    View(near(scene, view.0))
}

fn near_height(scene: &mut Scene<'_>, height: Height) -> Height {
    Height(near(scene, height.0))
}

/// Another proposal's digest, that of nothing, or a hash of nothing.
fn other_digest(scene: &mut Scene<'_>, height: Height) -> Hash {
    let known: Vec<Hash> = scene.bodies.keys().copied().collect();
    match scene.random.below(3) {
        0 if !known.is_empty() => scene.random.pick(&known),
        1 => scene.null(height),
        _ => scene.noise(),
    }
}

fn mark(scene: &mut Scene<'_>, mark: &mut Mark) {
    match scene.random.below(2) {
        0 => mark.height = near_height(scene, mark.height),
        _ => mark.hash = scene.noise(),
    }
}

/// One of the items is missing, there twice, out of place, or changed.
fn list<T: Clone, const MIN: usize, const MAX: usize>(
    scene: &mut Scene<'_>,
    items: &mut Bounded<T, MIN, MAX>,
    change: impl FnOnce(&mut Scene<'_>, &mut T),
) {
    let mut changed = items.to_vec();
    if changed.is_empty() {
        return;
    }
    let at = scene.random.index(changed.len());
    match scene.random.below(4) {
        0 => drop(changed.remove(at)),
        1 => changed.insert(at, changed[at].clone()),
        2 => {
            let other = scene.random.index(changed.len());
            changed.swap(at, other);
        }
        _ => change(scene, &mut changed[at]),
    }
    // Longer than any may be, it stays as it is.
    if let Ok(changed) = Bounded::new(changed) {
        *items = changed;
    }
}

fn vote(scene: &mut Scene<'_>, vote: &mut Vote) {
    match scene.random.below(4) {
        0 => vote.view = near_view(scene, vote.view),
        1 => vote.height = near_height(scene, vote.height),
        2 => vote.hash = other_digest(scene, vote.height),
        _ => {
            let kinds = [CertificateKind::Prepare, CertificateKind::Commit];
            vote.kind = scene.random.pick(&kinds);
        }
    }
}

fn pre_prepare(scene: &mut Scene<'_>, body: &mut PrePrepare) {
    let proposal = &mut body.proposal;
    match scene.random.below(6) {
        0 => body.view = near_view(scene, body.view),
        1 => proposal.height = near_height(scene, proposal.height),
        2 => proposal.time = TimeMs(near(scene, proposal.time.0) + 900),
        3 => proposal.first_view = near_view(scene, proposal.first_view),
        4 => proposal.tx_root = scene.noise(),
        _ => proposal.tx_count += 1,
    }
}

fn claim(scene: &mut Scene<'_>, claim: &mut Claim) {
    match scene.random.below(3) {
        0 => claim.height = near_height(scene, claim.height),
        1 => claim.view = near_view(scene, claim.view),
        _ => claim.digest = other_digest(scene, claim.height),
    }
}

fn view_change(scene: &mut Scene<'_>, body: &mut ViewChange, grounds: &mut Arc<Grounds>) {
    match scene.random.below(4) {
        0 => body.view = near_view(scene, body.view),
        1 => mark(scene, &mut body.stable),
        2 => list(scene, &mut body.claims, claim),
        _ => list(scene, &mut Arc::make_mut(grounds).prepared, certificate),
    }
}

fn new_view(scene: &mut Scene<'_>, body: &mut NewView) {
    let slotted = |scene: &mut Scene<'_>, slotted: &mut Slotted| match scene.random.below(2) {
        0 => slotted.height = near_height(scene, slotted.height),
        _ => slotted.digest = other_digest(scene, slotted.height),
    };
    match scene.random.below(5) {
        0 => body.view = near_view(scene, body.view),
        1 => mark(scene, &mut body.stable),
        2 => list(scene, &mut body.order, slotted),
        3 => list(scene, &mut body.prepared, certificate),
        _ => list(scene, &mut body.changes, |scene, change| {
            list(scene, &mut change.body.claims, claim);
        }),
    }
}

fn certificate(scene: &mut Scene<'_>, certificate: &mut Certificate) {
    match scene.random.below(3) {
        0 => certificate.signers ^= 1 << scene.random.below(8),
        1 => vote(scene, &mut certificate.vote),
        _ => list(scene, &mut certificate.signatures, |_, signature| signature[0] ^= 1),
    }
}

fn status(scene: &mut Scene<'_>, status: &mut Status) {
    match scene.random.below(5) {
        0 => status.view = near_view(scene, status.view),
        1 => status.stable = near_height(scene, status.stable),
        2 => status.change = near_view(scene, status.change),
        3 => status.bodies ^= 1 << scene.random.below(32),
        _ => status.ordered ^= 1 << scene.random.below(32),
    }
}

/// What it holds of another: it can leave out, but not invent.
fn recalled(scene: &mut Scene<'_>, life: &mut Life, held: &mut Recollection) {
    match scene.random.below(4) {
        0 => life.0 = near(scene, life.0),
        1 => list(scene, &mut held.votes, |scene, signed| vote(scene, &mut signed.body)),
        2 => match &mut held.change {
            Some(change) => change.body.view = near_view(scene, change.body.view),
            None => held.new_view = None,
        },
        _ => held.change = None,
    }
}

fn mutate(scene: &mut Scene<'_>, message: Message) -> Message {
    match message {
        Message::Vote(mut signed) => {
            vote(scene, &mut signed.body);
            scene.sign(Draft::Vote(signed.body))
        }
        Message::PrePrepare(mut signed) if signed.signer == scene.me => {
            pre_prepare(scene, &mut signed.body);
            scene.sign(Draft::PrePrepare(signed.body))
        }
        Message::ViewChange(signed, mut grounds) if signed.signer == scene.me => {
            let mut body = signed.body.clone();
            view_change(scene, &mut body, &mut grounds);
            scene.sign(Draft::ViewChange(body, grounds))
        }
        Message::NewView(signed) if signed.signer == scene.me => {
            let mut body = signed.body.clone();
            new_view(scene, &mut body);
            scene.sign(Draft::NewView(body))
        }
        Message::Status(mut said) => {
            status(scene, &mut said);
            Message::Status(said)
        }
        Message::Certificate(mut known) => {
            certificate(scene, Arc::make_mut(&mut known));
            Message::Certificate(known)
        }
        Message::Recall(epoch, life) => match scene.random.below(2) {
            0 => Message::Recall(Epoch(near(scene, epoch.0)), life),
            _ => Message::Recall(epoch, Life(near(scene, life.0))),
        },
        Message::Recalled(epoch, mut life, mut held) => {
            recalled(scene, &mut life, Arc::make_mut(&mut held));
            Message::Recalled(epoch, life, held)
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
