//! What a run explores: its bounds, its adversary, and which rule is broken on purpose.

use weal_types::{Epoch, Height, View};

/// How messages reach replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Votes come as certificates, as soon as the signatures for one exist.
    Certificates,
    /// A quorum's votes come together, when the quorum exists: a vote alone changes no more than
    /// the count.
    Quorums,
    /// Every message comes alone.
    Each,
}

/// When a replica's patience may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timers {
    /// At any time, also where no timer runs.
    Free,
    /// Where the timer runs, and nothing that was sent is still to come.
    Patient,
}

/// What a journal does with records, and what it says about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journal {
    /// Records are durable at once.
    Instant,
    /// Records become durable some time later, and then it says so.
    Honest,
    /// The same, but for one kind of record it says so at once.
    Lies(Kind),
}

/// Kinds of records that a statement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A proposal that was accepted: rule B1.
    Accepted,
    /// A PREPARE certificate: rule B2.
    Prepared,
    /// The own VIEW-CHANGE.
    ViewChange,
    /// The NEW-VIEW that was accepted.
    NewView,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Validators that may say anything that they can sign.
    pub byzantine: Vec<u8>,
    /// Byzantine validators say nothing at all.
    pub is_silent: bool,
    /// The lowest slot that is played.
    pub first: Height,
    /// The highest.
    pub last: Height,
    /// How many slots above the stable height may be used at once.
    pub window: u64,
    /// Views that may be entered, in each epoch: 0 to one less.
    pub views: [u64; 2],
    /// Proposals that a Byzantine leader has for each slot.
    pub variants: u8,
    /// How messages come.
    pub delivery: Delivery,
    /// When timers run out.
    pub timers: Timers,
    /// Which honest validator may crash once. Its journal does what `journal` says until then, and
    /// all others are instant: whoever never crashes only seems slower by a journal that takes
    /// time.
    pub crasher: Option<u8>,
    /// What that journal does; of all validators, if none crashes.
    pub journal: Journal,
    /// Whether f + 1 VIEW-CHANGEs reach replicas that do not lead the view.
    pub follow: bool,
    /// The last height of the first epoch, known from the start.
    pub epoch_end: Option<Height>,
    /// Signatures are not checked, so that Byzantine validators sign for everyone.
    pub is_blind: bool,
}

impl Setup {
    /// One height and a number of views; this validator is Byzantine.
    pub fn views(byzantine: u8, views: u64) -> Self {
        Self {
            byzantine: vec![byzantine],
            is_silent: false,
            first: Height(1),
            last: Height(1),
            window: 4,
            views: [views, 0],
            variants: 2,
            delivery: Delivery::Certificates,
            timers: Timers::Free,
            journal: Journal::Instant,
            crasher: None,
            follow: false,
            epoch_end: None,
            is_blind: false,
        }
    }

    /// The views of an epoch.
    pub fn views_of(&self, epoch: Epoch) -> impl Iterator<Item = View> + use<> {
        (0..self.views.get(epoch.0 as usize).copied().unwrap_or(0)).map(View)
    }

    /// The slots of an epoch.
    pub fn slots_of(&self, epoch: Epoch) -> impl Iterator<Item = Height> + use<> {
        let end = self.epoch_end.unwrap_or(self.last).0;
        let (from, to) = match epoch.0 {
            0 => (self.first.0, self.last.0.min(end)),
            _ => (end + 1, self.last.0),
        };
        (from..=to).map(Height)
    }

    /// What a validator's journal does.
    pub fn journal_of(&self, who: u8) -> Journal {
        match self.crasher {
            Some(crasher) if crasher != who => Journal::Instant,
            _ => self.journal,
        }
    }

    /// Whether a validator may say anything.
    pub fn is_byzantine(&self, who: u8) -> bool {
        self.byzantine.contains(&who)
    }
}
