//! One of the validators is down while gifts go on, and catches up.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use weal_client::rpc::Client;

/// The validator that goes down: any would do.
const ABSENT: usize = 3;

/// How long it may take to catch up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Stops a validator.
pub fn begin(client: &Client) -> Result<()> {
    let _: Value = client.request("dev_pause", &json!({ "validator": ABSENT }))?;
    Ok(())
}

/// What it came to.
pub struct Recovery {
    /// Blocks that the others had made without it.
    pub missed: u64,
    /// How long it took until it had the same state.
    pub took: Duration,
    /// The root of the state, the same at all.
    pub root: String,
}

/// Lets the validator go on, and waits until all have one state.
pub fn end(client: &Client) -> Result<Recovery> {
    let before = places(client)?;
    let (highest, _) = before.iter().max().context("a devnet has validators")?;
    let (own, _) = before.get(ABSENT).context("the validator that was down")?;
    let missed = highest - own;
    #[allow(clippy::disallowed_methods, reason = "tells how long it took")]
    let begun = Instant::now();
    let _: Value = client.request("dev_resume", &json!({ "validator": ABSENT }))?;
    while begun.elapsed() < PATIENCE {
        let now = places(client)?;
        if let Some((_, root)) = now.first().filter(|first| now.iter().all(|one| one == *first)) {
            return Ok(Recovery { missed, took: begun.elapsed(), root: root.clone() });
        }
        #[allow(clippy::disallowed_methods, reason = "looks again in a moment")]
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("validator {ABSENT} has not caught up within {} s", PATIENCE.as_secs())
}

/// Height and state root at each validator.
fn places(client: &Client) -> Result<Vec<(u64, String)>> {
    let validators: Vec<Value> = client.request("dev_validators", &json!({}))?;
    let place = |validator: &Value| {
        let text = |name: &str| validator[name].as_str().with_context(|| name.to_owned());
        Ok((text("height")?.parse()?, text("state_root")?.to_owned()))
    };
    validators.iter().map(place).collect()
}
