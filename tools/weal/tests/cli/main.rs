//! The program as a person or a script runs it, on real packages.

mod chain;
mod contract;
mod dev;
mod genesis;
mod node;
mod offline;
mod package;
mod trace;
mod usage;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// What a run left.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    /// The object on standard output, which is all that is there.
    fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// The run, if it ended with this code.
    #[track_caller]
    fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n{}\n{}", self.out, self.err);
        self
    }

    /// The error of a run with `--json`.
    #[track_caller]
    fn error(self, code: i32) -> Value {
        let object = self.expect(code).json();
        assert_eq!((&object["v"], &object["ok"]), (&1.into(), &false.into()));
        object["error"].clone()
    }
}

/// Everything that tests build is kept, so that later runs compile contracts only. The tutorial's
/// test builds there, too: the engine below the test bench is compiled once.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tutorial")
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("it is there")
}

/// Runs `weal` in `directory`, with `words` separated by spaces.
fn weal(directory: &Path, words: &str) -> Run {
    weal_with(directory, words, &[])
}

fn weal_with(directory: &Path, words: &str, variables: &[(&str, &str)]) -> Run {
    let words: Vec<_> = words.split_whitespace().collect();
    weal_words(directory, &words, variables)
}

fn weal_words(directory: &Path, words: &[&str], variables: &[(&str, &str)]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_weal"))
        .args(words)
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", target())
        // Everything that the lock file names has been fetched to build this program.
        .env("CARGO_NET_OFFLINE", "true")
        // Nobody is there to be asked.
        .stdin(Stdio::null())
        .envs(variables.iter().copied())
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    Run {
        code: output.status.code().expect("no signal"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// A file with a package's source, changed by `edit`, which must change it.
fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("the file is there");
    assert!(text.contains(from), "{} has no {from}", path.display());
    fs::write(path, text.replace(from, to)).expect("it can be written");
}
