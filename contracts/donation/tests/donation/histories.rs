//! Random histories: the contract says what single units say.

use weal_sdk::bench::Bench;
use weal_units::{Model, Moved, Refusal, Step, Subject, random::Random};

use crate::{subject::Books, world::World};

/// Histories: the algebra alone has run through thousands, so these are about what is around it.
const HISTORIES: u64 = 12;
/// Steps of one history.
const STEPS: usize = 80;

fn compare(model: &mut Model, books: &mut Books<'_>, place: &str) {
    assert_eq!(books.counts(), model.counts(), "{place}");
    assert_eq!(books.paid(), model.paid(), "{place}");
    for (gift, leaves) in model.gift_names() {
        assert_eq!(books.places(&gift, None), model.places(&gift, None), "{place}: {gift}");
        for leaf in 0..leaves {
            let leaf = Some(leaf);
            assert_eq!(books.places(&gift, leaf), model.places(&gift, leaf), "{place}: {gift}");
        }
    }
    for (line, received, _) in model.stocks() {
        let givers = model.givers(&line, 0, received);
        assert_eq!(books.givers(&line, 0, received), givers, "{place}: {line}");
    }
    for hop in model.exchanges() {
        assert_eq!(books.dust(&hop), model.dust(&hop), "{place}: {hop:?}");
    }
}

/// Whether a line under notice or a closing fund stopped a message that the model knows no such
/// rule for. A refusal changes nothing, so the model is not asked.
fn is_stopped(step: &Step, found: &Result<Vec<Moved>, Refusal>) -> bool {
    let is_stricter =
        matches!(step, Step::Advance { .. } | Step::Reimburse { .. } | Step::HandBack { .. });
    let is_stop = |refusal: &Refusal| ["BAD_STATE", "FUND_CLOSED"].contains(&&*refusal.code);
    is_stricter && found.as_ref().is_err_and(is_stop)
}

#[weal_sdk::test(native, vm)]
fn the_contract_agrees_with_single_units(t: &mut Bench) {
    let world = World::new(t);
    let start = t.point();
    let assets = [world.cny, world.usd];
    for seed in 0..HISTORIES {
        t.back_to(&start);
        let (mut random, mut model) = (Random::new(seed), Model::new(16));
        let mut books = Books::new(t, world, assets);
        for number in 0..STEPS {
            let (at, step) = random.next(&model);
            let place = format!("seed {seed}, step {number}: {step:?}");
            let found = books.act(at, &step);
            if !is_stopped(&step, &found) {
                assert_eq!(found, model.act(at, &step), "{place}");
            }
        }
        compare(&mut model, &mut books, &format!("seed {seed}, in the end"));
    }
}
