//! Logs: what happened, with a span per request and per block.

use std::io::IsTerminal;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tracing_subscriber::EnvFilter;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// What is logged, and how. Everything goes to standard error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug` or `trace`, or directives per module such as
    /// `info,weal_node::engine=debug`.
    pub level: String,
    /// How lines are written: `text` or `json`.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Text }
    }
}

/// The level is no level.
#[derive(Debug, Error)]
#[error("log.level: `{level}` is neither a level nor a list of directives: {reason}")]
pub struct LogError {
    /// What was given.
    level: String,
    /// What is wrong.
    reason: String,
}

/// Begins to log. Only the first call in a process has an effect.
pub fn start(config: &LogConfig) -> Result<(), LogError> {
    let filter = filter(config)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A line that finds no room would be reported on standard error too: with a panic.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal());
    // A process that logs already keeps doing so.
    let _ = match config.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}

/// Checks the level.
pub fn filter(config: &LogConfig) -> Result<EnvFilter, LogError> {
    EnvFilter::try_new(&config.level)
        .map_err(|error| LogError { level: config.level.clone(), reason: error.to_string() })
}
