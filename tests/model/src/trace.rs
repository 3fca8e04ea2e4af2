//! A counterexample in words.

use weal_consensus::Message;
use weal_types::Hash;

/// The first letters of a hash.
fn short(hash: &Hash) -> String {
    format!("{:02x}{:02x}", hash[0], hash[1])
}

/// A message on one line.
pub fn brief(message: &Message) -> String {
    match message {
        Message::PrePrepare(signed) => {
            let (view, proposal) = (signed.body.view, &signed.body.proposal);
            format!("PRE-PREPARE {view}.{} {}", proposal.height, short(&proposal.digest()))
        }
        Message::Vote(signed) => {
            let vote = &signed.body;
            let hash = short(&vote.hash);
            format!("{:?} {}.{} {hash} of {}", vote.kind, vote.view, vote.height, signed.signer)
        }
        Message::ViewChange(signed, _) => {
            let body = &signed.body;
            let claims: Vec<_> = body
                .claims
                .iter()
                .map(|claim| format!("{}.{} {}", claim.view, claim.height, short(&claim.digest)))
                .collect();
            let (view, stable) = (body.view, body.stable.height);
            format!("VIEW-CHANGE {view} above {stable} {claims:?} of {}", signed.signer)
        }
        Message::NewView(signed) => {
            let body = &signed.body;
            let order: Vec<_> = body
                .order
                .iter()
                .map(|slot| format!("{} {}", slot.height, short(&slot.digest)))
                .collect();
            format!("NEW-VIEW {} above {} {order:?}", body.view, body.stable.height)
        }
        Message::Certificate(certificate) => {
            let vote = &certificate.vote;
            let hash = short(&vote.hash);
            format!("certificate {:?} {}.{} {hash}", vote.kind, vote.view, vote.height)
        }
        Message::Status(_) => "STATUS".to_owned(),
        Message::Recall(..) | Message::Recalled(..) => "RECALL".to_owned(),
    }
}
