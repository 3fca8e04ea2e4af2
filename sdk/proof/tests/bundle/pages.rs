//! Traces that take more than one bundle.

use weal_proof::bundle::{BundleError, PAGE_KEYS, Question};
use weal_provenance::Units;

use crate::{
    chain::{CONTRACT, Chain},
    world::{INTAKE, PARTNERS, PROGRAMME, World, question, units},
};
use weal_provenance::{Records, ledger};
use weal_types::TimeMs;

/// One gift, of which many small forwards were made.
fn scattered() -> (World, weal_provenance::record::Place) {
    let mut world = World::empty();
    let gift = world.donate(100_000);
    let card = world.records.line(INTAKE).unwrap().unwrap();
    ledger::split(&mut world.records, INTAKE, &card, units(100_000), (0, TimeMs(1))).unwrap();
    for number in 0..400 {
        let partner = PARTNERS[number % PARTNERS.len()];
        world.forward(PROGRAMME, partner, units(200 + number as u128 % 7));
    }
    (world, gift)
}

#[test]
fn pages_join_into_the_whole_trace() {
    let (chain, (world, gift)) = (Chain::new(), scattered());
    let (mut trace, mut pages, mut from) = (None, 0, Default::default());
    loop {
        let question = Question { from, ..question(gift) };
        let bundle = world.bundle(&chain, question, 1_000);
        let bytes = bundle.to_wire();
        assert!(bundle.entries.len() >= PAGE_KEYS || pages > 1 || bundle.question.stops == 150);
        assert!(bytes.len() <= 100 * 1024, "{} bytes", bytes.len());
        if pages > 0 {
            // Alone, or after another page than its own, it is refused.
            let alone = bundle.check(&chain.anchor(), &CONTRACT, None);
            assert_eq!(alone, Err(BundleError::Page));
        }
        let joined = bundle.check(&chain.anchor(), &CONTRACT, trace).unwrap();
        pages += 1;
        from = joined.rests().unwrap();
        trace = Some(joined);
        if from.is_empty() {
            break;
        }
    }
    let trace = trace.unwrap();
    assert!(pages > 2, "{pages} pages");
    assert_eq!(trace, world.trace(gift));
    let total = trace.totals().unwrap().values().map(|total| total.get()).sum();
    assert_eq!(Units::new(total), Some(trace.record.len));
    assert_eq!(trace.record.len, units(100_000));
}
