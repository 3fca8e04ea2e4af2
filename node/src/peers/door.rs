//! The door for what other validators send: everything is decoded and every signature checked here,
//! many at a time, before the engine sees it.
//!
//! What belongs to the votes is looked at first, and again after each single thing that is large
//! ([`super::tray`]); a batch ends where nothing more waits, so a lone vote waits for nobody.

use std::{
    collections::BTreeMap,
    sync::{Arc, mpsc},
    thread::JoinHandle,
};

use cpu_time::ThreadTime;
use parity_scale_codec::Encode;
use weal_consensus::{Invalid, Message, Verified};
use weal_net::{Network, Received};
use weal_types::{
    ChainId, Epoch, PublicKey, block::Proposal, certificate::CertificateKind, codec::Bounded,
};

use super::{
    archive::{Archive, Question},
    asked::Asked,
    assemble::{self, Flaw},
    blocks,
    invited::Invited,
    judge::{Judge, Present, Sr25519},
    packet::{Block, Packet, Wires},
    strikes::Strikes,
    tray::Tray,
};
use crate::{
    engine::EngineInput,
    intake::Intake,
    mempool::Seen,
    metrics::{Metrics, Stage},
    threads,
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
    /// Whose blocks are awaited.
    pub asked: Asked,
    /// Whose proposals are looked at.
    pub invited: Invited,
    /// Where it asks whoever is ahead.
    pub network: Arc<Network>,
    /// Who sends what does not pass.
    pub strikes: Strikes,
    /// Where time goes.
    pub metrics: Arc<Metrics>,
}

struct Door {
    parts: DoorParts,
}

/// A message, and the packet that it came in, which counts against its sender until it is heard.
type Letter = (Received, Message);

/// Starts the thread.
pub fn start(
    parts: DoorParts,
    waiting: mpsc::Receiver<Arrived>,
) -> std::io::Result<JoinHandle<()>> {
    let engine = parts.engine.clone();
    let door = Door { parts };
    threads::spawn("door", move || door.listen(&waiting), EngineInput::panicked(engine))
}

impl Door {
    fn listen(&self, waiting: &mpsc::Receiver<Arrived>) {
        let mut tray = Tray::default();
        loop {
            // Nothing is awaited while something lies there.
            let first = if tray.is_empty() { waiting.recv().ok() } else { waiting.try_recv().ok() };
            if first.is_none() && tray.is_empty() {
                return;
            }
            let begun = ThreadTime::now();
            let more = std::iter::from_fn(|| waiting.try_recv().ok());
            for arrived in first.into_iter().chain(more).take(BATCH) {
                match arrived {
                    Arrived::Stop => return,
                    Arrived::Packet(received) => tray.put(received),
                }
            }
            self.work(&mut tray);
            self.parts.metrics.add(Stage::Door, begun.elapsed());
        }
    }

    /// All votes that lie there, and what else there is up to one large thing.
    fn work(&self, tray: &mut Tray) {
        let (mut letters, mut questions) = (Vec::new(), Vec::new());
        for (received, packet) in tray.votes().filter_map(|received| self.open(received)) {
            match packet {
                Packet::Message(message) => letters.push((received, message)),
                packet => questions.push((received, packet)),
            }
        }
        self.judge(letters);
        let rest = tray.others().filter_map(|received| self.open(received));
        for (received, packet) in questions.into_iter().chain(rest) {
            self.take(received, packet);
        }
    }

    /// Decodes a packet. What is left of it counts against its sender.
    fn open(&self, mut received: Received) -> Option<(Received, Packet)> {
        let payload = std::mem::take(&mut received.payload);
        match Packet::from_wire(received.urgency, &payload) {
            Ok(packet) => Some((received, packet)),
            Err(error) => {
                self.strike(received.from, &error);
                None
            }
        }
    }

    /// Messages, the signatures of all validators' together. From whoever has no vote this node
    /// hears where it is, and takes the proof that an epoch has ended: one of each in a batch, and
    /// judged by itself, for what does not hold makes all that it is judged with dearer.
    fn judge(&self, letters: Vec<Letter>) {
        let judge = self.parts.present.get();
        if judge.me.is_none() {
            // A node without a vote follows, and hears nobody.
            return;
        }
        let (mut heard, mut proofs) = (Vec::new(), BTreeMap::new());
        for (received, message) in letters {
            match (judge.position(&received.from), &message) {
                (Some(position), _) => heard.push((received, position, message)),
                (None, Message::Status(status)) => {
                    self.meet(&received.from, status.epoch, judge.validators.epoch);
                }
                (None, Message::Certificate(certificate))
                    if certificate.vote.kind == CertificateKind::Checkpoint =>
                {
                    // Whoever brings it, its signers count.
                    proofs.insert(received.from, (received, 0, message));
                }
                (None, _) => {
                    tracing::debug!(peer = ?received.from, "speaks, and does not validate");
                }
            }
        }
        self.let_in(&judge, heard);
        for proof in proofs.into_values() {
            self.let_in(&judge, vec![proof]);
        }
    }

    /// Lets messages in, each from the validator at a position, as far as they hold.
    fn let_in(&self, judge: &Judge, heard: Vec<(Received, u8, Message)>) {
        let (senders, messages): (Vec<_>, Vec<_>) = heard
            .into_iter()
            .map(|(received, position, message)| ((received, position), message))
            .unzip();
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

    /// Somebody outside of the present epoch says in which one it is. Who is behind is sent the end
    /// of that; who is ahead is asked for the end of this one.
    fn meet(&self, from: &PublicKey, epoch: Epoch, own: Epoch) {
        if epoch < own {
            self.parts.archive.ask(*from, Question::End(epoch));
        } else if epoch > own {
            let packet = Packet::WantEnd(own);
            self.parts.network.send(from, packet.urgency(), packet.encode().into());
        }
    }

    /// Proposals and their transactions are the business of validators; the rest is anybody's.
    fn take(&self, received: Received, packet: Packet) {
        let from = received.from;
        let is_validator = self.parts.present.get().position(&from).is_some();
        match packet {
            // Sorted out before.
            Packet::Message(_) => {}
            Packet::Body(proposal, wires) if is_validator => {
                self.take_body(received, *proposal, wires);
            }
            Packet::WantBody(digest) if is_validator => {
                self.tell(EngineInput::WantBody { digest, permit: received });
            }
            Packet::Body(..) | Packet::WantBody(_) => {
                tracing::debug!(peer = ?from, "speaks, and does not validate");
            }
            Packet::Transactions(wires) => {
                let of = is_validator.then(|| self.parts.present.get().validators.validators.len());
                self.parts.intake.push(from, wires.into_inner(), of);
            }
            Packet::WantBlocks { first, last } => {
                self.parts.archive.ask(from, Question::Blocks(first, last));
            }
            Packet::Blocks(blocks) => self.take_blocks(received, blocks),
            Packet::BlocksFrom(first) => {
                if self.parts.asked.answered(&from) {
                    self.tell(EngineInput::BlocksFrom { first, permit: received });
                }
            }
            Packet::WantState(asked) => self.parts.archive.ask(from, Question::State(asked)),
            // Late: it was asked for before this node had a state.
            Packet::State(..) => {}
            Packet::WantEnd(epoch) => self.parts.archive.ask(from, Question::End(epoch)),
        }
    }

    fn take_body(&self, permit: Received, proposal: Proposal, wires: Wires) {
        let (from, invited) = (permit.from, &self.parts.invited);
        if !invited.admits(&self.parts.present.get(), &from, &proposal) {
            tracing::debug!(peer = ?from, "sends a proposal that nobody waits for");
            return;
        }
        let (chain, seen) = (&self.parts.chain, &self.parts.seen);
        let assembled = assemble::body(chain, seen, &proposal, wires.into_inner());
        if matches!(assembled, Err(Flaw::Other)) {
            invited.mixed_up(from);
            return self.strike(from, &"transactions that it does not name");
        }
        invited.judged(from, &proposal, assembled.is_ok());
        let body = match assembled {
            Ok(transactions) => Ok((proposal, transactions)),
            Err(_) => {
                // Nobody who keeps the rules has it: each checks what it passes on.
                self.strike(from, &"a proposal with a transaction that does not hold");
                Err(proposal)
            }
        };
        self.tell(EngineInput::Body { body, permit });
    }

    fn take_blocks(&self, permit: Received, blocks: Bounded<Block, 0, { super::packet::BLOCKS }>) {
        if !self.parts.asked.answered(&permit.from) {
            tracing::debug!(peer = ?permit.from, "sends blocks that nobody asked for");
            return;
        }
        let judge = self.parts.present.get();
        match blocks::check(&judge, &self.parts.seen, blocks.into_inner()) {
            Ok(blocks) => self.tell(EngineInput::Blocks { blocks, permit }),
            Err(reason) => self.strike(permit.from, &reason),
        }
    }

    fn tell(&self, input: EngineInput) {
        // An engine that has ended does not listen.
        let _ = self.parts.engine.send(input);
    }

    fn strike(&self, peer: PublicKey, reason: &dyn std::fmt::Display) {
        self.parts.strikes.strike(peer, reason);
    }
}
