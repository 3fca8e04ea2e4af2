//! Where epochs meet: nodes that have no vote and follow, the way into an epoch, and what is sent
//! to those who are in another one.

use std::sync::Arc;

use weal_consensus::{Event, Mark, Message, Settings};
use weal_types::{Epoch, PublicKey, block::FinalHeader};

use super::{
    bodies::Ordering,
    driver::{Driver, new_life},
};
use crate::{
    clock::monotonic,
    failure::Failure,
    membership::Membership,
    peers::{
        judge::Judge,
        packet::{PUSH_BYTES, Packet},
    },
};

/// How often a follower offers what waits in its pool.
const OFFER_MS: u64 = 2_000;

impl Driver {
    /// Whether this node has no vote in the present epoch. Its replica is silent and hears nothing;
    /// the node asks others for whatever is newer than what it has.
    pub(super) fn is_follower(&self) -> bool {
        self.replica.reign().1.is_none()
    }

    /// Offers what waits here to the validators, now and then and one after the other: the first
    /// time it may have been lost. A follower builds no blocks, so what expires is dropped here.
    pub(super) fn offer_as_follower(&mut self) {
        let now = monotonic();
        if self.offered.0.saturating_add(OFFER_MS) <= now.0 {
            self.offered = now;
            self.pool.expire(self.clock.now());
            self.speaker.push(&self.pool.offer_from(&mut self.to_offer, PUSH_BYTES, now));
        }
    }

    /// An epoch has begun, or this node has come to it.
    pub(super) fn entered(&mut self, epoch: Epoch) {
        let validators = self.replica.reign().0;
        let (key, position) = self.keys.among(validators);
        tracing::info!(epoch = epoch.0, ?position, "epoch");
        self.speaker.present().set(Judge::of(&self.replica));
        self.is_muted = false;
        let is_other = key.public() != self.key.public();
        // The replica knows itself by the key that it began with.
        self.is_joining = position.is_some() && (is_other || self.is_follower());
        self.key = key;
        if is_other {
            self.go_by(&Arc::clone(&self.key));
        }
    }

    /// Takes part in the epoch that the state names, with what the journal remembers of it. Others
    /// are asked first what they hold of this key.
    pub(super) fn join(&mut self) -> Result<Event, Failure> {
        let validators = self.membership.set()?;
        let (key, position) = self.keys.among(&validators);
        let position = position.ok_or("this node is not part of the epoch that it enters")?;
        tracing::info!(epoch = validators.epoch.0, position, "takes part from here on");
        self.begin(position)?;
        self.key = key;
        self.sync = None;
        Ok(Event::Start(new_life()?))
    }

    /// A replica for the epoch that the state names, which begins after the newest block.
    fn begin(&mut self, position: u8) -> Result<(), Failure> {
        let parent = self.parent();
        let start = Mark { height: parent.height, hash: parent.hash().0 };
        self.settings = Settings {
            validators: self.membership.set()?,
            me: position,
            start,
            stable: start,
            certificate: None,
            handover: self.membership.handover(),
            ..self.settings.clone()
        };
        self.is_muted = false;
        self.replica = self.replica.successor(self.settings.clone());
        let epoch = self.settings.validators.epoch;
        let later = std::mem::take(&mut self.later).into_iter();
        let (now, later) = later.partition(|ordering| ordering.record.epoch() <= epoch);
        self.later = later;
        for Ordering { record, .. } in now {
            // Nothing comes of it but the replica's memory.
            let _ = self.replica.step(self.clock.now(), Event::Replay(record));
        }
        // The new replica has not been told of what waits.
        self.is_pool_stale = true;
        self.speaker.present().set(Judge::of(&self.replica));
        Ok(())
    }

    /// Whether this follower has a vote on the block after its newest one. What it says then rests
    /// on all that came before, so that must survive a power cut (rule B3).
    pub(super) fn is_awaited(&self) -> Result<bool, Failure> {
        Ok(self.keys.among(&self.membership.set()?).1.is_some())
    }

    /// A follower has executed a block that a quorum certified, and where it takes part in what
    /// comes next, has it on disk.
    pub(super) fn followed(&mut self, header: &FinalHeader) -> Result<(), Failure> {
        self.settled(header.height);
        self.follow_on();
        if header.next_set_id == header.set_id {
            return Ok(());
        }
        let epoch = self.membership.set()?.epoch;
        match self.is_awaited()? {
            true => self.is_joining = true,
            false => self.begin(u8::MAX)?,
        }
        let (key, position) = self.keys.among(&self.membership.set()?);
        tracing::info!(epoch = epoch.0, ?position, "epoch");
        if key.public() != self.key.public() {
            self.go_by(&key);
            self.key = key;
        }
        self.go_on()
    }

    /// What the state says about validators changes where the newest block wrote it, and where time
    /// passes: an epoch begins, or an invitation ends.
    pub(super) fn renew_membership(&mut self, is_written: bool) -> Result<(), Failure> {
        let parent = self.parent();
        let next = parent.height.next().unwrap_or(parent.height);
        if !is_written && self.membership.holds(next, parent.time) {
            return Ok(());
        }
        let snapshot = self.state.snapshot().map_err(|error| error.to_string())?;
        let membership = Membership::load(&snapshot, next, parent.time);
        self.membership = membership.map_err(|error| error.to_string())?;
        let peers = self.wanted_peers();
        if peers != self.peers {
            self.peers = peers;
            self.speaker.set_peers(self.peers.clone());
        }
        Ok(())
    }

    pub(super) fn wanted_peers(&self) -> Vec<weal_net::Peer> {
        let place = self.place.as_ref();
        place.map(|place| self.membership.peers(place, &self.keys)).unwrap_or_default()
    }

    /// The validators of an epoch that ended long ago may all be gone: whoever has no voice asks
    /// everybody else as well how it ended.
    pub(super) fn ask_for_end(&self) {
        if self.replica.has_voice() {
            return;
        }
        let judge = self.speaker.present().get();
        let peers = self.speaker.peers().into_iter();
        for other in peers.filter(|peer| judge.position(peer).is_none()) {
            self.speaker.give(&other, &Packet::WantEnd(judge.validators.epoch));
        }
    }

    /// The certificate of the last header of an epoch, which leads whoever is in it to the next.
    pub(super) fn send_epoch_end(&self, to: &PublicKey, epoch: Epoch) {
        match self.ledger.end(epoch) {
            Ok(Some(end)) => {
                let certificate = Message::Certificate(Arc::new(end.certificate));
                self.speaker.give(to, &Packet::Message(certificate));
            }
            // It is being written, and asked for again.
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the end of an epoch cannot be read"),
        }
    }
}
