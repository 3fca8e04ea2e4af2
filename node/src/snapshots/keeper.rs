//! Copies the state now and then, on a thread of its own.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::JoinHandle,
};

use parity_scale_codec::Encode;
use weal_state::{
    COPY_COLUMNS, COPY_OPTIONS, RocksStore, State, StateCopy, StateError, StateSnapshot,
};
use weal_types::{block::FinalHeader, certificate::Certificate};

use super::{Kept, Shelf, SnapshotSettings};
use crate::{metrics::Metrics, threads};

/// A state to copy, and what proves it.
type ToCopy = (StateSnapshot, FinalHeader, Certificate);

/// Is told of every final block, and hands on the states that are to be kept.
pub struct Keeper {
    states: mpsc::SyncSender<ToCopy>,
    every: u64,
    /// Whether the next block with a certificate is to be kept.
    is_due: AtomicBool,
}

/// The thread that copies.
pub struct KeeperThread {
    work: Arc<Work>,
    thread: JoinHandle<()>,
}

/// What the thread is at.
#[derive(Default)]
struct Work {
    is_over: AtomicBool,
    /// Where the present copy is written.
    store: Mutex<Option<Arc<RocksStore>>>,
}

impl Work {
    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Acquire)
    }

    fn set_store(&self, store: Option<Arc<RocksStore>>) {
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = store;
    }
}

impl KeeperThread {
    /// Tells the thread to leave off, in the middle of a copy if need be.
    pub fn leave_off(&self) {
        self.work.is_over.store(true, Ordering::Release);
        // A write may wait for a long merge of what is copied, or for room on the disk.
        if let Some(store) = &*self.work.store.lock().unwrap_or_else(PoisonError::into_inner) {
            store.give_up();
        }
    }

    /// Waits for the thread, which was told to leave off. Its [`Keeper`] is gone.
    pub fn end(self) {
        threads::wait_for(self.thread);
    }
}

impl Keeper {
    /// Starts the thread, which writes into `directory`.
    pub fn start(
        directory: PathBuf,
        settings: &SnapshotSettings,
        shelf: Shelf,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<(Self, KeeperThread)> {
        // One is copied; the next may wait if that takes long, and no more.
        let (states, waiting) = mpsc::sync_channel::<ToCopy>(1);
        let work = Arc::new(Work::default());
        let (part_bytes, own) = (settings.part_bytes, Arc::clone(&work));
        let count = move |shelf: &Shelf| {
            let height = shelf.newest().map_or(0, |kept| kept.header.height.0);
            // A database that fails to tell will be heard of when it is used.
            if let Ok(bytes) = shelf.memory() {
                metrics.set_memory_of_copies(bytes);
            }
            metrics.snapshot_height.set(i64::try_from(height).unwrap_or(i64::MAX));
        };
        let run = move || {
            count(&shelf);
            while own.goes_on()
                && let Ok((snapshot, header, certificate)) = waiting.recv()
            {
                let path = directory.join(header.height.to_string());
                let height = header.height.0;
                let about = (header, certificate);
                let copied = copy(&path, &snapshot, about, part_bytes, &own);
                own.set_store(None);
                match copied {
                    Ok(Some(kept)) => {
                        let parts = kept.copy().parts().len();
                        tracing::info!(height, parts, "keeps the state for other nodes");
                        shelf.add(kept);
                        count(&shelf);
                    }
                    Ok(None) => return,
                    // It was given up.
                    Err(_) if !own.goes_on() => return,
                    Err(error) => {
                        tracing::error!(height, %error, "the state cannot be kept for other nodes");
                        crate::node::remove(&path);
                    }
                }
            }
        };
        // Without it others find older copies here, or none.
        let thread = threads::spawn("keeper", run, drop)?;
        let keeper = Self { states, every: settings.every, is_due: AtomicBool::new(false) };
        Ok((keeper, KeeperThread { work, thread }))
    }

    /// A block is in the database, and none after it. At each so many heights its state is kept, or
    /// that of the next block with a certificate of its own.
    pub fn committed(
        &self,
        state: &State,
        header: &FinalHeader,
        certificate: Option<&Certificate>,
    ) -> Result<(), StateError> {
        if header.height.0.is_multiple_of(self.every) {
            self.is_due.store(true, Ordering::Relaxed);
        }
        let Some(certificate) = certificate else { return Ok(()) };
        if !self.is_due.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let snapshot = state.committed_snapshot()?;
        // Where two are being copied already, this one is left out.
        let _ = self.states.try_send((snapshot, header.clone(), certificate.clone()));
        Ok(())
    }
}

/// `None` if it was told to stop; the next start removes what is there then.
fn copy(
    path: &Path,
    snapshot: &StateSnapshot,
    about: (FinalHeader, Certificate),
    part_bytes: usize,
    work: &Work,
) -> Result<Option<Kept>, StateError> {
    if path.exists() {
        crate::node::remove(path);
    }
    let store = Arc::new(RocksStore::open(path, &COPY_COLUMNS, COPY_OPTIONS)?);
    work.set_store(Some(Arc::clone(&store)));
    let (root, said) = (about.0.state_root, about.encode());
    let goes_on = || work.goes_on();
    let write = StateCopy::write(store.clone(), snapshot, (&root, said), part_bytes, &goes_on);
    let Some(copy) = write? else { return Ok(None) };
    store.write_out(&COPY_COLUMNS)?;
    Ok(Some(Kept::new(about, (copy, store), path.to_owned())))
}
