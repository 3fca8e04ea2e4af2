//! The daemon as a process of its own.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use weal_client::rpc::Client;
use weal_node::{genesis::ChainSpec, validator_key::ValidatorKey};
use weal_types::ChainId;

use crate::people::document_of;

/// Looks for the ready file, at most: 30 s.
const LOOKS: u32 = 6_000;

#[allow(clippy::disallowed_methods, reason = "the test decides when to kill")]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

pub struct NodeProcess {
    directory: TempDir,
    child: Option<Child>,
    url: String,
}

fn seed(number: usize) -> [u8; 32] {
    [number as u8 + 1; 32]
}

fn key(number: usize) -> ValidatorKey {
    ValidatorKey::from_seed(seed(number)).expect("a secret")
}

/// Ports that were free a moment ago.
fn ports(count: usize) -> Vec<u16> {
    let bind = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let listeners: Vec<_> = (0..count).map(bind).collect();
    listeners.iter().map(|listener| listener.local_addr().expect("bound").port()).collect()
}

/// The validators of a chain.
pub struct Processes {
    pub nodes: Vec<NodeProcess>,
    pub chain: ChainId,
}

impl Processes {
    pub fn new(size: usize) -> Self {
        let keys: Vec<_> = (0..size).map(key).collect();
        let genesis = document_of("private", &keys);
        let ports = ports(size);
        let nodes = (0..size).map(|number| NodeProcess::new(number, &genesis, &ports)).collect();
        Self { nodes, chain: ChainSpec::from_toml(&genesis).expect("a genesis").chain }
    }
}

impl NodeProcess {
    fn new(number: usize, genesis: &str, ports: &[u16]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        fs::write(path("genesis.toml"), genesis).expect("written");
        fs::write(path("key"), hex::encode(seed(number))).expect("written");
        fs::set_permissions(path("key"), fs::Permissions::from_mode(0o600)).expect("private");
        let mut config = "data = \"data\"\ngenesis = \"genesis.toml\"\nkey = \"key\"\n\
                          cache_mib = 8\n[rpc]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"warn\"\n"
            .to_owned();
        if ports.len() > 1 {
            // They start one after the other; each would ask first those who do not run yet.
            config += "[snapshots]\ngap = 0\n";
            config += &format!("[network]\nlisten = \"127.0.0.1:{}\"\n", ports[number]);
            for (other, port) in ports.iter().enumerate().filter(|(other, _)| *other != number) {
                let key = hex::encode(key(other).public().0);
                config += "[[network.peers]]\n";
                config += &format!("key = \"0x{key}\"\naddress = \"127.0.0.1:{port}\"\n");
            }
        }
        fs::write(path("node.toml"), config).expect("written");
        Self { directory, child: None, url: String::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Starts it and waits until it answers.
    pub fn start(&mut self) -> Client {
        self.start_into(Stdio::inherit())
    }

    /// The same, with its log going elsewhere.
    pub fn start_into(&mut self, log: Stdio) -> Client {
        let ready = self.path("ready");
        let _ = fs::remove_file(&ready);
        let child = Command::new(env!("CARGO_BIN_EXE_weal-node"))
            .args(["run", "--config"])
            .arg(self.path("node.toml"))
            .arg("--ready-file")
            .arg(&ready)
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the node starts");
        let child = self.child.insert(child);
        for _ in 0..LOOKS {
            if let Ok(url) = fs::read_to_string(&ready) {
                self.url = url.trim().to_owned();
                return self.client();
            }
            if let Some(status) = child.try_wait().expect("a child of ours") {
                panic!("the node does not start again: {status}");
            }
            pause(Duration::from_millis(5));
        }
        panic!("the node is not ready");
    }

    pub fn client(&self) -> Client {
        Client::new(&self.url, Duration::from_secs(20)).expect("an address")
    }

    /// From its next start on it logs everything.
    pub fn log_everything(&self) {
        let path = self.path("node.toml");
        let config = fs::read_to_string(&path).expect("a configuration");
        fs::write(path, config.replace("level = \"warn\"", "level = \"trace\"")).expect("written");
    }

    /// Tells it to stop, and waits: how it ended.
    pub fn stop(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        let kill = Command::new("kill").arg(child.id().to_string()).status();
        assert!(kill.expect("a program of the system").success());
        child.wait().expect("a child of ours")
    }

    /// Kills it as the kernel would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("a child of ours");
            child.wait().expect("a child of ours");
        }
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
