//! What a command ends in: a report or a failure, for people or as one JSON object.

use std::{fmt::Write, io::Write as _, process::ExitCode};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use weal_gate::Refusal;

use crate::codes::{self, Code};

/// The version of the JSON envelope.
const ENVELOPE: u32 = 1;

/// How the program ends; scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// A bug of this program.
    Internal = 1,
    /// A wrong word on the command line.
    Usage = 2,
    /// Something about the machine, the package, a profile or a key is not as it must be.
    Config = 3,
    /// No node answers.
    Unreachable = 4,
    /// Refused before anything was sent.
    Refused = 5,
    /// Executed and reverted.
    Reverted = 6,
    /// Out of gas, or over a limit.
    Limit = 7,
    /// Sent, and what became of it is not known.
    Unknown = 8,
    /// A check or a test failed.
    Check = 9,
    /// Something that can be verified is not what somebody says it is.
    Mismatch = 10,
}

/// A command's result: a text for people and the same as data.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What goes to standard output, with a newline at the end; may hold ANSI styles, which are
    /// taken out where they are not wanted.
    pub text: String,
    /// `result` of the JSON object.
    pub data: Value,
}

/// Why a command did not do what it was asked for.
#[derive(Clone, Debug)]
pub struct Failure {
    /// `E` and a number; for a refusal of a contract `C`, its number there and its name.
    pub code: String,
    /// The code's short name.
    pub name: String,
    /// How the program ends.
    pub exit: Exit,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: Option<Box<str>>,
    /// What to do next.
    pub hint: Box<str>,
    /// What was found before: its text goes to standard output, its data into the error.
    pub found: Box<Report>,
}

impl Failure {
    /// A failure with the usual remedy of its code.
    pub fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code: format!("E{}", code.number),
            name: code.name.into(),
            exit: code.exit,
            message: message.into(),
            at: None,
            hint: code.remedy.into(),
            found: Box::default(),
        }
    }

    /// Says where.
    pub fn at(mut self, at: impl Into<Box<str>>) -> Self {
        self.at = Some(at.into());
        self
    }

    /// Says what to do, where more is known than the code's remedy.
    pub fn hint(mut self, hint: impl Into<Box<str>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Says what was found.
    pub fn found(mut self, found: Report) -> Self {
        self.found = Box::new(found);
        self
    }

    /// A file that cannot be read or written.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(codes::FILE, format!("{error}")).at(path.display().to_string())
    }

    /// A module that the gate refuses.
    pub fn refused(refusal: &Refusal, module: &str) -> Self {
        let mut at = module.to_owned();
        if let Some(function) = &refusal.function {
            let _ = write!(at, ", function `{function}`");
        }
        if let Some(offset) = refusal.offset {
            let _ = write!(at, ", offset {offset:#x}");
        }
        Self {
            code: format!("E{}", refusal.code),
            name: refusal.rule.into(),
            exit: Exit::Check,
            message: format!("{}; this chain's profile is {}", refusal.message, weal_gate::PROFILE),
            at: Some(at.into()),
            hint: refusal.remedy.into(),
            found: Box::new(Report {
                text: String::new(),
                data: json!({
                    "module": module,
                    "function": refusal.function,
                    "offset": refusal.offset,
                    "profile": weal_gate::PROFILE,
                }),
            }),
        }
    }

    /// `what`, `at` and `next`, one per line.
    fn text(&self) -> String {
        let error = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let mut text = format!("{error}error[{}]{error:#}: {}\n", self.code, self.message);
        if let Some(at) = &self.at {
            let _ = writeln!(text, "  at    {at}");
        }
        let _ = writeln!(text, "  next  {}", self.hint);
        text
    }

    fn json(&self) -> Value {
        let mut data = self.found.data.clone();
        if let (Some(at), Value::Null) = (&self.at, &data) {
            data = json!({ "at": at });
        }
        json!({
            "v": ENVELOPE,
            "ok": false,
            "error": {
                "code": self.code,
                "name": self.name,
                "message": self.message,
                "data": data,
                "hint": self.hint,
            },
        })
    }
}

/// Prints how a command ended, and turns it into the program's exit code.
pub fn finish(outcome: Result<Report, Failure>, as_json: bool) -> ExitCode {
    let (object, text) = match &outcome {
        Ok(report) => (json!({ "v": ENVELOPE, "ok": true, "result": report.data }), &report.text),
        Err(failure) => (failure.json(), &failure.found.text),
    };
    // A reader that closes the pipe (`weal explain | head`) is no failure of ours.
    let _ = match as_json {
        true => writeln!(anstream::stdout(), "{object}"),
        false => write!(anstream::stdout(), "{text}"),
    };
    match outcome {
        Ok(_) => ExitCode::SUCCESS,
        Err(failure) => {
            if !as_json {
                let _ = write!(anstream::stderr(), "{}", failure.text());
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// Tells a person what is being done, on standard error.
pub fn progress(what: &str) {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Green.into()));
    let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
    let _ = writeln!(anstream::stderr(), "{style}{verb:>12}{style:#} {rest}");
}

/// Tells a person what may be wrong, and what to do, on standard error.
pub fn warn(what: &str, next: &str) {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    let _ = writeln!(anstream::stderr(), "{style}warning{style:#}: {what}\n  next  {next}");
}
