//! `weal dev up`: the node's own parts in this process, on a chain with public keys.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anstyle::{AnsiColor, Style};
use serde_json::json;
use weal_client::{
    keys::{DEV_ACCOUNTS, dev_account},
    units::AssetInfo,
};
use weal_node::{
    devnet::{self, ASSETS, ROLES},
    node::{Node, NodeConfig, StartError},
    rpc::{RpcConfig, RpcServer},
    telemetry::{self, LogConfig},
};

use super::log;
use crate::{
    args::Up,
    codes,
    outcome::{Failure, Report},
};

/// Blocks of the database that stay in memory: a devnet is small, and shares its machine.
const CACHE_BYTES: usize = 64 << 20;

/// Runs a chain until Ctrl-C.
pub fn command(arguments: &Up) -> Result<Report, Failure> {
    let level = if arguments.verbose { "info" } else { "warn" };
    let _ = telemetry::start(&LogConfig { level: level.into(), ..LogConfig::default() });
    let temporary = match &arguments.state {
        Some(_) => None,
        None => Some(temporary()?),
    };
    let data = arguments.state.clone().or(temporary.as_ref().map(|t| t.path().to_owned()));
    let node = start(arguments, data.unwrap_or_default())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("rpc")
        .enable_all()
        .build()
        .map_err(|error| Failure::new(codes::INTERNAL, error.to_string()))?;
    let outcome = runtime.block_on(serve(&node, arguments));
    node.stop();
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

fn temporary() -> Result<tempfile::TempDir, Failure> {
    let made = tempfile::Builder::new().prefix("weal-dev-").tempdir();
    made.map_err(|error| Failure::file(&std::env::temp_dir(), &error))
}

/// Compiled modules outlive the chain: a start need not compile what the last one did.
fn cache() -> Option<PathBuf> {
    let dirs = etcetera::base_strategy::choose_base_strategy().ok()?;
    Some(etcetera::BaseStrategy::cache_dir(&dirs).join("weal").join("modules"))
}

fn start(arguments: &Up, data: PathBuf) -> Result<Node, Failure> {
    let chain = devnet::devnet(&arguments.name)
        .map_err(|error| Failure::new(codes::USAGE, error.to_string()).at("--name"))?;
    let config = NodeConfig {
        cache: cache().unwrap_or_else(|| data.join("cache")),
        // Whoever loses power starts a devnet again.
        sync: false,
        cache_bytes: CACHE_BYTES,
        pace_ms: 0,
        ..NodeConfig::new(data)
    };
    Node::start(config, chain.spec, chain.key).map_err(|error| {
        let failure = Failure::new(codes::DEV_START, error.to_string());
        match error {
            StartError::Locked { .. } => {
                failure.hint("stop the other one, or choose another --state")
            }
            _ => failure,
        }
    })
}

async fn serve(node: &Node, arguments: &Up) -> Result<Report, Failure> {
    let listen = SocketAddr::from(([127, 0, 0, 1], arguments.port));
    let config = RpcConfig { listen, ..RpcConfig::default() };
    let server = RpcServer::start(node.clone(), config).await.map_err(|error| {
        Failure::new(codes::DEV_START, error.to_string())
            .hint("choose another port with --port, or 0 for any free one")
    })?;
    let url = format!("http://{}", server.address());
    if let Some(path) = &arguments.ready_file {
        let draft = path.with_extension("new");
        std::fs::write(&draft, format!("{url}\n"))
            .and_then(|()| std::fs::rename(&draft, path))
            .map_err(|error| Failure::file(path, &error))?;
    }
    anstream::eprint!("{}", greeting(node, arguments, &url));
    let shown = (!arguments.quiet)
        .then(|| tokio::spawn(log::follow(node.clone(), url.clone(), arguments.verbose)));
    let mut failure = node.failure();
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(|error| Failure::new(codes::INTERNAL, error.to_string()))?;
    let failed = tokio::select! {
        _ = tokio::signal::ctrl_c() => None,
        _ = terminate.recv() => None,
        reason = failure.wait_for(Option::is_some) => reason.ok().and_then(|reason| reason.clone()),
    };
    shown.inspect(|task| task.abort());
    server.stop().await;
    match failed {
        Some(reason) => Err(Failure::new(codes::DEV_START, format!("the chain stopped: {reason}"))),
        None => {
            let height = node.head().header.height;
            let text = format!("stopped at block {height}\n");
            Ok(Report { text, data: json!({ "height": height.to_string(), "rpc": url }) })
        }
    }
}

fn greeting(node: &Node, arguments: &Up, url: &str) -> String {
    let (bold, warn) = (Style::new().bold(), Style::new().fg_color(Some(AnsiColor::Yellow.into())));
    let spec = node.spec();
    let kept = match &arguments.state {
        Some(path) => format!("kept in {}", path.display()),
        None => "forgotten at the end (--state DIR keeps it)".into(),
    };
    let mut text = format!(
        "{bold}weal dev{bold:#} {}  chain \"{}\" 0x{}…  block {}\n  JSON-RPC  {bold}{url}{bold:#} \
         (WebSocket on the same port)\n  blocks    on demand     state  {kept}\n",
        env!("CARGO_PKG_VERSION"),
        spec.name,
        hex::encode(&spec.chain.0[..4]),
        node.head().header.height,
    );
    let holdings = ASSETS.map(|(symbol, amount)| {
        let asset = AssetInfo { id: [0; 32], symbol: symbol.into(), decimals: 2 };
        weal_client::units::format_amount(amount, &asset)
    });
    text += &format!(
        "accounts, each with {}. {warn}Everybody knows their keys: never use them \
         elsewhere.{warn:#}\n",
        holdings.join(" and ")
    );
    for (name, role) in DEV_ACCOUNTS.iter().zip(ROLES) {
        let address = dev_account(name).map(|pair| pair.address()).unwrap_or_default();
        text += &format!("  {name:<6} {role:<21} {address}\n");
    }
    text + "Ctrl-C stops it. Try: weal account list --dev; weal call assets transfer --help\n"
}
