//! HTTP and WebSocket by hand: what a library would not let through is what is tested.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Within which a test expects an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A response over HTTP.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Response {
    /// The value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

/// Sends bytes and reads until the other side closes.
pub async fn send(address: SocketAddr, request: &[u8]) -> Response {
    let answer = async {
        let mut socket = TcpStream::connect(address).await.unwrap();
        // The server may refuse before it has read everything.
        let _ = socket.write_all(request).await;
        let mut bytes = Vec::new();
        let _ = socket.read_to_end(&mut bytes).await;
        bytes
    };
    let bytes = tokio::time::timeout(PATIENCE, answer).await.expect("an answer in time");
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Response { status, head: head.into(), body: body.into() }
}

/// A request with a body; `fields` are header fields, each with its line end.
pub async fn post_with(address: SocketAddr, fields: &str, body: &str) -> Response {
    let host =
        if fields.contains("host:") { String::new() } else { format!("host: {address}\r\n") };
    let request = format!(
        "POST / HTTP/1.1\r\n{host}{fields}content-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    send(address, request.as_bytes()).await
}

pub async fn post(address: SocketAddr, body: &str) -> Response {
    post_with(address, "", body).await
}

pub async fn get(address: SocketAddr, path: &str) -> Response {
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    send(address, request.as_bytes()).await
}

/// A request by its method and params.
pub fn request(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

/// A WebSocket that sends what it is told and reads when it is told.
pub struct Socket(TcpStream);

impl Socket {
    pub async fn open(address: SocketAddr) -> Self {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET / HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        Self(socket)
    }

    /// Sends a text.
    pub async fn send(&mut self, text: &str) {
        let mut frame = vec![0x81];
        match text.len() {
            length @ 0..126 => frame.push(0x80 | length as u8),
            length @ 126..0x1_0000 => {
                frame.push(0x80 | 126);
                frame.extend((length as u16).to_be_bytes());
            }
            length => {
                frame.push(0x80 | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        // A mask of zeros leaves the text as it is.
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next text, without pings; `None` at the end.
    pub async fn receive(&mut self) -> Option<Value> {
        let next = async {
            loop {
                let kind = self.0.read_u8().await.ok()? & 0x0f;
                let length = match self.0.read_u8().await.ok()? & 0x7f {
                    126 => self.0.read_u16().await.ok()?.into(),
                    127 => self.0.read_u64().await.ok()?,
                    length => length.into(),
                };
                let mut payload = vec![0; usize::try_from(length).unwrap()];
                self.0.read_exact(&mut payload).await.ok()?;
                match kind {
                    1 => return Some(serde_json::from_slice(&payload).unwrap()),
                    8 => return None,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("a message in time")
    }

    /// Sends a request and reads its answer.
    pub async fn call(&mut self, method: &str, params: Value) -> Value {
        self.send(&request(method, &params)).await;
        self.receive().await.expect("an answer")
    }
}
