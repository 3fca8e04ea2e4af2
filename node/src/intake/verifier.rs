//! The thread that verifies: what it takes next, and whom it does not listen to.

use cpu_time::ThreadTime;
use tokio::sync::mpsc;

use super::{BATCH, IntakeParts, Places, Pushed, Request, line::Line};
use crate::{clock::monotonic, metrics::Stage};

/// See the module.
pub(super) struct Verifier {
    pub parts: IntakeParts,
    pub places: Places,
}

impl Verifier {
    /// Works until it is closed.
    pub fn run(self, mut waiting: mpsc::UnboundedReceiver<Option<Request>>) {
        let (mut line, mut is_open) = (Line::default(), true);
        while is_open {
            // Nothing is awaited while somebody stands in line.
            let mut next = match line.is_empty() {
                true => waiting.blocking_recv(),
                false => waiting.try_recv().ok(),
            };
            while let Some(Some(request)) = next {
                line.join(request);
                next = waiting.try_recv().ok();
            }
            // It was closed, or nobody is left who could send anything.
            let is_over = matches!(next, Some(None)) || line.is_empty() && next.is_none();
            is_open = !is_over;
            let begun = ThreadTime::now();
            let (submitted, pushed) = line.next(BATCH);
            if !submitted.is_empty() {
                self.parts.submitted(submitted);
            }
            if !pushed.is_empty() {
                self.pushed(pushed);
            }
            self.parts.metrics.add(Stage::Verify, begun.elapsed());
        }
    }

    /// What waits elsewhere waits here as well, so that whoever leads can order it. What cannot be
    /// taken in is not needed: whoever has it offers it again. What does not hold was never taken
    /// in by whoever pushed it, who checks it too: for a while nothing is taken from there.
    fn pushed(&self, mut requests: Vec<Pushed>) {
        let now = monotonic();
        requests.retain(|pushed| !pushed.place.is_shunned(now));
        for (from, reason) in self.parts.pushed(&requests) {
            self.places.shun(from, now);
            self.parts.strikes.strike(from, &reason);
        }
    }
}
