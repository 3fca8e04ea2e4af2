//! What messages of other validators are judged by, shared between the engine, which changes it
//! with the epoch, and the door.

use std::sync::{Arc, PoisonError, RwLock};

use schnorrkel::{Signature, context::SigningContext};
use weal_consensus::{Check, Mark, Replica, Rules, Signatures};
use weal_types::{
    ChainId, PublicKey, View,
    certificate::{VOTE_SIGNING_CONTEXT, ValidatorSet},
};

/// The validators of an epoch, and where it began.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The chain.
    pub chain: ChainId,
    /// The validators.
    pub validators: ValidatorSet,
    /// Where their epoch began.
    pub start: Mark,
    /// This node's position among them, if it has one.
    pub me: Option<u8>,
}

impl Judge {
    /// What a replica judges by at present.
    pub fn of(replica: &Replica) -> Self {
        let rules = replica.rules();
        Self {
            chain: *rules.chain,
            validators: rules.validators.clone(),
            start: rules.start,
            me: replica.reign().1,
        }
    }

    /// As the replica's own crate wants it.
    pub fn rules(&self) -> Rules<'_> {
        Rules {
            chain: &self.chain,
            validators: &self.validators,
            start: self.start,
            me: self.me.unwrap_or(u8::MAX),
        }
    }

    /// The position of a validator.
    pub fn position(&self, key: &PublicKey) -> Option<u8> {
        let found = self.validators.validators.iter().position(|known| known.key == *key)?;
        u8::try_from(found).ok()
    }

    /// The validator after this one, which leads when this one's view is over.
    pub fn after_me(&self) -> Option<PublicKey> {
        let next = usize::from(self.me?) + 1;
        let validators = &self.validators.validators;
        validators.get(next).or(validators.first()).map(|validator| validator.key)
    }

    /// Who leads a view.
    pub fn leader(&self, view: View) -> u8 {
        weal_consensus::leader(&self.validators, view)
    }

    /// The validator at a position.
    pub fn key(&self, position: u8) -> Option<PublicKey> {
        Some(self.validators.validators.get(usize::from(position))?.key)
    }
}

/// The judge of the present epoch; clones share it.
#[derive(Clone)]
pub struct Present(Arc<RwLock<Arc<Judge>>>);

impl Present {
    /// Begins with one.
    pub fn new(judge: Judge) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(judge))))
    }

    /// The present one.
    pub fn get(&self) -> Arc<Judge> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another epoch begins.
    pub fn set(&self, judge: Judge) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(judge);
    }
}

/// The signatures of validators: sr25519 under their own context.
pub struct Sr25519;

impl Signatures for Sr25519 {
    /// A batch costs half of what its signatures cost singly, and takes randomness from the
    /// operating system.
    fn hold(&self, checks: &[Check]) -> bool {
        let context = SigningContext::new(VOTE_SIGNING_CONTEXT);
        let mut transcripts = Vec::with_capacity(checks.len());
        let mut signatures = Vec::with_capacity(checks.len());
        let mut keys = Vec::with_capacity(checks.len());
        for check in checks {
            let key = schnorrkel::PublicKey::from_bytes(&check.key.0);
            let (Ok(key), Ok(read)) = (key, Signature::from_bytes(&check.signature)) else {
                return false;
            };
            transcripts.push(context.bytes(&check.message));
            signatures.push(read);
            keys.push(key);
        }
        match (&signatures[..], &keys[..], checks) {
            ([signature], [key], [check]) => {
                key.verify_simple(VOTE_SIGNING_CONTEXT, &check.message, signature).is_ok()
            }
            // The lengths are equal, which is the one thing that `verify_batch` panics about.
            _ => schnorrkel::verify_batch(transcripts, &signatures, &keys, false).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validator_key::ValidatorKey;

    #[test]
    fn signatures_hold_singly_and_together_and_one_bad_one_spoils_all() {
        let checks: Vec<Check> = (1..6_u8)
            .map(|seed| {
                let key = ValidatorKey::from_seed([seed; 32]).unwrap();
                let message = [seed; 32];
                Check { key: key.public(), message, signature: key.sign(&message) }
            })
            .collect();
        assert!(Sr25519.hold(&checks[..1]) && Sr25519.hold(&checks));
        for bad in 0..checks.len() {
            let mut checks = checks.clone();
            checks[bad].message = [99; 32];
            assert!(!Sr25519.hold(&checks) && !Sr25519.hold(&checks[bad..=bad]));
        }
    }
}
