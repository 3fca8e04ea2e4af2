//! Commands to a chain that runs already.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use weal_client::{
    rpc::types::{
        DevAccount, DevClock, DevMine, DevMined, DevReset, DevRestore, DevSeal, DevSnapshot,
        DevTime, SealMode, U64,
    },
    units::{self, Tick},
};

use crate::{
    args::DevCommand,
    chain::{Node, failed},
    codes,
    outcome::{Failure, Report},
};

pub fn command(command: &DevCommand) -> Result<Report, Failure> {
    match command {
        DevCommand::Accounts { connection } => accounts(&Node::connect(connection, None)?),
        DevCommand::Time { connection, change } => {
            time(&Node::connect(connection, None)?, change.as_deref())
        }
        DevCommand::Mine { connection, blocks } => {
            let node = Node::connect(connection, None)?;
            let mined: DevMined = ask(&node, "dev_mine", &DevMine { blocks: Some(*blocks) })?;
            Ok(report(format!("block {}\n", mined.height), &mined))
        }
        DevCommand::Seal { connection, mode } => {
            let params = DevSeal { mode: seal_mode(mode)? };
            let node = Node::connect(connection, None)?;
            let answer: Value = ask(&node, "dev_seal", &params)?;
            Ok(report(format!("blocks are made: {mode}\n"), &answer))
        }
        DevCommand::Snapshot { connection } => {
            let node = Node::connect(connection, None)?;
            let taken: DevSnapshot = ask(&node, "dev_snapshot", &json!({}))?;
            let text = format!("snapshot {} at block {}\n", taken.id, taken.height);
            Ok(report(text, &taken))
        }
        DevCommand::Restore { connection, id } => {
            let node = Node::connect(connection, None)?;
            let back: DevSnapshot = ask(&node, "dev_restore", &DevRestore { id: *id })?;
            let text = format!("back at block {}, snapshot {}\n", back.height, back.id);
            Ok(report(text, &back))
        }
        DevCommand::Reset { connection } => {
            let node = Node::connect(connection, None)?;
            let reset: DevReset = ask(&node, "dev_reset", &json!({}))?;
            Ok(report(format!("back at block {}\n", reset.height), &reset))
        }
        DevCommand::Validators { connection }
        | DevCommand::Pause { connection, .. }
        | DevCommand::Resume { connection, .. }
        | DevCommand::Partition { connection, .. }
        | DevCommand::Heal { connection } => {
            super::part::command(&Node::connect(connection, None)?, command)
        }
        // Does not talk to a chain that runs.
        DevCommand::Up(arguments) => super::up::command(arguments),
    }
}

pub(super) fn ask<P: Serialize, R: DeserializeOwned>(
    node: &Node,
    method: &str,
    params: &P,
) -> Result<R, Failure> {
    if !node.info.devnet {
        let message = format!("chain \"{}\" is no devnet", node.info.chain_name);
        return Err(Failure::new(codes::USAGE, message)
            .hint("weal dev up runs one; --rpc or a profile says which node is meant"));
    }
    node.client.request(method, params).map_err(failed)
}

pub(super) fn report(text: String, data: &impl Serialize) -> Report {
    Report { text, data: serde_json::to_value(data).unwrap_or_default() }
}

fn accounts(node: &Node) -> Result<Report, Failure> {
    let accounts: Vec<DevAccount> = ask(node, "dev_accounts", &json!({}))?;
    let mut text = String::new();
    for account in &accounts {
        let balances: Vec<_> = account
            .balances
            .iter()
            .map(|balance| {
                let asset = units::AssetInfo {
                    id: balance.asset.0,
                    symbol: balance.symbol.clone(),
                    decimals: balance.scale,
                };
                units::format_amount(balance.free.0, &asset)
            })
            .collect();
        text += &format!(
            "{:<6} {:<21} {}  {}\n",
            account.name,
            account.role.as_deref().unwrap_or_default(),
            account.account,
            balances.join(", ")
        );
    }
    Ok(report(text, &accounts))
}

fn time(node: &Node, change: Option<&str>) -> Result<Report, Failure> {
    let clock: DevClock = match change {
        None => ask(node, "dev_clock", &json!({}))?,
        Some(change) => ask(node, "dev_time", &time_change(change)?)?,
    };
    let now = units::format_timestamp(clock.now_ms.0.into());
    Ok(report(format!("{now}  {}\n", clock.mode), &clock))
}

fn time_change(text: &str) -> Result<DevTime, Failure> {
    let wrong = |reason: String| Failure::new(codes::USAGE, reason).at("weal dev time");
    match text {
        "freeze" => return Ok(DevTime { freeze: Some(true), ..DevTime::default() }),
        "follow" => return Ok(DevTime { follow: Some(true), ..DevTime::default() }),
        _ => {}
    }
    if let Some(ahead) = text.strip_prefix('+') {
        let ms =
            units::parse_duration(ahead, Tick::Milliseconds).map_err(|e| wrong(e.to_string()))?;
        let ms = u64::try_from(ms).map_err(|_| wrong(format!("`{text}` is too long")))?;
        return Ok(DevTime { advance_ms: Some(U64(ms)), ..DevTime::default() });
    }
    let ms = units::parse_timestamp(text).map_err(|e| wrong(e.to_string()))?;
    Ok(DevTime { set_ms: Some(U64(ms)), ..DevTime::default() })
}

fn seal_mode(text: &str) -> Result<SealMode, Failure> {
    let wrong = |reason: String| Failure::new(codes::USAGE, reason).at("weal dev seal");
    match text {
        "demand" => Ok(SealMode::Demand),
        "manual" => Ok(SealMode::Manual),
        time => {
            let ms = units::parse_duration(time, Tick::Milliseconds)
                .map_err(|error| wrong(format!("`demand`, `manual` or a time: {error}")))?;
            u32::try_from(ms)
                .map(SealMode::EveryMs)
                .map_err(|_| wrong(format!("`{time}` is too long")))
        }
    }
}
