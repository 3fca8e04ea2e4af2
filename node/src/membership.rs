//! Who validates, as the state says it, and what that means for this node.

use std::{collections::BTreeMap, sync::Arc};

use weal_consensus::{Handover, WINDOW};
use weal_net::Peer;
use weal_runtime::{
    HostFault,
    system::validators::{self, Change, Member, NOTICE, Schedule},
};
use weal_state::{State, StateError};
use weal_types::{
    Height, PublicKey, TimeMs, block::FinalHeader, certificate::ValidatorSet, codec::Bounded,
    state::Snapshot,
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

    /// The public halves of all of them.
    pub fn public(&self) -> impl Iterator<Item = PublicKey> {
        std::iter::once(&self.present).chain(&self.next).map(|key| key.public())
    }

    /// Whether this node holds the secret of a key.
    pub fn hold(&self, key: &PublicKey) -> bool {
        self.public().any(|own| own == *key)
    }
}

/// What the state after a block says about validators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Who validates, and what is decided.
    pub schedule: Schedule,
    /// Those whom a proposal would add. They may follow the chain meanwhile.
    pub invited: Vec<Member>,
    /// When the first of these invitations ends.
    invited_until: Option<TimeMs>,
}

impl Membership {
    /// Reads it. `height` and `time` are those of the block whose validators are asked for: the one
    /// that the snapshot shows, or the one to come.
    pub fn load(snapshot: &dyn Snapshot, height: Height, time: TimeMs) -> Result<Self, HostFault> {
        let schedule = validators::load(snapshot)?.at(height);
        let proposals = validators::load_proposals(snapshot)?;
        let open = proposals.into_iter().filter(|proposal| time < proposal.until);
        let (mut invited, mut invited_until) = (Vec::new(), None);
        for proposal in open {
            if let Change::Add(member) = proposal.change {
                invited.push(member);
                let until = invited_until.unwrap_or(proposal.until);
                invited_until = Some(proposal.until.min(until));
            }
        }
        Ok(Self { schedule, invited, invited_until })
    }

    /// Whether it is the same for the block at `height`, which follows one of `time`, if nobody
    /// wrote anything since.
    pub fn holds(&self, height: Height, time: TimeMs) -> bool {
        let has_ended = self.schedule.next.as_ref().is_some_and(|next| next.end < height);
        !has_ended && self.invited_until.is_none_or(|until| time < until)
    }

    /// What the state says of the block after a header, the newest one.
    pub(crate) fn next(state: &State, head: &FinalHeader) -> Result<Self, StateError> {
        let snapshot = state.snapshot()?;
        let next = head.height.next().unwrap_or(head.height);
        let membership = Self::load(&snapshot, next, head.time);
        membership.map_err(|fault| StateError::Unprovable { reason: fault.to_string() })
    }

    /// What the genesis document says.
    pub fn of_genesis(spec: &ChainSpec) -> Self {
        let members = Bounded::new(spec.genesis.validators.clone()).unwrap_or_default();
        let schedule = Schedule { members, ..Schedule::default() };
        Self { schedule, invited: Vec::new(), invited_until: None }
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

    /// Whether the chain knows one of these keys at present.
    pub fn knows(&self, keys: &Keys) -> bool {
        self.known().any(|member| keys.hold(&member.key))
    }

    /// Whom to keep connections with, and where: what the configuration says of an address counts
    /// more than what the chain says.
    pub fn peers(&self, place: &NetworkPlace, keys: &Keys) -> Vec<Peer> {
        let configured = place.peers.iter().chain(&place.followers).cloned();
        let known =
            self.known().map(|member| Peer { key: member.key, address: member.address.clone() });
        let mut peers = BTreeMap::new();
        for Peer { key, address } in configured.chain(known) {
            if !keys.hold(&key) {
                peers.entry(key).or_insert(address);
            }
        }
        peers.into_iter().map(|(key, address)| Peer { key, address }).collect()
    }

    /// Other validators of the epoch of whom neither the configuration nor the chain says where
    /// they are. They may still find this node.
    pub fn lost(&self, place: &NetworkPlace, keys: &Keys) -> Vec<PublicKey> {
        let is_lost = |member: &&Member| {
            let is_configured = place.peers.iter().any(|peer| peer.key == member.key);
            member.address.is_empty() && !is_configured && !keys.hold(&member.key)
        };
        self.schedule.members.iter().filter(is_lost).map(|member| member.key).collect()
    }

    /// Whether a node with these keys can run here: it is somebody whom the chain knows, or
    /// follows, and can reach one of the others at least.
    pub fn check(
        &self,
        keys: &Keys,
        follow: bool,
        place: Option<&NetworkPlace>,
    ) -> Result<(), OpenError> {
        let members = &self.schedule.members;
        let is_member = members.iter().any(|member| keys.hold(&member.key));
        if !follow && !self.knows(keys) {
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

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use weal_runtime::system::validators::{Members, Succession};
    use weal_types::AccountId;

    use super::*;

    /// Validators 1 to 9 and where they are.
    fn members(places: &[(u8, &str)]) -> Members {
        let member = |(seed, address): &(u8, &str)| Member {
            key: key(*seed),
            operator: AccountId([0; 32]),
            organisation: "we".into(),
            address: (*address).into(),
        };
        Bounded::new(places.iter().map(member).collect()).unwrap()
    }

    fn secret(seed: u8) -> ValidatorKey {
        ValidatorKey::from_seed([seed; 32]).unwrap()
    }

    fn key(seed: u8) -> PublicKey {
        secret(seed).public()
    }

    /// Where validator 2 is looked for by validator 1.
    fn place_of_2(membership: &Membership, configured: &[(u8, &str)]) -> Option<String> {
        let peer =
            |(seed, address): &(u8, &str)| Peer { key: key(*seed), address: (*address).into() };
        let place = NetworkPlace {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            peers: configured.iter().map(peer).collect(),
            followers: Vec::new(),
        };
        let keys = Keys { present: Arc::new(secret(1)), next: None };
        let peers = membership.peers(&place, &keys);
        assert!(peers.iter().all(|peer| peer.key != key(1)), "nobody talks to itself");
        peers.into_iter().find(|peer| peer.key == key(2)).map(|peer| peer.address)
    }

    #[test]
    fn a_validator_is_looked_for_where_the_newest_decision_says() {
        let list = |address: &str| members(&[(1, "one:1"), (2, address)]);
        let succession = |address| Succession { end: Height(40), members: list(address) };
        // Each one counts more than those before it.
        let mut membership =
            Membership { schedule: Schedule::default(), invited: Vec::new(), invited_until: None };
        assert_eq!(place_of_2(&membership, &[]), None);
        membership.invited = list("proposed:1").into_inner();
        assert_eq!(place_of_2(&membership, &[]).as_deref(), Some("proposed:1"));
        membership.schedule.before = list("before:1");
        assert_eq!(place_of_2(&membership, &[]).as_deref(), Some("before:1"));
        membership.schedule.members = list("present:1");
        assert_eq!(place_of_2(&membership, &[]).as_deref(), Some("present:1"));
        membership.schedule.next = Some(succession("next:1"));
        assert_eq!(place_of_2(&membership, &[]).as_deref(), Some("next:1"));
        membership.schedule.after = Some(list("after:1"));
        assert_eq!(place_of_2(&membership, &[]).as_deref(), Some("after:1"));
        let configured = [(2, "configured:1")];
        assert_eq!(place_of_2(&membership, &configured).as_deref(), Some("configured:1"));
    }

    #[test]
    fn a_node_starts_unless_nobody_can_be_found() {
        let place = NetworkPlace {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            peers: Vec::new(),
            followers: Vec::new(),
        };
        let keys = Keys { present: Arc::new(secret(1)), next: None };
        for (addresses, lost, starts) in [
            (["", "b:1", "c:1", "d:1"], vec![], true),
            (["a:1", "b:1", "", ""], vec![3, 4], true),
            (["a:1", "", "", ""], vec![2, 3, 4], false),
        ] {
            let list: Vec<_> = (1..).zip(addresses).collect();
            let schedule = Schedule { members: members(&list), ..Schedule::default() };
            let membership = Membership { schedule, invited: Vec::new(), invited_until: None };
            assert_eq!(
                membership.lost(&place, &keys),
                lost.into_iter().map(key).collect::<Vec<_>>()
            );
            assert_eq!(membership.check(&keys, false, Some(&place)).is_ok(), starts);
        }
    }

    #[test]
    fn what_is_known_holds_until_an_epoch_or_an_invitation_ends() {
        let next = Some(Succession { end: Height(40), members: Members::default() });
        let schedule = Schedule { next, ..Schedule::default() };
        let invited_until = Some(TimeMs(100));
        let membership = Membership { schedule, invited: Vec::new(), invited_until };
        for (height, time, holds) in [(40, 99, true), (41, 99, false), (40, 100, false)] {
            assert_eq!(membership.holds(Height(height), TimeMs(time)), holds);
        }
    }
}
