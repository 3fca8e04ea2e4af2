//! A role needs a field that holds who has it.

use weal_sdk::prelude::*;

#[derive(RoleSet)]
pub enum Role {
    Clerk,
}

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call(auth = Role::Clerk)]
    pub fn add(&mut self) {}
}

fn main() {}
