//! The messages up to refunds.

use super::{Gift, Hold, Line, MILLION, Model, Notice, Outcome, Unit, refuse};
use crate::{
    check::Moved,
    step::{Kind, Leaf, Step},
};

const BOOKS: [&str; 6] = ["delivered", "overhead", "refunded", "seized", "held", "closing"];

fn one(moved: Moved) -> Outcome<Vec<Moved>> {
    Ok(vec![moved])
}

impl Model {
    pub(super) fn perform(&mut self, step: &Step) -> Outcome<Vec<Moved>> {
        match step {
            Step::OpenFund { fund, asset, cooling, ceiling, closing, wind_down } => {
                let (cooling, ceiling, closing) = (*cooling, *ceiling, *closing);
                let (asset, wind_down) = (asset.clone(), *wind_down);
                self.funds.insert(
                    fund.clone(),
                    super::Fund {
                        asset: asset.clone(),
                        cooling,
                        ceiling,
                        closing,
                        wind_down,
                        intake: None,
                        closed_at: None,
                        rounds: Default::default(),
                    },
                );
                self.open_books(fund, &asset);
                Ok(Vec::new())
            }
            Step::OpenLine { .. } => self.open_line(step),
            Step::Donate { fund, amount, gift } => self.donate(fund, &[*amount], &[], gift),
            Step::DonateBatch { fund, leaves, gift } => {
                let (commits, amounts): (Vec<_>, Vec<_>) = leaves.iter().copied().unzip();
                self.donate(fund, &amounts, &commits, gift)
            }
            Step::Split { line, x } => self.split(line, *x),
            Step::Forward { line, to, x } => self.forward(line, to, *x),
            Step::Convert { line, to, x, y } => self.convert(line, to, *x, *y),
            Step::Spend { line, x } => self.spend(line, *x),
            Step::SpendBatch { line, leaves } => {
                self.spend(line, leaves.iter().map(|(_, amount)| amount).sum())
            }
            Step::Advance { id, line, x } => {
                let of = self.line(line)?.clone();
                let advance = Some((line.clone(), *x));
                self.insert(id, &of.fund, &of.asset, Kind::Prepaid);
                self.lines.get_mut(id).expect("just opened").advance = advance;
                Ok(Vec::new())
            }
            Step::Reimburse { id, x } => self.reimburse(id, *x),
            Step::HandBack { line, start, a, b } => self.hand_back(line, *start, *a, *b),
            Step::Hold { id, line, s, e } => self.hold(id, line, *s, *e),
            Step::Release { id } => self.release(id),
            Step::Seize { id, x } => self.seize(id, *x),
            Step::Refund { line, u, leaf } => self.refund(line, *u, leaf.as_ref()),
            later => self.perform_later(later),
        }
    }

    fn insert(&mut self, name: &str, fund: &str, asset: &str, kind: Kind) {
        let line = Line {
            fund: fund.into(),
            asset: asset.into(),
            kind,
            plan: Vec::new(),
            fee_so_far: 0,
            is_closed: false,
            notice: None,
            advance: None,
            units: Vec::new(),
            next: 0,
            sent: 0,
            carved: 0,
        };
        self.lines.insert(name.into(), line);
    }

    fn open_books(&mut self, fund: &str, asset: &str) {
        for book in BOOKS {
            let name = self.book(fund, asset, book);
            if !self.lines.contains_key(&name) {
                self.insert(&name, fund, asset, Kind::Book);
            }
        }
    }

    fn open_line(&mut self, step: &Step) -> Outcome<Vec<Moved>> {
        let Step::OpenLine { line, fund, asset, kind, plan, fee_so_far } = step else {
            return Ok(Vec::new());
        };
        let own = u128::from(*fee_so_far);
        if *fee_so_far > self.fund(fund)?.ceiling {
            return refuse("FEE_CEILING");
        }
        let is_fee = |part: &&(String, u32)| self.lines[&part.0].kind == Kind::Fee;
        let fees: u128 = plan.iter().filter(is_fee).map(|part| u128::from(part.1)).sum();
        for (part, _) in plan.iter().filter(|part| !is_fee(part)) {
            let promised = u128::from(self.line(part)?.fee_so_far);
            if (MILLION - promised) * MILLION > (MILLION - own) * (MILLION - fees) {
                return refuse("FEE_CEILING");
            }
        }
        self.insert(line, fund, asset, *kind);
        let opened = self.lines.get_mut(line).expect("just opened");
        (opened.plan, opened.fee_so_far) = (plan.clone(), *fee_so_far);
        self.open_books(fund, asset);
        if *kind == Kind::Intake {
            self.funds.get_mut(fund).expect("it exists").intake = Some(line.clone());
        }
        Ok(Vec::new())
    }

    fn donate(
        &mut self,
        fund: &str,
        leaves: &[u128],
        commits: &[[u8; 32]],
        name: &str,
    ) -> Outcome<Vec<Moved>> {
        let fund = self.fund(fund)?;
        let (Some(line), None) = (fund.intake.clone(), fund.closed_at) else {
            return refuse("FUND_CLOSED");
        };
        let len: u128 = leaves.iter().sum();
        if len == 0 {
            return refuse("ZERO");
        }
        let (gift, time) = (self.gifts.len(), self.now);
        for index in 0..len {
            let unit = Unit { gift, index, way: Default::default(), time, left: None };
            self.lines.get_mut(&line).expect("an intake is a line").units.push(unit);
        }
        self.gifts.push(Gift {
            name: name.into(),
            line,
            len,
            back: 0,
            time,
            leaves: leaves.to_vec(),
            commits: commits.to_vec(),
        });
        Ok(Vec::new())
    }

    fn is_closing(&self, line: &Line) -> bool {
        self.funds[&line.fund].closed_at.is_some()
    }

    /// Checks of a sender: its kind, whether it may send, and whether the fund is open.
    fn check_sender(&self, line: &str, kinds: &[Kind], while_closing: bool) -> Outcome<()> {
        let line = self.line(line)?;
        if !kinds.contains(&line.kind) || line.is_closed || line.pending_notice().is_some() {
            return refuse("BAD_STATE");
        }
        if self.is_closing(line) && !while_closing {
            return refuse("FUND_CLOSED");
        }
        Ok(())
    }

    fn split(&mut self, line: &str, x: u128) -> Outcome<Vec<Moved>> {
        self.check_sender(line, &[Kind::Intake, Kind::Split], false)?;
        let positions = self.next_units(line, x)?;
        let splitter = &self.lines[line];
        if splitter.kind == Kind::Intake {
            let last = *positions.last().expect("at least one");
            let cooling = self.funds[&splitter.fund].cooling;
            if splitter.units[last].time + cooling > self.now {
                return refuse("COOLING");
            }
        }
        let mut to: Vec<_> =
            splitter.plan.iter().map(|part| (part.0.clone(), Vec::new())).collect();
        for offset in 0..positions.len() {
            let part = receiver_of(&splitter.plan, splitter.sent + offset as u128);
            to[part].1.push(offset);
        }
        one(self.send(line, &positions, false, &to, "split"))
    }

    fn forward(&mut self, line: &str, to: &str, x: u128) -> Outcome<Vec<Moved>> {
        self.check_sender(line, &[Kind::Work, Kind::Fee], false)?;
        if x == 0 {
            return refuse("ZERO");
        }
        let (from, receiver) = (&self.lines[line], self.line(to)?);
        if line == to {
            return refuse("SAME_LINE");
        }
        if (&from.fund, &from.asset) != (&receiver.fund, &receiver.asset) {
            return refuse("RESTRICTION_MISMATCH");
        }
        if !matches!(receiver.kind, Kind::Work | Kind::Split) || receiver.is_closed {
            return refuse("BAD_STATE");
        }
        if from.kind != Kind::Fee && receiver.fee_so_far < from.fee_so_far {
            return refuse("FEE_CEILING");
        }
        let positions = self.next_units(line, x)?;
        one(self.transfer(line, &positions, false, to, "forward"))
    }

    fn convert(&mut self, line: &str, to: &str, x: u128, y: u128) -> Outcome<Vec<Moved>> {
        self.check_sender(line, &[Kind::Work], true)?;
        if x == 0 || y == 0 {
            return refuse("ZERO");
        }
        let (from, receiver) = (&self.lines[line], self.line(to)?);
        if line == to {
            return refuse("SAME_LINE");
        }
        if from.fund != receiver.fund || from.asset == receiver.asset {
            return refuse("RESTRICTION_MISMATCH");
        }
        if !matches!(receiver.kind, Kind::Work | Kind::Split) || receiver.is_closed {
            return refuse("BAD_STATE");
        }
        if receiver.fee_so_far < from.fee_so_far {
            return refuse("FEE_CEILING");
        }
        let positions = self.next_units(line, x)?;
        // Unit w becomes the units from w·y/x up to (w + 1)·y/x.
        let parents = (0..x).flat_map(|w| {
            let children = (w + 1) * y / x - w * y / x;
            std::iter::repeat_n(w as usize, children as usize)
        });
        let to = [(to.to_owned(), parents.collect())];
        one(self.send(line, &positions, false, &to, "convert"))
    }

    fn spend(&mut self, line: &str, x: u128) -> Outcome<Vec<Moved>> {
        self.check_sender(line, &[Kind::Work, Kind::Fee], true)?;
        let book = match self.lines[line].kind {
            Kind::Fee => "overhead",
            _ => "delivered",
        };
        let positions = self.next_units(line, x)?;
        one(self.transfer(line, &positions, false, &self.book_of(line, book), "spend"))
    }

    fn reimburse(&mut self, id: &str, x: u128) -> Outcome<Vec<Moved>> {
        let prepaid = self.line(id)?;
        let (of, cap) = prepaid.advance.clone().expect("a prepaid line has an advance");
        if prepaid.units.len() as u128 + x > cap {
            return refuse("LIMIT");
        }
        let positions = self.next_units(&of, x)?;
        one(self.transfer(&of, &positions, false, id, "reimburse"))
    }

    fn hand_back(&mut self, line: &str, start: u128, a: u128, b: u128) -> Outcome<Vec<Moved>> {
        let id = (line.to_owned(), start);
        let Some(hop) = self.hops.iter().find(|hop| hop.moved.id == id) else {
            return refuse("NOT_FOUND");
        };
        let is_plain = matches!(hop.moved.kind.as_str(), "forward" | "spend");
        if !is_plain || hop.parts != 1 {
            return refuse("BAD_STATE");
        }
        if a >= b {
            return refuse("ZERO");
        }
        let (receiver, first, len) = hop.moved.to[0].clone();
        if b > len {
            return refuse("NOT_FOUND");
        }
        let to = self.arrives_at(line);
        let positions = self.units_at(&receiver, first + a, first + b)?;
        one(self.transfer(&receiver, &positions, true, &to, "back"))
    }

    fn hold(&mut self, id: &str, line: &str, s: u128, e: u128) -> Outcome<Vec<Moved>> {
        let held = self.line(line)?;
        let is_round = self.funds[&held.fund].rounds.contains_key(&held.asset);
        let is_closing = self.book_of(line, "closing") == line && !is_round;
        if matches!(held.kind, Kind::Book | Kind::Prepaid) && !is_closing {
            return refuse("BAD_STATE");
        }
        let positions = self.units_at(line, s, e)?;
        let book = self.book_of(line, "held");
        let moved = self.transfer(line, &positions, true, &book, "hold");
        let (_, start, len) = moved.to[0].clone();
        let hold = Hold { line: line.into(), start: start as usize, len: len as usize };
        self.holds.insert(id.into(), hold);
        one(moved)
    }

    fn release(&mut self, id: &str) -> Outcome<Vec<Moved>> {
        let Some(hold) = self.holds.remove(id) else { return refuse("NOT_FOUND") };
        let positions: Vec<usize> = (hold.start..hold.start + hold.len).collect();
        let (held, to) = (self.book_of(&hold.line, "held"), self.arrives_at(&hold.line));
        one(self.transfer(&held, &positions, true, &to, "release"))
    }

    fn seize(&mut self, id: &str, x: u128) -> Outcome<Vec<Moved>> {
        let Some(hold) = self.holds.get(id).cloned() else { return refuse("NOT_FOUND") };
        if x == 0 {
            return refuse("ZERO");
        }
        if x > hold.len as u128 {
            return refuse("INSUFFICIENT");
        }
        let (start, len) = (hold.start + x as usize, hold.len - x as usize);
        let positions: Vec<usize> = (hold.start..start).collect();
        let (held, seized) = (self.book_of(&hold.line, "held"), self.book_of(&hold.line, "seized"));
        match len {
            0 => self.holds.remove(id),
            _ => self.holds.insert(id.into(), Hold { line: hold.line, start, len }),
        };
        one(self.transfer(&held, &positions, true, &seized, "seize"))
    }

    fn refund(&mut self, line: &str, u: u128, leaf: Option<&Leaf>) -> Outcome<Vec<Moved>> {
        let from = self.line(line)?;
        let Some(unit) = from.units.get(u as usize).cloned() else { return refuse("NOT_FOUND") };
        let is_concerned = from.pending_notice().is_some_and(|notice| u < notice.upto);
        if from.kind != Kind::Intake && !is_concerned {
            return refuse("BAD_STATE");
        }
        let gift = self.gifts[unit.gift].clone();
        let mut own = 0..gift.len;
        if let Some(leaf) = leaf {
            let index = leaf.index as usize;
            let is_leaf =
                gift.commits.get(index) == Some(&leaf.commit) && gift.leaves[index] == leaf.amount;
            if !is_leaf {
                return refuse("BATCH_SUM");
            }
            let start = gift.leaves[..index].iter().sum();
            own = start..start + leaf.amount;
            if !own.contains(&unit.index) {
                return refuse("NOT_OWNER");
            }
        }
        if from.kind == Kind::Intake && gift.time + self.funds[&from.fund].cooling <= self.now {
            return refuse("EXPIRED");
        }
        let mut positions = self.fellows(line, u as usize);
        positions.retain(|at| {
            let other = &from.units[*at];
            other.left.is_none() && own.contains(&other.index)
        });
        if positions.is_empty() {
            return refuse("NOT_FREE");
        }
        let positions = self.check_runs(positions)?;
        let (asset, taken) = (from.asset.clone(), positions.len() as u128);
        let book = self.book_of(line, "refunded");
        let moved = self.transfer(line, &positions, true, &book, "refund");
        if self.lines[&gift.line].asset == asset {
            self.gifts[unit.gift].back += taken.min(gift.len - gift.back);
        }
        self.pay(unit.gift, &asset, taken);
        one(moved)
    }

    pub(super) fn announce(&mut self, line: &str, to: &str, until: u64) -> Outcome<Vec<Moved>> {
        let (to, until) = (to.to_owned(), until);
        self.line(&to)?;
        self.check_sender(line, &[Kind::Work], false)?;
        let line = self.lines.get_mut(line).expect("it was checked");
        line.notice = Some(Notice { to, until, upto: line.units.len() as u128 });
        Ok(Vec::new())
    }
}

/// Which part gets the unit of a splitter that is sent as number `ordinal`, from 0: the first part
/// takes its share of all, each later one its share of what the ones before it left.
fn receiver_of(plan: &[(String, u32)], ordinal: u128) -> usize {
    let (mut at, mut below) = (ordinal, MILLION);
    for (part, (_, ppm)) in plan.iter().enumerate() {
        let ppm = u128::from(*ppm);
        let (before, after) = (at * ppm / below, (at + 1) * ppm / below);
        if after > before {
            return part;
        }
        at -= before;
        below -= ppm;
    }
    unreachable!("the last part takes the rest")
}
