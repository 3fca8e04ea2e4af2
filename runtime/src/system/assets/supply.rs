//! An asset's life: created by governance, minted and burned by its issuer, frozen in an emergency.

use parity_scale_codec::Encode;
use weal_types::{AccountId, Amount, AssetId, codec::Version, hash::Hash, receipt::FailureKind};

use super::{
    balances::{check_amount, less},
    check_active, error, read_asset, read_balance, read_own_asset,
    record::{
        Asset, AssetStatus, Booking, BookingKind, SCALE_MAX, SUPPLY_MAX, Symbol, Transfers,
        payee_key,
    },
    write_balance,
};
use crate::{
    fault::Stop,
    native::{Native, refusal, refuse},
};

pub(super) fn create(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    type Args = (String, u8, Option<Amount>, Transfers, AccountId);
    let (symbol, scale, cap, transfers, issuer): Args = native.args()?;
    native.require_governance()?;
    let symbol = Symbol::new(symbol).ok_or_else(|| refusal(error::BAD_SYMBOL, &()))?;
    if scale > SCALE_MAX {
        return refuse(error::BAD_SCALE, &scale);
    }
    if let Some(cap) = cap.filter(|cap| *cap == Amount::ZERO || *cap > SUPPLY_MAX) {
        return refuse(error::BAD_CAP, &cap);
    }
    let id = AssetId::derive(&issuer, symbol.as_str());
    let key = Asset::key(&id);
    if native.read_bytes(&key)?.is_some() {
        return refuse(error::ASSET_EXISTS, &id);
    }
    let asset = Asset {
        version: Version,
        status: AssetStatus::Active,
        transfers,
        issuer,
        supply: Amount::ZERO,
        cap,
        scale,
        symbol,
    };
    native.write(&key, &asset)?;
    let data = (&asset.symbol, scale, cap, transfers);
    native.emit("Created", &[&id.0, &issuer.0], &data)?;
    Ok(id.encode())
}

pub(super) fn mint(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, to, amount, reference): (AssetId, AccountId, Amount, Hash) = native.args()?;
    let asset = read_own_asset(native, &id)?;
    check_active(&asset, &id)?;
    check_amount(amount)?;
    let most = asset.most();
    let supply = asset
        .supply
        .checked_add(amount)
        .filter(|supply| *supply <= most)
        .ok_or_else(|| refusal(error::CAP_EXCEEDED, &(id, most, asset.supply)))?;
    book(native, BookingKind::Mint, &id, &reference, to, amount)?;
    let before = read_balance(native, &to, &id)?;
    let after = before.receive(amount)?;
    write_balance(native, &to, &id, (&before, &after))?;
    native.write(&Asset::key(&id), &Asset { supply, ..asset })?;
    native.emit("Minted", &[&id.0, &to.0, &reference], &amount)?;
    Ok(Vec::new())
}

pub(super) fn burn(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, amount, reference): (AssetId, Amount, Hash) = native.args()?;
    let asset = read_own_asset(native, &id)?;
    check_active(&asset, &id)?;
    check_amount(amount)?;
    let issuer = asset.issuer;
    book(native, BookingKind::Burn, &id, &reference, issuer, amount)?;
    let before = read_balance(native, &issuer, &id)?;
    let after = before.spend(amount)?;
    write_balance(native, &issuer, &id, (&before, &after))?;
    let supply = less(asset.supply, amount)?;
    native.write(&Asset::key(&id), &Asset { supply, ..asset })?;
    native.emit("Burned", &[&id.0, &issuer.0, &reference], &amount)?;
    Ok(Vec::new())
}

/// Takes a reference of the issuer's books. One that was taken is refused with what it was used
/// for, so that whoever lost an answer can tell its own booking from another's.
fn book(
    native: &mut Native<'_>,
    kind: BookingKind,
    asset: &AssetId,
    reference: &Hash,
    account: AccountId,
    amount: Amount,
) -> Result<(), Stop> {
    let key = Booking::key(kind, asset, reference);
    if let Some(Booking { account, amount, height, .. }) = native.read("a booking", &key)? {
        return refuse(error::REFERENCE_USED, &(asset, reference, account, amount, height));
    }
    let height = native.height();
    native.write(&key, &Booking { version: Version, account, amount, height })
}

pub(super) fn allow_payee(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, account, allowed): (AssetId, AccountId, bool) = native.args()?;
    let asset = read_own_asset(native, &id)?;
    if asset.transfers != Transfers::Listed {
        return refuse(error::NO_PAYEE_LIST, &id);
    }
    let key = payee_key(&id, &account);
    match allowed {
        true => native.write_bytes(&key, &[])?,
        false => native.remove(&key)?,
    }
    native.emit("PayeeAllowed", &[&id.0, &account.0], &allowed)?;
    Ok(Vec::new())
}

pub(super) fn freeze(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AssetId = native.args()?;
    native.require_governance()?;
    let asset = read_asset(native, &id)?;
    check_active(&asset, &id)?;
    native.write(&Asset::key(&id), &Asset { status: AssetStatus::Frozen, ..asset })?;
    native.emit("Frozen", &[&id.0], &())?;
    Ok(Vec::new())
}

pub(super) fn unfreeze(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AssetId = native.args()?;
    native.require_governance()?;
    let asset = read_asset(native, &id)?;
    if asset.status != AssetStatus::Frozen {
        return refuse(error::NOT_FROZEN, &id);
    }
    native.write(&Asset::key(&id), &Asset { status: AssetStatus::Active, ..asset })?;
    native.emit("Unfrozen", &[&id.0], &())?;
    Ok(Vec::new())
}

pub(super) fn set_issuer(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, issuer): (AssetId, AccountId) = native.args()?;
    let asset = read_asset(native, &id)?;
    if asset.issuer != native.caller() && !native.is_governance() {
        return Err(FailureKind::Unauthorised.into());
    }
    let before = asset.issuer;
    native.write(&Asset::key(&id), &Asset { issuer, ..asset })?;
    native.emit("IssuerSet", &[&id.0, &issuer.0], &before)?;
    Ok(Vec::new())
}
