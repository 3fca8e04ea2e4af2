//! What validators say to each other, and what each signature binds.
//!
//! | message | signed | says |
//! |---|---|---|
//! | PRE-PREPARE | view, height, digest | the leader puts this proposal into this slot |
//! | PREPARE, COMMIT | view, height, digest | see [`Vote`] |
//! | CHECKPOINT | height, header | executed, with this result |
//! | VIEW-CHANGE | view, stable height, claims | stops voting; what it may have helped to order |
//! | NEW-VIEW | view, VIEW-CHANGEs, stable height, order | the view begins, with these slots |
//! | certificate | – | one quorum's votes, for whoever missed them |
//! | STATUS | – | what the sender has, so that others send what it lacks |
//! | RECALL, RECALLED | – | after a restart: which of my statements do you hold? |
//!
//! Every signature covers a tag of its kind, the chain, the epoch and the body, so a statement can
//! be taken for no other (Castro & Liskov 1999 §4.2–4.4 sign less, and rely on the view number).
//! What is not signed is authenticated by the channel that it comes through.

use alloc::{sync::Arc, vec::Vec};

use parity_scale_codec::{Decode, Encode};
use weal_types::{
    ChainId, Epoch, Hash, Height, View,
    block::Proposal,
    certificate::{Certificate, Vote},
    codec::{Bounded, DecodeError, decode},
    hash::{Tag, hash},
    limit,
};

use crate::settings::WINDOW;

/// Largest encoding of a message: a NEW-VIEW of 128 validators with full windows has 370 KB.
pub const MESSAGE_BYTES: usize = 512 * 1024;

/// A validator's statement with its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Signed<T> {
    /// What is stated.
    pub body: T,
    /// Position of the signer in the validator set.
    pub signer: u8,
    /// Over [`Statement::message`].
    pub signature: [u8; 64],
}

/// A vote with its signature.
pub type SignedVote = Signed<Vote>;

/// Something that validators sign.
pub trait Statement {
    /// The validator set that the signer belongs to.
    fn epoch(&self) -> Epoch;

    /// What the signature is over.
    fn message(&self, chain: &ChainId) -> Hash;
}

impl Statement for Vote {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn message(&self, chain: &ChainId) -> Hash {
        Self::message(self, chain)
    }
}

/// The leader of a view gives a proposal its slot (Castro & Liskov 1999 §4.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct PrePrepare {
    /// In which view.
    pub view: View,
    /// What is to be ordered; it names epoch and height.
    pub proposal: Proposal,
}

impl Statement for PrePrepare {
    fn epoch(&self) -> Epoch {
        self.proposal.epoch
    }

    fn message(&self, chain: &ChainId) -> Hash {
        let body = (self.view, self.proposal.height, self.proposal.digest()).encode();
        hash(Tag::PrePrepare, &[&chain.0, &self.proposal.epoch.encode(), &body])
    }
}

/// A height and what is certain there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Mark {
    /// Which height.
    pub height: Height,
    /// Hash of its final header.
    pub hash: Hash,
}

/// "I hold a PREPARE certificate for this": an element of the set P of Castro & Liskov 1999 §4.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Claim {
    /// Which slot.
    pub height: Height,
    /// The view of the certificate; the highest, where there are several.
    pub view: View,
    /// The digest that it certifies.
    pub digest: Hash,
}

/// At most one claim, or one entry of an order, for each slot of a window; ascending.
pub type PerSlot<T> = Bounded<T, 0, { WINDOW as usize }>;

/// A validator leaves its view (Castro & Liskov 1999 §4.4). It votes in no lower view any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct ViewChange {
    /// In which epoch.
    pub epoch: Epoch,
    /// The view that it wants to enter.
    pub view: View,
    /// The last height that it knows to be final.
    pub stable: Mark,
    /// What it may have helped to order above, by ascending height.
    pub claims: PerSlot<Claim>,
}

impl Statement for ViewChange {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn message(&self, chain: &ChainId) -> Hash {
        let body = (self.view, self.stable, &self.claims).encode();
        hash(Tag::ViewChange, &[&chain.0, &self.epoch.encode(), &body])
    }
}

/// What shows that a VIEW-CHANGE is true. Only the new view's leader needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Grounds {
    /// For the stable height; `None` where that is the epoch's start, which needs no proof.
    pub stable: Option<Certificate>,
    /// One PREPARE certificate for each claim, in the same order.
    pub prepared: PerSlot<Certificate>,
}

/// The leader begins a view (Castro & Liskov 1999 §4.4).
///
/// Everyone computes [`NewView::order`] again. Only the certificates that decided it come along:
/// with all of them the message of a large set would be fifty times as long.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct NewView {
    /// In which epoch.
    pub epoch: Epoch,
    /// Which view begins.
    pub view: View,
    /// The highest stable height among the changes: h*.
    pub stable: Mark,
    /// Every slot from h* + 1 to the highest claimed one, with the digest that must be in it.
    pub order: PerSlot<Slotted>,
    /// A quorum's VIEW-CHANGEs for this view.
    pub changes: Bounded<Signed<ViewChange>, 1, { limit::VALIDATORS }>,
    /// For h*; `None` where that is the epoch's start.
    pub certificate: Option<Certificate>,
    /// For each slot that somebody claims, the certificate of the highest view.
    pub prepared: PerSlot<Certificate>,
}

/// A slot with the digest that a new view gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Slotted {
    /// Which slot.
    pub height: Height,
    /// What must be ordered there; the null digest where nobody claims anything.
    pub digest: Hash,
}

impl Statement for NewView {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn message(&self, chain: &ChainId) -> Hash {
        let changes: Vec<_> = self.changes.iter().map(|change| &change.body).collect();
        let changes = hash(Tag::ViewChange, &[&changes.encode()]);
        let body = (self.view, changes, self.stable, &self.order).encode();
        hash(Tag::NewView, &[&chain.0, &self.epoch.encode(), &body])
    }
}

/// What a validator has. Whoever hears it sends what is missing there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Status {
    /// Its epoch.
    pub epoch: Epoch,
    /// The view that it entered last.
    pub view: View,
    /// Whether it votes there.
    pub is_active: bool,
    /// The view of its newest VIEW-CHANGE; 0 if it sent none.
    pub change: View,
    /// Whether it saw the leader of `view` pass transactions over.
    pub is_unfair: bool,
    /// Its stable height.
    pub stable: Height,
    /// Ordered slots: bit i for height stable + 1 + i.
    pub ordered: u32,
    /// Slots whose proposal and transactions it has: bits as in `ordered`.
    pub bodies: u32,
}

/// A machine's life from one start to the next, by a number that no other of its lives has. It is
/// drawn at random: a clock can be set back, and a restored backup counts again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Life(pub u64);

/// Statements of a validator that another holds; each bears that validator's own signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Recollection {
    /// Its votes above the holder's stable height: two for each slot and kind at most.
    pub votes: Bounded<SignedVote, 0, { 4 * WINDOW as usize }>,
    /// Its proposals above the holder's stable height, in the holder's view and the next: whoever
    /// leads is heard to propose before it is heard to vote.
    pub proposals: Bounded<Signed<PrePrepare>, 0, { 2 * WINDOW as usize }>,
    /// Its newest VIEW-CHANGE.
    pub change: Option<Signed<ViewChange>>,
    /// The NEW-VIEW that the holder entered last or waits to enter, if it led that view.
    pub new_view: Option<Arc<Signed<NewView>>>,
}

/// What goes from one validator to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Message {
    /// See [`PrePrepare`]; the transactions travel beside it.
    PrePrepare(Signed<PrePrepare>),
    /// PREPARE, COMMIT or CHECKPOINT.
    Vote(SignedVote),
    /// See [`ViewChange`].
    ViewChange(Arc<Signed<ViewChange>>, Arc<Grounds>),
    /// See [`NewView`].
    NewView(Arc<Signed<NewView>>),
    /// For whoever missed the votes.
    Certificate(Arc<Certificate>),
    /// See [`Status`].
    Status(Status),
    /// "I have begun this life: which statements of mine do you hold?"
    Recall(Epoch, Life),
    /// The answer, which repeats whom it is for: it is of no use to a later life.
    Recalled(Epoch, Life, Arc<Recollection>),
}

impl Message {
    /// Decodes a message from another validator.
    pub fn from_wire(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode("consensus message", bytes, MESSAGE_BYTES)
    }

    /// The epoch that it belongs to.
    pub fn epoch(&self) -> Epoch {
        match self {
            Self::PrePrepare(signed) => signed.body.epoch(),
            Self::Vote(signed) => signed.body.epoch,
            Self::ViewChange(signed, _) => signed.body.epoch,
            Self::NewView(signed) => signed.body.epoch,
            Self::Certificate(certificate) => certificate.vote.epoch,
            Self::Status(status) => status.epoch,
            Self::Recall(epoch, _) | Self::Recalled(epoch, ..) => *epoch,
        }
    }
}

/// A statement that waits for this validator's signature.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Draft {
    /// See [`PrePrepare`].
    PrePrepare(PrePrepare),
    /// PREPARE, COMMIT or CHECKPOINT.
    Vote(Vote),
    /// With what shows that it is true.
    ViewChange(ViewChange, Arc<Grounds>),
    /// See [`NewView`].
    NewView(NewView),
}

impl Draft {
    /// What is to be signed.
    pub fn message(&self, chain: &ChainId) -> Hash {
        match self {
            Self::PrePrepare(body) => body.message(chain),
            Self::Vote(body) => body.message(chain),
            Self::ViewChange(body, _) => body.message(chain),
            Self::NewView(body) => body.message(chain),
        }
    }

    /// The message, with the signature of the validator at `signer`.
    pub fn signed(self, signer: u8, signature: [u8; 64]) -> Message {
        match self {
            Self::PrePrepare(body) => Message::PrePrepare(Signed { body, signer, signature }),
            Self::Vote(body) => Message::Vote(Signed { body, signer, signature }),
            Self::ViewChange(body, grounds) => {
                Message::ViewChange(Arc::new(Signed { body, signer, signature }), grounds)
            }
            Self::NewView(body) => Message::NewView(Arc::new(Signed { body, signer, signature })),
        }
    }
}
