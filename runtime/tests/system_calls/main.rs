//! The system contracts through transactions: each method, each refusal, each permission.

#[path = "../conform/mod.rs"]
mod conform;

mod accounts;
mod assets;
mod contracts;
mod holds;
mod model;
mod params;
mod recipe;
mod reservations;
mod uploads;
mod validators;
mod world;
