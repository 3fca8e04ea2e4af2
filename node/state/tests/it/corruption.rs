//! Changed bytes on disk are noticed, and never a reason to panic.

use std::{ops::ControlFlow, sync::Arc};

use weal_proof::ProofError;
use weal_state::{
    Batch, COLUMNS, Column, KeyValue, MemoryStore, Options, Proven, State, StateError,
};
use weal_types::{Height, state::Direction};

use crate::model::{Checked, key, put, remove, root};

fn column(name: &str) -> Column {
    *COLUMNS.iter().find(|column| column.name == name).unwrap()
}

fn records(db: &MemoryStore, column: Column) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut records = Vec::new();
    db.view()
        .unwrap()
        .scan(column, &[], None, Direction::Ascending, &mut |key, value| {
            records.push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap();
    records
}

/// Copies of `db` with one record of `column` changed: bits flipped, cut short, made longer, gone.
fn damaged(db: &MemoryStore, column: Column, visit: &mut dyn FnMut(&str, MemoryStore)) {
    let mut copy = Batch::new();
    for column in COLUMNS {
        records(db, column).iter().for_each(|(key, value)| copy.put(column, key, value));
    }
    let mut change = |what: &str, key: &[u8], value: Option<&[u8]>| {
        let damaged = MemoryStore::new();
        let mut batch = copy.clone();
        match value {
            Some(value) => batch.put(column, key, value),
            None => batch.delete(column, key),
        }
        damaged.write(&batch).unwrap();
        visit(&format!("{what} at {key:02x?}"), damaged);
    };
    for (key, value) in records(db, column) {
        // Every bit of a short record, a sample of a long one.
        for bit in (0..value.len() * 8).step_by(1 + value.len() / 60) {
            let mut flipped = value.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            change(&format!("bit {bit}"), &key, Some(&flipped));
        }
        for length in (0..value.len()).step_by(1 + value.len() / 30) {
            change(&format!("length {length}"), &key, Some(&value[..length]));
        }
        change("longer", &key, Some(&[&value[..], &[0]].concat()));
        change("gone", &key, None);
    }
}

fn filled(options: Options) -> (MemoryStore, Checked) {
    let db = MemoryStore::new();
    let mut checked = Checked::open(Arc::new(db.clone()), options);
    checked.commit((0..40).map(|n| put(n, vec![n as u8; n as usize % 9])).collect());
    checked.commit((20..60).map(|n| put(n, "changed")).chain((0..9).map(remove)).collect());
    checked.commit((15..25).map(remove).collect());
    (db, checked)
}

#[test]
fn a_damaged_bucket_is_refused_at_the_start() {
    let (db, checked) = filled(Options::default());
    damaged(&db, column("tree"), &mut |what, db| {
        let error = State::open(Arc::new(db), checked.options).map(drop).unwrap_err();
        let is_typed =
            matches!(error, StateError::Corrupt { .. } | StateError::HeadMismatch { .. });
        assert!(is_typed, "{what}: {error:?}");
    });
    // Another bucket below, above or beside one, and keys that are no region.
    let (first, value) = records(&db, column("tree"))[0].clone();
    let deeper = [&first[..first.len() - 1], &[0, first[first.len() - 1] + 8]].concat();
    for key in [vec![], vec![0], vec![0xff, 3], vec![0, 0, 3], deeper, vec![1; 40]] {
        let mut batch = Batch::new();
        batch.put(column("tree"), &key, &value);
        let copy = filled(Options::default()).0;
        copy.write(&batch).unwrap();
        let error = State::open(Arc::new(copy), checked.options).map(drop).unwrap_err();
        assert!(matches!(error, StateError::Corrupt { .. }), "{key:?}: {error:?}");
    }
}

#[test]
fn damaged_records_about_the_state_are_refused_at_the_start() {
    let (db, checked) = filled(Options { history: true, ..Options::default() });
    damaged(&db, column("meta"), &mut |what, db| {
        let changed_history = records(&db, column("meta"))
            .iter()
            .all(|(key, value)| key != b"history" || value.len() != 24);
        match State::open(Arc::new(db), checked.options).map(drop) {
            Err(
                StateError::Corrupt { .. }
                | StateError::Format { .. }
                | StateError::HeadMismatch { .. }
                | StateError::Store(_),
            ) => {}
            // A changed height or reach is only a number; the bucket size is not needed to read.
            Ok(()) => assert!(what.starts_with("bit") || what.starts_with("gone"), "{what}"),
            Err(error) => panic!("{what}: {error:?} {changed_history}"),
        }
    });
}

#[test]
fn an_unknown_format_is_named() {
    let (db, checked) = filled(Options::default());
    let mut batch = Batch::new();
    batch.put(column("meta"), b"format", &[2, 0, 0, 0, 4]);
    db.write(&batch).unwrap();
    let error = State::open(Arc::new(db), checked.options).map(drop).unwrap_err();
    assert_eq!(error, StateError::Format { found: 2, supported: 1 });
    assert_eq!(error.to_string(), "the state has format 2, this program reads format 1");
}

#[test]
fn a_wrong_root_says_which() {
    let (db, checked) = filled(Options::default());
    let head = checked.state.head().unwrap().unwrap();
    let (bucket, _) = records(&db, column("tree"))[3].clone();
    let mut batch = Batch::new();
    batch.delete(column("tree"), &bucket);
    db.write(&batch).unwrap();
    match State::open(Arc::new(db), checked.options).map(drop).unwrap_err() {
        StateError::HeadMismatch { height, root, head_keys, keys, .. } => {
            assert_eq!((height, root, head_keys), (head.height, head.root, head.keys));
            assert!(keys < head_keys);
        }
        StateError::Corrupt { reason, .. } => assert_eq!(reason, "buckets that should be one"),
        other => panic!("{other:?}"),
    }
}

/// A damaged undo record gives an error. It must not give a proof that fails, nor a wrong value.
#[test]
fn a_damaged_undo_record_proves_nothing() {
    let (db, checked) = filled(Options::default());
    let asked: Vec<_> = (0..60).map(key).collect();
    damaged(&db, column("undo"), &mut |what, db| {
        let state = State::open(Arc::new(db), checked.options).unwrap();
        for height in 0..2 {
            let map = &checked.heights[height];
            match state.prove(Height(height as u64), &asked) {
                Ok(Proven { values, proof }) => {
                    let claims: Vec<_> =
                        asked.iter().cloned().zip(values.iter().map(Option::as_deref)).collect();
                    let verdict: Result<(), ProofError> = proof.verify(&root(map), &claims);
                    assert_eq!(verdict, Ok(()), "{what}, height {height}");
                }
                Err(error) => assert!(matches!(error, StateError::Corrupt { .. }), "{error:?}"),
            }
            for key in &asked {
                let _ = state.value_at(key, Height(height as u64));
            }
        }
    });
}

/// A bucket that is damaged after the start is noticed when it is read.
#[test]
fn a_bucket_damaged_later_is_noticed() {
    let (db, _) = filled(Options::default());
    let options = Options { cache_bytes: 0, ..Options::default() };
    let state = State::open(Arc::new(db.clone()), options).unwrap();
    let mut batch = Batch::new();
    for (key, mut value) in records(&db, column("tree")) {
        value[40] ^= 1;
        batch.put(column("tree"), &key, &value);
    }
    db.write(&batch).unwrap();
    let error = state.prove(Height(2), &[key(30)]).unwrap_err();
    assert!(matches!(error, StateError::Corrupt { .. }), "{error:?}");
    let changes = weal_types::state::ChangeSet::new(vec![put(30, "x")]);
    let error = state.prepare(Height(3), changes).unwrap_err();
    assert!(matches!(error, StateError::Corrupt { .. }), "{error:?}");
}

/// A value that no longer fits the tree is not handed out with a proof.
#[test]
fn a_damaged_value_is_not_proven() {
    let (db, checked) = filled(Options::default());
    let mut batch = Batch::new();
    batch.put(column("state"), key(30).as_bytes(), b"forged");
    db.write(&batch).unwrap();
    let error = checked.state.prove(Height(2), &[key(30)]).unwrap_err();
    assert!(matches!(error, StateError::Corrupt { .. }), "{error:?}");
}
