//! `weal rpc`: any method of a node, for scripts and for looking around.

use std::time::Duration;

use serde_json::{Value, json};
use weal_client::rpc::Client;

use crate::{
    args, call,
    chain::failed,
    outcome::{Failure, Report},
    settings,
};

/// `weal rpc METHOD [PARAMS]`.
pub fn command(arguments: &args::Rpc) -> Result<Report, Failure> {
    let settings = settings::load(&arguments.connection, None)?;
    let timeout = Duration::from_secs(settings.timeout.value.max(1).into());
    let client = Client::new(&settings.rpc.value, timeout).map_err(failed)?;
    let params = match &arguments.params {
        Some(text) => call::json_argument(text)?,
        None => json!({}),
    };
    let result: Value = client.request(&arguments.method, &params).map_err(failed)?;
    let text = serde_json::to_string_pretty(&result).unwrap_or_default() + "\n";
    Ok(Report { text, data: result })
}
