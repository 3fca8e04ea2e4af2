//! Claims, when it leaves a view, a slot that nobody prepared, and has no certificate for it.

use weal_consensus::{Claim, Draft, Message};
use weal_types::{Height, View};

use super::{Scene, Treason, bounded};

/// See the module.
pub(super) struct BadClaim;

impl Treason for BadClaim {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        let Message::ViewChange(signed, grounds) = message else { return vec![message] };
        let mut change = signed.body.clone();
        let mut claims: Vec<Claim> = change.claims.iter().copied().collect();
        let top = claims.last().map_or(change.stable.height, |claim| claim.height);
        let view = View(change.view.0.saturating_sub(1));
        claims.push(Claim { height: Height(top.0 + 1), view, digest: [5; 32] });
        let Some(claims) = bounded(claims) else { return Vec::new() };
        change.claims = claims;
        vec![scene.sign(Draft::ViewChange(change, grounds))]
    }
}
