//! A validator that the test plays, to give others a state: slowly, in parts, or with lies.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

use parity_scale_codec::Encode;
use tempfile::TempDir;
use weal_net::{Network, NetworkConfig, Received, Receiver};
use weal_node::{
    engine::Own,
    peers::{
        packet::Packet,
        snapshot::{Answered, Asked, Entries, Offer},
    },
    snapshots::{Kept, Shelf},
    validator_key::ValidatorKey,
};
use weal_proof::certificate::HandOver;
use weal_types::{BlockHash, Epoch, Height, codec::Bounded};

use crate::people;

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Gives what is asked for.
    Honest,
    /// Takes so many milliseconds for each part.
    Slow(u64),
    /// Gives so many parts and then says that it has nothing more.
    Ends(usize),
    /// Offers a header that nobody certified.
    OtherHeader,
    /// Offers the certificate of fewer than a quorum.
    FewSigners,
    /// Lists another hash.
    OtherList,
    /// Changes a value of each part.
    OtherPart,
    /// Leaves an entry of each part out.
    ShortPart,
    /// Sends bytes that are nothing.
    Noise,
}

/// See the module.
pub struct Giver {
    network: Arc<Network>,
    manner: Arc<Mutex<Manner>>,
    /// How many parts it gave.
    given: Arc<AtomicUsize>,
    stop: mpsc::Sender<Option<Received>>,
    thread: Option<JoinHandle<()>>,
    _shelf: TempDir,
}

impl Giver {
    /// Gives what a validator keeps that has stopped, or what it had kept when its data was copied.
    pub fn start(
        key: ValidatorKey,
        config: NetworkConfig,
        data: &Path,
        ends: Vec<HandOver>,
    ) -> Self {
        let shelf = tempfile::tempdir().unwrap();
        people::copy(&data.join("chain-1/shelf"), shelf.path());
        let kept = Shelf::open(shelf.path()).newest().expect("it keeps a state");
        let (stop, waiting) = mpsc::channel();
        let mailbox = Arc::new(Mailbox(stop.clone()));
        let network = Network::start(config, Arc::new(Own(Arc::new(key))), mailbox).unwrap();
        let network = Arc::new(network);
        let manner = Arc::new(Mutex::new(Manner::Honest));
        let given = Arc::default();
        let desk = Desk {
            network: Arc::clone(&network),
            manner: Arc::clone(&manner),
            given: Arc::clone(&given),
            kept,
            ends,
        };
        let run = move || {
            while let Ok(Some(received)) = waiting.recv() {
                desk.hear(&received);
            }
        };
        let thread = Some(std::thread::spawn(run));
        Self { network, manner, given, stop, thread, _shelf: shelf }
    }

    /// Behaves like this from now on, and counts anew.
    pub fn be(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
        self.given.store(0, Ordering::Relaxed);
    }

    pub fn given(&self) -> usize {
        self.given.load(Ordering::Relaxed)
    }
}

impl Drop for Giver {
    fn drop(&mut self) {
        self.network.stop();
        let _ = self.stop.send(None);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Mailbox(mpsc::Sender<Option<Received>>);

impl Receiver for Mailbox {
    fn receive(&self, received: Received) {
        let _ = self.0.send(Some(received));
    }

    fn connected(&self, _: weal_types::PublicKey) {}

    fn disconnected(&self, _: weal_types::PublicKey) {}
}

/// Where questions are answered.
struct Desk {
    network: Arc<Network>,
    manner: Arc<Mutex<Manner>>,
    given: Arc<AtomicUsize>,
    kept: Arc<Kept>,
    ends: Vec<HandOver>,
}

impl Desk {
    fn hear(&self, received: &Received) {
        let packet = Packet::from_wire(received.urgency, &received.payload);
        let Ok(Packet::WantState(asked)) = packet else { return };
        let manner = *self.manner.lock().unwrap();
        let answer = Packet::State(asked, Box::new(self.answer(asked, manner)));
        let (urgency, mut bytes) = (answer.urgency(), answer.encode());
        if manner == Manner::Noise {
            bytes.truncate(bytes.len() / 2);
        }
        self.network.send(&received.from, urgency, bytes.into());
    }

    fn answer(&self, asked: Asked, manner: Manner) -> Answered {
        let here = self.kept.header.height;
        match asked {
            Asked::Offer(_) => Answered::Offer(Box::new(self.offer(manner))),
            Asked::Ends(Epoch(first)) => {
                let ends = self.ends.iter().skip(first as usize).cloned();
                Answered::Ends(Bounded::new(ends.collect()).unwrap())
            }
            Asked::List(height, first) if height == here && first == 0 => {
                let parts = self.kept.copy().parts().iter();
                let mut parts: Vec<_> = parts.map(|part| (part.depth, part.hash)).collect();
                if manner == Manner::OtherList {
                    parts[0].1[5] ^= 1;
                }
                Answered::List(Bounded::new(parts).unwrap())
            }
            Asked::Part(height, number) if height == here => self.part(number as usize, manner),
            _ => Answered::Nothing,
        }
    }

    fn offer(&self, manner: Manner) -> Offer {
        let (mut header, mut certificate) =
            (self.kept.header.clone(), self.kept.certificate.clone());
        match manner {
            Manner::OtherHeader => {
                header.height = Height(header.height.0 + 1_000);
                header.parent = BlockHash([1; 32]);
                certificate.vote.height = header.height;
                certificate.vote.hash = header.hash().0;
            }
            Manner::FewSigners => {
                certificate.signers &= certificate.signers - 1;
                let mut signatures = certificate.signatures.into_inner();
                signatures.remove(0);
                certificate.signatures = Bounded::new(signatures).unwrap();
            }
            _ => {}
        }
        let parts = self.kept.copy().parts().len() as u32;
        Offer { header, certificate, parts, pinned: None }
    }

    fn part(&self, number: usize, manner: Manner) -> Answered {
        let mut entries = self.kept.copy().entries(number).unwrap().unwrap();
        match manner {
            Manner::Slow(ms) => {
                // No event to wait for: it is about time.
                let (_sender, nothing) = mpsc::channel::<()>();
                let _ = nothing.recv_timeout(Duration::from_millis(ms));
            }
            Manner::Ends(most) if self.given.load(Ordering::Relaxed) >= most => {
                return Answered::Nothing;
            }
            Manner::OtherPart => entries[0].1.push(1),
            Manner::ShortPart => drop(entries.pop()),
            _ => {}
        }
        self.given.fetch_add(1, Ordering::Relaxed);
        Answered::Part(Entries::new(entries).unwrap())
    }
}

/// All manners that no correct node has.
pub const LIES: [Manner; 6] = [
    Manner::OtherHeader,
    Manner::FewSigners,
    Manner::OtherList,
    Manner::OtherPart,
    Manner::ShortPart,
    Manner::Noise,
];
