//! `make demo`: hearing aids for children, from a donor's hand to the clinic's invoice, and proven,
//! on a chain of four validators, of which one fails on the way.

mod outage;
mod story;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let directory = std::env::temp_dir().join(format!("weal-demo-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    // Built contracts lie where the first argument says; without one they are built now.
    let contracts = std::env::args_os().nth(1).map(PathBuf::from);
    let told = Teller::new();
    let chain = Chain::start(&directory)?;
    let [url, ..] = &chain.urls[..] else { bail!("weal dev has named no address") };
    told.step(
        "Four validators run one chain here, as four organisations would: each block is signed by \
         three or more, so any one may fail or lie",
    );
    told.say(&chain.urls.join("\n"));
    let outcome = story::tell(&told, url, contracts.as_deref(), &directory);
    drop(chain);
    if outcome.is_err() {
        // What was built and proven stays for a look.
        eprintln!("demo: files are in {}", directory.display());
    }
    outcome
}

/// Says what happens, and when.
pub struct Teller {
    begun: Instant,
    bold: (&'static str, &'static str),
}

impl Teller {
    fn new() -> Self {
        let bold = if std::io::stdout().is_terminal() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        #[allow(clippy::disallowed_methods, reason = "tells how long it took")]
        let begun = Instant::now();
        Self { begun, bold }
    }

    /// Something was done.
    pub fn step(&self, text: &str) {
        let seconds = self.begun.elapsed().as_secs_f64();
        let (bold, plain) = self.bold;
        println!("{bold}{seconds:5.1} s{plain}  {text}");
        // Whoever reads along sees it now.
        let _ = std::io::stdout().flush();
    }

    /// Something that belongs to the step before.
    pub fn say(&self, text: &str) {
        for line in text.lines() {
            println!("         {line}");
        }
    }
}

/// `weal dev` in a process of its own.
struct Chain {
    child: Child,
    /// Where each validator's JSON-RPC answers.
    urls: Vec<String>,
}

impl Chain {
    fn start(directory: &std::path::Path) -> Result<Self> {
        let ready = directory.join("ready");
        let child = Command::new(weal()?)
            .args(["dev", "up", "--validators", "4", "--quiet", "--port", "0", "--ready-file"])
            .arg(&ready)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting weal dev")?;
        let mut chain = Self { child, urls: Vec::new() };
        for _ in 0..3_000 {
            if let Ok(urls) = std::fs::read_to_string(&ready) {
                chain.urls = urls.lines().map(str::to_owned).collect();
                return Ok(chain);
            }
            if let Some(status) = chain.child.try_wait()? {
                bail!("weal dev ended: {status}");
            }
            #[allow(clippy::disallowed_methods, reason = "waits for a file of another process")]
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("weal dev is not ready after 30 s")
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        // It is over either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command line, which lies beside this program.
pub fn weal() -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("weal"))
}
