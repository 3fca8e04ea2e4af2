//! What was delivered, as one word: two runs of a seed must agree on all of them.
//!
//! It covers everything but signatures, for those of sr25519 are never the same twice: what
//! messages say, who is said to have signed, and how many signatures a certificate has. Grounds of
//! VIEW-CHANGEs count, as do the certificates of NEW-VIEWs.

use weal_consensus::{
    Claim, Grounds, Mark, Message, NewView, PrePrepare, Recollection, Signed, SignedVote, Status,
    ViewChange,
};
use weal_types::{
    Hash,
    certificate::{Certificate, Vote},
};

use crate::{queue::Packet, random::fold};

pub(crate) fn packet(packet: &Packet) -> u64 {
    match packet {
        Packet::Consensus(message, body, _) => fold(&[1, of(message), body.is_some().into()]),
        Packet::Encoded(bytes, body) => {
            let message = Message::from_wire(bytes).map_or(0, |message| of(&message));
            fold(&[2, bytes.len() as u64, message, body.is_some().into()])
        }
        Packet::Transactions(ids) => ids.iter().fold(3, |sum, id| fold(&[sum, u64::from(*id)])),
        Packet::WantBody(digest) => fold(&[4, word(digest)]),
        Packet::HaveBody(body) => fold(&[5, word(&body.digest)]),
        Packet::WantBlocks(first, last) => {
            fold(&[6, first.0, last.map_or(u64::MAX, |last| last.0)])
        }
        Packet::HaveBlocks(blocks) => blocks.iter().fold(7, |sum, block| {
            fold(&[sum, block.header.height.0, word(&block.header.proposal)])
        }),
    }
}

/// The same of one message.
pub(crate) fn of(message: &Message) -> u64 {
    match message {
        Message::PrePrepare(signed) => of_proposal(signed),
        Message::Vote(signed) => fold(&[2, of_vote(signed)]),
        Message::ViewChange(signed, grounds) => fold(&[3, of_change(signed), of_grounds(grounds)]),
        Message::NewView(signed) => fold(&[4, of_new_view(&signed.body), signed.signer.into()]),
        Message::Certificate(known) => fold(&[5, certificate(known)]),
        Message::Status(status) => fold(&[6, of_status(status)]),
        Message::Recall(epoch, life) => fold(&[7, epoch.0, life.0]),
        Message::Recalled(epoch, life, held) => fold(&[8, epoch.0, life.0, of_held(held)]),
    }
}

fn of_proposal(signed: &Signed<PrePrepare>) -> u64 {
    let proposal = &signed.body.proposal;
    let (view, height) = (signed.body.view.0, proposal.height.0);
    let place = [1, view, height, proposal.time.0, signed.signer.into()];
    let (epoch, first_view) = (proposal.epoch.0, proposal.first_view.0);
    let size = [proposal.tx_count, proposal.tx_bytes].map(u64::from);
    fold(&[fold(&place), epoch, first_view, size[0], size[1], word(&proposal.tx_root)])
}

fn of_vote(signed: &SignedVote) -> u64 {
    fold(&[vote(&signed.body), signed.signer.into()])
}

fn of_change(signed: &Signed<ViewChange>) -> u64 {
    let ViewChange { epoch, view, stable, claims } = &signed.body;
    let start = fold(&[epoch.0, view.0, mark(stable), signed.signer.into()]);
    claims.iter().fold(start, |sum, claim| {
        let Claim { height, view, digest } = claim;
        fold(&[sum, height.0, view.0, word(digest)])
    })
}

fn of_grounds(grounds: &Grounds) -> u64 {
    all(grounds.stable.iter().chain(grounds.prepared.iter()).map(certificate))
}

fn of_new_view(new_view: &NewView) -> u64 {
    let NewView { epoch, view, stable, order, changes, certificate: proof, prepared } = new_view;
    let order = order.iter().map(|slotted| fold(&[slotted.height.0, word(&slotted.digest)]));
    let proofs = proof.iter().chain(prepared.iter()).map(certificate);
    let parts = [all(order), all(changes.iter().map(of_change)), all(proofs)];
    fold(&[epoch.0, view.0, mark(stable), fold(&parts)])
}

fn of_held(held: &Recollection) -> u64 {
    let Recollection { votes, proposals, change, new_view } = held;
    let change = change.as_ref().map_or(0, of_change);
    let new_view = new_view.as_ref().map_or(0, |signed| of_new_view(&signed.body));
    let proposals = all(proposals.iter().map(of_proposal));
    fold(&[all(votes.iter().map(of_vote)), proposals, change, new_view])
}

fn certificate(certificate: &Certificate) -> u64 {
    let signers = certificate.signers;
    let count = certificate.signatures.len() as u64;
    fold(&[vote(&certificate.vote), signers as u64, (signers >> 64) as u64, count])
}

fn mark(mark: &Mark) -> u64 {
    fold(&[mark.height.0, word(&mark.hash)])
}

fn all(words: impl Iterator<Item = u64>) -> u64 {
    words.fold(0, |sum, word| fold(&[sum, word]))
}

fn of_status(status: &Status) -> u64 {
    let flags = u64::from(status.is_active) << 1 | u64::from(status.is_unfair);
    let bits = u64::from(status.ordered) << 32 | u64::from(status.bodies);
    fold(&[status.epoch.0, status.view.0, status.change.0, status.stable.0, flags, bits])
}

fn vote(vote: &Vote) -> u64 {
    fold(&[vote.kind as u64, vote.epoch.0, vote.view.0, vote.height.0, word(&vote.hash)])
}

fn word(hash: &Hash) -> u64 {
    let [first, ..] = hash.as_chunks::<8>().0 else { return 0 };
    u64::from_le_bytes(*first)
}
