//! Whoever dials by hand, and need not keep to the protocol.

use std::{net::SocketAddr, time::Duration};

use parity_scale_codec::Encode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use weal_net::{
    Identity, Lane, Refusal,
    frame::{read_greeting, write_greeting},
    hello::{Answer, Hello, Session, Side},
    tls,
};

use crate::world::{CHAIN, Key, Node};

/// A TLS session that nothing was said in yet.
pub struct Stranger {
    pub stream: TlsStream<TcpStream>,
    pub exporter: tls::Exporter,
}

impl Stranger {
    pub async fn dial(address: SocketAddr) -> Self {
        let tcp = TcpStream::connect(address).await.unwrap();
        let connector = TlsConnector::from(tls::client().unwrap());
        let stream = connector.connect(tls::server_name().unwrap(), tcp).await.unwrap();
        let exporter = tls::exporter(stream.get_ref().1).unwrap();
        Self { stream: stream.into(), exporter }
    }

    pub async fn accept(listener: &TcpListener) -> Self {
        let (tcp, _) = listener.accept().await.unwrap();
        let acceptor = TlsAcceptor::from(tls::server().unwrap());
        let stream = acceptor.accept(tcp).await.unwrap();
        let exporter = tls::exporter(stream.get_ref().1).unwrap();
        Self { stream: stream.into(), exporter }
    }

    pub fn session(&self, lane: Lane) -> Session {
        Session { chain: CHAIN, exporter: self.exporter, lane }
    }

    /// A correct HELLO from `from` to `node`.
    pub fn hello(&self, from: &Key, node: &Node, lane: Lane) -> Hello {
        self.session(lane).hello(from, Side::Dialer, &node.key.key())
    }

    /// Says HELLO and reads the answer.
    pub async fn greet(&mut self, hello: &[u8]) -> Answer {
        write_greeting(&mut self.stream, hello).await.unwrap();
        Answer::read(&read_greeting(&mut self.stream).await.unwrap()).unwrap()
    }

    /// Connects as the validator `from`.
    pub async fn connect(from: &Key, node: &Node, lane: Lane) -> Self {
        let mut stranger = Self::dial(node.network.local_address()).await;
        let hello = stranger.hello(from, node, lane);
        let Answer::Hello(answer) = stranger.greet(&hello.encode()).await else { panic!() };
        let session = stranger.session(lane);
        assert!(session.is_signed(&answer, Side::Acceptor, &from.key()));
        stranger
    }

    /// Says HELLO, which is refused, and the connection closed.
    pub async fn refused(mut self, hello: &Hello) -> Refusal {
        let Answer::Refused(refusal) = self.greet(&hello.encode()).await else {
            panic!("not refused")
        };
        self.ends().await;
        refusal
    }

    /// Writes, and does not mind if the other side has gone.
    pub async fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
        let _ = self.stream.flush().await;
    }

    /// Reads until the other side closes; gives what it read.
    pub async fn ends(&mut self) -> Vec<u8> {
        let mut read = Vec::new();
        // It may end with or without an error.
        let end = timeout(Duration::from_secs(60), self.stream.read_to_end(&mut read)).await;
        let _ = end.expect("the connection is closed");
        read
    }
}
