//! A campaign on a chain, through JSON-RPC alone: what the demonstration and the benchmarks share.
//!
//! | module | one idea |
//! |---|---|
//! | [`desk`] | somebody's desk: prepare, compare, sign, send, wait |
//! | [`code`] | contracts from source to an address |
//! | [`parties`] | who takes part, and what is attested of them |
//! | [`campaign`] | the fund and its lines |
//! | [`gifts`] | gifts of a size that people give, and their secrets |

pub mod campaign;
pub mod code;
pub mod desk;
pub mod gifts;
pub mod parties;
