//! Begins views with less than what was prepared, with something else, or with proofs that prove
//! something else; and views that another leads.

use weal_consensus::{Draft, Message, NewView, PerSlot};
use weal_types::codec::Bounded;

use super::{Scene, Treason};

/// See the module.
#[derive(Default)]
pub(super) struct Usurper {
    /// How another began its view.
    heard: Option<NewView>,
}

fn usurp(scene: &mut Scene<'_>, body: &NewView) -> NewView {
    let mut body = body.clone();
    let mut order = body.order.to_vec();
    let mut prepared = body.prepared.to_vec();
    let mut changes = body.changes.to_vec();
    match scene.random.below(7) {
        0 => drop(order.pop()),
        1 => {
            order.pop();
            prepared.pop();
        }
        2 => {
            if let Some(slotted) = order.first_mut() {
                slotted.digest = scene.noise();
            }
        }
        3 => {
            // One VIEW-CHANGE counts for two.
            if let Some(first) = changes.first().cloned() {
                changes.pop();
                changes.push(first);
            }
        }
        4 => drop(changes.pop()),
        5 => {
            // Nobody has claimed anything.
            for change in &mut changes {
                change.body.claims = PerSlot::default();
            }
            order.clear();
            prepared.clear();
        }
        _ => {
            // The one change that it may sign itself loses its claims.
            for change in changes.iter_mut().filter(|change| change.signer == scene.me) {
                change.body.claims = PerSlot::default();
            }
        }
    }
    body.order = PerSlot::new(order).unwrap_or_default();
    body.prepared = PerSlot::new(prepared).unwrap_or_default();
    if let Ok(changes) = Bounded::new(changes) {
        body.changes = changes;
    }
    body
}

impl Treason for Usurper {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        match &message {
            Message::NewView(signed) if signed.signer == scene.me => {
                let body = usurp(scene, &signed.body);
                vec![scene.sign(Draft::NewView(body))]
            }
            _ => vec![message],
        }
    }

    fn hear(&mut self, scene: &mut Scene<'_>, message: &Message) {
        if let Message::NewView(signed) = message
            && signed.signer != scene.me
        {
            self.heard = Some(signed.body.clone());
        }
    }

    /// Begins it as well, with the same VIEW-CHANGEs in another order: all is as it should be but
    /// the signer.
    fn act(&mut self, scene: &mut Scene<'_>) -> Vec<(usize, Message)> {
        let Some(mut body) = self.heard.take() else { return Vec::new() };
        let changes = body.changes.iter().rev().cloned().collect();
        let Ok(changes) = Bounded::new(changes) else { return Vec::new() };
        body.changes = changes;
        let message = scene.sign(Draft::NewView(body));
        scene.reign.members.iter().map(|to| (*to, message.clone())).collect()
    }
}
