//! What becomes of the evidence against a validator: all of it is counted, the first of each kind
//! told and kept ([`crate::evidence`]).

use weal_consensus::Evidence;

use super::driver::Driver;
use crate::evidence::{Summary, summary};

impl Driver {
    /// A validator has provably broken the rules.
    pub(super) fn accuse(&mut self, evidence: Evidence) {
        self.metrics.evidence.inc();
        let (judge, validator) = (self.speaker.present().get(), evidence.culprit());
        let summary = summary(&judge.chain, &evidence);
        if !self.evidence.is_news(validator, &summary) {
            return;
        }
        let Summary { kind, epoch, view, height, signed } = summary;
        let [first, second] = signed.map(hex::encode);
        let (epoch, view, height) = (epoch.0, view.0, height.0);
        tracing::warn!(validator, kind, epoch, view, height, first, second, "broke the rules");
        // Whoever contradicts itself in an epoch is one of its validators.
        let Some(culprit) = judge.key(validator) else { return };
        match self.evidence.keep(evidence, culprit, &summary) {
            Ok(Some(path)) => tracing::info!(path = %path.display(), "evidence is kept"),
            Ok(None) => tracing::warn!("no room is left for evidence"),
            Err(error) => tracing::warn!(%error, "evidence cannot be kept"),
        }
    }
}
