//! What methods cost in tests: the lines that the SDK's bench wrote, as a table.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use crate::{
    codes,
    outcome::{Failure, Report},
    text::{Align, grouped, table},
};

/// What calls of one method took, in Wasm.
#[derive(Debug, Default, PartialEq, Eq)]
struct Costs {
    /// Gas of each call's transaction.
    gas: Vec<u64>,
    /// Microseconds of its block.
    us: Vec<u64>,
}

/// The costs in a file of the bench. Without a file no test has made a call.
pub fn report(path: &Path) -> Result<Report, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::file(path, &error)),
    };
    let methods = read(&text).ok_or_else(|| {
        Failure::new(codes::FILE, "this is not what tests write about costs")
            .at(path.display().to_string())
            .hint("use the SDK of the same checkout as this program")
    })?;
    Ok(shown(&methods))
}

/// A line per call, `{"method":"add","gas":1,"us":2}`, by method. `None` if one is otherwise.
fn read(text: &str) -> Option<BTreeMap<String, Costs>> {
    let mut methods = BTreeMap::<String, Costs>::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).ok()?;
        let costs = methods.entry(line["method"].as_str()?.to_owned()).or_default();
        costs.gas.push(line["gas"].as_u64()?);
        costs.us.push(line["us"].as_u64()?);
    }
    Some(methods)
}

/// The one in the middle, or the upper one of two; 0 of none.
fn median(numbers: &[u64]) -> u64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

fn shown(methods: &BTreeMap<String, Costs>) -> Report {
    let head = ["method", "calls", "gas median", "gas max", "µs median"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut data = vec![];
    for (method, costs) in methods {
        let calls = costs.gas.len() as u64;
        let (gas, us) = (median(&costs.gas), median(&costs.us));
        let most = costs.gas.iter().copied().max().unwrap_or(0);
        let numbers = [calls, gas, most, us].map(grouped);
        rows.push([method.clone()].into_iter().chain(numbers).collect());
        data.push(json!({
            "method": method,
            "calls": calls,
            "gas_median": gas,
            "gas_max": most,
            "us_median": us,
        }));
    }
    let columns = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    let text = match data.is_empty() {
        true => "no test made a call in Wasm\n".into(),
        false => table(&columns, &rows),
    };
    Report { text, data: data.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_the_upper_middle() {
        for (numbers, expected) in
            [(&[][..], 0), (&[7], 7), (&[9, 1], 9), (&[3, 1, 2], 2), (&[5, 5, 1, 9], 5)]
        {
            assert_eq!(median(numbers), expected, "{numbers:?}");
        }
    }

    #[test]
    fn calls_are_gathered_by_method() {
        let text = "{\"method\":\"take\",\"gas\":12000,\"us\":40}\n\
                    {\"method\":\"add\",\"gas\":5,\"us\":3}\n\
                    {\"gas\":7000,\"us\":60,\"method\":\"take\"}\n";
        let report = shown(&read(text).unwrap());
        let table = anstream::adapter::strip_str(&report.text).to_string();
        assert_eq!(
            table,
            "method  calls  gas median  gas max  µs median\n\
             add         1           5        5          3\n\
             take        2      12,000   12,000         60\n"
        );
        assert_eq!(report.data[1]["gas_max"], 12_000);
        assert_eq!(report.data[1]["us_median"], 60);
    }

    #[test]
    fn other_lines_are_not_understood() {
        for text in ["x", "{}", "{\"method\":1}", "{\"method\":\"a\",\"gas\":-1,\"us\":1}", "\n"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(shown(&read("").unwrap()).text, "no test made a call in Wasm\n");
    }
}
