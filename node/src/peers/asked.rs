//! Whom this node has asked for blocks. To check blocks costs a signature for each transaction and
//! each vote, so those that nobody asked for are not looked at.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use weal_types::PublicKey;

/// See the module; clones share it. Only peers are asked, so there are no more than those.
#[derive(Clone, Debug, Default)]
pub struct Asked(Arc<Mutex<BTreeSet<PublicKey>>>);

impl Asked {
    fn waiting(&self) -> MutexGuard<'_, BTreeSet<PublicKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A question was sent. One answer is let in, however late: whoever asks somebody else
    /// meanwhile takes what comes first.
    pub fn ask(&self, whom: PublicKey) {
        self.waiting().insert(whom);
    }

    /// An answer has come. Whether there was a question.
    pub fn answered(&self, by: &PublicKey) -> bool {
        self.waiting().remove(by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_lets_one_answer_in() {
        let (one, other) = (PublicKey([1; 32]), PublicKey([2; 32]));
        let asked = Asked::default();
        assert!(!asked.answered(&one));
        asked.ask(one);
        asked.ask(one);
        assert!(!asked.answered(&other));
        assert!(asked.answered(&one));
        assert!(!asked.answered(&one), "asked twice before it answered once");
    }
}
