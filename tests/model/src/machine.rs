//! One honest validator: the replica, and an engine around it that does at once what it is asked.
//!
//! Signing, finding bodies, building, executing and fetching blocks are answered within the step
//! that asked. Only the journal can take its time.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    hash::{Hash, Hasher},
    sync::Arc,
};

use weal_consensus::{
    Action, Body, Event, Evidence, Handover, Mark, Message, Ordered, Recollection, Replica, Timer,
    Verified,
};
use weal_types::{
    Epoch, Hash as Digest, Height, View,
    block::{FinalHeader, Proposal},
    certificate::{Certificate, CertificateKind, Vote},
    codec::{Bounded, Version},
};

use crate::{
    cast::{
        CHAIN, LIFE, NOW, SIZE, START, Seals, at, header, key, position, proposal, set, settings,
        sign,
    },
    disk::Disk,
    key::WAITS_SINCE,
    node::Input,
    said::Said,
    setup::{Delivery, Timers},
    world::World,
};

/// What an honest validator must never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// It stops.
    Halts,
    /// It makes two statements that contradict each other.
    Contradicts,
    /// It holds proof of another honest validator's fault.
    AccusesHonest,
    /// It accepts a NEW-VIEW that does not follow from the changes in it.
    EntersWrongly,
    /// It thinks that its journal is an old one.
    Mute,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Which validator.
    pub who: u8,
    /// The code that is checked.
    pub replica: Replica,
    /// Its epoch.
    pub epoch: Epoch,
    /// The highest view of this epoch that it ever wanted.
    pub target: View,
    /// Headers that it executed, lowest first.
    pub chain: Vec<FinalHeader>,
    /// What it ordered.
    pub ordered: BTreeMap<Height, Digest>,
    /// All that it ever signed and sent, and the new views that it accepted.
    pub said: Said,
    /// What must never happen, and did.
    pub faults: BTreeSet<Fault>,
    pub(crate) disk: Disk,
    /// Whether the progress timer runs; only where that matters.
    pub(crate) is_waiting: bool,
    /// The last slot that it built a block for.
    built: Option<(Epoch, View, Height)>,
}

impl Hash for Machine {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.replica.hash(state);
        (self.who, self.epoch, self.target, self.is_waiting, self.built).hash(state);
        self.chain.hash(state);
        self.ordered.hash(state);
        self.said.hash(state);
        self.faults.hash(state);
        self.disk.hash(state);
    }
}

impl Machine {
    /// A validator at the start.
    pub fn new(world: &World, who: u8) -> Self {
        let mut machine = Self {
            who,
            replica: Replica::new(settings(who, world.setup.window)),
            epoch: Epoch(0),
            target: View(0),
            chain: Vec::new(),
            ordered: BTreeMap::new(),
            said: Said::default(),
            faults: BTreeSet::new(),
            disk: Disk::default(),
            is_waiting: false,
            built: None,
        };
        machine.begin(world);
        if world.setup.epoch_end.is_some() {
            machine.skip_first(world);
        }
        machine
    }

    /// The first height is final already, and its state says when the epoch ends.
    fn skip_first(&mut self, world: &World) {
        let header = header(self.epoch, START, [1; 32]);
        let (height, hash) = (header.height, header.hash().0);
        let (kind, view) = (CertificateKind::Checkpoint, View(0));
        let vote = Vote { kind, epoch: self.epoch, view, height, hash };
        self.said.votes |= 1 << world.vote_bit(&vote);
        world.keep_header(&header);
        self.chain.push(header.clone());
        let signatures = (0..SIZE).map(|who| sign(key(who), &vote.message(&CHAIN))).collect();
        let signatures = Bounded::new(signatures).expect("four fit");
        let certificate = Certificate { version: Version, vote, signers: 0b1111, signatures };
        let handover = handover(world, height);
        self.feed(world, Event::Synced { header, certificate: certificate.into(), handover });
    }

    /// The replica starts: it hears that nobody knows a statement that it has forgotten, and that
    /// transactions wait.
    pub(crate) fn begin(&mut self, world: &World) {
        self.feed(world, Event::Start(LIFE));
        let epoch = self.epoch;
        self.feed(world, Event::Pool(Some(WAITS_SINCE)));
        let me = self.who;
        for who in (0..SIZE).filter(|who| *who != me) {
            let answer = Message::Recalled(epoch, LIFE, Recollection::default().into());
            self.hear(world, position(epoch, who), answer);
        }
    }

    /// Something happens. False if it leads beyond the bounds.
    pub fn take(&mut self, world: &World, input: Input) -> bool {
        match input {
            Input::Hear(ids) => {
                for id in ids.into_iter().filter(|id| *id != 0) {
                    let message = world.message(id);
                    self.hear(world, crate::said::signer(&message), message);
                }
            }
            Input::Impatience => {
                self.is_waiting = false;
                self.feed(world, Event::Expired(Timer::Progress));
            }
            Input::Heartbeat => self.feed(world, Event::Expired(Timer::Heartbeat)),
            Input::Durable => self.sync_disk(world),
            Input::Crash { kept, database } => self.crash(world, kept.into(), database),
        }
        world.setup.views_of(self.epoch).any(|view| view == self.target)
    }

    fn hear(&mut self, world: &World, from: u8, message: Message) {
        let seals = Seals { is_blind: world.setup.is_blind };
        if let Ok(message) = Verified::check(message, &self.replica.rules(), &seals) {
            self.feed(world, Event::Message { from, message });
        }
    }

    /// One event, and all that follows at once.
    pub(crate) fn feed(&mut self, world: &World, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for action in self.replica.step(NOW, event) {
                self.perform(world, action, &mut events);
            }
        }
    }

    fn perform(&mut self, world: &World, action: Action, events: &mut VecDeque<Event>) {
        match action {
            Action::Sign(draft) => {
                let me = position(self.epoch, self.who);
                let signature = sign(key(self.who), &draft.message(&CHAIN));
                events.push_back(Event::Signed(draft.signed(me, signature)));
            }
            Action::Persist(token, records) => {
                self.note_records(world, &records);
                let journal = world.setup.journal_of(self.who);
                events.extend(self.disk.write(journal, token, records).map(Event::Durable));
            }
            Action::Note(record) => {
                self.note_records(world, std::slice::from_ref(&record));
                self.disk.note(world.setup.journal_of(self.who), record);
            }
            Action::Broadcast(message) => self.say(world, &message),
            Action::FetchBody { height, digest, .. } => {
                let found = world.proposal(height, digest).cloned();
                let body = found.map_or(Body::Missing, Body::Valid);
                events.push_back(Event::Body { height, digest, body });
            }
            Action::Build { view, height, .. } => {
                let proposal = self.build(world, view, height);
                events.extend(proposal.map(|proposal| Event::Built {
                    view,
                    height,
                    proposal: Some(proposal),
                }));
            }
            Action::Execute(ordered) => {
                let header = self.execute(world, &ordered);
                let handover = handover(world, header.height);
                events.push_back(Event::Executed { header, handover });
            }
            Action::Stable(header, certificate) => self.settle(world, header, certificate),
            Action::Sync(certificate) => {
                self.chain = world.chain(certificate.vote.hash);
                let header =
                    self.chain.last().expect("somebody executed what is certified").clone();
                self.settle(world, header.clone(), Some(certificate.clone()));
                let handover = handover(world, header.height);
                events.push_back(Event::Synced { header, certificate, handover });
            }
            Action::Accuse(evidence) => {
                let culprit = at(self.epoch, evidence.culprit());
                if is_telling(world, &evidence) && !world.setup.is_byzantine(culprit) {
                    self.faults.insert(Fault::AccusesHonest);
                }
            }
            Action::Entered(epoch, _) => (self.epoch, self.target) = (epoch, View(0)),
            Action::Mute(_) => drop(self.faults.insert(Fault::Mute)),
            Action::Halt(_) => drop(self.faults.insert(Fault::Halts)),
            Action::SetTimer(Timer::Progress, _) => {
                self.is_waiting = world.setup.timers == Timers::Patient;
            }
            // Nothing is paced.
            Action::SetTimer(Timer::Build, _) => {
                events.push_back(Event::Expired(Timer::Build));
            }
            Action::StopTimer(Timer::Progress) => self.is_waiting = false,
            // What is said to one validator is an answer to STATUS, which nobody sends here.
            Action::SetTimer(..) | Action::StopTimer(_) | Action::Send(..) => {}
            Action::SendEpochEnd { .. } | Action::Offer => {}
        }
    }

    /// A block for a slot within the bounds. After a crash the transactions may be others.
    fn build(&mut self, world: &World, view: View, height: Height) -> Option<Proposal> {
        if !world.setup.slots_of(self.epoch).any(|slot| slot == height) {
            return None;
        }
        let slot = Some((self.epoch, view, height));
        let variant = u8::from(world.setup.crasher == Some(self.who) && self.built == slot);
        self.built = slot.filter(|_| world.setup.crasher == Some(self.who));
        Some(proposal(self.epoch, view, height, variant))
    }

    /// A header is final. Only a crash asks what the database knows of it.
    fn settle(
        &mut self,
        world: &World,
        header: FinalHeader,
        certificate: Option<Arc<Certificate>>,
    ) {
        if world.setup.crasher == Some(self.who) {
            self.disk.settle(header, certificate);
        }
    }

    fn execute(&mut self, world: &World, ordered: &Ordered) -> FinalHeader {
        let digest = match ordered {
            Ordered::Proposal(proposal) => proposal.digest(),
            Ordered::Null(height) => Proposal::null_digest(&CHAIN, self.epoch, *height),
        };
        let header = header(self.epoch, self.tip(), digest);
        assert_eq!(header.height, ordered.height(), "slots are executed in order");
        world.keep_header(&header);
        self.chain.push(header.clone());
        header
    }

    /// The newest executed height.
    fn tip(&self) -> Mark {
        let tip = self.chain.last();
        tip.map_or(START, |header| Mark { height: header.height, hash: header.hash().0 })
    }
}

/// Whether evidence is about this state. Where VIEW-CHANGEs come in groups, states that differ only
/// in those heard before are one, so a pair may come from two histories; there the check of what
/// each validator says stands in for it.
fn is_telling(world: &World, evidence: &Evidence) -> bool {
    let is_exact = world.setup.delivery == Delivery::Each;
    is_exact || matches!(evidence, Evidence::PrePrepares(..) | Evidence::Votes(..))
}

/// What the state says about the end of the epoch.
fn handover(world: &World, height: Height) -> Option<Handover> {
    let end = world.setup.epoch_end.filter(|end| height <= *end)?;
    Some(Handover { end, next: set(Epoch(1)), then: None })
}
