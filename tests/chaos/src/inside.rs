//! The run: faults while people donate, and what must hold after each.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::signal::unix::{SignalKind, signal};
use weal_demo::code;

use crate::{
    Place, clock,
    faults::{Fault, named},
    network::Network,
    outside::{Given, REFUSED},
    report,
    world::{Plan, World},
};

/// How long people donate before a fault.
const BEFORE: Duration = Duration::from_secs(2);

/// The faults of the slice: a minute, and what each alone can find.
const SLICE: [&str; 9] = [
    "kill-leader",
    "halves",
    "torn-journal",
    "damaged-journal",
    "one-way",
    "full-disk",
    "old-directory",
    "clock",
    "kill-all",
];

/// Which faults come.
pub enum Course {
    /// These, in an order that the seed decides, again and again, for so many minutes.
    Minutes(u64, Vec<&'static Fault>),
    /// The most telling ones, short.
    Slice,
    /// This one.
    One(&'static Fault),
}

/// Runs it.
pub fn run(place: &Place, course: &Course, given: Given) -> Result<()> {
    listen_for_signals()?;
    let contracts = given.directory.join("contracts");
    let contracts = match &place.contracts {
        _ if place.transfers => None,
        Some(directory) => Some(directory.clone()),
        None => {
            for name in ["identity", "donation"] {
                code::build(name, &contracts)?;
            }
            Some(contracts)
        }
    };
    let plan = Plan {
        seed: place.seed,
        is_short: matches!(course, Course::Slice),
        program: daemon(place.node.as_deref())?,
        directory: given.directory,
        contracts,
    };
    let network = Network { prefix: given.prefix, size: place.validators.into() };
    let mut world = World::new(&plan, network)?;
    let begun = clock::now();
    let result = follow(&mut world, course).and_then(|()| end(&mut world));
    let lives = world.lives.seen();
    println!("\nseed          {}", plan.seed);
    println!("validators    {}", world.size());
    println!("minutes       {:.1}", begun.elapsed().as_secs_f64() / 60.0);
    println!("{}", world.report.text(&lives));
    result?;
    let growing = report::growing(&lives);
    if !growing.is_empty() {
        bail!("processes that use more and more:\n{}", growing.join("\n"));
    }
    println!("no findings");
    Ok(())
}

fn follow(world: &mut World, course: &Course) -> Result<()> {
    match course {
        Course::One(fault) => round(world, fault),
        Course::Slice => {
            let faults = SLICE.iter().filter_map(|name| named(name));
            faults.into_iter().try_for_each(|fault| round(world, fault))
        }
        Course::Minutes(minutes, faults) => {
            let begun = clock::now();
            let length = Duration::from_secs(minutes * 60);
            let mut left = Vec::new();
            while begun.elapsed() < length {
                if left.is_empty() {
                    left.clone_from(faults);
                }
                let chosen = world.draw(left.len() as u64) as usize;
                round(world, left.swap_remove(chosen))?;
            }
            Ok(())
        }
    }
}

/// One fault, and what must hold after it.
fn round(world: &mut World, fault: &'static Fault) -> Result<()> {
    if let Some(reason) = world.abilities.lack(fault.need).map(str::to_owned) {
        eprintln!("weal-chaos: SKIPPED {}: {reason}", fault.name);
        world.report.skipped.insert(fault.name, reason);
        return Ok(());
    }
    println!("{:<16} {}", fault.name, fault.line);
    let harm = |world: &mut World| -> Result<Duration> {
        world.load.resume();
        clock::pause(BEFORE)?;
        (fault.run)(world)?;
        let all = world.all();
        let took = world.donate(&all, "after the fault")?;
        world.check(fault.excused)?;
        Ok(took)
    };
    let took = harm(world).with_context(|| format!("fault `{}`", fault.name))?;
    println!("{:<16} → {:.1} s until final everywhere", "", took.as_secs_f64());
    world.report.resumed.entry(fault.name).or_default().push(took);
    *world.report.rounds.entry(fault.name).or_default() += 1;
    Ok(())
}

/// The last look: everything once more, and an end without errors.
fn end(world: &mut World) -> Result<()> {
    world.check(&[])?;
    world.compare_all()?;
    for node in &world.nodes {
        world.report.held.insert(node.index, node.memory()?);
    }
    world.nodes.iter_mut().try_for_each(|node| node.stop())
}

/// The daemon: the one named, or the one beside this program, or one directory up, where programs
/// lie when this one is a test.
fn daemon(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(path) = given {
        return fs::canonicalize(path).with_context(|| path.display().to_string());
    }
    let own = env::current_exe()?;
    let directories = own.ancestors().skip(1).take(2);
    let found = directories.map(|at| at.join("weal-node")).find(|path| path.is_file());
    found.context("no weal-node beside this program: build the workspace, or name one with --node")
}

/// From the first signal on, every wait ends with an error.
fn listen_for_signals() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if let Ok(reason) = env::var(REFUSED) {
        println!("loopback      {reason}");
    }
    std::thread::spawn(move || {
        runtime.block_on(async {
            let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
            let Ok(mut interrupt) = signal(SignalKind::interrupt()) else { return };
            tokio::select! {
                _ = terminate.recv() => clock::interrupt(),
                _ = interrupt.recv() => clock::interrupt(),
            }
        });
    });
    Ok(())
}
