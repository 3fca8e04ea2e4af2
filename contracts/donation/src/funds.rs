//! Opening funds and lines.

use weal_provenance::{
    LineId, RecordsMut,
    line::{Books, Count, Fund, FundStatus, Kind, Line, LineStatus},
    stripe::{MILLION, Plan, Share},
    unit::FundId,
};
use weal_sdk::prelude::*;

use crate::{
    checks::{check_fees, check_fund_open, units},
    error::{Error, Result},
    events::{FundOpened, LineAccepted, LineOpened, Reported},
    messages::{Action, Charter, NewLine},
    people::Role,
    state::Donation,
    types::Report,
    view::{self, Wire},
};

/// Reports are due from the start, so that the first one has its time.
fn due(now: TimeMs, every: u64) -> TimeMs {
    match every {
        0 => TimeMs(u64::MAX),
        every => weal_provenance::line::after(now, every),
    }
}

impl Donation {
    /// Opens a fund and its books.
    pub(crate) fn do_open_fund(
        &mut self,
        ctx: &mut Ctx,
        charter: Charter,
        reviewer: AccountId,
    ) -> Result<u32> {
        let charity = ctx.caller();
        self.check_role(ctx, charity, Role::Charity)?;
        let action = Action::OpenFund { charter };
        self.use_review(ctx, reviewer, &action)?;
        let Action::OpenFund { charter } = action else { return Err(Error::Broken) };
        if charter.ceiling > MILLION {
            return Err(Error::FeeCeiling);
        }
        let fund = self.last_fund.get().plus(1);
        self.last_fund.set(&fund);
        let card = Fund {
            charter: charter.document,
            asset: charter.asset,
            charity,
            ceiling: charter.ceiling,
            cooling: charter.cooling,
            wind_down: charter.wind_down,
            closing: charter.closing.0,
            purposes: charter.purposes,
            min_gift: units(charter.min_gift)?,
            min_move: units(charter.min_move)?,
            report_due: due(ctx.time(), charter.report_every),
            intake: None,
            status: FundStatus::Open,
            unswept: 0,
        };
        self.put_fund(FundId(fund), &card);
        if charter.report_every > 0 {
            self.report_clocks.set(&fund, &charter.report_every);
        }
        self.open_books(fund, &card, charter.asset);
        ctx.emit(FundOpened { fund, charity, reviewer, charter: charter.document });
        Ok(fund)
    }

    /// The next free id of a line.
    pub(crate) fn next_line(&mut self, fund: u32) -> u32 {
        let line = self.last_line.get().plus(1);
        self.last_line.set(&line);
        self.lines_of.set(&(fund, line), &());
        line
    }

    /// Opens a fund's six books in an asset, unless they are there.
    fn open_books(&mut self, fund: u32, card: &Fund, asset: AssetId) {
        if self.books.contains(&(fund, asset)) {
            return;
        }
        let mut first = None;
        for kind in Books::KINDS {
            let line = self.next_line(fund);
            first.get_or_insert(line);
            self.put_new(line, &book(fund, card.charity, asset, kind));
        }
        let books = Books { first: LineId(first.unwrap_or_default()) };
        self.put_books(FundId(fund), asset, &books);
    }

    /// Stores a new line and its counters.
    pub(crate) fn put_new(&mut self, line: u32, card: &Line) {
        self.put_line(LineId(line), card);
        self.put_count(LineId(line), &Count::of(card.kind));
    }

    /// Opens a line, for the organisation to accept; the charity's own is accepted at once.
    pub(crate) fn do_open_line(&mut self, ctx: &mut Ctx, new: NewLine) -> Result<u32> {
        let fund = self.fund_card(new.fund)?;
        let caller = ctx.caller();
        if caller != fund.charity {
            return Err(Error::Unauthorized);
        }
        self.check_active(ctx, caller)?;
        let Wire(kind) = new.kind;
        let is_second = kind == Kind::Intake && fund.intake.is_some();
        if !matches!(kind, Kind::Intake | Kind::Split | Kind::Work | Kind::Fee) || is_second {
            return Err(Error::BadState);
        }
        check_fund_open(&fund)?;
        if kind == Kind::Intake && new.asset != fund.asset {
            return Err(Error::RestrictionMismatch);
        }
        let plan = self.plan(&new, kind)?;
        let is_late = kind == Kind::Intake && new.fee_so_far != 0;
        if is_late || new.fee_so_far > fund.ceiling {
            return Err(Error::FeeCeiling);
        }
        self.open_books(new.fund, &fund, new.asset);
        let line = self.next_line(new.fund);
        let card = Line {
            fund: FundId(new.fund),
            org: new.org,
            asset: new.asset,
            kind,
            plan,
            fee_so_far: new.fee_so_far,
            purposes: new.purposes,
            status: LineStatus::Proposed,
            notice: None,
            advance: None,
        };
        self.put_new(line, &card);
        if new.org == caller {
            self.take_on(line, card, fund);
        }
        ctx.emit(LineOpened { fund: new.fund, line, org: new.org, kind: new.kind });
        Ok(line)
    }

    /// A plan of accepted lines of the same fund and asset, not all for fees, that keeps what they
    /// promise.
    fn plan(&self, new: &NewLine, kind: Kind) -> Result<Plan> {
        let divides = matches!(kind, Kind::Intake | Kind::Split);
        if divides == new.plan.is_empty() {
            return Err(Error::BadPlan);
        }
        let share = |share: &view::Share| Share { line: LineId(share.line), ppm: share.ppm };
        let plan = Plan::new(new.plan.iter().map(share).collect()).ok_or(Error::BadPlan)?;
        let mut receivers = Vec::new();
        let mut fees = 0_u32;
        for share in plan.shares() {
            let card = self.line_card(share.line.0).map_err(|_| Error::BadPlan)?;
            let is_fit = matches!(card.kind, Kind::Work | Kind::Split | Kind::Fee)
                && card.status == LineStatus::Open
                && (card.fund.0, card.asset) == (new.fund, new.asset);
            if !is_fit {
                return Err(Error::BadPlan);
            }
            if card.kind == Kind::Fee {
                fees = fees.plus(share.ppm);
            }
            receivers.push(card);
        }
        if divides && fees == MILLION {
            return Err(Error::BadPlan);
        }
        check_fees(new.fee_so_far, fees, &receivers.iter().collect::<Vec<_>>())?;
        Ok(plan)
    }

    /// Accepts a line for its organisation.
    pub(crate) fn do_accept_line(&mut self, ctx: &mut Ctx, line: u32) -> Result {
        let card = self.line_card(line)?;
        self.check_officer(ctx, &card)?;
        if card.status != LineStatus::Proposed {
            return Err(Error::BadState);
        }
        let fund = self.fund_card(card.fund.0)?;
        check_fund_open(&fund)?;
        if card.kind == Kind::Intake && fund.intake.is_some() {
            return Err(Error::BadState);
        }
        let org = card.org;
        self.take_on(line, card, fund);
        ctx.emit(LineAccepted { line, org });
        Ok(())
    }

    /// Opens a line for receiving and sending, and counts it among those to be swept at closing.
    fn take_on(&mut self, line: u32, card: Line, mut fund: Fund) {
        if card.kind == Kind::Intake {
            fund.intake = Some(LineId(line));
        }
        if card.kind != Kind::Fee {
            fund.unswept = fund.unswept.plus(1);
        }
        self.put_fund(card.fund, &fund);
        self.put_line(LineId(line), &Line { status: LineStatus::Open, ..card });
    }

    /// Records a charity's report and sets when the next one is due.
    pub(crate) fn do_report(&mut self, ctx: &mut Ctx, fund: u32, doc: [u8; 32]) -> Result {
        let mut card = self.fund_card(fund)?;
        let (by, now) = (ctx.caller(), ctx.time());
        if by != card.charity {
            return Err(Error::Unauthorized);
        }
        card.report_due = due(now, self.report_clocks.get(&fund).unwrap_or(0));
        self.put_fund(FundId(fund), &card);
        self.reports.set(&(fund, now), &Report { by, doc });
        ctx.emit(Reported { fund, by, doc, next: card.report_due });
        Ok(())
    }
}

fn book(fund: u32, org: AccountId, asset: AssetId, kind: Kind) -> Line {
    Line {
        fund: FundId(fund),
        org,
        asset,
        kind,
        plan: Plan::default(),
        fee_so_far: 0,
        purposes: Vec::new(),
        status: LineStatus::Open,
        notice: None,
        advance: None,
    }
}
