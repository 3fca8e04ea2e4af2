//! Merges small files of the database now and then, on a thread of its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::JoinHandle,
};

use weal_state::RocksStore;
use weal_types::Height;

use crate::{ledger, threads};

/// Heights between two looks; a busy chain has that many in twenty seconds.
const EVERY: u64 = 256;

/// The thread, which ends with this.
pub struct Merger {
    looks: Option<mpsc::SyncSender<()>>,
    stops: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Merger {
    /// Starts it.
    pub fn start(store: Arc<RocksStore>) -> std::io::Result<Self> {
        let (looks, waiting) = mpsc::sync_channel(1);
        let stops = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stops);
        let run = move || {
            let goes_on = || !stopped.load(Ordering::Acquire);
            while waiting.recv().is_ok() {
                if let Err(error) = store.merge_small_files(&ledger::BY_HEIGHT, &goes_on) {
                    tracing::error!(%error, "small files of the database cannot be merged");
                }
            }
        };
        // Without it a node has more files than need be, and no less.
        let thread = threads::spawn("merger", run, drop)?;
        Ok(Self { looks: Some(looks), stops, thread: Some(thread) })
    }

    /// A block is in the database.
    pub fn committed(&self, height: Height) {
        if let Some(looks) = &self.looks
            && height.0.is_multiple_of(EVERY)
        {
            // One that still merges looks again afterwards.
            let _ = looks.try_send(());
        }
    }
}

impl Drop for Merger {
    /// Waits for a merge that goes on, of 128 MiB at most, since the database can be opened again
    /// only after it.
    fn drop(&mut self) {
        self.stops.store(true, Ordering::Release);
        self.looks = None;
        if let Some(thread) = self.thread.take() {
            threads::wait_for(thread);
        }
    }
}
