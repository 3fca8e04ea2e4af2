//! Reservations: a holder authorises now, a contract captures later.
//!
//! The money stays the holder's until it is captured, so a campaign that fails has nothing to give
//! back: its reservations are released, or run out by themselves.

use parity_scale_codec::Encode;
use weal_types::{Amount, AssetId, ContractId, TimeMs, codec::Version, receipt::FailureKind};

use super::{
    balances::{active_terms, check_amount, check_payee, credit, less, sum},
    error, next_number, read_balance,
    record::{Balance, Reservation},
    write_balance,
};
use crate::{
    fault::Stop,
    native::{Native, refusal, refuse},
};

/// Milliseconds that a reservation lasts at most: 366 days. A campaign takes months; a slip in the
/// date does not lock money for a lifetime.
pub const RESERVATION_MS_MAX: u64 = 366 * 24 * 3_600_000;

/// Refuses an expiry that has come, or lies more than `most_ms` ahead.
pub(super) fn check_expiry(now: TimeMs, expires: TimeMs, most_ms: u64) -> Result<(), Stop> {
    let last = TimeMs(now.0.saturating_add(most_ms));
    if now < expires && expires <= last {
        Ok(())
    } else {
        refuse(error::BAD_EXPIRY, &(expires, now, last))
    }
}

pub(super) fn reserve(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (asset, amount, beneficiary, expires): (AssetId, Amount, ContractId, TimeMs) =
        native.args()?;
    check_amount(amount)?;
    check_expiry(native.time(), expires, RESERVATION_MS_MAX)?;
    check_capturable(native, &asset, &beneficiary)?;
    let holder = native.caller();
    let before = read_balance(native, &holder, &asset)?;
    let spent = before.spend(amount)?;
    let after = Balance { reserved: sum(spent.reserved, amount)?, ..spent };
    write_balance(native, &holder, &asset, (&before, &after))?;
    let id = next_number(native)?;
    let reservation = Reservation { version: Version, holder, asset, amount, beneficiary, expires };
    native.write(&Reservation::key(id), &reservation)?;
    emit(native, "Reserved", id, &reservation, &(amount, expires))?;
    Ok(id.encode())
}

pub(super) fn capture(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, amount): (u64, Amount) = native.args()?;
    let reservation = read(native, id)?;
    if reservation.beneficiary.account() != native.caller() {
        return Err(FailureKind::Unauthorised.into());
    }
    check_amount(amount)?;
    if native.time() >= reservation.expires {
        return refuse(error::EXPIRED, &(id, reservation.expires));
    }
    let left = reservation
        .amount
        .checked_sub(amount)
        .ok_or_else(|| refusal(error::ABOVE_RESERVATION, &(id, reservation.amount)))?;
    // The list of payees may have changed since the money was set aside.
    check_capturable(native, &reservation.asset, &reservation.beneficiary)?;
    let Reservation { holder, asset, beneficiary, .. } = reservation;
    let before = read_balance(native, &holder, &asset)?;
    let after = Balance { reserved: less(before.reserved, amount)?, ..before };
    write_balance(native, &holder, &asset, (&before, &after))?;
    {
        let (mut session, meter) = native.parts();
        credit(&mut session, meter, &beneficiary.account(), &asset, amount)?;
    }
    match left {
        Amount::ZERO => native.remove(&Reservation::key(id))?,
        amount => {
            native.write(&Reservation::key(id), &Reservation { amount, ..reservation.clone() })?;
        }
    }
    emit(native, "Captured", id, &reservation, &(amount, left))?;
    Ok(Vec::new())
}

pub(super) fn release(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: u64 = native.args()?;
    let reservation = read(native, id)?;
    let is_beneficiary = reservation.beneficiary.account() == native.caller();
    if !is_beneficiary && native.time() < reservation.expires {
        return refuse(error::TOO_EARLY, &(id, reservation.expires));
    }
    let Reservation { holder, asset, amount, .. } = reservation;
    let before = read_balance(native, &holder, &asset)?;
    let freed = before.receive(amount)?;
    let after = Balance { reserved: less(freed.reserved, amount)?, ..freed };
    write_balance(native, &holder, &asset, (&before, &after))?;
    native.remove(&Reservation::key(id))?;
    emit(native, "Released", id, &reservation, &amount)?;
    Ok(Vec::new())
}

fn read(native: &mut Native<'_>, id: u64) -> Result<Reservation, Stop> {
    let reservation = native.read("a reservation", &Reservation::key(id))?;
    reservation.ok_or_else(|| refusal(error::UNKNOWN_RESERVATION, &id))
}

/// Fails unless the asset moves, and may move to the beneficiary.
fn check_capturable(
    native: &mut Native<'_>,
    asset: &AssetId,
    beneficiary: &ContractId,
) -> Result<(), Stop> {
    let (mut session, meter) = native.parts();
    let terms = active_terms(&mut session, meter, asset)?;
    check_payee(&mut session, meter, &terms, asset, &beneficiary.account())
}

fn emit(
    native: &mut Native<'_>,
    name: &str,
    id: u64,
    reservation: &Reservation,
    data: &impl Encode,
) -> Result<(), Stop> {
    let Reservation { holder, beneficiary, asset, .. } = reservation;
    native.emit(name, &[&id.to_le_bytes(), &holder.0, &beneficiary.0, &asset.0], data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_lies_ahead_but_not_too_far() {
        let ok = |now, expires| check_expiry(TimeMs(now), TimeMs(expires), 10).is_ok();
        assert!(ok(5, 6) && ok(5, 15));
        assert!(!ok(5, 5) && !ok(5, 4) && !ok(5, 16));
        assert!(ok(u64::MAX - 1, u64::MAX));
    }
}
