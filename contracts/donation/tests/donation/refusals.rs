//! How the contract refuses: each case breaks later rules as well, so the order is tested too.

use std::time::Duration;

use donation::{
    Action, Band, Charter, DonationCalls as Calls, Error, Exchange, Forwarding, GiftBatch,
    HoldOrder, NewLine, Payment, view::Wire,
};
use identity::IdentityCalls;
use weal_provenance::{LineId, Span, Units, line::Kind, record::Place};
use weal_sdk::{
    Request,
    bench::{Account, Bench},
    prelude::*,
};

use crate::world::{LATER, PAPER, People, World};

/// More than any line has.
const MUCH: u128 = 1_000_000_000;
/// No line, fund or hold.
const NONE: u32 = 999;

/// Two funds with lines of all kinds, and a closed one.
struct Setup {
    world: World,
    people: People,
    fund: u32,
    closed: u32,
    intake: u32,
    splitter: u32,
    fee: u32,
    work: u32,
    other: u32,
    low: u32,
    proposed: u32,
    usd: u32,
    foreign: u32,
    ended: u32,
}

impl Setup {
    fn new(t: &mut Bench) -> Self {
        let world = World::new(t);
        let charter = Charter {
            purposes: vec![1, 2],
            min_gift: Amount(10),
            min_move: Amount(10),
            report_every: 1_000_000,
            ..world.charter()
        };
        let fund = world.open_fund(t, charter);
        let open = |t: &mut Bench, kind, plan: &[(u32, u32)], fees| {
            let line = world.new_line(fund, kind, plan, fees);
            world.open_line(t, line)
        };
        let fee = open(t, Kind::Fee, &[], 0);
        let [work, other] = [(); 2].map(|()| open(t, Kind::Work, &[], 80_000));
        let low = open(t, Kind::Work, &[], 0);
        let splitter = open(t, Kind::Split, &[(other, 1_000_000)], 80_000);
        let intake = open(t, Kind::Intake, &[(fee, 80_000), (work, 920_000)], 0);
        let usd = NewLine { asset: world.usd, ..world.new_line(fund, Kind::Work, &[], 80_000) };
        let usd = world.open_line(t, usd);
        let proposed = world.new_line(fund, Kind::Work, &[], 80_000);
        let charity = world.people.charity;
        let proposed = t.by(charity).call(world.donation, Calls::open_line(proposed)).unwrap();
        let second = world.open_fund(t, world.charter());
        let foreign = world.open_line(t, world.new_line(second, Kind::Work, &[], 80_000));
        let closed = world.open_fund(t, world.charter());
        let ended = world.open_line(t, world.new_line(closed, Kind::Work, &[], 0));
        let people = world.people;
        world.approve(t, people.reviewer, charity, Action::CloseFund { fund: closed });
        let close = Calls::close_fund(closed, people.reviewer.id());
        t.by(charity).call(world.donation, close).unwrap();
        Self {
            world,
            people,
            fund,
            closed,
            intake,
            splitter,
            fee,
            work,
            other,
            low,
            proposed,
            usd,
            foreign,
            ended,
        }
    }

    fn refused<T: Value>(
        &self,
        t: &mut Bench,
        by: Account,
        (call, error): (Request<T, Error>, Error),
    ) {
        t.by(by).call(self.world.donation, call).expect(&error);
    }

    fn refused_with<T: Value>(
        &self,
        t: &mut Bench,
        by: Account,
        (asset, amount): (AssetId, u128),
        (call, error): (Request<T, Error>, Error),
    ) {
        t.by(by).attach(asset, amount).call(self.world.donation, call).expect(&error);
    }

    fn done<T: Value>(&self, t: &mut Bench, by: Account, call: Request<T, Error>) -> T {
        t.by(by).call(self.world.donation, call).unwrap()
    }

    fn give(&self, t: &mut Bench, amount: u128) -> Place {
        let give = Calls::donate(self.fund, PAPER, None);
        let by = t.by(self.people.donor).attach(self.world.cny, amount);
        by.call(self.world.donation, give).unwrap().0
    }

    /// Gives, and splits it: 8 % to the fee line.
    fn fill(&self, t: &mut Bench, amount: u128) {
        self.give(t, amount);
        self.done(t, self.people.stranger, Calls::split(self.intake, Amount(amount)));
    }

    fn suspend(&self, t: &mut Bench, who: Account, is_suspended: bool) {
        let id = self.world.identity;
        let subject = t.query(id, IdentityCalls::subject_of(who.id())).unwrap();
        let governance = t.governance();
        match is_suspended {
            true => t.by(governance).call(id, IdentityCalls::suspend(subject, PAPER)).unwrap(),
            false => t.by(governance).call(id, IdentityCalls::reinstate(subject)).unwrap(),
        }
    }

    fn payment(&self) -> Payment {
        let payee = self.people.payee.id();
        let (doc, tag, next, reference) = (None, None, None, None);
        Payment { payee, purpose: 1, doc, tag, next, reference }
    }
}

fn forward(line: u32, amount: u128, to: u32, purpose: u32) -> Request<Wire<Place>, Error> {
    Calls::forward(line, Amount(amount), Forwarding { to, purpose, doc: None })
}

fn wire(start: u128, end: u128) -> Wire<Span> {
    let [start, end] = [start, end].map(|at| Units::new(at).unwrap());
    Wire(Span::new(start, end))
}

#[weal_sdk::test(native, vm)]
fn forwards(t: &mut Bench) {
    let s = Setup::new(t);
    s.fill(t, 1_000);
    let (partner, stranger) = (s.people.partner, s.people.stranger);
    s.refused(t, stranger, (forward(NONE, 0, NONE, 9), Error::NotFound));
    s.refused(t, stranger, (forward(s.splitter, 0, s.work, 9), Error::Unauthorized));
    s.suspend(t, partner, true);
    s.refused(t, partner, (forward(s.splitter, 0, s.work, 9), Error::Frozen));
    s.suspend(t, partner, false);
    let cases = [
        (forward(s.splitter, 0, s.work, 9), Error::BadState),
        (forward(s.ended, 0, NONE, 9), Error::FundClosed),
        (forward(s.work, 0, NONE, 9), Error::Zero),
        (forward(s.work, MUCH, NONE, 9), Error::NotFound),
        (forward(s.work, MUCH, s.work, 9), Error::SameLine),
        (forward(s.work, MUCH, s.foreign, 9), Error::RestrictionMismatch),
        (forward(s.work, MUCH, s.usd, 9), Error::RestrictionMismatch),
        (forward(s.work, MUCH, s.fee, 9), Error::BadState),
        (forward(s.work, MUCH, s.proposed, 9), Error::LineNotAccepted),
        (forward(s.work, MUCH, s.low, 9), Error::FeeCeiling),
        (forward(s.work, MUCH, s.other, 9), Error::Purpose),
        (forward(s.work, MUCH, s.other, 2), Error::Insufficient { free: Amount(920) }),
    ];
    for case in cases {
        s.refused(t, partner, case);
    }
    // What fees have taken of a fee line's money is nobody's promise.
    s.done(t, partner, forward(s.fee, 80, s.low, 1));
}

#[weal_sdk::test(native, vm)]
fn more_pieces_than_a_hop_can_have(t: &mut Bench) {
    let s = Setup::new(t);
    s.give(t, 1_000);
    let (stranger, court) = (s.people.stranger, s.people.court);
    for piece in 0..17 {
        let span = wire(piece * 10 + 5, piece * 10 + 10);
        let order = HoldOrder { span, legal: PAPER, until: LATER, second: None };
        s.done(t, court, Calls::hold(s.intake, order));
    }
    let most = Error::Runs { most: Amount(80) };
    s.refused(t, stranger, (Calls::split(s.intake, Amount(81)), most));
    s.done(t, stranger, Calls::split(s.intake, Amount(80)));
    s.done(t, stranger, Calls::split(s.intake, Amount(835)));
}

#[weal_sdk::test(native, vm)]
fn payments(t: &mut Bench) {
    let s = Setup::new(t);
    s.fill(t, 1_000);
    let (partner, stranger) = (s.people.partner, s.people.stranger);
    let declare = IdentityCalls::declare_related(vec![s.people.agent.id()]);
    t.by(partner).call(s.world.identity, declare).unwrap();
    let tag = Some([5; 32]);
    let first = Payment { tag, reference: Some([1; 16]), ..s.payment() };
    let spend = |amount, order: &Payment| Calls::spend(s.work, Amount(amount), order.clone());
    let paid = s.done(t, partner, spend(100, &first));
    // The same message is answered with what it did, and pays nothing more.
    let again = t.by(partner).call(s.world.donation, spend(100, &first));
    assert_eq!(again.unwrap(), paid);
    assert_eq!(t.held_by(s.world.donation, s.world.cny), 900);
    s.refused(t, partner, (spend(101, &first), Error::DupRef));
    let relative = Payment { payee: s.people.agent.id(), purpose: 9, tag, ..s.payment() };
    let cases = [
        (spend(0, &relative), Error::Zero),
        (spend(MUCH, &relative), Error::Purpose),
        (spend(MUCH, &Payment { purpose: 1, ..relative.clone() }), Error::RelatedParty),
        (spend(MUCH, &Payment { tag, ..s.payment() }), Error::Reused),
        (spend(MUCH, &s.payment()), Error::Insufficient { free: Amount(820) }),
        (Calls::spend(s.splitter, Amount(0), s.payment()), Error::BadState),
    ];
    s.refused(t, stranger, (spend(0, &relative), Error::Unauthorized));
    for case in cases {
        s.refused(t, partner, case);
    }
    let own = Payment { payee: partner.id(), ..s.payment() };
    s.refused(t, partner, (spend(1, &own), Error::RelatedParty));
}

#[weal_sdk::test(native, vm)]
fn gifts(t: &mut Bench) {
    let s = Setup::new(t);
    let (donor, gateway, cny) = (s.people.donor, s.people.gateway, s.world.cny);
    let give = |fund| Calls::donate(fund, PAPER, None);
    s.refused_with(t, donor, (cny, 5), (give(NONE), Error::NotFound));
    s.refused_with(t, donor, (s.world.usd, 5), (give(s.fund), Error::RestrictionMismatch));
    s.refused_with(t, donor, (cny, 5), (give(s.closed), Error::FundClosed));
    s.refused(t, donor, (give(s.fund), Error::Zero));
    let least = Error::Limit { most: Amount(10) };
    s.refused_with(t, donor, (cny, 9), (give(s.fund), least));
    let batch = GiftBatch { root: PAPER, leaves: 0, reference: Some([2; 16]) };
    let bring = |leaves| Calls::donate_batch(s.fund, GiftBatch { leaves, ..batch.clone() });
    s.refused_with(t, donor, (cny, 5), (bring(0), Error::Unauthorized));
    let most = Error::Limit { most: Amount(1 << 20) };
    s.refused_with(t, gateway, (cny, 50), (bring(0), most));
    let given =
        |t: &mut Bench, leaves| t.by(gateway).attach(cny, 50).call(s.world.donation, bring(leaves));
    let place = given(t, 3).unwrap();
    assert_eq!(given(t, 3).unwrap(), place);
    given(t, 4).expect(&Error::DupRef);
    assert_eq!(t.held_by(s.world.donation, cny), 50);

    t.pass(Duration::from_secs(1_000_001));
    s.refused_with(t, donor, (cny, 50), (give(s.fund), Error::ReportOverdue));
    s.refused(t, donor, (Calls::report(s.fund, PAPER), Error::Unauthorized));
    s.done(t, s.people.charity, Calls::report(s.fund, PAPER));
    s.give(t, 50);
}

#[weal_sdk::test(native, vm)]
fn splits(t: &mut Bench) {
    let s = Setup::new(t);
    s.give(t, 100);
    let (stranger, charity) = (s.people.stranger, s.people.charity);
    let split = |line, amount| Calls::split(line, Amount(amount));
    let cases = [
        (split(NONE, 0), Error::NotFound),
        (split(s.work, 0), Error::BadState),
        (split(s.intake, 0), Error::Zero),
        (split(s.intake, 9), Error::Limit { most: Amount(10) }),
        (split(s.intake, 101), Error::Insufficient { free: Amount(100) }),
    ];
    for case in cases {
        s.refused(t, stranger, case);
    }
    s.done(t, charity, split(s.intake, 1));
    s.done(t, stranger, split(s.intake, 90));
    // The last rest may always go.
    s.done(t, stranger, split(s.intake, 9));
}

#[weal_sdk::test(native, vm)]
fn lines(t: &mut Bench) {
    let s = Setup::new(t);
    let People { charity, partner, stranger, reviewer, .. } = s.people;
    let open = |kind, plan: &[(u32, u32)], fees| s.world.new_line(s.fund, kind, plan, fees);
    let bad = NewLine { fund: NONE, ..open(Kind::Intake, &[], 9) };
    s.refused(t, stranger, (Calls::open_line(bad), Error::NotFound));
    let second = Calls::open_line(open(Kind::Intake, &[], 9));
    s.refused(t, stranger, (second.clone(), Error::Unauthorized));
    s.refused(t, charity, (second, Error::BadState));
    s.refused(t, charity, (Calls::open_line(open(Kind::Delivered, &[], 0)), Error::BadState));
    let late = NewLine { fund: s.closed, ..open(Kind::Work, &[(s.work, 5)], 0) };
    s.refused(t, charity, (Calls::open_line(late), Error::FundClosed));
    let whole = 1_000_000;
    let plans: [&[(u32, u32)]; 9] = [
        &[],
        &[(s.work, 999_999)],
        &[(s.work, 500_000), (s.work, 500_000)],
        &[(s.work, 0), (s.other, whole)],
        &[(NONE, whole)],
        &[(s.proposed, whole)],
        &[(s.fee, whole)],
        &[(s.foreign, whole)],
        &[(s.usd, whole)],
    ];
    for plan in plans {
        s.refused(t, charity, (Calls::open_line(open(Kind::Split, plan, 0)), Error::BadPlan));
    }
    let plan = [(s.fee, 80_001), (s.work, 919_999)];
    let steep = Calls::open_line(open(Kind::Split, &plan, 0));
    s.refused(t, charity, (steep, Error::FeeCeiling));
    let high = Calls::open_line(open(Kind::Work, &[], 200_001));
    s.refused(t, charity, (high, Error::FeeCeiling));

    s.refused(t, stranger, (Calls::accept_line(s.proposed), Error::Unauthorized));
    s.refused(t, partner, (Calls::accept_line(s.work), Error::BadState));
    s.done(t, partner, Calls::accept_line(s.proposed));

    // A fund needs a licence, and a review of exactly this charter by somebody else.
    let charter = s.world.charter();
    let fund = |who: Account| Calls::open_fund(s.world.charter(), who.id());
    s.refused(t, partner, (fund(reviewer), Error::Unauthorized));
    s.refused(t, charity, (fund(reviewer), Error::Unauthorized));
    let other = Charter { ceiling: 1, ..charter.clone() };
    s.world.approve(t, reviewer, charity, Action::OpenFund { charter: other });
    s.refused(t, charity, (fund(reviewer), Error::Unauthorized));
    s.world.approve(t, partner, charity, Action::OpenFund { charter: charter.clone() });
    s.refused(t, charity, (fund(partner), Error::Unauthorized));
    s.world.approve(t, reviewer, charity, Action::OpenFund { charter });
    s.done(t, charity, fund(reviewer));
    s.refused(t, charity, (fund(reviewer), Error::Unauthorized));
}

#[weal_sdk::test(native, vm)]
fn exchanges(t: &mut Bench) {
    let s = Setup::new(t);
    s.fill(t, 1_000);
    let People { partner, reviewer, bank, payee, stranger, donor, .. } = s.people;
    let (cny, usd) = (s.world.cny, s.world.usd);
    let convert = |to| {
        let (payout, approver) = (payee.id(), reviewer.id());
        Calls::convert(s.work, Amount(700), Exchange { to, payout, rate_doc: PAPER, approver })
    };
    let approve = |t: &mut Bench, to, received| {
        let (line, amount, payout) = (s.work, Amount(700), payee.id());
        let action = Action::Convert { line, amount, to, received: Amount(received), payout };
        s.world.approve(t, reviewer, partner, action);
    };
    s.refused_with(t, partner, (usd, 100), (convert(s.usd), Error::Unauthorized));
    approve(t, s.usd, 100);
    s.refused_with(t, donor, (usd, 100), (convert(s.usd), Error::Unauthorized));
    s.refused_with(t, partner, (usd, 100), (convert(s.usd), Error::RateBand));
    approve(t, s.other, 100);
    s.refused_with(t, partner, (cny, 100), (convert(s.other), Error::RestrictionMismatch));
    let band = Band { num: 1, den: 7, tolerance: 10_000, until: LATER };
    let set = Calls::set_rate(cny, usd, band.clone());
    s.refused(t, stranger, (set.clone(), Error::Unauthorized));
    s.done(t, bank, set);
    // One percent up or down.
    for received in [98, 102] {
        approve(t, s.usd, received);
        s.refused_with(t, partner, (usd, received), (convert(s.usd), Error::RateBand));
    }
    approve(t, s.usd, 99);
    let by = t.by(partner).attach(usd, 99);
    by.call(s.world.donation, convert(s.usd)).unwrap();
    let old = Band { until: TimeMs(1), ..band };
    s.done(t, bank, Calls::set_rate(cny, usd, old));
    approve(t, s.usd, 100);
    s.refused_with(t, partner, (usd, 100), (convert(s.usd), Error::RateBand));
}

#[weal_sdk::test(native, vm)]
fn holds(t: &mut Bench) {
    let s = Setup::new(t);
    s.give(t, 100);
    let People { regulator, court, stranger, .. } = s.people;
    let hours = |t: &Bench, hours: u64| TimeMs(t.now().0 + hours * 3_600_000);
    let hold = |span, until, second: Option<Account>| {
        let second = second.map(|second| second.id());
        Calls::hold(s.intake, HoldOrder { span, legal: PAPER, until, second })
    };
    let soon = hours(t, 48);
    let none =
        Calls::hold(NONE, HoldOrder { span: wire(1, 1), legal: PAPER, until: soon, second: None });
    s.refused(t, stranger, (none, Error::NotFound));
    s.refused(t, stranger, (hold(wire(1, 1), soon, None), Error::Unauthorized));
    let long = Error::Limit { most: Amount(48 * 3_600) };
    let late = hours(t, 50);
    s.refused(t, regulator, (hold(wire(1, 1), late, None), long));
    s.refused(t, regulator, (hold(wire(1, 1), soon, None), Error::Zero));
    s.refused(t, regulator, (hold(wire(1, 9), late, Some(court)), Error::Unauthorized));
    let action = Action::Hold { line: s.intake, span: wire(1, 9), until: late };
    s.world.approve(t, court, regulator, action);
    let held = s.done(t, regulator, hold(wire(1, 9), late, Some(court)));
    s.refused(t, court, (hold(wire(1, 9), LATER, None), Error::NotFree));

    s.refused(t, stranger, (Calls::release(NONE), Error::NotFound));
    s.refused(t, stranger, (Calls::release(held), Error::Unauthorized));
    let seize = |amount| Calls::seize(held, Amount(amount), stranger.id());
    s.refused(t, regulator, (seize(0), Error::Unauthorized));
    s.refused(t, court, (seize(0), Error::Unauthorized));
    let governance = t.governance();
    let approve = |t: &mut Bench, amount| {
        let (amount, to) = (Amount(amount), stranger.id());
        let action = Action::Seize { hold: held, amount, to };
        s.world.approve(t, governance, court, action);
    };
    approve(t, 0);
    s.refused(t, court, (seize(0), Error::Zero));
    approve(t, 9);
    s.refused(t, court, (seize(9), Error::TooEarly));
    t.pass(Duration::from_secs(14 * 24 * 3_600));
    s.refused(t, court, (seize(9), Error::Insufficient { free: Amount(8) }));
    approve(t, 3);
    s.done(t, court, seize(3));
    assert_eq!(t.balance(stranger, s.world.cny), 3);
    // Its time is over, so anyone may.
    s.done(t, stranger, Calls::release(held));
}

#[weal_sdk::test(native, vm)]
fn closing(t: &mut Bench) {
    let s = Setup::new(t);
    s.fill(t, 100);
    let People { charity, reviewer, stranger, .. } = s.people;
    let cny = s.world.cny;
    let settle = |to| Calls::settle(s.fund, cny, 9, to);
    s.refused(t, stranger, (Calls::sweep(NONE), Error::NotFound));
    s.refused(t, stranger, (Calls::sweep(s.work), Error::BadState));
    s.refused(t, stranger, (settle(None), Error::BadState));
    s.refused(t, stranger, (settle(Some(s.foreign)), Error::Unauthorized));
    let close = Calls::close_fund(s.fund, reviewer.id());
    s.refused(t, stranger, (close.clone(), Error::Unauthorized));
    s.refused(t, charity, (close.clone(), Error::Unauthorized));
    s.world.approve(t, reviewer, charity, Action::CloseFund { fund: s.fund });
    s.done(t, charity, close);
    for line in [s.intake, s.splitter, s.work, s.other, s.low, s.usd] {
        s.refused(t, stranger, (settle(None), Error::BadState));
        s.done(t, stranger, Calls::sweep(line));
    }
    s.refused(t, stranger, (Calls::sweep(s.proposed), Error::BadState));
    // The charter says whose it is, so nobody may hand it on.
    s.refused(t, reviewer, (settle(Some(s.foreign)), Error::BadState));
    s.done(t, stranger, settle(None));
    s.refused(t, stranger, (settle(None), Error::Zero));
    let place = Wire(Place { line: LineId(s.work), start: Units::ZERO });
    let back = Calls::hand_back(place, wire(0, 1), PAPER);
    s.refused(t, stranger, (back, Error::Unauthorized));
}

#[weal_sdk::test(native, vm)]
fn notices(t: &mut Bench) {
    let s = Setup::new(t);
    s.fill(t, 1_000);
    let People { partner, reviewer, stranger, charity, .. } = s.people;
    let until = TimeMs(t.now().0 + 10_000_000);
    let announce = |line, to| Calls::announce(line, to, until, reviewer.id());
    s.refused(t, stranger, (announce(NONE, NONE), Error::NotFound));
    s.refused(t, stranger, (announce(s.work, NONE), Error::Unauthorized));
    s.refused(t, partner, (announce(s.work, NONE), Error::Unauthorized));
    // A fund with a higher ceiling, and lines that do not fit.
    let dear = s.world.open_fund(t, Charter { ceiling: 200_001, ..s.world.charter() });
    let steep = s.world.open_line(t, s.world.new_line(dear, Kind::Work, &[], 80_000));
    let lower = s.world.open_line(t, s.world.new_line(dear, Kind::Work, &[], 79_999));
    let waiting = s.world.new_line(dear, Kind::Work, &[], 80_000);
    let waiting = s.done(t, charity, Calls::open_line(waiting));
    let cases = [
        (s.fee, NONE, Error::BadState),
        (s.ended, NONE, Error::FundClosed),
        (s.work, NONE, Error::NotFound),
        (s.work, s.work, Error::SameLine),
        (s.work, s.other, Error::RestrictionMismatch),
        (s.work, s.usd, Error::RestrictionMismatch),
        (s.work, waiting, Error::LineNotAccepted),
        (s.work, s.ended, Error::FundClosed),
        (s.work, lower, Error::FeeCeiling),
        (s.work, steep, Error::FeeCeiling),
    ];
    for (line, to, error) in cases {
        s.world.approve(t, reviewer, partner, Action::Announce { line, to, until });
        s.refused(t, partner, (announce(line, to), error));
    }
    let action = Action::Announce { line: s.work, to: s.foreign, until };
    s.world.approve(t, reviewer, partner, action.clone());
    s.done(t, partner, announce(s.work, s.foreign));
    // While it is pending nothing is sent, and no second notice given.
    s.refused(t, partner, (forward(s.work, 1, s.other, 1), Error::BadState));
    s.world.approve(t, reviewer, partner, action);
    s.refused(t, partner, (announce(s.work, s.foreign), Error::BadState));
    let repurpose = |amount| Calls::repurpose(s.work, Amount(amount));
    s.refused(t, stranger, (repurpose(0), Error::Unauthorized));
    s.refused(t, partner, (repurpose(0), Error::Zero));
    s.refused(t, partner, (repurpose(9), Error::TooEarly));
    let withdraw = Calls::withdraw_notice(s.work, reviewer.id());
    s.refused(t, partner, (withdraw.clone(), Error::Unauthorized));
    s.world.approve(t, reviewer, partner, Action::WithdrawNotice { line: s.work });
    s.done(t, partner, withdraw);
    s.refused(t, partner, (repurpose(9), Error::BadState));
}

#[weal_sdk::test(native, vm)]
fn money_that_comes_back(t: &mut Bench) {
    let s = Setup::new(t);
    s.fill(t, 1_000);
    let People { partner, payee, stranger, .. } = s.people;
    let cny = s.world.cny;
    let hop = s.done(t, partner, Calls::spend(s.work, Amount(100), s.payment()));
    let back = |start, end| Calls::hand_back(hop.clone(), wire(start, end), PAPER);
    let nowhere = Wire(Place { line: LineId(s.work), start: Units::new(7).unwrap() });
    let nowhere = Calls::hand_back(nowhere, wire(0, 0), PAPER);
    s.refused(t, stranger, (nowhere, Error::NotFound));
    s.refused(t, stranger, (back(0, 0), Error::Unauthorized));
    s.refused(t, payee, (back(0, 0), Error::Zero));
    s.refused(t, payee, (back(0, 101), Error::NotFound));
    let needed = Amount(30);
    s.refused_with(t, payee, (cny, 29), (back(0, 30), Error::Attached { needed }));
    s.refused_with(t, payee, (s.world.usd, 30), (back(0, 30), Error::RestrictionMismatch));
    t.by(payee).attach(cny, 30).call(s.world.donation, back(0, 30)).unwrap();
    s.refused_with(t, payee, (cny, 30), (back(0, 30), Error::NotFree));
}
