//! `weal-node`: the daemon.

mod heap;

use std::{io::Write, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use weal_node::{
    config::Config,
    core::OpenError,
    failure::{Failure, HALT_EXIT_CODE},
    membership::{Keys, Membership},
    node::{Node, StartError},
    rpc::RpcServer,
    telemetry,
    validator_key::ValidatorKey,
};
use weal_types::{
    ChainId, Height, PublicKey,
    certificate::{ReadyFor, ready_message},
};

/// Fewer and shorter waits in the allocator than the system's: a tenth of the time of a commit.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long reads that were going on have to end when the node stops.
const READS_TIME: Duration = Duration::from_secs(1);

/// Runs a node of Commonweal.
#[derive(Parser)]
#[command(name = "weal-node", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the node until it is told to stop (Ctrl-C, SIGTERM).
    Run {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Write the address of JSON-RPC here once it answers.
        #[arg(long, value_name = "FILE")]
        ready_file: Option<PathBuf>,
    },
    /// Check a configuration, its genesis document and its key; print what they come to.
    CheckConfig {
        /// The configuration file.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Sign that a validator's key is at hand in a node that has the chain up to a height: what the
    /// contract `validators` wants to see before the key may vote.
    Ready {
        /// The key file.
        file: PathBuf,
        /// The chain's id, as `weal-node check-config` prints it.
        #[arg(long, value_name = "ID")]
        chain: String,
        /// The newest height of the node that is to use the key.
        #[arg(long, value_name = "HEIGHT")]
        height: u64,
        /// The proposal by which the key joins, as `chain_validators` names it.
        #[arg(long, value_name = "ID", required_unless_present = "replaces")]
        proposal: Option<String>,
        /// The validator's key whose place it takes.
        #[arg(long, value_name = "KEY", conflicts_with = "proposal")]
        replaces: Option<String>,
    },
    /// Make a validator's key file, or read one, and print the public key.
    Key {
        /// The key file; made with mode 0600 if it does not exist.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    heap::set_up();
    let result = match Arguments::parse().command {
        Command::Run { config, ready_file } => run(&config, ready_file.as_deref()),
        Command::CheckConfig { config } => check(&config),
        Command::Ready { file, chain, height, proposal, replaces } => {
            let purpose = (proposal.as_deref(), replaces.as_deref());
            ready(&file, &chain, Height(height), purpose)
        }
        Command::Key { file } => key(&file),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If nobody can read it, the status is still to be the right one.
            let _ = writeln!(std::io::stderr(), "weal-node: {error}");
            match has_halted(&*error) {
                true => ExitCode::from(HALT_EXIT_CODE),
                false => ExitCode::FAILURE,
            }
        }
    }
}

/// Whether the node must not be started again by whatever supervises it.
fn has_halted(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(StartError::Halted(_)))
        || matches!(error.downcast_ref(), Some(Failure::Halt(_)))
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn check(config: &std::path::Path) -> Outcome {
    let checked = Config::check(config)?;
    let spec = &checked.spec;
    println!("chain      {} ({:?}, id 0x{})", spec.name, spec.mode, hex::encode(spec.chain.0));
    println!("data       {}", checked.config.data.display());
    println!("validator  0x{}", hex::encode(checked.key.public().0));
    println!("rpc        http://{}", checked.config.rpc.listen);
    let keys = Keys { present: Arc::new(checked.key), next: checked.next_key };
    let genesis = Membership::of_genesis(spec);
    if let Some(network) = &checked.network {
        let others = genesis.peers(network, &keys).len();
        println!("network    {} and {others} others", network.listen);
    }
    // Whoever joined, or has another key since, stands in the state, which is not looked at here.
    genesis.check(&keys, true, checked.network.as_ref())?;
    let lost = checked.network.iter().flat_map(|place| genesis.lost(place, &keys)).next();
    if let Some(key) = lost {
        return Err(OpenError::Peers { key }.into());
    }
    let count = spec.validators.validators.len();
    match keys.among(&spec.validators).1 {
        Some(position) => println!("position   {position} of {count} at genesis"),
        None if checked.config.follow => {
            println!("position   none of {count} at genesis: follows the chain until it has one");
        }
        None => println!(
            "position   none of {count} at genesis: starts only if its data say that it was given \
             one, or with `follow = true`"
        ),
    }
    Ok(())
}

fn ready(
    file: &std::path::Path,
    chain: &str,
    height: Height,
    (proposal, replaces): (Option<&str>, Option<&str>),
) -> Outcome {
    let key = ValidatorKey::read(file)?;
    let chain = ChainId(bytes32("chain id", chain)?);
    let purpose = match (proposal, replaces) {
        (_, Some(key)) => ReadyFor::Replacing(PublicKey(bytes32("public key", key)?)),
        (proposal, None) => ReadyFor::Proposal(bytes32("proposal", proposal.unwrap_or_default())?),
    };
    let signature = key.sign(&ready_message(&chain, &key.public(), height, &purpose));
    println!("key        0x{}", hex::encode(key.public().0));
    println!("height     {height}");
    println!("signature  0x{}", hex::encode(signature));
    Ok(())
}

fn bytes32(what: &str, text: &str) -> Result<[u8; 32], String> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim_start_matches("0x"), &mut bytes)
        .map_err(|_| format!("`{text}` is no {what}: 0x and 64 hexadecimal digits"))?;
    Ok(bytes)
}

fn key(file: &std::path::Path) -> Outcome {
    println!("0x{}", hex::encode(ValidatorKey::read_or_make(file)?.public().0));
    Ok(())
}

fn run(config: &std::path::Path, ready_file: Option<&std::path::Path>) -> Outcome {
    let checked = Config::check(config)?;
    telemetry::start(&checked.config.log)?;
    let node = Node::start(checked.node(), checked.spec, checked.key)?;
    let head = node.head();
    tracing::info!(
        chain = node.spec().name,
        height = head.header.height.0,
        "the chain runs from here"
    );
    let runtime =
        tokio::runtime::Builder::new_multi_thread().thread_name("rpc").enable_all().build()?;
    let outcome = runtime.block_on(serve(&node, checked.config.rpc, ready_file));
    node.stop();
    // What is still read for somebody who has been disconnected is not waited for.
    runtime.shutdown_timeout(READS_TIME);
    outcome
}

async fn serve(
    node: &Node,
    config: weal_node::rpc::RpcConfig,
    ready_file: Option<&std::path::Path>,
) -> Outcome {
    let server = RpcServer::start(node.clone(), config).await?;
    if let Some(path) = ready_file {
        // Renamed into place, so that whoever waits for it never reads half of it.
        let draft = path.with_extension("new");
        std::fs::write(&draft, format!("http://{}\n", server.address()))?;
        std::fs::rename(&draft, path)?;
    }
    let mut terminate = signal(SignalKind::terminate())?;
    let mut failure = node.failure();
    let outcome = tokio::select! {
        _ = tokio::signal::ctrl_c() => Ok(()),
        _ = terminate.recv() => Ok(()),
        never = heap::give_back() => match never {},
        failed = failure.wait_for(Option::is_some) => {
            let failure = failed.ok().and_then(|failure| failure.clone());
            let unknown = || Failure::Machine("the node has failed".to_owned());
            Err(failure.unwrap_or_else(unknown).into())
        }
    };
    tracing::info!("stopping");
    server.stop().await;
    tracing::debug!("JSON-RPC has stopped");
    outcome
}
