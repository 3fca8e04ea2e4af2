//! A devnet in this process, a home of one's own, and a man in the middle.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    thread,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use weal_node::{
    devnet::devnet,
    node::{Node, NodeConfig},
    rpc::{RpcConfig, RpcServer},
};

use super::{Run, weal_words};

/// A devnet, and a person who uses it.
pub struct World {
    /// Where the person works.
    pub directory: TempDir,
    pub node: Node,
    server: Option<RpcServer>,
    runtime: Runtime,
    address: SocketAddr,
}

impl World {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let devnet = devnet("dev").unwrap();
        let config = NodeConfig {
            sync: false,
            cache_bytes: 8 << 20,
            pace_ms: 0,
            ..NodeConfig::new(directory.path().join("node"))
        };
        let node = Node::start(config, devnet.spec, devnet.key).unwrap();
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let config = RpcConfig { listen: "127.0.0.1:0".parse().unwrap(), ..RpcConfig::default() };
        let server = runtime.block_on(RpcServer::start(node.clone(), config)).unwrap();
        let address = server.address();
        Self { directory, node, server: Some(server), runtime, address }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Runs `weal` in the person's directory against this node.
    pub fn weal(&self, words: &[&str]) -> Run {
        self.weal_at(&self.url(), self.directory.path(), words)
    }

    /// The same with words separated by spaces.
    pub fn say(&self, words: &str) -> Run {
        self.weal(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `weal` elsewhere, or against whoever answers at `url`.
    pub fn weal_at(&self, url: &str, directory: &Path, words: &[&str]) -> Run {
        let home = self.directory.path().join("home");
        let variables = [("WEAL_HOME", home.to_str().unwrap()), ("WEAL_RPC", url)];
        weal_words(directory, words, &variables)
    }

    /// Somebody between the person and the node, who lets each request pass as `deal` says.
    pub fn middle(&self, deal: impl Fn(&str) -> Deal + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let node = self.address;
        thread::spawn(move || {
            for client in listener.incoming() {
                let mut client = client.unwrap();
                let Some(body) = request(&mut client) else { continue };
                let mut answer = forward(node, &body);
                match deal(&body) {
                    Deal::Pass => {}
                    Deal::HangUp => continue,
                    Deal::Replace(from, to) => answer = answer.replace(&from, &to),
                    Deal::Answer(result) => answer = answer_with(&body, result),
                }
                // Whoever hangs up first gets no answer, which is his own business.
                let _ = client.write_all(answer.as_bytes());
            }
        });
        url
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
        self.node.stop();
    }
}

/// What somebody in the middle does with an answer.
pub enum Deal {
    Pass,
    /// Asks the node, and keeps the answer.
    HangUp,
    /// Puts another text of the same length in its place.
    Replace(String, String),
    /// Gives this result instead.
    Answer(Value),
}

fn answer_with(body: &str, result: Value) -> String {
    let request: Value = serde_json::from_str(body).unwrap();
    let body = json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }).to_string();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: \
         close\r\n\r\n{body}",
        body.len()
    )
}

/// The body of a request; `None` where the client hangs up first.
fn request(client: &mut TcpStream) -> Option<String> {
    let mut bytes = vec![];
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return Some(body.to_owned());
            }
        }
        match client.read(&mut buffer).ok()? {
            0 => return None,
            length => bytes.extend_from_slice(&buffer[..length]),
        }
    }
}

fn forward(node: SocketAddr, body: &str) -> String {
    let mut socket = TcpStream::connect(node).unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {node}\r\nContent-Type: application/json\r\nContent-Length: \
         {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}
