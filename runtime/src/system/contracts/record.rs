//! What `contracts` keeps, and where.

use parity_scale_codec::{Decode, Encode};
use weal_types::{
    AbiHash, AccountId, CodeHash, ContractId, Height, TimeMs, abi::Layout, codec::Version,
};

/// Code that anybody may make instances of.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CodeRecord {
    /// Format of this type.
    pub version: Version<1>,
    /// Who uploaded it.
    pub uploader: AccountId,
    /// When.
    pub height: Height,
    /// From when on instances can be made: validators compile it until then.
    pub ready_at: Height,
    /// Bytes of the module.
    pub size: u32,
    /// Functions that the module defines.
    pub functions: u32,
    /// Hash of its ABI document.
    pub abi: AbiHash,
}

impl CodeRecord {
    /// Where the record of a code lives.
    pub fn key(hash: &CodeHash) -> [u8; 33] {
        crate::system::key(b'c', &hash.0)
    }
}

/// Where the bytes of a module live.
pub fn module_key(hash: &CodeHash) -> [u8; 33] {
    crate::system::key(b'm', &hash.0)
}

/// Where the SCALE encoding of a code's ABI document lives.
pub fn abi_key(hash: &CodeHash) -> [u8; 33] {
    crate::system::key(b'a', &hash.0)
}

/// Where the height of the last upload lives.
pub const LAST_UPLOAD_KEY: &[u8] = b"u";

/// Parts of a module that is too long for one transaction, while somebody sends them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Staging {
    /// Format of this type.
    pub version: Version<1>,
    /// Which module.
    pub code: CodeHash,
    /// Bit `n` is set when part `n` has arrived.
    pub parts: u8,
}

impl Staging {
    /// Where an account's staging lives; each account has one at a time.
    pub fn key(by: &AccountId) -> [u8; 33] {
        crate::system::key(b's', &by.0)
    }

    /// Where a part of it lives.
    pub fn part_key(by: &AccountId, part: u8) -> [u8; 34] {
        let mut key = [b't'; 34];
        key[1..33].copy_from_slice(&by.0);
        key[33] = part;
        key
    }

    /// Whether a part has arrived.
    pub fn has(&self, part: u8) -> bool {
        1_u8.checked_shl(part.into()).is_some_and(|bit| self.parts & bit != 0)
    }
}

/// A contract: an instance of a code, with storage of its own.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Instance {
    /// Format of this type.
    pub version: Version<1>,
    /// What runs.
    pub code: CodeHash,
    /// Who deployed it.
    pub creator: AccountId,
    /// Who may pause and upgrade it. An account with a weighted policy makes that a decision of
    /// several people.
    pub owner: AccountId,
    /// How it may be upgraded.
    pub policy: UpgradePolicy,
    /// Whether calls are refused.
    pub paused: bool,
    /// Whether governance paused it, so that governance alone can end the pause.
    pub paused_by_governance: bool,
    /// What its storage looks like.
    pub layout: Layout,
    /// The upgrade that waits for its time.
    pub pending: Option<PendingUpgrade>,
}

impl Instance {
    /// Where the record of a contract lives.
    pub fn key(id: &ContractId) -> [u8; 33] {
        crate::system::key(b'i', &id.0)
    }
}

/// How a contract may be upgraded. It can be made stricter, never looser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum UpgradePolicy {
    /// Never.
    Immutable,
    /// By its owner, at any time.
    Owner,
    /// By its owner, some time after announcing the very code.
    Delayed {
        /// Milliseconds between the proposal and the upgrade.
        delay_ms: u64,
    },
}

impl UpgradePolicy {
    /// Whether whoever relies on the contract is better off than under `other`.
    pub fn is_stricter_than(&self, other: &Self) -> bool {
        match (other, self) {
            (Self::Immutable, _) => false,
            (_, Self::Immutable) => true,
            (Self::Owner, Self::Delayed { .. }) => true,
            (Self::Delayed { delay_ms: before }, Self::Delayed { delay_ms: after }) => {
                after > before
            }
            (_, Self::Owner) => false,
        }
    }
}

/// An announced upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PendingUpgrade {
    /// To which code.
    pub code: CodeHash,
    /// From when on it may be carried out.
    pub effective: TimeMs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_only_tighten() {
        let delayed = |delay_ms| UpgradePolicy::Delayed { delay_ms };
        let ladder = [UpgradePolicy::Owner, delayed(1), delayed(2), UpgradePolicy::Immutable];
        for (i, lower) in ladder.iter().enumerate() {
            for (j, higher) in ladder.iter().enumerate() {
                assert_eq!(higher.is_stricter_than(lower), j > i, "{lower:?} {higher:?}");
            }
        }
    }

    #[test]
    fn parts_are_bits() {
        let staging = Staging { version: Version, code: CodeHash([0; 32]), parts: 0b1000_0001 };
        let there: Vec<u8> = (0..=u8::MAX).filter(|part| staging.has(*part)).collect();
        assert_eq!(there, [0, 7]);
    }
}
