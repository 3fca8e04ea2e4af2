//! One validator: its files, and its process while it runs.

use std::{
    collections::BTreeMap,
    fs,
    fs::File,
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use weal_client::rpc::Client;

use crate::{clock, network::Network, shell, vitals::Lives};

/// Until a node answers after its start: opening the database and the journal takes a second, on a
/// machine that compiles meanwhile ten times that.
const START: Duration = Duration::from_secs(60);

/// Until a node that shall stop has stopped.
const STOP: Duration = Duration::from_secs(60);

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// A validator.
pub struct Node {
    /// Its place among the validators of the genesis document.
    pub index: usize,
    directory: PathBuf,
    program: String,
    network: Network,
    child: Option<Child>,
    /// The library that moves its clock, if there is one.
    faketime: Option<PathBuf>,
    lives: Lives,
    /// Bytes of its log that were looked at.
    pub read: usize,
}

/// The secret of a validator.
pub fn seed(index: usize) -> [u8; 32] {
    [index as u8 + 1; 32]
}

impl Node {
    /// Writes the files of a validator whose public keys, with those of the others, are `keys`.
    pub fn new(
        (index, directory): (usize, PathBuf),
        program: &Path,
        network: &Network,
        genesis: &str,
        keys: &[String],
        lives: Lives,
    ) -> Result<Self> {
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("genesis.toml"), genesis)?;
        fs::write(directory.join("key"), hex::encode(seed(index)))?;
        fs::set_permissions(directory.join("key"), fs::Permissions::from_mode(0o600))?;
        fs::write(directory.join("clock"), "+0\n")?;
        let (rpc, peer) = (network.rpc(index), network.peer(index));
        // At most ten blocks a second: one machine carries all validators. Whoever compares all
        // blocks asks thousands of times a second. Copies of the state are made every two minutes
        // or so, to be harmed like all else; nobody begins with one, so that all blocks can be
        // compared.
        let mut config = format!(
            "data = \"data\"\ngenesis = \"genesis.toml\"\nkey = \"key\"\ncache_mib = 8\n\
             pace_ms = 100\n[rpc]\nlisten = \"{rpc}\"\n[rpc.limits]\nrate_per_second = 100000\n\
             [log]\nlevel = \"info\"\n\
             [snapshots]\nevery = 1000\ngap = 0\n\
             [network]\nlisten = \"{peer}\"\n"
        );
        for (other, key) in keys.iter().enumerate().filter(|(other, _)| *other != index) {
            let address = network.peer(other);
            config += &format!("[[network.peers]]\nkey = \"0x{key}\"\naddress = \"{address}\"\n");
        }
        fs::write(directory.join("node.toml"), config)?;
        Ok(Self {
            index,
            directory,
            program: program.display().to_string(),
            network: network.clone(),
            child: None,
            faketime: faketime(),
            lives,
            read: 0,
        })
    }

    /// A path of its directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The directory of its chain, the only `data/chain-N`.
    pub fn chain(&self) -> Result<PathBuf> {
        let entries = fs::read_dir(self.path("data"))?.flatten().map(|entry| entry.path());
        let chains = entries.filter(|path| path.join("journal").is_dir());
        chains.max().with_context(|| format!("no chain in {}", self.path("data").display()))
    }

    /// A client of it, whether it runs or not.
    pub fn client(&self) -> Client {
        let url = format!("http://{}", self.network.rpc(self.index));
        Client::new(&url, ANSWER).expect("an address of ours")
    }

    /// Bytes that its tree and its database hold, as it counts them, by what for.
    pub fn memory(&self) -> Result<BTreeMap<String, u64>> {
        let url = format!("http://{}/metrics", self.network.rpc(self.index));
        let request = ureq::get(&url).config().timeout_global(Some(ANSWER)).build();
        let text = request.call()?.body_mut().read_to_string()?;
        let part = |line: &str| {
            let rest = line.strip_prefix("weal_memory_bytes{part=\"")?;
            let (part, bytes) = rest.split_once("\"} ")?;
            Some((part.to_lowercase(), bytes.parse().ok()?))
        };
        Ok(text.lines().filter_map(part).collect())
    }

    /// Whether it has been started and not been stopped.
    pub const fn is_meant_to_run(&self) -> bool {
        self.child.is_some()
    }

    fn spawn(&mut self) -> Result<()> {
        if self.child.is_some() {
            bail!("validator {} runs already", self.index);
        }
        let _ = fs::remove_file(self.path("ready"));
        let log = File::options().create(true).append(true).open(self.path("log"))?;
        let mut command = self.network.command(self.index, &self.program);
        command.args(["run", "--config"]).arg(self.path("node.toml"));
        command.arg("--ready-file").arg(self.path("ready"));
        if let Some(library) = &self.faketime {
            command
                .env("LD_PRELOAD", library)
                .env("FAKETIME_TIMESTAMP_FILE", self.path("clock"))
                .env("FAKETIME_CACHE_DURATION", "1")
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        fs::write(self.path("pid"), child.id().to_string())?;
        self.lives.begin(self.index, child.id());
        self.child = Some(child);
        Ok(())
    }

    /// Starts it and waits until it answers.
    pub fn start(&mut self) -> Result<()> {
        self.spawn()?;
        self.until_ready()
    }

    fn until_ready(&mut self) -> Result<()> {
        let ready = self.path("ready");
        let what = format!("validator {} answers after its start", self.index);
        let answers = clock::until(START, &what, || {
            self.alive()?;
            Ok(ready.exists().then_some(()))
        });
        answers.map_err(|error| self.explain(error))
    }

    /// Starts it, without waiting.
    pub fn launch(&mut self) -> Result<()> {
        self.spawn()
    }

    /// Waits until one that was launched answers.
    pub fn launched(&mut self) -> Result<()> {
        self.until_ready()
    }

    /// Starts it where it may refuse: how it ended, or nothing if it answers.
    pub fn try_start(&mut self) -> Result<Option<ExitStatus>> {
        self.spawn()?;
        let ready = self.path("ready");
        let what = format!("validator {} answers or refuses", self.index);
        let ended = clock::until(START, &what, || {
            let ended = self.ended()?;
            Ok((ended.is_some() || ready.exists()).then_some(ended))
        })?;
        if ended.is_some() {
            self.reap();
        }
        Ok(ended)
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.as_mut().map(Child::try_wait).transpose()?.flatten())
    }

    /// An error if it has ended by itself.
    pub fn alive(&mut self) -> Result<()> {
        let Some(status) = self.ended()? else { return Ok(()) };
        let last = self.log_tail(5);
        bail!("validator {} died, which it should not ({status}):\n{last}", self.index)
    }

    /// Waits until it ends by itself.
    pub fn wait_for_end(&mut self, most: Duration) -> Result<ExitStatus> {
        let what = format!("validator {} stops by itself", self.index);
        let status = clock::until(most, &what, || self.ended());
        let status = status.map_err(|error| self.explain(error))?;
        self.reap();
        Ok(status)
    }

    /// Adds to an error, if it still runs, where to read what its threads do.
    fn explain(&mut self, error: anyhow::Error) -> anyhow::Error {
        let is_stuck = matches!(self.ended(), Ok(None)) && !clock::is_interrupted();
        let Some(child) = self.child.as_ref().filter(|_| is_stuck) else { return error };
        let (stacks, path) = (shell::stacks(child.id()), self.path("stacks"));
        match fs::write(&path, stacks) {
            Ok(()) => error.context(format!("its threads are in {}", path.display())),
            Err(_) => error,
        }
    }

    /// Forgets a process that may have ended.
    pub fn bury(&mut self) {
        self.reap();
    }

    fn reap(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
            self.lives.end(self.index);
        }
    }

    /// Kills it as the kernel would.
    pub fn kill(&mut self) -> Result<()> {
        self.alive()?;
        if let Some(child) = &mut self.child {
            child.kill()?;
        }
        self.reap();
        Ok(())
    }

    /// Tells it to stop, and waits until it has, without an error.
    pub fn stop(&mut self) -> Result<()> {
        self.signal("TERM")?;
        let status = self.wait_for_end(STOP)?;
        if !status.success() {
            bail!("validator {} was told to stop and ended with {status}", self.index);
        }
        Ok(())
    }

    /// Sends a signal, by its name without `SIG`.
    pub fn signal(&mut self, name: &str) -> Result<()> {
        self.alive()?;
        let pid = self.child.as_ref().context("it runs")?.id();
        shell::signal(name, pid)
    }

    /// Moves its clock by so many seconds from the machine's.
    pub fn move_clock(&self, seconds: i64) -> Result<()> {
        // Renamed into place: the library may read it at any moment.
        fs::write(self.path("clock.new"), format!("{seconds:+}s\n"))?;
        Ok(fs::rename(self.path("clock.new"), self.path("clock"))?)
    }

    /// Whether its clock can be moved.
    pub const fn has_moving_clock(&self) -> bool {
        self.faketime.is_some()
    }

    /// Its whole log.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.path("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The last lines of its log.
    pub fn log_tail(&self, lines: usize) -> String {
        let log = self.log();
        let all: Vec<_> = log.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // One that was stopped by a signal is killed all the same.
            let _ = child.kill();
            let status = child.wait();
            if let Some(signal) = status.ok().and_then(|status| status.signal()) {
                debug_assert_eq!(signal, 9);
            }
        }
    }
}

/// Where Debian puts the library that moves a process's clock.
fn faketime() -> Option<PathBuf> {
    let directories = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"];
    let paths = directories.iter().map(|d| Path::new(d).join("faketime/libfaketimeMT.so.1"));
    paths.into_iter().find(|path| path.exists())
}

/// A list that threads share.
pub type Shared<T> = Arc<Mutex<T>>;

/// Locks a list, whoever panicked while holding it.
pub fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
