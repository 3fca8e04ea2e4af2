//! Names of states: the same name means the same behaviour.
//!
//! `derive(Hash)` feeds a hasher every field of a value, in order and with lengths, so that the
//! bytes that it is fed tell any two values apart. [`Recorder`] keeps these bytes and leaves out
//! what no later step depends on:
//!
//! * *who signed a certificate*. A replica compares certificates by what they certify, and checks
//!   only that a quorum signed. The signers matter where a body is looked for, and here every body
//!   is found at once.
//! * *how many requests to persist came before*. The number only pairs a request with its answer.
//!
//! A name is 128 bits of the rest: of ten million states, two that differ share one with
//! probability 10⁻²⁵.

use std::hash::{DefaultHasher, Hash, Hasher};

use weal_types::TimeMs;

/// Since when a transaction waits at every replica: marks the place where a replica's token stands.
pub const WAITS_SINCE: TimeMs = TimeMs(0x5EED_0F9A_C0DE_7001);

/// The name of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u128);

impl Key {
    /// Names a value.
    pub fn of(value: &impl Hash) -> Self {
        let mut recorder = Recorder { bytes: Vec::with_capacity(4096), skip: Skip::Nothing };
        value.hash(&mut recorder);
        let digest = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(salt);
            hasher.write(&recorder.bytes);
            u128::from(hasher.finish())
        };
        Self(digest(1) << 64 | digest(2))
    }
}

/// See the module.
struct Recorder {
    bytes: Vec<u8>,
    skip: Skip,
}

/// What is left out next.
enum Skip {
    Nothing,
    /// The number of a certificate's signatures, which is known.
    Count(u32),
    /// So many of its signatures; each is a length and the bytes.
    Signatures(u32),
}

impl Hasher for Recorder {
    fn write(&mut self, bytes: &[u8]) {
        if let Skip::Signatures(left) = self.skip {
            assert_eq!(bytes.len(), 64, "signatures follow the signers of a certificate");
            self.skip = if left == 1 { Skip::Nothing } else { Skip::Signatures(left - 1) };
            return;
        }
        self.bytes.extend_from_slice(bytes);
    }

    fn write_usize(&mut self, length: usize) {
        match self.skip {
            Skip::Nothing => self.bytes.extend_from_slice(&length.to_le_bytes()),
            Skip::Count(count) => {
                assert_eq!(length, count as usize, "a certificate has one signature per signer");
                self.skip = Skip::Signatures(count);
            }
            Skip::Signatures(_) => {}
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
        if value == WAITS_SINCE.0 {
            // Before it: the token, and that there is an oldest transaction.
            let at = self.bytes.len() - 24;
            self.bytes[at..at + 8].fill(0);
        }
    }

    /// Only certificates have a number of this size in states: nobody looks for a body there.
    fn write_u128(&mut self, signers: u128) {
        self.skip = Skip::Count(signers.count_ones());
    }

    fn finish(&self) -> u64 {
        0
    }
}
