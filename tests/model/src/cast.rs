//! Who plays: four validators, their keys, and what can be proposed and executed.

use weal_consensus::{BlockLimits, Check, Life, Mark, Pace, Settings, Signatures};
use weal_types::{
    BlockHash, ChainId, Epoch, Gas, Hash, Height, PublicKey, TimeMs, View,
    block::{FinalHeader, Proposal},
    certificate::{Validator, ValidatorSet},
    codec::{Bounded, Version},
};

/// Validators: the fewest that survive a fault.
pub const SIZE: u8 = 4;

/// Votes of a quorum of them.
pub const QUORUM: usize = 3;

/// The chain.
pub const CHAIN: ChainId = ChainId([0xC4; 32]);

/// The clock stands still: timers run out when the checker says so.
pub const NOW: TimeMs = TimeMs(1_000);

/// Everybody answers at once, so no answer is late for a later life.
pub const LIFE: Life = Life(1);

/// What every chain here begins with, final without a certificate.
pub const START: Mark = Mark { height: Height(0), hash: [0xA0; 32] };

/// Validators by position: in the second epoch everyone has another one, and validator 0 leads the
/// first view again.
const POSITIONS: [[u8; SIZE as usize]; 2] = [[0, 1, 2, 3], [1, 0, 3, 2]];

/// The public key of a validator.
pub fn key(who: u8) -> PublicKey {
    PublicKey([who + 1; 32])
}

/// The validators of an epoch.
pub fn set(epoch: Epoch) -> ValidatorSet {
    let keys = POSITIONS[epoch.0 as usize % 2].map(|who| Validator { key: key(who) });
    let validators = Bounded::new(keys.to_vec()).expect("four fit");
    ValidatorSet { version: Version, epoch, validators }
}

/// Who has a position in an epoch.
pub fn at(epoch: Epoch, position: u8) -> u8 {
    POSITIONS[epoch.0 as usize % 2][usize::from(position)]
}

/// A validator's position in an epoch.
pub fn position(epoch: Epoch, who: u8) -> u8 {
    (0..SIZE).find(|position| at(epoch, *position) == who).expect("everyone takes part")
}

/// Who leads a view.
pub fn leader(epoch: Epoch, view: View) -> u8 {
    at(epoch, ((epoch.0 + view.0) % u64::from(SIZE)) as u8)
}

/// A signature that only its owner makes: the checker lets nobody sign for another.
pub fn sign(key: PublicKey, message: &Hash) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(message);
    signature[32..].copy_from_slice(&key.0);
    signature
}

/// The judge of such signatures.
pub struct Seals {
    /// Whether it looks at them at all.
    pub is_blind: bool,
}

impl Signatures for Seals {
    fn hold(&self, checks: &[Check]) -> bool {
        let holds = |check: &Check| check.signature == sign(check.key, &check.message);
        self.is_blind || checks.iter().all(holds)
    }
}

/// What the leader of a view can propose for a slot; `variant` tells its proposals apart.
pub fn proposal(epoch: Epoch, view: View, height: Height, variant: u8) -> Proposal {
    Proposal {
        version: Version,
        epoch,
        height,
        first_view: view,
        proposer: position(epoch, leader(epoch, view)),
        time: NOW,
        tx_root: [variant; 32],
        tx_count: 1,
        tx_bytes: 100,
        gas: Gas(1),
        evidence_root: [0; 32],
    }
}

/// The result of executing a slot; everyone computes the same.
pub fn header(epoch: Epoch, parent: Mark, digest: Hash) -> FinalHeader {
    FinalHeader {
        version: Version,
        chain: CHAIN,
        epoch,
        height: Height(parent.height.0 + 1),
        parent: BlockHash(parent.hash),
        proposal: digest,
        time: NOW,
        tx_root: [0; 32],
        tx_count: 1,
        state_root: [0; 32],
        receipts_root: [0; 32],
        gas_used: Gas(1),
        set_id: [0; 32],
        next_set_id: [0; 32],
    }
}

/// What a validator starts from; `window` is how many slots above the stable height may be used.
pub fn settings(who: u8, window: u64) -> Settings {
    Settings {
        chain: CHAIN,
        validators: set(Epoch(0)),
        me: position(Epoch(0), who),
        start: START,
        stable: START,
        certificate: None,
        handover: None,
        window,
        term: 1_000,
        // So many that the window alone limits them, also after views without an order: which views
        // those were is no part of a state.
        pace: Pace { between_ms: 0, in_flight: 64, manual: false },
        limits: BlockLimits { transactions: 10, bytes: 1_000 },
    }
}
