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
    let rows = api.dev.validators().iter().zip(api.dev.conditions());
    rows.map(|(node, condition)| shown(node, condition)).collect()
}

fn shown(node: &Node, condition: Condition) -> Answer<DevValidator> {
    let set = &node.spec().validators.validators;
    let key = node.key();
    let position = set.iter().position(|validator| validator.key == key);
    let position = position.and_then(|position| u32::try_from(position).ok());
    let head = node.head();
    let state = match (node.failure().borrow().is_some(), condition.is_paused) {
        (true, _) => "failed",
        (false, true) => "paused",
        (false, false) => "running",
    };
    Ok(DevValidator {
        validator: position.ok_or_else(|| Error::internal("this node is no validator"))?,
        key: Hex32(key.0),
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
