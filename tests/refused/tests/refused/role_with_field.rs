//! A role is a name.

use weal_sdk::prelude::*;

#[derive(RoleSet)]
pub enum Role {
    Clerk { desk: u8 },
}

fn main() {}
