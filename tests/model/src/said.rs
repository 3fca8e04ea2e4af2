//! What an honest validator has said, and whether it may have said that.

use std::{
    collections::BTreeSet,
    hash::{Hash, Hasher},
};

use weal_consensus::{Message, Record, ViewChange};
use weal_types::{Epoch, View, certificate::CertificateKind};

use crate::{
    machine::{Fault, Machine},
    order,
    world::{Id, Votes, World},
};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Votes.
    pub votes: Votes,
    /// PRE-PREPAREs.
    pub proposals: BTreeSet<(Epoch, View, Id)>,
    /// VIEW-CHANGEs.
    pub left: Vec<(Epoch, View, Id)>,
    /// NEW-VIEWs.
    pub began: Vec<(Epoch, View, Id)>,
    /// NEW-VIEWs that it accepted, its own among them.
    pub entered: Vec<(Epoch, View, Id)>,
}

impl Hash for Said {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // In bytes: a number of 128 bits means a certificate's signers in a `Key`.
        self.votes.to_le_bytes().hash(state);
        self.proposals.hash(state);
        (&self.left, &self.began, &self.entered).hash(state);
    }
}

/// Who speaks: who signed, or the first who signed a certificate.
pub fn signer(message: &Message) -> u8 {
    match message {
        Message::PrePrepare(signed) => signed.signer,
        Message::Vote(signed) => signed.signer,
        Message::ViewChange(signed, _) => signed.signer,
        Message::NewView(signed) => signed.signer,
        Message::Certificate(certificate) => certificate.signers.trailing_zeros() as u8,
        Message::Status(_) | Message::Recall(..) | Message::Recalled(..) => 0,
    }
}

impl Machine {
    /// The replica says something to all.
    pub(crate) fn say(&mut self, world: &World, message: &Message) {
        let own = crate::cast::position(self.epoch, self.who);
        if signer(message) != own {
            // Others' proposals, relayed; whoever made them said them to all here.
            return;
        }
        match message {
            Message::PrePrepare(signed) => {
                let (view, height) = (signed.body.view, signed.body.proposal.height);
                let id = world.message_id(message);
                let is_other = self.said.proposals.iter().any(|(_, _, known)| {
                    matches!(world.message(*known), Message::PrePrepare(known)
                        if (known.body.view, known.body.proposal.height) == (view, height))
                        && *known != id
                });
                self.said.proposals.insert((self.epoch, view, id));
                self.accuse_self(is_other || self.has_left(self.epoch, view));
            }
            Message::Vote(signed) => {
                let vote = signed.body;
                let bit = world.vote_bit(&vote);
                let is_other = world.votes(self.said.votes).into_iter().any(|(_, known)| {
                    (known.kind, known.epoch, known.view, known.height)
                        == (vote.kind, vote.epoch, vote.view, vote.height)
                        && known.hash != vote.hash
                });
                self.said.votes |= 1 << bit;
                let is_late = vote.kind != CertificateKind::Checkpoint
                    && self.has_left(vote.epoch, vote.view);
                self.accuse_self(is_other || is_late);
            }
            Message::ViewChange(signed, _) => {
                let entry = (signed.body.epoch, signed.body.view, world.message_id(message));
                let is_other = add(&mut self.said.left, entry);
                self.accuse_self(is_other || self.forgets(world, &signed.body));
            }
            Message::NewView(signed) => {
                let entry = (signed.body.epoch, signed.body.view, world.message_id(message));
                let is_other = add(&mut self.said.began, entry);
                self.accuse_self(is_other);
            }
            _ => {}
        }
    }

    /// Whether it has said that it leaves this view.
    fn has_left(&self, epoch: Epoch, view: View) -> bool {
        self.said.left.iter().any(|(of, to, _)| *of == epoch && *to > view)
    }

    /// Whether a VIEW-CHANGE leaves out what a COMMIT of its sender rests on.
    fn forgets(&self, world: &World, change: &ViewChange) -> bool {
        let votes = world.votes(self.said.votes).into_iter().map(|(_, vote)| vote);
        let mut commits = votes.filter(|vote| {
            (vote.kind, vote.epoch) == (CertificateKind::Commit, change.epoch)
                && vote.view < change.view
                && vote.height > change.stable.height
        });
        commits.any(|vote| {
            let mut claims = change.claims.iter();
            !claims.any(|claim| claim.height == vote.height && claim.view >= vote.view)
        })
    }

    fn accuse_self(&mut self, is_guilty: bool) {
        if is_guilty {
            self.faults.insert(Fault::Contradicts);
        }
    }

    /// Learns from records what the replica is up to.
    pub(crate) fn note_records(&mut self, world: &World, records: &[Record]) {
        for record in records {
            self.note_target(record);
            match record {
                Record::NewView(signed) => {
                    let message = Message::NewView(signed.clone());
                    let id = world.message_id(&message);
                    let entry = (signed.body.epoch, signed.body.view, id);
                    add(&mut self.said.entered, entry);
                    if !order::is_right(&signed.body) {
                        self.faults.insert(Fault::EntersWrongly);
                    }
                }
                Record::Ordered(certificate) => {
                    let vote = &certificate.vote;
                    self.ordered.insert(vote.height, vote.hash);
                }
                _ => {}
            }
        }
    }

    /// Learns from a record which view the replica wants.
    pub(crate) fn note_target(&mut self, record: &Record) {
        let view = match record {
            Record::ViewChange(change, _) => change.view,
            Record::NewView(signed) => signed.body.view,
            _ => return,
        };
        if record.epoch() == self.epoch {
            self.target = self.target.max(view);
        }
    }
}

/// Adds an entry in its place. True if there is another for the same view.
fn add(entries: &mut Vec<(Epoch, View, Id)>, entry: (Epoch, View, Id)) -> bool {
    match entries.binary_search(&entry) {
        Ok(_) => false,
        Err(place) => {
            entries.insert(place, entry);
            let same =
                entries.iter().filter(|(epoch, view, _)| (*epoch, *view) == (entry.0, entry.1));
            same.count() > 1
        }
    }
}
