//! Provenance by brute force: one object per minor unit, no intervals, no formulas for stretches.
//!
//! Whatever follows money with intervals must agree with it: the crate `weal-provenance`, and the
//! donation contract. Both take [`Step`]s, through [`Subject`]; [`vectors`] reads the golden ones,
//! [`random`] makes up histories. It shares no code with what it checks.

pub mod check;
pub mod model;
pub mod random;
pub mod runs;
pub mod step;
pub mod sums;
pub mod vectors;

pub use check::{Counts, Dust, Moved, Refusal, Subject};
pub use model::Model;
pub use step::{Kind, Leaf, Rule, Step};
