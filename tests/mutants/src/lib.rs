//! Shows that the simulator notices every known mistake.
//!
//! The replica is built once with all [mutants](weal_consensus_mutants::table) in it, and the
//! simulator over it. A mutant is killed by the first seed under which it breaks a promise and the
//! replica without it does not. Those seeds are kept in `seeds.txt`; `docs/mutants.md` shows them.

pub mod campaign;
pub mod document;
pub mod focus;
pub mod seeds;
