//! Holds that go on, and appeals against them.

use std::time::Duration;

use donation::{
    Action, Claim, DonationCalls as Calls, Error, GiftBatch, HoldOrder, Renewal,
    events::{AppealDecided, Appealed, Renewed},
    view::Wire,
};
use identity::{IdentityCalls, Role};
use weal_provenance::{Span, line::Kind};
use weal_sdk::{
    Request,
    bench::{Account, Bench},
    prelude::*,
};

use crate::{
    hidden::{APPEAL, Hidden, OBJECT, batch, place, units},
    world::{LATER, PAPER, World},
};

const HOUR_S: u64 = 3_600;
const DAY_S: u64 = 24 * HOUR_S;
/// The basis of a renewal.
const ORDER: [u8; 32] = [6; 32];
/// No hold.
const NONE: u32 = 999;

/// A fund whose intake has a gift of 100 with a gift key, and behind it a batch of 60.
struct Setup {
    world: World,
    intake: u32,
    giver: Hidden,
    /// A second authority.
    second: Account,
}

impl Setup {
    fn new(t: &mut Bench) -> Self {
        let world = World::new(t);
        let fund = world.open_fund(t, world.charter());
        let work = world.open_line(t, world.new_line(fund, Kind::Work, &[], 0));
        let plan = [(work, 1_000_000)];
        let intake = world.open_line(t, world.new_line(fund, Kind::Intake, &plan, 0));
        let giver = Hidden::new(1);
        let give = Calls::donate(fund, giver.commit(&world), None);
        let people = world.people;
        t.by(people.donor).attach(world.cny, 100).call(world.donation, give).unwrap();
        let gifts = GiftBatch { root: batch(&world).0.root(), leaves: 3, reference: None };
        let bring = Calls::donate_batch(fund, gifts);
        t.by(people.gateway).attach(world.cny, 60).call(world.donation, bring).unwrap();
        let [second] = t.accounts();
        world.license(t, second, Role::Regulator);
        Self { world, intake, giver, second }
    }

    fn refused<T: Value>(
        &self,
        t: &mut Bench,
        by: Account,
        (call, error): (Request<T, Error>, Error),
    ) {
        t.by(by).call(self.world.donation, call).expect(&error);
    }

    fn done<T: Value>(&self, t: &mut Bench, by: Account, call: Request<T, Error>) -> T {
        t.by(by).call(self.world.donation, call).unwrap()
    }

    fn order(&self, (start, end): (u128, u128), until: TimeMs) -> HoldOrder {
        let span = Wire(Span::new(units(start), units(end)));
        HoldOrder { span, legal: PAPER, until, second: None }
    }

    /// A hold of the regulator and the second authority.
    fn hold_together(&self, t: &mut Bench, span: (u128, u128), until: TimeMs) -> u32 {
        let regulator = self.world.people.regulator;
        let order = HoldOrder { second: Some(self.second.id()), ..self.order(span, until) };
        let action = Action::Hold { line: self.intake, span: order.span.clone(), until };
        self.world.approve(t, self.second, regulator, action);
        self.done(t, regulator, Calls::hold(self.intake, order))
    }

    /// A renewal that the second authority has approved.
    fn renew_together(&self, t: &mut Bench, hold: u32, until: TimeMs) -> Request<(), Error> {
        let action = Action::Renew { hold, legal: ORDER, until };
        self.world.approve(t, self.second, self.world.people.regulator, action);
        renew(hold, until, Some(self.second))
    }

    /// The line of held units.
    fn held_line(&self, t: &Bench) -> u32 {
        let entries = self.world.statement(t, 1).unwrap();
        entries.iter().find(|entry| entry.kind.0 == Kind::Held).unwrap().line
    }
}

fn later(t: &Bench, seconds: u64) -> TimeMs {
    TimeMs(t.now().0 + seconds * 1_000)
}

fn renew(hold: u32, until: TimeMs, second: Option<Account>) -> Request<(), Error> {
    let second = second.map(|second| second.id());
    Calls::renew(hold, Renewal { legal: ORDER, until, second })
}

fn limit(seconds: u64) -> Error {
    Error::Limit { most: Amount(seconds.into()) }
}

#[weal_sdk::test(native, vm)]
fn a_hold_goes_on_as_long_as_those_behind_it_may(t: &mut Bench) {
    let s = Setup::new(t);
    let people = s.world.people;
    let (regulator, court, stranger) = (people.regulator, people.court, people.stranger);
    let since = t.now();
    let end = |seconds: u64| TimeMs(since.0 + seconds * 1_000);
    let hold = s.done(t, regulator, Calls::hold(s.intake, s.order((10, 60), end(40 * HOUR_S))));
    let begun = t.now();
    let end = |seconds: u64| TimeMs(begun.0 + seconds * 1_000);
    s.refused(t, court, (renew(NONE, LATER, None), Error::NotFound));
    s.refused(t, stranger, (renew(hold, LATER, None), Error::Unauthorized));
    s.refused(t, s.second, (renew(hold, LATER, None), Error::Unauthorized));
    s.refused(t, regulator, (renew(hold, begun, None), Error::Zero));
    let long = end(48 * HOUR_S + 1);
    s.refused(t, regulator, (renew(hold, long, None), limit(48 * HOUR_S)));
    s.done(t, regulator, renew(hold, end(48 * HOUR_S), None));

    // Two authorities: 30 days each time, 180 days in all, and the second approves each word.
    s.refused(t, regulator, (renew(hold, long, Some(s.second)), Error::Unauthorized));
    let action = Action::Renew { hold, legal: ORDER, until: long };
    s.world.approve(t, stranger, regulator, action);
    s.refused(t, regulator, (renew(hold, long, Some(stranger)), Error::Unauthorized));
    let month = later(t, 31 * DAY_S);
    let call = s.renew_together(t, hold, month);
    s.refused(t, regulator, (call, limit(30 * DAY_S)));
    for term in 1..=6 {
        let until = end(term * 29 * DAY_S);
        let call = s.renew_together(t, hold, until);
        let renewed = t.by(regulator).call(s.world.donation, call);
        let (line, authority, second) = (s.intake, regulator.id(), Some(s.second.id()));
        assert!(renewed.emitted(&Renewed { line, hold, authority, second, legal: ORDER, until }));
        renewed.unwrap();
        t.pass(Duration::from_secs(29 * DAY_S - 2 * HOUR_S));
    }
    s.refused(t, stranger, (Calls::release(hold), Error::Unauthorized));
    let half_a_year = end(180 * DAY_S + 1);
    let call = s.renew_together(t, hold, half_a_year);
    s.refused(t, regulator, (call, limit(180 * DAY_S)));
    let call = s.renew_together(t, hold, end(180 * DAY_S));
    s.done(t, regulator, call);

    // A court holds for as long as it says, and the hold is its own from then on.
    let year = end(365 * DAY_S);
    s.done(t, court, renew(hold, year, None));
    let card = t.query(s.world.donation, Calls::hold_card(hold)).unwrap().0;
    assert_eq!((card.authority, card.legal, card.until), (court.id(), ORDER, year));
    s.refused(t, regulator, (Calls::release(hold), Error::Unauthorized));
    s.refused(t, regulator, (renew(hold, LATER, None), Error::Unauthorized));
    t.pass(Duration::from_secs(200 * DAY_S));
    s.refused(t, court, (renew(hold, LATER, None), Error::Expired));
    s.done(t, stranger, Calls::release(hold));
}

#[weal_sdk::test(native, vm)]
fn a_panel_hears_whose_money_is_held(t: &mut Bench) {
    let s = Setup::new(t);
    let people = s.world.people;
    let (donor, panel, stranger) = (people.donor, people.panel, people.stranger);
    let until = later(t, 20 * DAY_S);
    let hold = s.hold_together(t, (10, 60), until);
    let claim = |unit| Some(Claim { unit, leaf: None, proof: None });
    let appeal = |claim| Calls::appeal(hold, claim, PAPER);
    let decide = |lift| Calls::decide_appeal(hold, lift, PAPER);
    s.refused(t, stranger, (Calls::appeal(NONE, None, PAPER), Error::NotFound));
    s.refused(t, stranger, (appeal(None), Error::Unauthorized));
    s.refused(t, people.partner, (appeal(None), Error::Unauthorized));
    s.refused(t, stranger, (appeal(claim(0)), Error::Unauthorized));
    s.refused(t, donor, (appeal(claim(50)), Error::NotFound));
    s.refused(t, panel, (decide(true), Error::BadState));
    let appealed = t.by(donor).call(s.world.donation, appeal(claim(49)));
    let (line, by, doc) = (s.intake, donor.id(), PAPER);
    let due = t.query(s.world.donation, Calls::appeal_card(hold)).unwrap().due;
    assert!(appealed.emitted(&Appealed { line, hold, by, doc, due }));
    appealed.unwrap();
    s.refused(t, donor, (appeal(claim(0)), Error::BadState));
    s.refused(t, stranger, (Calls::release(hold), Error::Unauthorized));

    // Who decides has nothing to do with any of them.
    s.refused(t, stranger, (decide(true), Error::Unauthorized));
    s.refused(t, people.regulator, (decide(true), Error::Unauthorized));
    s.refused(t, panel, (Calls::decide_appeal(NONE, true, PAPER), Error::NotFound));
    let governance = t.governance();
    for party in [people.regulator, s.second, people.charity, donor] {
        let declare = IdentityCalls::declare_related(vec![panel.id()]);
        t.by(party).call(s.world.identity, declare).unwrap();
        s.refused(t, panel, (decide(true), Error::RelatedParty));
        let end = IdentityCalls::end_relation(party.id(), panel.id());
        t.by(governance).call(s.world.identity, end).unwrap();
    }
    let decided = t.by(panel).call(s.world.donation, decide(false));
    let by = panel.id();
    let kept = AppealDecided { line, hold, by, lifted: false, doc, hop: None };
    assert!(decided.emitted(&kept));
    decided.unwrap();
    // Once in a term.
    s.refused(t, panel, (decide(true), Error::BadState));
    s.refused(t, people.charity, (appeal(None), Error::BadState));
    t.pass(Duration::from_secs(15 * DAY_S));
    s.refused(t, stranger, (Calls::release(hold), Error::Unauthorized));
    let until = later(t, 29 * DAY_S);
    let call = s.renew_together(t, hold, until);
    s.done(t, people.regulator, call);
    assert_eq!(t.query(s.world.donation, Calls::appeal_card(hold)), None);
    // An organisation may defend its money even while it is suspended.
    let subject = IdentityCalls::subject_of(people.charity.id());
    let subject = t.query(s.world.identity, subject).unwrap();
    let suspend = IdentityCalls::suspend(subject, PAPER);
    t.by(governance).call(s.world.identity, suspend).unwrap();
    s.done(t, people.charity, appeal(None));
    let lifted = t.by(panel).call(s.world.donation, decide(true));
    assert_eq!(lifted.events().len(), 1);
    lifted.unwrap();
    assert_eq!(t.query(s.world.donation, Calls::hold_card(hold)), None);
    assert_eq!(t.query(s.world.donation, Calls::appeal_card(hold)), None);
    let owned = t.query(s.world.donation, Calls::owner(s.intake, 160));
    assert_eq!((owned.span.0.start.get(), owned.span.0.end.get()), (160, 210));
    s.refused(t, stranger, (Calls::release(hold), Error::NotFound));
}

#[weal_sdk::test(native, vm)]
fn an_appeal_that_nobody_decides_lifts_the_hold(t: &mut Bench) {
    let s = Setup::new(t);
    let people = s.world.people;
    let (panel, court, stranger) = (people.panel, people.court, people.stranger);
    let hold = s.done(t, court, Calls::hold(s.intake, s.order((100, 160), LATER)));
    let single = s.done(t, court, Calls::hold(s.intake, s.order((0, 100), LATER)));
    let held = s.held_line(t);
    let (_, leaves) = batch(&s.world);
    let (giver, leaf) = &leaves[1];
    let start = leaves[0].1.amount.get();
    let claim = |who: &Hidden, act, unit| {
        let proof = Some(who.proof(&s.world, act, place(held, unit), LATER));
        Some(Claim { unit, leaf: Some(Wire(leaf.clone())), proof })
    };
    // Of a batch, a giver appeals by key, whoever carries it.
    let appeal = |claim| Calls::appeal(hold, claim, PAPER);
    s.refused(t, stranger, (appeal(claim(giver, OBJECT, start)), Error::Unauthorized));
    s.refused(t, stranger, (appeal(claim(&s.giver, APPEAL, start)), Error::Unauthorized));
    s.refused(t, stranger, (appeal(claim(giver, APPEAL, start - 1)), Error::NotOwner));
    let forged = Calls::appeal(hold, claim(giver, APPEAL, start), [1; 32]);
    s.refused(t, stranger, (forged, Error::Unauthorized));
    s.done(t, stranger, appeal(claim(giver, APPEAL, start)));
    // What is signed for one hold's units is not good for another's.
    let other = Calls::appeal(single, claim(giver, APPEAL, start), PAPER);
    s.refused(t, stranger, (other, Error::NotFound));

    // Nothing is seized meanwhile.
    t.pass(Duration::from_secs(13 * DAY_S));
    let (amount, to) = (Amount(5), stranger.id());
    let governance = t.governance();
    s.world.approve(t, governance, court, Action::Seize { hold, amount, to });
    s.refused(t, court, (Calls::seize(hold, amount, to), Error::BadState));
    s.refused(t, stranger, (Calls::release(hold), Error::Unauthorized));
    t.pass(Duration::from_secs(DAY_S));
    s.refused(t, panel, (Calls::decide_appeal(hold, false, PAPER), Error::Expired));
    s.refused(t, court, (renew(hold, TimeMs(LATER.0 + 1), None), Error::Expired));
    s.refused(t, court, (Calls::seize(hold, amount, to), Error::BadState));
    s.done(t, stranger, Calls::release(hold));
    s.refused(t, stranger, (Calls::release(single), Error::Unauthorized));

    // Where no appeal waits, a court with governance may take.
    s.world.approve(t, governance, court, Action::Seize { hold: single, amount, to });
    s.done(t, court, Calls::seize(single, amount, to));
}

#[weal_sdk::test(native, vm)]
fn nobody_appeals_against_what_is_over(t: &mut Bench) {
    let s = Setup::new(t);
    let people = s.world.people;
    let until = later(t, 10 * HOUR_S);
    let hold = s.done(t, people.regulator, Calls::hold(s.intake, s.order((0, 9), until)));
    t.pass(Duration::from_secs(10 * HOUR_S));
    s.refused(t, people.charity, (Calls::appeal(hold, None, PAPER), Error::Expired));
    s.done(t, people.stranger, Calls::release(hold));
}
