//! `weal-model MODEL [--depth D] [--states N]`: explores a model and says what came of it.

use clap::Parser;
use weal_model::{
    catalogue,
    run::{Limits, explore},
};

/// Explores every order of events in a small cluster that runs the replica of PBFT.
#[derive(Parser)]
struct Arguments {
    /// Which model; without one they are listed.
    model: Option<String>,
    /// Steps from the start; any number without it.
    #[arg(long, default_value_t = 0)]
    depth: usize,
    /// States to generate; any number without it.
    #[arg(long, default_value_t = 0)]
    states: usize,
    /// Seconds to explore; any number without it.
    #[arg(long, default_value_t = 0)]
    seconds: u64,
    /// Near states first: the shortest counterexample, for more memory.
    #[arg(long)]
    broad: bool,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn main() {
    let arguments = Arguments::parse();
    let known = catalogue::all();
    let wanted = known.iter().find(|model| Some(model.name) == arguments.model.as_deref());
    let Some(model) = wanted else {
        for model in known {
            println!("{:24} {}", model.name, model.what);
        }
        return;
    };
    let Arguments { depth, states, seconds, broad: is_broad, threads, .. } = arguments;
    println!("{}: {}\n{:?}", model.name, model.what, model.setup);
    let report = explore(model.setup.clone(), Limits { depth, states, seconds, is_broad }, threads);
    print!("{report}");
    std::process::exit(i32::from(!report.violations.is_empty()));
}
