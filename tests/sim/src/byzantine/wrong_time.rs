//! Proposes a time that is hours away, ahead and behind in turns.

use super::Treason;

const HOURS_MS: u64 = 5 * 3_600_000;

/// See the module.
#[derive(Default)]
pub(super) struct WrongTime {
    is_behind: bool,
}

impl Treason for WrongTime {
    fn time_ms(&mut self, honest: u64) -> u64 {
        self.is_behind = !self.is_behind;
        match self.is_behind {
            true => honest.saturating_sub(HOURS_MS),
            false => honest.saturating_add(HOURS_MS),
        }
    }
}
