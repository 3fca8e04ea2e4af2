//! What givers and payees do by key alone, and what is expected of gateways.

use std::time::Duration;

use donation::{
    BatchPayment, Charter, Claim, Dispute, DonationCalls as Calls, Error, GiftBatch, KeyProof,
    Payment, Promise, events::Disputed, view::Wire,
};
use identity::IdentityCalls;
use weal_provenance::{
    Span,
    batch::Leaf,
    line::Kind,
    record::{Place, Stamp},
};
use weal_sdk::{bench::Bench, prelude::*};
use weal_types::{Tag, hash::hash};

use crate::{
    hidden::{ACKNOWLEDGE, CHAIN, Hidden, OBJECT, REFUND, batch, place, units},
    world::{LATER, PAPER, World},
};

fn wire(start: u128, end: u128) -> Wire<Span> {
    Wire(Span::new(units(start), units(end)))
}

/// A fund with an intake and one work line.
fn open(t: &mut Bench, world: &World, cooling: u64) -> (u32, u32, u32) {
    let fund = world.open_fund(t, Charter { cooling, ..world.charter() });
    let work = world.open_line(t, world.new_line(fund, Kind::Work, &[], 0));
    let plan = [(work, 1_000_000)];
    let intake = world.open_line(t, world.new_line(fund, Kind::Intake, &plan, 0));
    (fund, intake, work)
}

#[weal_sdk::test(native, vm)]
fn a_giver_takes_a_gift_back_by_its_key(t: &mut Bench) {
    let world = World::new(t);
    let (fund, intake, _) = open(t, &world, 1_000);
    let people = world.people;
    let (giver, other) = (Hidden::new(1), Hidden::new(2));
    let give = Calls::donate(fund, giver.commit(&world), None);
    t.by(people.donor).attach(world.cny, 70).call(world.donation, give).unwrap();
    let before = t.balance(people.donor, world.cny);

    let at = place(intake, 5);
    let refund = |proof| Calls::refund(intake, 5, None, proof);
    let proof = |giver: &Hidden, at| giver.proof(&world, REFUND, at, LATER);
    let stale = giver.proof(&world, REFUND, at, TimeMs(1));
    let wrong = [
        None,
        Some(proof(&other, at)),
        Some(proof(&giver, place(intake, 6))),
        Some(giver.proof(&world, ACKNOWLEDGE, at, LATER)),
        Some(stale),
        Some(KeyProof { memo: PAPER, ..proof(&giver, at) }),
    ];
    for proof in wrong {
        let refused = t.by(people.stranger).call(world.donation, refund(proof));
        refused.expect(&Error::Unauthorized);
    }
    // Anyone may carry the message; the money goes to who paid.
    let good = Some(proof(&giver, at));
    t.by(people.stranger).call(world.donation, refund(good.clone())).unwrap();
    assert_eq!(t.balance(people.donor, world.cny), before + 70);
    t.by(people.stranger).call(world.donation, refund(good)).expect(&Error::NotFree);

    let give = Calls::donate(fund, PAPER, None);
    t.by(people.donor).attach(world.cny, 70).call(world.donation, give).unwrap();
    t.pass(Duration::from_secs(1_000));
    let late = Calls::refund(intake, 70, None, None);
    t.by(people.donor).call(world.donation, late).expect(&Error::Expired);
    let nowhere = Calls::refund(intake, 140, None, None);
    t.by(people.donor).call(world.donation, nowhere).expect(&Error::NotFound);
}

#[weal_sdk::test(native, vm)]
fn a_leaf_is_one_givers(t: &mut Bench) {
    let world = World::new(t);
    let (fund, intake, work) = open(t, &world, 1_000);
    let people = world.people;
    let (tree, leaves) = batch(&world);
    let gifts = GiftBatch { root: tree.root(), leaves: 3, reference: None };
    let bring = Calls::donate_batch(fund, gifts);
    t.by(people.gateway).attach(world.cny, 60).call(world.donation, bring).unwrap();
    let before = t.balance(people.gateway, world.cny);

    let start = leaves[0].1.amount.get();
    let (giver, leaf) = &leaves[1];
    let refund = |unit, leaf: &Leaf| {
        let proof = giver.proof(&world, REFUND, place(intake, unit), LATER);
        Calls::refund(intake, unit, Some(Wire(leaf.clone())), Some(proof))
    };
    let larger = Leaf { amount: units(leaf.amount.get() + 1), ..leaf.clone() };
    let stranger = people.stranger;
    t.by(stranger).call(world.donation, refund(start, &larger)).expect(&Error::BatchSum);
    t.by(stranger).call(world.donation, refund(start - 1, leaf)).expect(&Error::NotOwner);
    let others = refund(0, &leaves[0].1);
    t.by(stranger).call(world.donation, others).expect(&Error::Unauthorized);
    let whole = giver.proof(&world, REFUND, place(intake, start), LATER);
    let whole = Calls::refund(intake, start, None, Some(whole));
    t.by(stranger).call(world.donation, whole).expect(&Error::Unauthorized);
    t.by(stranger).call(world.donation, refund(start, leaf)).unwrap();
    assert_eq!(t.balance(people.gateway, world.cny), before + leaf.amount.get());
    let at_work = Calls::refund(work, 0, None, None);
    t.by(stranger).call(world.donation, at_work).expect(&Error::NotFound);
}

#[weal_sdk::test(native, vm)]
fn a_giver_objects_by_its_key(t: &mut Bench) {
    let world = World::new(t);
    let (fund, intake, work) = open(t, &world, 0);
    let people = world.people;
    let (giver, other) = (Hidden::new(1), Hidden::new(2));
    let commit = giver.commit(&world);
    for (amount, commit) in [(30, PAPER), (70, commit)] {
        let give = Calls::donate(fund, commit, None);
        t.by(people.donor).attach(world.cny, amount).call(world.donation, give).unwrap();
    }
    t.by(people.stranger).call(world.donation, Calls::split(intake, Amount(100))).unwrap();

    let object =
        |unit, doc, proof| Calls::dispute_by_key(work, Claim { unit, leaf: None, proof }, doc);
    let proof = |who: &Hidden, act, unit| Some(who.proof(&world, act, place(work, unit), LATER));
    let stale = Some(giver.proof(&world, OBJECT, place(work, 35), TimeMs(1)));
    let elsewhere = Some(giver.proof(&world, OBJECT, place(intake, 35), LATER));
    let cases = [
        (object(35, PAPER, None), Error::Unauthorized),
        (object(35, PAPER, proof(&other, OBJECT, 35)), Error::Unauthorized),
        (object(35, PAPER, proof(&giver, REFUND, 35)), Error::Unauthorized),
        (object(35, PAPER, proof(&giver, OBJECT, 36)), Error::Unauthorized),
        (object(35, PAPER, elsewhere), Error::Unauthorized),
        (object(35, PAPER, stale), Error::Unauthorized),
        // Another's reasons under the giver's signature.
        (object(35, [1; 32], proof(&giver, OBJECT, 35)), Error::Unauthorized),
        // Another's unit.
        (object(5, PAPER, proof(&giver, OBJECT, 5)), Error::Unauthorized),
        (object(100, PAPER, proof(&giver, OBJECT, 100)), Error::NotFound),
    ];
    for (call, error) in cases {
        t.by(people.stranger).call(world.donation, call).expect(&error);
    }
    let good = object(35, PAPER, proof(&giver, OBJECT, 35));
    let objected = t.by(people.stranger).call(world.donation, good.clone());
    let by = people.stranger.id();
    let (start, end, doc, commit) = (30, 100, PAPER, Some(commit));
    assert!(objected.emitted(&Disputed { line: work, by, start, end, doc, commit }));
    objected.unwrap();
    let found = t.query(world.donation, Calls::disputes(work, 0, 9));
    let at = found[0].1;
    assert_eq!(found, [(30, at, Dispute { by, end, doc, commit })]);
    // What was signed counts once, whoever carries it and whenever.
    t.pass(Duration::from_secs(60));
    t.by(people.donor).call(world.donation, good).expect(&Error::DupRef);
}

#[weal_sdk::test(native, vm)]
fn a_leaf_objects_about_its_own_units(t: &mut Bench) {
    let world = World::new(t);
    let (fund, intake, work) = open(t, &world, 0);
    let people = world.people;
    let (tree, leaves) = batch(&world);
    let gifts = GiftBatch { root: tree.root(), leaves: 3, reference: None };
    let bring = Calls::donate_batch(fund, gifts);
    t.by(people.gateway).attach(world.cny, 60).call(world.donation, bring).unwrap();
    t.by(people.stranger).call(world.donation, Calls::split(intake, Amount(60))).unwrap();
    let (giver, leaf) = &leaves[1];
    let start = leaves[0].1.amount.get();
    let object = |unit, leaf: Option<&Leaf>| {
        let proof = Some(giver.proof(&world, OBJECT, place(work, unit), LATER));
        let leaf = leaf.cloned().map(Wire);
        Calls::dispute_by_key(work, Claim { unit, leaf, proof }, PAPER)
    };
    let larger = Leaf { amount: units(leaf.amount.get() + 1), ..leaf.clone() };
    let cases = [
        (object(start, Some(&larger)), Error::BatchSum),
        (object(start - 1, Some(leaf)), Error::NotOwner),
        (object(start, None), Error::Unauthorized),
        (object(0, Some(&leaves[0].1)), Error::Unauthorized),
    ];
    for (call, error) in cases {
        t.by(people.stranger).call(world.donation, call).expect(&error);
    }
    let last = start + leaf.amount.get() - 1;
    t.by(people.stranger).call(world.donation, object(last, Some(leaf))).unwrap();
    let found = t.query(world.donation, Calls::disputes(work, 0, 9));
    let (at, dispute) = (found[0].0, &found[0].2);
    assert_eq!((at, dispute.end), (start, last + 1));
    assert_eq!(dispute.commit, Some(leaf.commit));
}

#[weal_sdk::test(native, vm)]
fn payments_are_stamped_by_those_who_know(t: &mut Bench) {
    let world = World::new(t);
    let (fund, intake, work) = open(t, &world, 0);
    let people = world.people;
    let give = Calls::donate(fund, PAPER, None);
    t.by(people.donor).attach(world.cny, 100).call(world.donation, give).unwrap();
    t.by(people.stranger).call(world.donation, Calls::split(intake, Amount(100))).unwrap();
    let payee = people.payee.id();
    let (doc, tag, next, reference) = (None, None, None, None);
    let one = Payment { payee, purpose: 1, doc, tag, next, reference };
    let one = t.by(people.partner).call(world.donation, Calls::spend(work, Amount(40), one));
    let one = one.unwrap();
    let (tree, leaves) = batch(&world);
    let agent = people.agent.id();
    let (root, leaf_count) = (tree.root(), 3);
    let many =
        BatchPayment { agent, root, leaves: leaf_count, purpose: 1, doc: None, reference: None };
    let many = Calls::spend_batch(work, Amount(60), many);
    let many = t.by(people.partner).call(world.donation, many).unwrap();

    let stamp =
        |hop: &Wire<Place>, span, level| Calls::acknowledge(hop.clone(), span, level, PAPER);
    let cases = [
        (people.stranger, stamp(&one, wire(0, 40), 1), Error::Unauthorized),
        (people.bank, stamp(&one, wire(0, 41), 1), Error::NotFound),
        (people.bank, stamp(&one, wire(9, 9), 1), Error::Zero),
        (people.bank, stamp(&one, wire(0, 40), 0), Error::BadState),
        (people.bank, stamp(&one, wire(0, 40), 2), Error::Unauthorized),
        (people.agent, stamp(&many, wire(0, 60), 3), Error::Unauthorized),
    ];
    for (by, call, error) in cases {
        t.by(by).call(world.donation, call).expect(&error);
    }
    for (by, level) in [(people.bank, 1), (people.witness, 2), (people.payee, 3)] {
        t.by(by).call(world.donation, stamp(&one, wire(0, 30), level)).unwrap();
        let again = t.by(by).call(world.donation, stamp(&one, wire(29, 40), level));
        again.expect(&Error::BadState);
        t.by(by).call(world.donation, stamp(&one, wire(30, 40), level)).unwrap();
    }
    let declare = IdentityCalls::declare_related(vec![people.witness.id()]);
    t.by(people.partner).call(world.identity, declare).unwrap();
    let related = t.by(people.witness).call(world.donation, stamp(&many, wire(0, 60), 2));
    related.expect(&Error::RelatedParty);

    // A payee of a batch has a key and no account.
    let (person, leaf) = &leaves[2];
    let confirm = |person: &Hidden| {
        let proof = person.proof(&world, ACKNOWLEDGE, many.0, LATER);
        Calls::acknowledge_part(many.clone(), Wire(leaf.clone()), proof, PAPER)
    };
    let other = t.by(people.stranger).call(world.donation, confirm(&leaves[0].0));
    other.expect(&Error::Unauthorized);
    // The evidence is signed too: whoever carries the message cannot bring another.
    let proof = person.proof(&world, ACKNOWLEDGE, many.0, LATER);
    let forged = Calls::acknowledge_part(many.clone(), Wire(leaf.clone()), proof, [1; 32]);
    t.by(people.stranger).call(world.donation, forged).expect(&Error::Unauthorized);
    t.by(people.stranger).call(world.donation, confirm(person)).unwrap();
    let delivered = world.statement(t, fund).unwrap();
    let delivered = delivered.iter().find(|entry| entry.kind.0 == Kind::Delivered).unwrap().line;
    let stamps = t.query(world.donation, Calls::stamps(delivered, 3, 0, 9));
    let found: Vec<_> = stamps.iter().map(|(at, Wire(Stamp { len, .. }))| (*at, *len)).collect();
    let start = 100 - leaf.amount.get();
    assert_eq!(found, [(0, units(30)), (30, units(10)), (start, leaf.amount)]);
}

#[weal_sdk::test(native, vm)]
fn a_gateway_that_breaks_a_promise_brings_nothing_until_it_answers(t: &mut Bench) {
    let world = World::new(t);
    let (fund, ..) = open(t, &world, 0);
    let people = world.people;
    let gateway_key = Hidden::new(50);
    let (tree, leaves) = batch(&world);
    let leaf = &leaves[0].1;
    let (gateway, commit, amount) = (people.gateway.id(), leaf.commit, Amount::from(leaf.amount));
    let height = t.height();
    let said = [
        &CHAIN[..],
        &world.donation.0,
        &gateway.0,
        &fund.to_le_bytes(),
        &commit,
        &amount.0.to_le_bytes(),
        &height.0.to_le_bytes(),
    ];
    let signature = gateway_key.sign(&hash(Tag::GiftPromise, &said));
    let promise = Promise { gateway, fund, commit, amount, height, signature };
    let donor = people.donor;
    let challenge = Calls::challenge(promise.clone());
    t.by(donor).call(world.donation, challenge.clone()).expect(&Error::NotFound);
    let set = Calls::set_promise_key(gateway_key.0.key());
    t.by(donor).call(world.donation, set.clone()).expect(&Error::Unauthorized);
    t.by(people.gateway).call(world.donation, set).unwrap();
    let forged = Calls::challenge(Promise { amount: Amount(11), ..promise });
    t.by(donor).call(world.donation, forged).expect(&Error::Unauthorized);
    let id = t.by(donor).call(world.donation, challenge.clone()).unwrap();
    t.by(donor).call(world.donation, challenge).expect(&Error::DupRef);

    let expose = Calls::expose(id);
    t.by(donor).call(world.donation, expose.clone()).expect(&Error::TooEarly);
    t.pass(Duration::from_secs(72 * 3_600));
    t.by(donor).call(world.donation, expose.clone()).unwrap();
    t.by(donor).call(world.donation, expose).expect(&Error::BadState);
    let gifts = GiftBatch { root: tree.root(), leaves: 3, reference: None };
    let bring = Calls::donate_batch(fund, gifts);
    let by = t.by(people.gateway).attach(world.cny, 60);
    by.call(world.donation, bring.clone()).expect(&Error::Frozen);
    assert_eq!(t.query(world.donation, Calls::challenge_card(id)).unwrap().answer, None);

    // Another gateway has brought the batch; the promise is kept, late.
    let [second] = t.accounts();
    world.license(t, second, identity::Role::Gateway);
    t.give(second, world.cny, 1_000);
    let by = t.by(second).attach(world.cny, 60);
    let Wire(place) = by.call(world.donation, bring.clone()).unwrap();
    let answer = |leaf: &Leaf| Calls::answer(id, Wire(place), Wire(leaf.clone()));
    let wrong = t.by(second).call(world.donation, answer(&leaves[1].1));
    wrong.expect(&Error::BatchSum);
    t.by(second).call(world.donation, answer(leaf)).unwrap();
    t.by(second).call(world.donation, answer(leaf)).expect(&Error::BadState);
    t.by(people.gateway).attach(world.cny, 60).call(world.donation, bring).unwrap();
}
