//! The record that the chain keeps of an account.

use parity_scale_codec::{Decode, Encode};
use thiserror::Error;

use crate::{
    codec::{Bounded, Version},
    id::{AccountId, PublicKey},
    limit,
    unit::Nonce,
};

/// An account. The record is never deleted: its nonce is what prevents replay.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Account {
    /// Format of this type.
    pub version: Version<1>,
    /// The nonce of its next transaction.
    pub nonce: Nonce,
    /// Whose signatures it accepts.
    pub authority: Authority,
    /// Who vouched for it; `None` for an account that opened itself on a public chain.
    pub admitted_by: Option<AccountId>,
    /// Whether it may send.
    pub status: AccountStatus,
}

impl Account {
    /// An account that only its own key controls and nobody has admitted.
    pub fn opened_by_key(id: &AccountId) -> Self {
        Self {
            version: Version,
            nonce: Nonce::ZERO,
            authority: Authority::Key(id.default_key()),
            admitted_by: None,
            status: AccountStatus::Active,
        }
    }
}

/// Whether an account may send transactions. Receiving is always possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum AccountStatus {
    /// It may.
    Active,
    /// It may not, until governance says otherwise.
    Suspended,
}

/// Whose signatures an account accepts.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Authority {
    /// One key.
    Key(PublicKey),
    /// Several keys with weights.
    Policy(Policy),
}

impl Authority {
    /// Whether `keys`, each of which has signed, are enough. Each must belong to the authority: a
    /// stranger's signature makes the transaction invalid instead of being ignored, so that nobody
    /// can pad it. They must ascend strictly, so that none counts twice.
    pub fn is_satisfied_by(&self, keys: impl Iterator<Item = PublicKey>) -> bool {
        match self {
            Self::Key(own) => keys.eq([*own]),
            Self::Policy(policy) => {
                let mut weight: u32 = 0;
                let mut last = None;
                for key in keys {
                    let entry = policy.keys.iter().find(|entry| entry.key == key);
                    let (Some(entry), true) = (entry, last < Some(key)) else { return false };
                    weight += u32::from(entry.weight);
                    last = Some(key);
                }
                weight >= policy.threshold
            }
        }
    }
}

/// A weighted multi-signature policy.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Policy {
    /// Weight that the signing keys must reach together.
    pub threshold: u32,
    /// The keys, strictly ascending.
    pub keys: Bounded<WeightedKey, 1, { limit::POLICY_KEYS }>,
}

/// A key of a [`Policy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct WeightedKey {
    /// The key.
    pub key: PublicKey,
    /// What its signature counts; at least 1.
    pub weight: u16,
}

/// Why a policy would lock its account, or could be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// Keys repeat or are out of order.
    #[error("the keys of a policy ascend strictly")]
    Unsorted,
    /// A key that counts nothing.
    #[error("each key of a policy weighs at least 1")]
    ZeroWeight,
    /// A threshold of zero, or one that all keys together do not reach.
    #[error("the threshold lies between 1 and the sum of the weights, {sum}")]
    Threshold {
        /// What all keys weigh together.
        sum: u32,
    },
}

impl Policy {
    /// Checks that the policy can be satisfied and is written in its one canonical form.
    pub fn check(&self) -> Result<(), PolicyError> {
        if !self.keys.windows(2).all(|pair| pair[0].key < pair[1].key) {
            return Err(PolicyError::Unsorted);
        }
        if self.keys.iter().any(|entry| entry.weight == 0) {
            return Err(PolicyError::ZeroWeight);
        }
        // At most 16 weights of 16 bits: the sum fits.
        let sum = self.keys.iter().map(|entry| u32::from(entry.weight)).sum();
        if self.threshold == 0 || self.threshold > sum {
            return Err(PolicyError::Threshold { sum });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn policy(threshold: u32, keys: &[(u8, u16)]) -> Policy {
        let keys: Vec<_> = keys
            .iter()
            .map(|&(key, weight)| WeightedKey { key: PublicKey([key; 32]), weight })
            .collect();
        Policy { threshold, keys: Bounded::new(keys).unwrap() }
    }

    #[test]
    fn policies_that_lock_or_confuse_are_refused() {
        assert_eq!(policy(3, &[(1, 1), (2, 2)]).check(), Ok(()));
        assert_eq!(policy(0, &[(1, 1)]).check(), Err(PolicyError::Threshold { sum: 1 }));
        assert_eq!(policy(4, &[(1, 1), (2, 2)]).check(), Err(PolicyError::Threshold { sum: 3 }));
        assert_eq!(policy(1, &[(2, 1), (1, 1)]).check(), Err(PolicyError::Unsorted));
        assert_eq!(policy(1, &[(1, 1), (1, 1)]).check(), Err(PolicyError::Unsorted));
        assert_eq!(policy(1, &[(1, 1), (2, 0)]).check(), Err(PolicyError::ZeroWeight));
    }

    #[test]
    fn authority_counts_weights_and_refuses_strangers() {
        let keys = |ids: &'static [u8]| ids.iter().map(|&id| PublicKey([id; 32]));
        let two_of_three = Authority::Policy(policy(2, &[(1, 1), (2, 1), (3, 1)]));
        let cases: [(&Authority, &'static [u8], bool); 9] = [
            (&Authority::Key(PublicKey([1; 32])), &[1], true),
            (&Authority::Key(PublicKey([1; 32])), &[2], false),
            (&Authority::Key(PublicKey([1; 32])), &[1, 2], false),
            (&two_of_three, &[1], false),
            (&two_of_three, &[1, 3], true),
            (&two_of_three, &[1, 2, 3], true),
            (&two_of_three, &[1, 2, 9], false),
            (&two_of_three, &[1, 1], false),
            (&two_of_three, &[3, 1], false),
        ];
        for (authority, signed, expected) in cases {
            assert_eq!(authority.is_satisfied_by(keys(signed)), expected, "{signed:?}");
        }
    }
}
