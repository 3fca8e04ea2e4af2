//! Nobody is made to answer more often than validators have heartbeats.

use std::collections::BTreeMap;

use weal_consensus::{Action, HEARTBEAT_MS};
use weal_types::Epoch;

use super::Moment;
use crate::plan::{MILLI, Micros};

/// Heartbeats that were held up come all at once: those of a dozen seconds, some of them twice.
const AT_ONCE: u64 = 30;

/// Twice as many as are sent: every message may come twice.
const EVERY: Micros = HEARTBEAT_MS * MILLI / 2;

/// See the module.
#[derive(Default)]
pub(super) struct Answers {
    /// By host, epoch and position: since when it answers that validator's STATUS, and how often it
    /// did.
    given: BTreeMap<(usize, Epoch, u8), (Micros, u64)>,
}

impl Answers {
    pub(super) fn see(
        &mut self,
        now: Micros,
        (host, member): (usize, usize),
        moment: &Moment,
        actions: &[Action],
    ) -> Result<(), (&'static str, String)> {
        let Some((from, _)) = moment.status else { return Ok(()) };
        let is_answer = |action: &Action| matches!(action, Action::Send(to, _) if *to == from);
        if !actions.iter().any(is_answer) {
            return Ok(());
        }
        let (since, count) = self.given.entry((host, moment.epoch, from)).or_insert((now, 0));
        *count += 1;
        match *count <= AT_ONCE + (now - *since) / EVERY {
            true => Ok(()),
            false => {
                let detail = format!("member {member} answers {from} {count} times");
                Err(("answers are bounded", detail))
            }
        }
    }
}
