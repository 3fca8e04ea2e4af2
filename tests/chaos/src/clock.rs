//! The clock of the machine: this program measures a real one, so it looks at it, here alone.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Result, bail};

/// Whether somebody wants the run to end.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Now, for durations.
#[allow(clippy::disallowed_methods, reason = "what is measured are real processes")]
pub fn now() -> Instant {
    Instant::now()
}

/// Milliseconds since 1970.
#[allow(clippy::disallowed_methods, reason = "transactions say until when they may run")]
pub fn host_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Waits so long, whatever happens.
#[allow(clippy::disallowed_methods, reason = "faults last for a time, and processes are polled")]
pub fn rest(time: Duration) {
    std::thread::sleep(time);
}

/// Waits so long; an error once somebody wants the run to end.
pub fn pause(time: Duration) -> Result<()> {
    let until = now() + time;
    loop {
        if INTERRUPTED.load(Ordering::Acquire) {
            bail!("interrupted");
        }
        let left = until.saturating_duration_since(now());
        if left.is_zero() {
            return Ok(());
        }
        rest(left.min(Duration::from_millis(100)));
    }
}

/// Polls until `found` finds something; an error that names `what` after `most`.
pub fn until<T>(
    most: Duration,
    what: &str,
    mut found: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let begun = now();
    loop {
        if let Some(found) = found()? {
            return Ok(found);
        }
        if begun.elapsed() > most {
            bail!("{what}: not within {} s", most.as_secs());
        }
        pause(Duration::from_millis(20))?;
    }
}

/// From here on, whoever pauses is told that the run ends.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Release);
}

/// Whether somebody wants the run to end.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Acquire)
}
