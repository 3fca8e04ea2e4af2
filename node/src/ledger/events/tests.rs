use std::sync::Arc;

use weal_state::{KeyValue, MemoryStore};
use weal_types::{
    Amount, BlockHash, ChainId, Epoch, Gas, TimeMs, TxHash,
    block::FinalHeader,
    codec::{Bounded, Bytes, Name, Version},
};

use super::*;
use crate::ledger::{BlockTransaction, FinalizedBlock};

const CONTRACT: ContractId = ContractId([7; 32]);

fn header(height: u64, tx_count: u32) -> FinalHeader {
    FinalHeader {
        version: Version,
        chain: ChainId([1; 32]),
        epoch: Epoch(0),
        height: Height(height),
        parent: BlockHash([2; 32]),
        proposal: [3; 32],
        time: TimeMs(height),
        tx_root: [4; 32],
        tx_count,
        state_root: [5; 32],
        receipts_root: [6; 32],
        gas_used: Gas(0),
        set_id: [7; 32],
        next_set_id: [7; 32],
    }
}

/// An event whose topic says whether its number is even.
fn event(number: u16) -> Event {
    let topic = Bytes::new(vec![u8::from(number.is_multiple_of(2))]).unwrap();
    Event {
        contract: CONTRACT,
        name: Name::new("given").unwrap(),
        topics: Bounded::new(vec![topic]).unwrap(),
        data: Bytes::new(number.to_le_bytes().to_vec()).unwrap(),
    }
}

/// A block of three transactions with so many events each.
fn block(height: u64, events: u16) -> FinalizedBlock {
    block_of(height, 3, events)
}

/// A block of so many transactions.
fn block_of(height: u64, transactions: u32, events: u16) -> FinalizedBlock {
    let name = |index: u32| TxHash([height as u8 * 50 + index as u8; 32]);
    let receipt = |index| Receipt {
        version: Version,
        index,
        outcome: Outcome::Applied {
            transaction: name(index),
            gas_used: Gas(0),
            fee: Amount::ZERO,
            returns: Vec::new(),
            events: Bounded::new((0..events).map(event).collect()).unwrap(),
        },
    };
    let wire = |index: u32| BlockTransaction { hash: name(index), wire: Arc::from([index as u8]) };
    FinalizedBlock {
        header: header(height, transactions),
        certificate: None,
        transactions: (0..transactions).map(wire).collect(),
        receipts: (0..transactions).map(receipt).collect(),
    }
}

fn ledger() -> Ledger {
    let db = Arc::new(MemoryStore::new());
    let ledger = Ledger::open(db.clone(), ChainId([1; 32])).unwrap();
    for (height, events) in [(1, 1), (2, 1_000), (3, 0), (4, 2)] {
        let mut batch = Batch::new();
        ledger.write(&mut batch, &block(height, events), None);
        db.write(&batch).unwrap();
    }
    ledger
}

/// All places, page by page.
fn pages(ledger: &Ledger, filter: &EventFilter, limit: usize) -> Vec<EventPlace> {
    let mut places = Vec::new();
    let mut next = Some(EventPlace::first_of(Height::ZERO));
    while let Some(from) = next {
        let page = ledger.events(filter, from, Height(99), limit).unwrap();
        assert!(page.events.len() <= limit);
        assert!(page.events.iter().all(|found| found.place >= from && filter.admits(&found.event)));
        places.extend(page.events.iter().map(|found| found.place));
        next = page.next;
    }
    places
}

#[test]
fn every_event_is_found_once_and_in_order_however_pages_are_cut() {
    let ledger = ledger();
    let name = Some("given".to_owned());
    let of = |name, topic| EventFilter { contract: Some(CONTRACT), name, topic };
    let all: Vec<_> = pages(&ledger, &EventFilter::default(), 5_000);
    assert_eq!(all.len(), 3 * 1_003);
    assert!(all.is_sorted());
    for limit in [1_024, 700, 5_000] {
        assert_eq!(pages(&ledger, &of(None, None), limit), all);
        assert_eq!(pages(&ledger, &of(name.clone(), None), limit), all);
        let even = pages(&ledger, &of(name.clone(), Some((0, vec![1]))), limit);
        let expected = all.iter().filter(|place| place.event.is_multiple_of(2));
        assert!(expected.eq(&even));
    }
    assert!(pages(&ledger, &of(Some("taken".to_owned()), None), 9).is_empty());
}

#[test]
fn a_block_of_equal_events_makes_few_entries() {
    let mut batch = Batch::new();
    let block = block(2, 1_000);
    let mut index = BlockIndex::default();
    for receipt in &block.receipts {
        let Outcome::Applied { events, .. } = &receipt.outcome else { panic!("applied") };
        index.add(TxPlace { height: Height(2), index: receipt.index }, events);
    }
    index.write(&mut batch);
    // 3,000 places of the contract, as many of the name, and half of them for each topic.
    assert_eq!(batch.len(), 3 + 3 + 2 + 2);
}

#[test]
fn every_receipt_is_found_wherever_it_stands_in_its_entry() {
    let db = Arc::new(MemoryStore::new());
    let ledger = Ledger::open(db.clone(), ChainId([1; 32])).unwrap();
    for (height, count) in [(1, 16), (2, 37), (3, 0), (4, 1)] {
        let mut batch = Batch::new();
        let block = block_of(height, count, 2);
        ledger.write(&mut batch, &block, None);
        db.write(&batch).unwrap();
        let receipt = |index| ledger.receipt(TxPlace { height: Height(height), index }).unwrap();
        let found: Vec<_> = (0..count).filter_map(receipt).collect();
        assert_eq!(found, block.receipts);
        assert_eq!(receipt(count), None);
        assert_eq!(ledger.receipts(Height(height), count).unwrap(), block.receipts);
        assert!(ledger.receipts(Height(height), count + 1).is_err());
    }
}

#[test]
fn one_transaction_of_a_block_is_read_alone() {
    let ledger = ledger();
    let wire = |index| ledger.wire(TxPlace { height: Height(2), index }).unwrap();
    assert_eq!([0, 1, 2, 3].map(wire), [Some(vec![0]), Some(vec![1]), Some(vec![2]), None]);
    assert_eq!(ledger.wire(TxPlace { height: Height(9), index: 0 }).unwrap(), None);
}
