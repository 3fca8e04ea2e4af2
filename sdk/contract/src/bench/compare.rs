//! The two runs of a test side by side.

use std::{env, fmt::Write};

use super::{
    Bench, Mode,
    actor::{Raw, StateChanges},
};

/// Restricts the modes of all tests: `native`, `vm`, or `both`.
const MODE: &str = "WEAL_TEST_MODE";

/// A call, and all that came of it but gas.
#[derive(PartialEq, Eq)]
pub(super) struct Step {
    what: String,
    outcome: String,
    /// What the block wrote, by key.
    writes: Vec<(String, String)>,
}

impl Step {
    pub(super) fn new(what: &str, sent: &Raw, changes: &StateChanges) -> Self {
        let outcome = match sent {
            Ok((bytes, events)) => format!("returned {}, emitted {events:?}", hex(bytes)),
            Err(error) => format!("failed: {error:?}"),
        };
        let writes = changes.iter().map(|(key, value)| {
            let value = value.as_deref().map_or_else(|| "removed".into(), hex);
            (format!("{:?} {}", key.contract(), hex(key.key())), value)
        });
        Self { what: what.into(), outcome, writes: writes.collect() }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("0x"), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Runs a test in each of `modes` that the environment allows, and compares. `#[weal_sdk::test]`
/// calls it.
///
/// # Panics
///
/// If the test does, or if its runs differ.
pub fn run(modes: &[Mode], test: fn(&mut Bench)) {
    let wanted = env::var(MODE).unwrap_or_default();
    let allowed = |mode: &&Mode| match wanted.as_str() {
        "native" => **mode == Mode::Native,
        "vm" => **mode == Mode::Vm,
        "" | "both" => true,
        other => panic!("{MODE} is `{other}`; it can be `native`, `vm` or `both`"),
    };
    let modes: Vec<_> = modes.iter().filter(allowed).collect();
    let runs: Vec<_> =
        modes.iter().map(|mode| (**mode, steps(**mode, modes.len() > 1, test))).collect();
    if let [(_, native), (_, vm)] = runs.as_slice() {
        compare(native, vm);
    }
}

fn steps(mode: Mode, compared: bool, test: fn(&mut Bench)) -> Vec<Step> {
    // Shown with the output of a test that fails.
    println!("running in mode {mode:?}");
    let mut bench = Bench::new(mode, compared);
    test(&mut bench);
    bench.steps.into_inner()
}

/// Panics at the first difference.
fn compare(native: &[Step], vm: &[Step]) {
    for (number, (native, vm)) in native.iter().zip(vm).enumerate() {
        if let Some(difference) = difference(native, vm) {
            panic!("native and Wasm differ at call {}, {}: {difference}", number + 1, native.what);
        }
    }
    assert_eq!(native.len(), vm.len(), "native and Wasm make different numbers of calls");
}

fn difference(native: &Step, vm: &Step) -> Option<String> {
    if native.what != vm.what {
        return Some(format!("in Wasm it is {}", vm.what));
    }
    if native.outcome != vm.outcome {
        return Some(format!("\n  native  {}\n  Wasm    {}", native.outcome, vm.outcome));
    }
    let (writes, others) = (&native.writes, &vm.writes);
    let only = |here: &[(String, String)], there: &[(String, String)]| {
        here.iter().find(|write| !there.contains(write)).cloned()
    };
    let (left, right) = (only(writes, others), only(others, writes));
    if left.is_none() && right.is_none() {
        return None;
    }
    let show = |write: Option<(String, String)>| {
        write.map_or_else(|| "nothing else".into(), |(key, value)| format!("{key} = {value}"))
    };
    Some(format!("the state\n  native  {}\n  Wasm    {}", show(left), show(right)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(outcome: &str, writes: &[(&str, &str)]) -> Step {
        let writes = writes.iter().map(|(key, value)| ((*key).into(), (*value).into()));
        Step { what: "a call".into(), outcome: outcome.into(), writes: writes.collect() }
    }

    #[test]
    fn equal_steps_do_not_differ() {
        let one = || step("returned 0x", &[("k", "0x01")]);
        assert_eq!(difference(&one(), &one()), None);
    }

    #[test]
    fn another_result_and_another_write_are_differences() {
        let one = step("returned 0x", &[("k", "0x01")]);
        let text = difference(&one, &step("failed", &[("k", "0x01")])).unwrap();
        assert!(text.contains("returned 0x") && text.contains("failed"), "{text}");
        let text = difference(&one, &step("returned 0x", &[("k", "0x02")])).unwrap();
        assert!(text.contains("k = 0x01") && text.contains("k = 0x02"), "{text}");
        let text = difference(&one, &step("returned 0x", &[])).unwrap();
        assert!(text.contains("nothing else"), "{text}");
    }
}
