//! What a crash may leave, and what no crash leaves.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
    mpsc,
};

use super::{file, *};

fn config(directory: &tempfile::TempDir) -> JournalConfig {
    JournalConfig { directory: directory.path().join("journal"), sync: false }
}

fn accepted(number: u8) -> Record {
    Record::Accepted(vec![number; 40])
}

fn write(directory: &tempfile::TempDir, records: &[Record]) {
    let journal = Opened::open(&config(directory)).unwrap();
    let failed = |error| panic!("{error}");
    let (journal, thread) = journal.start(Box::new(|| Ok(Vec::new())), Box::new(failed)).unwrap();
    for record in records {
        let (told, waiting) = mpsc::channel();
        let done = Box::new(move || told.send(()).unwrap());
        journal.append(vec![record.clone()], done).unwrap();
        waiting.recv().unwrap();
    }
    drop(journal);
    thread.join().unwrap();
}

fn records(directory: &tempfile::TempDir) -> Result<Vec<Record>, JournalError> {
    Opened::open(&config(directory)).map(|opened| opened.records)
}

#[test]
fn what_was_durable_is_read_again_and_more_can_follow() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(records(&directory).unwrap(), []);
    write(&directory, &[accepted(1), accepted(2)]);
    assert_eq!(records(&directory).unwrap(), [accepted(1), accepted(2)]);
    write(&directory, &[accepted(3)]);
    assert_eq!(records(&directory).unwrap(), [accepted(1), accepted(2), accepted(3)]);
}

#[test]
fn a_cut_at_any_byte_loses_the_last_batch_alone() {
    let directory = tempfile::tempdir().unwrap();
    write(&directory, &[accepted(1), accepted(2)]);
    let path = config(&directory).directory.join("journal");
    let whole = std::fs::read(&path).unwrap();
    let first = 16 + file::batch(0, &vec![accepted(1)]).len();
    assert_eq!(whole.len(), first + file::batch(1, &vec![accepted(2)]).len());
    for length in first..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(records(&directory).unwrap(), [accepted(1)], "cut at {length}");
        // The rest is cut off, so that what follows is readable.
        write(&directory, &[accepted(9)]);
        assert_eq!(records(&directory).unwrap(), [accepted(1), accepted(9)]);
    }
}

#[test]
fn damage_before_the_last_batch_is_refused_wherever_it_lies() {
    let directory = tempfile::tempdir().unwrap();
    write(&directory, &[accepted(1), accepted(2), accepted(3)]);
    let path = config(&directory).directory.join("journal");
    let whole = std::fs::read(&path).unwrap();
    let last = whole.len() - file::batch(2, &vec![accepted(3)]).len();
    for at in 0..last {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x40;
        std::fs::write(&path, &damaged).unwrap();
        assert!(records(&directory).is_err(), "byte {at}");
    }
    for at in last..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x40;
        std::fs::write(&path, &damaged).unwrap();
        assert_eq!(records(&directory).unwrap(), [accepted(1), accepted(2)], "byte {at}");
    }
}

#[test]
fn a_file_that_has_grown_begins_anew_with_what_is_needed() {
    let directory = tempfile::tempdir().unwrap();
    let needed = Arc::new(Mutex::new(vec![accepted(7)]));
    let asked = Arc::new(AtomicUsize::new(0));
    let still_needed = {
        let (needed, asked) = (Arc::clone(&needed), Arc::clone(&asked));
        move || {
            asked.fetch_add(1, Ordering::Relaxed);
            Ok(needed.lock().unwrap().clone())
        }
    };
    let journal = Opened::open(&config(&directory)).unwrap();
    let failed = |error| panic!("{error}");
    let (journal, thread) = journal.start(Box::new(still_needed), Box::new(failed)).unwrap();
    let (told, waiting) = mpsc::channel();
    let large = ROTATE_BYTES as usize / 16;
    for _ in 0..20 {
        let told = told.clone();
        let record = Record::Accepted(vec![1; large]);
        journal.append(vec![record], Box::new(move || told.send(()).unwrap())).unwrap();
        waiting.recv().unwrap();
    }
    drop(journal);
    thread.join().unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let records = records(&directory).unwrap();
    assert_eq!(records[0], accepted(7));
    assert!(records.len() < 8, "{}", records.len());
}

/// What must be kept may be more than a file is long otherwise: then it begins anew once as much
/// was added, and not with each batch.
#[test]
fn what_must_be_kept_is_not_copied_with_each_batch() {
    let directory = tempfile::tempdir().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let still_needed = {
        let asked = Arc::clone(&asked);
        move || {
            asked.fetch_add(1, Ordering::Relaxed);
            Ok(vec![Record::Accepted(vec![7; ROTATE_BYTES as usize])])
        }
    };
    let journal = Opened::open(&config(&directory)).unwrap();
    let failed = |error| panic!("{error}");
    let (journal, thread) = journal.start(Box::new(still_needed), Box::new(failed)).unwrap();
    let (told, waiting) = mpsc::channel();
    let sizes = [ROTATE_BYTES as usize, 1, 1, 1];
    for size in sizes {
        let (told, record) = (told.clone(), Record::Accepted(vec![1; size]));
        journal.append(vec![record], Box::new(move || told.send(()).unwrap())).unwrap();
        waiting.recv().unwrap();
    }
    drop(journal);
    thread.join().unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 1, "only the first batch filled the file");
}

/// A crash while the file was made leaves a part of its head, or its length alone.
#[test]
fn a_head_that_is_not_whole_is_a_new_file() {
    let directory = tempfile::tempdir().unwrap();
    write(&directory, &[]);
    let path = config(&directory).directory.join("journal");
    let head = std::fs::read(&path).unwrap();
    assert_eq!(head.len(), 16);
    for length in 0..=head.len() {
        for left in [head[..length].to_vec(), vec![0; length]] {
            std::fs::write(&path, &left).unwrap();
            assert_eq!(records(&directory).unwrap(), [], "{left:?}");
            assert_eq!(std::fs::read(&path).unwrap(), head, "{left:?}");
            write(&directory, &[accepted(1)]);
            assert_eq!(records(&directory).unwrap(), [accepted(1)], "{left:?}");
        }
    }
    for other in [&b"weal-journey"[..], b"weal-journal\x09", b"\0weal", &[0; 17]] {
        std::fs::write(&path, other).unwrap();
        assert!(records(&directory).is_err(), "{other:?}");
    }
}

#[test]
fn the_old_file_stays_where_it_cannot_begin_anew() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Opened::open(&config(&directory)).unwrap();
    let refuse = || {
        let reason = "no space".into();
        Err(weal_state::StoreError::Failed { operation: "flush", reason }.into())
    };
    let (told, failure) = mpsc::channel();
    let failed = move |error: JournalError| told.send(error.to_string()).unwrap();
    let (journal, thread) = journal.start(Box::new(refuse), Box::new(failed)).unwrap();
    let large = Record::Accepted(vec![1; ROTATE_BYTES as usize / 4]);
    let append = || journal.append(vec![large.clone()], Box::new(|| ())).err();
    let refused = (0..100).find_map(|_| append()).expect("it stops");
    // Whoever comes too late learns why, too.
    assert!(refused.to_string().contains("no space"), "{refused}");
    drop(journal);
    thread.join().unwrap();
    assert!(failure.recv().unwrap().contains("no space"));
    // All that reached the disk before is still there.
    assert!(records(&directory).unwrap().len() >= 4);
}

#[test]
fn a_thread_that_panics_is_told_as_a_failure_of_the_disk_is() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Opened::open(&config(&directory)).unwrap();
    let (told, failure) = mpsc::channel();
    let failed = move |error: JournalError| told.send(error.to_string()).unwrap();
    let (journal, thread) = journal.start(Box::new(|| Ok(Vec::new())), Box::new(failed)).unwrap();
    journal.append(vec![accepted(1)], Box::new(|| panic!("a bug"))).unwrap();
    assert_eq!(failure.recv().unwrap(), "its thread `journal` panicked");
    thread.join().unwrap();
    let refused = journal.append(vec![accepted(2)], Box::new(|| ())).unwrap_err();
    assert_eq!(refused.to_string(), "its thread `journal` panicked");
}
