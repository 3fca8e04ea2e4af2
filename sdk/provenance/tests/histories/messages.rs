//! The messages, without the parties: checks that need no algebra, and then the ledger.

use weal_provenance::{
    FundId, LineId, Records, RecordsMut, Units,
    batch::{Leaf, Tree},
    ledger::{self, Basis},
    line::{Advance, ClosingRule, Fund, FundStatus, Kind, Line, LineStatus, Notice},
    owner::owner_run,
    record::{Batch, Gift, HopKind, Note, Origin, Place},
    send::{Moved as Hop, Saying, send},
    settle,
    stripe::{Plan, Share, keeps_fee},
    take::take_next,
};
use weal_types::{TimeMs, codec::Bounded, hash::hash};
use weal_units::{Kind as StepKind, Moved, Refusal, Rule, Step};

use crate::books::{Given, Ledger, SOMEONE, asset, refusal, span, units};

type Outcome = Result<Vec<Moved>, Refusal>;

fn refuse<T>(code: &str) -> Result<T, Refusal> {
    Err(Refusal::new(code))
}

fn kind(kind: StepKind) -> Kind {
    match kind {
        StepKind::Intake => Kind::Intake,
        StepKind::Split => Kind::Split,
        StepKind::Work => Kind::Work,
        StepKind::Fee => Kind::Fee,
        StepKind::Prepaid => Kind::Prepaid,
        StepKind::Book => panic!("books are opened with their fund"),
    }
}

impl Ledger {
    pub fn perform(&mut self, step: &Step) -> Outcome {
        match step {
            Step::OpenFund { .. } => self.open_fund(step),
            Step::OpenLine { .. } => self.open_line(step),
            Step::Donate { fund, amount, gift } => {
                let origin = Origin::Single { commit: [0; 32] };
                self.donate(fund, *amount, origin, (gift, &[]))
            }
            Step::DonateBatch { fund, leaves, gift } => {
                let sums = leaves.iter().map(|(commit, sum)| (*commit, units(*sum))).collect();
                let tree = Tree::new(sums).unwrap();
                let batch = Batch { root: tree.root(), leaves: leaves.len() as u32 };
                self.donate(fund, tree.total().get(), Origin::Batch(batch), (gift, leaves))
            }
            Step::Split { line, x } => {
                let (id, card, fund) = self.sender(line, &[Kind::Intake, Kind::Split], false)?;
                let terms = (fund.cooling, self.now);
                let moved = ledger::split(&mut self.records, id, &card, units(*x), terms);
                self.hop(moved)
            }
            Step::Forward { line, to, x } => self.forward(line, to, *x),
            Step::Convert { line, to, x, y } => self.convert(line, to, *x, *y),
            Step::Spend { line, x } => self.spend(line, *x),
            Step::SpendBatch { line, leaves } => {
                self.spend(line, leaves.iter().map(|(_, amount)| amount).sum())
            }
            Step::Advance { id, line, x } => self.advance(id, line, *x),
            Step::Reimburse { id, x } => {
                let (prepaid, card) = self.card(id)?;
                let now = self.now;
                let x = units(*x);
                let moved = ledger::reimburse(&mut self.records, prepaid, &card, x, now);
                self.hop(moved)
            }
            Step::HandBack { line, start, a, b } => {
                let id = Place { line: self.id(line)?, start: units(*start) };
                let hop = ledger::hop(&self.records, id).map_err(refusal)?;
                let saying = (self.now, Note::default());
                let span = span(*a, *b);
                let moved = ledger::hand_back(&mut self.records, (id, &hop), span, saying);
                self.hop(moved)
            }
            Step::Hold { id, line, s, e } => self.hold(id, line, *s, *e),
            Step::Release { id } => {
                let hold = self.holds.get(id).copied().unwrap_or(u32::MAX);
                let moved = ledger::release(&mut self.records, hold, self.now);
                self.hop(moved)
            }
            Step::Seize { id, x } => {
                let hold = self.holds.get(id).copied().unwrap_or(u32::MAX);
                let saying = (self.now, Note::default());
                let moved = ledger::seize(&mut self.records, hold, units(*x), saying);
                self.hop(moved)
            }
            Step::Refund { line, u, leaf } => self.refund(line, *u, leaf.as_ref()),
            later => self.perform_later(later),
        }
    }

    fn perform_later(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Announce { line, to, until } => {
                let (to, _) = self.card(to)?;
                let (id, mut card, _) = self.sender(line, &[Kind::Work], false)?;
                let (until, upto) = (TimeMs(until * 1_000), self.count(id).received);
                card.notice = Some(Notice { to, until, upto });
                self.records.put_line(id, &card);
                Ok(Vec::new())
            }
            Step::WithdrawNotice { line } => {
                let (id, mut card) = self.card(line)?;
                if ledger::pending_notice(&self.records, id, &card).unwrap().is_none() {
                    return refuse("BAD_STATE");
                }
                card.notice = None;
                self.records.put_line(id, &card);
                Ok(Vec::new())
            }
            Step::Repurpose { line, x } => {
                let (id, card) = self.card(line)?;
                let now = self.now;
                let moved = ledger::repurpose(&mut self.records, id, &card, units(*x), now);
                self.hop(moved)
            }
            Step::Skip { line, limit } => {
                let id = self.id(line)?;
                ledger::skip(&mut self.records, id, *limit).map_err(refusal)?;
                Ok(Vec::new())
            }
            Step::CloseFund { fund } => self.close_fund(fund),
            Step::Sweep { line } => self.sweep(line),
            Step::Settle { fund, asset, limit, to } => {
                self.settle(fund, asset, *limit, to.as_deref())
            }
            earlier => panic!("{earlier:?} is performed elsewhere"),
        }
    }

    fn moved(&self, hop: &Hop, kind: HopKind) -> Moved {
        let kind = match kind {
            HopKind::Split { .. } => "split".into(),
            kind => format!("{kind:?}").to_lowercase(),
        };
        let parts = hop.parts.iter().filter(|part| !part.len.is_zero());
        Moved {
            id: (self.name(hop.id.line), hop.id.start.get()),
            kind,
            runs: hop.runs.iter().map(|run| (run.start.get(), run.count().get())).collect(),
            to: parts
                .map(|part| (self.name(part.line), part.start.get(), part.len.get()))
                .collect(),
        }
    }

    /// A hop as a step's outcome; its kind is read from the record.
    fn hop(&self, hop: Result<Hop, weal_provenance::Error>) -> Outcome {
        let hop = hop.map_err(refusal)?;
        let record = ledger::hop(&self.records, hop.id).unwrap();
        assert_eq!(record.taken(), Ok(hop.units));
        assert!(record.runs(hop.id.start).eq(hop.runs.iter().copied()));
        Ok(vec![self.moved(&hop, record.kind)])
    }

    fn fund(&self, name: &str) -> Result<(FundId, Fund), Refusal> {
        let id = *self.funds.get(name).ok_or_else(|| Refusal::new("NOT_FOUND"))?;
        Ok((id, self.records.fund(id).unwrap().unwrap()))
    }

    fn sender(
        &self,
        line: &str,
        kinds: &[Kind],
        while_closing: bool,
    ) -> Result<(LineId, Line, Fund), Refusal> {
        let (id, card) = self.card(line)?;
        let is_pending = ledger::pending_notice(&self.records, id, &card).unwrap().is_some();
        if !kinds.contains(&card.kind) || card.status != LineStatus::Open || is_pending {
            return refuse("BAD_STATE");
        }
        let fund = self.records.fund(card.fund).unwrap().unwrap();
        if fund.status != FundStatus::Open && !while_closing {
            return refuse("FUND_CLOSED");
        }
        Ok((id, card, fund))
    }

    fn open_fund(&mut self, step: &Step) -> Outcome {
        let Step::OpenFund { fund, asset: name, cooling, ceiling, closing, wind_down } = step
        else {
            return Ok(Vec::new());
        };
        let id = FundId(self.funds.len() as u32 + 1);
        self.funds.insert(fund.clone(), id);
        let card = Fund {
            charter: [0; 32],
            asset: asset(name),
            charity: SOMEONE,
            ceiling: *ceiling,
            cooling: *cooling,
            wind_down: *wind_down,
            closing: match closing {
                Rule::FifoOwner => ClosingRule::FifoOwner,
                Rule::ProrataOriginal => ClosingRule::ProrataOriginal,
                Rule::SimilarFund => ClosingRule::SimilarFund,
            },
            purposes: Vec::new(),
            min_gift: Units::ZERO,
            min_move: Units::ZERO,
            report_due: TimeMs(u64::MAX),
            intake: None,
            status: FundStatus::Open,
            unswept: 0,
        };
        self.records.put_fund(id, &card);
        self.open_books(fund, name);
        Ok(Vec::new())
    }

    fn open_line(&mut self, step: &Step) -> Outcome {
        let Step::OpenLine { line, fund, asset: name, kind: of, plan, fee_so_far } = step else {
            return Ok(Vec::new());
        };
        let (fund_id, mut card) = self.fund(fund)?;
        let parts: Vec<_> = plan
            .iter()
            .map(|(line, ppm)| Ok((self.card(line)?, *ppm)))
            .collect::<Result<_, Refusal>>()?;
        let is_fee = |line: &Line| line.kind == Kind::Fee;
        let fees = parts.iter().filter(|((_, line), _)| is_fee(line)).map(|(_, ppm)| ppm).sum();
        let mut others = parts.iter().filter(|((_, line), _)| !is_fee(line));
        let keeps = others.all(|((_, line), _)| keeps_fee(*fee_so_far, fees, line.fee_so_far));
        if *fee_so_far > card.ceiling || !keeps {
            return refuse("FEE_CEILING");
        }
        let share = |((line, _), ppm): &((LineId, Line), u32)| Share { line: *line, ppm: *ppm };
        let Some(plan) = Plan::new(parts.iter().map(share).collect()) else {
            return refuse("BAD_PLAN");
        };
        let id = self.insert(line, (fund_id, asset(name), kind(*of)));
        let mut opened = self.records.line(id).unwrap().unwrap();
        (opened.plan, opened.fee_so_far) = (plan, *fee_so_far);
        self.records.put_line(id, &opened);
        self.open_books(fund, name);
        if kind(*of) == Kind::Intake {
            card.intake = Some(id);
            self.records.put_fund(fund_id, &card);
        }
        Ok(Vec::new())
    }

    fn donate(
        &mut self,
        fund: &str,
        amount: u128,
        origin: Origin,
        (name, leaves): (&str, &[([u8; 32], u128)]),
    ) -> Outcome {
        let (_, card) = self.fund(fund)?;
        let (Some(intake), FundStatus::Open) = (card.intake, card.status) else {
            return refuse("FUND_CLOSED");
        };
        let len = units(amount);
        let gift = Gift { len, payer: SOMEONE, origin, time: self.now, back: Units::ZERO };
        let place = ledger::donate(&mut self.records, intake, gift).map_err(refusal)?;
        self.gifts.insert(name.into(), Given { place, leaves: leaves.to_vec() });
        Ok(Vec::new())
    }

    fn forward(&mut self, line: &str, to: &str, x: u128) -> Outcome {
        let (id, from, _) = self.sender(line, &[Kind::Work, Kind::Fee], false)?;
        if x == 0 {
            return refuse("ZERO");
        }
        let (to, receiver) = self.card(to)?;
        if id == to {
            return refuse("SAME_LINE");
        }
        if (from.fund, from.asset) != (receiver.fund, receiver.asset) {
            return refuse("RESTRICTION_MISMATCH");
        }
        self.check_receiver(&from, &receiver)?;
        let saying = Saying::plain(HopKind::Forward, self.now);
        let moved = ledger::transfer(&mut self.records, id, to, units(x), saying);
        self.hop(moved)
    }

    fn check_receiver(&self, from: &Line, receiver: &Line) -> Result<(), Refusal> {
        let is_kind = matches!(receiver.kind, Kind::Work | Kind::Split);
        if !is_kind || receiver.status != LineStatus::Open {
            return refuse("BAD_STATE");
        }
        if from.kind != Kind::Fee && receiver.fee_so_far < from.fee_so_far {
            return refuse("FEE_CEILING");
        }
        Ok(())
    }

    fn convert(&mut self, line: &str, to: &str, x: u128, y: u128) -> Outcome {
        let (id, from, _) = self.sender(line, &[Kind::Work], true)?;
        if x == 0 || y == 0 {
            return refuse("ZERO");
        }
        let (to, receiver) = self.card(to)?;
        if id == to {
            return refuse("SAME_LINE");
        }
        if from.fund != receiver.fund || from.asset == receiver.asset {
            return refuse("RESTRICTION_MISMATCH");
        }
        self.check_receiver(&from, &receiver)?;
        let saying = Saying::plain(HopKind::Convert, self.now);
        let moved = ledger::convert(&mut self.records, id, (to, units(y)), units(x), saying);
        self.hop(moved)
    }

    fn spend(&mut self, line: &str, x: u128) -> Outcome {
        let (id, card, _) = self.sender(line, &[Kind::Work, Kind::Fee], true)?;
        let book = if card.kind == Kind::Fee { Kind::Overhead } else { Kind::Delivered };
        let to = ledger::book(&self.records, &card, book).unwrap();
        let taken = take_next(&self.records, id, units(x), self.limits).map_err(refusal)?;
        let moved = send(&mut self.records, taken, to, Saying::plain(HopKind::Spend, self.now));
        self.hop(moved)
    }

    fn advance(&mut self, id: &str, line: &str, x: u128) -> Outcome {
        let (of, card) = self.card(line)?;
        let prepaid = self.insert(id, (card.fund, card.asset, Kind::Prepaid));
        let mut opened = self.records.line(prepaid).unwrap().unwrap();
        opened.advance = Some(Advance { cap: units(x), of, payee: SOMEONE });
        self.records.put_line(prepaid, &opened);
        Ok(Vec::new())
    }

    fn hold(&mut self, id: &str, line: &str, s: u128, e: u128) -> Outcome {
        let (from, card) = self.card(line)?;
        let number = self.holds.len() as u32 + 1;
        let basis = Basis { authority: SOMEONE, legal: [1; 32], until: TimeMs(u64::MAX) };
        let (place, terms) = ((from, &card), (basis, self.now));
        let moved = ledger::hold(&mut self.records, number, place, span(s, e), terms);
        let moved = self.hop(moved)?;
        self.holds.insert(id.into(), number);
        Ok(moved)
    }

    fn refund(&mut self, line: &str, u: u128, leaf: Option<&weal_units::Leaf>) -> Outcome {
        let (id, card) = self.card(line)?;
        let at = units(u);
        ledger::check_refund(&self.records, id, &card, at).map_err(refusal)?;
        let mut owned = owner_run(&self.records, id, at, None).map_err(refusal)?;
        if let Some(leaf) = leaf {
            let Origin::Batch(batch) = owned.record.origin else { return refuse("BATCH_SUM") };
            let path = leaf.path.iter().map(|(hash, sum)| (*hash, units(*sum))).collect();
            let leaf = Leaf {
                index: leaf.index,
                commit: leaf.commit,
                amount: units(leaf.amount),
                path: Bounded::new(path).unwrap(),
            };
            let found = leaf.find(&hash, &batch.root, batch.leaves, owned.record.len);
            let Some(found) = found else { return refuse("BATCH_SUM") };
            owned = owner_run(&self.records, id, at, Some(found)).map_err(refusal)?;
        }
        let cooling = self.records.fund(card.fund).unwrap().unwrap().cooling;
        let terms = (cooling, self.now);
        let moved = ledger::refund(&mut self.records, (id, &card), &owned, terms);
        let amount = moved.as_ref().map_or(Units::ZERO, |moved| moved.units);
        let outcome = self.hop(moved)?;
        self.pay(owned.gift, card.asset, amount);
        Ok(outcome)
    }

    fn close_fund(&mut self, name: &str) -> Outcome {
        let (id, mut fund) = self.fund(name)?;
        if fund.status != FundStatus::Open {
            return refuse("BAD_STATE");
        }
        fund.status = FundStatus::Closing { since: self.now };
        let cards = self.lines.values().map(|line| self.records.line(*line).unwrap().unwrap());
        let is_swept = |card: &Line| {
            card.fund == id && matches!(card.kind, Kind::Intake | Kind::Split | Kind::Work)
        };
        fund.unswept = cards.filter(is_swept).count() as u32;
        self.records.put_fund(id, &fund);
        Ok(Vec::new())
    }

    fn sweep(&mut self, line: &str) -> Outcome {
        let (id, mut card) = self.card(line)?;
        let mut fund = self.records.fund(card.fund).unwrap().unwrap();
        let terms = (self.now, self.limits);
        let swept = ledger::sweep(&mut self.records, id, &mut card, &mut fund, terms);
        match swept.map_err(refusal)?.moved {
            Some(moved) => self.hop(Ok(moved)),
            None => Ok(Vec::new()),
        }
    }

    fn settle(&mut self, fund: &str, name: &str, limit: u32, to: Option<&str>) -> Outcome {
        let (id, card) = self.fund(fund)?;
        let (asset, now) = (asset(name), self.now);
        let records = &mut self.records;
        if let Some(to) = to {
            if card.closing != ClosingRule::SimilarFund {
                return refuse("BAD_STATE");
            }
            let to = self.lines[to];
            let moved = settle::settle_similar(records, (id, &card), asset, to, now);
            return self.hop(moved);
        }
        let payments = settle::settle(records, (id, &card), asset, limit, now);
        let mut hops = Vec::new();
        for payment in payments.map_err(refusal)? {
            self.pay(payment.gift, asset, payment.moved.units);
            hops.extend(self.hop(Ok(payment.moved))?);
        }
        Ok(hops)
    }
}
