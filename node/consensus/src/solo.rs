//! The replica of a chain with one validator: a quorum of one, by the same steps as any other.
//!
//! | a slot is | until |
//! |---|---|
//! | building | the engine has chosen transactions |
//! | persisting | proposal and transactions are durable: with a quorum of one it is then ordered |
//! | executing | the slots below are executed, and it is |
//! | certifying | the validator's own vote is back: the header is final |
//!
//! Slots overlap: while one executes, the next is chosen and made durable.

use alloc::{collections::VecDeque, vec, vec::Vec};

use weal_types::{
    Hash, Height, TimeMs, View,
    block::{FinalHeader, Proposal},
    certificate::{Certificate, CertificateKind, ValidatorSet, Vote},
    codec::{Bounded, Version},
};

mod event;

pub use event::{Action, Event, Halt, SignedVote};

/// Slots between the last final height and the one being built: one executes while the next is made
/// durable and a third collects transactions. More would only grow latency.
pub const IN_FLIGHT: usize = 3;

/// What a replica starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The set, which has one validator.
    pub validators: ValidatorSet,
    /// The last final height.
    pub stable: Height,
    /// Least time between the builds of two blocks, in milliseconds. A lone transaction after a
    /// silence never waits for it; under load it lets transactions share a block's fixed costs.
    pub pace_ms: u64,
    /// Whether blocks are built only when they are [due](Event::Due).
    pub manual: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Solo {
    settings: Settings,
    /// Slots above the last final height, lowest first.
    slots: VecDeque<Slot>,
    /// The height that the engine is choosing transactions for.
    building: Option<Height>,
    last_build: Option<TimeMs>,
    oldest: Option<TimeMs>,
    due: bool,
}

#[derive(Clone, Debug)]
struct Slot {
    proposal: Proposal,
    stage: Stage,
}

#[allow(clippy::large_enum_variant, reason = "three slots exist at most")]
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Persisting,
    Ordered,
    Executing,
    Certifying(FinalHeader),
}

impl Solo {
    /// A replica that continues after the last final height.
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            slots: VecDeque::new(),
            building: None,
            last_build: None,
            oldest: None,
            due: false,
        }
    }

    /// Changes whether blocks wait to be [due](Event::Due), and how far apart they are.
    pub const fn set_pace(&mut self, manual: bool, pace_ms: u64) {
        self.settings.manual = manual;
        self.settings.pace_ms = pace_ms;
    }

    /// The next state, in place, and what the engine is to do.
    pub fn step(&mut self, now: TimeMs, event: Event) -> Vec<Action> {
        let mut actions = match event {
            Event::Pool { oldest } => {
                self.oldest = oldest;
                Vec::new()
            }
            Event::Due => {
                self.due = true;
                Vec::new()
            }
            Event::Woken => Vec::new(),
            Event::Built(height, proposal) => self.built(height, proposal),
            Event::Durable(height) => self.durable(height),
            Event::Executed(header) => self.executed(header),
            Event::Voted(vote) => self.voted(vote),
        };
        actions.extend(self.build(now));
        actions
    }

    /// Asks for the next block when there is something to order, room for it, and the last one is
    /// long enough ago.
    fn build(&mut self, now: TimeMs) -> Option<Action> {
        let is_wanted = self.due || (self.oldest.is_some() && !self.settings.manual);
        if !is_wanted || self.building.is_some() || self.slots.len() >= IN_FLIGHT {
            return None;
        }
        let earliest = self.last_build.map_or(0, |last| last.0.saturating_add(self.pace()));
        if now.0 < earliest {
            return Some(Action::WakeAt(TimeMs(earliest)));
        }
        let height = self.top().next()?;
        self.last_build = Some(now);
        self.building = Some(height);
        Some(Action::Build(height))
    }

    const fn pace(&self) -> u64 {
        if self.due { 0 } else { self.settings.pace_ms }
    }

    /// The highest height that has a proposal.
    fn top(&self) -> Height {
        self.slots.back().map_or(self.settings.stable, |slot| slot.proposal.height)
    }

    /// Castro & Liskov 1999, §4.2: the primary assigns a number. It is durable before anybody acts
    /// on it.
    fn built(&mut self, height: Height, proposal: Option<Proposal>) -> Vec<Action> {
        if self.building != Some(height) {
            return unexpected("built", height);
        }
        self.building = None;
        let Some(proposal) = proposal else {
            self.oldest = None;
            return Vec::new();
        };
        self.due = false;
        self.slots.push_back(Slot { proposal: proposal.clone(), stage: Stage::Persisting });
        vec![Action::Persist(proposal)]
    }

    /// With a quorum of one, a durable proposal is prepared and committed (§4.2): it is ordered.
    fn durable(&mut self, height: Height) -> Vec<Action> {
        let waiting =
            |slot: &&mut Slot| slot.proposal.height == height && slot.stage == Stage::Persisting;
        match self.slots.iter_mut().find(waiting) {
            Some(slot) => slot.stage = Stage::Ordered,
            None => return unexpected("durable", height),
        }
        self.execute()
    }

    /// Execution follows in the order of heights, one at a time.
    fn execute(&mut self) -> Vec<Action> {
        for slot in &mut self.slots {
            match slot.stage {
                Stage::Certifying(_) => {}
                Stage::Ordered => {
                    slot.stage = Stage::Executing;
                    return vec![Action::Execute(slot.proposal.clone())];
                }
                Stage::Persisting | Stage::Executing => break,
            }
        }
        Vec::new()
    }

    /// §4.3: after execution a replica states the result.
    fn executed(&mut self, header: FinalHeader) -> Vec<Action> {
        let height = header.height;
        let running =
            |slot: &&mut Slot| slot.proposal.height == height && slot.stage == Stage::Executing;
        let Some(slot) = self.slots.iter_mut().find(running) else {
            return unexpected("executed", height);
        };
        let vote = Vote {
            kind: CertificateKind::Checkpoint,
            epoch: header.epoch,
            view: View::ZERO,
            height,
            hash: header.hash().0,
        };
        slot.stage = Stage::Certifying(header);
        let mut actions = vec![Action::Sign(vote)];
        actions.extend(self.execute());
        actions
    }

    /// §4.3: a quorum of equal statements makes the height stable.
    fn voted(&mut self, signed: SignedVote) -> Vec<Action> {
        let SignedVote { vote, signer, signature } = signed;
        let expected: Option<Hash> = self.slots.front().and_then(|slot| match &slot.stage {
            Stage::Certifying(header) if header.height == vote.height => Some(header.hash().0),
            _ => None,
        });
        if signer != 0 || expected != Some(vote.hash) {
            return unexpected("vote", vote.height);
        }
        let Some(Slot { stage: Stage::Certifying(header), .. }) = self.slots.pop_front() else {
            return unexpected("vote", vote.height);
        };
        let Ok(signatures) = Bounded::new(vec![signature]) else {
            return unexpected("vote", vote.height);
        };
        self.settings.stable = header.height;
        let certificate = Certificate { version: Version, vote, signers: 1, signatures };
        vec![Action::Stable(header, certificate)]
    }
}

fn unexpected(event: &'static str, height: Height) -> Vec<Action> {
    vec![Action::Halt(Halt::Unexpected { event, height })]
}

#[cfg(test)]
mod tests;
