//! Holds: what governance keeps a holder from spending, for a reason and for a time.
//!
//! A hold never moves money to somebody else, and it ends by itself: whoever wants it to last
//! longer decides again.

use parity_scale_codec::Encode;
use weal_types::{AccountId, Amount, AssetId, TimeMs, codec::Version, hash::Hash};

use super::{
    balances::{check_amount, less, sum},
    error, next_number, read_asset, read_balance,
    record::{Balance, Hold},
    reservations::check_expiry,
    write_balance,
};
use crate::{
    fault::Stop,
    native::{Native, refusal, refuse},
};

/// Milliseconds that a hold lasts at most: 180 days, after which only a new decision renews it.
pub const HOLD_MS_MAX: u64 = 180 * 24 * 3_600_000;

pub(super) fn hold(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (account, asset, amount, expires, basis): (AccountId, AssetId, Amount, TimeMs, Hash) =
        native.args()?;
    native.require_governance()?;
    check_amount(amount)?;
    check_expiry(native.time(), expires, HOLD_MS_MAX)?;
    // A frozen asset can be held too.
    read_asset(native, &asset)?;
    let before = read_balance(native, &account, &asset)?;
    let spent = before.spend(amount)?;
    let after = Balance { held: sum(spent.held, amount)?, ..spent };
    write_balance(native, &account, &asset, (&before, &after))?;
    let id = next_number(native)?;
    let hold = Hold { version: Version, account, asset, amount, expires, basis };
    native.write(&Hold::key(id), &hold)?;
    let topics: [&[u8]; 3] = [&id.to_le_bytes(), &account.0, &asset.0];
    native.emit("Held", &topics, &(amount, expires, basis))?;
    Ok(id.encode())
}

pub(super) fn lift(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: u64 = native.args()?;
    let hold: Option<Hold> = native.read("a hold", &Hold::key(id))?;
    let hold = hold.ok_or_else(|| refusal(error::UNKNOWN_HOLD, &id))?;
    if !native.is_governance() && native.time() < hold.expires {
        return refuse(error::TOO_EARLY, &(id, hold.expires));
    }
    let Hold { account, asset, amount, basis, .. } = hold;
    let before = read_balance(native, &account, &asset)?;
    let freed = before.receive(amount)?;
    let after = Balance { held: less(freed.held, amount)?, ..freed };
    write_balance(native, &account, &asset, (&before, &after))?;
    native.remove(&Hold::key(id))?;
    native.emit("Lifted", &[&id.to_le_bytes(), &account.0, &asset.0], &(amount, basis))?;
    Ok(Vec::new())
}
