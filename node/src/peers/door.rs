//! The door for what other validators send: everything is decoded and every signature checked here,
//! many at a time, before the engine sees it.
//!
//! What belongs to the votes is looked at first; a batch ends where nothing more waits, so a lone
//! vote waits for nobody.

use std::{
    collections::BTreeMap,
    sync::{Arc, mpsc},
    thread::JoinHandle,
};

use cpu_time::ThreadTime;
use weal_consensus::{Invalid, Message, Verified};
use weal_net::Received;
use weal_types::{ChainId, PublicKey, block::Proposal, codec::Bounded};

use super::{
    archive::{Archive, Question},
    assemble::{self, Flaw},
    blocks,
    judge::{Present, Sr25519},
    packet::{Block, Packet, Wires},
};
use crate::{
    engine::EngineInput,
    intake::Intake,
    mempool::Seen,
    metrics::{Metrics, Stage},
};

/// Packets of one batch: more would not make a signature cheaper.
const BATCH: usize = 256;

/// What comes from the network.
#[derive(Debug)]
pub enum Arrived {
    /// A packet.
    Packet(Received),
    /// The node stops.
    Stop,
}

/// What the thread works with.
pub struct DoorParts {
    /// The chain.
    pub chain: ChainId,
    /// Whose statements count.
    pub present: Present,
    /// Transactions that were checked before.
    pub seen: Arc<Seen>,
    /// Where pushed transactions go.
    pub intake: Intake,
    /// Where everything else goes.
    pub engine: mpsc::Sender<EngineInput>,
    /// Who reads final blocks.
    pub archive: Archive,
    /// Where time goes.
    pub metrics: Arc<Metrics>,
}

struct Door {
    parts: DoorParts,
    /// How often each peer sent what does not pass.
    strikes: BTreeMap<PublicKey, u64>,
}

/// A message, and the packet that it came in, which counts against its sender until it is heard.
type Letter = (Received, Message);

/// Starts the thread.
pub fn start(
    parts: DoorParts,
    waiting: mpsc::Receiver<Arrived>,
) -> std::io::Result<JoinHandle<()>> {
    let mut door = Door { parts, strikes: BTreeMap::new() };
    let run = move || door.listen(&waiting);
    std::thread::Builder::new().name("door".into()).spawn(run)
}

impl Door {
    fn listen(&mut self, waiting: &mpsc::Receiver<Arrived>) {
        while let Ok(first) = waiting.recv() {
            let begun = ThreadTime::now();
            let mut batch = vec![first];
            while batch.len() < BATCH
                && let Ok(next) = waiting.try_recv()
            {
                batch.push(next);
            }
            if !self.sort(batch) {
                return;
            }
            self.parts.metrics.add(Stage::Door, begun.elapsed());
        }
    }

    /// Returns whether the node still runs.
    fn sort(&mut self, batch: Vec<Arrived>) -> bool {
        let (mut letters, mut others) = (Vec::new(), Vec::new());
        for arrived in batch {
            match arrived {
                Arrived::Stop => return false,
                Arrived::Packet(mut received) => {
                    let payload = std::mem::take(&mut received.payload);
                    match Packet::from_wire(received.urgency, &payload) {
                        Ok(Packet::Message(message)) => letters.push((received, message)),
                        Ok(packet) => others.push((received, packet)),
                        Err(error) => self.strike(received.from, &error),
                    }
                }
            }
        }
        self.judge(letters);
        for (received, packet) in others {
            self.take(&received, packet);
        }
        true
    }

    /// Messages of validators, all signatures together.
    fn judge(&mut self, letters: Vec<Letter>) {
        let judge = self.parts.present.get();
        let (mut senders, mut messages) = (Vec::new(), Vec::new());
        for (received, message) in letters {
            let position = judge.position(&received.from);
            match (position, &message) {
                // A node without a vote follows, and hears nobody.
                _ if judge.me.is_none() => {}
                (Some(position), _) => {
                    senders.push((received, position));
                    messages.push(message);
                }
                (None, Message::Status(status)) => {
                    self.tell(EngineInput::Elsewhere(received.from, status.epoch));
                }
                // Whoever brings it, its signers count.
                (None, Message::Certificate(_)) => {
                    senders.push((received, 0));
                    messages.push(message);
                }
                (None, _) => {
                    tracing::debug!(peer = ?received.from, "speaks, and does not validate");
                }
            }
        }
        let verdicts = Verified::check_all(messages, &judge.rules(), &Sr25519);
        let epoch = judge.validators.epoch;
        for ((received, from), verdict) in senders.into_iter().zip(verdicts) {
            match verdict {
                Ok(message) => {
                    self.tell(EngineInput::Message { from, epoch, message, permit: received });
                }
                // It is ahead or behind; its STATUS leads to the present.
                Err(Invalid::Epoch { .. }) => {}
                Err(error) => self.strike(received.from, &error),
            }
        }
    }

    fn take(&mut self, received: &Received, packet: Packet) {
        let from = received.from;
        match packet {
            // Sorted out before.
            Packet::Message(_) => {}
            Packet::Body(proposal, wires) => self.take_body(from, *proposal, wires),
            Packet::WantBody(digest) => self.tell(EngineInput::WantBody(from, digest)),
            Packet::Transactions(wires) => self.parts.intake.push(wires.into_inner()),
            Packet::WantBlocks { first, last } => {
                self.parts.archive.ask(Question { from, first, last });
            }
            Packet::Blocks(blocks) => self.take_blocks(from, blocks),
            Packet::WantEnd(epoch) => self.tell(EngineInput::WantEnd(from, epoch)),
        }
    }

    fn take_body(&mut self, from: PublicKey, proposal: Proposal, wires: Wires) {
        let (chain, seen) = (&self.parts.chain, &self.parts.seen);
        match assemble::body(chain, seen, &proposal, wires.into_inner()) {
            Ok(transactions) => self.tell(EngineInput::Body(Ok((proposal, transactions)))),
            Err(Flaw::Invalid) => self.tell(EngineInput::Body(Err(proposal))),
            Err(Flaw::Other) => self.strike(from, &"transactions that it does not name"),
        }
    }

    fn take_blocks(
        &mut self,
        from: PublicKey,
        blocks: Bounded<Block, 0, { super::packet::BLOCKS }>,
    ) {
        let judge = self.parts.present.get();
        match blocks::check(&judge, &self.parts.seen, blocks.into_inner()) {
            Ok(blocks) => self.tell(EngineInput::Blocks(blocks)),
            Err(reason) => self.strike(from, &reason),
        }
    }

    fn tell(&self, input: EngineInput) {
        // An engine that has ended does not listen.
        let _ = self.parts.engine.send(input);
    }

    /// Somebody sent what no correct validator sends. Said the first time, and then ever more
    /// rarely.
    fn strike(&mut self, peer: PublicKey, reason: &dyn std::fmt::Display) {
        let count = self.strikes.entry(peer).or_default();
        *count += 1;
        if count.is_power_of_two() {
            tracing::warn!(?peer, %reason, times = *count, "sent what does not pass");
        }
    }
}
