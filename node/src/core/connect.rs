//! Connecting a validator with the others: network, door and archive.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

use weal_consensus::Replica;
use weal_net::{Identity, Network, NetworkConfig, Received, Receiver};
use weal_types::{ChainId, Hash, PublicKey};

use super::{CoreConfig, CoreParts, NetworkPlace, OpenError};
use crate::{
    engine::{EngineInput, Speaker},
    genesis::ChainSpec,
    intake::Intake,
    ledger::Ledger,
    mempool::Seen,
    metrics::Metrics,
    peers::{
        archive,
        door::{self, Arrived, DoorParts},
        judge::{Judge, Present},
    },
    validator_key::ValidatorKey,
};

/// A node's position among the validators of a chain, whose places must be known.
pub fn position(
    spec: &ChainSpec,
    own: PublicKey,
    place: Option<&NetworkPlace>,
) -> Result<u8, OpenError> {
    let keys: Vec<PublicKey> =
        spec.validators.validators.iter().map(|validator| validator.key).collect();
    let found = keys.iter().position(|key| *key == own);
    let me = found.and_then(|position| u8::try_from(position).ok());
    let me = me.ok_or(OpenError::NotValidator { own })?;
    if keys.len() == 1 {
        return Ok(me);
    }
    let place = place.ok_or(OpenError::NoNetwork { validators: keys.len() })?;
    let known: BTreeSet<PublicKey> = place.peers.iter().map(|peer| peer.key).collect();
    let expected: BTreeSet<PublicKey> = keys.into_iter().filter(|key| *key != own).collect();
    match known.symmetric_difference(&expected).next() {
        None => Ok(me),
        Some(key) => Err(OpenError::Peers { key: *key }),
    }
}

/// What speaks to the other validators, before anything hears them.
pub(super) struct Joined {
    chain: ChainId,
    pub(super) speaker: Speaker,
    pub(super) seen: Arc<Seen>,
    network: Option<(Arc<Network>, Mailbox, mpsc::Receiver<Arrived>)>,
}

/// Begins to listen and to dial, where there are others.
pub(super) fn join(
    parts: &CoreParts,
    config: &CoreConfig,
    replica: &Replica,
) -> Result<Joined, OpenError> {
    let rules = replica.rules();
    let present = Present::new(Judge {
        chain: *rules.chain,
        validators: rules.validators.clone(),
        start: rules.start,
        me: rules.me,
    });
    let is_alone = rules.validators.validators.len() == 1;
    let chain = parts.spec.chain;
    let network = match config.network.as_ref().filter(|_| !is_alone) {
        None => None,
        Some(place) => {
            let (arrived, waiting) = mpsc::channel();
            let mailbox = Mailbox(arrived);
            let place = NetworkConfig { chain, listen: place.listen, peers: place.peers.clone() };
            let identity = Arc::new(Own(Arc::clone(&parts.key)));
            let network = Network::start(place, identity, Arc::new(mailbox.clone()))?;
            network.cut(&config.cut);
            Some((Arc::new(network), mailbox, waiting))
        }
    };
    let speaker = Speaker::new(network.as_ref().map(|(network, ..)| Arc::clone(network)), present);
    Ok(Joined { chain, speaker, seen: Arc::default(), network })
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
    ) -> std::io::Result<Option<Links>> {
        let Some((network, mailbox, waiting)) = self.network else { return Ok(None) };
        let (archive, archiving) = archive::start(ledger, Arc::clone(&network))?;
        let parts = DoorParts {
            chain: self.chain,
            present: self.speaker.present().clone(),
            seen: self.seen,
            intake,
            engine,
            archive,
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
            if thread.join().is_err() {
                tracing::error!("a thread of the network panicked");
            }
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

/// This node's key, as the network uses it.
struct Own(Arc<ValidatorKey>);

impl Identity for Own {
    fn key(&self) -> PublicKey {
        self.0.public()
    }

    fn sign(&self, message: &Hash) -> [u8; 64] {
        self.0.sign(message)
    }
}
