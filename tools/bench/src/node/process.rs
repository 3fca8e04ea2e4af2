//! The daemon, and what it uses of the machine.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use weal_node::{devnet, genesis::ChainSpec};

/// Ticks of the kernel's accounting per second; the same on every Linux that people run.
const TICKS: u64 = 100;

pub struct NodeProcess {
    directory: TempDir,
    child: Child,
    url: String,
}

/// Starts the validators of a chain, each with the daemon that lies beside this program.
pub fn start(validators: u8) -> Vec<NodeProcess> {
    let spec = devnet::with_validators("bench", validators).expect("a chain");
    let bind = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let listeners: Vec<_> = (0..validators).map(bind).collect();
    let port = |listener: &TcpListener| listener.local_addr().expect("bound").port();
    let ports: Vec<u16> = listeners.iter().map(port).collect();
    drop(listeners);
    let spawn = |number| NodeProcess::spawn(number, &spec, &ports);
    let mut nodes: Vec<_> = (0..validators).map(spawn).collect();
    nodes.iter_mut().for_each(NodeProcess::wait);
    nodes
}

impl NodeProcess {
    fn spawn(number: u8, spec: &ChainSpec, ports: &[u16]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        fs::write(path("genesis.toml"), &spec.document).expect("written");
        fs::write(path("key"), hex::encode(devnet::validator_seed(number))).expect("written");
        fs::set_permissions(path("key"), fs::Permissions::from_mode(0o600)).expect("private");
        let mut config = "data = \"data\"\ngenesis = \"genesis.toml\"\nkey = \"key\"\n\
                          [rpc]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"warn\"\n"
            .to_owned();
        let others = ports.iter().zip(spec.validators.validators.iter()).enumerate();
        for (other, (port, validator)) in others {
            if other == usize::from(number) {
                continue;
            }
            if !config.contains("[network]") {
                let own = ports[usize::from(number)];
                config += &format!("[network]\nlisten = \"127.0.0.1:{own}\"\n");
            }
            let key = hex::encode(validator.key.0);
            config += "[[network.peers]]\n";
            config += &format!("key = \"0x{key}\"\naddress = \"127.0.0.1:{port}\"\n");
        }
        fs::write(path("node.toml"), config).expect("written");
        let program = std::env::current_exe().expect("a path").with_file_name("weal-node");
        let child = Command::new(program)
            .args(["run", "--config"])
            .arg(path("node.toml"))
            .arg("--ready-file")
            .arg(path("ready"))
            .stdin(Stdio::null())
            .spawn()
            .expect("weal-node lies beside weal-bench");
        Self { directory, child, url: String::new() }
    }

    fn wait(&mut self) {
        let ready = self.directory.path().join("ready");
        let url = (0..3_000).find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            fs::read_to_string(&ready).ok()
        });
        url.expect("ready within 30 s").trim().clone_into(&mut self.url);
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Processor time by kind of thread. Threads that have ended (queries run on some of their own)
    /// are among the others.
    pub fn cpu(&self) -> Cpu {
        let process = format!("/proc/{}", self.child.id());
        let mut threads: BTreeMap<String, u64> = BTreeMap::new();
        let mut living = 0;
        for entry in fs::read_dir(format!("{process}/task")).into_iter().flatten().flatten() {
            let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            let ticks = ticks(&entry.path().join("stat"));
            living += ticks;
            let name = match name.trim() {
                known @ ("rpc" | "verifier" | "journal" | "engine" | "committer" | "door") => known,
                "weal-net" => "network",
                "executor" => "execute",
                name if name.starts_with("rocksdb") => "rocksdb",
                _ => "others",
            };
            *threads.entry(name.to_owned()).or_default() += ticks;
        }
        let all = ticks(Path::new(&format!("{process}/stat")));
        *threads.entry("others".into()).or_default() += all.saturating_sub(living);
        Cpu(threads)
    }

    /// What the node counts.
    pub fn metrics(&self) -> Metrics {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("the node listens");
        let request =
            format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("answered");
        let row = |line: &str| {
            let (name, value) = line.trim().rsplit_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        Metrics(text.lines().filter_map(row).collect())
    }

    /// Ends the process at once, as a power cut does for it.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Bytes of all files of the node.
    pub fn disk_bytes(&self) -> u64 {
        fn of(path: &Path) -> u64 {
            let entries = fs::read_dir(path).into_iter().flatten().flatten();
            let size = |entry: fs::DirEntry| match entry.metadata() {
                Ok(data) if data.is_dir() => of(&entry.path()),
                Ok(data) => data.len(),
                Err(_) => 0,
            };
            entries.map(size).sum()
        }
        of(&self.directory.path().join("data"))
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Counters of a node by name and labels.
pub struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// A counter; zero if there is none of this name.
    pub fn get(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or(0.0)
    }

    /// All counters whose name with labels begins so, with what follows, up to the closing quote.
    pub fn of<'a>(&'a self, start: &'a str) -> impl Iterator<Item = (String, f64)> + 'a {
        let row = move |(name, value): (&String, &f64)| {
            let (label, _) = name.strip_prefix(start)?.split_once('"')?;
            Some((label.to_lowercase(), *value))
        };
        self.0.iter().filter_map(row)
    }
}

/// Processor time by kind of thread, in ticks.
pub struct Cpu(BTreeMap<String, u64>);

/// Of all nodes together.
pub fn cpu(nodes: &[NodeProcess]) -> Cpu {
    let mut all = BTreeMap::new();
    for (name, ticks) in nodes.iter().flat_map(|node| node.cpu().0) {
        *all.entry(name).or_default() += ticks;
    }
    Cpu(all)
}

impl Cpu {
    /// What was used since `before`.
    pub fn since(&self, before: &Self) -> Vec<(String, Duration)> {
        let used = |(name, ticks): (&String, &u64)| {
            let ticks = ticks.saturating_sub(before.0.get(name).copied().unwrap_or(0));
            (name.clone(), Duration::from_millis(ticks * 1_000 / TICKS))
        };
        self.0.iter().map(used).collect()
    }
}

/// User and system time of a process or thread.
fn ticks(stat: &Path) -> u64 {
    let text = fs::read_to_string(stat).unwrap_or_default();
    // The name in brackets may hold spaces.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let field = |index: usize| fields.split_whitespace().nth(index)?.parse::<u64>().ok();
    field(11).unwrap_or(0) + field(12).unwrap_or(0)
}
