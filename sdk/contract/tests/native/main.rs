//! Contracts run natively against a chain in memory: storage, permissions, assets, refusals,
//! events, panics, calls between contracts, and the ABI that follows.

mod abi;
mod calls;
mod escrow;
mod locks;
mod methods;
mod shop;
mod storage;
mod world;

use std::rc::Rc;

use weal_sdk::{CallError, ContractError, FailureKind, failure::Failure, prelude::*};
use world::World;

const OWNER: AccountId = AccountId([1; 32]);
const ALICE: AccountId = AccountId([2; 32]);
const BOB: AccountId = AccountId([3; 32]);
const SHOP: ContractId = ContractId([10; 32]);
const SIBLING: ContractId = ContractId([11; 32]);
const EUR: AssetId = AssetId([20; 32]);
const USD: AssetId = AssetId([21; 32]);

/// Two shops that know each other, and people with money.
fn world() -> Rc<World> {
    let world = World::new();
    for (id, other) in [(SHOP, SIBLING), (SIBLING, SHOP)] {
        world.install(id, OWNER, shop::abi(), shop::methods());
        world.call::<()>(OWNER, id, "open", &(EUR, other)).expect("it opens");
    }
    for account in [OWNER, ALICE, BOB] {
        world.give(account, EUR, 1_000);
        world.give(account, USD, 1_000);
    }
    world
}

/// How the SDK refuses.
fn failed(failure: Failure, payload: &[u8]) -> FailureKind {
    refused(failure.code(), payload)
}

fn refused(code: u32, payload: &[u8]) -> FailureKind {
    let payload = weal_types::codec::Bytes::new(payload.to_vec()).expect("it is short");
    FailureKind::Revert { code, payload }
}

/// The shop's own error.
fn own(error: &CallError) -> Option<shop::Error> {
    match &error.kind {
        FailureKind::Revert { code, payload } => shop::Error::read(*code, payload),
        _ => None,
    }
}
