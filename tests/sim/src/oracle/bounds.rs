//! Memory and views stay within bounds, whatever others send.

use std::hash::{Hash, Hasher};

use weal_consensus::Replica;

use crate::plan::{Micros, Plan, SECOND};

/// The shortest time in which replicas lose patience with an honest leader is one second, and a
/// term or a traitor's turn adds a view to that. A factor of two covers clocks and traitors; the
/// constant covers a start in which many leave at once.
fn most_views(now: Micros, height: u64, term: u64) -> u64 {
    10 + 2 * (now / SECOND + height / term)
}

type Found = Result<(), (&'static str, String)>;

pub(super) fn check(now: Micros, member: usize, replica: &Replica, plan: &Plan) -> Found {
    let kept = replica.slots_kept() as u64;
    // Before it has a voice, a replica holds what its journal is ahead of the database.
    if kept > plan.window && replica.has_voice() {
        let detail = format!("member {member} keeps {kept} slots of a window of {}", plan.window);
        return Err(("bounded memory", detail));
    }
    let (view, most) = (replica.view().0, most_views(now, replica.stable_height().0, plan.term));
    if view > most {
        return Err(("bounded views", format!("member {member} is in view {view}, beyond {most}")));
    }
    Ok(())
}

/// Whether all that a replica keeps, of slots, peers and everything else, is as little as it should
/// be. It shows no more of itself than its hash, and hashing it goes through every byte.
pub(super) fn weigh(member: usize, replica: &Replica, plan: &Plan) -> Found {
    let mut scale = Scale(0);
    replica.hash(&mut scale);
    let validators = replica.reign().0.validators.len() as u64;
    let most = most_bytes(validators, plan.window, replica.wanted_view().0);
    match scale.0 <= most || !replica.has_voice() {
        true => Ok(()),
        false => {
            let detail = format!("member {member} keeps {} bytes, beyond {most}", scale.0);
            Err(("bounded memory", detail))
        }
    }
}

/// Counts what is hashed.
struct Scale(u64);

impl Hasher for Scale {
    fn write(&mut self, bytes: &[u8]) {
        self.0 += bytes.len() as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What n validators and a window of W slots may make a replica keep: in each slot two votes of
/// each kind from everybody, two certificates, and a few proposals, of each view at most one more;
/// of everybody one VIEW-CHANGE with its grounds; and two NEW-VIEWs.
fn most_bytes(validators: u64, window: u64, views: u64) -> u64 {
    /// Hash, view and signature of a vote, with what tells which it is.
    const VOTE: u64 = 144;
    /// With everything around them.
    const PROPOSAL: u64 = 320;
    const CLAIM: u64 = 48;
    const REST: u64 = 4_096;
    let certificate = 64 * validators + VOTE;
    let slot = 6 * VOTE * validators + 2 * certificate + (6 + views) * PROPOSAL;
    let change = CLAIM * window + 2 * VOTE;
    let grounds = (window + 1) * certificate;
    let new_view = validators * change + CLAIM * window + grounds;
    window * slot + (validators + 1) * (change + grounds) + 2 * new_view + REST
}
