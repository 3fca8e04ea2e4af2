//! The replica of `weal-consensus`, in which one rule may be broken at run time.
//!
//! Nothing is written by hand here but the [table] of mutants. The build copies the replica's
//! source and puts `if this mutant is chosen { wrong } else { right }` wherever a row says so; while
//! none is chosen, it is the replica to the letter. A row whose text is no longer in the source, or
//! is there twice, fails the build: the mutant follows the code, or goes.

#![allow(
    clippy::all,
    unused_parens,
    reason = "the copy is laxer about form than the original, which is checked where it stands"
)]

mod chosen;
pub mod rewrite;
pub mod table;

pub use chosen::choose;

include!(concat!(env!("OUT_DIR"), "/replica.rs"));
