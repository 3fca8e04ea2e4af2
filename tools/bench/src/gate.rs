//! Suite `gate`: how long the worst modules that the gate lets pass take to check and to compile.

use cpu_time::{ProcessTime, ThreadTime};
use weal_fixtures::bare_token;
use weal_gate::{ChainProfile, check};
use weal_hostile::BOMBS;
use weal_runtime::{Runtime, RuntimeConfig};
use weal_types::CodeHash;

use crate::report::{Row, best};

const ROUNDS: usize = 2;
/// Longest time that one module may keep one core.
const COMPILE_MS: f64 = 3_000.0;

/// Runs the suite.
pub fn run() -> Vec<Row> {
    let mut rows = vec![Row::new("check_token_us", check_ms(bare_token()) * 1e3, "us")];
    let passing = || BOMBS.iter().filter(|bomb| bomb.refused.is_none());
    let modules: Vec<_> = passing().map(|bomb| (bomb.name, (bomb.module)())).collect();
    let worst = modules.iter().map(|(_, module)| check_ms(module)).fold(0.0, f64::max);
    rows.push(Row::new("check_worst_ms", worst, "ms"));
    for (name, module) in &modules {
        rows.push(Row::new(*name, compile_ms(module), "ms").target(COMPILE_MS));
    }
    rows
}

fn check_ms(module: &[u8]) -> f64 {
    best((0..ROUNDS).map(|_| {
        let start = ThreadTime::now();
        check(module, ChainProfile::default()).expect("it passes");
        start.elapsed().as_secs_f64() * 1e3
    }))
}

/// CPU time of all threads, with the gate's check.
fn compile_ms(module: &[u8]) -> f64 {
    let config = RuntimeConfig { parallel_compilation: false, ..RuntimeConfig::default() };
    best((0..ROUNDS).map(|_| {
        let runtime = Runtime::new(&config).expect("the engine starts");
        let start = ProcessTime::now();
        runtime.load_code(&CodeHash::of(module), module).expect("it compiles");
        start.elapsed().as_secs_f64() * 1e3
    }))
}
