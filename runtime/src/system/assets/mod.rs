//! Assets: money, vouchers and goods units, who has how much, what is set aside, what is held.
//!
//! | key | value |
//! |---|---|
//! | `a` ‖ asset | [`Asset`] |
//! | `b` ‖ holder ‖ asset | [`Balance`]; none where there is nothing |
//! | `l` ‖ asset ‖ account | nothing: the account may be paid with the listed asset |
//! | `m` ‖ asset ‖ reference | [`Booking`] of what was minted under the issuer's reference |
//! | `x` ‖ asset ‖ reference | [`Booking`] of what was burned |
//! | `v` ‖ number | [`Reservation`]; none once nothing is left of it |
//! | `h` ‖ number | [`Hold`]; none once it is lifted |
//! | `n` | the last number given to a reservation or a hold |
//!
//! For every asset the free, reserved and held parts of all balances add up to its supply, after
//! every call. Amounts are whole numbers of the smallest unit, at most [`SUPPLY_MAX`].
//!
//! | file | one idea |
//! |---|---|
//! | `record` | what is kept, and where |
//! | `balances` | moving money; the only place that writes balances |
//! | `supply` | an asset's life: creation, minting, burning, freezing, payees |
//! | `reservations` | authorise now, capture later |
//! | `holds` | what governance keeps a holder from spending |

use parity_scale_codec::{Decode, Encode};
use weal_types::{AccountId, Amount, AssetId, hash::Hash, receipt::FailureKind};

use crate::{
    fault::Stop,
    native::{Native, NativeMethod, refusal, refuse},
    session::decode_record,
    system::{ASSETS, native_call, native_query},
};

mod abi;
mod balances;
pub mod error;
mod holds;
mod record;
mod reservations;
mod supply;

pub use abi::abi;
pub use balances::{REFERENCE_BYTES, sum_of_balances};
pub(crate) use balances::{TransferRefusal, free_balance, give_fee, take_fee, transfer};
pub use holds::HOLD_MS_MAX;
pub use record::{
    Asset, AssetStatus, Balance, Booking, BookingKind, Hold, LAST_NUMBER_KEY, Reservation,
    SCALE_MAX, SUPPLY_MAX, SYMBOL_BYTES, Symbol, Transfers, payee_key,
};
pub use reservations::RESERVATION_MS_MAX;

use balances::{Reference, Transfer};

pub(crate) const METHODS: &[NativeMethod] = &[
    native_call("create", supply::create),
    native_call("mint", supply::mint),
    native_call("burn", supply::burn),
    native_call("transfer", send),
    native_call("reserve", reservations::reserve),
    native_call("capture", reservations::capture),
    native_call("release", reservations::release),
    native_call("allow_payee", supply::allow_payee),
    native_call("hold", holds::hold),
    native_call("lift", holds::lift),
    native_call("freeze", supply::freeze),
    native_call("unfreeze", supply::unfreeze),
    native_call("set_issuer", supply::set_issuer),
    native_query("asset", asset),
    native_query("assets", assets),
    native_query("total_supply", total_supply),
    native_query("is_payee", is_payee),
    native_query("minted", minted),
    native_query("burned", burned),
    native_query("balance", balance),
    native_query("balances", balances_of),
    native_query("reservation", reservation),
    native_query("hold_of", hold_of),
];

fn send(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (asset, to, amount, reference): (AssetId, AccountId, Amount, Reference) = native.args()?;
    native.require_write()?;
    let from = native.caller();
    let (mut session, meter) = native.parts();
    let transfer = Transfer { from: &from, to: &to, asset: &asset, amount };
    transfer.run(&mut session, meter, &reference)?;
    Ok(Vec::new())
}

fn read_asset(native: &mut Native<'_>, id: &AssetId) -> Result<Asset, Stop> {
    let asset = native.read("an asset", &Asset::key(id))?;
    asset.ok_or_else(|| refusal(error::UNKNOWN_ASSET, id))
}

/// The asset, if the caller is its issuer.
fn read_own_asset(native: &mut Native<'_>, id: &AssetId) -> Result<Asset, Stop> {
    let asset = read_asset(native, id)?;
    if asset.issuer == native.caller() { Ok(asset) } else { Err(FailureKind::Unauthorised.into()) }
}

fn check_active(asset: &Asset, id: &AssetId) -> Result<(), Stop> {
    if asset.status == AssetStatus::Active { Ok(()) } else { refuse(error::FROZEN, id) }
}

/// What somebody has of an asset; for methods that go on to change it.
fn read_balance(
    native: &mut Native<'_>,
    holder: &AccountId,
    asset: &AssetId,
) -> Result<Balance, Stop> {
    let (mut session, meter) = native.parts();
    balances::read(&mut session, meter, holder, asset)
}

/// See [`balances::write`].
fn write_balance(
    native: &mut Native<'_>,
    holder: &AccountId,
    asset: &AssetId,
    change: (&Balance, &Balance),
) -> Result<(), Stop> {
    native.require_write()?;
    let (mut session, meter) = native.parts();
    balances::write(&mut session, meter, holder, asset, change)
}

/// A number that no reservation or hold has had.
fn next_number(native: &mut Native<'_>) -> Result<u64, Stop> {
    let last: u64 = native.read("the last number", LAST_NUMBER_KEY)?.unwrap_or(0);
    let next = last.checked_add(1).ok_or(FailureKind::LimitExceeded)?;
    native.write(LAST_NUMBER_KEY, &next)?;
    Ok(next)
}

fn asset(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AssetId = native.args()?;
    Ok(native.read::<Asset>("an asset", &Asset::key(&id))?.encode())
}

fn assets(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (after, limit): (Option<AssetId>, u16) = native.args()?;
    page::<Asset>(native, b"a", "an asset", after, limit)
}

fn total_supply(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AssetId = native.args()?;
    let asset: Option<Asset> = native.read("an asset", &Asset::key(&id))?;
    Ok(asset.map_or(Amount::ZERO, |asset| asset.supply).encode())
}

fn is_payee(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, account): (AssetId, AccountId) = native.args()?;
    let asset: Option<Asset> = native.read("an asset", &Asset::key(&id))?;
    let admitted = match asset {
        None => false,
        Some(Asset { transfers: Transfers::Free, .. }) => true,
        Some(Asset { issuer, .. }) if issuer == account => true,
        Some(_) => native.read_bytes(&payee_key(&id, &account))?.is_some(),
    };
    Ok(admitted.encode())
}

fn minted(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    booking(native, BookingKind::Mint)
}

fn burned(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    booking(native, BookingKind::Burn)
}

fn booking(native: &mut Native<'_>, kind: BookingKind) -> Result<Vec<u8>, Stop> {
    let (asset, reference): (AssetId, Hash) = native.args()?;
    let key = Booking::key(kind, &asset, &reference);
    Ok(native.read::<Booking>("a booking", &key)?.encode())
}

fn balance(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (account, asset): (AccountId, AssetId) = native.args()?;
    Ok(read_balance(native, &account, &asset)?.encode())
}

fn balances_of(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (account, after, limit): (AccountId, Option<AssetId>, u16) = native.args()?;
    let prefix = crate::system::key(b'b', &account.0);
    page::<Balance>(native, &prefix, "a balance", after, limit)
}

fn reservation(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: u64 = native.args()?;
    Ok(native.read::<Reservation>("a reservation", &Reservation::key(id))?.encode())
}

fn hold_of(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: u64 = native.args()?;
    Ok(native.read::<Hold>("a hold", &Hold::key(id))?.encode())
}

/// A page of records by asset.
fn page<T: Encode + Decode>(
    native: &mut Native<'_>,
    prefix: &[u8],
    what: &'static str,
    after: Option<AssetId>,
    limit: u16,
) -> Result<Vec<u8>, Stop> {
    let limit = crate::system::page_size(limit);
    let entries = native.page(prefix, after.as_ref().map(|id| &id.0), limit)?;
    let mut page = Vec::with_capacity(entries.len());
    for (id, record) in entries {
        page.push((AssetId(id), decode_record::<T>(&ASSETS, what, &record)?));
    }
    Ok(page.encode())
}
