//! `weal config`: which settings apply, and why.

use serde_json::{Value, json};

use crate::{
    args,
    outcome::{Failure, Report},
    settings::{self, Settings},
    text::{Align, table},
};

/// `weal config …`.
pub fn command(arguments: &args::Config) -> Result<Report, Failure> {
    match arguments {
        args::Config::Show { connection } => {
            Ok(report(&rows(&settings::load(connection, None)?)?, false))
        }
        args::Config::Explain { connection } => {
            Ok(report(&rows(&settings::load(connection, None)?)?, true))
        }
        args::Config::Use { profile } => {
            let path = settings::user_file()?;
            settings::choose(&path, profile)?;
            Ok(Report {
                text: format!("{profile} applies where nothing else is said\n"),
                data: json!({ "profile": profile, "file": path }),
            })
        }
    }
}

/// A setting's name, value and source.
type Row = (&'static str, Value, String);

fn rows(found: &Settings) -> Result<Vec<Row>, Failure> {
    let Settings { profile, rpc, chain, from, timeout, protected } = found;
    let none = || (Value::Null, "not set".to_owned());
    let chain = chain.as_ref().map(|chain| (json!(chain.value), chain.source.clone()));
    let from = from.as_ref().map(|from| (json!(from.value), from.source.clone()));
    let home = match settings::variable("WEAL_HOME") {
        Some(_) => "$WEAL_HOME",
        None => "default",
    };
    let (chain, from) = (chain.unwrap_or_else(none), from.unwrap_or_else(none));
    Ok(vec![
        ("profile", json!(profile.value), profile.source.clone()),
        ("rpc", json!(rpc.value), rpc.source.clone()),
        ("chain", chain.0, chain.1),
        ("from", from.0, from.1),
        ("timeout", json!(timeout.value), timeout.source.clone()),
        ("protected", json!(protected.value), protected.source.clone()),
        ("home", json!(settings::home()?), home.into()),
    ])
}

fn report(rows: &[Row], with_source: bool) -> Report {
    let columns = if with_source { 3 } else { 2 };
    let head = ["setting", "value", "from"].map(str::to_owned);
    let mut lines = vec![head[..columns].to_vec()];
    for (name, value, source) in rows {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Null => "none".into(),
            other => other.to_string(),
        };
        let line = [(*name).to_owned(), value, source.clone()];
        lines.push(line[..columns].to_vec());
    }
    let data = rows.iter().map(|(name, value, source)| {
        let value = match with_source {
            true => json!({ "value": value, "source": source }),
            false => value.clone(),
        };
        ((*name).to_owned(), value)
    });
    Report {
        text: table(&[Align::Left; 3][..columns], &lines),
        data: Value::Object(data.collect()),
    }
}
