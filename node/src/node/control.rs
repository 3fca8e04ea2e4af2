//! Stopping a node, and what a devnet changes while it runs.

use std::sync::{Arc, MutexGuard, PoisonError, atomic::Ordering};

use weal_types::PublicKey;

use super::{
    Before, Core, Node, Running, StartError, chain_directory, core_config, current_number,
    report_to, set_current,
};

impl Node {
    fn running(&self) -> MutexGuard<'_, Running> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the node. What was acknowledged is on disk.
    pub fn stop(&self) {
        let _running = self.running();
        self.core().stop();
    }

    /// Builds a block now, even an empty one, if this validator is the one to build blocks.
    pub fn make_due(&self) {
        self.core().make_due();
    }

    /// How blocks are paced: whether only when asked for, and at which distance in milliseconds.
    pub fn pace(&self) -> (bool, u64) {
        let running = self.running();
        (running.manual, running.pace_ms)
    }

    /// Changes how blocks are paced.
    pub fn set_pace(&self, manual: bool, pace_ms: u64) {
        let mut running = self.running();
        (running.manual, running.pace_ms) = (manual, pace_ms);
        self.core().set_pace(manual, pace_ms);
    }

    /// Whether a devnet has stopped this validator.
    pub fn is_paused(&self) -> bool {
        self.0.is_paused.load(Ordering::Acquire)
    }

    /// Stops the validator as the end of its process would: it says and hears nothing, and has what
    /// is on disk when it goes on. What it knew until then can still be read.
    pub(crate) fn pause(&self) {
        let _running = self.running();
        self.0.is_paused.store(true, Ordering::Release);
        self.core().stop();
    }

    /// Lets a paused validator go on, from what is on disk.
    pub(crate) fn resume(&self) -> Result<(), StartError> {
        let running = self.running();
        if !self.is_paused() {
            return Ok(());
        }
        let number = current_number(&self.0.config.data)?;
        let store = Some(Arc::clone(&self.core().store));
        self.open(&running, number, Before { finality: None, store })
    }

    /// Runs the chain that stands in another directory of the data directory from now on.
    pub(crate) fn switch_to(&self, number: u64) -> Result<(), StartError> {
        let running = self.running();
        self.core().stop();
        self.open(&running, number, Before::default())?;
        set_current(&self.0.config.data, number)
    }

    /// Cuts the validator off from these others, and from nobody else.
    pub(crate) fn cut(&self, others: Vec<PublicKey>) {
        let mut running = self.running();
        if let Some(network) = self.network() {
            network.cut(&others);
        }
        running.cut = others;
    }

    /// Runs a chain in the place of one that has stopped.
    fn open(&self, running: &Running, number: u64, before: Before) -> Result<(), StartError> {
        let directory = self.0.config.data.join(chain_directory(number));
        let before = Before { finality: Some(Arc::clone(&self.0.finality)), ..before };
        let config = core_config(&self.0.config, running, directory);
        let report = report_to(&self.0.failure, &self.0.config.data);
        let (core, _) = Core::open(&config, self.0.parts.clone(), before, report)?;
        *self.0.core.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(core);
        self.0.is_paused.store(false, Ordering::Release);
        Ok(())
    }
}
