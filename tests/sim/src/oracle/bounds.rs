//! Memory and views stay within bounds, whatever others send.

use weal_consensus::Replica;

use crate::plan::{Micros, Plan, SECOND};

/// The shortest time in which replicas lose patience with an honest leader is one second, and a
/// term or a traitor's turn adds a view to that. A factor of two covers clocks and traitors; the
/// constant covers a start in which many leave at once.
fn most_views(now: Micros, height: u64, term: u64) -> u64 {
    10 + 2 * (now / SECOND + height / term)
}

pub(super) fn check(
    now: Micros,
    member: usize,
    replica: &Replica,
    plan: &Plan,
) -> Result<(), (&'static str, String)> {
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
