//! Connecting a validator with the others: network, door and archive.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

use weal_consensus::Replica;
use weal_net::{Network, NetworkConfig, Received, Receiver};
use weal_types::{ChainId, PublicKey};

use super::{CoreConfig, CoreParts, OpenError};
use crate::{
    engine::{EngineInput, Own, Speaker},
    intake::Intake,
    ledger::Ledger,
    membership::Membership,
    mempool::Seen,
    metrics::Metrics,
    peers::{
        archive,
        door::{self, Arrived, DoorParts},
        judge::{Judge, Present},
        strikes::Strikes,
    },
    snapshots::Shelf,
    threads,
    validator_key::ValidatorKey,
};

/// What speaks to the other validators, before anything hears them.
pub(super) struct Joined {
    chain: ChainId,
    pub(super) speaker: Speaker,
    pub(super) seen: Arc<Seen>,
    pub(super) strikes: Strikes,
    network: Option<(Arc<Network>, Mailbox, mpsc::Receiver<Arrived>)>,
}

/// Begins to listen and to dial, where there are others.
pub(super) fn join(
    parts: &CoreParts,
    key: &Arc<ValidatorKey>,
    membership: &Membership,
    config: &CoreConfig,
    replica: &Replica,
) -> Result<Joined, OpenError> {
    let present = Present::new(Judge::of(replica));
    let chain = parts.spec.chain;
    let network = match config.network.as_ref() {
        None => None,
        Some(place) => {
            let (arrived, waiting) = mpsc::channel();
            let mailbox = Mailbox(arrived);
            let peers = membership.peers(place, &parts.keys);
            let place = NetworkConfig { chain, listen: place.listen, peers };
            let identity = Arc::new(Own(Arc::clone(key)));
            let network = Network::start(place, identity, Arc::new(mailbox.clone()))?;
            network.cut(&config.cut);
            Some((Arc::new(network), mailbox, waiting))
        }
    };
    let speaker = Speaker::new(network.as_ref().map(|(network, ..)| Arc::clone(network)), present);
    let strikes = Strikes::new(Arc::clone(&parts.metrics));
    Ok(Joined { chain, speaker, seen: Arc::default(), strikes, network })
}

impl Joined {
    /// Lets in what the others send.
    pub(super) fn open_door(
        self,
        (ledger, intake, engine, metrics): (
            Ledger,
            Intake,
            mpsc::Sender<EngineInput>,
            Arc<Metrics>,
        ),
        shelf: Shelf,
    ) -> std::io::Result<Option<Links>> {
        let Some((network, mailbox, waiting)) = self.network else { return Ok(None) };
        let (archive, archiving) = archive::start(ledger, shelf, Arc::clone(&network))?;
        let parts = DoorParts {
            chain: self.chain,
            present: self.speaker.present().clone(),
            asked: self.speaker.asked().clone(),
            invited: self.speaker.invited().clone(),
            seen: self.seen,
            strikes: self.strikes,
            intake,
            engine,
            archive,
            network: Arc::clone(&network),
            metrics,
        };
        let door = door::start(parts, waiting)?;
        Ok(Some(Links { network, mailbox, threads: Mutex::new(vec![door, archiving]) }))
    }
}

/// What connects a running node with the others.
pub(super) struct Links {
    pub(super) network: Arc<Network>,
    mailbox: Mailbox,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Links {
    /// Hears and says nothing more.
    pub(super) fn stop(&self) {
        self.network.stop();
        // A door that is closed needs no telling.
        let _ = self.mailbox.0.send(Arrived::Stop);
        for thread in self.threads.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            threads::wait_for(thread);
        }
    }
}

/// Where the network leaves what arrives. What waits in it counts against its sender, so it is
/// bounded.
#[derive(Clone)]
struct Mailbox(mpsc::Sender<Arrived>);

impl Receiver for Mailbox {
    fn receive(&self, received: Received) {
        // A door that is closed takes nothing.
        let _ = self.0.send(Arrived::Packet(received));
    }

    fn connected(&self, _: PublicKey) {}

    fn disconnected(&self, _: PublicKey) {}
}
