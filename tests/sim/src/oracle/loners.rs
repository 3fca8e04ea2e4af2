//! No leader goes because somebody left its view alone who was not waited for.
//!
//! Whoever left a view alone is joined after a minute of heartbeats, and nothing that it says makes
//! that minute shorter. Half of it is what must be seen here: heartbeats that were held up, or came
//! twice, are heartbeats all the same.

use std::collections::BTreeMap;

use weal_consensus::{ALONE_HEARTBEATS, HEARTBEAT_MS, Replica};
use weal_types::Epoch;

use super::Moment;
use crate::plan::{MILLI, Micros};

/// Half of the time after which somebody is joined.
const LEAST: Micros = ALONE_HEARTBEATS as u64 * HEARTBEAT_MS * MILLI / 2;

/// See the module.
#[derive(Default)]
pub(super) struct Loners {
    /// By host, epoch and position: since when it hears of that validator nothing but that it wants
    /// a later view.
    since: BTreeMap<(usize, Epoch, u8), Micros>,
}

impl Loners {
    pub(super) fn see(
        &mut self,
        now: Micros,
        (host, member): (usize, usize),
        moment: &Moment,
        after: &Replica,
    ) -> Result<(), (&'static str, String)> {
        let Moment { status, epoch, view, took_part, stable } = *moment;
        if let Some((from, status)) = status.filter(|(_, status)| status.epoch == epoch) {
            let place = (host, epoch, from);
            match took_part && status.change > view {
                true => drop(self.since.entry(place).or_insert(now)),
                false => drop(self.since.remove(&place)),
            }
            // f + 1 may have called the leader unfair.
            if status.is_unfair {
                return Ok(());
            }
        }
        let has_left = took_part && !after.takes_part();
        let has_advanced = after.reign().0.epoch != epoch || after.stable_height() != stable;
        if !has_left || has_advanced {
            return Ok(());
        }
        let all = (host, epoch, 0)..=(host, epoch, u8::MAX);
        let longest = self.since.range(all).map(|(_, since)| now - since).max().unwrap_or(0);
        match longest >= LEAST {
            true => Ok(()),
            false => {
                let waited = longest / MILLI;
                let detail = format!("member {member} leaves view {view} after {waited} ms");
                Err(("lone validators are waited for", detail))
            }
        }
    }
}
