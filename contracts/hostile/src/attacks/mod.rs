//! The attacks, one file per kind.

pub mod bulk;
pub mod calls;
pub mod description;
pub mod events;
pub mod gas;
pub mod imports;
pub mod malformed;
pub mod memory;
pub mod outside;
pub mod pointers;
pub mod query;
pub mod results;
pub mod stack;
pub mod storage;
pub mod surface;
pub mod traps;
