//! A bookkeeper over records in memory: names for ids, and what can be asked.

use std::collections::BTreeMap;

use weal_provenance::{
    Error, FundId, LineId, Records, RecordsMut, Span, Units,
    back::trace_back,
    batch::Tree,
    dust::dust,
    forward::{Cursor, Stretch, trace_forward},
    line::{Advance, Books as BookIds, Count, Kind, Line, LineStatus},
    record::{Gift, In, Place},
    store::Memory,
    stripe::Plan,
    take::{LIMITS, Limits},
};
use weal_types::{AccountId, AssetId, TimeMs};
use weal_units::{
    Counts, Dust, Moved, Refusal, Step, Subject,
    check::{Places, merged, merged_givers},
};

/// A gift as it was given.
pub struct Given {
    pub place: Place,
    pub leaves: Vec<([u8; 32], u128)>,
}

/// Keeps the records, and remembers what things are called.
pub struct Ledger {
    pub records: Memory,
    pub limits: Limits,
    pub now: TimeMs,
    pub lines: BTreeMap<String, LineId>,
    pub funds: BTreeMap<String, FundId>,
    pub gifts: BTreeMap<String, Given>,
    pub holds: BTreeMap<String, u32>,
    pub paid: BTreeMap<(String, String), u128>,
}

pub fn units(count: u128) -> Units {
    Units::new(count).unwrap()
}

pub fn span(start: u128, end: u128) -> Span {
    Span::new(units(start), units(end))
}

/// An asset by its name.
pub fn asset(name: &str) -> AssetId {
    let mut id = [0; 32];
    id[..name.len()].copy_from_slice(name.as_bytes());
    AssetId(id)
}

fn asset_name(asset: AssetId) -> String {
    asset.0.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect()
}

/// Whoever acts: who may is not the algebra's to say.
pub const SOMEONE: AccountId = AccountId([7; 32]);

impl Ledger {
    pub fn new(max_runs: usize) -> Self {
        Self {
            records: Memory::default(),
            limits: Limits { runs: max_runs, ..LIMITS },
            now: TimeMs(0),
            lines: BTreeMap::new(),
            funds: BTreeMap::new(),
            gifts: BTreeMap::new(),
            holds: BTreeMap::new(),
            paid: BTreeMap::new(),
        }
    }

    pub fn id(&self, line: &str) -> Result<LineId, Refusal> {
        self.lines.get(line).copied().ok_or_else(|| Refusal::new("NOT_FOUND"))
    }

    pub fn card(&self, line: &str) -> Result<(LineId, Line), Refusal> {
        let id = self.id(line)?;
        Ok((id, self.records.line(id).unwrap().unwrap()))
    }

    pub fn count(&self, line: LineId) -> Count {
        self.records.count(line).unwrap().unwrap()
    }

    /// A line's name.
    pub fn name(&self, line: LineId) -> String {
        self.lines.iter().find(|(_, id)| **id == line).unwrap().0.clone()
    }

    fn gift_name(&self, place: Place) -> String {
        self.gifts.iter().find(|(_, gift)| gift.place == place).unwrap().0.clone()
    }

    /// Opens a line under the next free id.
    pub fn insert(&mut self, name: &str, (fund, asset, kind): (FundId, AssetId, Kind)) -> LineId {
        let id = LineId(self.lines.len() as u32 + 1);
        self.lines.insert(name.into(), id);
        let line = Line {
            fund,
            org: SOMEONE,
            asset,
            kind,
            plan: Plan::default(),
            fee_so_far: 0,
            purposes: Vec::new(),
            status: LineStatus::Open,
            notice: None,
            advance: None::<Advance>,
        };
        self.records.put_line(id, &line);
        self.records.put_count(id, &Count::of(kind));
        id
    }

    /// Opens the books of a fund in an asset, unless they are.
    pub fn open_books(&mut self, fund: &str, name: &str) {
        let (id, asset) = (self.funds[fund], asset(name));
        if self.records.books(id, asset).unwrap().is_some() {
            return;
        }
        let is_own = self.records.fund(id).unwrap().unwrap().asset == asset;
        let end = if is_own { String::new() } else { format!(".{name}") };
        let first = LineId(self.lines.len() as u32 + 1);
        for kind in BookIds::KINDS {
            let book = format!("{kind:?}").to_lowercase();
            self.insert(&format!("{fund}.{book}{end}"), (id, asset, kind));
        }
        self.records.put_books(id, asset, &BookIds { first });
    }

    pub fn pay(&mut self, gift: Place, asset: AssetId, amount: Units) {
        let key = (self.gift_name(gift), asset_name(asset));
        *self.paid.entry(key).or_default() += amount.get();
    }

    pub fn gift(&self, name: &str) -> Gift {
        let place = self.gifts[name].place;
        match self.records.arrival(place.line, place.start).unwrap() {
            Some(In::Gift(gift)) => gift,
            other => panic!("{other:?} is no gift"),
        }
    }

    /// Where a gift's or a leaf's units were given.
    pub fn given(&self, name: &str, leaf: Option<usize>) -> Stretch {
        let (given, gift) = (&self.gifts[name], self.gift(name));
        let start = given.place.start;
        let end = units(start.get() + gift.len.get());
        let whole = Span::new(start, end);
        let span = match leaf {
            Some(index) if !given.leaves.is_empty() => {
                let tree = Tree::new(
                    given.leaves.iter().map(|(commit, sum)| (*commit, units(*sum))).collect(),
                );
                let before: u128 = given.leaves[..index].iter().map(|leaf| leaf.1).sum();
                // The leaves of the scenarios come in the order of the tree.
                assert_eq!(tree.unwrap().leaves()[index].0, given.leaves[index].0);
                let first = start.get() + before;
                self::span(first, first + given.leaves[index].1)
            }
            _ => whole,
        };
        Stretch { line: given.place.line, span }
    }

    /// All pieces of a stretch, asked for a few at a time.
    fn pieces(&self, from: Stretch) -> Vec<weal_provenance::forward::Piece> {
        let mut cursor = Cursor::new(vec![from]).unwrap();
        let mut all = Vec::new();
        while !cursor.is_empty() {
            let (pieces, rest) = trace_forward(&self.records, cursor, 3).unwrap();
            all.extend(pieces);
            cursor = rest;
        }
        all
    }
}

/// The contract's code of a refusal.
pub fn refusal(error: Error) -> Refusal {
    let (code, most) = match error {
        Error::NotFound => ("NOT_FOUND", None),
        Error::BadState => ("BAD_STATE", None),
        Error::Zero => ("ZERO", None),
        Error::TooEarly => ("TOO_EARLY", None),
        Error::Expired => ("EXPIRED", None),
        Error::BatchSum => ("BATCH_SUM", None),
        Error::NotOwner => ("NOT_OWNER", None),
        Error::Depth => ("DEPTH", None),
        Error::Limit { .. } => ("LIMIT", None),
        Error::Insufficient { .. } => ("INSUFFICIENT", None),
        Error::NotFree => ("NOT_FREE", None),
        Error::Runs { most } => ("RUNS", Some(most.get())),
        Error::Cooling => ("COOLING", None),
        Error::Overflow => ("OVERFLOW", None),
        other => panic!("the records are damaged: {other}"),
    };
    Refusal { code: code.into(), most }
}

impl Subject for Ledger {
    fn act(&mut self, at: u64, step: &Step) -> Result<Vec<Moved>, Refusal> {
        self.now = TimeMs(at * 1_000);
        let before = self.records.clone();
        let outcome = self.perform(step);
        if outcome.is_err() {
            assert_eq!(before.0, self.records.0, "a refusal changes nothing: {step:?}");
        }
        outcome
    }

    fn counts(&mut self) -> BTreeMap<String, Counts> {
        let counts = self.lines.iter().map(|(name, id)| (name.clone(), self.count(*id)));
        counts
            .filter(|(_, count)| !count.received.is_zero())
            .map(|(name, count)| {
                let counts = Counts {
                    received: count.received.get(),
                    next: count.next.get(),
                    sent: count.sent.get(),
                    carved: count.carved.get(),
                };
                (name, counts)
            })
            .collect()
    }

    fn places(&mut self, gift: &str, leaf: Option<usize>) -> Places {
        let pieces = self.pieces(self.given(gift, leaf));
        let here = pieces.iter().filter(|piece| piece.hop.is_none()).map(|piece| {
            let span = piece.at.span;
            (self.name(piece.at.line), span.start.get(), span.end.get())
        });
        merged(here.collect())
    }

    fn dust(&mut self, (line, start): &(String, u128)) -> Vec<Dust> {
        let id = Place { line: self.lines[line], start: units(*start) };
        let (mut from, mut all) = (Some(Units::ZERO), Vec::new());
        while let Some(next) = from {
            let (found, rest) = dust(&self.records, id, next, 3).unwrap();
            all.extend(found.iter().map(|dust| Dust {
                start: dust.span.start.get(),
                end: dust.span.end.get(),
                gift: self.gift_name(dust.gift),
                at: (self.name(dust.at.line), dust.at.start.get()),
            }));
            from = rest;
        }
        all
    }

    fn givers(&mut self, line: &str, start: u128, end: u128) -> Vec<(String, u128)> {
        let (mut rest, mut givers) = (span(start, end), Vec::new());
        while !rest.is_empty() {
            let (found, left) = trace_back(&self.records, self.lines[line], rest, 2).unwrap();
            let giver =
                found.iter().map(|owned| (self.gift_name(owned.gift), owned.span.count().get()));
            givers.extend(giver);
            rest = left;
        }
        merged_givers(givers)
    }

    fn paid(&mut self) -> BTreeMap<(String, String), u128> {
        self.paid.clone()
    }
}
