//! Commands to the validators of a chain that runs already: pause, part, heal.

use serde_json::json;
use weal_client::rpc::types::{DevPartition, DevPause, DevResume, DevValidator};

use super::control::{ask, report};
use crate::{
    args::DevCommand,
    chain::Node,
    codes,
    outcome::{Failure, Report},
};

/// Does one of them, and shows how it stands with each validator then.
pub fn command(node: &Node, command: &DevCommand) -> Result<Report, Failure> {
    let validators: Vec<DevValidator> = match command {
        DevCommand::Pause { validator, .. } => {
            ask(node, "dev_pause", &DevPause { validator: *validator })?
        }
        DevCommand::Resume { validator, .. } => {
            ask(node, "dev_resume", &DevResume { validator: *validator })?
        }
        DevCommand::Partition { groups, .. } => {
            ask(node, "dev_partition", &DevPartition { groups: read_groups(groups)? })?
        }
        DevCommand::Heal { .. } => ask(node, "dev_heal", &json!({}))?,
        _ => ask(node, "dev_validators", &json!({}))?,
    };
    Ok(report(shown(&validators), &validators))
}

/// `0,1|2,3`
fn read_groups(text: &str) -> Result<Vec<Vec<u32>>, Failure> {
    let wrong = || {
        Failure::new(codes::USAGE, format!("`{text}` names no groups"))
            .hint("write each validator once, as in '0,1|2,3'")
            .at("weal dev partition")
    };
    let number = |part: &str| part.trim().parse().map_err(|_| wrong());
    text.split('|').map(|group| group.split(',').map(number).collect()).collect()
}

fn shown(validators: &[DevValidator]) -> String {
    let mut text = format!(
        "{:<9}  {:<7}  {:>8}  {:<12}  {:<12}  {}\n",
        "validator", "state", "block", "state root", "hears", "JSON-RPC"
    );
    for validator in validators {
        let hears: Vec<_> = validator.group.iter().map(u32::to_string).collect();
        let root: String = validator.state_root.to_string().chars().take(12).collect();
        text += &format!(
            "{:<9}  {:<7}  {:>8}  {root:<12}  {:<12}  {}\n",
            validator.validator,
            validator.state,
            validator.height.to_string(),
            hears.join(","),
            validator.rpc.as_deref().unwrap_or("-"),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read() {
        assert_eq!(read_groups("0,1|2, 3").unwrap(), [vec![0, 1], vec![2, 3]]);
        assert_eq!(read_groups("0").unwrap(), [vec![0]]);
        for bad in ["", "0,1|", "a|b", "0;1", "-1"] {
            assert!(read_groups(bad).is_err(), "{bad}");
        }
    }
}
