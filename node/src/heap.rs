//! The heap of the system, which is RocksDB's: what is written in Rust has the global allocator.
//!
//! One heap serves all threads: each would have one otherwise, and keep what it needed in its
//! busiest moment. Pieces below [`LARGE_BYTES`] stay in it when they are free, among others that
//! are not, so that the next writes need no new pages; what a flush or a compaction leaves behind
//! is given back to the kernel once in [`EVERY`].

use std::{convert::Infallible, time::Duration};

/// Bytes from which a piece is apart from the heap, and given back to the kernel as soon as it is
/// free. What RocksDB takes for writes comes in pieces of 1 MiB: fetched anew each time, their
/// pages cost 7 % of a donation.
const LARGE_BYTES: libc::c_int = 4 << 20;

/// Between two times that free pages are given back.
const EVERY: Duration = Duration::from_mins(1);

/// Says how the heap is to be used. To be called before there is a second thread.
pub fn set_up() {
    #[cfg(target_env = "gnu")]
    // SAFETY: these set limits of the system's allocator, by values that it takes. No thread runs
    // yet that could allocate meanwhile.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
    }
}

/// Gives free pages back, for as long as it is polled.
pub async fn give_back() -> Infallible {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        // That it did not run can only mean that the program ends.
        let _ = tokio::task::spawn_blocking(trim).await;
    }
}

fn trim() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it may be called at any time, by any thread; it waits for the heap's lock.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(all(test, target_env = "gnu"))]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    /// A piece of the system's heap, written to once.
    struct Piece(*mut libc::c_void);

    impl Piece {
        fn new(bytes: usize) -> Self {
            // SAFETY: what is written is within the piece, which is this one's alone.
            unsafe {
                let piece = libc::malloc(bytes);
                assert!(!piece.is_null());
                libc::memset(piece, 1, bytes);
                Self(piece)
            }
        }
    }

    impl Drop for Piece {
        fn drop(&mut self) {
            // SAFETY: it comes from `malloc`, and is freed once.
            unsafe { libc::free(self.0) }
        }
    }

    /// MiB of this process that are in memory.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"));
        kib.unwrap().trim().parse::<usize>().unwrap() / 1024
    }

    #[test]
    fn free_pages_among_others_are_kept_for_the_next_writes_and_then_given_back() {
        set_up();
        let before = resident();
        let (large, small): (Vec<_>, Vec<_>) =
            (0..64).map(|_| (Piece::new(MIB), Piece::new(64))).unzip();
        assert!(resident() >= before + 60);
        drop(large);
        assert!(resident() >= before + 60, "they are to stay in the heap");
        trim();
        assert!(resident() <= before + 16, "{} MiB, {before} before", resident());
        drop(small);
    }
}
