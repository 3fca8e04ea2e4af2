//! Stripes: how a plan divides a stream of units among up to four receivers.
//!
//! A splitter's units are numbered in the order of sending. Of the first `p`, the first receiver
//! has ⌊p·ppm₁/10⁶⌋, the next the floor of its share of what is left, and the last the rest. A
//! receiver of some units of the stream is a difference of such totals, so totals are exact however
//! the stream is cut, and every giver's share lies within `k − 1` units of exact for `k` receivers.

use alloc::vec::Vec;

use parity_scale_codec::{Decode, Encode, Input};
use weal_types::codec::Bounded;

use crate::{
    Error,
    unit::{LineId, Units},
};

/// Parts per million in the whole.
pub const MILLION: u32 = 1_000_000;
/// Receivers of one plan: platform, charity, partner and programme.
pub const MOST_PARTS: usize = 4;

/// One receiver of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Share {
    /// Where its units go.
    pub line: LineId,
    /// Its part of every million; at least 1.
    pub ppm: u32,
}

/// Who receives what part of a splitter's stream, fees first; empty for lines that do not split.
///
/// Its parts are distinct lines and add up to a million; what is decoded is checked. A plan never
/// changes: another rate is another line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode)]
pub struct Plan(Bounded<Share, 0, MOST_PARTS>);

impl Plan {
    /// Checks the parts: none, or up to four distinct lines that add up to a million.
    pub fn new(shares: Vec<Share>) -> Option<Self> {
        let sum: u64 = shares.iter().map(|share| u64::from(share.ppm)).sum();
        let distinct = |(at, share): (usize, &Share)| {
            share.ppm > 0 && shares.iter().skip(at + 1).all(|other| other.line != share.line)
        };
        let is_whole = shares.is_empty() || sum == u64::from(MILLION);
        let is_good = is_whole && shares.iter().enumerate().all(distinct);
        is_good.then(|| Bounded::new(shares).ok().map(Self)).flatten()
    }

    /// The receivers in order.
    pub fn shares(&self) -> &[Share] {
        &self.0
    }

    /// How many of the first `ordinal` units of the stream each receiver has: f₁(p) … f_k(p).
    pub fn totals(&self, ordinal: Units) -> impl Iterator<Item = Units> + '_ {
        let mut rest = ordinal.get();
        let mut below = u128::from(MILLION);
        self.0.iter().map(move |share| {
            let ppm = u128::from(share.ppm);
            let own = if ppm >= below { rest } else { rest * ppm / below };
            rest -= own;
            below = below.saturating_sub(ppm);
            // A part of what was within the bound.
            Units::new(own).unwrap_or_default()
        })
    }

    /// How many of the first `ordinal` units receiver `part` has: f_j(p). `None` beyond the plan.
    pub fn total(&self, part: usize, ordinal: Units) -> Option<Units> {
        self.totals(ordinal).nth(part)
    }

    /// The unit of the stream that became unit `t` of receiver `part`; both are counted from 0 over
    /// the whole stream. `None` beyond the plan, and beyond 2⁹⁶ − 1 units.
    pub fn parent(&self, part: usize, t: u128) -> Option<u128> {
        if t > 2 * Units::MAX.get() {
            return None;
        }
        let ppm = u128::from(self.0.get(part)?.ppm);
        // What is left of the million from each part on: b₁ … b_j.
        let mut below = [0; MOST_PARTS];
        let mut left = u128::from(MILLION);
        for (place, share) in below.iter_mut().zip(self.0.iter()) {
            *place = left;
            left = left.saturating_sub(u128::from(share.ppm));
        }
        let own = *below.get(part)?;
        let is_last = part + 1 == self.0.len();
        // Units of a plan's stream are within the bound; other numbers would overflow further down.
        let bounded = |q: u128| Units::new(q).map(Units::get);
        let q = if is_last { t } else { ((t + 1) * own).div_ceil(ppm) - 1 };
        let mut q = bounded(q)?;
        for i in (0..part).rev() {
            q = bounded(q * below.get(i)? / below.get(i + 1)?)?;
        }
        Some(q)
    }
}

impl Decode for Plan {
    fn decode<I: Input>(input: &mut I) -> Result<Self, parity_scale_codec::Error> {
        let shares = Bounded::<Share, 0, MOST_PARTS>::decode(input)?.into_inner();
        Self::new(shares).ok_or_else(|| "the parts are no plan".into())
    }
}

/// Whether a plan of a line with fees `own` so far keeps a receiver's promise of `fee_so_far` if
/// fees take `fees` of it, all in parts per million: (10⁶−m)·10⁶ ≤ (10⁶−own)·(10⁶−φ).
///
/// `fee_so_far` is the most that fees have taken of a unit before it reaches a line. A plan checks
/// this for each part that is no fee; so fees along any path stay within the charter's ceiling.
pub fn keeps_fee(own: u32, fees: u32, fee_so_far: u32) -> bool {
    let rest = |ppm: u32| u64::from(MILLION.saturating_sub(ppm));
    rest(fee_so_far) * u64::from(MILLION) <= rest(own) * rest(fees)
}

/// The differences of a plan's totals between two ordinals: what each receiver gets of a hop.
pub(crate) fn shares_between(plan: &Plan, from: Units, to: Units) -> Result<Vec<Units>, Error> {
    plan.totals(to).zip(plan.totals(from)).map(|(to, from)| to.minus(from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(ppm: &[u32]) -> Option<Plan> {
        let share = |(line, ppm): (u32, &u32)| Share { line: LineId(line), ppm: *ppm };
        Plan::new((0..).zip(ppm).map(share).collect())
    }

    #[test]
    fn plans_are_whole() {
        for good in [&[][..], &[1_000_000], &[80_000, 920_000], &[1, 1, 1, 999_997]] {
            assert!(plan(good).is_some(), "{good:?}");
        }
        for bad in [&[999_999][..], &[0, 1_000_000], &[u32::MAX, u32::MAX], &[200_000; 5]] {
            assert!(plan(bad).is_none(), "{bad:?}");
        }
        let twice = Share { line: LineId(1), ppm: 500_000 };
        assert_eq!(Plan::new([twice, twice].into()), None);
        let foreign = Bounded::<Share, 0, 4>::new([twice].into()).unwrap().encode();
        assert!(Plan::decode(&mut &foreign[..]).is_err());
    }

    #[test]
    fn no_number_is_too_large_to_be_asked_for() {
        let plan = plan(&[999_997, 1, 1, 1]).unwrap();
        for part in 0..5 {
            for t in [0, 1 << 76, Units::MAX.get(), 2 * Units::MAX.get(), u128::MAX] {
                assert!(plan.parent(part, t).is_none_or(|p| p <= Units::MAX.get()));
            }
            assert_eq!(plan.parent(part, u128::MAX), None);
            assert!(plan.total(part, Units::MAX).is_some() || part == 4);
        }
    }

    #[test]
    fn every_unit_of_the_stream_has_one_place_and_the_place_one_parent() {
        let plans = [&[80_000, 920_000][..], &[333_333, 333_333, 333_334], &[7, 1, 2, 999_990]];
        for ppm in plans {
            let plan = plan(ppm).unwrap();
            for start in [0, 1, 999_990, 1_000_000 * 77 - 40, Units::MAX.get() - 60] {
                for p in start..start + 60 {
                    let before = plan.totals(Units::new(p).unwrap());
                    let after = plan.totals(Units::new(p + 1).unwrap());
                    let grown: Vec<_> = (0..)
                        .zip(before.zip(after))
                        .filter(|(_, (before, after))| before != after)
                        .collect();
                    let [(part, (t, after))] = grown[..] else { panic!("one grows at {p}") };
                    assert_eq!(after.get() - t.get(), 1);
                    assert_eq!(plan.parent(part, t.get()), Some(p), "{ppm:?} {p}");
                }
            }
        }
    }
}
