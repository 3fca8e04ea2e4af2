//! Finalized blocks: what was ordered, what came of it, and where to find it again.
//!
//! ```text
//! blocks       height (8, BE)                → proposal, signed transactions
//! headers      height (8, BE)                → final header, certificate if it has its own
//! receipts     height (8, BE) ‖ index (4, BE) → receipts from this index on, 16 at most
//! block_index  block hash (32)               → height (8, BE)
//! tx_index     transaction hash (32)         → height (8, BE) ‖ index (4, BE)
//! event_index  see `ledger/events.rs`
//! node         "format", "chain"             → version (4, LE), chain id (32)
//!              "ancestry"                    → headers up to a certified one, its certificate
//!              "end" ‖ epoch (8, BE)         → its last header, certificate, validators after it
//!              "base"                        → height (8, LE) whose state was imported
//! ```
//!
//! All records of a block are part of the batch that also holds its state, so a block is there as a
//! whole or not at all. Skipped transactions are in a block and have a receipt, but no entry in
//! `tx_index`: the same bytes may be ordered again, and what the index names is the one inclusion
//! that counted.

mod events;
mod proofs;

use std::sync::Arc;

use parity_scale_codec::{Compact, Decode, DecodeAll, Encode};
use thiserror::Error;
use weal_proof::certificate::HandOver;
use weal_state::{Batch, Column, KeyValue, StoreError};
use weal_types::{
    BlockHash, ChainId, Height, TxHash,
    block::{FinalHeader, Proposal},
    certificate::Certificate,
    receipt::{Outcome, Receipt},
};

use events::BlockIndex;
pub use events::{EventFilter, EventPage, EventPlace, FoundEvent};
pub use proofs::{Ancestry, are_consecutive};

const BLOCKS: Column = Column::new("blocks");
const HEADERS: Column = Column::new("headers");
const RECEIPTS: Column = Column::new("receipts");
const BLOCK_INDEX: Column = Column::raw("block_index");
const TX_INDEX: Column = Column::raw("tx_index");
const EVENT_INDEX: Column = Column::new("event_index");
const NODE: Column = Column::new("node");

/// The columns that a store must have for the ledger, besides those of the state.
pub const COLUMNS: [Column; 7] =
    [BLOCKS, HEADERS, RECEIPTS, BLOCK_INDEX, TX_INDEX, EVENT_INDEX, NODE];

/// The columns of these whose keys begin with a height, so that each is above all before it.
pub const BY_HEIGHT: [Column; 3] = [BLOCKS, HEADERS, RECEIPTS];

/// Where the base stands.
const BASE: &[u8] = b"base";

/// Version of everything that this module writes.
const FORMAT: u32 = 2;

/// Receipts of one entry, whose index is a multiple of this: few writes for a block, and little to
/// read for one transaction.
const RECEIPTS_TOGETHER: u32 = 16;

/// A transaction of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockTransaction {
    /// Names it to people.
    pub hash: TxHash,
    /// The signed bytes, as they arrived.
    pub wire: Arc<[u8]>,
}

/// A final block, as whoever follows the chain sees it.
#[derive(Clone, Debug)]
pub struct FinalizedBlock {
    /// The executed result.
    pub header: FinalHeader,
    /// What makes it final. None for block 0, which follows from the genesis document, and for a
    /// block that is final because a later one, which has one, follows it.
    pub certificate: Option<Certificate>,
    /// What was ordered.
    pub transactions: Vec<BlockTransaction>,
    /// What came of each.
    pub receipts: Vec<Receipt>,
}

/// Why the ledger could not answer.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record is not what was written. Restore a backup.
    #[error("the record of {what} {key} is damaged")]
    Damaged {
        /// What it describes.
        what: &'static str,
        /// Which one.
        key: String,
    },
    /// The data directory belongs to another chain.
    #[error("the data directory holds chain {found:?}, the genesis document defines {expected:?}")]
    OtherChain {
        /// The chain in the directory.
        found: ChainId,
        /// The chain that was asked for.
        expected: ChainId,
    },
    /// The data directory was written by a program with another format.
    #[error("the data directory has format {found}, this program reads format {FORMAT}")]
    Format {
        /// Version on disk.
        found: u32,
    },
}

/// Where a transaction was included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TxPlace {
    /// Its block.
    pub height: Height,
    /// Its position in the block, from 0.
    pub index: u32,
}

/// What was ordered, and the signed transactions.
pub type Body = (Option<Proposal>, Vec<Vec<u8>>);

/// The records of finalized blocks.
#[derive(Clone)]
pub struct Ledger {
    db: Arc<dyn KeyValue>,
    base: Height,
}

impl Ledger {
    /// Opens the ledger of `chain`, or begins it in an empty store.
    pub fn open(db: Arc<dyn KeyValue>, chain: ChainId) -> Result<Self, LedgerError> {
        match db.get(NODE, b"format")? {
            None => {
                let mut batch = Batch::new();
                batch.put(NODE, b"format", &FORMAT.to_le_bytes());
                batch.put(NODE, b"chain", &chain.0);
                db.write(&batch)?;
            }
            Some(format) => {
                let found = <[u8; 4]>::try_from(format).map_or(0, u32::from_le_bytes);
                if found != FORMAT {
                    return Err(LedgerError::Format { found });
                }
                let bytes = db.get(NODE, b"chain")?.unwrap_or_default();
                let found = <[u8; 32]>::try_from(bytes).map(ChainId);
                let found = found.map_err(|_| damaged("the node", "chain"))?;
                if found != chain {
                    return Err(LedgerError::OtherChain { found, expected: chain });
                }
            }
        }
        let base = match db.get(NODE, BASE)? {
            None => Height::ZERO,
            Some(bytes) => {
                let base = <[u8; 8]>::try_from(bytes).map(u64::from_le_bytes).map(Height);
                base.map_err(|_| damaged("the node", "base"))?
            }
        };
        Ok(Self { db, base })
    }

    /// Blocks are here from the one after this on, and nothing of those before but block 0 and the
    /// ends of epochs; 0 where all are here. Of the base itself there are the header and its
    /// certificate, for its state was fetched.
    pub const fn base(&self) -> Height {
        self.base
    }

    /// Adds what a ledger begins with in the middle of a chain, after the block of this header, to
    /// the batch that makes its state whole. It counts once the ledger is opened again.
    pub fn begin_after(
        &self,
        batch: &mut Batch,
        genesis: &FinalizedBlock,
        (header, certificate): (&FinalHeader, &Certificate),
        ends: &[HandOver],
    ) {
        self.write(batch, genesis, None);
        let key = header.height.0.to_be_bytes();
        batch.put_with(HEADERS, &key, |bytes| (header, Some(certificate)).encode_to(bytes));
        batch.put(BLOCK_INDEX, &header.hash().0, &key);
        ends.iter().for_each(|end| Self::write_end(batch, end));
        batch.put(NODE, BASE, &header.height.0.to_le_bytes());
    }

    /// The newest block, of which only header and certificate are known where it is the base.
    pub fn head(&self, height: Height) -> Result<Option<FinalizedBlock>, LedgerError> {
        if height == Height::ZERO || height != self.base {
            return self.block(height);
        }
        let head = self.header(height)?.map(|(header, certificate)| FinalizedBlock {
            header,
            certificate,
            transactions: Vec::new(),
            receipts: Vec::new(),
        });
        Ok(head)
    }

    /// Adds the records of a block to the batch that commits its state.
    pub fn write(&self, batch: &mut Batch, block: &FinalizedBlock, proposal: Option<&Proposal>) {
        let height = block.header.height;
        let key = height.0.to_be_bytes();
        let wires = block.transactions.iter().map(|transaction| &*transaction.wire);
        let wires: Vec<&[u8]> = wires.collect();
        batch.put_with(BLOCKS, &key, |bytes| (proposal, wires).encode_to(bytes));
        batch.put_with(HEADERS, &key, |bytes| {
            (&block.header, &block.certificate).encode_to(bytes);
        });
        batch.put(BLOCK_INDEX, &block.header.hash().0, &key);
        let (mut names, mut events) = (Vec::new(), BlockIndex::default());
        let indexes = (0..).step_by(RECEIPTS_TOGETHER as usize);
        for (receipts, index) in block.receipts.chunks(RECEIPTS_TOGETHER as usize).zip(indexes) {
            let key = TxPlace { height, index }.to_bytes();
            batch.put_with(RECEIPTS, &key, |bytes| receipts.encode_to(bytes));
        }
        for receipt in &block.receipts {
            let place = TxPlace { height, index: receipt.index };
            match &receipt.outcome {
                Outcome::Skipped(_) => {}
                Outcome::Reverted { transaction, .. } => names.push((transaction, place)),
                Outcome::Applied { transaction, events: emitted, .. } => {
                    names.push((transaction, place));
                    events.add(place, emitted);
                }
            }
        }
        // The database takes ascending keys faster.
        names.sort_unstable();
        for (name, place) in names {
            batch.put(TX_INDEX, &name.0, &place.to_bytes());
        }
        events.write(batch);
    }

    /// The header at a height and its certificate.
    pub fn header(
        &self,
        height: Height,
    ) -> Result<Option<(FinalHeader, Option<Certificate>)>, LedgerError> {
        self.read(HEADERS, &height.0.to_be_bytes(), "header", || height.to_string())
    }

    /// The height of a block.
    pub fn height_of(&self, hash: &BlockHash) -> Result<Option<Height>, LedgerError> {
        let Some(bytes) = self.db.get(BLOCK_INDEX, &hash.0)? else { return Ok(None) };
        let height = <[u8; 8]>::try_from(bytes).map(u64::from_be_bytes).map(Height);
        height.map(Some).map_err(|_| damaged("block", &format!("{hash:?}")))
    }

    /// The proposal that was ordered at a height, and its signed transactions. Block 0 has no
    /// proposal.
    pub fn body(&self, height: Height) -> Result<Option<Body>, LedgerError> {
        self.read(BLOCKS, &height.0.to_be_bytes(), "block", || height.to_string())
    }

    /// One signed transaction of a block, whose others are passed over unread.
    pub fn wire(&self, place: TxPlace) -> Result<Option<Vec<u8>>, LedgerError> {
        let Some(bytes) = self.db.get(BLOCKS, &place.height.0.to_be_bytes())? else {
            return Ok(None);
        };
        let damaged = |_| damaged("block", &place.height.to_string());
        let mut rest = &bytes[..];
        Option::<Proposal>::decode(&mut rest).map_err(damaged)?;
        let count = Compact::<u32>::decode(&mut rest).map_err(damaged)?;
        if place.index >= count.0 {
            return Ok(None);
        }
        for _ in 0..place.index {
            let length = Compact::<u32>::decode(&mut rest).map_err(damaged)?;
            rest = rest.get(length.0 as usize..).unwrap_or_default();
        }
        Vec::decode(&mut rest).map(Some).map_err(damaged)
    }

    /// Where a transaction was applied or reverted.
    pub fn find(&self, hash: &TxHash) -> Result<Option<TxPlace>, LedgerError> {
        let Some(bytes) = self.db.get(TX_INDEX, &hash.0)? else { return Ok(None) };
        let place = TxPlace::from_bytes(&bytes);
        place.map(Some).ok_or_else(|| damaged("transaction", &format!("{hash:?}")))
    }

    /// The receipt of a transaction.
    pub fn receipt(&self, place: TxPlace) -> Result<Option<Receipt>, LedgerError> {
        let before = place.index % RECEIPTS_TOGETHER;
        let Some(bytes) = self.db.get(RECEIPTS, &place.receipts_key())? else { return Ok(None) };
        let damaged = |_| damaged("receipt", &format!("{}/{}", place.height, place.index));
        let mut rest = &bytes[..];
        let count = Compact::<u32>::decode(&mut rest).map_err(damaged)?;
        if before >= count.0 {
            return Ok(None);
        }
        for _ in 0..before {
            Receipt::decode(&mut rest).map_err(damaged)?;
        }
        Receipt::decode(&mut rest).map(Some).map_err(damaged)
    }

    /// All receipts of a block of so many transactions.
    fn receipts(&self, height: Height, count: u32) -> Result<Vec<Receipt>, LedgerError> {
        let mut receipts = Vec::with_capacity(count as usize);
        for index in (0..count).step_by(RECEIPTS_TOGETHER as usize) {
            let name = || format!("{height}/{index}");
            let key = TxPlace { height, index }.to_bytes();
            let some: Option<Vec<Receipt>> = self.read(RECEIPTS, &key, "receipt", name)?;
            receipts.extend(some.ok_or_else(|| damaged("receipt", &name()))?);
        }
        match receipts.len() == count as usize {
            true => Ok(receipts),
            false => Err(damaged("receipts of block", &height.to_string())),
        }
    }

    /// A whole block again.
    pub fn block(&self, height: Height) -> Result<Option<FinalizedBlock>, LedgerError> {
        let (Some((header, certificate)), Some((_, wires))) =
            (self.header(height)?, self.body(height)?)
        else {
            return Ok(None);
        };
        let receipts = self.receipts(height, header.tx_count)?;
        let mut transactions = Vec::with_capacity(wires.len());
        for wire in wires {
            let signed = weal_types::transaction::SignedTransaction::from_wire(&wire)
                .map_err(|_| damaged("block", &height.to_string()))?;
            let hash = signed.transaction.hash(&header.chain);
            transactions.push(BlockTransaction { hash, wire: wire.into() });
        }
        Ok(Some(FinalizedBlock { header, certificate, transactions, receipts }))
    }

    fn read<T: Decode>(
        &self,
        column: Column,
        key: &[u8],
        what: &'static str,
        name: impl FnOnce() -> String,
    ) -> Result<Option<T>, LedgerError> {
        let Some(bytes) = self.db.get(column, key)? else { return Ok(None) };
        match T::decode_all(&mut &bytes[..]) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(damaged(what, &name())),
        }
    }
}

fn damaged(what: &'static str, key: &str) -> LedgerError {
    LedgerError::Damaged { what, key: key.to_owned() }
}

impl TxPlace {
    fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.height.0.to_be_bytes());
        bytes[8..].copy_from_slice(&self.index.to_be_bytes());
        bytes
    }

    /// The entry that holds its receipt.
    fn receipts_key(self) -> [u8; 12] {
        let index = self.index - self.index % RECEIPTS_TOGETHER;
        Self { index, ..self }.to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (height, index) = bytes.split_at_checked(8)?;
        Some(Self {
            height: Height(u64::from_be_bytes(height.try_into().ok()?)),
            index: u32::from_be_bytes(index.try_into().ok()?),
        })
    }
}
