//! `account_get` and `asset_list`.

use std::ops::ControlFlow;

use parity_scale_codec::Decode;
use weal_client::rpc::types::{
    AccountAddress, AccountGet, AccountInfo, AssetBalance, AssetList, AssetSummary, AuthorityInfo,
    Hex32, KeyWeight, U64, U128,
};
use weal_runtime::system::{
    ACCOUNTS, ASSETS,
    accounts::account_key,
    assets::{Asset, AssetStatus, Balance, Transfers},
};
use weal_types::{
    AccountId, AssetId,
    account::{Account, AccountStatus, Authority},
    state::{Direction, Snapshot},
};

use super::{
    Api,
    error::{Answer, Error},
    view::View,
};

/// Balances of one account, and assets, that one answer lists.
const LISTED: usize = 1_000;

/// The record of an account; one without is as its key opened it.
pub(super) fn load(view: &View<'_>, id: &AccountId) -> Answer<Account> {
    let record = view.record(&ACCOUNTS, &account_key(id))?;
    Ok(record.unwrap_or_else(|| Account::opened_by_key(id)))
}

/// Whose signatures an account accepts.
pub(super) fn authority(authority: &Authority) -> AuthorityInfo {
    match authority {
        Authority::Key(key) => AuthorityInfo::Key(Hex32(key.0)),
        Authority::Policy(policy) => AuthorityInfo::Policy {
            threshold: policy.threshold,
            keys: policy
                .keys
                .iter()
                .map(|entry| KeyWeight { key: Hex32(entry.key.0), weight: entry.weight })
                .collect(),
        },
    }
}

pub(super) fn get(api: &Api, params: AccountGet) -> Answer<AccountInfo> {
    let view = View::newest(api)?;
    let id = params.account.0;
    let exists = view.bytes(&ACCOUNTS, &account_key(&id))?.is_some();
    let account = load(&view, &id)?;
    let (balances, more_balances) = balances(&view, &id)?;
    let next = api.node.pool().next_nonce(&id).unwrap_or(account.nonce).max(account.nonce);
    Ok(AccountInfo {
        account: params.account,
        exists,
        nonce: U64(account.nonce.0),
        next_nonce: U64(next.0),
        authority: authority(&account.authority),
        status: match account.status {
            AccountStatus::Active => "active",
            AccountStatus::Suspended => "suspended",
        }
        .into(),
        admitted: account.admitted_by.is_some(),
        admitted_by: account.admitted_by.map(AccountAddress),
        balances,
        more_balances,
        height: U64(view.height.0),
    })
}

/// What an account has, and whether it has more than that.
pub(super) fn balances(view: &View<'_>, id: &AccountId) -> Answer<(Vec<AssetBalance>, bool)> {
    let own = &Balance::key(id, &AssetId([0; 32]))[..33];
    let (found, more) = scan::<Balance>(view, own, None, LISTED)?;
    let mut balances = Vec::with_capacity(found.len());
    for (asset, balance) in found {
        let asset = AssetId(asset);
        let known = view.asset(&asset)?.ok_or_else(|| Error::internal("a balance of no asset"))?;
        balances.push(AssetBalance {
            asset: Hex32(asset.0),
            symbol: known.symbol.as_str().into(),
            scale: known.scale,
            free: U128(balance.free.0),
            reserved: U128(balance.reserved.0),
            held: U128(balance.held.0),
        });
    }
    Ok((balances, more))
}

pub(super) fn assets(api: &Api, params: AssetList) -> Answer<Vec<AssetSummary>> {
    let view = View::newest(api)?;
    let limit = params.limit.map_or(LISTED, |limit| LISTED.min(limit as usize));
    let (assets, _) = scan::<Asset>(&view, b"a", params.after.map(|after| after.0), limit)?;
    Ok(assets.into_iter().map(|(id, asset)| summary(AssetId(id), &asset)).collect())
}

fn summary(id: AssetId, asset: &Asset) -> AssetSummary {
    AssetSummary {
        asset: Hex32(id.0),
        symbol: asset.symbol.as_str().into(),
        scale: asset.scale,
        issuer: AccountAddress(asset.issuer),
        supply: U128(asset.supply.0),
        cap: asset.cap.map(|cap| U128(cap.0)),
        status: match asset.status {
            AssetStatus::Active => "active",
            AssetStatus::Frozen => "frozen",
        }
        .into(),
        transfers: match asset.transfers {
            Transfers::Free => "free",
            Transfers::Listed => "listed",
        }
        .into(),
    }
}

/// A record, and the id at the end of its key.
type Found<T> = ([u8; 32], T);

/// The records of `assets` whose keys are `prefix` and an id after `after`, at most `limit`, and
/// whether there are more.
fn scan<T: Decode>(
    view: &View<'_>,
    prefix: &[u8],
    after: Option<[u8; 32]>,
    limit: usize,
) -> Answer<(Vec<Found<T>>, bool)> {
    // Just above the key of `after`: longer by a byte.
    let from = match after {
        Some(after) => [prefix, &after[..], &[0]].concat(),
        None => prefix.to_vec(),
    };
    let mut entries = Vec::new();
    let (mut more, mut corrupt) = (false, false);
    let visit = &mut |key: &[u8], value: &[u8]| {
        let Some(rest) = key.strip_prefix(prefix) else { return ControlFlow::Break(()) };
        if entries.len() >= limit {
            more = true;
            return ControlFlow::Break(());
        }
        match (<[u8; 32]>::try_from(rest), T::decode(&mut &*value)) {
            (Ok(id), Ok(record)) => entries.push((id, record)),
            _ => corrupt = true,
        }
        if corrupt { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    view.snapshot
        .scan(&ASSETS, &from, None, Direction::Ascending, visit)
        .map_err(Error::internal)?;
    if corrupt {
        Err(Error::internal("a record of assets is corrupt"))
    } else {
        Ok((entries, more))
    }
}
