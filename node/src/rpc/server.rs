//! The server: from the listening socket to the methods, and the way to stop.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use jsonrpsee::server::{
    BatchRequestConfig, Methods, PingConfig, RegisterMethodError, ServerBuilder, ServerConfig,
    ServerHandle, StopHandle, TowerServiceBuilder, middleware::rpc::RpcServiceBuilder,
    stop_channel,
};
use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::layer::util::Identity;
use weal_client::rpc::error;

use super::{
    Api, RpcConfig,
    error::Error as RpcError,
    guard::{Connection, Guard},
    http::Door,
    methods,
    monitor::Monitor,
    pace::Paced,
    rate::Rates,
    subscribe, table,
};
use crate::{dev::DevChain, node::Node};

/// How long the head of a request may take, and a connection stay idle between two.
const HEAD_TIME: Duration = Duration::from_secs(60);

/// Header fields of a request.
const HEADERS: usize = 64;

/// How long somebody is told that there is no place for it.
const FAREWELL_TIME: Duration = Duration::from_secs(1);

/// How many are told at once; the others are disconnected without a word.
const FAREWELLS: usize = 64;

/// How often a WebSocket is asked whether anybody is there, and how long it may be silent.
const PING: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(75));

/// How long open connections have to end when the server stops.
const STOP_TIME: Duration = Duration::from_secs(5);

/// Why the server does not start.
#[derive(Debug, Error)]
pub enum RpcStartError {
    /// The address is taken, or not this machine's.
    #[error("rpc.listen: cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        error: io::Error,
    },
    /// Two methods have one name: a bug.
    #[error(transparent)]
    Methods(#[from] RegisterMethodError),
}

/// A running server.
pub struct RpcServer {
    address: SocketAddr,
    stop: ServerHandle,
}

/// What the connections share.
struct Shared {
    door: Door,
    methods: Methods,
    rates: Arc<Rates>,
    connections: Arc<Semaphore>,
    farewells: Arc<Semaphore>,
    service: TowerServiceBuilder<Identity, Identity>,
}

impl RpcServer {
    /// Listens, and answers for `node` until stopped. Must be called within a Tokio runtime.
    pub async fn start(node: Node, config: RpcConfig) -> Result<Self, RpcStartError> {
        let alone = Arc::new(DevChain::new(vec![node.clone()]));
        Self::start_within(node, alone, config).await
    }

    /// The same for one of the validators of a devnet; the `dev_*` methods reach all of them.
    pub async fn start_within(
        node: Node,
        dev: Arc<DevChain>,
        config: RpcConfig,
    ) -> Result<Self, RpcStartError> {
        let fault = |error| RpcStartError::Listen { address: config.listen, error };
        let listener = TcpListener::bind(config.listen).await.map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        let monitor = Monitor::new(node.clone());
        let api = Arc::new(Api::new(node, dev, config.clone()));
        let mut methods = Methods::new();
        methods::register(&mut methods, &table::methods(api.is_devnet()), &api)?;
        methods.merge(subscribe::methods(&api)?)?;
        let (stop_handle, stop) = stop_channel();
        let shared = Arc::new(Shared {
            rates: Arc::new(Rates::new(&config.limits)),
            connections: Arc::new(Semaphore::new(config.limits.connections as usize)),
            farewells: Arc::new(Semaphore::new(FAREWELLS)),
            service: ServerBuilder::with_config(server_config(&config)).to_service_builder(),
            door: Door { config, monitor },
            methods,
        });
        tokio::spawn(accept(listener, shared, stop_handle));
        tracing::info!(%address, "JSON-RPC listens");
        Ok(Self { address, stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, answers what has been asked, and ends; whoever is not done in
    /// five seconds is disconnected.
    pub async fn stop(self) {
        // The other side of the channel is gone only if the server has ended already.
        let _ = self.stop.stop();
        if tokio::time::timeout(STOP_TIME, self.stop.stopped()).await.is_err() {
            tracing::info!("connections that did not end in time are dropped");
        }
    }
}

fn server_config(config: &RpcConfig) -> ServerConfig {
    let limits = &config.limits;
    let (interval, silence) = PING;
    let ping = PingConfig::new().ping_interval(interval).inactive_limit(silence);
    ServerConfig::builder()
        .max_request_body_size(limits.body_bytes)
        .max_response_body_size(limits.response_bytes)
        // These two are counted before: by the accept loop, and by the guard.
        .max_connections(u32::MAX >> 4)
        .set_batch_request_config(BatchRequestConfig::Unlimited)
        .max_subscriptions_per_connection(limits.subscriptions)
        .set_message_buffer_capacity(limits.unread.max(1))
        .enable_ws_ping(ping)
        .build()
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: StopHandle) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.clone().shutdown() => break,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // No file descriptor is left, mostly: one may be in a moment.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        match Arc::clone(&shared.connections).try_acquire_owned() {
            Ok(place) => {
                tokio::spawn(serve(socket, peer.ip(), Arc::clone(&shared), stop.clone(), place));
            }
            Err(_) => turn_away(socket, &shared),
        }
    }
    // The server has stopped when the last `stop` is dropped, and its port is to be closed by then.
    drop(listener);
}

/// Answers one connection until it ends.
async fn serve(
    socket: TcpStream,
    address: IpAddr,
    shared: Arc<Shared>,
    stop: StopHandle,
    place: OwnedSemaphorePermit,
) {
    // Without it, answers wait for the acknowledgement of earlier ones.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let limits = shared.door.config.limits;
    let rates = Arc::clone(&shared.rates);
    let connection = Arc::new(Connection::new(address, limits, rates, place));
    let guarded = Arc::clone(&connection);
    let layer = RpcServiceBuilder::new()
        .layer_fn(move |service| Guard { service, connection: Arc::clone(&guarded) });
    let rpc = shared
        .service
        .clone()
        .set_rpc_middleware(layer)
        .build(shared.methods.clone(), stop.clone());
    let service = service_fn(move |request| {
        let (shared, connection, rpc) = (Arc::clone(&shared), Arc::clone(&connection), rpc.clone());
        async move { shared.door.answer(request, &connection, rpc).await }
    });
    let socket = Paced::new(socket, Duration::from_millis(limits.stall_ms.into()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    tokio::pin!(connection);
    let stopped = stop.shutdown();
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stopped => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %address, "a connection ended");
    }
}

/// Tells somebody that there is no place, without waiting for its request.
fn turn_away(mut socket: TcpStream, shared: &Shared) {
    let Ok(farewell) = Arc::clone(&shared.farewells).try_acquire_owned() else { return };
    let (found, name) = ("every connection is taken", "rpc.limits.connections");
    let limit = shared.door.config.limits.connections;
    let body = RpcError::limit(error::LIMIT_CONNECTIONS, found, name, limit).body();
    let response = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len(),
    );
    tokio::spawn(async move {
        let _farewell = farewell;
        let farewell = async {
            socket.write_all(response.as_bytes()).await?;
            socket.shutdown().await?;
            // A request that is left unread would reset the connection before the answer is read.
            let mut unread = [0; 4_096];
            while socket.read(&mut unread).await? > 0 {}
            io::Result::Ok(())
        };
        let _ = tokio::time::timeout(FAREWELL_TIME, farewell).await;
    });
}
