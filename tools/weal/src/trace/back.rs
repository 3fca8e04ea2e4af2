//! `weal trace --back`: whose units lie in a stretch of a line.
//!
//! The answer is the contract's, as the node gives it. Nothing of it is proven; the way of each
//! gift that it names can be.

use std::fmt::Write;

use serde_json::{Value, json};
use weal_client::{
    rpc::types::{AccountAddress, ContractAddress, Hex32, Query},
    units::{AssetInfo, Assets, format_amount},
};
use weal_types::{AccountId, ContractId, address::Address};

use crate::{
    args,
    chain::{Node, failed},
    codes,
    outcome::{Failure, Report},
};

/// Stretches that are asked for at once; the contract gives no more.
const PAGE: u32 = 100;

/// Pages that are asked for, at most: 20,000 stretches.
const PAGES: usize = 200;

/// A stretch of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    line: u32,
    start: u128,
    end: u128,
}

/// Units of one gift.
struct Giver {
    /// The line where the gift arrived, and its position there.
    gift: (u32, u128),
    payer: AccountId,
    /// Where they lie in the stretch: start and end.
    pieces: Vec<(u128, u128)>,
}

impl Giver {
    fn units(&self) -> u128 {
        self.pieces.iter().map(|(start, end)| end - start).sum()
    }
}

/// `weal trace CONTRACT LINE:START-END --back`.
pub fn back(arguments: &args::Trace, node: &Node) -> Result<Report, Failure> {
    let contract = node.contract(&arguments.contract)?;
    let wanted = stretch(&arguments.place)?;
    let line = Line::find(node, contract, wanted.line)?;
    let at = Stretch { end: wanted.end.min(line.received), ..wanted };
    if at.start >= at.end {
        let received = line.received;
        return Err(Failure::new(codes::ARGUMENT, "nothing has arrived there")
            .hint(format!("line {} has received {received} units, from 0 on", at.line)));
    }
    let (givers, next) = givers(node, contract, at)?;
    let end = next.unwrap_or(at.end);
    let text = text(node, &arguments.contract, (at, end), &line, &givers);
    let gifts = givers.iter().map(|giver| {
        let pieces = giver
            .pieces
            .iter()
            .map(|(start, end)| json!({ "start": start.to_string(), "end": end.to_string() }));
        json!({
            "line": giver.gift.0,
            "start": giver.gift.1.to_string(),
            "payer": AccountAddress(giver.payer),
            "units": giver.units().to_string(),
            "pieces": pieces.collect::<Vec<_>>(),
        })
    });
    let data = json!({
        "chain": Hex32(node.chain().0),
        "contract": ContractAddress(contract),
        "line": at.line,
        "start": at.start.to_string(),
        "end": end.to_string(),
        "asset": Hex32(line.asset),
        "gifts": gifts.collect::<Vec<_>>(),
        "is_complete": next.is_none(),
    });
    Ok(Report { text, data })
}

/// `LINE:START-END`, or `LINE:POSITION` for one unit.
fn stretch(text: &str) -> Result<Stretch, Failure> {
    let parsed = text.split_once(':').and_then(|(line, units)| {
        let number = |text: &str| text.replace(['_', ','], "").parse::<u128>().ok();
        let (start, end) = match units.split_once('-') {
            Some((start, end)) => (number(start)?, number(end)?),
            None => (number(units)?, number(units)?.checked_add(1)?),
        };
        Some(Stretch { line: line.parse().ok()?, start, end }).filter(|_| start < end)
    });
    parsed.ok_or_else(|| {
        Failure::new(codes::USAGE, format!("`{text}` is no stretch of a line"))
            .hint("write LINE:POSITION, or LINE:START-END for the units from START up to END")
    })
}

fn ask(node: &Node, contract: ContractId, method: &str, args: Value) -> Result<Value, Failure> {
    let contract = ContractAddress(contract);
    let query = Query { contract, method: method.into(), args: Some(args), from: None };
    Ok(node.client.contract_query(&query).map_err(failed)?.value)
}

fn odd(method: &str) -> Failure {
    Failure::new(codes::ARGUMENT, format!("`{method}` of this contract answers in another form"))
        .hint("is it a donation contract? weal contract info shows what it is")
}

fn number(value: &Value) -> Option<u128> {
    value.as_str()?.parse().ok()
}

/// What is needed of a line.
struct Line {
    asset: [u8; 32],
    received: u128,
}

impl Line {
    fn find(node: &Node, contract: ContractId, line: u32) -> Result<Self, Failure> {
        let found = ask(node, contract, "line", json!({ "id": line }))?;
        if found.is_null() {
            return Err(Failure::new(codes::ARGUMENT, format!("there is no line {line}")));
        }
        let mut asset = [0; 32];
        let text = found[0]["asset"].as_str().and_then(|text| text.strip_prefix("0x"));
        let received = number(&found[1]["received"]);
        match text.map(|text| hex::decode_to_slice(text, &mut asset)).zip(received) {
            Some((Ok(()), received)) => Ok(Self { asset, received }),
            _ => Err(odd("line")),
        }
    }
}

/// Whose units lie in a stretch, gift by gift in the order of their first unit; and from where on
/// was not asked, if the pages came to their end.
fn givers(
    node: &Node,
    contract: ContractId,
    at: Stretch,
) -> Result<(Vec<Giver>, Option<u128>), Failure> {
    let (mut givers, mut next) = (Vec::new(), Some(at.start));
    for _ in 0..PAGES {
        let Some(start) = next else { break };
        let (start, end) = (start.to_string(), at.end.to_string());
        let args = json!({ "line": at.line, "start": start, "end": end, "limit": PAGE });
        let page = ask(node, contract, "trace_back", args)?;
        for piece in page[0].as_array().ok_or_else(|| odd("trace_back"))? {
            add(&mut givers, piece).ok_or_else(|| odd("trace_back"))?;
        }
        let rest = number(&page[1]);
        // An answer that does not go on must not hold us here.
        if rest.is_some() && rest <= next {
            return Err(odd("trace_back"));
        }
        next = rest;
    }
    Ok((givers, next))
}

/// Adds a stretch to its gift's.
fn add(givers: &mut Vec<Giver>, piece: &Value) -> Option<()> {
    let gift = (u32::try_from(piece["intake"].as_u64()?).ok()?, number(&piece["gift"])?);
    let payer = AccountAddress::parse(piece["payer"].as_str()?).ok()?.0;
    let (start, end) = (number(&piece["span"]["start"])?, number(&piece["span"]["end"])?);
    let known = givers.iter().position(|giver| giver.gift == gift);
    let index = known.unwrap_or_else(|| {
        givers.push(Giver { gift, payer, pieces: Vec::new() });
        givers.len() - 1
    });
    let pieces = &mut givers.get_mut(index)?.pieces;
    match pieces.last_mut() {
        Some(last) if last.1 == start => last.1 = end,
        _ => pieces.push((start, end)),
    }
    (start < end).then_some(())
}

fn text(
    node: &Node,
    contract: &str,
    (at, end): (Stretch, u128),
    line: &Line,
    givers: &[Giver],
) -> String {
    let known: Option<AssetInfo> = node.book(None).ok().and_then(|book| book.by_id(&line.asset));
    let amount = |units: u128| match &known {
        Some(asset) => format_amount(units, asset),
        None => format!("{units} units of asset 0x{}", hex::encode(line.asset)),
    };
    let (all, gifts) = (end - at.start, givers.len());
    let plural = if gifts == 1 { "gift" } else { "gifts" };
    let mut text =
        format!("line {}, {}–{end}: {} of {gifts} {plural}\n", at.line, at.start, amount(all));
    for (place, giver) in givers.iter().enumerate() {
        let (branch, more) = if place + 1 == gifts { ("└ ", "  ") } else { ("├ ", "│ ") };
        let (intake, start) = giver.gift;
        let share = giver.units() as f64 * 100.0 / all.max(1) as f64;
        let payer =
            node.name_of(&giver.payer).unwrap_or_else(|| Address::Account(giver.payer).to_text());
        let _ = writeln!(
            text,
            "{branch}{}  {share:.2} %  gift {intake}:{start}, given by {payer}",
            amount(giver.units())
        );
        for (start, end) in &giver.pieces {
            let _ = writeln!(text, "{more}  {}:{start}–{end}", at.line);
        }
    }
    if end < at.end {
        let _ = writeln!(text, "more lies behind; go on with {}:{end}-{}", at.line, at.end);
    }
    if let Some(giver) = givers.first() {
        let (intake, start) = giver.gift;
        let _ = writeln!(
            text,
            "as the node says; proven for each gift by weal trace {contract} {intake}:{start}"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_read_and_what_is_none_refused() {
        let read = |text| stretch(text).ok().map(|at| (at.line, at.start, at.end));
        assert_eq!(read("12:1_200-1,300"), Some((12, 1_200, 1_300)));
        assert_eq!(read("12:7"), Some((12, 7, 8)));
        for wrong in ["12", "12:", "12:9-9", "12:9-8", "x:1-2", "12:-3", "12:1-2-3"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read(&format!("1:{}", u128::MAX)), None);
    }

    #[test]
    fn pieces_of_a_gift_come_together() {
        let payer = AccountAddress(AccountId([7; 32]));
        let piece = |gift: u32, start: u32, end: u32| {
            let span = json!({ "start": start.to_string(), "end": end.to_string() });
            json!({ "span": span, "intake": 5, "gift": gift.to_string(), "payer": payer })
        };
        let mut givers = Vec::new();
        for piece in [piece(0, 10, 20), piece(0, 20, 25), piece(9, 25, 26), piece(0, 26, 30)] {
            add(&mut givers, &piece).unwrap();
        }
        let found: Vec<_> = givers.iter().map(|giver| (giver.gift, giver.units())).collect();
        assert_eq!(found, [((5, 0), 19), ((5, 9), 1)]);
        assert_eq!(givers[0].pieces, [(10, 25), (26, 30)]);
        assert_eq!(add(&mut givers, &piece(0, 30, 30)), None);
        assert_eq!(add(&mut givers, &json!({ "span": null })), None);
    }
}
