//! What givers and payees do by key alone, and what is expected of gateways.

use std::time::Duration;

use donation::{
    BatchPayment, Charter, DonationCalls as Calls, Error, GiftBatch, KeyProof, Payment, Promise,
    view::Wire,
};
use identity::IdentityCalls;
use weal_provenance::{
    LineId, Span, Units,
    batch::{Leaf, Tree},
    line::Kind,
    record::{Place, Stamp},
};
use weal_sdk::{
    bench::{Bench, Signer},
    prelude::*,
};
use weal_types::{Tag, hash::hash, transaction::MessageForm};

use crate::world::{LATER, PAPER, World};

/// The chain of the bench.
const CHAIN: [u8; 32] = [0xcc; 32];
const MEMO: [u8; 32] = [3; 32];
const REFUND: u8 = 0;
const ACKNOWLEDGE: u8 = 1;

/// Somebody known by a key alone.
struct Hidden(Signer);

impl Hidden {
    fn new(seed: u8) -> Self {
        Self(Signer::from_seed([seed; 32]))
    }

    fn commit(&self, world: &World) -> [u8; 32] {
        hash(Tag::Gift, &[&CHAIN, &world.donation.0, &self.0.key().0, &MEMO])
    }

    fn sign(&self, message: &[u8; 32]) -> [u8; 64] {
        self.0.sign_message(message, MessageForm::Bare).signature
    }

    /// A signature for one action at one place.
    fn proof(&self, world: &World, action: u8, at: Place, valid_until: TimeMs) -> KeyProof {
        let (line, unit) = (at.line.0.to_le_bytes(), at.start.get().to_le_bytes());
        let until = valid_until.0.to_le_bytes();
        let said = [&CHAIN[..], &world.donation.0, &[action], &line, &unit, &until];
        let message = hash(Tag::GiftAction, &said);
        let (key, signature) = (self.0.key(), self.sign(&message));
        KeyProof { key, memo: MEMO, valid_until, signature }
    }
}

fn units(count: u128) -> Units {
    Units::new(count).unwrap()
}

fn place(line: u32, start: u128) -> Place {
    Place { line: LineId(line), start: units(start) }
}

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

/// A batch of three givers: 10, 20 and 30 units in the order of the tree.
fn batch(world: &World) -> (Tree, Vec<(Hidden, Leaf)>) {
    let givers = [(11, 10), (12, 20), (13, 30)];
    let leaves = givers.map(|(seed, amount)| (Hidden::new(seed).commit(world), units(amount)));
    let tree = Tree::new(leaves.into()).unwrap();
    let leaf = |index| {
        let leaf = tree.leaf(index).unwrap();
        let seeds = givers.into_iter().map(|(seed, _)| Hidden::new(seed));
        let giver = seeds.into_iter().find(|giver| giver.commit(world) == leaf.commit);
        (giver.unwrap(), leaf)
    };
    let leaves = (0..3).map(leaf).collect();
    (tree, leaves)
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
