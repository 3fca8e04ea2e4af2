//! Notices and closing.

use super::{Model, Outcome, Round, refuse};
use crate::{
    check::{Moved, Refusal},
    step::{Kind, Rule, Step},
};

impl Model {
    pub(super) fn perform_later(&mut self, step: &Step) -> Outcome<Vec<Moved>> {
        match step {
            Step::Announce { line, to, until } => self.announce(line, to, *until),
            Step::WithdrawNotice { line } => {
                if self.line(line)?.pending_notice().is_none() {
                    return refuse("BAD_STATE");
                }
                self.lines.get_mut(line).expect("it was found").notice = None;
                Ok(Vec::new())
            }
            Step::Repurpose { line, x } => self.repurpose(line, *x),
            Step::Skip { line, limit } => self.skip(line, *limit),
            Step::CloseFund { fund } => {
                if self.fund(fund)?.closed_at.is_some() {
                    return refuse("BAD_STATE");
                }
                self.funds.get_mut(fund).expect("it was found").closed_at = Some(self.now);
                Ok(Vec::new())
            }
            Step::Sweep { line } => self.sweep(line),
            Step::Settle { fund, asset, limit, to } => {
                self.settle(fund, asset, *limit, to.as_deref())
            }
            earlier => unreachable!("{earlier:?} is performed elsewhere"),
        }
    }

    fn repurpose(&mut self, name: &str, x: u128) -> Outcome<Vec<Moved>> {
        let line = self.line(name)?;
        let Some(notice) = line.pending_notice().cloned() else { return refuse("BAD_STATE") };
        if x == 0 {
            return refuse("ZERO");
        }
        if self.now < notice.until {
            return refuse("TOO_EARLY");
        }
        let below = line.units.iter().take(notice.upto as usize);
        if x > below.filter(|unit| unit.left.is_none()).count() as u128 {
            return refuse("LIMIT");
        }
        let positions = self.next_units(name, x)?;
        Ok(vec![self.transfer(name, &positions, false, &notice.to, "repurpose")])
    }

    fn skip(&mut self, name: &str, limit: u32) -> Outcome<Vec<Moved>> {
        let line = self.lines.get_mut(name).ok_or_else(|| Refusal::new("NOT_FOUND"))?;
        let from = line.next;
        for _ in 0..limit {
            let Some(run) = line.units.get(line.next).and_then(|unit| unit.left) else { break };
            while line.units.get(line.next).is_some_and(|unit| unit.left == Some(run)) {
                line.next += 1;
            }
        }
        if line.next == from { refuse("ZERO") } else { Ok(Vec::new()) }
    }

    fn unswept(&self, fund: &str) -> usize {
        let is_open = |line: &&super::Line| {
            line.fund == fund
                && !line.is_closed
                && matches!(line.kind, Kind::Intake | Kind::Split | Kind::Work)
        };
        self.lines.values().filter(is_open).count()
    }

    fn sweep(&mut self, name: &str) -> Outcome<Vec<Moved>> {
        let line = self.line(name)?;
        let fund = &self.funds[&line.fund];
        let is_swept = matches!(line.kind, Kind::Intake | Kind::Split | Kind::Work);
        let Some(closed_at) = fund.closed_at else { return refuse("BAD_STATE") };
        if !is_swept || line.is_closed {
            return refuse("BAD_STATE");
        }
        if self.now < closed_at + fund.wind_down {
            return refuse("TOO_EARLY");
        }
        let newest = line.units.last().filter(|_| line.kind == Kind::Intake);
        if newest.is_some_and(|unit| unit.time + fund.cooling > self.now) {
            return refuse("COOLING");
        }
        let free = line.units.iter().enumerate().filter(|(_, unit)| unit.left.is_none());
        let mut positions: Vec<usize> = free.map(|(at, _)| at).collect();
        let all = positions.len();
        positions.truncate(self.fitting(&positions));
        let mut moved = Vec::new();
        if !positions.is_empty() {
            let closing = self.book_of(name, "closing");
            moved.push(self.transfer(name, &positions, false, &closing, "sweep"));
        }
        if positions.len() == all {
            self.lines.get_mut(name).expect("it was found").is_closed = true;
        }
        Ok(moved)
    }

    fn settle(
        &mut self,
        fund: &str,
        asset: &str,
        limit: u32,
        to: Option<&str>,
    ) -> Outcome<Vec<Moved>> {
        let rule = self.fund(fund)?.closing;
        if self.funds[fund].closed_at.is_none() || self.unswept(fund) > 0 {
            return refuse("BAD_STATE");
        }
        let closing = self.book(fund, asset, "closing");
        if self.line(&closing)?.free() == 0 {
            return refuse("ZERO");
        }
        match (rule, to) {
            (Rule::FifoOwner, None) => Ok(self.pay_owners(fund, asset, limit)),
            (Rule::ProrataOriginal, None) => self.pay_by_weight(fund, asset, limit),
            (Rule::SimilarFund, Some(to)) => {
                let positions = self.all_that_fit(&closing);
                Ok(vec![self.transfer(&closing, &positions, false, to, "similar")])
            }
            _ => refuse("BAD_STATE"),
        }
    }

    fn all_that_fit(&self, line: &str) -> Vec<usize> {
        let free = self.lines[line].units.iter().enumerate();
        let mut positions: Vec<usize> =
            free.filter(|(_, unit)| unit.left.is_none()).map(|(at, _)| at).collect();
        positions.truncate(self.fitting(&positions));
        positions
    }

    fn pay_owners(&mut self, fund: &str, asset: &str, limit: u32) -> Vec<Moved> {
        let (closing, refunded) =
            (self.book(fund, asset, "closing"), self.book(fund, asset, "refunded"));
        let mut payments = Vec::new();
        for _ in 0..limit {
            let units = &self.lines[&closing].units;
            let Some(first) = units.iter().position(|unit| unit.left.is_none()) else { break };
            let gift = units[first].gift;
            let fellows = self.fellows(&closing, first);
            let behind = fellows.iter().copied().filter(|at| *at >= first);
            let positions: Vec<usize> = behind.take_while(|at| units[*at].left.is_none()).collect();
            self.pay(gift, asset, positions.len() as u128);
            payments.push(self.transfer(&closing, &positions, false, &refunded, "close"));
        }
        payments
    }

    fn pay_by_weight(&mut self, fund: &str, asset: &str, limit: u32) -> Outcome<Vec<Moved>> {
        let (closing, refunded) =
            (self.book(fund, asset, "closing"), self.book(fund, asset, "refunded"));
        let intake = self.funds[fund].intake.clone().expect("gifts came by it");
        let own = self.gifts.iter().filter(|gift| gift.line == intake);
        let weight: u128 = own.map(|gift| gift.len - gift.back).sum();
        if weight == 0 {
            return refuse("BAD_STATE");
        }
        let amount = self.lines[&closing].free();
        let fresh = Round { amount, weight, cursor: 0, before: 0, part: 0 };
        let mut round = self.funds[fund].rounds.get(asset).cloned().unwrap_or(fresh);
        let mut payments = Vec::new();
        for _ in 0..limit {
            if round.before >= round.weight {
                break;
            }
            let unit = self.lines[&intake].units[round.cursor].clone();
            if let Some(last) = unit.way.last() {
                // What came back to the intake by one hop has one record there.
                let same = |other: &&super::Unit| other.way.last() == Some(last);
                let units = &self.lines[&intake].units[round.cursor..];
                round.cursor += units.iter().take_while(same).count();
                continue;
            }
            let gift = &self.gifts[unit.gift];
            let (len, own) = (gift.len, gift.len - gift.back);
            let upto = |weight: u128| weight * round.amount / round.weight;
            let share = upto(round.before + own) - upto(round.before);
            if share > round.part {
                let mut positions = self.all_that_fit(&closing);
                positions.truncate((share - round.part) as usize);
                round.part += positions.len() as u128;
                self.pay(unit.gift, asset, positions.len() as u128);
                payments.push(self.transfer(&closing, &positions, false, &refunded, "close"));
            }
            if round.part == share {
                round.before += own;
                round.cursor += len as usize;
                round.part = 0;
            }
        }
        let rounds = &mut self.funds.get_mut(fund).expect("it was found").rounds;
        match round.before < round.weight {
            true => rounds.insert(asset.into(), round),
            false => rounds.remove(asset),
        };
        Ok(payments)
    }
}
