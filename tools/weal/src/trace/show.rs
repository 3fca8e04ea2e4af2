//! A trace as a tree for people.

use std::{collections::BTreeMap, fmt::Write};

use weal_client::units::{AssetInfo, format_amount, format_timestamp};
use weal_provenance::{
    line::Kind,
    record::{HopKind, Origin},
    trace::{Departure, Fate, Rest, Stop, Trace},
    unit::LineId,
};
use weal_types::{AccountId, address::Address};

/// What to show, and how to name what is in it.
pub struct Shown<'a> {
    trace: &'a Trace,
    assets: &'a [AssetInfo],
    /// A short name for everybody in it; the legend says who that is.
    names: BTreeMap<AccountId, String>,
}

/// What a level of a stamp means, from 1.
const LEVELS: [&str; 4] = ["bank", "independent witness", "payee", "outcome"];

/// Everybody in a trace, in the order of their appearance.
fn parties(trace: &Trace) -> Vec<AccountId> {
    let mut parties = vec![trace.record.payer];
    for stop in &trace.stops {
        parties.extend(trace.lines.get(&stop.arrived.at.line).map(|line| line.org));
        match &stop.fate {
            Fate::Left(departure) => parties.extend(departure.note.payee),
            Fate::Rests(rest) => parties.extend(rest.stamps.iter().map(|stamp| stamp.stamp.by)),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    parties.retain(|party| seen.insert(*party));
    parties
}

impl<'a> Shown<'a> {
    /// A trace; `name` knows what people call an account here.
    pub fn new(
        trace: &'a Trace,
        assets: &'a [AssetInfo],
        name: impl Fn(&AccountId) -> Option<String>,
    ) -> Self {
        let numbered = (1..).zip(parties(trace));
        let named = |(number, party): (usize, AccountId)| {
            (party, name(&party).unwrap_or_else(|| format!("party {number}")))
        };
        Self { trace, assets, names: numbered.map(named).collect() }
    }

    /// The tree, with what it adds up to, and who is who.
    pub fn text(&self) -> String {
        let Trace { gift, record, span, .. } = self.trace;
        let amount = self.amount(gift.line, span.count().get());
        let by = match &record.origin {
            Origin::Single { .. } => format!("given by {}", self.name(&record.payer)),
            Origin::Batch(batch) => format!(
                "of a batch of {} gifts, brought by {}",
                batch.leaves,
                self.name(&record.payer)
            ),
        };
        let time = format_timestamp(record.time.0.into());
        let mut text =
            format!("gift {}:{}  {amount}  {by}, {time}\n", gift.line.0, gift.start.get());
        let children = self.children();
        for (position, root) in children.get(&None).into_iter().flatten().enumerate() {
            let last = position + 1 == children.get(&None).map_or(0, Vec::len);
            self.stop(&mut text, &children, *root, "", last);
        }
        let _ = writeln!(text, "in all");
        for ((asset, kind), units) in self.trace.totals().unwrap_or_default() {
            let amount = self.of_asset(&asset, units.get());
            let share = units.get() as f64 * 100.0 / span.count().get().max(1) as f64;
            let _ = writeln!(text, "  {:<34} {amount:>20}  {share:.2} %", state(kind));
        }
        if !self.trace.todo.is_empty() {
            let _ = writeln!(text, "  more was not followed yet");
        }
        let _ = writeln!(text, "who is who");
        for party in parties(self.trace) {
            let address = Address::Account(party).to_text();
            let _ = writeln!(text, "  {:<10} {address}", self.name(&party));
        }
        text
    }

    /// Stops by the stop that they came from.
    fn children(&self) -> BTreeMap<Option<u32>, Vec<usize>> {
        let mut children: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (index, stop) in self.trace.stops.iter().enumerate() {
            let from = stop.arrived.from.map(|(from, _)| from);
            children.entry(from).or_default().push(index);
        }
        children
    }

    fn stop(
        &self,
        text: &mut String,
        children: &BTreeMap<Option<u32>, Vec<usize>>,
        index: usize,
        indent: &str,
        last: bool,
    ) {
        let Some(stop) = self.trace.stops.get(index) else { return };
        let (branch, more) = if last { ("└ ", "  ") } else { ("├ ", "│ ") };
        let _ = writeln!(text, "{indent}{branch}{}", self.arrival(stop));
        let inner = format!("{indent}{more}");
        match &stop.fate {
            Fate::Rests(rest) => self.stamps(text, stop, rest, &inner),
            Fate::Left(departure) => {
                let _ = writeln!(text, "{inner}{}", self.departure(departure));
            }
        }
        let below = u32::try_from(index).ok().and_then(|index| children.get(&Some(index)));
        let below = below.map(Vec::as_slice).unwrap_or_default();
        for (position, child) in below.iter().enumerate() {
            self.stop(text, children, *child, &inner, position + 1 == below.len());
        }
    }

    /// `460.00 CNY  line 3, work of dave, 2026-11-22 …`
    fn arrival(&self, stop: &Stop) -> String {
        let line = stop.arrived.at.line;
        let amount = self.amount(line, stop.arrived.at.span.count().get());
        let time = format_timestamp(stop.arrived.since.0.into());
        match self.trace.lines.get(&line) {
            Some(card) => {
                let org = self.name(&card.org);
                format!("{amount}  line {}, {} of {org}, {time}", line.0, kind(card.kind))
            }
            None => format!("{amount}  line {}, {time}", line.0),
        }
    }

    fn departure(&self, departure: &Departure) -> String {
        let time = format_timestamp(departure.time.0.into());
        let mut text = format!("{} {time}", verb(&departure.kind));
        let note = &departure.note;
        if let Some(payee) = &note.payee {
            let _ = write!(text, ", to {}", self.name(payee));
        }
        if let Some(batch) = &note.batch {
            let _ = write!(text, " for {} payees", batch.leaves);
        }
        if let Some(purpose) = note.purpose {
            let _ = write!(text, ", purpose {purpose}");
        }
        if let Some(doc) = &note.doc {
            let _ = write!(text, ", document 0x{}", hex::encode(doc));
        }
        text
    }

    fn stamps(&self, text: &mut String, stop: &Stop, rest: &Rest, indent: &str) {
        let kind = self.trace.lines.get(&stop.arrived.at.line).map(|line| line.kind);
        let shown = if rest.is_shown { "" } else { " (no later record was given)" };
        let _ = writeln!(text, "{indent}{}{shown}", kind.map_or("", state));
        for stamped in &rest.stamps {
            let level = LEVELS.get(usize::from(stamped.level).wrapping_sub(1)).unwrap_or(&"?");
            let by = self.name(&stamped.stamp.by);
            let time = format_timestamp(stamped.stamp.time.0.into());
            let _ = writeln!(text, "{indent}✓ stamped by {level} {by}, {time}");
        }
    }

    fn amount(&self, line: LineId, units: u128) -> String {
        match self.trace.lines.get(&line) {
            Some(card) => self.of_asset(&card.asset.0, units),
            None => format!("{units} units"),
        }
    }

    fn of_asset(&self, asset: &[u8; 32], units: u128) -> String {
        match self.assets.iter().find(|known| known.id == *asset) {
            Some(known) => format_amount(units, known),
            None => format!("{units} units of asset 0x{}", hex::encode(asset)),
        }
    }

    fn name(&self, account: &AccountId) -> String {
        let address = || Address::Account(*account).to_text();
        self.names.get(account).cloned().unwrap_or_else(address)
    }
}

/// What a line is for.
const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Intake => "intake",
        Kind::Split => "splitter",
        Kind::Work => "work",
        Kind::Fee => "overhead",
        Kind::Prepaid => "advance",
        Kind::Delivered => "delivered",
        Kind::Overhead => "overhead paid",
        Kind::Refunded => "refunded",
        Kind::Seized => "seized",
        Kind::Held => "held",
        Kind::Closing => "closing",
    }
}

/// What it means that units rest on such a line.
const fn state(kind: Kind) -> &'static str {
    match kind {
        Kind::Intake | Kind::Split | Kind::Work => "waiting to be used",
        Kind::Fee => "overhead, not spent yet",
        Kind::Prepaid | Kind::Delivered => "arrived",
        Kind::Overhead => "overhead, spent",
        Kind::Refunded => "returned to the giver",
        Kind::Seized => "taken by an authority",
        Kind::Held => "held by an authority",
        Kind::Closing => "waiting for the fund's settlement",
    }
}

/// How units left.
const fn verb(kind: &HopKind) -> &'static str {
    match kind {
        HopKind::Split { .. } => "divided",
        HopKind::Forward => "forwarded",
        HopKind::Convert => "exchanged",
        HopKind::Spend => "paid",
        HopKind::Reimburse => "paid back an advance",
        HopKind::Back => "handed back",
        HopKind::Hold => "held",
        HopKind::Release => "released",
        HopKind::Seize => "seized",
        HopKind::Refund => "refunded",
        HopKind::Repurpose => "repurposed",
        HopKind::Sweep => "swept",
        HopKind::Close => "settled",
        HopKind::Similar => "handed on",
    }
}
