//! Organisations on one machine: a directory for each, and the programs that operators run.

use std::{
    fs,
    fs::File,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use weal_client::rpc::{Client, types::NodeHealth};

use crate::guide;

/// The validators of the guide's description.
pub const NAMES: [&str; 4] = ["relief", "bank", "auditor", "regulator"];

/// Until something happens that must.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Where the programs of the workspace lie.
fn programs() -> PathBuf {
    let directory = Path::new(env!("CARGO_BIN_EXE_weal")).parent().expect("it lies somewhere");
    assert!(directory.join("weal-node").exists(), "build the whole workspace: no weal-node");
    directory.to_owned()
}

/// What a command left.
pub struct Said {
    /// Whether it succeeded.
    pub ok: bool,
    /// What it printed.
    pub out: String,
    /// What it complained about.
    pub err: String,
}

impl Said {
    /// What follows a name at the beginning of a line.
    pub fn line(&self, name: &str) -> String {
        let rest = self.out.lines().find_map(|line| line.strip_prefix(name));
        rest.unwrap_or_else(|| panic!("no `{name}` in {}", self.out)).trim().to_owned()
    }
}

/// All of them.
pub struct Consortium {
    home: tempfile::TempDir,
    running: Vec<(String, Child)>,
    payments: u64,
}

impl Drop for Consortium {
    fn drop(&mut self) {
        for (_, child) in &mut self.running {
            // One that has ended by itself is no worse off.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Consortium {
    /// Four organisations make their keys, agree on the guide's description, found the chain, and
    /// start.
    pub fn found() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let mut all = Self { home, running: Vec::new(), payments: 0 };
        let account = |name| (name, all.new_account(name));
        let accounts: Vec<_> = ["council"].into_iter().chain(NAMES).map(account).collect();
        let key = |name: &str| {
            fs::create_dir_all(all.path(name)).expect("a directory");
            all.key(name, "validator.key")
        };
        let (keys, addresses) = (NAMES.map(key), free_addresses(NAMES.len()));
        let text = guide::description(&keys, &addresses, &accounts);
        fs::write(all.path("consortium.toml"), text).expect("written");
        let command = guide::command("weal genesis consortium.toml --out", &[]);
        all.run("", &command);
        for name in NAMES {
            for file in ["genesis.toml", "config.toml"] {
                fs::copy(all.path("ceremony").join(name).join(file), all.path(name).join(file))
                    .expect("copied");
            }
            assert!(all.check_config(name).ends_with("of 4 at genesis"));
        }
        NAMES.iter().for_each(|name| all.start(name));
        NAMES.iter().for_each(|name| all.until(name, |it| it.voice == "votes" && it.peers == 3));
        all
    }

    /// A directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Runs a command in an organisation's directory, or above all, as one that succeeds. What it
    /// asks a node, it asks `relief`'s.
    pub fn run(&self, name: &str, command: &str) -> Said {
        let said = self.attempt(name, command);
        assert!(said.ok, "`{command}` fails:\n{}{}", said.out, said.err);
        said
    }

    fn attempt(&self, name: &str, command: &str) -> Said {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(programs()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(paths).expect("paths");
        let rpc = fs::read_to_string(self.path("relief").join("ready")).unwrap_or_default();
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(self.path(name))
            .env("PATH", path)
            .env("WEAL_HOME", self.path("home"))
            .env("WEAL_RPC", rpc.trim())
            .stdin(Stdio::null())
            .output()
            .expect("a shell");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Said { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// A key of a person or an office, and its account's address.
    pub fn new_account(&self, name: &str) -> String {
        let said = self.run("", &format!("weal account new {name} --no-passphrase --json"));
        let made: Value = serde_json::from_str(&said.out).expect("an object");
        made["result"]["account"].as_str().expect("an address").to_owned()
    }

    /// A validator's key, new or not: its public half.
    pub fn key(&self, name: &str, file: &str) -> String {
        let command = guide::command(
            "weal-node key /var/lib/weal/",
            &[("/var/lib/weal/validator.key", file)],
        );
        self.run(name, &command).out.trim().to_owned()
    }

    /// What a node's configuration comes to: the last line.
    pub fn check_config(&self, name: &str) -> String {
        let command = guide::command(
            "weal-node check-config --config /var/lib/weal",
            &[("/var/lib/weal/", "")],
        );
        let said = self.run(name, &command).out;
        said.lines().last().unwrap_or_default().to_owned()
    }

    /// The chain's id.
    pub fn chain(&self) -> String {
        let said = self.run("relief", "weal-node check-config --config config.toml").out;
        let (_, rest) = said.split_once("id ").expect("an id");
        rest.split(')').next().expect("it ends").to_owned()
    }

    /// Puts lines at the top of a node's configuration.
    pub fn configure_first(&self, name: &str, lines: &str) {
        let path = self.path(name).join("config.toml");
        let text = fs::read_to_string(&path).expect("it is there");
        fs::write(path, format!("{lines}\n{text}")).expect("written");
    }

    /// Starts a node, without waiting.
    pub fn start(&mut self, name: &str) {
        let directory = self.path(name);
        let _ = fs::remove_file(directory.join("ready"));
        let log = File::options().create(true).append(true).open(directory.join("log"));
        let log = log.expect("a file");
        let child = Command::new(programs().join("weal-node"))
            .args(["run", "--config", "config.toml", "--ready-file", "ready"])
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the same file"))
            .stderr(log)
            .spawn();
        self.running.push((name.to_owned(), child.expect("it starts")));
    }

    fn take(&mut self, name: &str) -> Child {
        let place = self.running.iter().position(|(running, _)| running == name);
        self.running.swap_remove(place.expect("it runs")).1
    }

    /// Stops a node, as systemd does.
    pub fn stop(&mut self, name: &str) {
        let mut child = self.take(name);
        self.run("", &format!("kill -TERM {}", child.id()));
        assert!(child.wait().expect("it ends").success());
    }

    /// Starts a node that refuses: what it says last.
    pub fn refusal(&mut self, name: &str) -> String {
        self.start(name);
        assert!(!self.take(name).wait().expect("it ends").success());
        let log = fs::read_to_string(self.path(name).join("log")).expect("it is there");
        log.lines().last().unwrap_or_default().to_owned()
    }

    fn health(&self, name: &str) -> Option<NodeHealth> {
        let url = fs::read_to_string(self.path(name).join("ready")).ok()?;
        Client::new(url.trim(), PATIENCE).ok()?.node_health().ok()
    }

    /// Waits until a node says so of itself.
    pub fn until(&self, name: &str, holds: impl Fn(&NodeHealth) -> bool) {
        let mut seen = None;
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            seen = self.health(name);
            if seen.as_ref().is_some_and(&holds) {
                return;
            }
            #[allow(clippy::disallowed_methods, reason = "another process has to get there")]
            std::thread::sleep(LOOK);
        }
        let log = fs::read_to_string(self.path(name).join("log")).unwrap_or_default();
        panic!("{name} does not get there: {seen:?}\n{log}");
    }

    /// The newest height of a node.
    pub fn height(&self, name: &str) -> u64 {
        self.health(name).expect("it answers").head.0
    }

    /// Money is issued, over `relief`: something to order. Waits until it is final there, and until
    /// all of these nodes have it.
    pub fn pay(&mut self, names: &[&str]) {
        self.payments += 1;
        let reference = format!("0x{:064x}", self.payments);
        self.run(
            "",
            &format!(
                "weal asset issue --from council --yes --reference {reference} '1 CNY' council"
            ),
        );
        let height = self.height("relief");
        names.iter().for_each(|name| self.until(name, |it| it.head.0 >= height));
    }
}

/// Addresses of this machine on which nobody listens.
pub fn free_addresses(number: usize) -> Vec<String> {
    let bind = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let listeners: Vec<_> = (0..number).map(bind).collect();
    let address = |listener: &TcpListener| listener.local_addr().expect("an address").to_string();
    listeners.iter().map(address).collect()
}
