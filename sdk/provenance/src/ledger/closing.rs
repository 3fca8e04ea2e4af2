//! Gathering what the lines of a closing fund have left. Paying it out is [`crate::settle`]'s.

use weal_types::TimeMs;

use super::{book, check_cool};
use crate::{
    Error, RecordsMut,
    line::{Fund, FundStatus, Kind, Line, LineStatus, after},
    record::HopKind,
    send::{Moved, Saying, send},
    store,
    take::{Limits, take_some},
    unit::{LineId, Units},
};

/// What a sweep did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swept {
    /// The hop to the closing book; `None` where nothing was left.
    pub moved: Option<Moved>,
    /// Whether the line has nothing left: then it is closed. Otherwise, sweep again.
    pub is_closed: bool,
}

/// Moves what a line of a closing fund has left, as much as the limits allow, to the closing book.
/// Once nothing is left the line is closed and the fund has one line less to sweep.
///
/// Refuses with [`Error::BadState`], [`Error::TooEarly`], [`Error::Runs`], [`Error::Cooling`],
/// [`Error::Overflow`].
pub fn sweep(
    records: &mut impl RecordsMut,
    line: LineId,
    card: &mut Line,
    fund: &mut Fund,
    (now, limits): (TimeMs, Limits),
) -> Result<Swept, Error> {
    let FundStatus::Closing { since } = fund.status else { return Err(Error::BadState) };
    let is_swept = matches!(card.kind, Kind::Intake | Kind::Split | Kind::Work);
    if !is_swept || card.status == LineStatus::Closed {
        return Err(Error::BadState);
    }
    if now < after(since, fund.wind_down) {
        return Err(Error::TooEarly);
    }
    let count = store::count(records, line)?;
    let newest = Units::new(1).and_then(|one| count.received.checked_sub(one));
    let taken = match take_some(records, line, Units::MAX, limits) {
        Err(Error::Zero) => None,
        taken => Some(taken?),
    };
    if let (Kind::Intake, Some(newest)) = (card.kind, newest) {
        check_cool(records, line, newest, (fund.cooling, now))?;
    }
    let is_closed = taken.as_ref().is_none_or(|taken| taken.count.free().is_zero());
    let closing = book(records, card, Kind::Closing)?;
    let saying = Saying::plain(HopKind::Sweep, now);
    let moved = taken.map(|taken| send(records, taken, closing, saying)).transpose()?;
    if is_closed {
        card.status = LineStatus::Closed;
        card.notice = None;
        fund.unswept = fund.unswept.saturating_sub(1);
        records.put_line(line, card);
        records.put_fund(card.fund, fund);
    }
    Ok(Swept { moved, is_closed })
}
