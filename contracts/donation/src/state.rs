//! What the contract stores. The records of the algebra lie under the keys and in the bytes that
//! `weal-provenance` defines, because nodes and verifiers read them there.

use weal_provenance::{
    Error as Refusal, FundId, LineId, Records, RecordsMut, Units,
    line::{Books, Count, Fund, Line},
    record::{Hold, In, Out, Round, Stamp},
};
use weal_sdk::prelude::*;

use crate::{
    types::{Appeal, Band, Challenge, Custody, Dispute, Done, Report},
    view::Wire,
};

/// Follows every gift through pooled funds.
///
/// A fund has lines, each the queue of one organisation in one asset. Gifts arrive on its intake;
/// every message moves the oldest units on, so that each unit has one way and one giver.
#[derive(Storage)]
pub struct Donation {
    /// The contract that says who is who.
    pub(crate) identity: Item<ContractId>,
    pub(crate) funds: OrderedMap<u32, Wire<Fund>>,
    pub(crate) lines: OrderedMap<u32, Wire<Line>>,
    pub(crate) counts: OrderedMap<u32, Wire<Count>>,
    pub(crate) books: OrderedMap<(u32, AssetId), Wire<Books>>,
    pub(crate) arrivals: OrderedMap<(u32, u128), Wire<In>>,
    pub(crate) departures: OrderedMap<(u32, u128), Wire<Out>>,
    pub(crate) stamps: OrderedMap<(u32, u8, u128), Wire<Stamp>>,
    pub(crate) holds: OrderedMap<u32, Wire<Hold>>,
    pub(crate) rounds: OrderedMap<(u32, AssetId), Wire<Round>>,
    /// Ids given out: funds, lines, holds.
    pub(crate) last_fund: Item<u32>,
    pub(crate) last_line: Item<u32>,
    pub(crate) last_hold: Item<u32>,
    /// The lines of each fund.
    pub(crate) lines_of: OrderedMap<(u32, u32), ()>,
    /// Seconds between a fund's reports; none where it owes none.
    pub(crate) report_clocks: Map<u32, u64>,
    pub(crate) reports: OrderedMap<(u32, TimeMs), Report>,
    /// Since when holds are, which decides for how long, and when a seizure is allowed.
    pub(crate) custody: Map<u32, Custody>,
    /// Appeals against holds.
    pub(crate) appeals: Map<u32, Appeal>,
    /// What was done under a caller's own reference.
    pub(crate) refs: Map<(AccountId, [u8; 16]), Done>,
    /// Invoices that were paid, and by which hop.
    pub(crate) tags: Map<[u8; 32], (u32, u128)>,
    /// Rates that banks attest.
    pub(crate) rates: Map<(AssetId, AssetId), Band>,
    /// What somebody has approved, and until when.
    pub(crate) approvals: Map<(AccountId, [u8; 32]), TimeMs>,
    /// Keys with which gateways sign promises.
    pub(crate) promise_keys: Map<AccountId, PublicKey>,
    pub(crate) challenges: Map<[u8; 32], Challenge>,
    /// How many promises of a gateway are broken: it brings no batches until it has answered.
    pub(crate) broken: Map<AccountId, u32>,
    /// Objections, under line and position.
    pub(crate) disputes: OrderedMap<(u32, u128, TimeMs), Dispute>,
    /// What gift keys have signed as an objection: each counts once, whoever carries it.
    pub(crate) objected: Map<[u8; 32], ()>,
}

/// What reading a record returns; a contract's own state can always be read.
type Read<T> = core::result::Result<T, Refusal>;

/// What lies first or last in a range of positions.
fn nearest<T>(page: Vec<(u128, Wire<T>)>) -> Read<Option<(Units, T)>> {
    let found = page.into_iter().next();
    found
        .map(|(at, Wire(record))| Units::new(at).map(|at| (at, record)).ok_or(Refusal::Broken))
        .transpose()
}

impl Records for Donation {
    fn fund(&self, FundId(fund): FundId) -> Read<Option<Fund>> {
        Ok(self.funds.get(&fund).map(|Wire(card)| card))
    }

    fn line(&self, LineId(line): LineId) -> Read<Option<Line>> {
        Ok(self.lines.get(&line).map(|Wire(card)| card))
    }

    fn count(&self, LineId(line): LineId) -> Read<Option<Count>> {
        Ok(self.counts.get(&line).map(|Wire(count)| count))
    }

    fn books(&self, FundId(fund): FundId, asset: AssetId) -> Read<Option<Books>> {
        Ok(self.books.get(&(fund, asset)).map(|Wire(books)| books))
    }

    fn arrival(&self, LineId(line): LineId, start: Units) -> Read<Option<In>> {
        Ok(self.arrivals.get(&(line, start.get())).map(|Wire(record)| record))
    }

    fn last_arrival(&self, LineId(line): LineId, at: Units) -> Read<Option<(Units, In)>> {
        let keys = (line, 0)..=(line, at.get());
        let page = self.arrivals.page(keys, Order::Descending, 1);
        nearest(page.into_iter().map(|((_, at), record)| (at, record)).collect())
    }

    fn departure(&self, LineId(line): LineId, start: Units) -> Read<Option<Out>> {
        Ok(self.departures.get(&(line, start.get())).map(|Wire(record)| record))
    }

    fn last_departure(&self, LineId(line): LineId, at: Units) -> Read<Option<(Units, Out)>> {
        let keys = (line, 0)..=(line, at.get());
        let page = self.departures.page(keys, Order::Descending, 1);
        nearest(page.into_iter().map(|((_, at), record)| (at, record)).collect())
    }

    fn first_departure(&self, LineId(line): LineId, at: Units) -> Read<Option<(Units, Out)>> {
        let keys = (line, at.get())..=(line, u128::MAX);
        let page = self.departures.page(keys, Order::Ascending, 1);
        nearest(page.into_iter().map(|((_, at), record)| (at, record)).collect())
    }

    fn last_stamp(
        &self,
        LineId(line): LineId,
        level: u8,
        at: Units,
    ) -> Read<Option<(Units, Stamp)>> {
        let keys = (line, level, 0)..=(line, level, at.get());
        let page = self.stamps.page(keys, Order::Descending, 1);
        nearest(page.into_iter().map(|((.., at), record)| (at, record)).collect())
    }

    fn first_stamp(
        &self,
        LineId(line): LineId,
        level: u8,
        at: Units,
    ) -> Read<Option<(Units, Stamp)>> {
        let keys = (line, level, at.get())..=(line, level, u128::MAX);
        let page = self.stamps.page(keys, Order::Ascending, 1);
        nearest(page.into_iter().map(|((.., at), record)| (at, record)).collect())
    }

    fn hold(&self, hold: u32) -> Read<Option<Hold>> {
        Ok(self.holds.get(&hold).map(|Wire(record)| record))
    }

    fn round(&self, FundId(fund): FundId, asset: AssetId) -> Read<Option<Round>> {
        Ok(self.rounds.get(&(fund, asset)).map(|Wire(round)| round))
    }
}

impl RecordsMut for Donation {
    fn put_fund(&mut self, FundId(fund): FundId, card: &Fund) {
        self.funds.set(&fund, &Wire(card.clone()));
    }

    fn put_line(&mut self, LineId(line): LineId, card: &Line) {
        self.lines.set(&line, &Wire(card.clone()));
    }

    fn put_count(&mut self, LineId(line): LineId, count: &Count) {
        self.counts.set(&line, &Wire(*count));
    }

    fn put_books(&mut self, FundId(fund): FundId, asset: AssetId, books: &Books) {
        self.books.set(&(fund, asset), &Wire(*books));
    }

    fn put_arrival(&mut self, LineId(line): LineId, start: Units, arrival: &In) {
        self.arrivals.set(&(line, start.get()), &Wire(arrival.clone()));
    }

    fn put_departure(&mut self, LineId(line): LineId, start: Units, departure: &Out) {
        self.departures.set(&(line, start.get()), &Wire(departure.clone()));
    }

    fn put_stamp(&mut self, LineId(line): LineId, level: u8, start: Units, stamp: &Stamp) {
        self.stamps.set(&(line, level, start.get()), &Wire(stamp.clone()));
    }

    fn put_hold(&mut self, hold: u32, record: Option<&Hold>) {
        match record {
            Some(record) => self.holds.set(&hold, &Wire(record.clone())),
            None => self.holds.remove(&hold),
        }
    }

    fn put_round(&mut self, FundId(fund): FundId, asset: AssetId, round: Option<&Round>) {
        match round {
            Some(round) => self.rounds.set(&(fund, asset), &Wire(*round)),
            None => self.rounds.remove(&(fund, asset)),
        }
    }
}
