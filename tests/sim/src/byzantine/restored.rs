//! Honest, but somebody puts an old copy of its journal in the place of the right one.

use super::Treason;

/// See the module.
pub(super) struct Restored;

impl Treason for Restored {
    fn is_restored(&self) -> bool {
        true
    }
}
