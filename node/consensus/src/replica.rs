//! The replica: one state, and `step`, which tells apart what happened.
//!
//! Each arm is one function, in the module that holds its idea, and names the rule or section of
//! `docs/consensus.md` that it follows.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

use weal_types::{
    Hash, Height, TimeMs, View,
    certificate::{Certificate, CertificateKind},
};

use crate::{
    epoch::Reign,
    event::{Action, Event, Halt, Token},
    message::{Draft, Grounds, Life, Mark, Message, NewView, Signed, ViewChange},
    record::Record,
    settings::Settings,
    slot::Slot,
    status::{Alone, Answered},
    timing::Watch,
    verify::{Verified, leader},
};

/// One validator's part in ordering: a function from state and event to state and actions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replica {
    pub(crate) settings: Settings,
    pub(crate) reign: Reign,

    /// The view entered last.
    pub(crate) view: View,
    pub(crate) phase: Phase,
    /// The stable height of the NEW-VIEW that began `view`: its term runs from here.
    pub(crate) view_began: Height,
    /// The NEW-VIEW that began `view`, for whoever missed it.
    pub(crate) new_view: Option<Arc<Signed<NewView>>>,
    /// The view in which a slot was ordered last.
    pub(crate) productive: View,

    /// The highest height known to be final, and executed here.
    pub(crate) stable: Mark,
    /// Its certificate; `None` at the start of an epoch.
    pub(crate) stable_certificate: Option<Arc<Certificate>>,
    /// The highest CHECKPOINT certificate seen, if it is above `stable`.
    pub(crate) proven: Option<Arc<Certificate>>,
    /// Heights above `stable`.
    pub(crate) slots: BTreeMap<Height, Slot>,
    /// The highest executed height.
    pub(crate) executed: Height,
    /// The height that is being executed.
    pub(crate) executing: Option<Height>,
    /// The highest height for which CHECKPOINT was asked for.
    pub(crate) said: Height,
    /// Up to where blocks are being fetched.
    pub(crate) syncing: Option<Height>,

    /// The own VIEW-CHANGE of the highest view.
    pub(crate) own_change: Option<(ViewChange, Arc<Grounds>)>,
    /// The newest view for which this replica composed a NEW-VIEW.
    pub(crate) led: View,
    /// Everyone's VIEW-CHANGE of the highest view.
    pub(crate) changes: BTreeMap<u8, (Arc<Signed<ViewChange>>, Arc<Grounds>)>,
    /// Validators that say the leader of `view` is unfair.
    pub(crate) unfair: BTreeSet<u8>,
    /// Who has left the view alone, in this term.
    pub(crate) alone: BTreeMap<u8, Alone>,
    /// Whose questions were answered since the last heartbeat.
    pub(crate) answered: Answered,

    /// What is to be done once the journal has something.
    pub(crate) awaited: BTreeMap<Token, After>,
    pub(crate) last_token: u64,

    /// Since when the oldest transaction waits that could be ordered.
    pub(crate) oldest: Option<TimeMs>,
    /// Whether somebody wants a block even if it is empty.
    pub(crate) is_due: bool,
    /// The slot for which transactions are being chosen.
    pub(crate) building: Option<Height>,
    /// Whether [`crate::Timer::Build`] runs: the last build is not long ago.
    pub(crate) is_build_timed: bool,
    pub(crate) watch: Option<Watch>,

    pub(crate) voice: Voice,
    /// Since it started: what it asks the others bears this.
    pub(crate) life: Life,
    /// The highest height that the journal knew to be stable: nothing is said below it.
    pub(crate) floor: Height,
    /// The highest view that the journal knew: it has every statement of the views before.
    pub(crate) replayed: View,
    /// Records of later epochs, for when they begin: the database may be behind the journal by more
    /// than the end of an epoch.
    pub(crate) later: Vec<Record>,

    /// What this step asks for; empty between steps.
    pub(crate) actions: Vec<Action>,
}

/// Whether a replica takes part in the view that it entered last.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    /// Yes.
    Active,
    /// No: it has left it.
    Changing {
        /// For this view.
        target: View,
        /// Whether the own VIEW-CHANGE is in the journal.
        is_durable: bool,
        /// The NEW-VIEW that was accepted.
        entering: Option<Entering>,
    },
}

/// A NEW-VIEW on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entering {
    pub(crate) new_view: Arc<Signed<NewView>>,
    pub(crate) is_durable: bool,
}

/// Whether a replica may make statements.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Voice {
    /// Records are being replayed.
    Replaying,
    /// It asks the others which of its statements they hold; these have answered.
    Asking(BTreeSet<u8>),
    /// They have; heights that the journal knew to be stable are executed again.
    Recovering,
    /// It may.
    Free,
    /// It has lost statements that it made: it may not, until the next epoch.
    Muted,
}

/// What waits for the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum After {
    /// PRE-PREPARE by the leader, and PREPARE.
    Prepare(View, Height),
    /// COMMIT.
    Commit(View, Height),
    /// VIEW-CHANGE.
    Change(View),
    /// The new view.
    Enter(View),
    /// CHECKPOINT for this height and those above it.
    Order(Height),
}

impl Replica {
    /// A replica that knows what is in the database, and nothing of the journal yet.
    pub fn new(settings: Settings) -> Self {
        let stable = settings.stable;
        Self {
            reign: Reign::new(&settings),
            view: View::ZERO,
            phase: Phase::Active,
            view_began: settings.start.height,
            new_view: None,
            productive: View::ZERO,
            stable,
            stable_certificate: settings.certificate.clone(),
            proven: None,
            slots: BTreeMap::new(),
            executed: stable.height,
            executing: None,
            said: stable.height,
            syncing: None,
            own_change: None,
            led: View::ZERO,
            changes: BTreeMap::new(),
            unfair: BTreeSet::new(),
            alone: BTreeMap::new(),
            answered: Answered::default(),
            awaited: BTreeMap::new(),
            last_token: 0,
            oldest: None,
            is_due: false,
            building: None,
            is_build_timed: false,
            watch: None,
            voice: Voice::Replaying,
            life: Life(0),
            floor: stable.height,
            replayed: View::ZERO,
            later: Vec::new(),
            actions: Vec::new(),
            settings,
        }
    }

    /// A replica in the place of this one, in the same life of its node. What the journal still has
    /// to answer to this one is no answer to that one.
    #[must_use]
    pub fn successor(&self, settings: Settings) -> Self {
        Self { last_token: self.last_token, ..Self::new(settings) }
    }

    /// The next state, in place, and what the engine is to do. `now` is this machine's clock, which
    /// fresh proposals are held against.
    pub fn step(&mut self, now: TimeMs, event: Event) -> Vec<Action> {
        match event {
            Event::Replay(record) => self.replay(record), // Rule: Recovery
            _ if self.reign.me.is_none() => {}
            Event::Start(life) => self.start(life), // Recovery
            Event::Message { from, message } => self.hear(now, from, message),
            Event::Signed(message) => self.say(message), // cancelled
            Event::Durable(token) => self.durable(token), // B1, B2, B3
            Event::Body { height, digest, body } => self.body_found(height, digest, body), // Accept
            Event::Built { view, height, proposal } => self.built(view, height, proposal), // Build
            Event::Executed { header, handover } => self.was_executed(header, handover), // Execute
            Event::Synced { header, certificate, handover } => {
                self.synced(&header, certificate, handover);
            }
            Event::Pool(oldest) => self.oldest = oldest,
            Event::Due => self.is_due = true,               // Build
            Event::Unfair => self.called_unfair(self.me()), // When
            Event::Expired(timer) => self.expired(timer),   // When, How
        }
        if self.is_running() {
            self.build();
            self.set_watch();
        }
        core::mem::take(&mut self.actions)
    }

    /// A message of another validator.
    fn hear(&mut self, now: TimeMs, from: u8, message: Verified) {
        let message = message.into_inner();
        let is_present = message.epoch() == self.reign.epoch();
        match message {
            Message::Status(status) => self.heard_status(from, &status), // STATUS
            _ if !is_present => {}
            Message::PrePrepare(signed) => self.pre_prepared(now, signed), // Rules: Accept, Time
            Message::Vote(signed) => self.voted(&signed), // Prepared, Ordered, Execute
            Message::ViewChange(signed, grounds) => self.heard_change(signed, grounds), // How
            Message::NewView(signed) => self.heard_new_view(&signed), // NEW-VIEW
            Message::Certificate(certificate) => self.heard_certificate(&certificate), // Ordered
            Message::Recall(_, life) => self.recollect(from, life), // Recovery
            Message::Recalled(_, life, held) => self.recalled(from, life, &held), // Mute
        }
    }

    /// The own statement, signed: it goes out, and is counted like anybody's.
    fn say(&mut self, message: Message) {
        // A signature that took its time may be for a view that was left since.
        let is_past = match &message {
            Message::PrePrepare(signed) => self.is_left(signed.body.view),
            Message::Vote(signed) if signed.body.kind != CertificateKind::Checkpoint => {
                self.is_left(signed.body.view)
            }
            _ => false,
        };
        if message.epoch() != self.reign.epoch() || is_past {
            return;
        }
        match message {
            Message::PrePrepare(signed) => {
                self.act(Action::Broadcast(Message::PrePrepare(signed.clone())));
                self.keep_own_proposal(signed);
            }
            Message::Vote(signed) => {
                self.act(Action::Broadcast(Message::Vote(signed)));
                self.voted(&signed);
            }
            Message::ViewChange(signed, grounds) => {
                let message = Message::ViewChange(Arc::clone(&signed), Arc::clone(&grounds));
                self.act(Action::Broadcast(message));
                self.heard_change(signed, grounds);
            }
            // It goes out once it is durable.
            Message::NewView(signed) => self.heard_new_view(&signed),
            _ => self.halt_unexpected("signature", self.stable.height),
        }
    }

    fn is_left(&self, view: View) -> bool {
        view != self.view || !self.is_active()
    }

    /// What waited for the journal may be done, unless the replica has gone on since.
    fn durable(&mut self, token: Token) {
        match self.awaited.remove(&token) {
            Some(After::Prepare(view, height)) => self.prepare(view, height), // Rule B1
            Some(After::Commit(view, height)) => self.commit(view, height),   // B2
            Some(After::Change(view)) => self.announce_change(view),          // How
            Some(After::Enter(view)) => self.entry_durable(view),             // NEW-VIEW
            Some(After::Order(_)) => self.sign_checkpoints(),                 // B3
            // An answer to the epoch before, or to the replica before.
            None => {}
        }
    }

    /// Asks the engine for something.
    pub(crate) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Hands records to the journal; `after` follows once they are durable.
    pub(crate) fn persist(&mut self, records: Vec<Record>, after: After) {
        self.last_token = self.last_token.wrapping_add(1);
        let token = Token(self.last_token);
        self.awaited.insert(token, after);
        self.act(Action::Persist(token, records));
    }

    /// Asks for the signature of a PREPARE or COMMIT in the present view.
    pub(crate) fn sign_vote(&mut self, kind: CertificateKind, height: Height, digest: Hash) {
        let vote = self.vote(kind, height, self.view, digest);
        self.sign(Draft::Vote(vote));
    }

    /// Asks for the signature of a CHECKPOINT. Who executes the same states the same, so it is said
    /// by those who may say nothing else.
    pub(crate) fn sign_checkpoint(&mut self, height: Height, hash: Hash) {
        let vote = self.vote(CertificateKind::Checkpoint, height, View::ZERO, hash);
        self.act(Action::Sign(Draft::Vote(vote)));
    }

    /// Asks for a signature, if this replica may make statements.
    pub(crate) fn sign(&mut self, draft: Draft) {
        if self.may_speak() {
            self.act(Action::Sign(draft));
        }
    }

    pub(crate) fn halt_unexpected(&mut self, event: &'static str, height: Height) {
        self.act(Action::Halt(Halt::Unexpected { event, height }));
    }

    /// Whether the journal has been replayed and this validator is part of the epoch.
    pub(crate) fn is_running(&self) -> bool {
        self.voice != Voice::Replaying && self.reign.me.is_some()
    }

    /// Whether this replica may make statements.
    pub(crate) fn may_speak(&self) -> bool {
        self.voice == Voice::Free
    }

    /// Whether it takes part in the present view.
    pub(crate) fn is_active(&self) -> bool {
        self.phase == Phase::Active
    }

    /// The view that it wants to be in.
    pub(crate) const fn target(&self) -> View {
        match self.phase {
            Phase::Active => self.view,
            Phase::Changing { target, .. } => target,
        }
    }

    pub(crate) fn leader(&self, view: View) -> u8 {
        leader(&self.reign.validators, view)
    }

    pub(crate) fn is_leader(&self) -> bool {
        self.leader(self.view) == self.me()
    }

    /// This validator's position; callers run only while it has one.
    pub(crate) fn me(&self) -> u8 {
        self.reign.me.unwrap_or_default()
    }

    pub(crate) fn quorum(&self) -> usize {
        self.reign.validators.quorum()
    }

    /// At least one of so many is correct: f + 1.
    pub(crate) fn some_correct(&self) -> usize {
        self.reign.validators.max_faulty().saturating_add(1)
    }

    pub(crate) fn is_alone(&self) -> bool {
        self.reign.validators.validators.len() <= 1
    }

    /// Whether votes for this height are kept: it lies in the window above the stable height.
    pub(crate) fn is_in_reach(&self, height: Height) -> bool {
        height > self.stable.height
            && height.0 <= self.stable.height.0.saturating_add(self.settings.window)
    }

    /// The slot at a height in reach.
    pub(crate) fn slot(&mut self, height: Height) -> &mut Slot {
        self.slots.entry(height).or_insert_with(Slot::new)
    }
}
