//! A state that is taken apart on one machine and put together on another.

use std::sync::Arc;

use proptest::prelude::*;
use weal_state::{
    Batch, COLUMNS, Entry, Import, ImportError, KeyValue, MemoryStore, Options, Part, PartError,
    Parts, RocksOptions, RocksStore, State, StateCopy, StateError, unfinished_import,
};
use weal_types::{ContractId, Hash, Height, state::StateKey};

use crate::model::{Checked, put, remove};

/// A chain of three blocks with so many keys.
fn source(keys: u32, options: Options) -> Checked {
    let mut checked = Checked::open(Arc::new(MemoryStore::new()), options);
    checked.commit((0..keys).map(|n| put(n, vec![n as u8; (n * 7 % 90) as usize])).collect());
    checked.commit((0..keys / 2).map(|n| put(n * 2, vec![n as u8; 40])).collect());
    checked.commit((0..keys / 5).map(|n| remove(n * 5)).collect());
    checked
}

fn copy(checked: &Checked, part_bytes: usize) -> StateCopy {
    let snapshot = checked.state.committed_snapshot().unwrap();
    let root = checked.state.head().unwrap().unwrap().root;
    let about = (&root, b"about".to_vec());
    let db = Arc::new(MemoryStore::new());
    StateCopy::write(db, &snapshot, about, part_bytes, &|| true).unwrap().unwrap()
}

/// What a receiver knows: the list, checked against the root.
fn listed(copy: &StateCopy) -> Parts {
    let list: Vec<_> = copy.parts().iter().collect();
    Parts::new(&list, copy.parts().root()).unwrap()
}

fn entries(copy: &StateCopy, number: usize) -> Vec<Entry> {
    copy.entries(number).unwrap().unwrap()
}

/// Every entry of a state, in the order of keys.
fn all(state: &State) -> Vec<Entry> {
    let mut found = Vec::new();
    let ascending = weal_types::state::Direction::Ascending;
    let snapshot = state.committed_snapshot().unwrap();
    let visit = &mut |key: &[u8], value: &[u8]| {
        found.push((key.to_vec(), value.to_vec()));
        std::ops::ControlFlow::Continue(())
    };
    snapshot.entries(&[], None, ascending, visit).unwrap();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Parts of any size, added in any order, with buckets of another size, make the same state.
    #[test]
    fn a_state_is_the_same_after_its_journey(
        keys in 0_u32..400,
        part_bytes in 100_usize..8_000,
        (here, there) in (2_u8..9, 2_u8..9),
        turn in any::<usize>(),
    ) {
        let checked = source(keys, Options { bucket_leaves: here, ..Options::default() });
        let copy = copy(&checked, part_bytes);
        let db: Arc<dyn KeyValue> = Arc::new(MemoryStore::new());
        let options = Options { bucket_leaves: there, cache_bytes: 500, ..Options::default() };
        let open = || Import::open(db.clone(), options, Height(2), listed(&copy)).unwrap();
        let mut import = open();
        let count = copy.parts().len();
        for step in 0..count {
            let number = (step + turn % count) % count;
            import.add(number, &entries(&copy, number)).unwrap();
            if step % 5 == 3 {
                // A crash: what is there follows from the database alone.
                let missing = import.missing().clone();
                drop(import);
                import = open();
                prop_assert_eq!(import.missing(), &missing);
            }
        }
        let head = import.finish(&Batch::new()).unwrap();
        prop_assert_eq!(Some(head), checked.state.head().unwrap());
        let state = State::open(db.clone(), options).unwrap();
        prop_assert_eq!(all(&state), all(&checked.state));
        prop_assert!(unfinished_import(&*db).unwrap().is_none());
    }

    /// Any single change of a part is found.
    #[test]
    fn a_part_that_was_tampered_with_is_refused(
        number in any::<prop::sample::Index>(),
        entry in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        flip in 1_u8..=255,
    ) {
        let copy = copy(&source(120, Options::default()), 900);
        let parts = listed(&copy);
        let number = number.index(parts.len());
        let good = entries(&copy, number);
        prop_assume!(!good.is_empty());
        parts.check(number, &good).unwrap();
        let at = entry.index(good.len());
        let tampered = |change: &dyn Fn(&mut Vec<Entry>)| {
            let mut bad = good.clone();
            change(&mut bad);
            parts.check(number, &bad)
        };
        let altered_key = tampered(&|bad| {
            let key = &mut bad[at].0;
            let byte = byte.index(key.len());
            key[byte] ^= flip;
        });
        prop_assert!(altered_key.is_err());
        if !good[at].1.is_empty() {
            let altered_value = tampered(&|bad| {
                let value = &mut bad[at].1;
                let byte = byte.index(value.len());
                value[byte] ^= flip;
            });
            prop_assert_eq!(altered_value, Err(PartError::Hash));
        }
        prop_assert_eq!(tampered(&|bad| bad[at].1.push(0)), Err(PartError::Hash));
        prop_assert_eq!(tampered(&|bad| {
            bad.remove(at);
        }), Err(PartError::Hash));
        prop_assert_eq!(
            tampered(&|bad| bad.insert(at, bad[at].clone())),
            Err(PartError::Order)
        );
        let other = (number + 1) % parts.len();
        prop_assert!(parts.check(other, &good).is_err());
        prop_assert_eq!(parts.check(parts.len(), &good), Err(PartError::Number));
    }

    /// Any change of the list leads to another root, or to no tree at all.
    #[test]
    fn a_list_that_was_tampered_with_is_refused(
        at in any::<prop::sample::Index>(),
        byte in 0_usize..33,
        flip in 1_u8..=255,
    ) {
        let copy = copy(&source(150, Options::default()), 700);
        let good: Vec<_> = copy.parts().iter().collect();
        let root = *copy.parts().root();
        let at = at.index(good.len());
        let tampered = |change: &dyn Fn(&mut Vec<Part>)| {
            let mut bad = good.clone();
            change(&mut bad);
            Parts::new(&bad, &root)
        };
        let flipped = tampered(&|bad| match byte {
            32 => bad[at].depth ^= flip,
            byte => bad[at].hash[byte] ^= flip,
        });
        prop_assert!(flipped.is_err());
        let shorter = tampered(&|bad| {
            bad.remove(at);
        });
        prop_assert!(shorter.is_err());
        prop_assert!(tampered(&|bad| bad.insert(at, bad[at])).is_err());
        let other = (at + 1) % good.len();
        if good[at] != good[other] {
            prop_assert!(tampered(&|bad| bad.swap(at, other)).is_err());
        }
    }

    /// Lists from anywhere are read without a panic, and come to nothing.
    #[test]
    fn a_list_of_noise_is_refused(
        depths in prop::collection::vec(any::<u8>(), 0..600),
        root in any::<[u8; 32]>(),
    ) {
        let noise = |depth: &u8| Part { depth: *depth, hash: [*depth; 32] };
        let list: Vec<_> = depths.iter().map(noise).collect();
        prop_assert!(Parts::new(&list, &root).is_err());
    }
}

#[test]
fn entries_of_other_parts_and_unlawful_ones_are_named() {
    let copy = copy(&source(120, Options::default()), 900);
    let parts = listed(&copy);
    let filled = (0..parts.len()).filter(|number| !entries(&copy, *number).is_empty());
    let filled: Vec<_> = filled.take(2).collect();
    let [first, second] = filled[..] else { panic!("two parts have entries") };
    let (good, other) = (entries(&copy, first), entries(&copy, second));
    let mut more = good.clone();
    more.push(other[0].clone());
    assert_eq!(parts.check(first, &more), Err(PartError::Outside), "a key of another part");
    assert_eq!(parts.check(first, &[(vec![1; 31], vec![])]), Err(PartError::Entry));
    assert_eq!(parts.check(first, &[(vec![1; 32 + 257], vec![])]), Err(PartError::Entry));
    assert_eq!(parts.check(first, &[(vec![1; 32], vec![0; (1 << 20) + 1])]), Err(PartError::Entry));
    if good.len() > 1 {
        let mut swapped = good.clone();
        swapped.swap(0, 1);
        assert_eq!(parts.check(first, &swapped), Err(PartError::Order));
    }
    // A key that belongs into the part by its path, and is not in the state.
    let added = (0_u32..).map(|n| StateKey::new(&ContractId([9; 32]), &n.to_le_bytes()).unwrap());
    let outcome = added.take(4_000).find_map(|key| {
        let mut more = good.clone();
        let at = more
            .partition_point(|(other, _)| StateKey::from_bytes(other).unwrap().path() < key.path());
        more.insert(at, (key.as_bytes().to_vec(), vec![1]));
        parts.check(first, &more).err().filter(|error| *error != PartError::Outside)
    });
    assert_eq!(outcome, Some(PartError::Hash));
}

#[test]
fn a_bad_part_changes_nothing_and_a_good_one_is_welcome_afterwards() {
    let copy = copy(&source(100, Options::default()), 900);
    let db: Arc<dyn KeyValue> = Arc::new(MemoryStore::new());
    let mut import =
        Import::open(db.clone(), Options::default(), Height(2), listed(&copy)).unwrap();
    let number = *import.missing().first().unwrap();
    let mut bad = entries(&copy, number);
    bad[0].1.push(1);
    assert_eq!(import.add(number, &bad), Err(ImportError::Part(PartError::Hash)));
    for number in import.missing().clone() {
        import.add(number, &entries(&copy, number)).unwrap();
    }
    import.finish(&Batch::new()).unwrap();
    State::open(db, Options::default()).unwrap();
}

#[test]
fn what_is_half_fetched_is_no_state() {
    let checked = source(200, Options::default());
    let copy = copy(&checked, 900);
    let directory = tempfile::tempdir().unwrap();
    let open = || -> Arc<dyn KeyValue> {
        let options = RocksOptions { sync: false, ..RocksOptions::default() };
        Arc::new(RocksStore::open(directory.path(), &COLUMNS, options).unwrap())
    };
    let half = copy.parts().len() / 2;
    {
        let mut import =
            Import::open(open(), Options::default(), Height(2), listed(&copy)).unwrap();
        (0..half).for_each(|number| import.add(number, &entries(&copy, number)).unwrap());
    }
    let db = open();
    let target = (Height(2), *copy.parts().root());
    assert_eq!(unfinished_import(&*db).unwrap(), Some(target));
    assert!(matches!(
        State::open(db.clone(), Options::default()).map(drop),
        Err(StateError::Corrupt { .. })
    ));
    // An import of another state does not go on with it.
    let other = Import::open(db.clone(), Options::default(), Height(3), listed(&copy));
    assert!(matches!(other.map(drop), Err(StateError::Corrupt { .. })));
    let mut import =
        Import::open(db.clone(), Options::default(), Height(2), listed(&copy)).unwrap();
    assert!(import.missing().iter().all(|number| *number >= half));
    // Too early, it does not become one.
    let early = Import::open(db.clone(), Options::default(), Height(2), listed(&copy)).unwrap();
    assert!(matches!(early.finish(&Batch::new()), Err(StateError::HeadMismatch { .. })));
    for number in import.missing().clone() {
        import.add(number, &entries(&copy, number)).unwrap();
    }
    import.finish(&Batch::new()).unwrap();
    let state = State::open(db, Options::default()).unwrap();
    assert_eq!(all(&state), all(&checked.state));
}

#[test]
fn an_imported_state_goes_on_and_answers_from_its_height_on() {
    let mut checked = source(100, Options::default());
    let copy = copy(&checked, 900);
    let db: Arc<dyn KeyValue> = Arc::new(MemoryStore::new());
    let options = Options { history: true, ..Options::default() };
    let mut import = Import::open(db.clone(), options, Height(2), listed(&copy)).unwrap();
    for number in import.missing().clone() {
        import.add(number, &entries(&copy, number)).unwrap();
    }
    import.finish(&Batch::new()).unwrap();
    let state = State::open(db, options).unwrap();
    let changes = || vec![put(3, *b"new"), remove(8), put(900, *b"more")];
    checked.commit(changes());
    let changes = weal_types::state::ChangeSet::new(changes());
    let prepared = state.prepare(Height(3), changes).unwrap();
    state.commit(prepared, &mut Batch::new()).unwrap();
    assert_eq!(state.head().unwrap(), checked.state.head().unwrap());
    let key = crate::model::key(3);
    for height in [Height(2), Height(3)] {
        let proven = state.prove(height, std::slice::from_ref(&key)).unwrap();
        assert_eq!(Ok(proven), checked.state.prove(height, std::slice::from_ref(&key)));
        assert_eq!(state.value_at(&key, height), checked.state.value_at(&key, height));
    }
    let (given, oldest, newest) = (Height(1), Height(2), Height(3));
    let refused = StateError::HeightUnavailable { given, oldest, newest };
    assert_eq!(state.prove(given, std::slice::from_ref(&key)), Err(refused.clone()));
    assert_eq!(state.value_at(&key, given), Err(refused));
}

#[test]
fn a_copy_is_there_as_a_whole_or_not_at_all() {
    let checked = source(300, Options::default());
    let snapshot = checked.state.committed_snapshot().unwrap();
    let root = checked.state.head().unwrap().unwrap().root;
    let db: Arc<dyn KeyValue> = Arc::new(MemoryStore::new());
    let about = || (&root, b"about".to_vec());
    let stopped = StateCopy::write(db.clone(), &snapshot, about(), 900, &|| false).unwrap();
    assert!(stopped.is_none());
    let known = |about: &[u8]| (about == b"about").then_some(root);
    assert!(StateCopy::open(db.clone(), &known).unwrap().is_none());
    let whole = StateCopy::write(db.clone(), &snapshot, about(), 900, &|| true).unwrap().unwrap();
    let again = StateCopy::open(db.clone(), &known).unwrap().unwrap();
    assert_eq!(again.parts(), whole.parts());
    assert_eq!(again.about(), b"about");
    assert_eq!(again.entries(whole.parts().len()).unwrap(), None);
    let other = |_: &[u8]| Some([1; 32]);
    assert!(matches!(StateCopy::open(db, &other).map(drop), Err(StateError::Corrupt { .. })));
    // Values that do not come to the root of the tree are not passed on.
    let wrong: Hash = [7; 32];
    let db = Arc::new(MemoryStore::new());
    let refused = StateCopy::write(db, &snapshot, (&wrong, Vec::new()), 900, &|| true);
    assert!(matches!(refused.map(drop), Err(StateError::Corrupt { .. })));
}

/// Keys that somebody ground into one place make parts deeper, and each still has its bound.
#[test]
fn large_values_side_by_side_are_parted() {
    let mut checked = Checked::open(Arc::new(MemoryStore::new()), Options::default());
    let start = crate::model::key(0).path();
    let near = (0_u32..)
        .filter(|n| weal_proof::tree::shared_bits(&crate::model::key(*n).path(), &start) >= 10);
    checked.commit(near.take(6).map(|n| put(n, vec![n as u8; 1_000])).collect());
    let copy = copy(&checked, 1_500);
    let parts = listed(&copy);
    for number in 0..parts.len() {
        let entries = entries(&copy, number);
        assert!(entries.len() <= 1, "two are more than a part holds");
        parts.check(number, &entries).unwrap();
    }
}
