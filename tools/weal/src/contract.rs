//! `weal contract`: what contracts are, hold and said.

use std::fmt::Write;

use serde_json::json;
use weal_client::{
    Codec,
    rpc::types::{
        ContractAddress, ContractGet, Direction, EventsQuery, Hex, StateEntry, StateGet,
        StateRange, U64, UpgradePolicy,
    },
    units::{Tick, format_duration, format_timestamp},
};
use weal_types::{ContractId, layout::field_key};

use crate::{
    args::{self, Connection},
    chain::{Node, failed},
    codes, deploy,
    outcome::{Failure, Report},
    send::event_line,
    text::{Align, BOLD, table},
};

/// `weal contract …`.
pub fn command(arguments: &args::Contract) -> Result<Report, Failure> {
    match arguments {
        args::Contract::Info { connection, contract } => info(connection, contract),
        args::Contract::State { connection, contract, field, key, limit } => {
            let node = Node::connect(connection, None)?;
            let id = node.contract(contract)?;
            match (field, key) {
                (Some(field), _) => entries(&node, id, Some(&field_key(field)), *limit),
                (None, Some(key)) => value(&node, id, key),
                (None, None) => entries(&node, id, None, *limit),
            }
        }
        args::Contract::Events { connection, contract, name, from_height, to_height, limit } => {
            let node = Node::connect(connection, None)?;
            let contract = contract.as_deref().map(|contract| node.contract(contract));
            events(
                &node,
                EventsQuery {
                    contract: contract.transpose()?.map(ContractAddress),
                    name: name.clone(),
                    from_height: from_height.map(U64),
                    to_height: to_height.map(U64),
                    limit: Some(*limit),
                    ..EventsQuery::default()
                },
            )
        }
        args::Contract::Alias { connection, name, contract } => match (name, contract) {
            (Some(name), Some(contract)) => name_it(connection, name, contract),
            _ => names(connection),
        },
    }
}

fn info(connection: &Connection, contract: &str) -> Result<Report, Failure> {
    let node = Node::connect(connection, None)?;
    let params = ContractGet { contract: node.contract(contract)?.into() };
    let info = node.client.contract_info(&params).map_err(failed)?;
    let mut text = format!("{BOLD}{}{BOLD:#}  {}\n", info.name, info.contract);
    let mut line = |word: &str, rest: String| {
        let _ = writeln!(text, "  {word:<9}{rest}");
    };
    if info.system {
        line("kind", "a part of the chain".into());
    }
    if let Some(code) = info.code {
        line("code", code.to_string());
    }
    if let Some(creator) = &info.creator {
        line("creator", node.named(&creator.0));
    }
    if let Some(owner) = &info.owner {
        line("owner", node.named(&owner.0));
    }
    if let Some(policy) = &info.policy {
        line("upgrades", policy_text(policy));
    }
    if let Some(pending) = &info.pending {
        let when = format_timestamp(pending.effective_ms.0.into());
        line("announced", format!("{} from {when} on", pending.code));
    }
    line("layout", format!("{} {}", info.layout.version, info.layout.hash));
    if info.paused {
        let by = if info.paused_by_governance { "governance" } else { "the owner" };
        line("paused", format!("by {by}"));
    }
    Ok(Report { text, data: json!(info) })
}

fn policy_text(policy: &UpgradePolicy) -> String {
    match policy {
        UpgradePolicy::Immutable => "never".into(),
        UpgradePolicy::Owner => "by its owner, at any time".into(),
        UpgradePolicy::Delayed { delay_ms } => {
            let delay = format_duration(delay_ms.0.into(), Tick::Milliseconds);
            format!("by its owner, {delay} after announcing them")
        }
    }
}

fn value(node: &Node, contract: ContractId, key: &str) -> Result<Report, Failure> {
    let key = Hex::parse(key).map_err(|error| {
        Failure::new(codes::ARGUMENT, format!("--key: {error}")).hint("or use --field NAME")
    })?;
    let params = StateGet { contract: contract.into(), key, at: None };
    let found = node.client.state_get(&params).map_err(failed)?;
    let text = match &found.value {
        Some(value) => format!("{value}\n"),
        None => "nothing is stored there\n".into(),
    };
    Ok(Report { text, data: json!(found) })
}

/// The entries whose keys start with `prefix`.
fn entries(
    node: &Node,
    contract: ContractId,
    prefix: Option<&[u8]>,
    limit: u32,
) -> Result<Report, Failure> {
    let params = StateRange {
        contract: contract.into(),
        from: prefix.map(|prefix| Hex(prefix.to_vec())),
        to: prefix.and_then(behind).map(Hex),
        direction: Direction::Ascending,
        limit: Some(limit),
    };
    let page = node.client.state_range(&params).map_err(failed)?;
    let mut rows = vec![["key", "value"].map(str::to_owned).to_vec()];
    for StateEntry { key, value } in &page.entries {
        rows.push(vec![key.to_string(), value.to_string()]);
    }
    let mut text = table(&[Align::Left; 2], &rows);
    if page.next.is_some() {
        text += "there is more: raise --limit\n";
    }
    Ok(Report { text, data: json!(page) })
}

/// The first key behind all that start with `prefix`; `None` where there is none.
fn behind(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut key = prefix.get(..=last)?.to_vec();
    if let Some(byte) = key.last_mut() {
        *byte += 1;
    }
    Some(key)
}

fn events(node: &Node, params: EventsQuery) -> Result<Report, Failure> {
    let page = node.client.events_query(&params).map_err(failed)?;
    let mut text = String::new();
    for event in &page.events {
        let _ = writeln!(text, "#{:<8} {}", event.height.to_string(), event_line(&event.said));
    }
    match (page.events.is_empty(), &page.next) {
        (_, Some(_)) => text += "there is more: raise --limit, or start at a later --from-height\n",
        (true, None) => text += "nothing was said\n",
        (false, None) => {}
    }
    Ok(Report { text, data: json!(page) })
}

fn name_it(connection: &Connection, name: &str, contract: &str) -> Result<Report, Failure> {
    let mut node = Node::connect(connection, None)?;
    node.aliases.check(name)?;
    let id = node.contract(contract)?;
    let codec: Codec = node.codec(id, None)?;
    let alias = deploy::alias(id, &codec);
    node.aliases.set(name, alias)?;
    let address = ContractAddress(id);
    let text = format!("{name} is {} {address}\n", codec.abi().contract);
    Ok(Report { text, data: json!({ "name": name, "contract": address }) })
}

fn names(connection: &Connection) -> Result<Report, Failure> {
    let node = Node::connect(connection, None)?;
    let mut rows = vec![["name", "contract"].map(str::to_owned).to_vec()];
    for (name, alias) in node.aliases.iter() {
        rows.push(vec![name.to_owned(), alias.contract.to_string()]);
    }
    let all = node.aliases.iter();
    let data = all.map(|(name, alias)| json!({ "name": name, "contract": alias.contract }));
    let data = json!({ "chain": node.info.chain, "contracts": data.collect::<Vec<_>>() });
    Ok(Report { text: table(&[Align::Left; 2], &rows), data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_end_behind_their_prefix() {
        assert_eq!(behind(&[1, 2]), Some(vec![1, 3]));
        assert_eq!(behind(&[1, 255]), Some(vec![2]));
        assert_eq!(behind(&[255, 255]), None);
        assert_eq!(behind(&[]), None);
    }
}
