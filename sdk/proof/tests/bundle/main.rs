//! Bundles: made from a chain's state, and refused wherever they are touched.

mod chain;
mod finality;
mod golden;
mod pages;
mod tampering;
mod world;
