//! Leaves views without claiming what it helped to prepare, or claims it as of earlier views, or
//! says that less is final.

use std::sync::Arc;

use weal_consensus::{Draft, Grounds, Message, PerSlot, Signed, ViewChange};

use super::{Scene, Treason};

/// See the module.
pub(super) struct Forgetful;

fn forget(scene: &mut Scene<'_>, change: &Signed<ViewChange>, grounds: &Grounds) -> Message {
    let mut body = change.body.clone();
    let mut grounds = grounds.clone();
    let kept = scene.random.index(body.claims.len() + 1);
    let from = scene.random.index(body.claims.len() - kept + 1);
    let claims = body.claims[from..from + kept].to_vec();
    let prepared = grounds.prepared[from..from + kept].to_vec();
    body.claims = PerSlot::new(claims).unwrap_or_default();
    grounds.prepared = PerSlot::new(prepared).unwrap_or_default();
    scene.sign(Draft::ViewChange(body, Arc::new(grounds)))
}

impl Treason for Forgetful {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        match &message {
            Message::ViewChange(change, grounds) if change.signer == scene.me => {
                vec![forget(scene, change, grounds)]
            }
            _ => vec![message],
        }
    }
}
