//! `dev_*` for the validators of a devnet: pause, part, and heal.

use weal_client::rpc::types::{
    DevPartition, DevPause, DevResume, DevValidator, Hex32, NoParams, U64,
};

use super::{
    Api,
    dev::of_dev,
    error::{Answer, Error},
};
use crate::{dev::Condition, node::Node};

pub(super) fn validators(api: &Api, _: NoParams) -> Answer<Vec<DevValidator>> {
    api.dev.is_whole().map_err(of_dev)?;
    let rows = (0..).zip(api.dev.validators().iter().zip(api.dev.conditions()));
    rows.map(|(number, (node, condition))| shown(number, node, condition)).collect()
}

fn shown(number: u32, node: &Node, condition: Condition) -> Answer<DevValidator> {
    let (key, _) = node.keys().among(&node.validators().map_err(Error::internal)?);
    let head = node.head();
    let state = match (node.failure().borrow().is_some(), condition.is_paused) {
        (true, _) => "failed",
        (false, true) => "paused",
        (false, false) => "running",
    };
    Ok(DevValidator {
        validator: number,
        key: Hex32(key.public().0),
        rpc: condition.rpc,
        state: state.into(),
        group: condition.group,
        height: U64(head.header.height.0),
        state_root: Hex32(head.header.state_root),
    })
}

pub(super) fn pause(api: &Api, params: DevPause) -> Answer<Vec<DevValidator>> {
    api.dev.pause(params.validator).map_err(of_dev)?;
    validators(api, NoParams {})
}

pub(super) fn resume(api: &Api, params: DevResume) -> Answer<Vec<DevValidator>> {
    api.dev.resume(params.validator).map_err(of_dev)?;
    validators(api, NoParams {})
}

pub(super) fn partition(api: &Api, params: DevPartition) -> Answer<Vec<DevValidator>> {
    api.dev.partition(&params.groups).map_err(of_dev)?;
    validators(api, NoParams {})
}

pub(super) fn heal(api: &Api, _: NoParams) -> Answer<Vec<DevValidator>> {
    api.dev.heal().map_err(of_dev)?;
    validators(api, NoParams {})
}
