//! The handle to a running network.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError, RwLock},
    thread::{self, JoinHandle, ThreadId},
    time::Duration,
};

use rustls::pki_types::ServerName;
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::watch,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use weal_types::{ChainId, PublicKey};

use crate::{
    Identity, Lane, NetworkError, Peer, PeerStatus, Receiver, Urgency, accept, dial,
    table::{Entry, Table},
    tls,
};

/// How long it may take from opening a connection until it is known who is there. It is some round
/// trips around the world and two signatures.
pub(crate) const HELLO_TIME: Duration = Duration::from_secs(5);

/// Threads that look up host names at once; they end by themselves.
const LOOKUP_THREADS: usize = 4;

/// How a network is set up.
#[derive(Clone, Debug)]
pub struct NetworkConfig {
    /// The chain: nobody of another one is spoken to.
    pub chain: ChainId,
    /// Where to listen; with port 0 the system chooses one ([`Network::local_address`]).
    pub listen: SocketAddr,
    /// Everyone else. This node's own key is passed over.
    pub peers: Vec<Peer>,
}

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) chain: ChainId,
    identity: RwLock<Arc<dyn Identity>>,
    pub(crate) receiver: Arc<dyn Receiver>,
    pub(crate) table: Table,
    pub(crate) connector: TlsConnector,
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) server_name: ServerName<'static>,
}

impl Shared {
    /// Who this node is at present.
    pub(crate) fn identity(&self) -> Arc<dyn Identity> {
        Arc::clone(&self.identity.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Connections to all peers, on one thread of their own. It ends with [`Network::stop`] or when
/// this is dropped.
pub struct Network {
    shared: Arc<Shared>,
    runtime: Handle,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread_id: ThreadId,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Network {
    /// Listens, and begins to connect to the peers.
    pub fn start(
        config: NetworkConfig,
        identity: Arc<dyn Identity>,
        receiver: Arc<dyn Receiver>,
    ) -> Result<Self, NetworkError> {
        let NetworkConfig { chain, listen, peers } = config;
        let shared = Arc::new(Shared {
            chain,
            identity: RwLock::new(identity),
            receiver,
            table: Table::default(),
            connector: tls::client()?.into(),
            acceptor: tls::server()?.into(),
            server_name: tls::server_name()?,
        });
        let refused = |reason| NetworkError::Listen { address: listen, reason };
        let listener = TcpListener::bind(listen).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(LOOKUP_THREADS)
            .thread_name("weal-net-names")
            .build()
            .map_err(NetworkError::Thread)?;
        let listener = {
            let _within = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(NetworkError::Thread)?
        };
        let handle = runtime.handle().clone();
        let (stop, stopped) = watch::channel(false);
        let accepting = accept::accept(Arc::clone(&shared), listener);
        let thread = thread::Builder::new()
            .name("weal-net".into())
            .spawn(move || run(runtime, stopped))
            .map_err(NetworkError::Thread)?;
        let thread_id = thread.thread().id();
        let thread = Mutex::new(Some(thread));
        let network = Self { shared, runtime: handle, address, stop, thread_id, thread };
        // Whoever came before its key is known would be refused.
        network.set_peers(peers);
        network.runtime.spawn(accepting);
        tracing::info!(%address, "listens for validators");
        Ok(network)
    }

    /// Where it listens.
    pub fn local_address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a payload of at most [`Urgency::most_payload`] bytes. It never waits: without a
    /// connection, or with a full queue, the payload is dropped and counted
    /// ([`crate::Traffic::dropped_frames`]). What matters is repeated by the protocol above.
    pub fn send(&self, to: &PublicKey, urgency: Urgency, payload: Arc<[u8]>) {
        match self.shared.table.get(to) {
            Some(entry) => entry.send(urgency, payload),
            None => tracing::debug!(peer = ?to, ?urgency, "not sent: it is no peer"),
        }
    }

    /// Sends a payload to every peer; see [`Network::send`].
    pub fn broadcast(&self, urgency: Urgency, payload: Arc<[u8]>) {
        for entry in self.shared.table.all() {
            entry.send(urgency, Arc::clone(&payload));
        }
    }

    /// Makes `peers` all there are: connects to the new ones and ends the connections of those that
    /// are gone. Of a peer with another address than before, the next connection goes there.
    pub fn set_peers(&self, mut peers: Vec<Peer>) {
        let own = self.shared.identity().key();
        peers.retain(|peer| peer.key != own);
        for entry in self.shared.table.set(peers) {
            if own < entry.key {
                self.dial(&entry);
            }
        }
    }

    /// Goes on under another identity, with these peers: every connection was made with the old one
    /// and ends. Nothing may call [`Self::set_peers`] at the same time.
    pub fn set_identity(&self, identity: Arc<dyn Identity>, peers: Vec<Peer>) {
        self.shared.table.set(Vec::new());
        *self.shared.identity.write().unwrap_or_else(PoisonError::into_inner) = identity;
        self.set_peers(peers);
    }

    /// Keeps connections to a peer up until it is gone.
    fn dial(&self, entry: &Arc<Entry>) {
        for lane in Lane::ALL {
            let (shared, entry) = (Arc::clone(&self.shared), Arc::clone(entry));
            self.runtime.spawn(dial::keep(shared, entry, lane));
        }
    }

    /// Cuts these peers off, and no others: they are neither spoken to nor heard until the next
    /// call. `cut(&[])` heals. It is how a devnet tries out partitions.
    pub fn cut(&self, peers: &[PublicKey]) {
        self.shared.table.cut(peers);
    }

    /// How it stands with each peer, in the order of their keys.
    pub fn peers(&self) -> Vec<PeerStatus> {
        self.shared.table.all().iter().map(|entry| entry.status()).collect()
    }

    /// Ends all connections and the thread, and waits for it. From within a [`Receiver`], where
    /// waiting would never end, it does not wait.
    pub fn stop(&self) {
        self.stop.send_replace(true);
        if self.thread_id == thread::current().id() {
            return;
        }
        // The first call waits, and every other one waits for it.
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            // A panic has been reported by the thread.
            let _ = thread.join();
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The thread: drives all tasks until it is told to stop, then drops them, and their connections.
fn run(runtime: Runtime, mut stopped: watch::Receiver<bool>) {
    // Whoever could say so is gone: that is the same.
    let _ = runtime.block_on(stopped.wait_for(|stopped| *stopped));
    // A name that is being looked up is not waited for.
    runtime.shutdown_background();
}
