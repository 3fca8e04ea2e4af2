//! `chain_validators` and `chain_hand_overs`: who certifies, and how that changed.

use parity_scale_codec::Encode;
use weal_client::rpc::{
    error,
    types::{
        AccountAddress, HAND_OVERS, HandOvers, HandOversGet, Hex, Hex32, NextValidators, NoParams,
        ProposalInfo, U64, ValidatorInfo, ValidatorsInfo,
    },
};
use weal_proof::certificate::HandOver;
use weal_runtime::system::validators::{self, Change, Member, Proposal};
use weal_types::{Epoch, certificate::ValidatorSet};

use super::{
    Api,
    error::{Answer, Error},
    view::View,
};

pub(super) fn validators(api: &Api, _: NoParams) -> Answer<ValidatorsInfo> {
    let view = View::newest(api)?;
    let snapshot = view.snapshot.as_ref();
    let schedule = validators::load(snapshot).map_err(Error::internal)?.at(view.height);
    let set = schedule.set().ok_or_else(|| Error::internal("the state names no validators"))?;
    let later = |ahead: u8| {
        let (before, reign) = (schedule.reign(ahead.checked_sub(1)?)?, schedule.reign(ahead)?);
        Some(NextValidators {
            epoch: U64(reign.epoch.0),
            from: U64(before.until?.0.saturating_add(1)),
            until: reign.until.map(|until| U64(until.0)),
            validators: reign.members.iter().map(member).collect(),
        })
    };
    let now = view.context()?.time;
    let proposals = validators::load_proposals(snapshot).map_err(Error::internal)?;
    let open = proposals.iter().filter(|proposal| now < proposal.until);
    let proposals = open.map(|proposal| waiting(proposal, schedule.votes(&proposal.approvals)));
    Ok(ValidatorsInfo {
        epoch: U64(set.epoch.0),
        set_id: Hex32(set.id()),
        // A set has at most 128 validators.
        quorum: set.quorum() as u32,
        validators: schedule.members.iter().map(member).collect(),
        next: later(1),
        after: later(2),
        proposals: proposals.collect(),
    })
}

fn member(member: &Member) -> ValidatorInfo {
    ValidatorInfo {
        key: Hex32(member.key.0),
        operator: AccountAddress(member.operator),
        organisation: member.organisation.clone(),
        address: member.address.clone(),
    }
}

fn waiting(proposal: &Proposal, votes: usize) -> ProposalInfo {
    let (adds, removes) = match &proposal.change {
        Change::Add(added) => (Some(member(added)), None),
        Change::Remove(key) => (None, Some(Hex32(key.0))),
    };
    ProposalInfo {
        id: Hex32(proposal.change.id()),
        adds,
        removes,
        approvals: proposal.approvals.iter().map(|account| AccountAddress(*account)).collect(),
        // No more than validators.
        votes: votes as u32,
        ready_at: proposal.ready.map(|height| U64(height.0)),
        until_ms: U64(proposal.until.0),
    }
}

pub(super) fn hand_overs(api: &Api, params: HandOversGet) -> Answer<HandOvers> {
    let ends = api.node.ledger().ends(Epoch(params.from_epoch.0), HAND_OVERS);
    let ends = ends.map_err(Error::internal)?;
    Ok(HandOvers { hand_overs: ends.iter().map(|end| Hex(end.encode())).collect() })
}

/// The validators of an epoch that has begun.
pub(super) fn of_epoch(api: &Api, epoch: Epoch) -> Answer<ValidatorSet> {
    let Some(before) = epoch.0.checked_sub(1) else {
        return Ok(api.node.spec().validators.clone());
    };
    let end = api.node.ledger().end(Epoch(before)).map_err(Error::internal)?;
    let missing = || Error::internal(format!("the start of epoch {epoch} is missing"));
    end.map(|end| end.next).ok_or_else(missing)
}

/// What leads from the validators of the genesis document to those of an epoch: all of it, for a
/// part would prove nothing to whoever trusts the document. An error where that is more than
/// `most`.
pub(super) fn ends_before(api: &Api, epoch: Epoch, most: usize) -> Answer<Vec<HandOver>> {
    let count = usize::try_from(epoch.0).ok().filter(|count| *count <= most);
    let count = count.ok_or_else(|| {
        let message = format!(
            "validators have changed {epoch} times, and a file that proves itself holds {most} \
             changes: chain_hand_overs leads to the present validators instead"
        );
        Error::new(error::NO_TRACE, message)
    })?;
    api.node.ledger().ends(Epoch::ZERO, count).map_err(Error::internal)
}
