//! Records in the state of a chain, among those of other contracts.

use std::{cell::Cell, collections::BTreeMap, ops::ControlFlow};

use weal_provenance::{
    Error,
    state::Entries,
    store::{Bytes, Keyed},
    trace::Trace,
};
use weal_types::{
    ContractId,
    hash::hash,
    state::{Direction, Snapshot, StateKey, StorageFault, Visit},
};
use weal_units::{Model, Subject, random::Random};

use crate::books::Ledger;

const CONTRACT: ContractId = ContractId([5; 32]);

/// A state in memory, whose disk can fail.
struct State {
    entries: BTreeMap<StateKey, Vec<u8>>,
    fails: Cell<bool>,
}

impl State {
    fn fault(&self) -> Result<(), StorageFault> {
        if self.fails.get() { Err(StorageFault("no disk".into())) } else { Ok(()) }
    }
}

impl Snapshot for State {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StorageFault> {
        self.fault()?;
        Ok(self.entries.get(key).cloned())
    }

    fn scan(
        &self,
        contract: &ContractId,
        from: &[u8],
        to: Option<&[u8]>,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StorageFault> {
        self.fault()?;
        let is_within = |key: &StateKey| {
            key.contract() == *contract && key.key() >= from && to.is_none_or(|to| key.key() < to)
        };
        let mut found: Vec<_> = self.entries.iter().filter(|(key, _)| is_within(key)).collect();
        if direction == Direction::Descending {
            found.reverse();
        }
        for (key, value) in found {
            if let ControlFlow::Break(()) = visit(key.key(), value) {
                break;
            }
        }
        Ok(())
    }
}

#[test]
fn the_state_tells_the_same_as_memory_and_a_failing_disk_is_no_absence() {
    let (mut random, mut model, mut ledger) = (Random::new(5), Model::new(16), Ledger::new(16));
    for _ in 0..90 {
        let (at, step) = random.next(&model);
        let _ = (model.act(at, &step), ledger.act(at, &step));
    }
    let contracts = [ContractId([4; 32]), CONTRACT, ContractId([6; 32])];
    let entries = contracts.iter().flat_map(|contract| {
        let value = |value: &Vec<u8>| if *contract == CONTRACT { value.clone() } else { vec![0] };
        let entry = move |(key, bytes): (&Vec<u8>, &Vec<u8>)| {
            (StateKey::new(contract, key).unwrap(), value(bytes))
        };
        ledger.records.0.iter().map(entry)
    });
    let state = State { entries: entries.collect(), fails: Cell::new(false) };
    let reader = Keyed(Entries::new(&state, CONTRACT));
    for (gift, _) in model.gift_names() {
        let place = ledger.gifts[&gift].place;
        let mut trace = Trace::start(&reader, &hash, place, None).unwrap();
        trace.follow(&reader, 100).unwrap();
        let mut expected = Trace::start(&ledger.records, &hash, place, None).unwrap();
        expected.follow(&ledger.records, 100).unwrap();
        assert_eq!(trace, expected);
    }
    assert_eq!(reader.0.first(&[9], &[8]), Ok(None), "crossed bounds");
    assert_eq!(reader.0.get(&[0; 300]), Ok(None), "no such key");
    assert_eq!(reader.0.fault(), None);
    state.fails.set(true);
    let place = ledger.gifts.values().next().unwrap().place;
    let failed = Trace::start(&reader, &hash, place, None).map(|_| ());
    assert_eq!(failed, Err(Error::Unread));
    assert_eq!(reader.0.fault(), Some(StorageFault("no disk".into())));
}
