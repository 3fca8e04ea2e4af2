//! Who may come in, and what is not understood.

use serde_json::{Value, json};
use weal_node::rpc::{RpcConfig, RpcServer};

use crate::{
    wire::{Socket, get, post, post_with, request, send},
    world::{Refused, World, address, transfer},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused() {
    let world = World::new().await;
    for (body, code) in [
        ("", -32_700),
        ("{", -32_700),
        ("not json", -32_700),
        ("{}", -32_700),
        (r#"{"id": 1}"#, -32_600),
        ("[]", -32_600),
        (r#"{"jsonrpc": "1.0", "id": 1, "method": "chain_head"}"#, -32_600),
        (r#"{"jsonrpc": "2.0", "id": 1, "method": 7}"#, -32_600),
        (r#"{"jsonrpc": "2.0", "id": 1, "method": "no_such"}"#, -32_601),
        (r#"{"jsonrpc": "2.0", "id": 1, "method": "chain_head", "params": [7]}"#, -32_602),
        (r#"{"jsonrpc": "2.0", "id": 1, "method": "tx_get", "params": {"hash": "0x"}}"#, -32_602),
        (r#"{"jsonrpc": "2.0", "id": 1, "method": "tx_get"}"#, -32_602),
        (r#"{"jsonrpc": "2.0", "id": 1, "method": "blocks_subscribe"}"#, -32_600),
    ] {
        let answer = post(world.address, body).await.json();
        assert_eq!(answer["error"]["code"], code, "{body} gives {answer}");
    }
    // A batch is answered one by one, and its bad requests do not spoil the good ones.
    let batch = format!("[{}, 7, {}]", request("chain_head", &json!({})), request("x", &json!({})));
    let answers = post(world.address, &batch).await.json();
    let codes: Vec<_> =
        answers.as_array().unwrap().iter().map(|answer| &answer["error"]["code"]).collect();
    assert_eq!(codes, [&Value::Null, &json!(-32_600), &json!(-32_601)]);
    // Whoever asks for no answer gets none.
    let silent = r#"{"jsonrpc": "2.0", "method": "chain_head"}"#;
    assert_eq!(post(world.address, silent).await.body, "null");
    // A body of another kind, and other verbs.
    let text = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n\
                content-length: 2\r\nconnection: close\r\n\r\n{}";
    assert_eq!(send(world.address, text.as_bytes()).await.status, 415);
    let put = "PUT / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert_eq!(send(world.address, put.as_bytes()).await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_this_nodes() {
    let world = World::with(|config| config.hosts = vec!["node.example".into()]).await;
    let head = request("chain_head", &json!({}));
    for good in ["localhost", "127.0.0.1:1", "[::1]", "node.example:80"] {
        let response = post_with(world.address, &format!("host: {good}\r\n"), &head).await;
        assert_eq!(response.status, 200, "{good}");
    }
    for bad in ["evil.example", "localhost.evil.example", "node.example.evil.example"] {
        let response = post_with(world.address, &format!("host: {bad}\r\n"), &head).await;
        assert_eq!(response.status, 403);
        let refused = Refused::of(response.json()["error"].take());
        assert_eq!(refused.name, "host_refused");
        assert!(refused.message.contains(bad), "{refused:?}");
    }
    let health = "GET /health HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    assert_eq!(send(world.address, health.as_bytes()).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_need_leave() {
    let world = World::with(|config| config.origins = vec!["https://wallet.example".into()]).await;
    let head = request("chain_head", &json!({}));
    let own = format!("http://{}", world.address);
    for good in ["https://wallet.example", &own] {
        let response = post_with(world.address, &format!("origin: {good}\r\n"), &head).await;
        assert_eq!(response.status, 200);
        assert_eq!(response.header("access-control-allow-origin"), Some(good));
        assert_eq!(response.header("vary"), Some("origin"));
    }
    for bad in ["https://evil.example", "null", "https://wallet.example.evil.example"] {
        let response = post_with(world.address, &format!("origin: {bad}\r\n"), &head).await;
        assert_eq!(response.status, 403);
        assert_eq!(Refused::of(response.json()["error"].take()).name, "origin_refused");
        assert_eq!(response.header("access-control-allow-origin"), None);
    }
    let preflight = |origin: &str| {
        format!(
            "OPTIONS / HTTP/1.1\r\nhost: localhost\r\norigin: {origin}\r\n\
             access-control-request-method: POST\r\nconnection: close\r\n\r\n"
        )
    };
    let asked = send(world.address, preflight("https://wallet.example").as_bytes()).await;
    assert_eq!(
        (asked.status, asked.header("access-control-allow-headers")),
        (204, Some("content-type"))
    );
    assert_eq!(send(world.address, preflight("https://evil.example").as_bytes()).await.status, 403);
    // Browsers let any page open a WebSocket, and say whose it is.
    let upgrade = "GET / HTTP/1.1\r\nhost: localhost\r\norigin: https://evil.example\r\n\
                   connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    let closing = upgrade.replace("connection: upgrade", "connection: close, upgrade");
    assert_eq!(send(world.address, closing.as_bytes()).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics() {
    let world = World::new().await;
    let health = get(world.address, "/health").await;
    assert_eq!((health.status, &health.json()["ok"]), (200, &json!(true)));
    let metrics = get(world.address, "/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.body.contains("weal_height") && metrics.body.ends_with("# EOF\n"));
    for part in ["Nodes", "Leaves", "Blocks", "Writes", "Tables"] {
        let name = format!("weal_memory_bytes{{part=\"{part}\"}}");
        assert!(metrics.body.contains(&name), "{name}: {}", metrics.body);
    }
    world.send("alice", transfer("bob", 1)).await;
    let health = get(world.address, "/health").await;
    assert_eq!(health.json()["voice"], "votes");
    assert!(get(world.address, "/metrics").await.body.contains("\nweal_votes 1\n"));
    let nothing = get(world.address, "/nothing").await;
    assert_eq!(nothing.status, 404);
    assert!(nothing.body.contains("/health"));
}

/// The counters of the pool are as of now: whoever watches wants to know of what waits while no
/// block comes.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_counted_while_no_block_comes() {
    let world = World::new().await;
    world.node.set_pace(true, 0);
    let prepare = json!({ "from": address("alice"), "calls": [transfer("bob", 1)] });
    let prepared = world.call("contract_prepare", prepare).await;
    let signed = world.sign(&prepared, "alice");
    world.call("tx_submit", json!({ "transactions": [signed] })).await;
    let metrics = get(world.address, "/metrics").await.body;
    assert!(metrics.contains("\nweal_pool_transactions 1\n"), "{metrics}");
    assert!(!metrics.contains("\nweal_pool_bytes 0\n"));
}

/// How often the server is started and stopped.
const ROUNDS: u32 = 500;

/// Many times, because a port that is closed a moment after `stop` has returned is mostly closed
/// in time. The address is this test's own, lest the port be given to another test's server.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_stops_when_it_is_told() {
    let listen = "127.0.0.9:0".parse().unwrap();
    let world = World::with(|config| config.listen = listen).await;
    let config = RpcConfig { listen, ..RpcConfig::default() };
    for round in 0..ROUNDS {
        let server = RpcServer::start(world.node.clone(), config.clone()).await.unwrap();
        let address = server.address();
        let mut socket = Socket::open(address).await;
        assert!(socket.call("chain_head", json!({})).await["result"].is_object());
        server.stop().await;
        let again = std::net::TcpStream::connect(address);
        assert!(again.is_err(), "round {round}: the port is still open");
        assert_eq!(socket.receive().await, None);
    }
}
