//! Whether a transaction may run, as far as accounts, parameters and time decide it: one answer for
//! the pool that takes it in and for the block that executes it.

use weal_types::{
    Gas, TimeMs,
    account::{Account, AccountStatus, Authority},
    params::{Admission, ChainParams},
    receipt::SkipReason,
};

use crate::{gas, signature::VerifiedTransaction};

/// What a transaction costs before its first call.
pub fn intrinsic_gas(verified: &VerifiedTransaction) -> Gas {
    let signatures = verified.signer_keys().count() + verified.sponsor_keys().count();
    Gas(gas::TRANSACTION.of(verified.wire_bytes()) + gas::SIGNATURE * signatures as u64)
}

/// Gas limits of the transactions before one in its block, summed; nothing for one that is not in a
/// block yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GasTaken {
    /// By all of them.
    pub block: u64,
    /// By those of the same signer.
    pub account: u64,
}

/// Whether a transaction may run now, apart from its nonce and whether its payer holds the fee. The
/// reasons come in the order of [`SkipReason`].
pub fn check(
    verified: &VerifiedTransaction,
    account: &Account,
    sponsor: Option<&Account>,
    now: TimeMs,
    params: &ChainParams,
    taken: GasTaken,
) -> Result<(), SkipReason> {
    let transaction = verified.transaction();
    check_time(transaction.valid_until, &account.authority, now, params)?;
    if !account.authority.is_satisfied_by(verified.signer_keys()) {
        return Err(SkipReason::Unauthorised);
    }
    if let Some(sponsor) = sponsor
        && !sponsor.authority.is_satisfied_by(verified.sponsor_keys())
    {
        return Err(SkipReason::SponsorUnauthorised);
    }
    check_admission(params.admission, account, sponsor)?;
    let asked = transaction.gas_limit;
    if taken.account.saturating_add(asked.0) > params.account_gas_per_block.0 {
        return Err(SkipReason::OverQuota);
    }
    if asked > params.transaction_gas
        || taken.block.saturating_add(asked.0) > params.block_gas.0
        || asked < intrinsic_gas(verified)
    {
        return Err(SkipReason::GasLimit);
    }
    if params.fee(asked).is_none_or(|most| most > transaction.max_fee) {
        return Err(SkipReason::FeeTooLow);
    }
    Ok(())
}

fn check_time(
    valid_until: TimeMs,
    authority: &Authority,
    now: TimeMs,
    params: &ChainParams,
) -> Result<(), SkipReason> {
    let ahead = match authority {
        Authority::Key(_) => params.valid_ahead_key_ms,
        Authority::Policy(_) => params.valid_ahead_policy_ms,
    };
    if now > valid_until {
        return Err(SkipReason::Expired);
    }
    if valid_until.0 > now.0.saturating_add(ahead) {
        return Err(SkipReason::ExpiresTooLate);
    }
    Ok(())
}

fn check_admission(
    admission: Admission,
    account: &Account,
    sponsor: Option<&Account>,
) -> Result<(), SkipReason> {
    let is_member = |account: &Account| account.admitted_by.is_some();
    let is_active = |account: &Account| account.status == AccountStatus::Active;
    if sponsor.is_some_and(|sponsor| {
        !is_active(sponsor) || (admission != Admission::Open && !is_member(sponsor))
    }) {
        return Err(SkipReason::SponsorNotAdmitted);
    }
    let may_send = match admission {
        Admission::Open => true,
        Admission::Sponsored => is_member(account) || sponsor.is_some(),
        Admission::Members => is_member(account),
    };
    if may_send && is_active(account) { Ok(()) } else { Err(SkipReason::NotAdmitted) }
}
