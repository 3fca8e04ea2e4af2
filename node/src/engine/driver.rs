//! The loop of the engine: what it is told, and what came of it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, SyncSender},
    },
    time::Duration,
};

use weal_consensus::{Body, Event, Life, Ordered, Record, Replica, Settings, Timer};
use weal_runtime::system;
use weal_types::{
    Epoch, Hash, Height, PublicKey, TimeMs, TxHash, View,
    block::{FinalHeader, Proposal},
    certificate::Certificate,
    params::ChainParams,
    receipt::SkipReason,
};

use super::{
    Commit, EngineInput, InFlight,
    bodies::{self, Bodies, Ordering},
    gap::Gap,
    speak::{self, Speaker},
    standing::Standing,
    sync::Sync,
    taken::Taken,
    voice::ShownVoice,
    wanted::Wanted,
};
use crate::{
    clock::{Clock, monotonic},
    core::NetworkPlace,
    evidence,
    executor::Executed,
    failure::Failure,
    journal::Journal,
    ledger::Ledger,
    membership::{Keys, Membership},
    mempool::{Mempool, Pooled, Turn},
    metrics::Metrics,
    peers::packet::Packet,
    validator_key::ValidatorKey,
};

/// How often one node is sent the same proposal before the next height is final. Whoever asks more
/// often does not listen.
const ANSWERS: u8 = 4;

/// An executed block that is not final, and what was dropped with it.
pub(super) type Waiting = (Executed, Vec<(TxHash, SkipReason)>);

pub(super) struct Driver {
    pub(super) replica: Replica,
    pub(super) settings: Settings,
    pub(super) key: Arc<ValidatorKey>,
    pub(super) keys: Keys,
    pub(super) place: Option<NetworkPlace>,
    /// Who orders the next block, and whom that makes this node talk to.
    pub(super) membership: Membership,
    pub(super) peers: Vec<weal_net::Peer>,
    /// The key that others know this node by at present.
    pub(super) identity: Arc<ValidatorKey>,
    /// When somebody was connected last, by the monotonic clock; only a node with two keys looks.
    pub(super) connected: TimeMs,
    pub(super) ledger: Ledger,
    /// What the journal remembers of later epochs than the one that the node started in.
    pub(super) later: Vec<Ordering>,
    /// Whether this node is to take part in the epoch that the state names.
    pub(super) is_joining: bool,
    /// When a follower last offered what waits here, by the monotonic clock.
    pub(super) offered: TimeMs,
    /// Where it goes on with that.
    pub(super) to_offer: Option<Turn>,
    pub(super) pool: Arc<Mempool>,
    pub(super) clock: Arc<Clock>,
    pub(super) journal: Journal,
    pub(super) in_flight: Arc<InFlight>,
    pub(super) inputs: mpsc::Sender<EngineInput>,
    pub(super) execute: SyncSender<(Ordered, Vec<Arc<Pooled>>)>,
    pub(super) commit: SyncSender<Commit>,
    /// The parameters of the newest executed state, which choose what fits into a block.
    pub(super) params: ChainParams,
    pub(super) state: Arc<weal_state::State>,
    pub(super) speaker: Speaker,
    pub(super) bodies: Bodies,
    pub(super) wanted: Wanted,
    /// How often somebody was sent a proposal.
    pub(super) answered: BTreeMap<(PublicKey, Hash), u8>,
    pub(super) standing: Standing,
    /// What the pool does not offer.
    pub(super) taken: Taken,
    /// Whether what stands has changed since the pool was told.
    pub(super) is_pool_stale: bool,
    /// Other leaders' proposals that the pool has not been asked about.
    pub(super) to_judge: Vec<(View, Hash)>,
    /// Who leads a view that begins, and has not been told yet what waits here.
    pub(super) new_leader: Option<PublicKey>,
    /// The view whose leader was called unfair last.
    pub(super) called_unfair: Option<(Epoch, View)>,
    /// What goes to the journal with the next thing that must be durable.
    pub(super) notes: Vec<Ordering>,
    pub(super) is_executing: bool,
    /// The newest header that was executed.
    pub(super) parent: FinalHeader,
    pub(super) executed: BTreeMap<Height, Waiting>,
    /// Certificates that the journal had when the node started, of blocks that the database lacks.
    pub(super) proofs: BTreeMap<Height, Arc<Certificate>>,
    /// Up to where blocks were handed to the committer before the replica found them final.
    pub(super) handed_over: Height,
    /// Final blocks that wait for the one after them, whose certificate is theirs too.
    pub(super) settling: Vec<Waiting>,
    pub(super) sync: Option<Sync>,
    pub(super) gap: Gap,
    /// When each timer runs out, by the monotonic clock.
    pub(super) timers: BTreeMap<Timer, TimeMs>,
    pub(super) evidence: evidence::Folder,
    pub(super) metrics: Arc<Metrics>,
    /// Whether this node takes part, for others to see.
    pub(super) voice: ShownVoice,
    /// Whether the journal was found to be an old one, in this epoch.
    pub(super) is_muted: bool,
}

impl Driver {
    pub(super) fn listen(
        mut self,
        replay: Vec<Ordering>,
        waiting: &mpsc::Receiver<EngineInput>,
    ) -> Result<(), Failure> {
        self.bodies.settle(self.parent.height);
        self.replay(replay)?;
        loop {
            // What the door lets in depends on it.
            self.speaker.invited().turn(self.replica.view(), self.parent.height);
            self.show_voice();
            let timers = self.timers.values().copied();
            let input = match timers.chain(self.wanted.next()).chain(self.next_sync()).min() {
                None => waiting.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => {
                    let left = at.0.saturating_sub(monotonic().0);
                    waiting.recv_timeout(Duration::from_millis(left))
                }
            };
            match input {
                Ok(EngineInput::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Ok(EngineInput::Failed(reason)) => return Err(reason.into()),
                Ok(input) => self.hear(input)?,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.ring()?;
        }
    }

    /// What the replica said before a restart, so that it goes on from there.
    fn replay(&mut self, replay: Vec<Ordering>) -> Result<(), Failure> {
        self.in_flight.add(replay.iter().cloned());
        for Ordering { record, transactions } in replay {
            self.standing.note(&record);
            if let Record::Stable(certificate) = &record {
                self.proofs.insert(certificate.vote.height, Arc::clone(certificate));
            }
            if let Some(proposal) = record.body() {
                self.bodies.add(proposal.clone(), transactions);
            }
            if record.epoch() > self.epoch() {
                self.later.push(Ordering { record: record.clone(), transactions: Vec::new() });
            }
            // Nothing comes of it but the replica's memory.
            let _ = self.replica.step(self.clock.now(), Event::Replay(record));
        }
        self.step(Event::Start(new_life()?))
    }

    fn hear(&mut self, input: EngineInput) -> Result<(), Failure> {
        match input {
            EngineInput::Ready => self.look_into_pool(),
            EngineInput::BackAgain(transactions) => self.back_again(&transactions),
            EngineInput::Due if self.replica.leads() => self.step(Event::Due),
            // Whoever leads is told too; here it would wait for a turn that nobody expects.
            EngineInput::Due => Ok(()),
            EngineInput::Pace(pace, applied) => {
                self.replica.set_pace(pace);
                self.settings.pace = pace;
                // Whoever changed it may have gone.
                let _ = applied.send(());
                self.look_into_pool()
            }
            EngineInput::Durable(token) => self.step(Event::Durable(token)),
            EngineInput::Executed(executed) => self.was_executed(*executed),
            EngineInput::Flushed(height) => self.flushed(height),
            EngineInput::Message { from, epoch, message, permit } => {
                // What was judged in another epoch is sent again.
                let is_present = epoch == self.epoch();
                let heard = is_present.then(|| self.step(Event::Message { from, message }));
                drop(permit);
                heard.unwrap_or(Ok(()))
            }
            EngineInput::Body { body, permit: _permit } => self.body_arrived(body),
            EngineInput::WantBody { digest, permit } => {
                self.give_body(&permit.from, digest);
                Ok(())
            }
            EngineInput::Blocks { blocks, permit: _permit } => self.blocks_arrived(blocks),
            EngineInput::BlocksFrom { first, permit } => {
                self.blocks_lack(permit.from, first);
                Ok(())
            }
            EngineInput::Stop | EngineInput::Failed(_) => Ok(()),
        }
    }

    /// What has become due: the replica's timers, and questions.
    fn ring(&mut self) -> Result<(), Failure> {
        let now = monotonic();
        while let Some((&timer, _)) = self.timers.iter().find(|(_, at)| **at <= now) {
            self.timers.remove(&timer);
            self.step(Event::Expired(timer))?;
            if timer == Timer::Heartbeat {
                self.ask_for_end();
            }
        }
        for (digest, holder) in self.wanted.due(now, self.me()) {
            if let Some(key) = self.speaker.present().get().key(holder) {
                self.speaker.give(&key, &Packet::WantBody(digest));
            }
        }
        self.go_on_syncing();
        self.try_other_key();
        Ok(())
    }

    pub(super) fn look_into_pool(&mut self) -> Result<(), Failure> {
        self.step(Event::Pool(self.pool.oldest()))
    }

    /// Makes transactions ready that were seen in a proposal before, but not what stands in one.
    fn back_again(&mut self, transactions: &[Arc<Pooled>]) -> Result<(), Failure> {
        self.pool.make_ready(transactions, monotonic());
        self.taken.take_again(&self.pool);
        self.look_into_pool()
    }

    /// Tells the pool what stands.
    pub(super) fn align_pool(&mut self) {
        let known = |digest: &Hash| Some(self.bodies.get(digest)?.1.as_slice());
        self.taken.align(self.standing.digests(), known, (&self.pool, monotonic()));
    }

    /// A proposal's transactions have come, or do not keep the rules.
    fn body_arrived(&mut self, body: Result<bodies::Body, Proposal>) -> Result<(), Failure> {
        let digest = match &body {
            Ok((proposal, _)) | Err(proposal) => proposal.digest(),
        };
        let Some(height) = self.wanted.found(&digest) else {
            if let Ok((proposal, transactions)) = body {
                self.bodies.offer(proposal, transactions);
            }
            return Ok(());
        };
        let body = match body {
            Ok((proposal, transactions)) => {
                self.bodies.add(proposal.clone(), transactions);
                self.is_pool_stale = true;
                Body::Valid(proposal)
            }
            Err(_) => Body::Invalid,
        };
        self.step(Event::Body { height, digest, body })
    }

    fn give_body(&mut self, to: &PublicKey, digest: Hash) {
        let Some((proposal, transactions)) = self.bodies.get(&digest) else { return };
        let answers = self.answered.entry((*to, digest)).or_default();
        if *answers < ANSWERS {
            *answers += 1;
            self.speaker.give(to, &speak::body(proposal, transactions));
        }
    }

    fn was_executed(&mut self, executed: Executed) -> Result<(), Failure> {
        self.is_executing = false;
        if self.sync.as_ref().is_some_and(Sync::is_applying) {
            return self.applied(executed);
        }
        let dropped = self.settle_pool(&executed)?;
        let header = executed.header.clone();
        let handover = executed.handover.clone();
        self.executed.insert(header.height, (executed, dropped));
        self.hand_over_proven(header.height)?;
        self.step(Event::Executed { header, handover })
    }

    /// The pool forgets what a block has settled. What was dropped.
    pub(super) fn settle_pool(
        &mut self,
        executed: &Executed,
    ) -> Result<Vec<(TxHash, SkipReason)>, Failure> {
        self.params = load_params(&self.state)?;
        let (transactions, receipts) = (&executed.transactions, &executed.receipts);
        let dropped = self.pool.settle(transactions, receipts, &self.params);
        self.note_block(executed.proposal.as_ref());
        self.parent = executed.header.clone();
        self.renew_membership(executed.changes_validators)?;
        self.standing.executed(executed.header.height);
        self.taken.executed(&executed.header.proposal);
        self.is_pool_stale = true;
        Ok(dropped)
    }

    /// A block that its own view's leader proposed shows that this leader makes blocks.
    fn note_block(&self, proposal: Option<&Proposal>) {
        let leader = proposal
            .filter(|proposal| proposal.first_view == self.replica.view())
            .and_then(|proposal| self.speaker.present().get().key(proposal.proposer));
        if let Some(leader) = leader {
            self.speaker.leader().shows(leader, monotonic());
        }
    }

    pub(super) const fn parent_height(&self) -> Height {
        self.parent.height
    }

    pub(super) const fn parent(&self) -> &FinalHeader {
        &self.parent
    }

    pub(super) fn me(&self) -> u8 {
        self.replica.reign().1.unwrap_or_default()
    }

    fn epoch(&self) -> Epoch {
        self.replica.reign().0.epoch
    }
}

/// A number for a life that begins.
pub(super) fn new_life() -> Result<Life, String> {
    getrandom::u64().map(Life).map_err(|error| format!("no random number: {error}"))
}

pub(super) fn load_params(state: &weal_state::State) -> Result<ChainParams, String> {
    let snapshot = state.snapshot().map_err(|error| error.to_string())?;
    system::params::load(&snapshot).map_err(|error| error.to_string())
}
