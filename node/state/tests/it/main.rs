//! The state against a model: a sorted map per height, and a tree hashed from scratch by the
//! definition.

mod abandon;
mod corruption;
mod crash;
mod full;
mod history;
mod model;
mod parts;
mod past;
mod properties;
mod rocks;
