//! What only a giver knows of a gift, and what is shown of it.
//!
//! A gift's secret is 32 random bytes that its giver keeps. A key pair and a salt follow from it;
//! with the payment number they make the commitment that stands on the chain. The commitment tells
//! nobody who gave, and two gifts of one person have nothing in common. Whoever knows the secret
//! can show that the gift is theirs, and act for it.

use weal_types::{
    ChainId, ContractId, Hash, PublicKey, TimeMs,
    hash::{Tag, hash},
};

use crate::keys::KeyPair;

/// What a giver may sign for with the gift's key. What comes with a document signs it too, so that
/// whoever carries the message cannot exchange it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiftAction {
    /// Take back what is still there.
    Refund,
    /// Confirm a part of a payment to many, with this evidence.
    Acknowledge(Hash),
    /// Object to what became of units, for these reasons.
    Object(Hash),
    /// Appeal against a hold, for these reasons.
    Appeal(Hash),
}

impl GiftAction {
    /// Its byte, and its document.
    fn signed(&self) -> (u8, &[u8]) {
        match self {
            Self::Refund => (0, &[]),
            Self::Acknowledge(evidence) => (1, evidence),
            Self::Object(doc) => (2, doc),
            Self::Appeal(doc) => (3, doc),
        }
    }
}

/// A gift, as its giver knows it.
pub struct Gift {
    pair: KeyPair,
    memo: Hash,
}

impl Gift {
    /// The gift with this secret that was paid under `payment`, the number that the giver's own
    /// bank or gateway shows. A gateway that promised one commitment to two givers would need one
    /// number for both.
    pub fn new(secret: &[u8; 32], payment: &str) -> Self {
        let seed = hash(Tag::GiftKey, &[secret]);
        let salt = hash(Tag::GiftSalt, &[secret]);
        let memo = hash(Tag::GiftPayment, &[&salt, payment.as_bytes()]);
        Self { pair: KeyPair::from_seed(&seed), memo }
    }

    /// The gift's public key.
    pub fn key(&self) -> PublicKey {
        self.pair.public()
    }

    /// What binds the payment number to the gift without showing it.
    pub const fn memo(&self) -> Hash {
        self.memo
    }

    /// What stands on the chain.
    pub fn commitment(&self, chain: &ChainId, contract: &ContractId) -> Hash {
        hash(Tag::Gift, &[&chain.0, &contract.0, &self.key().0, &self.memo])
    }

    /// Signs an action on the units at `unit` of `line`; anybody may send it until then.
    pub fn sign(
        &self,
        (chain, contract): (&ChainId, &ContractId),
        action: GiftAction,
        (line, unit): (u32, u128),
        valid_until: TimeMs,
    ) -> [u8; 64] {
        let (line, unit) = (line.to_le_bytes(), unit.to_le_bytes());
        let until = valid_until.0.to_le_bytes();
        let (action, doc) = action.signed();
        let parts = [&chain.0[..], &contract.0, &[action], &line, &unit, &until, doc];
        let message = hash(Tag::GiftAction, &parts);
        self.pair.sign_message(&message).signature
    }
}
