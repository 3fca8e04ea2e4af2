//! `weal completions`.

use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;

use crate::{args::Arguments, outcome::Report};

/// The script that teaches `shell` our commands.
pub fn command(shell: Shell) -> Report {
    let mut script = vec![];
    clap_complete::generate(shell, &mut Arguments::command(), "weal", &mut script);
    let text = String::from_utf8_lossy(&script).into_owned();
    Report { data: json!({ "shell": shell.to_string(), "script": text }), text }
}
