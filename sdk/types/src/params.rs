//! What governance may change: the record that the system contract `params` keeps.
//!
//! Defaults come from [`ChainParams::private`], [`ChainParams::consortium`] and
//! [`ChainParams::public`]: the three deployment modes are one program and differ in these values
//! alone.

use parity_scale_codec::{Decode, Encode};

use crate::{
    codec::Version,
    id::{AccountId, AssetId},
    unit::{Amount, Gas},
};

/// Who may send transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Admission {
    /// Accounts that a member admitted.
    Members,
    /// Members, and anyone for whom a member stands as sponsor.
    Sponsored,
    /// Anyone.
    Open,
}

/// What gas costs. The price is per million gas, since one gas is far less than the smallest unit
/// of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FeeSchedule {
    /// In which asset.
    pub asset: AssetId,
    /// Smallest units per 1,000,000 gas.
    pub price_per_million_gas: Amount,
    /// Who receives the fees.
    pub collector: AccountId,
}

impl FeeSchedule {
    /// The fee for `gas`, rounded up; `None` where it exceeds what an [`Amount`] holds.
    pub const fn fee(&self, gas: Gas) -> Option<Amount> {
        match self.price_per_million_gas.0.checked_mul(gas.0 as u128) {
            Some(product) => Some(Amount(product.div_ceil(1_000_000))),
            None => None,
        }
    }
}

/// Parameters of execution.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ChainParams {
    /// Format of this type.
    pub version: Version<1>,
    /// Whose calls may change these parameters, suspend accounts and create assets; usually a
    /// multi-signature.
    pub governance: AccountId,
    /// Who may send.
    pub admission: Admission,
    /// What gas costs; `None` for nothing.
    pub fee: Option<FeeSchedule>,
    /// Gas limits of one block's transactions, summed. At one nanosecond each this bounds a block's
    /// execution.
    pub block_gas: Gas,
    /// Gas limit of one transaction.
    pub transaction_gas: Gas,
    /// Gas limits of one account's transactions in one block, summed: what keeps a chain without
    /// fees from spam.
    pub account_gas_per_block: Gas,
    /// Gas limit of one query through a node.
    pub query_gas: Gas,
    /// Heights between the upload of a code and its first call: the time in which validators
    /// compile it.
    pub code_delay: u64,
    /// How far ahead `valid_until` may lie for an account with one key, in milliseconds.
    pub valid_ahead_key_ms: u64,
    /// The same for an account with a policy, whose members sign over days.
    pub valid_ahead_policy_ms: u64,
    /// Whether this is a devnet: contracts may log.
    pub devnet: bool,
}

const HOUR_MS: u64 = 3_600_000;

impl ChainParams {
    /// One validator and admitted accounts.
    pub const fn private(governance: AccountId) -> Self {
        Self {
            version: Version,
            governance,
            admission: Admission::Members,
            fee: None,
            // 250 ms on the reference machine.
            block_gas: Gas(250_000_000),
            // A fifth of a block, so that one transaction cannot fill it.
            transaction_gas: Gas(50_000_000),
            account_gas_per_block: Gas(250_000_000),
            query_gas: Gas(50_000_000),
            code_delay: 0,
            valid_ahead_key_ms: 24 * HOUR_MS,
            valid_ahead_policy_ms: 30 * 24 * HOUR_MS,
            devnet: false,
        }
    }

    /// Governed validators, admitted accounts, no fees, quotas.
    pub const fn consortium(governance: AccountId) -> Self {
        Self {
            // The worst module that passes the gate compiles in 3 s; blocks under load are 100 to
            // 200 ms apart.
            code_delay: 16,
            // A fifth of a block, so that a few busy members share it.
            account_gas_per_block: Gas(50_000_000),
            ..Self::private(governance)
        }
    }

    /// Open accounts, fees.
    pub const fn public(governance: AccountId, fee: FeeSchedule) -> Self {
        Self { admission: Admission::Open, fee: Some(fee), ..Self::consortium(governance) }
    }

    /// A local chain for trying things out.
    pub const fn devnet(governance: AccountId) -> Self {
        Self { admission: Admission::Open, devnet: true, ..Self::private(governance) }
    }

    /// The fee for `gas`: zero where gas is free.
    pub const fn fee(&self, gas: Gas) -> Option<Amount> {
        match &self.fee {
            Some(schedule) => schedule.fee(gas),
            None => Some(Amount::ZERO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_round_up_and_never_wrap() {
        let fee = |price| FeeSchedule {
            asset: AssetId([0; 32]),
            price_per_million_gas: Amount(price),
            collector: AccountId([0; 32]),
        };
        assert_eq!(fee(3).fee(Gas(1)), Some(Amount(1)));
        assert_eq!(fee(3).fee(Gas(1_000_000)), Some(Amount(3)));
        assert_eq!(fee(3).fee(Gas(1_000_001)), Some(Amount(4)));
        assert_eq!(fee(0).fee(Gas::MAX), Some(Amount(0)));
        assert_eq!(fee(u128::MAX).fee(Gas(2)), None);
    }
}
