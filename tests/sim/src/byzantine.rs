//! Traitors: at most f members that do not keep to the protocol, one way of doing so in each file.
//!
//! Most wrap an honest replica and alter what it says. A traitor signs with its own key only.

use std::{collections::BTreeMap, rc::Rc};

use weal_consensus::{Draft, Message};
use weal_types::{BlockHash, ChainId, Hash, Height, View, block::Proposal, codec::Bounded};

use crate::{
    host::Block,
    keys::Signer,
    ledger::{Body, Reign},
    plan::Micros,
    random::Random,
};

mod bad_claim;
mod chatterer;
mod counterfeiter;
mod double_voter;
mod equivocator;
mod forger;
mod forgetful;
mod garbler;
mod glutton;
mod hearsay;
mod impatient;
mod mutator;
mod new_view_liar;
mod partial;
mod poisoner;
mod replayer;
mod restored;
mod silent;
mod slow;
mod twins;
mod unfair;
mod usurper;
mod withholder;
mod wrong_blocks;
mod wrong_time;

/// How a traitor behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    BadClaim,
    Counterfeiter,
    DoubleVoter,
    Equivocator,
    Forgetful,
    Forger,
    Garbler,
    Glutton,
    Impatient,
    Mutator,
    NewViewLiar,
    Partial,
    Poisoner,
    Replayer,
    Restored,
    Silent,
    Slow,
    Twins,
    Unfair,
    Usurper,
    Withholder,
    WrongBlocks,
    WrongTime,
    Chatterer,
}

impl Behaviour {
    pub(crate) const ALL: [Self; 24] = [
        Self::BadClaim,
        Self::Counterfeiter,
        Self::DoubleVoter,
        Self::Equivocator,
        Self::Forgetful,
        Self::Forger,
        Self::Garbler,
        Self::Glutton,
        Self::Impatient,
        Self::Mutator,
        Self::NewViewLiar,
        Self::Partial,
        Self::Poisoner,
        Self::Replayer,
        Self::Restored,
        Self::Silent,
        Self::Slow,
        Self::Twins,
        Self::Unfair,
        Self::Usurper,
        Self::Withholder,
        Self::WrongBlocks,
        Self::WrongTime,
        Self::Chatterer,
    ];

    /// How many of these were there first: the others are drawn apart from them, so that a seed
    /// without one of the others stays the run that it was.
    const FIRST: usize = 23;

    /// One of those that were there first.
    pub(crate) fn draw(random: &mut Random) -> Self {
        random.pick(&Self::ALL[..Self::FIRST])
    }

    /// One of those that came later, as often as any.
    pub(crate) fn draw_later(random: &mut Random) -> Option<Self> {
        let index = random.index(Self::ALL.len());
        Self::ALL.get(index).copied().filter(|_| index >= Self::FIRST)
    }

    /// By its file's name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let same = |letter: &char| *letter != '_' && *letter != '-';
        let plain: String = name.chars().filter(same).collect();
        let is_it = |behaviour: &Self| format!("{behaviour:?}").eq_ignore_ascii_case(&plain);
        Self::ALL.into_iter().find(is_it)
    }

    pub(crate) fn make(self, random: &mut Random) -> Box<dyn Treason> {
        let side = random.word() as u32;
        match self {
            Self::BadClaim => Box::new(bad_claim::BadClaim),
            Self::Chatterer => Box::new(chatterer::Chatterer),
            Self::Counterfeiter => Box::new(counterfeiter::Counterfeiter::default()),
            Self::DoubleVoter => Box::new(double_voter::DoubleVoter),
            Self::Equivocator => Box::new(equivocator::Equivocator::new(side)),
            Self::Forgetful => Box::new(forgetful::Forgetful::default()),
            Self::Forger => Box::new(forger::Forger::default()),
            Self::Garbler => Box::new(garbler::Garbler),
            Self::Glutton => Box::new(glutton::Glutton),
            Self::Impatient => Box::new(impatient::Impatient::new(random.chance(500))),
            Self::Mutator => Box::new(mutator::Mutator),
            Self::NewViewLiar => Box::new(new_view_liar::NewViewLiar::default()),
            Self::Partial => Box::new(partial::Partial { side }),
            Self::Poisoner => Box::new(poisoner::Poisoner),
            Self::Replayer => Box::new(replayer::Replayer::default()),
            Self::Restored => Box::new(restored::Restored),
            Self::Silent => Box::new(silent::Silent),
            Self::Slow => Box::new(slow::Slow),
            Self::Twins => Box::new(twins::Twins),
            Self::Unfair => Box::new(unfair::Unfair),
            Self::Usurper => Box::new(usurper::Usurper::default()),
            Self::Withholder => Box::new(withholder::Withholder { side }),
            Self::WrongBlocks => Box::new(wrong_blocks::WrongBlocks),
            Self::WrongTime => Box::new(wrong_time::WrongTime::default()),
        }
    }
}

/// What a traitor sees of the world.
pub(crate) struct Scene<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) signer: &'a Signer,
    pub(crate) chain: ChainId,
    pub(crate) reign: &'a Reign,
    /// Its position.
    pub(crate) me: u8,
    /// The view of its replica.
    pub(crate) view: View,
    /// Where the epoch began: what is final without a proof.
    pub(crate) start: (Height, BlockHash),
    pub(crate) bodies: &'a mut BTreeMap<Hash, Rc<Body>>,
}

impl Scene<'_> {
    /// A statement with its own signature.
    pub(crate) fn sign(&self, draft: Draft) -> Message {
        let signature = self.signer.sign(&draft.message(&self.chain));
        draft.signed(self.me, signature)
    }

    /// The digest of an empty slot, for which nobody looks for transactions.
    pub(crate) fn null(&self, height: Height) -> Hash {
        Proposal::null_digest(&self.chain, self.reign.set.epoch, height)
    }

    /// A hash of nothing.
    pub(crate) fn noise(&mut self) -> Hash {
        let mut hash = [0; 32];
        for chunk in hash.chunks_mut(8) {
            chunk.copy_from_slice(&self.random.word().to_le_bytes());
        }
        hash
    }
}

/// A list that is known to be short enough.
fn bounded<T, const MIN: usize, const MAX: usize>(items: Vec<T>) -> Option<Bounded<T, MIN, MAX>> {
    Bounded::new(items).ok()
}

/// What a traitor does. Each part is honest unless its file says otherwise.
pub(crate) trait Treason {
    /// What goes to one member in the place of what the replica says.
    fn send(&mut self, _: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        vec![message]
    }

    /// What it says now and then of its own accord, each to one member.
    fn act(&mut self, _: &mut Scene<'_>) -> Vec<(usize, Message)> {
        Vec::new()
    }

    /// What arrives passes by here too.
    fn hear(&mut self, _: &mut Scene<'_>, _: &Message) {}

    /// How much later its messages leave.
    fn lag(&mut self, _: &mut Scene<'_>, _: &Message) -> Micros {
        0
    }

    /// Whether it gives transactions to this member.
    fn gives(&self, _: usize) -> bool {
        true
    }

    /// The blocks that it gives in the place of these.
    fn blocks(&mut self, blocks: Vec<Block>) -> Vec<Block> {
        blocks
    }

    /// What it orders in the place of these transactions.
    fn choose(&mut self, _: &mut Random, transactions: Vec<u32>) -> Vec<u32> {
        transactions
    }

    /// When it says that it proposes, where an honest member says this.
    fn time_ms(&mut self, honest: u64) -> u64 {
        honest
    }

    /// Whether its machine loses power, and finds an old copy of its journal.
    fn is_restored(&self) -> bool {
        false
    }

    /// Whether it lives twice.
    fn is_double(&self) -> bool {
        false
    }
}
