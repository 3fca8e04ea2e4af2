//! The client that waits.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use weal_client::rpc::{
    Client, RpcError,
    error::UNKNOWN_CONTRACT,
    types::{ContractAddress, ContractGet, NoParams, U64},
};
use weal_types::ContractId;

use super::node;

const SOON: Duration = Duration::from_secs(20);

fn client(address: std::net::SocketAddr) -> Client {
    Client::new(&format!("http://{address}"), SOON).unwrap()
}

/// Answers one connection with these bytes, after it has read the request, and hangs up.
fn answering(bytes: &'static [u8]) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.ends_with(b"}") {
            let length = socket.read(&mut buffer).unwrap();
            assert_ne!(length, 0, "the request ends with its body");
            request.extend_from_slice(&buffer[..length]);
        }
        socket.write_all(bytes).unwrap();
    });
    client(address)
}

#[test]
fn results_are_typed_and_params_go_by_name() {
    let node = node();
    let client = client(node.address);
    assert_eq!(client.chain_head().unwrap().height, U64(3));
    let said = json!({ "a": [1, "2"], "b": null });
    assert_eq!(client.request::<_, Value>("echo", &said).unwrap(), said);
}

#[test]
fn refusals_carry_number_name_message_data_and_hint() {
    let node = node();
    let params = ContractGet { contract: ContractAddress(ContractId::system(9)) };
    let error = client(node.address).contract_abi(&params).unwrap_err();
    assert!(!error.is_outcome_unknown());
    let refusal = error.refusal().expect("the node refuses");
    assert_eq!(
        (refusal.code, refusal.name.as_str()),
        (UNKNOWN_CONTRACT.code, UNKNOWN_CONTRACT.name)
    );
    assert_eq!(refusal.message, "no contract lives there");
    assert_eq!(refusal.hint.as_deref(), Some("check the address"));
    assert_eq!(refusal.data["more"], 7);
    // A standard error without data.
    let error = client(node.address).request::<_, Value>("nothing", &NoParams {}).unwrap_err();
    assert_eq!(error.refusal().map(|refusal| refusal.code), Some(-32601));
}

#[test]
fn results_of_another_form_are_told_apart_from_refusals() {
    let node = node();
    let error = client(node.address).node_info().unwrap_err();
    assert!(matches!(&error, RpcError::NotRpc { status: 200, .. }), "{error}");
    assert!(error.to_string().contains("of another form"), "{error}");
}

#[test]
fn nobody_there_is_known_to_have_got_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for url in [format!("http://{address}"), "http://nowhere.invalid:1".into()] {
        let error = Client::new(&url, SOON).unwrap().chain_head().unwrap_err();
        assert!(matches!(&error, RpcError::Unreachable { .. }), "{error:?}");
        assert!(!error.is_outcome_unknown());
    }
}

#[test]
fn answers_that_do_not_come_leave_the_outcome_unknown() {
    // The connection ends before, or within, the answer.
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"jsonrpc\""] {
        let error = answering(bytes).chain_head().unwrap_err();
        assert!(
            matches!(&error, RpcError::Lost { method, .. } if method == "chain_head"),
            "{error:?}"
        );
        assert!(error.is_outcome_unknown());
    }
    // Nothing comes in time.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::new(&url, Duration::from_millis(200)).unwrap();
    let error = client.chain_head().unwrap_err();
    assert!(matches!(&error, RpcError::Lost { .. }), "{error:?}");
}

#[test]
fn others_than_nodes_are_recognised() {
    for (answer, status, is_unknown) in [
        (&b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope"[..], 404, false),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops", 502, true),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, true),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, true),
    ] {
        let error = answering(answer).chain_head().unwrap_err();
        let RpcError::NotRpc { status: found, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*found, error.is_outcome_unknown()), (status, is_unknown));
    }
}

#[test]
fn texts_that_lead_to_no_node_are_refused() {
    for url in ["", "127.0.0.1:9933", "https://node.example", "http://", "ftp://node", "http://a b"]
    {
        let refused = Client::new(url, SOON).and_then(|client| client.chain_head());
        assert!(matches!(&refused, Err(RpcError::Address { .. })), "{url}: {refused:?}");
    }
}
