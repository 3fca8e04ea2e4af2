//! The contract as a bookkeeper that takes steps, each sent by the party that may.

use std::{collections::BTreeMap, time::Duration};

use donation::{
    Action, Band, BatchPayment, Charter, DonationCalls as Calls, Error, Exchange, Forwarding,
    GiftBatch, HoldOrder, Payment, Prepayment,
    view::{self, Wire},
};
use weal_provenance::{
    LineId, Span, Units,
    batch::{Leaf, Tree},
    forward::Stretch,
    line::{ClosingRule, Kind},
    record::{HopKind, Out, Place},
};
use weal_sdk::{
    ContractError, FailureKind,
    bench::{Account, Bench, Outcome},
    codec::Decode,
    prelude::*,
};
use weal_types::receipt;
use weal_units::{
    Counts, Dust, Kind as StepKind, Moved, Refusal, Rule, Step, Subject,
    check::{Places, merged, merged_givers},
};

use crate::world::{LATER, PAPER, World};

/// Seconds of the chain in one of the steps' seconds. A block takes one, and a seizure two weeks:
/// the steps of one moment stay within it.
const SCALE: u64 = 1_000_000_000;

/// A gift as it was given.
struct Given {
    place: Place,
    amount: u128,
    leaves: Vec<u128>,
}

/// The contract, and what its ids are called.
pub struct Books<'a> {
    t: &'a mut Bench,
    world: World,
    assets: BTreeMap<String, AssetId>,
    start: TimeMs,
    at: u64,
    funds: BTreeMap<String, u32>,
    lines: BTreeMap<String, u32>,
    gifts: BTreeMap<String, Given>,
    holds: BTreeMap<String, u32>,
    paid: BTreeMap<(String, String), u128>,
}

type Done = Result<Vec<Moved>, Refusal>;

fn units(count: u128) -> Units {
    Units::new(count).unwrap()
}

/// The code of a refusal as the specification writes it.
fn refusal(error: &Error) -> Refusal {
    let name = format!("{error:?}");
    let name = name.split([' ', '{']).next().unwrap().trim_start_matches("Line");
    let mut code = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    let most = match error {
        Error::Runs { most } => Some(most.0),
        _ => None,
    };
    Refusal { code, most }
}

impl<'a> Books<'a> {
    pub fn new(t: &'a mut Bench, world: World, assets: [AssetId; 2]) -> Self {
        let start = t.now();
        let assets = ["CNY", "USD"].map(String::from).into_iter().zip(assets).collect();
        Self {
            t,
            world,
            assets,
            start,
            at: 0,
            funds: BTreeMap::new(),
            lines: BTreeMap::new(),
            gifts: BTreeMap::new(),
            holds: BTreeMap::new(),
            paid: BTreeMap::new(),
        }
    }

    fn line(&self, name: &str) -> u32 {
        self.lines.get(name).copied().unwrap_or(u32::MAX)
    }

    fn name(&self, line: u32) -> String {
        self.lines.iter().find(|(_, id)| **id == line).unwrap().0.clone()
    }

    fn time(&self, at: u64) -> TimeMs {
        TimeMs(self.start.0 + at * SCALE * 1_000)
    }

    fn card(&self, line: u32) -> weal_provenance::line::Line {
        self.t.query(self.world.donation, Calls::line(line)).unwrap().0.0
    }

    /// Who may act for a line.
    fn officer(&self, line: u32) -> Account {
        let people = self.world.people;
        let card = self.t.query(self.world.donation, Calls::line(line));
        match card.is_some_and(|(Wire(card), _)| card.org == people.charity.id()) {
            true => people.charity,
            false => people.partner,
        }
    }

    /// What came of a call, or the contract's refusal.
    fn outcome<T: Clone>(&self, outcome: &Outcome<T, Error>) -> Result<T, Refusal> {
        match outcome.result() {
            Ok(value) => Ok(value.clone()),
            Err(error) => match &error.kind {
                FailureKind::Revert { code, payload } => {
                    let error = Error::read(*code, payload);
                    Err(refusal(&error.unwrap_or_else(|| panic!("{code:#x} is not its own"))))
                }
                other => panic!("{other:?}"),
            },
        }
    }

    /// The hops that the event of a call tells of.
    fn hops<T: Clone>(&mut self, outcome: Outcome<T, Error>) -> Done {
        self.outcome(&outcome)?;
        let own = |event: &&receipt::Event| event.contract == self.world.donation;
        let events: Vec<_> = outcome.events().iter().filter(own).collect();
        let [event] = events[..] else { panic!("one event for each message") };
        let mut data = &event.data[..];
        let moved = match event.name.as_str() {
            "Settled" => Vec::<view::Moved>::decode(&mut data).unwrap(),
            "Swept" => Option::<view::Moved>::decode(&mut data).unwrap().into_iter().collect(),
            _ => vec![view::Moved::decode(&mut data).unwrap()],
        };
        Ok(moved.iter().map(|moved| self.moved(moved)).collect())
    }

    /// A hop by names; what it paid back is counted.
    fn moved(&mut self, moved: &view::Moved) -> Moved {
        let found = Calls::departures(moved.line, moved.start, 1);
        let record = self.t.query(self.world.donation, found).remove(0);
        assert_eq!(record.0, moved.start);
        let Wire(Out::Hop(hop)) = record.1 else { panic!("the first run is the hop") };
        let kind = match hop.kind {
            HopKind::Split { .. } => "split".into(),
            kind => format!("{kind:?}").to_lowercase(),
        };
        if let Some(gift) = hop.note.gift {
            let name = self.gift_name(gift);
            let asset = self.card(moved.line).asset;
            let asset = self.assets.iter().find(|(_, id)| **id == asset).unwrap().0.clone();
            *self.paid.entry((name, asset)).or_default() += hop.taken().unwrap().get();
        }
        let parts = moved.parts.iter().filter(|part| part.len != Amount::ZERO);
        Moved {
            id: (self.name(moved.line), moved.start),
            kind,
            runs: moved.runs.iter().map(|run| (run.start, run.end - run.start)).collect(),
            to: parts.map(|part| (self.name(part.line), part.start, part.len.0)).collect(),
        }
    }

    fn gift_name(&self, place: Place) -> String {
        self.gifts.iter().find(|(_, gift)| gift.place == place).unwrap().0.clone()
    }

    fn call<T: Value, R>(&mut self, by: Account, call: weal_sdk::Request<T, R>) -> Outcome<T, R>
    where
        R: ContractError,
    {
        self.t.by(by).call(self.world.donation, call)
    }

    fn call_with<T: Value>(
        &mut self,
        by: Account,
        (asset, amount): (AssetId, u128),
        call: weal_sdk::Request<T, Error>,
    ) -> Outcome<T, Error> {
        let by = self.t.by(by);
        let by = if amount > 0 { by.attach(asset, amount) } else { by };
        by.call(self.world.donation, call)
    }

    fn open_fund(&mut self, step: &Step) -> Done {
        let Step::OpenFund { fund, asset, cooling, ceiling, closing, wind_down } = step else {
            panic!("{step:?}")
        };
        let closing = Wire(match closing {
            Rule::FifoOwner => ClosingRule::FifoOwner,
            Rule::ProrataOriginal => ClosingRule::ProrataOriginal,
            Rule::SimilarFund => ClosingRule::SimilarFund,
        });
        let charter = Charter {
            asset: self.assets[asset],
            ceiling: *ceiling,
            cooling: cooling * SCALE,
            wind_down: wind_down * SCALE,
            closing,
            ..self.world.charter()
        };
        let id = self.world.open_fund(self.t, charter);
        self.funds.insert(fund.clone(), id);
        self.name_books(fund);
        Ok(Vec::new())
    }

    /// In which asset gifts to a fund come.
    fn asset_of(&self, fund: &str) -> AssetId {
        self.t.query(self.world.donation, Calls::fund(self.funds[fund])).unwrap().0.asset
    }

    /// Names the books of a fund.
    fn name_books(&mut self, fund: &str) {
        let id = self.funds[fund];
        let own = self.asset_of(fund);
        for entry in self.world.statement(self.t, id).unwrap() {
            if entry.kind.0.is_book() {
                let kind = format!("{:?}", entry.kind.0).to_lowercase();
                let (asset, _) = self.assets.iter().find(|(_, id)| **id == entry.asset).unwrap();
                let end = if entry.asset == own { String::new() } else { format!(".{asset}") };
                self.lines.insert(format!("{fund}.{kind}{end}"), entry.line);
            }
        }
    }

    fn open_line(&mut self, step: &Step) -> Done {
        let Step::OpenLine { line, fund, asset, kind, plan, fee_so_far } = step else {
            panic!("{step:?}")
        };
        let kind = match kind {
            StepKind::Intake => Kind::Intake,
            StepKind::Split => Kind::Split,
            StepKind::Work => Kind::Work,
            StepKind::Fee => Kind::Fee,
            other => panic!("{other:?} is not opened by hand"),
        };
        let plan: Vec<_> = plan.iter().map(|(line, ppm)| (self.line(line), *ppm)).collect();
        let asset = self.assets[asset];
        let new = self.world.new_line(self.funds[fund], kind, &plan, *fee_so_far);
        let new = donation::NewLine { asset, ..new };
        let people = self.world.people;
        let is_own = new.org == people.charity.id();
        let opened = self.call(people.charity, Calls::open_line(new));
        let id = self.outcome(&opened)?;
        if !is_own {
            self.call(people.partner, Calls::accept_line(id)).unwrap();
        }
        self.lines.insert(line.clone(), id);
        self.name_books(fund);
        Ok(Vec::new())
    }

    fn donate(&mut self, fund: &str, amount: u128, gift: &str) -> Done {
        let asset = self.asset_of(fund);
        let call = Calls::donate(self.funds[fund], PAPER, None);
        let outcome = self.call_with(self.world.people.donor, (asset, amount), call);
        let Wire(place) = self.outcome(&outcome)?;
        self.gifts.insert(gift.into(), Given { place, amount, leaves: Vec::new() });
        Ok(Vec::new())
    }

    fn donate_batch(&mut self, fund: &str, leaves: &[([u8; 32], u128)], gift: &str) -> Done {
        let (root, amount) = tree(leaves);
        let batch = GiftBatch { root, leaves: leaves.len() as u32, reference: None };
        let asset = self.asset_of(fund);
        let call = Calls::donate_batch(self.funds[fund], batch);
        let outcome = self.call_with(self.world.people.gateway, (asset, amount), call);
        let Wire(place) = self.outcome(&outcome)?;
        let leaves = leaves.iter().map(|leaf| leaf.1).collect();
        self.gifts.insert(gift.into(), Given { place, amount, leaves });
        Ok(Vec::new())
    }

    fn convert(&mut self, line: &str, to: &str, x: u128, y: u128) -> Done {
        let people = self.world.people;
        let [from, to] = [line, to].map(|line| self.line(line));
        let [given, got] = [from, to].map(|line| self.card(line).asset);
        // A rate that fits: no more than twice as good or bad.
        let (num, den) = match (x, y) {
            (0, _) | (_, 0) => (1, 1),
            _ if x < y => (y.div_ceil(x), 1),
            _ => (1, x / y),
        };
        let (num, den) = (num as u32, den as u32);
        let band = Band { num, den, tolerance: 1_000_000, until: LATER };
        self.call(people.bank, Calls::set_rate(given, got, band)).unwrap();
        let (amount, received, payout) = (Amount(x), Amount(y), people.payee.id());
        let action = Action::Convert { line: from, amount, to, received, payout };
        let maker = self.officer(from);
        self.world.approve(self.t, people.reviewer, maker, action);
        let approver = people.reviewer.id();
        let order = Exchange { to, payout, rate_doc: PAPER, approver };
        let call = Calls::convert(from, amount, order);
        let outcome = self.call_with(maker, (got, y), call);
        self.hops(outcome)
    }

    fn hand_back(&mut self, line: &str, start: u128, a: u128, b: u128) -> Done {
        let people = self.world.people;
        let line = self.line(line);
        let found = self.t.query(self.world.donation, Calls::departures(line, start, 1));
        let hop = found.into_iter().find(|(at, _)| *at == start);
        let (mut by, mut attached) = (people.partner, (self.assets["CNY"], 0));
        if let Some((_, Wire(Out::Hop(hop)))) = hop {
            let receiver = hop.parts[0].line.0;
            let card = self.card(receiver);
            by = self.officer(receiver);
            if card.kind.is_sink() {
                attached = (card.asset, b - a);
                let people = [people.payee, people.agent, people.donor, people.gateway];
                let paid = people.into_iter().find(|who| hop.note.payee == Some(who.id()));
                by = paid.unwrap_or(self.world.people.stranger);
            }
        }
        let id = Wire(Place { line: LineId(line), start: units(start) });
        let call = Calls::hand_back(id, Wire(Span::new(units(a), units(b))), PAPER);
        let mut outcome = self.call_with(by, attached, call.clone());
        if let Err(error) = outcome.result()
            && let FailureKind::Revert { code, payload } = &error.kind
            && let Some(Error::Attached { needed }) = Error::read(*code, payload)
        {
            // Part of it had gone back before.
            outcome = self.call_with(by, (attached.0, needed.0), call);
        }
        self.hops(outcome)
    }

    fn hold(&mut self, id: &str, line: &str, s: u128, e: u128) -> Done {
        let span = Wire(Span::new(units(s), units(e)));
        let order = HoldOrder { span, legal: PAPER, until: LATER, second: None };
        let call = Calls::hold(self.line(line), order);
        let outcome = self.call(self.world.people.court, call);
        let hold = self.outcome(&outcome)?;
        self.holds.insert(id.into(), hold);
        self.hops(outcome)
    }

    fn seize(&mut self, id: &str, x: u128) -> Done {
        let people = self.world.people;
        let (hold, to) = (self.holds.get(id).copied().unwrap_or(u32::MAX), people.stranger.id());
        let governance = self.t.governance();
        let action = Action::Seize { hold, amount: Amount(x), to };
        self.world.approve(self.t, governance, people.court, action);
        let waited = Duration::from_secs(14 * 24 * 3_600);
        self.t.pass(waited);
        let outcome = self.call(people.court, Calls::seize(hold, Amount(x), to));
        self.hops(outcome)
    }

    fn refund(&mut self, line: &str, u: u128, leaf: Option<&weal_units::Leaf>) -> Done {
        let people = self.world.people;
        let line = self.line(line);
        let owner = self.t.try_query(self.world.donation, Calls::owner(line, u));
        let is_gateway = owner.result().is_ok_and(|owned| owned.payer == people.gateway.id());
        let by = if is_gateway { people.gateway } else { people.donor };
        let leaf = leaf.map(|leaf| {
            let path = leaf.path.iter().map(|(hash, sum)| (*hash, units(*sum)));
            Wire(Leaf {
                index: leaf.index,
                commit: leaf.commit,
                amount: units(leaf.amount),
                path: path.collect::<Vec<_>>().try_into().unwrap(),
            })
        });
        let outcome = self.call(by, Calls::refund(line, u, leaf, None));
        self.hops(outcome)
    }

    fn spend(&mut self, line: &str, x: u128) -> Done {
        let people = self.world.people;
        let payee = people.payee.id();
        let (doc, tag, next, reference) = (None, None, None, None);
        let order = Payment { payee, purpose: 1, doc, tag, next, reference };
        let line = self.line(line);
        let call = Calls::spend(line, Amount(x), order);
        let outcome = self.call(self.officer(line), call);
        self.hops(outcome)
    }

    fn spend_batch(&mut self, line: &str, leaves: &[([u8; 32], u128)]) -> Done {
        let people = self.world.people;
        let (root, amount) = tree(leaves);
        let agent = people.agent.id();
        let leaves = leaves.len() as u32;
        let order = BatchPayment { agent, root, leaves, purpose: 1, doc: None, reference: None };
        let line = self.line(line);
        let call = Calls::spend_batch(line, Amount(amount), order);
        let outcome = self.call(self.officer(line), call);
        self.hops(outcome)
    }

    fn advance(&mut self, id: &str, line: &str, x: u128) -> Done {
        let people = self.world.people;
        let line = self.line(line);
        let asset = self.card(line).asset;
        let order = Prepayment { payee: people.payee.id(), purpose: 1, doc: None };
        let by = self.officer(line);
        let outcome = self.call_with(by, (asset, x), Calls::advance(line, order));
        let prepaid = self.outcome(&outcome)?;
        self.lines.insert(id.into(), prepaid);
        Ok(Vec::new())
    }

    fn announce(&mut self, line: &str, to: &str, until: u64) -> Done {
        let people = self.world.people;
        let [line, to] = [line, to].map(|line| self.line(line));
        let until = self.time(until);
        let action = Action::Announce { line, to, until };
        self.world.approve(self.t, people.reviewer, people.partner, action);
        let call = Calls::announce(line, to, until, people.reviewer.id());
        let outcome = self.call(people.partner, call);
        self.outcome(&outcome).map(|()| Vec::new())
    }

    fn withdraw_notice(&mut self, line: &str) -> Done {
        let people = self.world.people;
        let line = self.line(line);
        let action = Action::WithdrawNotice { line };
        self.world.approve(self.t, people.reviewer, people.partner, action);
        let call = Calls::withdraw_notice(line, people.reviewer.id());
        let outcome = self.call(people.partner, call);
        self.outcome(&outcome).map(|()| Vec::new())
    }

    fn close_fund(&mut self, fund: &str) -> Done {
        let people = self.world.people;
        let fund = self.funds[fund];
        let action = Action::CloseFund { fund };
        self.world.approve(self.t, people.reviewer, people.charity, action);
        let call = Calls::close_fund(fund, people.reviewer.id());
        let outcome = self.call(people.charity, call);
        self.outcome(&outcome).map(|()| Vec::new())
    }

    fn perform(&mut self, step: &Step) -> Done {
        let people = self.world.people;
        match step {
            Step::OpenFund { .. } => self.open_fund(step),
            Step::OpenLine { .. } => self.open_line(step),
            Step::Donate { fund, amount, gift } => self.donate(fund, *amount, gift),
            Step::DonateBatch { fund, leaves, gift } => self.donate_batch(fund, leaves, gift),
            Step::Split { line, x } => {
                let outcome = self.call(people.stranger, Calls::split(self.line(line), Amount(*x)));
                self.hops(outcome)
            }
            Step::Forward { line, to, x } => {
                let order = Forwarding { to: self.line(to), purpose: 1, doc: None };
                let line = self.line(line);
                let call = Calls::forward(line, Amount(*x), order);
                let outcome = self.call(self.officer(line), call);
                self.hops(outcome)
            }
            Step::Convert { line, to, x, y } => self.convert(line, to, *x, *y),
            Step::Spend { line, x } => self.spend(line, *x),
            Step::SpendBatch { line, leaves } => self.spend_batch(line, leaves),
            Step::Advance { id, line, x } => self.advance(id, line, *x),
            Step::Reimburse { id, x } => {
                let call = Calls::reimburse(self.line(id), Amount(*x));
                let outcome = self.call(people.partner, call);
                self.hops(outcome)
            }
            Step::HandBack { line, start, a, b } => self.hand_back(line, *start, *a, *b),
            Step::Hold { id, line, s, e } => self.hold(id, line, *s, *e),
            Step::Refund { line, u, leaf } => self.refund(line, *u, leaf.as_ref()),
            later => self.perform_later(later),
        }
    }

    fn perform_later(&mut self, step: &Step) -> Done {
        let people = self.world.people;
        match step {
            Step::Release { id } => {
                let hold = self.holds.get(id).copied().unwrap_or(u32::MAX);
                let outcome = self.call(people.court, Calls::release(hold));
                self.hops(outcome)
            }
            Step::Seize { id, x } => self.seize(id, *x),
            Step::Announce { line, to, until } => self.announce(line, to, *until),
            Step::WithdrawNotice { line } => self.withdraw_notice(line),
            Step::Repurpose { line, x } => {
                let call = Calls::repurpose(self.line(line), Amount(*x));
                let outcome = self.call(people.partner, call);
                self.hops(outcome)
            }
            Step::Skip { line, limit } => {
                let outcome = self.call(people.stranger, Calls::skip(self.line(line), *limit));
                self.outcome(&outcome).map(|_| Vec::new())
            }
            Step::CloseFund { fund } => self.close_fund(fund),
            Step::Sweep { line } => {
                let outcome = self.call(people.stranger, Calls::sweep(self.line(line)));
                self.hops(outcome)
            }
            Step::Settle { fund, asset, limit, to } => {
                let by = if to.is_some() { people.reviewer } else { people.stranger };
                let to = to.as_ref().map(|to| self.line(to));
                let call = Calls::settle(self.funds[fund], self.assets[asset], *limit, to);
                let outcome = self.call(by, call);
                self.hops(outcome)
            }
            earlier => panic!("{earlier:?} is performed elsewhere"),
        }
    }

    /// All pieces of a stretch, asked for a few at a time.
    fn pieces(&self, from: Stretch) -> Vec<weal_provenance::forward::Piece> {
        let (mut todo, mut all) = (vec![Wire(from)], Vec::new());
        while !todo.is_empty() {
            let found = self.t.query(self.world.donation, Calls::trace_forward(todo, 7));
            all.extend(found.0.into_iter().map(|Wire(piece)| piece));
            todo = found.1;
        }
        all
    }

    /// Where a gift's units, or a leaf's, were given.
    fn given(&self, gift: &str, leaf: Option<usize>) -> Stretch {
        let Given { place, amount, leaves } = &self.gifts[gift];
        let (before, amount) = match leaf {
            Some(leaf) if !leaves.is_empty() => (leaves[..leaf].iter().sum(), leaves[leaf]),
            _ => (0, *amount),
        };
        let start = place.start.get() + before;
        Stretch { line: place.line, span: Span::new(units(start), units(start + amount)) }
    }
}

/// Root and sum of a batch.
fn tree(leaves: &[([u8; 32], u128)]) -> ([u8; 32], u128) {
    let leaves = leaves.iter().map(|(commit, sum)| (*commit, units(*sum))).collect();
    let tree = Tree::new(leaves).unwrap();
    (tree.root(), tree.total().get())
}

impl Subject for Books<'_> {
    fn act(&mut self, at: u64, step: &Step) -> Done {
        self.t.pass(Duration::from_secs((at - self.at) * SCALE));
        self.at = at;
        self.perform(step)
    }

    fn counts(&mut self) -> BTreeMap<String, Counts> {
        let count = |(name, id): (&String, &u32)| {
            let count = self.t.query(self.world.donation, Calls::line(*id)).unwrap().1.0;
            let counts = Counts {
                received: count.received.get(),
                next: count.next.get(),
                sent: count.sent.get(),
                carved: count.carved.get(),
            };
            (name.clone(), counts)
        };
        let counts = self.lines.iter().map(count);
        counts.filter(|(_, counts)| counts.received > 0).collect()
    }

    fn places(&mut self, gift: &str, leaf: Option<usize>) -> Places {
        let pieces = self.pieces(self.given(gift, leaf));
        let here = pieces.iter().filter(|piece| piece.hop.is_none()).map(|piece| {
            let span = piece.at.span;
            (self.name(piece.at.line.0), span.start.get(), span.end.get())
        });
        merged(here.collect())
    }

    fn dust(&mut self, (line, start): &(String, u128)) -> Vec<Dust> {
        let id = Wire(Place { line: LineId(self.line(line)), start: units(*start) });
        let (mut from, mut all) = (Some(0), Vec::new());
        while let Some(next) = from {
            let call = Calls::dust(id.clone(), next, 3);
            let (found, rest) = self.t.query(self.world.donation, call);
            all.extend(found.iter().map(|dust| {
                let gift = Place { line: LineId(dust.intake), start: units(dust.gift) };
                let Wire(span) = dust.span;
                Dust {
                    start: span.start.get(),
                    end: span.end.get(),
                    gift: self.gift_name(gift),
                    at: (self.name(dust.line), dust.unit),
                }
            }));
            from = rest;
        }
        all
    }

    fn givers(&mut self, line: &str, start: u128, end: u128) -> Vec<(String, u128)> {
        let (mut from, mut givers) = (Some(start), Vec::new());
        while let Some(start) = from {
            let call = Calls::trace_back(self.line(line), start, end, 5);
            let (found, rest) = self.t.query(self.world.donation, call);
            givers.extend(found.into_iter().map(|owned| {
                let (line, start) = (LineId(owned.intake), units(owned.gift));
                (self.gift_name(Place { line, start }), owned.span.0.count().get())
            }));
            from = rest;
        }
        merged_givers(givers)
    }

    fn paid(&mut self) -> BTreeMap<(String, String), u128> {
        self.paid.clone()
    }
}
