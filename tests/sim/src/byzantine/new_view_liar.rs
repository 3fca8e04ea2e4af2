//! Begins the views that it leads with something that does not follow from the VIEW-CHANGEs.

use std::{collections::BTreeSet, rc::Rc};

use weal_consensus::{
    Claim, Draft, Mark, Message, NewView, PrePrepare, Signed, Slotted, Statement, ViewChange,
};
use weal_types::{
    Gas, Height, View,
    block::Proposal,
    certificate::{Certificate, CertificateKind, Vote},
    codec::Version,
};

use super::{Scene, Treason, bounded, hearsay::Hearsay};
use crate::ledger::{Body, tx_root};

/// See the module.
#[derive(Default)]
pub(super) struct NewViewLiar {
    /// The lie that it tells in this view, with what follows from it: the same to everybody.
    told: Option<(View, Vec<Message>)>,
    heard: Hearsay,
}

impl Treason for NewViewLiar {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        self.heard.hear(&message);
        let Message::NewView(signed) = &message else { return vec![message] };
        if signed.signer != scene.me {
            return vec![message];
        }
        let view = signed.body.view;
        if let Some((_, told)) = self.told.as_ref().filter(|(told_in, _)| *told_in == view) {
            return told.clone();
        }
        let told = match self.lie(scene, &signed.body) {
            Some(lie) => {
                let mut told = vec![scene.sign(Draft::NewView(lie.clone()))];
                let is_left_out = |slotted: &&Slotted| {
                    lie.order.iter().all(|known| known.height != slotted.height)
                };
                for slotted in signed.body.order.iter().filter(is_left_out) {
                    told.extend(replace(scene, view, slotted));
                }
                told
            }
            None => vec![message],
        };
        self.told = Some((view, told.clone()));
        told
    }

    fn hear(&mut self, _: &mut Scene<'_>, message: &Message) {
        self.heard.hear(message);
    }
}

impl NewViewLiar {
    fn lie(&self, scene: &mut Scene<'_>, new_view: &NewView) -> Option<NewView> {
        match scene.random.index(10) {
            0 => omit(scene, new_view),
            1 => repeat(scene, new_view),
            2 => claim_nothing(scene, new_view),
            3 => raise_stable(scene, new_view),
            4 => forge_changes(scene, new_view),
            5 | 6 => forge_certificate(scene, new_view),
            7 => claim_late(scene, new_view),
            _ => self.claim_old(scene, new_view).or_else(|| omit(scene, new_view)),
        }
    }

    /// Claims with an older certificate, for something else, that its view is the newest.
    fn claim_old(&self, scene: &mut Scene<'_>, new_view: &NewView) -> Option<NewView> {
        let quorum = scene.reign.set.quorum();
        let old = |slotted: &Slotted| {
            self.heard.certificates(CertificateKind::Prepare, quorum).find(|certificate| {
                let vote = &certificate.vote;
                vote.epoch == new_view.epoch
                    && vote.height == slotted.height
                    && vote.view < new_view.view
                    && vote.hash != slotted.digest
            })
        };
        let certificate = new_view.order.iter().find_map(old)?;
        let Vote { height, hash: digest, .. } = certificate.vote;
        let newest = View(new_view.view.0 - 1);
        let claim = Claim { height, view: newest, digest };
        let mut lie = with_own(scene, new_view, new_view.stable, vec![claim])?;
        let replace = |known: &Certificate| match known.vote.height == height {
            true => certificate.clone(),
            false => known.clone(),
        };
        lie.prepared = bounded(new_view.prepared.iter().map(replace).collect())?;
        let put = |known: &Slotted| match known.height == height {
            true => Slotted { height, digest },
            false => *known,
        };
        lie.order = bounded(new_view.order.iter().map(put).collect())?;
        Some(lie)
    }
}

/// The own VIEW-CHANGE, with these claims, first among the others'.
fn with_own(
    scene: &Scene<'_>,
    new_view: &NewView,
    stable: Mark,
    claims: Vec<Claim>,
) -> Option<NewView> {
    let (epoch, view) = (new_view.epoch, new_view.view);
    let body = ViewChange { epoch, view, stable, claims: bounded(claims)? };
    let signature = scene.signer.sign(&body.message(&scene.chain));
    let own = Signed { body, signer: scene.me, signature };
    let others = new_view.changes.iter().filter(|change| change.signer != scene.me).cloned();
    let changes = std::iter::once(own).chain(others).collect();
    Some(NewView { changes: bounded(changes)?, ..new_view.clone() })
}

/// Empties the slots of the order that somebody claims.
fn omit(scene: &Scene<'_>, new_view: &NewView) -> Option<NewView> {
    let empty =
        |slotted: &Slotted| Slotted { height: slotted.height, digest: scene.null(slotted.height) };
    Some(NewView {
        order: bounded(new_view.order.iter().map(empty).collect())?,
        ..new_view.clone()
    })
}

/// Leaves out all claims but that for the highest slot; that one too, where there are no others.
fn forget(scene: &Scene<'_>, new_view: &NewView) -> (Vec<Claim>, NewView) {
    let last = new_view.prepared.last().filter(|_| new_view.order.len() > 1).cloned();
    let Some(last) = last else {
        let nothing =
            NewView { order: Default::default(), prepared: Default::default(), ..new_view.clone() };
        return (Vec::new(), nothing);
    };
    let Vote { height, view, hash, .. } = last.vote;
    let keep = |slotted: &Slotted| match slotted.height == height {
        true => *slotted,
        false => Slotted { height: slotted.height, digest: scene.null(slotted.height) },
    };
    let order = bounded(new_view.order.iter().map(keep).collect()).unwrap_or_default();
    let prepared = bounded(vec![last]).unwrap_or_default();
    (vec![Claim { height, view, digest: hash }], NewView { order, prepared, ..new_view.clone() })
}

/// Shows one VIEW-CHANGE, which claims next to nothing, as often as a quorum needs.
fn repeat(scene: &Scene<'_>, new_view: &NewView) -> Option<NewView> {
    let (claims, lie) = forget(scene, new_view);
    let own = with_own(scene, new_view, new_view.stable, claims)?.changes.first()?.clone();
    Some(NewView { changes: bounded(vec![own; scene.reign.set.quorum()])?, ..lie })
}

/// Puts another proposal, of nothing, where one was left out, and votes for it.
fn replace(scene: &mut Scene<'_>, view: View, slotted: &Slotted) -> Vec<Message> {
    let Some(known) = scene.bodies.get(&slotted.digest) else { return Vec::new() };
    let proposal = Proposal {
        first_view: view,
        proposer: scene.me,
        tx_root: tx_root(&[]),
        tx_count: 0,
        tx_bytes: 0,
        gas: Gas(0),
        ..known.proposal.clone()
    };
    let body = Rc::new(Body::new(proposal.clone(), Vec::new()));
    let (epoch, height, hash) = (proposal.epoch, proposal.height, body.digest);
    scene.bodies.insert(body.digest, body);
    let kinds = [CertificateKind::Prepare, CertificateKind::Commit];
    let votes = kinds.map(|kind| Draft::Vote(Vote { kind, epoch, view, height, hash }));
    let said = [Draft::PrePrepare(PrePrepare { view, proposal })].into_iter().chain(votes);
    said.map(|draft| scene.sign(draft)).collect()
}

/// Claims with good certificates that what they certify is nothing.
fn claim_nothing(scene: &Scene<'_>, new_view: &NewView) -> Option<NewView> {
    let claim = |certificate: &Certificate| {
        let Vote { height, view, .. } = certificate.vote;
        Claim { height, view, digest: scene.null(height) }
    };
    let claims = new_view.prepared.iter().map(claim).collect();
    let lie = with_own(scene, new_view, new_view.stable, claims)?;
    omit(scene, &lie)
}

/// Names a stable height that nobody has reached.
fn raise_stable(scene: &Scene<'_>, new_view: &NewView) -> Option<NewView> {
    let stable = Mark { height: Height(new_view.stable.height.0 + 20), hash: [13; 32] };
    let lie = with_own(scene, new_view, stable, Vec::new())?;
    Some(NewView {
        stable,
        certificate: None,
        order: bounded(Vec::new())?,
        prepared: bounded(Vec::new())?,
        ..lie
    })
}

/// Makes up what the others want: nothing.
fn forge_changes(scene: &Scene<'_>, new_view: &NewView) -> Option<NewView> {
    let (epoch, view, stable) = (new_view.epoch, new_view.view, new_view.stable);
    let (claims, forgotten) = forget(scene, new_view);
    let lie = with_own(scene, new_view, stable, claims)?;
    let forge = |change: &Signed<ViewChange>| match change.signer == scene.me {
        true => Some(change.clone()),
        false => {
            let body = ViewChange { epoch, view, stable, claims: bounded(Vec::new())? };
            Some(Signed { body, signer: change.signer, signature: [1; 64] })
        }
    };
    let changes: Option<Vec<_>> = lie.changes.iter().map(forge).collect();
    Some(NewView { changes: bounded(changes?)?, ..forgotten })
}

/// Claims with good certificates that they are of the newest view.
fn claim_late(scene: &Scene<'_>, new_view: &NewView) -> Option<NewView> {
    let newest = View(new_view.view.0 - 1);
    let claim = |certificate: &Certificate| {
        let Vote { height, hash, .. } = certificate.vote;
        Claim { height, view: newest, digest: hash }
    };
    let claims = new_view.prepared.iter().map(claim).collect();
    with_own(scene, new_view, new_view.stable, claims)
}

/// Makes up certificates, for nothing, of the newest view.
fn forge_certificate(scene: &Scene<'_>, new_view: &NewView) -> Option<NewView> {
    let newest = View(new_view.view.0 - 1);
    let quorum = scene.reign.set.quorum();
    let mut claimed: BTreeSet<Height> =
        new_view.prepared.iter().map(|certificate| certificate.vote.height).collect();
    let first = Height(new_view.stable.height.0 + 1);
    if claimed.is_empty() {
        claimed.insert(first);
    }
    let forge = |height: &Height| {
        let vote = Vote {
            kind: CertificateKind::Prepare,
            epoch: new_view.epoch,
            view: newest,
            height: *height,
            hash: scene.null(*height),
        };
        let signatures = bounded(vec![[1; 64]; quorum])?;
        Some(Certificate { version: Version, vote, signers: (1 << quorum) - 1, signatures })
    };
    let certificates: Option<Vec<Certificate>> = claimed.iter().map(forge).collect();
    let certificates = certificates?;
    let claim = |certificate: &Certificate| {
        let Vote { height, view, hash, .. } = certificate.vote;
        Claim { height, view, digest: hash }
    };
    let claims = certificates.iter().map(claim).collect();
    let lie = with_own(scene, new_view, new_view.stable, claims)?;
    let top = claimed.last().copied()?;
    let empty = |height| Slotted { height, digest: scene.null(height) };
    let order = bounded((first.0..=top.0).map(Height).map(empty).collect())?;
    Some(NewView { order, prepared: bounded(certificates)?, ..lie })
}
