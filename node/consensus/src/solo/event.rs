//! What a replica is told, and what it asks for.

use weal_types::{
    Height, TimeMs,
    block::{FinalHeader, Proposal},
    certificate::{Certificate, Vote},
};

/// Something that happened outside a replica.
#[allow(clippy::large_enum_variant, reason = "one exists at a time, and is moved once")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What could be ordered now: since when the oldest ready transaction waits, if there is one.
    Pool {
        /// The engine's clock when the oldest ready transaction became ready.
        oldest: Option<TimeMs>,
    },
    /// Somebody wants a block even if there is nothing to order; one such wish makes one block.
    Due,
    /// The answer to [`Action::Build`]; without a proposal where nothing was left to order.
    Built(Height, Option<Proposal>),
    /// What [`Action::Persist`] asked for survives a power cut from now on.
    Durable(Height),
    /// The answer to [`Action::Execute`].
    Executed(FinalHeader),
    /// A vote whose signature was checked; a replica's own votes come back like this too.
    Voted(SignedVote),
    /// The time that [`Action::WakeAt`] named has come.
    Woken,
}

/// A vote with its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedVote {
    /// What is stated.
    pub vote: Vote,
    /// Position of the signer in the validator set.
    pub signer: u8,
    /// The signature, already verified.
    pub signature: [u8; 64],
}

/// Something that the engine is to do. The order of a list of actions matters.
#[allow(clippy::large_enum_variant, reason = "few exist at a time, and are moved once")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Choose transactions for this height: [`Event::Built`].
    Build(Height),
    /// Write the proposal and its transactions where a power cut cannot reach them:
    /// [`Event::Durable`].
    Persist(Proposal),
    /// Execute an ordered proposal on the state after the height before it: [`Event::Executed`].
    Execute(Proposal),
    /// Sign a vote with this validator's key and give it back: [`Event::Voted`].
    Sign(Vote),
    /// The header is final. Store it with its state in one step, then tell clients.
    Stable(FinalHeader, Certificate),
    /// Say [`Event::Woken`] at this time, and forget the time said before.
    WakeAt(TimeMs),
    /// Stop, keep all data, and tell the operator.
    Halt(Halt),
}

/// Why a replica can no longer take part. Restarting does not help; somebody must look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The engine answered something that was not asked for: a bug.
    Unexpected {
        /// What came.
        event: &'static str,
        /// For which height.
        height: Height,
    },
}
