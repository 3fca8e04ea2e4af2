//! Traitors: at most f members that do not keep to the protocol, one way of doing so in each file.
//!
//! Most wrap an honest replica and alter what it says. None can sign for another.

use weal_consensus::{Message, Signed, Statement};
use weal_types::{ChainId, Hash, Height, View, block::Proposal, codec::Bounded};

use crate::{keys::Signer, ledger::Reign, random::Random};

mod bad_claim;
mod equivocator;
mod forger;
mod new_view_liar;
mod runs_ahead;
mod silent;
mod wrong_time;

/// How a traitor behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Says nothing.
    Silent,
    /// Proposes two things for one slot.
    Equivocator,
    /// Makes up votes and certificates.
    Forger,
    /// Claims what nobody prepared.
    BadClaim,
    /// Wants ever higher views.
    RunsAhead,
    /// Begins views with what does not follow.
    NewViewLiar,
    /// Proposes at the wrong time.
    WrongTime,
}

impl Behaviour {
    pub(crate) const ALL: [Self; 7] = [
        Self::Silent,
        Self::Equivocator,
        Self::Forger,
        Self::BadClaim,
        Self::RunsAhead,
        Self::NewViewLiar,
        Self::WrongTime,
    ];

    pub(crate) fn make(self) -> Box<dyn Treason> {
        match self {
            Self::Silent => Box::new(silent::Silent),
            Self::Equivocator => Box::new(equivocator::Equivocator::default()),
            Self::Forger => Box::new(forger::Forger::default()),
            Self::BadClaim => Box::new(bad_claim::BadClaim),
            Self::RunsAhead => Box::new(runs_ahead::RunsAhead::default()),
            Self::NewViewLiar => Box::new(new_view_liar::NewViewLiar::default()),
            Self::WrongTime => Box::new(wrong_time::WrongTime::default()),
        }
    }
}

/// What a traitor sees of the world.
pub(crate) struct Scene<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) signer: &'a Signer,
    pub(crate) reign: &'a Reign,
    pub(crate) chain: ChainId,
    /// Its position.
    pub(crate) me: u8,
}

impl Scene<'_> {
    /// A statement of its own.
    pub(crate) fn sign<T: Statement>(&self, body: T) -> Signed<T> {
        let signature = self.signer.sign(&body.message(&self.chain));
        Signed { body, signer: self.me, signature }
    }

    /// The digest of an empty slot, for which nobody looks for transactions.
    pub(crate) fn null(&self, height: Height) -> Hash {
        Proposal::null_digest(&self.chain, self.reign.set.epoch, height)
    }

    /// Whether it leads this view.
    pub(crate) fn leads(&self, view: View) -> bool {
        let set = &self.reign.set;
        (set.epoch.0 + view.0) % set.validators.len() as u64 == u64::from(self.me)
    }
}

/// A list that is known to be short enough.
fn bounded<T, const MIN: usize, const MAX: usize>(items: Vec<T>) -> Option<Bounded<T, MIN, MAX>> {
    Bounded::new(items).ok()
}

/// What a traitor does.
pub(crate) trait Treason {
    /// What goes to one member in the place of what the replica says.
    fn send(&mut self, scene: &mut Scene<'_>, to: usize, message: Message) -> Vec<Message>;

    /// What it learns from others.
    fn hear(&mut self, _message: &Message) {}

    /// The time of a proposal, which an honest member would give this one.
    fn time_ms(&mut self, honest: u64) -> u64 {
        honest
    }
}
