//! Accounts: whose signatures they accept, who vouched for them, whether they may send.
//!
//! | key | value |
//! |---|---|
//! | `a` ‖ account | [`Account`] |
//! | `r` ‖ account | nothing: the account is a registrar |
//!
//! A record begins with the first transaction of an account or with its admission, and is never
//! removed: its nonce is what prevents replay. The executor reads and writes records through
//! [`load`] and [`store`].
//!
//! **Who owns an id.** An id that is an sr25519 public key belongs to whoever holds the key, and
//! one that is a contract's to the contract, also before either has a record. So whoever admits an
//! account may choose its authority only where the id is neither: nobody can be robbed by being
//! vouched for. An owner changes the authority of its account itself, with [`set_authority`].

use parity_scale_codec::Encode;
use weal_types::{
    AccountId, PublicKey,
    account::{Account, AccountStatus, Authority, Policy, PolicyError},
    codec::Version,
    receipt::FailureKind,
    unit::Nonce,
};

use crate::{
    fault::Stop,
    native::{Native, NativeMethod, refusal, refuse},
    session::{Session, decode_record},
    system::{ACCOUNTS, contracts, native_call, native_query},
};

mod abi;
pub mod error;

pub use abi::abi;

/// Reading one public key as a point: measured at 4.4 µs.
const KEY_CHECK_GAS: u64 = 10_000;

pub(crate) const METHODS: &[NativeMethod] = &[
    native_call("admit", admit),
    native_call("set_authority", set_authority),
    native_call("suspend", suspend),
    native_call("reinstate", reinstate),
    native_call("add_registrar", add_registrar),
    native_call("remove_registrar", remove_registrar),
    native_query("account", account),
    native_query("is_registrar", is_registrar),
    native_query("registrars", registrars),
];

/// Where an account's record lives.
pub fn account_key(id: &AccountId) -> [u8; 33] {
    super::key(b'a', &id.0)
}

/// Where it says that an account is a registrar.
pub fn registrar_key(id: &AccountId) -> [u8; 33] {
    super::key(b'r', &id.0)
}

/// The record of an account, at the host's expense.
pub(crate) fn load(session: &mut Session, id: &AccountId) -> Result<Option<Account>, Stop> {
    let record = session.read_free(&ACCOUNTS, &account_key(id))?;
    Ok(record.map(|record| decode_record(&ACCOUNTS, "an account", &record)).transpose()?)
}

/// Writes the record of an account, at the host's expense.
pub(crate) fn store(session: &mut Session, id: &AccountId, account: &Account) -> Result<(), Stop> {
    account.using_encoded(|bytes| session.write_free(&ACCOUNTS, &account_key(id), bytes))
}

/// The record of an account, for a system contract that pays for looking.
pub(crate) fn read(native: &mut Native<'_>, id: &AccountId) -> Result<Option<Account>, Stop> {
    let (mut session, meter) = native.parts();
    let record = session.read(&ACCOUNTS, &account_key(id), meter)?;
    Ok(record.map(|record| decode_record(&ACCOUNTS, "an account", &record)).transpose()?)
}

fn read_existing(native: &mut Native<'_>, id: &AccountId) -> Result<Account, Stop> {
    read(native, id)?.ok_or_else(|| refusal(error::NO_ACCOUNT, id))
}

fn write(native: &mut Native<'_>, id: &AccountId, account: &Account) -> Result<(), Stop> {
    native.write(&account_key(id), account)
}

fn admit(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, authority): (AccountId, Option<Authority>) = native.args()?;
    let by = native.caller();
    if !native.is_governance() && !registered(native, &by)? {
        return Err(FailureKind::Unauthorised.into());
    }
    let account = match read(native, &id)? {
        Some(Account { admitted_by: Some(earlier), .. }) => {
            return refuse(error::ALREADY_ADMITTED, &(id, earlier));
        }
        Some(_) if authority.is_some() => return refuse(error::OWNED, &id),
        Some(account) => Account { admitted_by: Some(by), ..account },
        None => Account {
            version: Version,
            nonce: Nonce::ZERO,
            authority: first_authority(native, &id, authority)?,
            admitted_by: Some(by),
            status: AccountStatus::Active,
        },
    };
    write(native, &id, &account)?;
    native.emit("Admitted", &[&id.0, &by.0], &account.authority)?;
    Ok(Vec::new())
}

/// The authority of an account that is opened by being admitted.
fn first_authority(
    native: &mut Native<'_>,
    id: &AccountId,
    given: Option<Authority>,
) -> Result<Authority, Stop> {
    if contracts::exists(native, &id.as_contract())? {
        return refuse(error::IS_CONTRACT, id);
    }
    let authority = match given {
        Some(_) if has_key(native, id)? => return refuse(error::OWNED, id),
        Some(authority) => authority,
        // A mistyped id is no key: nobody could ever sign for it.
        None => Authority::Key(id.default_key()),
    };
    check_authority(native, &authority)?;
    Ok(authority)
}

fn set_authority(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let authority: Authority = native.args()?;
    let id = native.caller();
    let account = read_existing(native, &id)?;
    check_authority(native, &authority)?;
    let account = Account { authority, ..account };
    write(native, &id, &account)?;
    native.emit("AuthoritySet", &[&id.0], &account.authority)?;
    Ok(Vec::new())
}

fn suspend(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AccountId = native.args()?;
    native.require_governance()?;
    // Governance alone could lift its own suspension, and could no longer send the call.
    if id == native.caller() {
        return refuse(error::INDISPENSABLE, &id);
    }
    let account = read_existing(native, &id)?;
    if account.status == AccountStatus::Suspended {
        return refuse(error::ALREADY_SUSPENDED, &id);
    }
    write(native, &id, &Account { status: AccountStatus::Suspended, ..account })?;
    native.emit("Suspended", &[&id.0], &())?;
    Ok(Vec::new())
}

fn reinstate(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AccountId = native.args()?;
    native.require_governance()?;
    let account = read_existing(native, &id)?;
    if account.status != AccountStatus::Suspended {
        return refuse(error::NOT_SUSPENDED, &id);
    }
    write(native, &id, &Account { status: AccountStatus::Active, ..account })?;
    native.emit("Reinstated", &[&id.0], &())?;
    Ok(Vec::new())
}

fn add_registrar(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AccountId = native.args()?;
    native.require_governance()?;
    if registered(native, &id)? {
        return refuse(error::ALREADY_REGISTRAR, &id);
    }
    native.write_bytes(&registrar_key(&id), &[])?;
    native.emit("RegistrarAdded", &[&id.0], &())?;
    Ok(Vec::new())
}

fn remove_registrar(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AccountId = native.args()?;
    native.require_governance()?;
    if !registered(native, &id)? {
        return refuse(error::NOT_REGISTRAR, &id);
    }
    native.remove(&registrar_key(&id))?;
    native.emit("RegistrarRemoved", &[&id.0], &())?;
    Ok(Vec::new())
}

fn account(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AccountId = native.args()?;
    Ok(read(native, &id)?.encode())
}

fn is_registrar(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: AccountId = native.args()?;
    Ok(registered(native, &id)?.encode())
}

fn registrars(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (after, limit): (Option<AccountId>, u16) = native.args()?;
    let entries = native.page(b"r", after.as_ref().map(|id| &id.0), super::page_size(limit))?;
    Ok(entries.into_iter().map(|(id, _)| AccountId(id)).collect::<Vec<_>>().encode())
}

fn registered(native: &mut Native<'_>, id: &AccountId) -> Result<bool, Stop> {
    Ok(native.read_bytes(&registrar_key(id))?.is_some())
}

/// Refuses an authority that nobody, or anybody, could satisfy.
fn check_authority(native: &mut Native<'_>, authority: &Authority) -> Result<(), Stop> {
    match authority {
        Authority::Key(key) => check_key(native, key),
        Authority::Policy(policy) => {
            check_policy(policy)?;
            policy.keys.iter().try_for_each(|entry| check_key(native, &entry.key))
        }
    }
}

fn check_policy(policy: &Policy) -> Result<(), Stop> {
    policy.check().map_err(|fault| match fault {
        PolicyError::Unsorted => refusal(error::POLICY_UNSORTED, &()),
        PolicyError::ZeroWeight => refusal(error::POLICY_ZERO_WEIGHT, &()),
        PolicyError::Threshold { sum } => {
            refusal(error::POLICY_THRESHOLD, &(policy.threshold, sum))
        }
    })
}

fn check_key(native: &mut Native<'_>, key: &PublicKey) -> Result<(), Stop> {
    native.meter.charge(KEY_CHECK_GAS)?;
    if is_signing_key(key) { Ok(()) } else { refuse(error::BAD_KEY, key) }
}

/// Whether these bytes are a key with which one person alone can sign: a point, and not the neutral
/// element, for which anyone can.
pub fn is_signing_key(key: &PublicKey) -> bool {
    crate::signature::signing_key(key).is_some()
}

/// Whether somebody may hold the private key to an id. About one in sixteen strings of 32 bytes is
/// a point, so an id that is meant to have no key is found by trying a few.
fn has_key(native: &mut Native<'_>, id: &AccountId) -> Result<bool, Stop> {
    native.meter.charge(KEY_CHECK_GAS)?;
    Ok(schnorrkel::PublicKey::from_bytes(&id.0).is_ok())
}
