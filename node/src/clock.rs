//! The chain's clock: the host's, or on a devnet one that can be moved and stopped.

use std::{
    sync::{LazyLock, Mutex, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use weal_types::TimeMs;

/// Where the time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// The host's clock, moved ahead by so many milliseconds.
    Following {
        /// How far ahead of the host it is, in milliseconds.
        ahead_ms: u64,
    },
    /// Stopped.
    Frozen(TimeMs),
}

/// The clock that proposals take their time from.
#[derive(Debug)]
pub struct Clock(Mutex<ClockMode>);

impl Default for Clock {
    fn default() -> Self {
        Self::new(ClockMode::Following { ahead_ms: 0 })
    }
}

impl Clock {
    /// A clock in this mode.
    pub const fn new(mode: ClockMode) -> Self {
        Self(Mutex::new(mode))
    }

    /// Now.
    pub fn now(&self) -> TimeMs {
        match self.mode() {
            ClockMode::Frozen(time) => time,
            ClockMode::Following { ahead_ms } => TimeMs(host_ms().saturating_add(ahead_ms)),
        }
    }

    /// How it runs.
    pub fn mode(&self) -> ClockMode {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes how it runs.
    pub fn set(&self, mode: ClockMode) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// Moves it ahead.
    pub fn advance(&self, by_ms: u64) {
        let mut mode = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *mode = match *mode {
            ClockMode::Frozen(time) => ClockMode::Frozen(TimeMs(time.0.saturating_add(by_ms))),
            ClockMode::Following { ahead_ms } => {
                ClockMode::Following { ahead_ms: ahead_ms.saturating_add(by_ms) }
            }
        };
    }

    /// Lets it run on from where it stands, or from the host's time if that is later.
    pub fn follow(&self) {
        let now = self.now();
        self.set(ClockMode::Following { ahead_ms: now.0.saturating_sub(host_ms()) });
    }
}

/// Milliseconds since some moment before the node started; never goes back, and cannot be moved.
/// What durations are measured with.
pub fn monotonic() -> TimeMs {
    static START: LazyLock<Instant> = LazyLock::new(|| {
        #[allow(clippy::disallowed_methods, reason = "the one place where the node measures time")]
        Instant::now()
    });
    // Starts above zero, so that zero is before everything.
    TimeMs(1 + u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX - 1))
}

/// The host's clock, in milliseconds since 1970.
pub fn host_ms() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "the one place where the node reads the time")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // A host whose clock stands before 1970 has no time worth the name.
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
