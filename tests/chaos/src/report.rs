//! What a run came to, as text.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use crate::vitals::{Course, Life};

/// KiB that the memory of a process may grow by from its first seconds on, beyond a half of what it
/// had then: 32 MiB of the database's writes, two caches of 8 MiB, and what a burst needs.
const MEMORY_SLACK: u64 = 64 * 1024;

/// File descriptors that may come on top of a half: the database opens files as it grows.
const FILES_SLACK: u64 = 64;

/// A process that lived shorter proves nothing about growth.
const JUDGED_SECONDS: u64 = 60;

/// Minutes by which a process has what it needs.
const SETTLED_MINUTES: usize = 5;

/// Minutes of which the middle is compared, so that no single moment decides: while it copies the
/// state for others, a process needs up to 10 MiB more.
const COMPARED_MINUTES: usize = 5;

/// KiB that the memory of a process that has settled may still grow by, beyond an eighth: the two
/// caches fill.
const SETTLED_MEMORY_SLACK: u64 = 16 * 1024;

/// The same of file descriptors: the files of one more level of the database.
const SETTLED_FILES_SLACK: u64 = 24;

/// What is counted while the run goes on.
#[derive(Debug, Default)]
pub struct Report {
    /// How often each fault was done.
    pub rounds: BTreeMap<&'static str, u32>,
    /// Until everything was final everywhere after healing, by fault.
    pub resumed: BTreeMap<&'static str, Vec<Duration>>,
    /// Until a donation was final while the fault lasted, by fault.
    pub meanwhile: BTreeMap<&'static str, Vec<Duration>>,
    /// Faults that this system does not allow, and why.
    pub skipped: BTreeMap<&'static str, String>,
    /// What happened that the reader should know, and how often.
    pub notes: BTreeMap<String, u32>,
    /// Donations acknowledged, and of these final.
    pub donations: (u64, u64),
    /// Blocks compared on every node.
    pub blocks: u64,
    /// What the validators that ran in the end held in memory, by what for, in bytes.
    pub held: BTreeMap<usize, BTreeMap<String, u64>>,
    /// Log lines above information that the table expects, by their text.
    pub expected_lines: BTreeMap<&'static str, u64>,
}

impl Report {
    /// A note.
    pub fn note(&mut self, text: impl Into<String>) {
        *self.notes.entry(text.into()).or_default() += 1;
    }

    /// The report, with the courses of memory and descriptors.
    pub fn text(&self, lives: &[Life]) -> String {
        let mut text = String::new();
        let rounds: u32 = self.rounds.values().sum();
        let (acknowledged, settled) = self.donations;
        let _ = writeln!(text, "faults        {rounds}");
        let _ = writeln!(text, "donations     {acknowledged} acknowledged, {settled} final once");
        let _ = writeln!(text, "blocks        {} compared on every validator", self.blocks);
        let _ = writeln!(text, "\nfault            rounds  meanwhile p50/max  resumed p50/max");
        for (name, rounds) in &self.rounds {
            let times = |of: &BTreeMap<&str, Vec<Duration>>| {
                of.get(name).map_or_else(|| "-".into(), |times| spread(times))
            };
            let (during, after) = (times(&self.meanwhile), times(&self.resumed));
            let _ = writeln!(text, "{name:<16} {rounds:>6}  {during:>17}  {after:>15}");
        }
        for (name, why) in &self.skipped {
            let _ = writeln!(text, "skipped       {name}: {why}");
        }
        for (note, times) in &self.notes {
            let _ = writeln!(text, "note          {times} × {note}");
        }
        for (line, times) in &self.expected_lines {
            let _ = writeln!(text, "log           {times} × {line}");
        }
        text += &courses(lives);
        for (node, parts) in &self.held {
            let part = |(part, bytes): (&String, &u64)| {
                format!("{part} {:.1} MiB", *bytes as f64 / f64::from(1 << 20))
            };
            let parts: Vec<_> = parts.iter().map(part).collect();
            let _ = writeln!(text, "validator {node} held in the end: {}", parts.join(", "));
        }
        text
    }
}

/// Seconds at the middle and at most.
fn spread(times: &[Duration]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = |index: usize| sorted.get(index).map_or(0.0, Duration::as_secs_f64);
    format!("{:.1} / {:.1} s", at(sorted.len() / 2), at(sorted.len().saturating_sub(1)))
}

fn courses(lives: &[Life]) -> String {
    let mut text =
        "\nlife  validator  seconds   memory first/max/last MiB   files first/max/last\n"
            .to_owned();
    for (number, life) in lives.iter().enumerate() {
        let mib = |kib: u64| kib / 1024;
        let Life { node, seconds, memory, files, .. } = life;
        let memory = format!("{} / {} / {}", mib(memory.first), mib(memory.max), mib(memory.last));
        let files = format!("{} / {} / {}", files.first, files.max, files.last);
        let _ = writeln!(text, "{number:>4}  {node:>9}  {seconds:>7}  {memory:>26}  {files:>21}");
    }
    for (number, life) in lives.iter().enumerate().filter(|(_, life)| life.is_long()) {
        let every_fifth = |course: &Course| {
            let minutes = course.minutes.iter().step_by(5);
            minutes.map(u64::to_string).collect::<Vec<_>>().join(" ")
        };
        let (memory, files) = (every_fifth(&life.memory), every_fifth(&life.files));
        let _ = writeln!(text, "life {number} every fifth minute: {memory} KiB; {files} files");
    }
    text
}

fn grows(course: &Course, slack: u64) -> bool {
    course.last > course.first * 3 / 2 + slack
}

/// Whether the last minutes needed more than those in which everything had settled.
fn goes_on_growing(course: &Course, slack: u64) -> bool {
    let minutes = course.minutes.get(SETTLED_MINUTES..).unwrap_or_default();
    let Some(last) = minutes.len().checked_sub(COMPARED_MINUTES) else { return false };
    let middle = |minutes: &[u64]| {
        let mut sorted = minutes.to_vec();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or(0)
    };
    middle(&minutes[last..]) > middle(&minutes[..COMPARED_MINUTES]) * 9 / 8 + slack
}

/// Processes that used more and more.
pub fn growing(lives: &[Life]) -> Vec<String> {
    let judged = lives.iter().filter(|life| life.seconds >= JUDGED_SECONDS);
    let growing = judged.filter(|life| {
        let Life { memory, files, .. } = life;
        grows(memory, MEMORY_SLACK)
            || grows(files, FILES_SLACK)
            || goes_on_growing(memory, SETTLED_MEMORY_SLACK)
            || goes_on_growing(files, SETTLED_FILES_SLACK)
    });
    let say = |life: &Life| {
        format!(
            "validator {} grew in {} s: memory {:?} KiB, files {:?}",
            life.node, life.seconds, life.memory, life.files
        )
    };
    growing.map(say).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(minutes: impl IntoIterator<Item = u64>) -> Course {
        Course { minutes: minutes.into_iter().collect(), ..Course::default() }
    }

    #[test]
    fn who_settles_may_fill_what_it_has_and_no_more() {
        for (minutes, each, expected) in [
            (30, 0, false),
            (30, 1, false),
            (30, 4, true),
            // Before it has settled it may grow, and without minutes to compare nothing is said.
            (9, 4, false),
            (10, 4, false),
        ] {
            let grown = course((0..minutes).map(|minute| 100 + each * minute));
            assert_eq!(goes_on_growing(&grown, 16), expected, "{each} in each of {minutes}");
        }
        for bursts in [[7, 8], [26, 28]] {
            let burst = |minute| if bursts.contains(&minute) { 500 } else { 100 };
            assert!(!goes_on_growing(&course((0..30).map(burst)), 16), "{bursts:?}");
        }
        let step = (0..30).map(|minute| if minute < 27 { 100 } else { 130 });
        assert!(goes_on_growing(&course(step), 16));
    }
}
