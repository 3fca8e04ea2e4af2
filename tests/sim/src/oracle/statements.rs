//! An honest validator never contradicts itself, whatever its machine goes through.
//!
//! What counts is what leaves the machine. A signature that a crash swallowed was never made.

use std::collections::BTreeMap;

use weal_consensus::{Message, Statement, ViewChange};
use weal_types::{
    Epoch, Hash, Height, View,
    certificate::{CertificateKind, Vote},
};

use crate::ledger::Constitution;

/// See the module.
pub(super) struct Statements {
    /// By member.
    said: Vec<Said>,
}

/// What one member has said.
#[derive(Default)]
struct Said {
    /// Proposals and votes.
    slots: BTreeMap<(Epoch, Kind, Height, View), Hash>,
    /// VIEW-CHANGEs and NEW-VIEWs.
    views: BTreeMap<(Epoch, bool, View), Hash>,
    /// The highest view that it left for.
    left: BTreeMap<Epoch, View>,
    /// The highest view of a COMMIT.
    commits: BTreeMap<(Epoch, Height), View>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    PrePrepare,
    Prepare,
    Commit,
    Checkpoint,
}

type Found = Result<(), (&'static str, String)>;

impl Statements {
    pub(super) fn new(members: usize) -> Self {
        Self { said: (0..members).map(|_| Said::default()).collect() }
    }

    pub(super) fn see(
        &mut self,
        member: usize,
        message: &Message,
        constitution: &Constitution,
    ) -> Found {
        let said = &mut self.said[member];
        let found = match message {
            Message::PrePrepare(signed) => {
                let proposal = &signed.body.proposal;
                let place = (proposal.epoch, Kind::PrePrepare, proposal.height, signed.body.view);
                said.slot(place, constitution.digest(proposal))
            }
            Message::Vote(signed) => said.vote(&signed.body),
            Message::ViewChange(signed, _) => {
                said.change(&signed.body, signed.body.message(&constitution.chain))
            }
            Message::NewView(signed) => {
                let place = (signed.body.epoch, true, signed.body.view);
                said.view(place, signed.body.message(&constitution.chain))
            }
            _ => Ok(()),
        };
        found.map_err(|(oracle, what)| (oracle, format!("member {member}: {what}")))
    }
}

impl Said {
    fn slot(&mut self, place: (Epoch, Kind, Height, View), hash: Hash) -> Found {
        let (epoch, kind, height, view) = place;
        let first = *self.slots.entry(place).or_insert(hash);
        if first != hash {
            let what = format!("two of {kind:?} at height {height} in view {view}");
            return Err(("no contradiction", what));
        }
        let left = self.left.get(&epoch).copied().unwrap_or(View::ZERO);
        match kind != Kind::Checkpoint && view < left {
            true => {
                let what = format!("{kind:?} at {height} in view {view}, but it left for {left}");
                Err(("no vote in a left view", what))
            }
            false => Ok(()),
        }
    }

    fn vote(&mut self, vote: &Vote) -> Found {
        let kind = match vote.kind {
            CertificateKind::Prepare => Kind::Prepare,
            CertificateKind::Commit => Kind::Commit,
            CertificateKind::Checkpoint => Kind::Checkpoint,
        };
        if kind == Kind::Commit {
            let highest = self.commits.entry((vote.epoch, vote.height)).or_insert(vote.view);
            *highest = vote.view.max(*highest);
        }
        self.slot((vote.epoch, kind, vote.height, vote.view), vote.hash)
    }

    fn view(&mut self, place: (Epoch, bool, View), hash: Hash) -> Found {
        let first = *self.views.entry(place).or_insert(hash);
        let what = if place.1 { "NEW-VIEW" } else { "VIEW-CHANGE" };
        match first == hash {
            true => Ok(()),
            false => Err(("no contradiction", format!("two of {what} for view {}", place.2))),
        }
    }

    fn change(&mut self, change: &ViewChange, hash: Hash) -> Found {
        self.view((change.epoch, false, change.view), hash)?;
        let left = self.left.entry(change.epoch).or_insert(View::ZERO);
        *left = change.view.max(*left);
        for ((epoch, height), view) in &self.commits {
            let is_due =
                *epoch == change.epoch && *height > change.stable.height && *view < change.view;
            let is_claimed =
                change.claims.iter().any(|claim| claim.height == *height && claim.view >= *view);
            if is_due && !is_claimed {
                let what = format!(
                    "VIEW-CHANGE for {} without a claim at {height}, where it committed in {view}",
                    change.view
                );
                return Err(("no amnesia", what));
            }
        }
        Ok(())
    }
}
