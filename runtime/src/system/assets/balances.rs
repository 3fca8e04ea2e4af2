//! Balances: the one place where they are read and written.
//!
//! Money moves between the parts of one balance and between the free parts of two; supply changes
//! in `supply`. Nothing else touches a balance, so what is created here is destroyed here and for
//! every asset the balances add up to the supply.

use std::ops::ControlFlow;

use parity_scale_codec::{Decode, Encode};
use weal_types::{
    AccountId, Amount, AssetId,
    codec::Bytes,
    receipt::{CallError, FailureKind},
    state::{Direction, Snapshot},
};

use super::{
    error,
    record::{Asset, AssetStatus, Balance, Terms, Transfers, corrupt, payee_key},
};
use crate::{
    fault::{HostFault, Stop},
    gas::Meter,
    native::{event, refusal, refuse},
    session::Session,
    system::ASSETS,
};

/// Bytes of a transfer's reference.
pub const REFERENCE_BYTES: usize = 64;

/// The payer's own reference.
pub(super) type Reference = Bytes<REFERENCE_BYTES>;

/// Why money did not move, for those who may go on without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransferRefusal {
    /// The payer has too little.
    Insufficient,
    /// The asset does not exist, is frozen or refuses the payee, or the amount is nothing.
    Asset,
}

impl TransferRefusal {
    /// Reads what [`transfer`] failed with; `None` where the frame itself cannot go on.
    pub fn of(stop: &Stop) -> Option<Self> {
        match stop {
            Stop::Fail(FailureKind::InsufficientBalance) => Some(Self::Insufficient),
            Stop::Inner(error) if error.contract == ASSETS => Some(Self::Asset),
            _ => None,
        }
    }
}

/// Moves free money and emits `Transferred`. An amount of nothing is refused: it would be an event
/// that says nothing.
///
/// Where the asset refuses, the failure names the contract `assets`, whose ABI explains the code;
/// too small a balance is a failure of the frame that pays. See [`TransferRefusal`].
pub(crate) fn transfer(
    session: &mut Session,
    meter: &mut Meter,
    from: &AccountId,
    to: &AccountId,
    asset: &AssetId,
    amount: Amount,
) -> Result<(), Stop> {
    let transfer = Transfer { from, to, asset, amount };
    transfer.run(session, meter, &Reference::default()).map_err(|stop| match stop {
        Stop::Fail(kind @ FailureKind::Revert { .. }) => match "transfer".try_into() {
            Ok(method) => Stop::Inner(Box::new(CallError { contract: ASSETS, method, kind })),
            Err(_) => Stop::Fail(kind),
        },
        other => other,
    })
}

/// A movement of free money from one account to another.
pub(super) struct Transfer<'a> {
    pub from: &'a AccountId,
    pub to: &'a AccountId,
    pub asset: &'a AssetId,
    pub amount: Amount,
}

impl Transfer<'_> {
    pub fn run(
        &self,
        session: &mut Session,
        meter: &mut Meter,
        reference: &Reference,
    ) -> Result<(), Stop> {
        let Self { from, to, asset, amount } = *self;
        check_amount(amount)?;
        let terms = active_terms(session, meter, asset)?;
        check_payee(session, meter, &terms, asset, to)?;
        let before = read(session, meter, from, asset)?;
        let after = before.spend(amount)?;
        // To itself: the balance is looked at, and stays.
        if from != to {
            write(session, meter, from, asset, (&before, &after))?;
            credit(session, meter, to, asset, amount)?;
        }
        let topics: [&[u8]; 3] = [&from.0, &to.0, &asset.0];
        let event = event(ASSETS, "Transferred", &topics, &(amount, reference))?;
        session.emit(event, meter)
    }
}

impl Balance {
    /// The balance with less free money.
    pub(super) fn spend(&self, amount: Amount) -> Result<Self, Stop> {
        let free = self.free.checked_sub(amount).ok_or(FailureKind::InsufficientBalance)?;
        Ok(Self { free, ..*self })
    }

    /// The balance with more free money.
    pub(super) fn receive(&self, amount: Amount) -> Result<Self, Stop> {
        Ok(Self { free: sum(self.free, amount)?, ..*self })
    }
}

/// Adds parts of one supply, which is far below what an amount can hold.
pub(super) fn sum(a: Amount, b: Amount) -> Result<Amount, Stop> {
    a.checked_add(b).ok_or_else(|| corrupt("a balance").into())
}

/// Subtracts a part of a balance that a record says is there.
pub(super) fn less(whole: Amount, part: Amount) -> Result<Amount, Stop> {
    whole.checked_sub(part).ok_or_else(|| corrupt("a balance").into())
}

pub(super) fn check_amount(amount: Amount) -> Result<(), Stop> {
    if amount == Amount::ZERO { refuse(error::ZERO_AMOUNT, &()) } else { Ok(()) }
}

/// The terms of an asset that exists and is not frozen.
pub(super) fn active_terms(
    session: &mut Session,
    meter: &mut Meter,
    asset: &AssetId,
) -> Result<Terms, Stop> {
    let record = session.read(&ASSETS, &Asset::key(asset), meter)?;
    let terms = Terms::of(&record.ok_or_else(|| refusal(error::UNKNOWN_ASSET, asset))?)?;
    match terms.status {
        AssetStatus::Active => Ok(terms),
        AssetStatus::Frozen => refuse(error::FROZEN, asset),
    }
}

/// Whether an account may be paid with an asset.
pub(super) fn check_payee(
    session: &mut Session,
    meter: &mut Meter,
    terms: &Terms,
    asset: &AssetId,
    payee: &AccountId,
) -> Result<(), Stop> {
    let admitted = terms.transfers == Transfers::Free
        || terms.issuer == *payee
        || session.read(&ASSETS, &payee_key(asset, payee), meter)?.is_some();
    if admitted { Ok(()) } else { refuse(error::NOT_LISTED, &(asset, payee)) }
}

/// What an account has of an asset that it can spend.
pub(crate) fn free_balance(
    session: &mut Session,
    meter: &mut Meter,
    holder: &AccountId,
    asset: &AssetId,
) -> Result<Amount, Stop> {
    read(session, meter, holder, asset).map(|balance| balance.free)
}

pub(super) fn read(
    session: &mut Session,
    meter: &mut Meter,
    holder: &AccountId,
    asset: &AssetId,
) -> Result<Balance, Stop> {
    let record = session.read(&ASSETS, &Balance::key(holder, asset), meter)?;
    decode(record.as_deref())
}

fn decode(record: Option<&[u8]>) -> Result<Balance, Stop> {
    // All fields have a fixed length, so this neither allocates nor recurses.
    let read = |mut record: &[u8]| Balance::decode(&mut record).ok().filter(|_| record.is_empty());
    record.map_or(Ok(Balance::default()), |record| {
        read(record).ok_or_else(|| corrupt("a balance").into())
    })
}

/// Adds free money to a balance.
pub(super) fn credit(
    session: &mut Session,
    meter: &mut Meter,
    holder: &AccountId,
    asset: &AssetId,
    amount: Amount,
) -> Result<(), Stop> {
    let before = read(session, meter, holder, asset)?;
    let after = before.receive(amount)?;
    write(session, meter, holder, asset, (&before, &after))
}

/// Writes a balance that was `before`. What the signer of the transaction could spend when its
/// calls first touched an asset is noted for its own limits; a call that failed and left no trace
/// may have noted it too, which is the same amount.
pub(super) fn write(
    session: &mut Session,
    meter: &mut Meter,
    holder: &AccountId,
    asset: &AssetId,
    (before, after): (&Balance, &Balance),
) -> Result<(), Stop> {
    if before.free != after.free && session.spending.signer == *holder {
        session.spending.before.entry(*asset).or_insert(before.free);
    }
    let key = Balance::key(holder, asset);
    match after.is_empty() {
        true => session.remove(&ASSETS, &key, meter),
        false => session.write(&ASSETS, &key, &encode(after), meter),
    }
}

/// [`Balance`] has a fixed length, so it needs no allocation.
fn encode(balance: &Balance) -> [u8; 49] {
    let mut bytes = [0; 49];
    balance.version.using_encoded(|version| bytes[..1].copy_from_slice(version));
    bytes[1..17].copy_from_slice(&balance.free.0.to_le_bytes());
    bytes[17..33].copy_from_slice(&balance.reserved.0.to_le_bytes());
    bytes[33..].copy_from_slice(&balance.held.0.to_le_bytes());
    bytes
}

/// Takes a transaction's fee, unless the payer's free balance is too small. Fees are between the
/// payer and the chain: they cost no gas, appear in the receipt and not as events, count against no
/// spending limit, and can be paid with an asset that is frozen or listed.
pub(crate) fn take_fee(
    session: &mut Session,
    payer: &AccountId,
    asset: &AssetId,
    amount: Amount,
) -> Result<bool, Stop> {
    change_free(session, payer, asset, |balance| {
        balance.free.checked_sub(amount).map(|free| Balance { free, ..*balance })
    })
}

/// Gives what [`take_fee`] took, or a part of it.
pub(crate) fn give_fee(
    session: &mut Session,
    to: &AccountId,
    asset: &AssetId,
    amount: Amount,
) -> Result<(), Stop> {
    let given = change_free(session, to, asset, |balance| {
        balance.free.checked_add(amount).map(|free| Balance { free, ..*balance })
    })?;
    if given { Ok(()) } else { Err(corrupt("a balance").into()) }
}

/// Writes what `change` makes of a balance, at the host's expense; says whether it made something.
fn change_free(
    session: &mut Session,
    holder: &AccountId,
    asset: &AssetId,
    change: impl FnOnce(&Balance) -> Option<Balance>,
) -> Result<bool, Stop> {
    let key = Balance::key(holder, asset);
    let before = decode(session.read_free(&ASSETS, &key)?.as_deref())?;
    let Some(after) = change(&before) else { return Ok(false) };
    if before != after {
        match after.is_empty() {
            true => session.remove_free(&ASSETS, &key)?,
            false => session.write_free(&ASSETS, &key, &encode(&after))?,
        }
    }
    Ok(true)
}

/// Adds up what everyone has of an asset, which is its supply: for audits and tests. It reads every
/// balance of every asset.
pub fn sum_of_balances(snapshot: &dyn Snapshot, asset: &AssetId) -> Result<Amount, HostFault> {
    let mut total = Ok(Amount::ZERO);
    snapshot.scan(&ASSETS, b"b", Some(b"c"), Direction::Ascending, &mut |key, record| {
        if key.ends_with(&asset.0) {
            total = total.clone().and_then(|total| {
                let Balance { free, reserved, held, .. } = decode(Some(record))?;
                [free, reserved, held].into_iter().try_fold(total, sum)
            });
        }
        if total.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    total.map_err(|_| corrupt("a balance"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use weal_types::codec::Version;

    #[test]
    fn the_encoding_on_the_stack_is_the_encoding() {
        let balance = Balance {
            version: Version,
            free: Amount(1 << 90 | 7),
            reserved: Amount(2),
            held: Amount(3 << 70),
        };
        assert_eq!(encode(&balance).as_slice(), balance.encode());
        assert_eq!(decode(Some(&encode(&balance))), Ok(balance));
        assert_eq!(decode(None), Ok(Balance::default()));
        let long = [encode(&balance).as_slice(), &[0]].concat();
        for corrupt in [&[], &encode(&balance)[..48], &[2; 49], long.as_slice()] {
            assert!(matches!(decode(Some(corrupt)), Err(Stop::Fault(_))), "{corrupt:?}");
        }
    }

    #[test]
    fn nothing_leaves_an_empty_balance() {
        let spend = Balance::default().spend(Amount(1));
        assert_eq!(spend, Err(FailureKind::InsufficientBalance.into()));
        let full = Balance { free: Amount::MAX, ..Balance::default() };
        assert!(matches!(full.receive(Amount(1)), Err(Stop::Fault(_))));
    }
}
