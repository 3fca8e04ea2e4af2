//! What was delivered, as one word: two runs of a seed must agree on all of them. Signatures are
//! left out, for those of sr25519 are never the same twice.

use weal_consensus::{Message, Status};
use weal_types::{Hash, certificate::Vote};

use crate::{queue::Packet, random::fold};

pub(crate) fn packet(packet: &Packet) -> u64 {
    match packet {
        Packet::Consensus(message, body, _) => fold(&[1, of(message), body.is_some().into()]),
        Packet::Encoded(bytes, body) => fold(&[2, bytes.len() as u64, body.is_some().into()]),
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
        Message::PrePrepare(signed) => {
            let proposal = &signed.body.proposal;
            let (view, height) = (signed.body.view.0, proposal.height.0);
            fold(&[1, view, height, proposal.time.0, word(&proposal.tx_root)])
        }
        Message::Vote(signed) => fold(&[2, vote(&signed.body), signed.signer.into()]),
        Message::ViewChange(signed, _) => {
            let body = &signed.body;
            let claims = body.claims.len() as u64;
            fold(&[3, body.view.0, body.stable.height.0, claims, signed.signer.into()])
        }
        Message::NewView(signed) => {
            let body = &signed.body;
            let sizes = [body.order.len() as u64, body.changes.len() as u64];
            fold(&[4, body.view.0, body.stable.height.0, sizes[0], sizes[1]])
        }
        Message::Certificate(certificate) => {
            fold(&[5, vote(&certificate.vote), certificate.signers as u64])
        }
        Message::Status(status) => fold(&[6, of_status(status)]),
        Message::Recall(epoch, life) => fold(&[7, epoch.0, life.0]),
        Message::Recalled(epoch, life, held) => {
            fold(&[8, epoch.0, life.0, held.votes.len() as u64])
        }
    }
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
