//! Follows `docs/tutorial.md` to the letter, so that the page cannot go stale.
//!
//! Its blocks are executed in order, as a reader does who copies them:
//!
//! | block | what a reader does |
//! |---|---|
//! | `console` | runs what stands behind `$ `, and compares what is printed |
//! | `console numbers` | the same, but numbers may be others |
//! | `rust FILE` | writes the file |
//! | `rust FILE append` | adds to its end |
//! | `diff FILE` | changes the lines; `…` stands between places |
//! | `sh` | has done that before |
//!
//! A command must succeed, unless `echo $?` follows it. `…` in what is printed stands for anything.

#![cfg(unix)]

mod document;
mod output;

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use document::{Block, Task};

/// Somebody who follows the page.
struct Reader {
    /// Where the page starts, and where commands leave what they print.
    start: tempfile::TempDir,
    /// Where commands are run.
    directory: PathBuf,
    /// How the last command ended.
    code: i32,
}

impl Reader {
    fn new() -> Self {
        let start = tempfile::tempdir().expect("a directory can be made");
        let directory = start.path().join("home");
        fs::create_dir(&directory).expect("a directory can be made");
        Self { start, directory, code: 0 }
    }

    fn follow(&mut self, block: &Block) {
        let at = format!("docs/tutorial.md:{}", block.line);
        match &block.task {
            Task::Run { commands, numbers_vary } => {
                for (index, command) in commands.iter().enumerate() {
                    let printed = self.run(&command.text);
                    let is_code_shown =
                        commands.get(index + 1).is_some_and(|next| next.text == "echo $?");
                    let at = format!("docs/tutorial.md:{}", command.line);
                    assert!(
                        self.code == 0 || is_code_shown,
                        "{at}: `{}` ends with {}:\n{printed}",
                        command.text,
                        self.code
                    );
                    if let Some(line) = output::missing(&command.shown, &printed, *numbers_vary) {
                        panic!("{at}: `{}` does not print\n{line}\nbut\n{printed}", command.text);
                    }
                }
            }
            Task::Write { file, text } => {
                fs::write(self.directory.join(file), text).expect("the file can be written");
            }
            Task::Append { file, text } => {
                let old = self.read(file, &at);
                fs::write(self.directory.join(file), format!("{old}\n{text}"))
                    .expect("the file can be written");
            }
            Task::Change { file, places } => {
                let mut content = self.read(file, &at);
                for place in places {
                    content = place.apply(&content).unwrap_or_else(|error| {
                        panic!("{at}: {error} in {file}:\n{}\n{content}", place.old)
                    });
                }
                fs::write(self.directory.join(file), content).expect("the file can be written");
            }
        }
    }

    fn read(&self, file: &str, at: &str) -> String {
        fs::read_to_string(self.directory.join(file))
            .unwrap_or_else(|error| panic!("{at}: {file}: {error}"))
    }

    /// Runs a command as a shell would, and returns what it prints on either stream.
    fn run(&mut self, command: &str) -> String {
        if command == "echo $?" {
            let printed = format!("{}\n", self.code);
            self.code = 0;
            return printed;
        }
        if let Some(directory) = command.strip_prefix("cd ") {
            self.directory.push(directory);
            assert!(self.directory.is_dir(), "{} is no directory", self.directory.display());
            return String::new();
        }
        let printed = self.start.path().join("printed");
        let file = fs::File::create(&printed).expect("a file can be made");
        let status = Command::new("sh")
            .args(["-c", command])
            .current_dir(&self.directory)
            .env("PATH", path_with_weal())
            .env("CARGO_TARGET_DIR", target())
            // Everything that the lock file names has been fetched to build this program.
            .env("CARGO_NET_OFFLINE", "true")
            .stdout(file.try_clone().expect("a file can be shared"))
            .stderr(file)
            .status()
            .expect("there is a shell");
        self.code = status.code().expect("no signal ends it");
        fs::read_to_string(printed).expect("it prints text")
    }
}

/// The program under test comes first.
fn path_with_weal() -> OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_weal"));
    let first = program.parent().map(Path::to_path_buf);
    let others = env::var_os("PATH").unwrap_or_default();
    let all = first.into_iter().chain(env::split_paths(&others));
    env::join_paths(all).expect("a path has no colon")
}

/// `tutorial` in the target directory: packages that tests write share it, so that the engine below
/// the test bench is compiled once.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tutorial")
}

#[test]
fn what_the_tutorial_shows_is_what_happens() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tutorial.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let mut reader = Reader::new();
    for block in document::blocks(&page) {
        reader.follow(&block);
    }
}
