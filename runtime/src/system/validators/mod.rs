//! Validators: who orders and certifies blocks, who answers for them, and how that changes.
//!
//! | key | value |
//! |---|---|
//! | `s` | [`Schedule`] |
//! | `c` ‖ change | [`Proposal`] |
//!
//! Each validator has an *operator*, an account of any kind. Operators of a quorum of the present
//! validators together add and remove validators; who operates several, as governance does where
//! the genesis document names nobody else, counts for each. A validator that joins says beforehand
//! that it has the chain, with the key that it will vote with. An operator replaces its own
//! validator's key alone.
//!
//! A change that is decided at height g ends the epoch at g + [`NOTICE`].

use parity_scale_codec::Encode;
use weal_types::{
    AccountId, Hash, Height, PublicKey,
    certificate::{ReadyFor, ReadySignature, VOTE_SIGNING_CONTEXT, ready_message},
    codec::Bounded,
    receipt::FailureKind,
    state::{Direction, Snapshot, StateKey, StorageFault},
};

use crate::{
    fault::{HostFault, Stop},
    gas,
    native::{Native, NativeMethod, refusal, refuse},
    session::decode_record,
    system::{VALIDATORS, accounts::is_signing_key, native_call, native_query},
};

mod abi;
pub mod error;
mod proposal;
pub mod schedule;

pub use abi::abi;
pub use proposal::{Change, OPEN_MS, PROPOSALS_EACH, PROPOSALS_PAGE, Proposal, READY_HEIGHTS};
pub use schedule::{Member, Members, NOTICE, Reign, Schedule, Start, Succession};

use schedule::{ADDRESS_BYTES, Misfit, ORGANISATION_BYTES};

pub(crate) const METHODS: &[NativeMethod] = &[
    native_call("approve", approve),
    native_call("withdraw", withdraw),
    native_call("declare_ready", declare_ready),
    native_call("rotate", rotate),
    native_call("relocate", relocate),
    native_query("reign", reign),
    native_query("proposals", proposals),
];

/// Where the schedule lives.
pub const SCHEDULE_KEY: &[u8] = b"s";

const WHAT: &str = "the schedule of validators";

/// The schedule after the block that `snapshot` shows, as it was last written: see
/// [`Schedule::at`].
pub fn load(snapshot: &dyn Snapshot) -> Result<Schedule, HostFault> {
    let bytes = load_bytes(snapshot)?;
    bytes.map_or_else(|| Ok(Schedule::default()), |bytes| read(&bytes))
}

/// The same as bytes, for whoever knows them already; `None` on a chain without validators.
pub fn load_bytes(snapshot: &dyn Snapshot) -> Result<Option<Vec<u8>>, HostFault> {
    let key = StateKey::new(&VALIDATORS, SCHEDULE_KEY)
        .map_err(|_| StorageFault("the key of the schedule is too long".into()))?;
    Ok(snapshot.get(&key)?)
}

/// Decodes what [`load_bytes`] gave.
pub fn read(bytes: &[u8]) -> Result<Schedule, HostFault> {
    decode_record(&VALIDATORS, WHAT, bytes)
}

/// Proposals that wait, those that are too old included.
pub fn load_proposals(snapshot: &dyn Snapshot) -> Result<Vec<Proposal>, HostFault> {
    let (mut found, mut fault) = (Vec::new(), None);
    snapshot.scan(&VALIDATORS, b"c", Some(b"d"), Direction::Ascending, &mut |_, value| {
        match read_proposal(value) {
            Ok(proposal) => found.push(proposal),
            Err(broken) => fault = Some(broken),
        }
        std::ops::ControlFlow::Continue(())
    })?;
    fault.map_or(Ok(found), Err)
}

fn schedule(native: &mut Native<'_>) -> Result<Schedule, Stop> {
    let schedule: Option<Schedule> = native.read(WHAT, SCHEDULE_KEY)?;
    Ok(schedule.unwrap_or_default().at(native.height()))
}

fn misfit(misfit: Misfit) -> Stop {
    match misfit {
        Misfit::Taken(key) => refusal(error::KEY_TAKEN, &key),
        Misfit::Unknown(key) => refusal(error::NO_VALIDATOR, &key),
        // A set and one more: it fits.
        Misfit::Size(size) => refusal(error::SET_SIZE, &(size as u32)),
    }
}

fn approve(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let change: Change = native.args()?;
    let (by, mut schedule) = (native.caller(), schedule(native)?);
    if !schedule.is_operator(&by) {
        return Err(FailureKind::Unauthorised.into());
    }
    check_change(native, &change)?;
    // What could not be decided is not worth agreeing on.
    apply(&mut schedule.clone(), native.height(), &change).map_err(misfit)?;
    let id = change.id();
    let mut proposal = match open(native, &id)? {
        Some(proposal) => proposal,
        None => {
            make_room(native, &by)?;
            Proposal::new(change, by, native.time())
        }
    };
    let is_again = proposal.approvals.contains(&by);
    let mut approvals = proposal.approvals.into_inner();
    // Only those who still operate a validator count, so there are never more than validators.
    approvals.retain(|account| *account != by && schedule.is_operator(account));
    approvals.push(by);
    proposal.approvals = Bounded::new(approvals).map_err(|_| FailureKind::LimitExceeded)?;
    let start = decide(native, &mut schedule, &id, &proposal)?;
    // Of fewer validators the same approvals may be enough; then it takes somebody to say so.
    if is_again && start.is_none() {
        return refuse(error::ALREADY_APPROVED, &id);
    }
    native.emit("Approved", &[&id, &by.0], &(proposal.change, start))?;
    Ok(start.encode())
}

fn withdraw(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let id: Hash = native.args()?;
    let by = native.caller();
    let mut proposal = existing(native, &id)?;
    let mut approvals = proposal.approvals.into_inner();
    let before = approvals.len();
    approvals.retain(|account| *account != by);
    if approvals.len() == before {
        return refuse(error::NOT_APPROVED, &id);
    }
    let is_last = approvals.is_empty();
    proposal.approvals = Bounded::new(approvals).map_err(|_| FailureKind::LimitExceeded)?;
    match is_last {
        true => native.remove(&Proposal::key(&id))?,
        false => native.write(&Proposal::key(&id), &proposal)?,
    }
    native.emit("Withdrawn", &[&id, &by.0], &())?;
    Ok(Vec::new())
}

fn declare_ready(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (id, height, signature): (Hash, Height, ReadySignature) = native.args()?;
    let mut proposal = existing(native, &id)?;
    let key = *proposal.change.key();
    if matches!(proposal.change, Change::Remove(_)) {
        return refuse(error::NO_PROPOSAL, &id);
    }
    check_ready(native, &key, &ReadyFor::Proposal(id), (height, &signature))?;
    proposal.ready = proposal.ready.max(Some(height));
    let mut schedule = schedule(native)?;
    let start = decide(native, &mut schedule, &id, &proposal)?;
    native.emit("DeclaredReady", &[&id, &key.0], &(height, start))?;
    Ok(start.encode())
}

fn rotate(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (key, new, height, signature): (PublicKey, PublicKey, Height, ReadySignature) =
        native.args()?;
    let mut schedule = operated(native, &key)?;
    check_key(native, &new)?;
    check_ready(native, &new, &ReadyFor::Replacing(key), (height, &signature))?;
    if !schedule.is_found(&key) {
        return refuse(error::NO_ADDRESS, &key);
    }
    let start = schedule.rotate(native.height(), &key, new).map_err(misfit)?;
    native.write(SCHEDULE_KEY, &schedule)?;
    forget_about(native, &[key, new])?;
    native.emit("Rotated", &[&key.0, &new.0], &start)?;
    Ok(start.encode())
}

fn relocate(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (key, address): (PublicKey, String) = native.args()?;
    let mut schedule = operated(native, &key)?;
    check_address(&address)?;
    schedule.relocate(&key, &address);
    native.write(SCHEDULE_KEY, &schedule)?;
    native.emit("Relocated", &[&key.0], &address)?;
    Ok(Vec::new())
}

/// The schedule, if the caller operates the validator with this key.
fn operated(native: &mut Native<'_>, key: &PublicKey) -> Result<Schedule, Stop> {
    let schedule = schedule(native)?;
    let found = schedule.newest().iter().find(|member| member.key == *key);
    let operator = found.ok_or_else(|| refusal(error::NO_VALIDATOR, key))?.operator;
    if operator != native.caller() {
        return Err(FailureKind::Unauthorised.into());
    }
    Ok(schedule)
}

fn apply(schedule: &mut Schedule, height: Height, change: &Change) -> Result<Start, Misfit> {
    match change {
        Change::Add(member) => schedule.add(height, member.clone()),
        Change::Remove(key) => schedule.remove(height, key),
    }
}

/// Decides what a quorum approves and what is ready; everything else waits.
fn decide(
    native: &mut Native<'_>,
    schedule: &mut Schedule,
    id: &Hash,
    proposal: &Proposal,
) -> Result<Option<Start>, Stop> {
    let height = native.height();
    let quorum = schedule.set().map_or(usize::MAX, |set| set.quorum());
    if schedule.votes(&proposal.approvals) < quorum || !proposal.is_ready(height) {
        native.write(&Proposal::key(id), proposal)?;
        return Ok(None);
    }
    let start = apply(schedule, height, &proposal.change).map_err(misfit)?;
    native.write(SCHEDULE_KEY, schedule)?;
    forget_about(native, &[*proposal.change.key()])?;
    Ok(Some(start))
}

/// Forgets what is proposed about keys that begin or cease to be validators': what was meant has
/// happened, or can no longer.
fn forget_about(native: &mut Native<'_>, keys: &[PublicKey]) -> Result<(), Stop> {
    for (id, bytes) in native.page(b"c", None, usize::MAX)? {
        if keys.contains(read_proposal(&bytes)?.change.key()) {
            native.remove(&Proposal::key(&id))?;
        }
    }
    Ok(())
}

/// A proposal whose approvals still count.
fn open(native: &mut Native<'_>, id: &Hash) -> Result<Option<Proposal>, Stop> {
    let proposal: Option<Proposal> = native.read("a proposal", &Proposal::key(id))?;
    let now = native.time();
    Ok(proposal.filter(|proposal| now < proposal.until))
}

fn existing(native: &mut Native<'_>, id: &Hash) -> Result<Proposal, Stop> {
    open(native, id)?.ok_or_else(|| refusal(error::NO_PROPOSAL, id))
}

/// Forgets proposals that are too old, and fails where too many of an operator are left.
fn make_room(native: &mut Native<'_>, by: &AccountId) -> Result<(), Stop> {
    let now = native.time();
    let mut left = 0;
    for (id, bytes) in native.page(b"c", None, usize::MAX)? {
        let proposal = read_proposal(&bytes)?;
        if now >= proposal.until {
            native.remove(&Proposal::key(&id))?;
        } else if proposal.by == *by {
            left += 1;
        }
    }
    if left < PROPOSALS_EACH { Ok(()) } else { refuse(error::TOO_MANY, &(PROPOSALS_EACH as u32)) }
}

fn read_proposal(bytes: &[u8]) -> Result<Proposal, HostFault> {
    decode_record(&VALIDATORS, "a proposal", bytes)
}

fn check_change(native: &mut Native<'_>, change: &Change) -> Result<(), Stop> {
    let Change::Add(Member { key, organisation, address, .. }) = change else { return Ok(()) };
    check_key(native, key)?;
    if !is_organisation(organisation) {
        return refuse(error::ORGANISATION, &(ORGANISATION_BYTES as u32));
    }
    check_address(address)
}

fn check_key(native: &mut Native<'_>, key: &PublicKey) -> Result<(), Stop> {
    native.meter.charge(KEY_CHECK_GAS)?;
    if is_signing_key(key) { Ok(()) } else { refuse(error::BAD_KEY, key) }
}

/// Reading one public key as a point: measured at 4.4 µs.
const KEY_CHECK_GAS: u64 = 10_000;

/// Whether a text can be an organisation's name.
pub fn is_organisation(text: &str) -> bool {
    (1..=ORGANISATION_BYTES).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn check_address(address: &str) -> Result<(), Stop> {
    match is_address(address) {
        true => Ok(()),
        false => refuse(error::ADDRESS, &(ADDRESS_BYTES as u32)),
    }
}

/// Whether a text is a host and a port.
pub fn is_address(text: &str) -> bool {
    let is_plain = text.chars().all(|letter| letter.is_ascii_graphic());
    let parts = text.rsplit_once(':');
    let names_place = parts.is_some_and(|(host, port)| {
        !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    text.len() <= ADDRESS_BYTES && is_plain && names_place
}

/// Whether the holder of `key` said at a recent height that it is ready for this.
fn check_ready(
    native: &mut Native<'_>,
    key: &PublicKey,
    purpose: &ReadyFor,
    (height, signature): (Height, &ReadySignature),
) -> Result<(), Stop> {
    let now = native.height();
    let least = Height(now.0.saturating_sub(READY_HEIGHTS));
    if height < least || height > now {
        return refuse(error::NOT_RECENT, &(least, now));
    }
    native.meter.charge(gas::SIGNATURE)?;
    let chain = native.shared.borrow().block.chain;
    let message = ready_message(&chain, key, height, purpose);
    let holds = crate::signature::signing_key(key).is_some_and(|key| {
        let read = schnorrkel::Signature::from_bytes(signature);
        read.is_ok_and(|read| key.verify_simple(VOTE_SIGNING_CONTEXT, &message, &read).is_ok())
    });
    if holds { Ok(()) } else { refuse(error::SIGNATURE, key) }
}

fn reign(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let ahead: u8 = native.args()?;
    Ok(schedule(native)?.reign(ahead).encode())
}

fn proposals(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let (after, limit): (Option<Hash>, u16) = native.args()?;
    let (now, limit) = (native.time(), usize::from(limit).min(PROPOSALS_PAGE));
    let mut found = Vec::new();
    for (id, bytes) in native.page(b"c", after.as_ref(), limit)? {
        let proposal = read_proposal(&bytes)?;
        found.push((id, now < proposal.until, proposal));
    }
    Ok(found.encode())
}
