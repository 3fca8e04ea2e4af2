//! `weal dev up`: the node's own parts in this process, on a chain with public keys.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anstyle::{AnsiColor, Style};
use serde_json::json;
use weal_client::{
    keys::{DEV_ACCOUNTS, dev_account},
    units::AssetInfo,
};
use weal_node::{
    dev::{DevChain, DevStartError},
    devnet::{ASSETS, ROLES},
    node::{Node, NodeConfig, StartError},
    rpc::{RpcConfig, RpcServer, RpcStartError},
    telemetry::{self, LogConfig},
};

use super::log;
use crate::{
    args::Up,
    codes,
    outcome::{Failure, Report},
};

/// Blocks of the database that stay in memory, and leaves of the state's tree: a devnet is small,
/// and shares its machine.
const CACHE_BYTES: usize = 64 << 20;

/// Runs a chain until Ctrl-C.
pub fn command(arguments: &Up) -> Result<Report, Failure> {
    // A tester pauses and parts validators on purpose: that the others miss them is no news.
    let level = if arguments.verbose { "info" } else { "warn,weal_net=error" };
    let _ = telemetry::start(&LogConfig { level: level.into(), ..LogConfig::default() });
    let temporary = match &arguments.state {
        Some(_) => None,
        None => Some(temporary()?),
    };
    let data = arguments.state.clone().or(temporary.as_ref().map(|t| t.path().to_owned()));
    let chain = Arc::new(start(arguments, data.unwrap_or_default())?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("rpc")
        .enable_all()
        .build()
        .map_err(|error| Failure::new(codes::INTERNAL, error.to_string()))?;
    let outcome = runtime.block_on(serve(&chain, arguments));
    chain.validators().iter().for_each(Node::stop);
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

fn start(arguments: &Up, data: PathBuf) -> Result<DevChain, Failure> {
    let config = NodeConfig {
        cache: cache().unwrap_or_else(|| data.join("cache")),
        // Whoever loses power starts a devnet again.
        sync: false,
        cache_bytes: CACHE_BYTES,
        pace_ms: 0,
        ..NodeConfig::new(data)
    };
    DevChain::start(&arguments.name, arguments.validators, &config).map_err(|error| {
        let text = error.to_string();
        match error {
            DevStartError::Validators { .. } => {
                Failure::new(codes::USAGE, text).at("--validators").hint("--validators 4")
            }
            DevStartError::Genesis(_) => Failure::new(codes::USAGE, text).at("--name"),
            DevStartError::Node { reason: StartError::Locked { .. }, .. }
            | DevStartError::Other { .. } => Failure::new(codes::DEV_START, text)
                .hint("stop the other one, or choose another --state"),
            _ => Failure::new(codes::DEV_START, text),
        }
    })
}

/// Answers for each validator: at the port that was asked for, the ports after it, or others that
/// are free where these are taken.
async fn listen(chain: &Arc<DevChain>, port: u16) -> Result<Vec<RpcServer>, Failure> {
    let mut servers = Vec::new();
    for (position, node) in chain.validators().iter().enumerate() {
        let wanted = u16::try_from(position).ok().and_then(|after| port.checked_add(after));
        let wanted = if port == 0 { 0 } else { wanted.unwrap_or(0) };
        let start = |port| {
            let listen = SocketAddr::from(([127, 0, 0, 1], port));
            let config = RpcConfig { listen, ..RpcConfig::default() };
            RpcServer::start_within(node.clone(), Arc::clone(chain), config)
        };
        let server = match start(wanted).await {
            // The first port is what others rely on.
            Err(RpcStartError::Listen { .. }) if position > 0 => start(0).await,
            started => started,
        };
        let server = server.map_err(|error| {
            Failure::new(codes::DEV_START, error.to_string())
                .hint("choose another port with --port, or 0 for any free one")
        })?;
        chain.listens(position, format!("http://{}", server.address()));
        servers.push(server);
    }
    Ok(servers)
}

async fn serve(chain: &Arc<DevChain>, arguments: &Up) -> Result<Report, Failure> {
    let servers = listen(chain, arguments.port).await?;
    let urls: Vec<_> =
        servers.iter().map(|server| format!("http://{}", server.address())).collect();
    if let Some(path) = &arguments.ready_file {
        let draft = path.with_extension("new");
        std::fs::write(&draft, format!("{}\n", urls.join("\n")))
            .and_then(|()| std::fs::rename(&draft, path))
            .map_err(|error| Failure::file(path, &error))?;
    }
    anstream::eprint!("{}", greeting(chain, arguments, &urls));
    let shown = if arguments.quiet {
        Vec::new()
    } else {
        log::follow(chain.validators(), &urls, arguments.verbose)
    };
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .map_err(|error| Failure::new(codes::INTERNAL, error.to_string()))?;
    let failed = tokio::select! {
        _ = tokio::signal::ctrl_c() => None,
        _ = terminate.recv() => None,
        reason = failure(chain.validators()) => Some(reason),
    };
    shown.iter().for_each(tokio::task::JoinHandle::abort);
    for server in servers {
        server.stop().await;
    }
    if let Some(reason) = failed {
        return Err(Failure::new(codes::DEV_START, format!("the chain stopped: {reason}")));
    }
    let heights = chain.validators().iter().map(|node| node.head().header.height);
    let height = heights.max().unwrap_or_default();
    let text = format!("stopped at block {height}\n");
    Ok(Report { text, data: json!({ "height": height.to_string(), "rpc": urls.first() }) })
}

/// Waits until a validator fails, and says why.
async fn failure(validators: &[Node]) -> String {
    let (failed, mut reasons) = tokio::sync::mpsc::channel(1);
    for (position, node) in validators.iter().enumerate() {
        let (failed, mut failure) = (failed.clone(), node.failure());
        tokio::spawn(async move {
            let reason = failure.wait_for(Option::is_some).await.ok().and_then(|r| r.clone());
            if let Some(reason) = reason {
                // Whoever listened may have heard of another.
                let _ = failed.send(format!("validator {position}: {reason}")).await;
            }
        });
    }
    // The sender above lives as long as this function.
    reasons.recv().await.unwrap_or_default()
}

fn greeting(chain: &DevChain, arguments: &Up, urls: &[String]) -> String {
    let (Some(node), Some(url)) = (chain.validators().first(), urls.first()) else {
        return String::new();
    };
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
    text += &validators(node, urls);
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

/// Where each of several validators is, and what can be done to them.
fn validators(node: &Node, urls: &[String]) -> String {
    if urls.len() < 2 {
        return String::new();
    }
    // A state that cannot be read is told of elsewhere.
    let Ok(set) = node.validators() else { return String::new() };
    let mut text = format!(
        "{} validators, of which any {} may fail; {} sign each block:\n",
        set.validators.len(),
        set.max_faulty(),
        set.quorum(),
    );
    for (position, url) in urls.iter().enumerate() {
        text += &format!("  {position:<2} {url}\n");
    }
    text + "  weal dev validators | pause N | resume [N] | partition '0,1|2,3' | heal\n"
}
