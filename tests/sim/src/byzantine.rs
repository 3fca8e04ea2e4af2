//! Traitors: at most f members that do not keep to the protocol, one way of doing so in each file.
//!
//! Most wrap an honest replica and alter what it says. None can sign for another.

use weal_consensus::Message;

use crate::{keys::Signer, ledger::Reign, random::Random};

mod silent;

/// How a traitor behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Says nothing.
    Silent,
}

impl Behaviour {
    pub(crate) const ALL: [Self; 1] = [Self::Silent];

    pub(crate) fn make(self) -> Box<dyn Treason> {
        match self {
            Self::Silent => Box::new(silent::Silent),
        }
    }
}

/// What a traitor sees of the world.
pub(crate) struct Scene<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) signer: &'a Signer,
    pub(crate) reign: &'a Reign,
}

/// What a traitor does.
pub(crate) trait Treason {
    /// What goes to one member in the place of what the replica says.
    fn send(&mut self, scene: &mut Scene<'_>, to: usize, message: Message) -> Vec<Message>;
}
