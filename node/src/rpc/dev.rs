//! `dev_*`: what only a devnet does.

use std::{sync::Arc, time::Duration};

use tokio::sync::broadcast::error::RecvError;
use weal_client::{
    keys::{DEV_ACCOUNTS, KeyPair, dev_account, join},
    rpc::{
        error,
        types::{
            AccountAddress, CallByAbi, DevAccount, DevClock, DevFaucet, DevMine, DevMined,
            DevReset, DevRestore, DevSeal, DevSnapshot, DevTime, NoParams, Prepare, SealMode,
            TxStatus, TxWait, U64,
        },
    },
};
use weal_runtime::system::{ASSETS, assets::Asset};
use weal_types::{AccountId, AssetId, TimeMs, codec::decode, limit, transaction::Transaction};

use super::{
    Api, account,
    error::{Answer, Error},
    methods::Waiting,
    prepare, transaction,
    view::View,
};
use crate::{
    clock::{Clock, ClockMode},
    config::PACE_TOGETHER_MS,
    dev::{Condition, DevChain, DevError},
    devnet::ROLES,
    node::Node,
};

/// Blocks of one `dev_mine`.
const MINED: u32 = 1_000;

/// How long a block may take that was asked for.
const BLOCK_TIME: Duration = Duration::from_secs(30);

/// Whole units that the faucet gives.
const GIFT: u128 = 1_000;

fn refused(message: impl Into<String>) -> Error {
    Error::new(error::DEV_REFUSED, message)
}

pub(super) fn of_dev(error: DevError) -> Error {
    let kind = match &error {
        DevError::NoDevnet { .. } => error::NOT_DEVNET,
        DevError::NoSnapshot { .. } => error::UNKNOWN_SNAPSHOT,
        _ => error::DEV_REFUSED,
    };
    Error::new(kind, error.to_string())
}

pub(super) fn accounts(api: &Api, _: NoParams) -> Answer<Vec<DevAccount>> {
    let view = View::newest(api)?;
    let names = &api.node.spec().names;
    let role = |name: &str| {
        let place = DEV_ACCOUNTS.iter().position(|known| *known == name)?;
        ROLES.get(place).map(|role| (*role).to_owned())
    };
    let describe = |(name, id): &(String, AccountId)| {
        Ok(DevAccount {
            name: name.clone(),
            role: role(name),
            account: AccountAddress(*id),
            balances: account::balances(&view, id)?.0,
        })
    };
    names.iter().map(describe).collect()
}

fn shown(clock: &Clock) -> DevClock {
    let mode = match clock.mode() {
        ClockMode::Following { .. } => "following",
        ClockMode::Frozen(_) => "frozen",
    };
    DevClock { now_ms: U64(clock.now().0), mode: mode.into() }
}

pub(super) fn clock(api: &Api, _: NoParams) -> Answer<DevClock> {
    Ok(shown(api.node.clock()))
}

pub(super) fn time(api: &Api, params: DevTime) -> Answer<DevClock> {
    // The validators in this process share their clock; those elsewhere would refuse its blocks.
    api.dev.is_whole().map_err(of_dev)?;
    let clock = api.node.clock();
    let now = clock.now();
    match params {
        DevTime { advance_ms: Some(by), set_ms: None, freeze: None, follow: None } => {
            clock.advance(by.0);
        }
        DevTime { set_ms: Some(at), advance_ms: None, freeze: None, follow: None } => {
            let Some(ahead) = at.0.checked_sub(now.0) else {
                return Err(refused(format!("it is {now} already, and time does not go back")));
            };
            clock.advance(ahead);
        }
        DevTime { freeze: Some(true), advance_ms: None, set_ms: None, follow: None } => {
            clock.set(ClockMode::Frozen(TimeMs(now.0)));
        }
        DevTime { follow: Some(true), advance_ms: None, set_ms: None, freeze: None } => {
            clock.follow();
        }
        _ => {
            let message = "give exactly one of advance_ms, set_ms, freeze and follow";
            return Err(Error::new(error::INVALID_PARAMS, message));
        }
    }
    Ok(shown(clock))
}

pub(super) fn mine(api: Arc<Api>, params: DevMine) -> Waiting<DevMined> {
    Box::pin(async move {
        let count = params.blocks.unwrap_or(1);
        if !(1..=MINED).contains(&count) {
            let message = format!("{count} blocks; 1 to {MINED} go at once");
            return Err(Error::new(error::INVALID_PARAMS, message));
        }
        api.dev.is_whole().map_err(of_dev)?;
        let node = makers(&api.dev)?;
        let mut blocks = node.subscribe();
        for _ in 0..count {
            let before = node.head().header.height;
            api.dev.validators().iter().for_each(Node::make_due);
            let made = async {
                while node.head().header.height == before {
                    // Whoever missed blocks sees them in the head.
                    if let Err(RecvError::Closed) = blocks.recv().await {
                        break;
                    }
                }
            };
            if tokio::time::timeout(BLOCK_TIME, made).await.is_err() {
                let why = "no block was made: the validator whose turn it is may be paused or \
                           apart, and the others replace it once a transaction waits";
                return Err(refused(why));
            }
        }
        Ok(DevMined { height: U64(node.head().header.height.0) })
    })
}

/// A validator that can make blocks: enough others run and hear it.
fn makers(dev: &DevChain) -> Answer<Node> {
    let conditions = dev.conditions();
    let runs = |position: &&u32| {
        conditions.get(**position as usize).is_some_and(|condition| !condition.is_paused)
    };
    let set = dev.set().map_err(of_dev)?;
    let votes = |position: &&u32| {
        let node = dev.validators().get(**position as usize);
        node.is_some_and(|node| node.keys().among(&set).1.is_some())
    };
    let together =
        |condition: &Condition| condition.group.iter().filter(runs).filter(votes).count();
    let rows = dev.validators().iter().zip(&conditions);
    let able = rows.filter(|(_, condition)| !condition.is_paused);
    let best = able.max_by_key(|(_, condition)| together(condition));
    let (node, condition) = best.ok_or_else(|| refused("every validator is paused"))?;
    let (found, needed) = (together(condition), set.quorum());
    if found < needed {
        let message = format!(
            "{found} validators run and hear each other, and a block needs {needed}: dev_resume \
             and dev_heal bring the others back"
        );
        return Err(refused(message));
    }
    Ok(node.clone())
}

pub(super) fn seal(api: &Api, params: DevSeal) -> Answer<DevSeal> {
    api.dev.is_whole().map_err(of_dev)?;
    let validators = api.dev.validators();
    for node in validators {
        let usual = node.config().pace_ms;
        let (manual, distance) = match params.mode {
            SealMode::Demand => (false, usual),
            SealMode::Manual => (true, usual),
            SealMode::EveryMs(distance) => (false, distance.into()),
        };
        if validators.len() > 1 && distance > PACE_TOGETHER_MS {
            let message = format!(
                "several validators make a block every {PACE_TOGETHER_MS} ms at the rarest: they \
                 replace one that waits longer"
            );
            return Err(refused(message));
        }
        node.set_pace(manual, distance);
    }
    Ok(params)
}

pub(super) fn snapshot(api: &Api, _: NoParams) -> Answer<DevSnapshot> {
    let taken = api.dev.snapshot().map_err(of_dev)?;
    let id = u32::try_from(taken.id).map_err(Error::internal)?;
    Ok(DevSnapshot { id, height: U64(taken.height.0) })
}

pub(super) fn restore(api: &Api, params: DevRestore) -> Answer<DevSnapshot> {
    api.dev.restore(params.id.into()).map_err(of_dev)?;
    Ok(DevSnapshot { id: params.id, height: U64(api.node.head().header.height.0) })
}

pub(super) fn reset(api: &Api, _: NoParams) -> Answer<DevReset> {
    api.dev.reset().map_err(of_dev)?;
    Ok(DevReset { height: U64(api.node.head().header.height.0) })
}

pub(super) fn faucet(api: Arc<Api>, params: DevFaucet) -> Waiting<TxStatus> {
    Box::pin(async move {
        let wire = api.on_thread(move |api| mint(api, &params)).await?;
        let verdict = api.node.submit(vec![wire]).await.into_iter().next();
        let hash = match verdict {
            Some(Ok(hash)) => hash,
            Some(Err(error)) => return Err(refused(error.to_string())),
            None => return Err(Error::internal("no verdict")),
        };
        let hash = weal_client::rpc::types::Hex32(hash.0);
        transaction::wait(api, TxWait { hash, timeout_ms: None }).await
    })
}

/// Signs, as the issuer, the transaction that brings the money into being.
fn mint(api: &Api, params: &DevFaucet) -> Answer<Vec<u8>> {
    let view = View::newest(api)?;
    let (id, asset) = faucet_asset(&view, params)?;
    let issuer = issuer(&asset)?;
    let whole = 10_u128.pow(asset.scale.into());
    let amount = params.amount.map_or(GIFT * whole, |amount| amount.0);
    let mut reference = [0; 32];
    getrandom::fill(&mut reference).map_err(Error::internal)?;
    let args = serde_json::json!({
        "asset": format!("0x{}", hex::encode(id.0)),
        "to": AccountAddress(params.account.0).to_string(),
        "amount": amount.to_string(),
        "reference": format!("0x{}", hex::encode(reference)),
    });
    let call = CallByAbi {
        contract: ASSETS.into(),
        method: "mint".into(),
        args: Some(args),
        attach: Vec::new(),
    };
    let prepared = prepare::prepare(
        api,
        Prepare {
            from: AccountAddress(issuer.account()),
            calls: vec![call],
            nonce: None,
            gas_limit: None,
            valid_for_ms: None,
            max_fee: None,
            sponsor: None,
            limits: None,
        },
    )?;
    if let Some(failure) = prepared.outcome.failure {
        return Err(Error::failed(error::DEV_REFUSED, failure));
    }
    let bytes = &prepared.transaction.0;
    let transaction: Transaction =
        decode("transaction", bytes, limit::TX_BYTES).map_err(Error::internal)?;
    let chain = api.node.spec().chain;
    let signature = issuer.sign(&transaction, &chain);
    let signed = join(transaction, &chain, &[signature], &[]).map_err(Error::internal)?;
    Ok(parity_scale_codec::Encode::encode(&signed))
}

/// The asset that was asked for, or the first that the genesis document names.
fn faucet_asset(view: &View<'_>, params: &DevFaucet) -> Answer<(AssetId, Asset)> {
    let first = || view.api.node.spec().genesis.assets.first().map(|asset| asset.id());
    let id = params.asset.map(|asset| AssetId(asset.0)).or_else(first);
    let id = id.ok_or_else(|| refused("this devnet began without assets"))?;
    let asset = view.asset(&id)?;
    Ok((id, asset.ok_or_else(|| refused(format!("there is no asset 0x{}", hex::encode(id.0))))?))
}

/// The key of an asset's issuer, if everybody knows it.
fn issuer(asset: &Asset) -> Answer<KeyPair> {
    let mut known = DEV_ACCOUNTS.iter().filter_map(|name| dev_account(name));
    known.find(|pair| pair.account() == asset.issuer).ok_or_else(|| {
        let symbol = asset.symbol.as_str();
        refused(format!("the issuer of {symbol} is none of the development accounts"))
    })
}
