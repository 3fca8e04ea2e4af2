//! The client that has many requests in flight.

use serde_json::{Value, json};
use weal_client::rpc::{
    RpcError, Stream, StreamSettings,
    types::{Head, NoParams, U64},
};

use super::node;

#[test]
fn requests_and_subscriptions_share_a_connection() {
    let node = node();
    let url = format!("ws://{}", node.address);
    node.runtime.block_on(async {
        let stream = Stream::connect(&url, StreamSettings::default()).await.unwrap();
        let mut blocks = stream.blocks().await.unwrap();
        let head: Head = stream.request("chain_head", &NoParams {}).await.unwrap();
        assert_eq!(head.height, U64(3));
        for height in 4..7 {
            let head = blocks.next().await.expect("a block").expect("a head");
            assert_eq!(head.height, U64(height));
        }
        let said = json!({ "a": 1 });
        assert_eq!(stream.request::<_, Value>("echo", &said).await.unwrap(), said);
        assert!(stream.is_connected());
    });
}

#[test]
fn refusals_are_those_of_the_other_client() {
    let node = node();
    let url = format!("ws://{}", node.address);
    node.runtime.block_on(async {
        let stream = Stream::connect(&url, StreamSettings::default()).await.unwrap();
        let error =
            stream.request::<_, Value>("contract_abi", &NoParams {}).await.expect_err("it refuses");
        let refusal = error.refusal().expect("the node refuses");
        assert_eq!((refusal.code, refusal.name.as_str()), (1103, "unknown_contract"));
        assert_eq!(refusal.hint.as_deref(), Some("check the address"));
        let error = stream.request::<_, Head>("node_info", &NoParams {}).await.unwrap_err();
        assert!(matches!(&error, RpcError::NotRpc { .. }), "{error:?}");
    });
}

#[test]
fn a_node_that_stops_is_noticed() {
    let node = node();
    let url = format!("ws://{}", node.address);
    node.runtime.block_on(async {
        let stream = Stream::connect(&url, StreamSettings::default()).await.unwrap();
        node.server.stop().unwrap();
        node.server.clone().stopped().await;
        let error = stream.request::<_, Value>("chain_head", &NoParams {}).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{error:?}");
        let again = Stream::connect(&url, StreamSettings::default()).await.map(|_| ());
        assert!(matches!(&again, Err(RpcError::Unreachable { .. })), "{again:?}");
        let wrong = Stream::connect("http://127.0.0.1:1", StreamSettings::default()).await;
        assert!(matches!(wrong.map(|_| ()), Err(RpcError::Address { .. })));
    });
}
