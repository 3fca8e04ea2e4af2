//! `weal dev`: a local chain for trying things out.

mod control;
mod log;
mod part;
mod up;

use crate::{
    args::{Dev, DevCommand},
    outcome::{Failure, Report},
};

/// `weal dev …`.
pub fn command(arguments: &Dev) -> Result<Report, Failure> {
    match &arguments.command {
        None => up::command(&arguments.up),
        Some(DevCommand::Up(arguments)) => up::command(arguments),
        Some(other) => control::command(other),
    }
}
