//! The daemon as a process of its own.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use weal_client::rpc::Client;
use weal_node::genesis::ChainSpec;
use weal_types::ChainId;

use crate::people::{VALIDATOR_SEED, document};

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

impl NodeProcess {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        fs::write(path("genesis.toml"), document("private")).expect("written");
        fs::write(path("key"), hex::encode(VALIDATOR_SEED)).expect("written");
        fs::set_permissions(path("key"), fs::Permissions::from_mode(0o600)).expect("private");
        let config = "data = \"data\"\ngenesis = \"genesis.toml\"\nkey = \"key\"\ncache_mib = 8\n\
                      [rpc]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"warn\"\n";
        fs::write(path("node.toml"), config).expect("written");
        Self { directory, child: None, url: String::new() }
    }

    pub fn chain(&self) -> ChainId {
        ChainSpec::from_toml(&document("private")).expect("a genesis").chain
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Starts it and waits until it answers.
    pub fn start(&mut self) -> Client {
        let ready = self.path("ready");
        let _ = fs::remove_file(&ready);
        let child = Command::new(env!("CARGO_BIN_EXE_weal-node"))
            .args(["run", "--config"])
            .arg(self.path("node.toml"))
            .arg("--ready-file")
            .arg(&ready)
            .stdin(Stdio::null())
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
