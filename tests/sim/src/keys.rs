//! Keys and signatures: a cheap imitation for speed, and sr25519 for some runs.

use std::{cell::RefCell, collections::BTreeMap};

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey, Signature};
use weal_consensus::{Check, Signatures};
use weal_types::{Hash, PublicKey, certificate::VOTE_SIGNING_CONTEXT};

use crate::random::{fold, fold_bytes, mix};

/// By signature: whose it is, and over what.
type Held = BTreeMap<[u8; 64], (PublicKey, Vec<u8>)>;

/// The keys of all who may ever be validators, by member. Only the world has them all; a host holds
/// its own [`Signer`], so that a traitor cannot sign for others.
pub(crate) enum Keys {
    /// A keyed sum over the message: whoever lacks the secret cannot compute it.
    Fake(Vec<u64>),
    /// sr25519 under the validators' context, and what was found to hold: the same again need not
    /// be computed.
    Real(Vec<Keypair>, RefCell<Held>),
}

/// One member's secret.
#[derive(Clone)]
pub(crate) enum Signer {
    Fake(u64),
    Real(Box<Keypair>),
}

impl Keys {
    pub(crate) fn new(seed: u64, members: usize, is_real: bool) -> Self {
        let secret = |member: usize| fold(&[seed, member as u64, 0x5ec2_e700]);
        if !is_real {
            return Self::Fake((0..members).map(secret).collect());
        }
        let pair = |member| {
            let mut bytes = [0; 32];
            for (part, chunk) in bytes.chunks_mut(8).enumerate() {
                chunk.copy_from_slice(&mix(secret(member) ^ part as u64).to_le_bytes());
            }
            let secret = MiniSecretKey::from_bytes(&bytes).expect("a secret has 32 bytes");
            secret.expand_to_keypair(ExpansionMode::Ed25519)
        };
        Self::Real((0..members).map(pair).collect(), RefCell::default())
    }

    pub(crate) fn public(&self, member: usize) -> PublicKey {
        match self {
            Self::Fake(_) => PublicKey([member as u8; 32]),
            Self::Real(pairs, _) => PublicKey(pairs[member].public.to_bytes()),
        }
    }

    pub(crate) fn signer(&self, member: usize) -> Signer {
        match self {
            Self::Fake(secrets) => Signer::Fake(secrets[member]),
            Self::Real(pairs, _) => Signer::Real(Box::new(pairs[member].clone())),
        }
    }

    /// Whether this signature holds.
    pub(crate) fn holds(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
        match self {
            Self::Fake(secrets) => {
                let secret = secrets.get(usize::from(key.0[0]));
                secret.is_some_and(|secret| fake(*secret, message) == *signature)
            }
            Self::Real(_, held) => {
                let is_known = |(by, of): &(PublicKey, Vec<u8>)| by == key && of == message;
                if held.borrow().get(signature).is_some_and(is_known) {
                    return true;
                }
                let holds = holds(key, message, signature);
                if holds {
                    held.borrow_mut().insert(*signature, (*key, message.to_vec()));
                }
                holds
            }
        }
    }
}

/// Whether a signature of sr25519 holds.
fn holds(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    let Ok(key) = schnorrkel::PublicKey::from_bytes(&key.0) else { return false };
    let Ok(signature) = Signature::from_bytes(signature) else { return false };
    key.verify_simple(VOTE_SIGNING_CONTEXT, message, &signature).is_ok()
}

impl Signatures for Keys {
    fn hold(&self, checks: &[Check]) -> bool {
        checks.iter().all(|check| self.holds(&check.key, &check.message, &check.signature))
    }
}

impl Signer {
    pub(crate) fn sign(&self, message: &Hash) -> [u8; 64] {
        match self {
            Self::Fake(secret) => fake(*secret, message),
            Self::Real(pair) => pair.sign_simple(VOTE_SIGNING_CONTEXT, message).to_bytes(),
        }
    }
}

/// Its first word is the sum; the rest only fills the room that a signature takes.
fn fake(secret: u64, message: &[u8]) -> [u8; 64] {
    let mut signature = [0; 64];
    let sum = mix(secret ^ fold_bytes(message));
    signature[..8].copy_from_slice(&sum.to_le_bytes());
    signature
}
