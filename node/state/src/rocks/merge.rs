//! Merging small files of columns whose keys only come on top.
//!
//! RocksDB merges files whose keys overlap. Where each new key is above all others, no two files
//! do, so the file of each flush, of a MiB or so, would stay as it is for ever, and have an open
//! descriptor, an index and a filter of its own.

use rocksdb::{BottommostLevelCompaction, CompactOptions, LiveFile};

use super::{RocksStore, failed, family};
use crate::kv::{Column, StoreError};

/// Fewer files are not worth it.
const FILES: usize = 4;

/// Bytes that a file has, or that files have together, which are left as they are: what RocksDB
/// makes of one merge.
const BYTES: usize = 64 << 20;

impl RocksStore {
    /// Merges files of these columns that lie side by side: from the newest backwards each that is
    /// no larger than all newer ones of the merge together, so that each byte is written again
    /// some three times until its file has 64 MiB. Returns when that is done, or when `goes_on`,
    /// which is asked before each merge, says no.
    pub fn merge_small_files(
        &self,
        columns: &[Column],
        goes_on: &dyn Fn() -> bool,
    ) -> Result<(), StoreError> {
        let mut files = self.db.live_files().map_err(failed("list its files"))?;
        // Level 0 is what RocksDB has not moved down yet.
        files.retain(|file| file.level > 0);
        files.sort_by(|a, b| a.start_key.cmp(&b.start_key));
        let mut options = CompactOptions::default();
        options.set_exclusive_manual_compaction(false);
        options.set_bottommost_level_compaction(BottommostLevelCompaction::ForceOptimized);
        for column in columns {
            let family = family(&self.db, *column)?;
            let own = files.iter().filter(|file| file.column_family_name == column.name);
            for run in runs(&own.collect::<Vec<_>>()) {
                if !goes_on() {
                    return Ok(());
                }
                let (first, last) = (run.first(), run.last());
                let from = first.and_then(|file| file.start_key.as_deref());
                let to = last.and_then(|file| file.end_key.as_deref());
                self.db.compact_range_cf_opt(family, from, to, &options);
                // The binding does not say whether that failed.
                self.wait_for_files()?;
            }
        }
        Ok(())
    }
}

/// What is to be merged of files in the order of their keys.
fn runs<'a, 'b>(files: &'a [&'b LiveFile]) -> Vec<&'a [&'b LiveFile]> {
    let mut runs = Vec::new();
    let mut end = files.len();
    while end > 0 {
        let mut bytes = 0;
        let joins = |file: &&&LiveFile| {
            let does = file.size < BYTES && bytes < BYTES && (bytes == 0 || file.size <= bytes);
            bytes += file.size;
            does
        };
        let count = files[..end].iter().rev().take_while(joins).count();
        if count >= FILES {
            runs.push(&files[end - count..end]);
            end -= count;
        } else {
            end -= 1;
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(mib: &[usize]) -> Vec<Vec<usize>> {
        let file = |mib: &usize| LiveFile {
            column_family_name: String::new(),
            name: String::new(),
            size: mib << 20,
            level: 6,
            start_key: None,
            end_key: None,
            num_entries: 0,
            num_deletions: 0,
        };
        let files: Vec<_> = mib.iter().map(file).collect();
        let files: Vec<_> = files.iter().collect();
        runs(&files).iter().map(|run| run.iter().map(|file| file.size >> 20).collect()).collect()
    }

    #[test]
    fn what_is_no_larger_than_all_newer_files_joins_them() {
        assert_eq!(merged(&[]), [[0; 0]; 0]);
        assert_eq!(merged(&[1, 1, 1]), [[0; 0]; 0]);
        assert_eq!(merged(&[1, 1, 1, 1]), [[1; 4]]);
        assert_eq!(merged(&[4, 1, 1, 1]), [[0; 0]; 0]);
        assert_eq!(merged(&[5, 1, 1, 1, 1]), [[1; 4]]);
        assert_eq!(merged(&[8, 4, 1, 1, 1, 1]), [[8, 4, 1, 1, 1, 1]]);
        // One that is tiny waits for the next.
        assert_eq!(merged(&[2, 2, 2, 2, 1]), [[2; 4]]);
    }

    #[test]
    fn large_files_stay_and_so_does_what_comes_to_one() {
        assert_eq!(merged(&[64, 64, 64, 64]), [[0; 0]; 0]);
        assert_eq!(merged(&[70, 1, 1, 1, 1, 64]), [[1; 4]]);
        let many = merged(&[4; 40]);
        assert_eq!(many, [vec![4; 16], vec![4; 16], vec![4; 8]]);
    }
}
