//! Two honest replicas with one key, each with its own friends (Bano et al. 2021).

use super::Treason;

/// See the module.
pub(super) struct Twins;

impl Treason for Twins {
    fn is_double(&self) -> bool {
        true
    }
}
