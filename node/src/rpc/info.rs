//! `node_*` and `rpc_discover`.

use serde_json::Value;
use weal_client::rpc::types::{Hex32, NoParams, NodeHealth, NodeInfo, U64};
use weal_types::Height;

use super::{
    Api, VERSION,
    error::{Answer, Error},
    monitor,
};
use crate::genesis::Mode;

pub(super) fn health(api: &Api, _: NoParams) -> Answer<NodeHealth> {
    Ok(monitor::health(&api.node))
}

pub(super) fn info(api: &Api, _: NoParams) -> Answer<NodeInfo> {
    let spec = api.node.spec();
    let genesis = api.node.ledger().header(Height::ZERO).map_err(Error::internal)?;
    let (genesis, _) = genesis.ok_or_else(|| Error::internal("block 0 is not there"))?;
    Ok(NodeInfo {
        version: VERSION.into(),
        chain: Hex32(spec.chain.0),
        chain_name: spec.name.clone(),
        mode: match spec.mode {
            Mode::Devnet => "devnet",
            Mode::Private => "private",
            Mode::Consortium => "consortium",
            Mode::Public => "public",
        }
        .into(),
        devnet: spec.is_devnet(),
        genesis: Hex32(genesis.hash().0),
        blocks_from: U64(api.node.ledger().base().0.saturating_add(1)),
    })
}

pub(super) fn discover(api: &Api, _: NoParams) -> Answer<Value> {
    Ok(api.document.clone())
}
