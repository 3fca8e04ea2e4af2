//! `weal doctor`: what is missing on this machine, and what to do about it.

use std::{path::Path, process::Command, time::Duration};

use serde_json::json;
use weal_client::rpc::Client;

use crate::{
    args, build, clock, codes, keys,
    outcome::{Failure, Report},
    settings::{self, Settings},
    text::{Align, table},
};

/// The target that contracts are compiled for.
const TARGET: &str = "wasm32-unknown-unknown";

/// How far the chain's time may lie ahead of ours.
const AHEAD_MS: u64 = 60_000;

/// One finding.
struct Check {
    name: &'static str,
    is_good: bool,
    /// Whether everything works without it.
    is_optional: bool,
    /// What was found.
    found: String,
    /// What to do, where it is not good.
    next: &'static str,
}

impl Check {
    fn new(name: &'static str, found: Result<String, String>, next: &'static str) -> Self {
        let is_good = found.is_ok();
        let (Ok(found) | Err(found)) = found;
        let next = if is_good { "" } else { next };
        Self { name, is_good, is_optional: false, found, next }
    }

    fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

/// `weal doctor`.
pub fn command(arguments: &args::Doctor) -> Result<Report, Failure> {
    let settings = settings::load(&arguments.connection, None);
    let mut checks = vec![rustc(), target(), optimiser()];
    let found = settings.as_ref().map(|found| format!("profile {}", found.profile.value));
    checks.push(Check::new(
        "settings",
        found.map_err(|failure| failure.message.clone()),
        "weal config explain",
    ));
    let keys = keys::list().map(|keys| format!("{} here", keys.len()));
    checks.push(Check::new(
        "keys",
        keys.map_err(|failure| failure.message),
        "see weal explain E1231",
    ));
    if let Ok(settings) = &settings {
        checks.extend(node(settings));
    }
    report(&checks)
}

/// What a program of the toolchain prints.
fn output(program: &str, words: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(words).output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

fn rustc() -> Check {
    Check::new("rustc", output("rustc", &["--version"]), "install Rust: https://rustup.rs")
}

fn target() -> Check {
    let found = output("rustc", &["--print", "sysroot"]).and_then(|sysroot| {
        let library = Path::new(&sysroot).join("lib/rustlib").join(TARGET);
        match library.is_dir() {
            true => Ok(TARGET.to_owned()),
            false => Err(format!("{TARGET} is not installed")),
        }
    });
    Check::new("target", found, "rustup target add wasm32-unknown-unknown")
}

fn optimiser() -> Check {
    Check::new(
        "wasm-opt",
        build::optimiser(Path::new(".")),
        "tools/setup/setup.sh   (modules are larger without it)",
    )
    .optional()
}

fn node(settings: &Settings) -> Vec<Check> {
    let timeout = Duration::from_secs(settings.timeout.value.max(1).into());
    let asked = Client::new(&settings.rpc.value, timeout).and_then(|client| {
        let info = client.node_info()?;
        Ok((info, client.node_health()?))
    });
    let next = "start a node, or name another: --rpc URL";
    let (info, health) = match asked {
        Err(error) => return vec![Check::new("node", Err(error.to_string()), next)],
        Ok(found) => found,
    };
    let told = format!("{} of chain \"{}\" {}", info.version, info.chain_name, info.chain);
    let mut checks = vec![Check::new("node", Ok(told), "")];
    let state = match (health.ok, health.problem) {
        (true, _) => Ok(format!("block {}", health.head)),
        (false, problem) => Err(problem.unwrap_or_else(|| "it does not say what".into())),
    };
    checks.push(Check::new("health", state, "ask whoever runs the node"));
    let pinned = settings.chain.as_ref().filter(|pinned| pinned.value != info.chain);
    if let Some(pinned) = pinned {
        let found = format!("{} expects {}", pinned.source, pinned.value);
        checks.push(Check::new("chain", Err(found), "check rpc and chain: weal config explain"));
    }
    // A devnet's clock is moved on purpose.
    let ahead = health.time_ms.0.saturating_sub(clock::now_ms());
    if !info.devnet {
        let found = match ahead > AHEAD_MS {
            false => Ok("not behind the chain's".to_owned()),
            true => Err(format!("{} s behind the chain's", ahead / 1_000)),
        };
        checks.push(Check::new("clock", found, "set this machine's clock"));
    }
    checks
}

fn report(checks: &[Check]) -> Result<Report, Failure> {
    let mut rows = vec![["", "check", "found", "next"].map(str::to_owned).to_vec()];
    for Check { name, is_good, is_optional, found, next } in checks {
        let mark = match (is_good, is_optional) {
            (true, _) => "ok",
            (false, true) => "--",
            (false, false) => "!!",
        };
        let first = found.lines().next().unwrap_or_default().to_owned();
        rows.push(vec![mark.into(), (*name).into(), first, (*next).into()]);
    }
    let data = checks.iter().map(|check| {
        json!({
            "check": check.name, "ok": check.is_good, "found": check.found, "next": check.next,
        })
    });
    let data = json!({ "checks": data.collect::<Vec<_>>() });
    let report = Report { text: table(&[Align::Left; 4], &rows), data };
    match checks.iter().filter(|check| !check.is_good && !check.is_optional).count() {
        0 => Ok(report),
        1 => Err(Failure::new(codes::DOCTOR, "one check failed").found(report)),
        several => {
            let message = format!("{several} checks failed");
            Err(Failure::new(codes::DOCTOR, message).found(report))
        }
    }
}
