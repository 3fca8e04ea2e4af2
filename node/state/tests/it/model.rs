//! What the state should be, computed the slow and obvious way.

use std::{
    collections::BTreeMap,
    ops::{Bound, ControlFlow},
    sync::Arc,
};

use weal_state::{
    Batch, Head, KeyValue, Options, Prepared, Proven, State, StateError, StateSnapshot,
};
use weal_types::{
    ContractId, Hash, Height, Tag,
    hash::hash,
    state::{ChangeSet, Direction, Snapshot, StateKey, Visit},
};

pub type Map = BTreeMap<StateKey, Vec<u8>>;
pub type Change = (StateKey, Option<Vec<u8>>);

/// Key `number` of one of three contracts; neighbours and prefixes of each other occur.
pub fn key(number: u32) -> StateKey {
    let contract = [ContractId::system(0), ContractId([0xff; 32]), ContractId([7; 32])];
    let name = format!("{}", number / 3);
    StateKey::new(&contract[number as usize % 3], name.as_bytes()).unwrap()
}

pub fn put(number: u32, value: impl Into<Vec<u8>>) -> Change {
    (key(number), Some(value.into()))
}

pub fn remove(number: u32) -> Change {
    (key(number), None)
}

/// The root of the tree over `map`, by the definition.
pub fn root(map: &Map) -> Hash {
    let mut leaves: Vec<_> = map
        .iter()
        .map(|(key, value)| {
            (hash(Tag::StateKey, &[key.as_bytes()]), hash(Tag::StateValue, &[value]))
        })
        .collect();
    leaves.sort_unstable();
    subtree(&leaves, 0)
}

fn subtree(leaves: &[(Hash, Hash)], depth: usize) -> Hash {
    match leaves {
        [] => [0; 32],
        [(path, value)] => hash(Tag::StateLeaf, &[path, value]),
        _ => {
            let is_right = |path: &Hash| path[depth / 8] >> (7 - depth % 8) & 1 == 1;
            let (left, right) = leaves.split_at(leaves.partition_point(|leaf| !is_right(&leaf.0)));
            hash(Tag::StateNode, &[&subtree(left, depth + 1), &subtree(right, depth + 1)])
        }
    }
}

/// A state and what it should hold after each height.
pub struct Checked {
    pub db: Arc<dyn KeyValue>,
    pub options: Options,
    pub state: State,
    /// The map after each height.
    pub heights: Vec<Map>,
}

impl Checked {
    pub fn open(db: Arc<dyn KeyValue>, options: Options) -> Self {
        let state = State::open(db.clone(), options).unwrap();
        Self { db, options, state, heights: Vec::new() }
    }

    /// Closes and opens the state; prepared blocks are lost.
    pub fn reopen(&mut self) {
        self.state = State::open(self.db.clone(), self.options).unwrap();
        let heights = self.state.head().unwrap().map_or(0, |head| head.height.0 + 1);
        self.heights.truncate(heights as usize);
    }

    pub fn newest(&self) -> Height {
        Height(self.heights.len() as u64 - 1)
    }

    pub fn prepare(&mut self, changes: Vec<Change>) -> Prepared {
        let mut map = self.heights.last().cloned().unwrap_or_default();
        let changes = ChangeSet::new(changes);
        for (key, value) in changes.iter() {
            match value {
                Some(value) => map.insert(key.clone(), value.clone()),
                None => map.remove(key),
            };
        }
        let height = Height(self.heights.len() as u64);
        let prepared = self.state.prepare(height, changes).unwrap();
        assert_eq!(prepared.height(), height);
        assert_eq!(prepared.root(), root(&map), "root at height {height}");
        let (root, keys) = (prepared.root(), map.len() as u64);
        assert_eq!(self.state.latest().unwrap(), Some(Head { height, root, keys }));
        self.heights.push(map);
        prepared
    }

    pub fn commit(&mut self, changes: Vec<Change>) {
        let prepared = self.prepare(changes);
        self.state.commit(prepared, &mut Batch::new()).unwrap();
    }

    /// Proves `numbers` at `height` and checks the proof and all values.
    pub fn check_proof(&self, height: Height, numbers: &[u32]) {
        let map = &self.heights[height.0 as usize];
        let keys: Vec<_> = numbers.iter().map(|number| key(*number)).collect();
        let Proven { values, proof } = self.state.prove(height, &keys).unwrap();
        let expected: Vec<_> = keys.iter().map(|key| map.get(key)).collect();
        assert_eq!(values.iter().map(Option::as_ref).collect::<Vec<_>>(), expected);
        let claims: Vec<_> =
            keys.into_iter().zip(&values).map(|(key, value)| (key, value.as_deref())).collect();
        assert_eq!(proof.verify(&root(map), &claims), Ok(()), "height {height}");
        let wire = proof.to_wire();
        assert_eq!(weal_proof::StateProof::from_wire(&wire), Ok(proof));
    }

    pub fn check_values(&self, height: Height, numbers: &[u32]) {
        for number in numbers {
            let expected = self.heights[height.0 as usize].get(&key(*number)).cloned();
            let value = self.state.value_at(&key(*number), height).unwrap();
            assert_eq!(value, expected, "key {number} at {height}");
        }
    }
}

/// Everything in `snapshot`, through the generic iterator.
pub fn whole(snapshot: &StateSnapshot, direction: Direction) -> Vec<(StateKey, Vec<u8>)> {
    collect(|visit| snapshot.entries(&[], None, direction, visit))
}

/// What `read` shows.
fn collect(
    read: impl FnOnce(&mut Visit<'_>) -> Result<(), StateError>,
) -> Vec<(StateKey, Vec<u8>)> {
    let mut entries = Vec::new();
    read(&mut |key, value| {
        entries.push((StateKey::from_bytes(key).unwrap(), value.to_vec()));
        ControlFlow::Continue(())
    })
    .unwrap();
    entries
}

/// Checks reads of `snapshot` against `map`: all keys below `count`, everything, and one range.
pub fn check_snapshot(snapshot: &StateSnapshot, map: &Map, count: u32, range: (u32, u32)) {
    for number in 0..count {
        assert_eq!(snapshot.get(&key(number)).unwrap().as_ref(), map.get(&key(number)));
    }
    let mut all: Vec<_> = map.clone().into_iter().collect();
    assert_eq!(whole(snapshot, Direction::Ascending), all);
    assert_eq!(collect(|visit| snapshot.all_entries(visit)), all);
    all.reverse();
    assert_eq!(whole(snapshot, Direction::Descending), all);
    for number in [range.0, range.0 + 1, range.0 + 2] {
        let contract = key(number).contract();
        let (from, to) = (key(range.0), key(range.1));
        check_range(snapshot, map, &contract, from.key(), None);
        check_range(snapshot, map, &contract, &[], Some(to.key()));
        check_range(snapshot, map, &contract, from.key(), Some(to.key()));
    }
}

fn check_range(
    snapshot: &StateSnapshot,
    map: &Map,
    contract: &ContractId,
    from: &[u8],
    to: Option<&[u8]>,
) {
    let first = StateKey::new(contract, from).unwrap();
    let mut expected: Vec<_> = map
        .range((Bound::Included(first), Bound::Unbounded))
        .filter(|(key, _)| key.contract() == *contract && to.is_none_or(|to| key.key() < to))
        .map(|(key, value)| (key.key().to_vec(), value.clone()))
        .collect();
    let scan = |direction, limit| {
        let mut seen = Vec::new();
        snapshot
            .scan(contract, from, to, direction, &mut |key, value| {
                seen.push((key.to_vec(), value.to_vec()));
                if seen.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
            .unwrap();
        seen
    };
    assert_eq!(scan(Direction::Ascending, usize::MAX), expected);
    assert_eq!(scan(Direction::Ascending, 3), expected[..expected.len().min(3)]);
    expected.reverse();
    assert_eq!(scan(Direction::Descending, usize::MAX), expected);
    assert_eq!(scan(Direction::Descending, 2), expected[..expected.len().min(2)]);
}
