//! What the contract says: one event for each message that was accepted.

mod affairs;
mod flows;
mod holds;

pub use affairs::*;
pub use flows::*;
pub use holds::*;
