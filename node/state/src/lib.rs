//! Authenticated state: a flat view for reads, a Merkle tree for roots and proofs, and their past.
//!
//! [`State`] keeps both over a small key-value trait, [`KeyValue`], in memory or in RocksDB. A
//! block is [prepared](State::prepare), which gives its root and touches no disk, and later
//! [committed](State::commit), which writes it in one atomic batch together with whatever else the
//! node stores about it. `docs/state.md` in the repository explains the layout and why it is so.
//!
//! | module | one idea |
//! |---|---|
//! | `kv`, `memory`, `rocks` | the store: columns, views, batches |
//! | `layout` | the columns, and the records of `meta` |
//! | `bucket` | regions of the tree and the leaves in them |
//! | `tree` | the tree in memory: change it, cache buckets, rebuild it |
//! | `undo`, `past` | what blocks replaced, and the tree as it was before them |
//! | `history` | the optional index of old values |
//! | `changes` | what a prepared block changed |
//! | `snapshot` | the state after one block |
//! | `part` | a state in parts, each checked by itself |
//! | `copy`, `import` | parts for other nodes; a state from its parts |
//! | `state` | [`State`], which puts these together |

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bucket;
mod changes;
mod copy;
mod error;
mod history;
mod import;
mod kv;
mod layout;
mod memory;
mod part;
mod past;
mod rocks;
mod snapshot;
mod state;
mod tree;
mod undo;

pub use copy::{COPY_COLUMNS, COPY_OPTIONS, StateCopy};
pub use error::StateError;
pub use import::{Import, ImportError, stored_head, unfinished_import};
pub use kv::{Batch, Column, KeyValue, StoreError, View, VisitValue, Write};
pub use layout::{COLUMNS, Head};
pub use memory::MemoryStore;
pub use part::{ENTRY_BYTES, Entry, PART_BYTES, PARTS, Part, PartError, Parts};
pub use rocks::{RocksMemory, RocksOptions, RocksStore};
pub use snapshot::StateSnapshot;
pub use state::{HistoryProgress, Options, PREPARED_BLOCKS, Prepared, Proven, State, TreeMemory};
pub use undo::UNDO_HEIGHTS;
