//! What can be asked. Each query is one line: `queries` has what takes more.

use weal_provenance::{
    forward::Stretch,
    line::{Count, Fund, Line},
    record::{Hold, In, Out, Place, Stamp},
};
use weal_sdk::prelude::*;

#[cfg(not(target_arch = "wasm32"))]
use crate::methods::DonationCalls;
use crate::{
    error::{Error, Result},
    queries::{DustPage, Givers, Trace},
    state::Donation,
    types::{Appeal, Band, Challenge, Dispute, Entry, Hash, Owned, Waiting},
    view::Wire,
};

#[contract(queries, error = Error)]
impl Donation {
    /// A fund's card.
    #[query]
    pub fn fund(&self, id: u32) -> Option<Wire<Fund>> {
        self.funds.get(&id)
    }

    /// A line's card and counters.
    #[query]
    pub fn line(&self, id: u32) -> Option<(Wire<Line>, Wire<Count>)> {
        self.lines.get(&id).zip(self.counts.get(&id))
    }

    /// The lines of a fund behind `after` and what they have, at most 100.
    #[query]
    pub fn statement(&self, fund: u32, after: Option<u32>, limit: u32) -> Result<Vec<Entry>> {
        self.entries(fund, after, limit)
    }

    /// What arrived on a line from a position on, at most 100 records.
    #[query]
    pub fn arrivals(&self, line: u32, from: u128, limit: u32) -> Vec<(u128, Wire<In>)> {
        self.arrivals_from(line, from, limit)
    }

    /// What left a line from a position on, at most 100 records.
    #[query]
    pub fn departures(&self, line: u32, from: u128, limit: u32) -> Vec<(u128, Wire<Out>)> {
        self.departures_from(line, from, limit)
    }

    /// Stamps of a level on a sink from a position on, at most 100.
    #[query]
    pub fn stamps(&self, line: u32, level: u8, from: u128, limit: u32) -> Vec<(u128, Wire<Stamp>)> {
        self.stamps_from((line, level), from, limit)
    }

    /// What waits on a line, and since when.
    #[query]
    pub fn waiting(&self, line: u32) -> Result<Option<Waiting>> {
        self.waits(line)
    }

    /// Whose a unit is, and which units around it are theirs by the same way.
    #[query]
    pub fn owner(&self, line: u32, unit: u128) -> Result<Owned> {
        self.giver(line, unit)
    }

    /// Where units went, at most 150 pieces. To go on, ask with what is left, the second part.
    #[query]
    pub fn trace_forward(&self, todo: Vec<Wire<Stretch>>, limit: u32) -> Result<Trace> {
        self.trace_on(todo, limit)
    }

    /// Whose units lie in a stretch, at most 100 pieces, and from where to go on.
    #[query]
    pub fn trace_back(&self, line: u32, start: u128, end: u128, limit: u32) -> Result<Givers> {
        self.givers(line, (start, end), limit)
    }

    /// What an exchange made less than one unit, by position from `from` on: looks at up to 100
    /// stretches of one giver, and says from where to go on.
    #[query]
    pub fn dust(&self, hop: Wire<Place>, from: u128, limit: u32) -> Result<DustPage> {
        self.dust_of(hop, from, limit)
    }

    /// Objections to what became of units of a line, by their first unit, at most 100.
    #[query]
    pub fn disputes(&self, line: u32, from: u128, limit: u32) -> Vec<(u128, TimeMs, Dispute)> {
        self.disputes_from(line, from, limit)
    }

    /// A hold.
    #[query]
    pub fn hold_card(&self, id: u32) -> Option<Wire<Hold>> {
        self.holds.get(&id)
    }

    /// The appeal against a hold, until the hold is renewed.
    #[query]
    pub fn appeal_card(&self, hold: u32) -> Option<Appeal> {
        self.appeals.get(&hold)
    }

    /// The rate that a bank attests between two assets, whether it still counts or not.
    #[query]
    pub fn rate(&self, from: AssetId, to: AssetId) -> Option<Band> {
        self.rates.get(&(from, to))
    }

    /// A challenge.
    #[query]
    pub fn challenge_card(&self, id: Hash) -> Option<Challenge> {
        self.challenges.get(&id)
    }
}
