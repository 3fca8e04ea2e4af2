//! Memory and file descriptors of every process, over its life.

use std::{
    fs,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::{
    clock,
    node::{Shared, lock},
};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(2);

/// After its start a process fills its caches; what it has then is where its course begins.
const WARM: Duration = Duration::from_secs(10);

/// What one process used.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// Once warm.
    pub first: u64,
    /// The most.
    pub max: u64,
    /// Last seen.
    pub last: u64,
    /// The most in each minute, from the start of the process on.
    pub minutes: Vec<u64>,
}

impl Course {
    fn see(&mut self, value: u64, seconds: u64) {
        let minute = usize::try_from(seconds / 60).unwrap_or(usize::MAX - 1);
        if self.minutes.len() <= minute {
            self.minutes.resize(minute + 1, 0);
        }
        self.minutes[minute] = self.minutes[minute].max(value);
        if self.first == 0 {
            self.first = value;
        }
        self.max = self.max.max(value);
        self.last = value;
    }
}

/// One life of one validator.
#[derive(Clone, Debug)]
pub struct Life {
    /// Which validator.
    pub node: usize,
    pid: u32,
    begun: Instant,
    is_over: bool,
    /// Seconds that it was watched.
    pub seconds: u64,
    /// KiB of resident memory.
    pub memory: Course,
    /// Open file descriptors.
    pub files: Course,
}

impl Life {
    /// Whether it lived long enough for its course to be told minute by minute.
    pub const fn is_long(&self) -> bool {
        self.seconds >= 600
    }
}

/// All lives so far; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Lives(Shared<Vec<Life>>);

impl Lives {
    /// Lives that a thread watches until the program ends.
    pub fn watched() -> Self {
        let lives = Self(Arc::new(Mutex::new(Vec::new())));
        let watched = lives.clone();
        std::thread::spawn(move || {
            loop {
                watched.look();
                clock::rest(EVERY);
            }
        });
        lives
    }

    /// A process was started.
    pub fn begin(&self, node: usize, pid: u32) {
        let (memory, files) = (Course::default(), Course::default());
        let begun = clock::now();
        let life = Life { node, pid, begun, is_over: false, seconds: 0, memory, files };
        lock(&self.0).push(life);
    }

    /// The process of a validator has ended.
    pub fn end(&self, node: usize) {
        lock(&self.0).iter_mut().filter(|life| life.node == node).for_each(|l| l.is_over = true);
    }

    /// What was seen of those who lived long enough, in order.
    pub fn seen(&self) -> Vec<Life> {
        lock(&self.0).iter().filter(|life| life.memory.first > 0).cloned().collect()
    }

    fn look(&self) {
        let mut lives = lock(&self.0);
        let living = lives.iter_mut().filter(|life| !life.is_over);
        for life in living.filter(|life| life.begun.elapsed() > WARM) {
            let process = format!("/proc/{}", life.pid);
            let status = fs::read_to_string(format!("{process}/status")).unwrap_or_default();
            let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let memory = memory.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
            let files = fs::read_dir(format!("{process}/fd")).map(Iterator::count).ok();
            if let (Some(memory), Some(files)) = (memory, files) {
                life.seconds = life.begun.elapsed().as_secs();
                life.memory.see(memory, life.seconds);
                life.files.see(files as u64, life.seconds);
            }
        }
    }
}
