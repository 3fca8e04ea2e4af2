//! What is signed is the whole statement: whatever is changed in it is another message.

use std::collections::BTreeSet;

use weal_consensus::{Claim, Draft, Mark, NewView, PrePrepare, Slotted, ViewChange};
use weal_types::{ChainId, Epoch, Height, View, codec::Bounded};

/// Another chain.
const OTHER: ChainId = ChainId([10; 32]);

/// See the module.
#[derive(Default)]
pub(super) struct Bindings {
    /// Kinds of statements that were looked at: what holds of one holds of all.
    seen: BTreeSet<&'static str>,
}

impl Bindings {
    pub(super) fn see(
        &mut self,
        member: usize,
        draft: &Draft,
        chain: &ChainId,
    ) -> Result<(), (&'static str, String)> {
        let kind = match draft {
            // Votes are compared with what their own type says.
            Draft::Vote(_) => return Ok(()),
            Draft::PrePrepare(_) => "PRE-PREPARE",
            Draft::ViewChange(..) => "VIEW-CHANGE",
            Draft::NewView(_) => "NEW-VIEW",
        };
        if !self.seen.insert(kind) {
            return Ok(());
        }
        match unbound(draft, chain) {
            None => Ok(()),
            Some(what) => {
                let detail = format!("a {kind} that member {member} signs does not bind {what}");
                Err(("signatures bind", detail))
            }
        }
    }
}

/// What a signature of this does not bind, if anything.
fn unbound(draft: &Draft, chain: &ChainId) -> Option<&'static str> {
    let message = draft.message(chain);
    if draft.message(&OTHER) == message {
        return Some("the chain");
    }
    let others = match draft {
        Draft::Vote(_) => return None,
        Draft::PrePrepare(body) => pre_prepares(body),
        Draft::ViewChange(body, grounds) => {
            let changes = changes(body).into_iter();
            changes.map(|(what, body)| (what, Draft::ViewChange(body, grounds.clone()))).collect()
        }
        Draft::NewView(body) => new_views(body),
    };
    others.into_iter().find(|(_, other)| other.message(chain) == message).map(|(what, _)| what)
}

fn pre_prepares(body: &PrePrepare) -> Vec<(&'static str, Draft)> {
    let (view, proposal) = (View(body.view.0 + 1), &body.proposal);
    let mut epoch = body.clone();
    epoch.proposal.epoch = Epoch(proposal.epoch.0 + 1);
    let mut height = body.clone();
    height.proposal.height = Height(proposal.height.0 + 1);
    let mut content = body.clone();
    content.proposal.tx_root[0] ^= 1;
    let named = [("the epoch", epoch), ("the height", height), ("the proposal", content)];
    let named = named.map(|(what, body)| (what, Draft::PrePrepare(body)));
    let later = Draft::PrePrepare(PrePrepare { view, ..body.clone() });
    // The proposal names the view in which it was first made, and its digest is signed.
    named.into_iter().chain([("the view", later)]).collect()
}

fn changes(body: &ViewChange) -> Vec<(&'static str, ViewChange)> {
    let claim = Claim { height: Height(1), view: View(0), digest: [0; 32] };
    let claims = match body.claims.is_empty() {
        true => Bounded::new(vec![claim]),
        false => Bounded::new(Vec::new()),
    };
    let stable = Mark { height: Height(body.stable.height.0 + 1), ..body.stable };
    vec![
        ("the epoch", ViewChange { epoch: Epoch(body.epoch.0 + 1), ..body.clone() }),
        ("the view", ViewChange { view: View(body.view.0 + 1), ..body.clone() }),
        ("the stable height", ViewChange { stable, ..body.clone() }),
        ("the claims", ViewChange { claims: claims.unwrap_or_default(), ..body.clone() }),
    ]
}

fn new_views(body: &NewView) -> Vec<(&'static str, Draft)> {
    let slotted = Slotted { height: Height(1), digest: [0; 32] };
    let order = match body.order.is_empty() {
        true => Bounded::new(vec![slotted]),
        false => Bounded::new(Vec::new()),
    };
    let mut shown = body.changes.to_vec();
    if let Some(first) = shown.first_mut() {
        first.body.stable.hash[0] ^= 1;
    }
    let shown = Bounded::new(shown).unwrap_or_else(|_| body.changes.clone());
    let stable = Mark { height: Height(body.stable.height.0 + 1), ..body.stable };
    let others = [
        ("the epoch", NewView { epoch: Epoch(body.epoch.0 + 1), ..body.clone() }),
        ("the view", NewView { view: View(body.view.0 + 1), ..body.clone() }),
        ("the stable height", NewView { stable, ..body.clone() }),
        ("the order", NewView { order: order.unwrap_or_default(), ..body.clone() }),
        ("the VIEW-CHANGEs", NewView { changes: shown, ..body.clone() }),
    ];
    others.map(|(what, body)| (what, Draft::NewView(body))).to_vec()
}
