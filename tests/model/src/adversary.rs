//! What Byzantine validators can say.
//!
//! They need no state: they may say everything that they can sign, from the moment on when the
//! signatures of others that it rests on exist. They lead with every proposal at once, vote for
//! everything, and leave views with every claim that they can prove. As leaders they begin a view
//! in every way that a quorum's VIEW-CHANGEs allow, and in wrong ways too.

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use weal_consensus::{Claim, Grounds, Mark, Message, PrePrepare, Statement, ViewChange};
use weal_types::{
    Epoch, Height, View,
    certificate::{Certificate, CertificateKind, Vote},
    codec::Bounded,
};

use crate::{
    cast::{CHAIN, START, key, leader, sign},
    node::Node,
    sight::{Sight, certificate, is_claimable, signed, vote},
    world::{Id, Votes, World, read, write},
};

/// Messages that were made already, by what they were made of.
type Known<K> = RwLock<BTreeMap<K, Arc<Vec<Id>>>>;

/// See the module. Everything that was worked out once is kept.
#[derive(Default)]
pub struct Alphabet {
    certificates: RwLock<BTreeMap<u32, (Certificate, Id)>>,
    votes: RwLock<BTreeMap<(u32, u8), Id>>,
    changes: Known<(Epoch, View, u8, Votes)>,
    pub(crate) new_views: Known<(Epoch, View, Vec<Id>, Votes)>,
    forgeable: RwLock<Option<Votes>>,
    proposals: RwLock<Option<Arc<Vec<Proposed>>>>,
}

/// A leader's PRE-PREPARE.
pub struct Proposed {
    /// In which epoch.
    pub epoch: Epoch,
    /// In which view.
    pub view: View,
    /// For which slot.
    pub height: Height,
    /// The message.
    pub id: Id,
}

/// A signature for a statement.
pub fn seal(body: &impl Statement, who: u8) -> [u8; 64] {
    sign(key(who), &body.message(&CHAIN))
}

impl Alphabet {
    /// Remembers a certificate for each of these votes.
    pub fn keep_certificates(&self, world: &World, nodes: &[Arc<Node>], certain: Votes) {
        let kept = read(&self.certificates);
        let is_new = |bit: &u32| certain >> bit & 1 == 1 && !kept.contains_key(bit);
        let missing: Vec<_> = (0..128).filter(is_new).collect();
        drop(kept);
        let missing = missing.iter().fold(0, |set, bit| set | 1 << bit);
        for (bit, vote) in world.votes(missing) {
            let certificate = certificate(world, nodes, bit, vote);
            let id = world.message_id(&Message::Certificate(Arc::new(certificate.clone())));
            write(&self.certificates).entry(bit).or_insert((certificate, id));
        }
    }

    /// The certificate for a vote, as a message.
    pub fn certificate_id(&self, bit: u32) -> Id {
        read(&self.certificates).get(&bit).map_or(0, |(_, id)| *id)
    }

    /// The certificate for a vote.
    pub fn certificate(&self, world: &World, vote: &Vote) -> Option<Certificate> {
        let bit = world.vote_bit(vote);
        read(&self.certificates).get(&bit).map(|(certificate, _)| certificate.clone())
    }

    /// One validator's vote, as a message.
    pub fn vote_id(&self, world: &World, bit: u32, body: Vote, who: u8) -> Id {
        if let Some(id) = read(&self.votes).get(&(bit, who)) {
            return *id;
        }
        let id = world.message_id(&vote(body, who));
        write(&self.votes).insert((bit, who), id);
        id
    }

    /// PRE-PREPAREs of Byzantine leaders.
    pub fn proposals(&self, world: &World) -> Arc<Vec<Proposed>> {
        if let Some(proposals) = &*read(&self.proposals) {
            return Arc::clone(proposals);
        }
        let mut proposals = Vec::new();
        for proposal in world.proposals() {
            let (epoch, view, height) = (proposal.epoch, proposal.first_view, proposal.height);
            let who = leader(epoch, view);
            if world.liars().contains(&who) {
                let body = PrePrepare { view, proposal: proposal.clone() };
                let id = world.message_id(&Message::PrePrepare(signed(body, who)));
                proposals.push(Proposed { epoch, view, height, id });
            }
        }
        let proposals = Arc::new(proposals);
        *write(&self.proposals) = Some(Arc::clone(&proposals));
        proposals
    }

    /// PREPAREs and COMMITs for everything: what is certain where nobody looks at signatures, and
    /// what Byzantine validators vote for.
    pub fn forgeable(&self, world: &World) -> Votes {
        if let Some(votes) = *read(&self.forgeable) {
            return votes;
        }
        let mut votes = 0;
        for epoch in [Epoch(0), Epoch(1)] {
            for (view, height) in world
                .setup
                .views_of(epoch)
                .flat_map(|view| world.setup.slots_of(epoch).map(move |height| (view, height)))
            {
                for hash in world.digests(epoch, height) {
                    for kind in [CertificateKind::Prepare, CertificateKind::Commit] {
                        votes |= 1 << world.vote_bit(&Vote { kind, epoch, view, height, hash });
                    }
                }
            }
        }
        *write(&self.forgeable) = Some(votes);
        votes
    }

    /// A Byzantine validator's VIEW-CHANGEs to a view: each stable height and each set of claims
    /// that certificates prove. One without proof convinces no leader, and in a NEW-VIEW it decides
    /// nothing, for the claim that decides needs its certificate.
    pub fn changes(
        &self,
        world: &World,
        sight: &Sight,
        to: (Epoch, View),
        who: u8,
    ) -> Arc<Vec<Id>> {
        let (epoch, view) = to;
        let proofs: Vec<_> = world
            .votes(sight.certain)
            .into_iter()
            .filter(|(_, vote)| is_claimable(vote, epoch, view))
            .collect();
        let set = proofs.iter().fold(0, |set, (bit, _)| set | 1 << bit);
        let key = (epoch, view, who, set);
        if let Some(known) = read(&self.changes).get(&key) {
            return Arc::clone(known);
        }
        let mut ids = Vec::new();
        for stable in stable_marks(&proofs) {
            for claims in claim_sets(&proofs, stable.height) {
                ids.push(self.change(world, to, who, stable, &claims));
            }
        }
        let ids = Arc::new(ids);
        write(&self.changes).insert(key, Arc::clone(&ids));
        ids
    }

    fn change(
        &self,
        world: &World,
        (epoch, view): (Epoch, View),
        who: u8,
        stable: Mark,
        claims: &[Vote],
    ) -> Id {
        let claim = |vote: &Vote| Claim { height: vote.height, view: vote.view, digest: vote.hash };
        let proofs = claims.iter().filter_map(|vote| self.certificate(world, vote)).collect();
        let grounds = Grounds {
            stable: self.stable_certificate(world, epoch, stable),
            prepared: Bounded::new(proofs).expect("few slots"),
        };
        let claims = Bounded::new(claims.iter().map(claim).collect()).expect("few slots");
        let body = ViewChange { epoch, view, stable, claims };
        let message = Message::ViewChange(Arc::new(signed(body, who)), Arc::new(grounds));
        world.message_id(&message)
    }

    /// What proves a stable height.
    pub fn stable_certificate(
        &self,
        world: &World,
        epoch: Epoch,
        stable: Mark,
    ) -> Option<Certificate> {
        if stable == START {
            return None;
        }
        let (kind, view) = (CertificateKind::Checkpoint, View(0));
        let vote = Vote { kind, epoch, view, height: stable.height, hash: stable.hash };
        self.certificate(world, &vote)
    }
}

/// Heights that are provably final, and the start.
fn stable_marks(proofs: &[(u32, Vote)]) -> Vec<Mark> {
    let final_ones = proofs.iter().filter(|(_, vote)| vote.kind == CertificateKind::Checkpoint);
    let marks = final_ones.map(|(_, vote)| Mark { height: vote.height, hash: vote.hash });
    std::iter::once(START).chain(marks).collect()
}

/// For each slot above a height: no claim, or one of those that are proven.
fn claim_sets(proofs: &[(u32, Vote)], above: Height) -> Vec<Vec<Vote>> {
    let mut by_slot: BTreeMap<Height, Vec<Vote>> = BTreeMap::new();
    for (_, vote) in proofs.iter().filter(|(_, vote)| vote.kind == CertificateKind::Prepare) {
        if vote.height > above {
            by_slot.entry(vote.height).or_default().push(*vote);
        }
    }
    let mut sets = vec![vec![]];
    for votes in by_slot.values() {
        let longer: Vec<Vec<Vote>> = sets
            .iter()
            .flat_map(|set: &Vec<Vote>| {
                votes.iter().map(move |vote| [set.as_slice(), &[*vote]].concat())
            })
            .collect();
        sets.extend(longer);
    }
    sets
}
