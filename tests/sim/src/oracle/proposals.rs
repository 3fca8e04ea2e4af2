//! What an honest member votes for is of its time, and no larger than blocks are.

use weal_types::block::Proposal;

use crate::{
    host::EPOCH_MS,
    plan::{Micros, Plan},
};

/// 500 ms, and two clocks that are eight seconds wrong in opposite directions, with room.
const AHEAD_MS: u64 = 20_000;

/// 10 s, the same clocks, and the time that transactions and lower slots may be waited for.
const BEHIND_MS: u64 = 600_000;

pub(super) fn check(
    now: Micros,
    member: usize,
    proposal: &Proposal,
    plan: &Plan,
) -> Result<(), (&'static str, String)> {
    if proposal.tx_count > plan.block {
        let count = proposal.tx_count;
        let detail = format!("member {member} accepts {count} transactions, not {}", plan.block);
        return Err(("blocks are bounded", detail));
    }
    let (real, time) = (EPOCH_MS + now / 1_000, proposal.time.0);
    if time <= real + AHEAD_MS && real <= time.saturating_add(BEHIND_MS) {
        return Ok(());
    }
    let detail = format!("member {member} accepts a proposal of {time} at {real}");
    Err(("proposals are timely", detail))
}
