//! Records with turned bits: whatever decodes may give an error or another answer, never a panic or
//! a walk without end.

use weal_provenance::{
    LineId, Records, Span, Units,
    back::trace_back,
    forward::{Cursor, Stretch, trace_forward},
    ledger,
    line::{FundStatus, LineStatus},
    owner::owner_run,
    record::{HopKind, Note, Place},
    send::Saying,
    settle,
    take::LIMITS,
    trace::Trace,
};
use weal_types::{TimeMs, hash::hash};
use weal_units::{Model, Subject, random::Random};

use crate::books::{Ledger, units};

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Turns a few bits of one value.
fn damage(ledger: &mut Ledger, state: &mut u64) {
    let values: Vec<_> = ledger.records.0.values_mut().collect();
    let place = next(state) as usize % values.len();
    let value = values.into_iter().nth(place).unwrap();
    for _ in 0..=next(state) % 3 {
        let byte = next(state) as usize % value.len();
        value[byte] ^= 1 << (next(state) % 8);
    }
}

/// Asks everything that can be asked.
fn read(ledger: &Ledger, line: LineId, at: Units) {
    let records = &ledger.records;
    let span = Span::new(at, Units::MAX);
    let cursor = Cursor::new(vec![Stretch { line, span }]).unwrap();
    let _ = trace_forward(records, cursor, 50);
    let _ = trace_back(records, line, span, 20);
    let _ = owner_run(records, line, at, Some(Span::new(units(1), Units::MAX)));
    if let Ok(mut trace) = Trace::start(records, &hash, Place { line, start: at }, None) {
        let _ = trace.follow(records, 50);
        let _ = (trace.totals(), trace.rests());
    }
}

/// Does everything that can be done, each on the records as they were.
fn write(ledger: &Ledger, line: LineId, at: Units) {
    let (now, note) = (TimeMs(u64::MAX / 2), Note::default());
    let fresh = || ledger.records.clone();
    let Ok(Some(mut card)) = ledger.records.line(line) else { return };
    let _ = ledger::split(&mut fresh(), line, &card, at, (1, now));
    let _ = ledger::transfer(&mut fresh(), line, LineId(3), at, Saying::plain(HopKind::Spend, now));
    let saying = Saying::plain(HopKind::Convert, now);
    let _ = ledger::convert(&mut fresh(), line, (LineId(9), Units::MAX), at, saying);
    let id = Place { line, start: at };
    if let Ok(hop) = ledger::hop(&ledger.records, id) {
        let _ = ledger::hand_back(&mut fresh(), (id, &hop), Span::new(at, Units::MAX), (now, note));
    }
    let _ = ledger::release(&mut fresh(), 1, now);
    let _ = ledger::seize(&mut fresh(), 1, units(1), (now, Note::default()));
    let _ = ledger::check_refund(&ledger.records, line, &card, at);
    if let Ok(owned) = owner_run(&ledger.records, line, at, None) {
        let _ = ledger::refund(&mut fresh(), (line, &card), &owned, (u64::MAX, now));
    }
    let _ = ledger::repurpose(&mut fresh(), line, &card, at, now);
    let _ = ledger::skip(&mut fresh(), line, 9);
    let Ok(Some(mut fund)) = ledger.records.fund(card.fund) else { return };
    (fund.status, fund.unswept) = (FundStatus::Closing { since: TimeMs(0) }, 0);
    let (id, asset) = (card.fund, card.asset);
    let _ = settle::settle(&mut fresh(), (id, &fund), asset, 20, now);
    let _ = settle::settle_similar(&mut fresh(), (id, &fund), asset, line, now);
    card.status = LineStatus::Open;
    let _ = ledger::sweep(&mut fresh(), line, &mut card, &mut fund, (now, LIMITS));
}

#[test]
fn damaged_records_never_panic() {
    for seed in 0..20 {
        let (mut random, mut model, mut ledger) =
            (Random::new(20_000 + seed), Model::new(16), Ledger::new(16));
        for _ in 0..80 {
            let (at, step) = random.next(&model);
            let _ = (model.act(at, &step), ledger.act(at, &step));
        }
        let whole = ledger.records.clone();
        let mut state = seed;
        for _ in 0..40 {
            ledger.records = whole.clone();
            damage(&mut ledger, &mut state);
            for line in ledger.lines.values().copied() {
                let at = units(u128::from(next(&mut state) % 12));
                read(&ledger, line, at);
                write(&ledger, line, at);
            }
        }
    }
}
