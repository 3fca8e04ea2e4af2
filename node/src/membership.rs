//! Who validates, as the state says it, and what that means for this node.

use std::{collections::BTreeMap, sync::Arc};

use weal_consensus::{Handover, WINDOW};
use weal_net::Peer;
use weal_runtime::{
    HostFault,
    system::validators::{self, Change, Member, NOTICE, Schedule},
};
use weal_types::{
    Height, PublicKey, TimeMs, certificate::ValidatorSet, codec::Bounded, state::Snapshot,
};

use crate::{
    core::{NetworkPlace, OpenError},
    genesis::ChainSpec,
    validator_key::ValidatorKey,
};

// Whoever votes above what is final has executed the block that ends the epoch before the end.
const _: () = assert!(NOTICE == 2 * WINDOW);

/// The keys that a node votes with: one, and perhaps the one that is to take its place.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The present one, or the only one.
    pub present: Arc<ValidatorKey>,
    /// What the present one is being replaced by.
    pub next: Option<Arc<ValidatorKey>>,
}

impl Keys {
    /// The key that a set knows this node by, and its position; the present key and none where it
    /// is not part of the set.
    pub fn among(&self, set: &ValidatorSet) -> (Arc<ValidatorKey>, Option<u8>) {
        let of = |key: &Arc<ValidatorKey>| {
            let public = key.public();
            let found = set.validators.iter().position(|validator| validator.key == public)?;
            Some((Arc::clone(key), u8::try_from(found).ok()))
        };
        let found = of(&self.present).or_else(|| self.next.as_ref().and_then(of));
        found.unwrap_or_else(|| (Arc::clone(&self.present), None))
    }

    /// Whether this node holds the secret of a key.
    pub fn hold(&self, key: &PublicKey) -> bool {
        let is_next = self.next.as_ref().is_some_and(|next| next.public() == *key);
        self.present.public() == *key || is_next
    }
}

/// What the state after a block says about validators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Who validates, and what is decided.
    pub schedule: Schedule,
    /// Those whom a proposal would add. They may follow the chain meanwhile.
    pub invited: Vec<Member>,
}

impl Membership {
    /// Reads it. `height` and `time` are those of the block whose validators are asked for: the one
    /// that the snapshot shows, or the one to come.
    pub fn load(snapshot: &dyn Snapshot, height: Height, time: TimeMs) -> Result<Self, HostFault> {
        let schedule = validators::load(snapshot)?.at(height);
        let proposals = validators::load_proposals(snapshot)?;
        let open = proposals.into_iter().filter(|proposal| time < proposal.until);
        let invited = open.filter_map(|proposal| match proposal.change {
            Change::Add(member) => Some(member),
            Change::Remove(_) => None,
        });
        Ok(Self { schedule, invited: invited.collect() })
    }

    /// What the genesis document says.
    pub fn of_genesis(spec: &ChainSpec) -> Self {
        let members = Bounded::new(spec.genesis.validators.clone()).unwrap_or_default();
        let schedule = Schedule { members, ..Schedule::default() };
        Self { schedule, invited: Vec::new() }
    }

    /// The validators of the epoch.
    pub fn set(&self) -> Result<ValidatorSet, &'static str> {
        self.schedule.set().ok_or("the state names no validators")
    }

    /// The end of the epoch, as the replica wants it.
    pub fn handover(&self) -> Option<Handover> {
        handover(&self.schedule)
    }

    /// Everybody who matters: those of the epochs after and before the present one, its own, and
    /// those who may become one. Of a key that stands there twice the first counts: what is decided
    /// last more than what was so before, and what a proposal says less than anything else, for one
    /// operator alone proposes.
    fn known(&self) -> impl Iterator<Item = &Member> {
        let Schedule { members, before, next, after, .. } = &self.schedule;
        let next = next.as_ref().map(|next| &next.members);
        let lists = [after.as_ref(), next, Some(members), Some(before)];
        let validators = lists.into_iter().flatten().flat_map(|members| members.iter());
        validators.chain(&self.invited)
    }

    /// Whom to keep connections with, and where: what the configuration says of an address counts
    /// more than what the chain says.
    pub fn peers(&self, place: &NetworkPlace, keys: &Keys) -> Vec<Peer> {
        let configured = place.peers.iter().chain(&place.followers).cloned();
        let known = self.known().map(|member| Peer {
            key: member.key,
            address: member.address.clone(),
        });
        let mut peers = BTreeMap::new();
        for Peer { key, address } in configured.chain(known) {
            if !keys.hold(&key) {
                peers.entry(key).or_insert(address);
            }
        }
        peers.into_iter().map(|(key, address)| Peer { key, address }).collect()
    }

    /// Other validators of the epoch of whom neither the configuration nor the chain says where they
    /// are. They may still find this node.
    pub fn lost(&self, place: &NetworkPlace, keys: &Keys) -> Vec<PublicKey> {
        let is_lost = |member: &&Member| {
            let is_configured = place.peers.iter().any(|peer| peer.key == member.key);
            member.address.is_empty() && !is_configured && !keys.hold(&member.key)
        };
        self.schedule.members.iter().filter(is_lost).map(|member| member.key).collect()
    }

    /// Whether a node with these keys can run here: it is somebody whom the chain knows, or follows,
    /// and can reach one of the others at least.
    pub fn check(
        &self,
        keys: &Keys,
        follow: bool,
        place: Option<&NetworkPlace>,
    ) -> Result<(), OpenError> {
        let members = &self.schedule.members;
        let is_member = members.iter().any(|member| keys.hold(&member.key));
        if !is_member && !follow && !self.known().any(|member| keys.hold(&member.key)) {
            return Err(OpenError::NotValidator { own: keys.present.public() });
        }
        let Some(place) = place else {
            let validators = members.len();
            let needs_none = is_member && validators == 1;
            return if needs_none { Ok(()) } else { Err(OpenError::NoNetwork { validators }) };
        };
        // A validator that others may still reach should not stay away because of one of them.
        let lost = self.lost(place, keys);
        let others = members.iter().filter(|member| !keys.hold(&member.key)).count();
        match lost.first() {
            Some(key) if lost.len() == others => Err(OpenError::Peers { key: *key }),
            _ => Ok(()),
        }
    }
}

/// The end of a schedule's epoch, as the replica wants it, with that of the next one if it is
/// decided too.
pub fn handover(schedule: &Schedule) -> Option<Handover> {
    let (end, next) = schedule.next_set()?;
    // At most two epochs ahead are decided.
    let then = handover(&schedule.clone().at(end.next()?)).map(Box::new);
    Some(Handover { end, next, then })
}
