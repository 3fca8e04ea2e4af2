//! From a description of four organisations to a chain that their daemons run, with nothing but the
//! files that are written for each, and the key that each made for itself.

#[path = "../people/mod.rs"]
#[allow(dead_code, reason = "each test program needs another part of it")]
mod people;

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use weal_client::rpc::{
    Client,
    types::{Hex, Hex32, Submit, SubmitStatus, TxGet, TxState, TxWait},
};
use weal_node::{
    clock::host_ms,
    failure::{self, HALT_EXIT_CODE},
    founding::Founding,
};
use weal_types::TimeMs;

/// Looks for the ready file, at most: 60 s.
const LOOKS: u32 = 6_000;

const NAMES: [&str; 4] = ["relief", "bank", "auditor", "regulator"];

fn weal_node() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weal-node"));
    command.stdin(Stdio::null());
    command
}

/// What a command of the daemon prints.
fn said(arguments: &[&str], path: &Path) -> String {
    let output = weal_node().args(arguments).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Each organisation makes its key on its own machine: a directory of its own stands for that.
fn keys(at: &Path) -> Vec<(PathBuf, String)> {
    let key = |name: &&str| {
        let file = at.join(format!("{name}.key"));
        let public = said(&["key"], &file).trim().to_owned();
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        (file, public)
    };
    NAMES.iter().map(key).collect()
}

/// What they agree on.
fn description(keys: &[(PathBuf, String)]) -> String {
    let bind = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let listeners: Vec<_> = keys.iter().map(bind).collect();
    let mut validators = String::new();
    for ((name, (_, key)), listener) in NAMES.iter().zip(keys).zip(&listeners) {
        let address = listener.local_addr().unwrap();
        validators += &format!(
            "[[validators]]\nname = \"{name}\"\norganisation = \"The {name}\"\nkey = \"{key}\"\n\
             address = \"{address}\"\nlisten = \"{address}\"\nrpc = \"127.0.0.1:0\"\n"
        );
    }
    people::document_of("consortium", &[]) + &validators
}

/// A daemon, which ends with the test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn start(directory: &Path) -> Daemon {
    let child = weal_node()
        .args(["run", "--config"])
        .arg(directory.join("config.toml"))
        .arg("--ready-file")
        .arg(directory.join("ready"))
        .spawn();
    Daemon(child.unwrap())
}

fn client(directory: &Path) -> Client {
    for _ in 0..LOOKS {
        if let Ok(url) = fs::read_to_string(directory.join("ready")) {
            return Client::new(url.trim(), Duration::from_secs(60)).unwrap();
        }
        #[allow(clippy::disallowed_methods, reason = "waits for a file of another process")]
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{} is not ready", directory.display());
}

/// What supervises a daemon must not start one again that has halted, and the operator is told why
/// it does not run.
#[test]
fn a_daemon_that_has_halted_says_so_with_an_exit_code_of_its_own() {
    let own = tempfile::tempdir().unwrap();
    let (file, key) = keys(own.path()).remove(0);
    let founding = Founding::from_toml(&description(&[(file.clone(), key)])).unwrap();
    for (path, text) in founding.files().into_iter().skip(1) {
        fs::write(own.path().join(path.file_name().unwrap()), text).unwrap();
    }
    fs::rename(file, own.path().join("validator.key")).unwrap();
    fs::create_dir(own.path().join("data")).unwrap();
    failure::leave_mark(&own.path().join("data"), "two quorums").unwrap();
    let config = own.path().join("config.toml");
    let output = weal_node().args(["run", "--config"]).arg(&config).output().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(HALT_EXIT_CODE)));
    // Even if nobody can read why.
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let unheard = weal_node().args(["run", "--config"]).arg(config).stderr(full).status().unwrap();
    assert_eq!(unheard.code(), Some(i32::from(HALT_EXIT_CODE)));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("two quorums") && said.contains("data/halted"), "{said}");
}

#[test]
fn four_organisations_found_a_chain_and_make_a_transaction_final() {
    let own = tempfile::tempdir().unwrap();
    let keys = keys(own.path());
    let founding = Founding::from_toml(&description(&keys)).unwrap();
    let out = tempfile::tempdir().unwrap();
    for (path, text) in founding.files() {
        let path = out.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let directories: Vec<_> = NAMES.iter().map(|name| out.path().join(name)).collect();
    let id = Hex32(founding.spec.chain.0).to_string();
    for (position, (directory, (key, _))) in directories.iter().zip(&keys).enumerate() {
        let check = || said(&["check-config", "--config"], &directory.join("config.toml"));
        fs::rename(key, directory.join("validator.key")).unwrap();
        let told = check();
        assert!(told.contains(&id) && told.contains(&format!("position   {position} of 4")));
        assert!(told.contains(" and 3 others"), "{told}");
    }
    let _daemons: Vec<_> = directories.iter().map(|directory| start(directory)).collect();
    let clients: Vec<_> = directories.iter().map(|directory| client(directory)).collect();
    let wire = people::transfer(&founding.spec.chain, TimeMs(host_ms()), 0, 0, 5);
    let submit = Submit { transactions: vec![Hex(wire)] };
    let verdict = clients[2].tx_submit(&submit).unwrap().remove(0);
    assert_eq!(verdict.status, SubmitStatus::Accepted, "{:?}", verdict.error);
    let wait = TxWait { hash: verdict.hash.unwrap(), timeout_ms: Some(30_000) };
    for client in &clients {
        let mut state = client.tx_get(&TxGet { hash: wait.hash }).unwrap().state;
        // Who does not know of it yet cannot wait for it.
        while state != TxState::Final {
            state = client.tx_wait(&wait).unwrap().state;
        }
        assert_eq!(client.node_info().unwrap().chain.to_string(), id);
        assert_eq!(client.chain_head().unwrap().height.0, 1);
    }
}
