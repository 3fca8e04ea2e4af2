//! What is around a run: the network and the directory are made, this program runs again within
//! them, and whatever was made is taken down: at the end, after Ctrl-C, and at the start of the
//! next run if this one is killed.
//!
//! Everything that is made bears the id of the process that made it: namespaces are called
//! `chaos-PID-…`, directories `weal-chaos-PID`.

use std::{
    env, fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{self, Child, Command, ExitStatus},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::signal::unix::{SignalKind, signal};

use crate::{Place, network::Network, shell};

/// What tells the program that it runs inside: the directory, and the prefix of namespaces.
const DIRECTORY: &str = "WEAL_CHAOS_DIRECTORY";
const PREFIX: &str = "WEAL_CHAOS_PREFIX";

/// Why there are no namespaces.
pub const REFUSED: &str = "WEAL_CHAOS_REFUSED";

/// How long the program inside may take to end after a signal, before it is killed.
const END: Duration = Duration::from_secs(90);

/// What is given to the program inside.
pub struct Given {
    /// Where everything lies.
    pub directory: PathBuf,
    /// Namespaces, unless the system refuses them.
    pub prefix: Option<String>,
}

/// What was given, if this is the program inside.
pub fn given() -> Option<Given> {
    let directory = PathBuf::from(env::var_os(DIRECTORY)?);
    Some(Given { directory, prefix: env::var(PREFIX).ok() })
}

/// Makes the network, runs this program within it, and takes everything down.
pub fn run(place: &Place) -> Result<()> {
    take_down_leftovers();
    let id = process::id();
    let directory = env::temp_dir().join(format!("weal-chaos-{id}"));
    fs::create_dir_all(&directory).with_context(|| directory.display().to_string())?;
    let prefix = format!("chaos-{id}");
    let wanted = Network { prefix: Some(prefix.clone()), size: place.validators.into() };
    let refused = if place.loopback {
        Some("--loopback was given".to_owned())
    } else {
        wanted.make().err().map(|error| format!("{error:#}"))
    };
    if let Some(reason) = &refused {
        eprintln!(
            "weal-chaos: NO NAMESPACES ({reason}): validators are plain processes on loopback, and \
             faults of the network are SKIPPED"
        );
        take_down(id);
    }
    let result = inside(&directory, &wanted, refused.as_deref());
    take_down(id);
    let status = result?;
    if status.success() {
        if place.keep {
            println!("kept          {}", directory.display());
        } else {
            shell::remove(&directory)?;
        }
        return Ok(());
    }
    bail!(
        "findings, or no end ({status}); directories and logs are kept in {}\nagain: {}",
        directory.display(),
        env::args().collect::<Vec<_>>().join(" ")
    )
}

/// Runs this program within the hub, until it ends or somebody wants it to.
fn inside(directory: &Path, network: &Network, refused: Option<&str>) -> Result<ExitStatus> {
    let program = env::current_exe()?;
    let mut command = match (refused, network.hub()) {
        (None, Some(hub)) => {
            let mut command = Command::new("ip");
            command.args(["netns", "exec", &hub]).arg(program);
            command
        }
        _ => Command::new(program),
    };
    command.args(env::args_os().skip(1)).env(DIRECTORY, directory);
    match (refused, &network.prefix) {
        (None, Some(prefix)) => command.env(PREFIX, prefix),
        (reason, _) => command.env(REFUSED, reason.unwrap_or_default()),
    };
    // Ctrl-C reaches the whole group: the one inside gets it from here alone.
    command.process_group(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        let mut child = command.spawn()?;
        tokio::select! {
            status = end_of(&mut child) => return status,
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
        eprintln!("weal-chaos: ends");
        shell::signal("TERM", child.id())?;
        match tokio::time::timeout(END, end_of(&mut child)).await {
            Ok(status) => status,
            Err(_) => {
                child.kill()?;
                Ok(child.wait()?)
            }
        }
    })
}

async fn end_of(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Takes down what runs left that were killed themselves. Their directories stay: they are small,
/// and may be what somebody wants to see.
fn take_down_leftovers() {
    for id in ids() {
        let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        // A process of another program may have got the same id.
        if !String::from_utf8_lossy(&command).contains("weal-chaos") {
            eprintln!("weal-chaos: takes down what run {id} left");
            take_down(id);
        }
    }
}

/// Ids of runs that left namespaces or processes.
fn ids() -> Vec<u32> {
    let names = |directory: &Path| -> Vec<String> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    };
    let of_namespace = |name: &String| name.strip_prefix("chaos-")?.split('-').next()?.parse().ok();
    let of_directory = |name: &String| name.strip_prefix("weal-chaos-")?.parse().ok();
    let mut ids: Vec<u32> =
        names(Path::new("/run/netns")).iter().filter_map(of_namespace).collect();
    let directories = names(&env::temp_dir());
    let running = |id: &u32| !processes(*id).is_empty();
    ids.extend(directories.iter().filter_map(of_directory).filter(running));
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Processes of a run that still run: those in its namespaces, and nodes whose files are its own.
fn processes(id: u32) -> Vec<u32> {
    let directory = env::temp_dir().join(format!("weal-chaos-{id}"));
    let of_run = |name: &str| name.starts_with(&format!("chaos-{id}-"));
    let namespaces = fs::read_dir("/run/netns").into_iter().flatten().flatten();
    let namespaces = namespaces.filter_map(|entry| entry.file_name().into_string().ok());
    let mut found: Vec<u32> = namespaces
        .filter(|name| of_run(name))
        .filter_map(|name| shell::run("ip", &["netns", "pids", &name]).ok())
        .flat_map(|pids| {
            pids.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()
        })
        .collect();
    let validators = fs::read_dir(&directory).into_iter().flatten().flatten();
    for validator in validators {
        let pid = fs::read_to_string(validator.path().join("pid")).unwrap_or_default();
        let Ok(pid) = pid.trim().parse::<u32>() else { continue };
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&command).contains(&*directory.to_string_lossy()) {
            found.push(pid);
        }
    }
    found
}

/// Ends the processes of a run and removes its namespaces. Mounts were made in the namespace of the
/// program inside, and are gone with it.
fn take_down(id: u32) {
    for pid in processes(id) {
        let _ = shell::signal("KILL", pid);
    }
    let entries = fs::read_dir("/run/netns").into_iter().flatten().flatten();
    for name in entries.filter_map(|entry| entry.file_name().into_string().ok()) {
        if name.starts_with(&format!("chaos-{id}-"))
            && let Err(error) = shell::run("ip", &["netns", "del", &name])
        {
            eprintln!("weal-chaos: {error:#}");
        }
    }
}
