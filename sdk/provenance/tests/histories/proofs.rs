//! What is traced over all records is traced over those alone that were read; and records that are
//! kept back never make a trace say something false.

use weal_provenance::{
    Error, RecordsMut, Span, Units,
    ledger::acknowledge,
    record::Stamp,
    store::{Keyed, Memory, Recorder},
    trace::{Fate, Trace},
};
use weal_types::{TimeMs, hash::hash};
use weal_units::{Model, Step, Subject, check::merged, random::Random};

use crate::books::{Ledger, SOMEONE, units};

/// The whole way of a gift, some stops at a time, and the records that were read.
fn traced(ledger: &Ledger, gift: &str) -> (Trace, Memory) {
    let reader = Keyed(Recorder::new(&ledger.records.0));
    let mut trace = Trace::start(&reader, &hash, ledger.gifts[gift].place, None).unwrap();
    while !trace.todo.is_empty() {
        trace.follow(&reader, 7).unwrap();
    }
    (trace, Keyed(reader.0.into_seen()))
}

fn again(records: &Memory, trace: &Trace) -> Result<Trace, Error> {
    let mut again = Trace::start(records, &hash, trace.gift, None)?;
    while !again.todo.is_empty() {
        again.follow(records, usize::MAX)?;
    }
    Ok(again)
}

/// Stamps some of what was paid, at random levels.
fn stamp(ledger: &mut Ledger, seed: u64) {
    let paid: Vec<_> = ledger.records.0.keys().cloned().collect();
    for (number, key) in paid.iter().enumerate().filter(|(number, _)| number % 3 == 0) {
        let Some(tail) = key.get(4..24) else { continue };
        let line = u32::from_be_bytes(tail[..4].try_into().unwrap());
        let start = u128::from_be_bytes(tail[4..].try_into().unwrap());
        let id = weal_provenance::record::Place {
            line: weal_provenance::LineId(line),
            start: Units::new(start).unwrap_or_default(),
        };
        let Ok(hop) = weal_provenance::ledger::hop(&ledger.records, id) else { continue };
        let evidence = [seed as u8; 32];
        let stamp = Stamp { len: units(0), by: SOMEONE, evidence, time: TimeMs(1) };
        let offsets = Span::new(units(0), hop.part(0).unwrap().len);
        let level = (number % 5) as u8;
        let _ = acknowledge(&mut ledger.records, &hop, offsets, level, stamp);
    }
}

/// Whether what `part` says is also what `whole` says, apart from what is not shown.
fn is_true(part: &Trace, whole: &Trace) -> bool {
    part.stops.iter().all(|stop| match &stop.fate {
        Fate::Left(left) => whole.stops.iter().any(|other| {
            matches!(&other.fate, Fate::Left(found) if found.hop == left.hop)
                && other.arrived.at == stop.arrived.at
        }),
        Fate::Rests(rest) => {
            let rests = |other: &&weal_provenance::trace::Stop| {
                matches!(other.fate, Fate::Rests(_))
                    && other.arrived.at.line == stop.arrived.at.line
            };
            let span = stop.arrived.at.span;
            let mut found = whole.stops.iter().filter(rests);
            !rest.is_shown || found.any(|other| other.arrived.at.span.within(&span) == span)
        }
    })
}

#[test]
fn the_records_that_were_read_prove_the_trace_and_fewer_prove_nothing_false() {
    let (mut refused, mut unshown) = (0, 0);
    for seed in 10_000..10_150 {
        let (mut random, mut model, mut ledger) =
            (Random::new(seed), Model::new(16), Ledger::new(16));
        for _ in 0..90 {
            let (at, step) = random.next(&model);
            let _ = (model.act(at, &step), ledger.act(at, &step));
        }
        stamp(&mut ledger, seed);
        for (gift, _) in model.gift_names() {
            let (trace, seen) = traced(&ledger, &gift);
            assert_eq!(again(&seen, &trace).as_ref(), Ok(&trace), "seed {seed}: {gift}");
            let rests = trace.stops.iter().filter(|stop| match &stop.fate {
                Fate::Rests(rest) => {
                    assert!(rest.is_shown, "seed {seed}: {gift}");
                    true
                }
                Fate::Left(_) => false,
            });
            let places = rests.map(|stop| {
                let span = stop.arrived.at.span;
                (ledger.name(stop.arrived.at.line), span.start.get(), span.end.get())
            });
            assert_eq!(merged(places.collect()), model.places(&gift, None), "{seed}: {gift}");
            for key in seen.0.keys() {
                let mut fewer = seen.clone();
                fewer.0.remove(key);
                match again(&fewer, &trace) {
                    Err(_) => refused += 1,
                    Ok(other) => {
                        assert!(is_true(&other, &trace), "seed {seed}: {gift} without {key:?}");
                        unshown += u32::from(other != trace);
                    }
                }
            }
        }
    }
    println!("{refused} refused, {unshown} with less shown");
    assert!(refused > 1_000 && unshown > 10);
}

#[test]
fn a_rest_among_too_many_holes_is_not_shown() {
    let mut ledger = Ledger::new(16);
    for step in Random::new(1).opening_steps() {
        ledger.act(0, &step).unwrap();
    }
    ledger.act(0, &Step::Donate { fund: "F".into(), amount: 1_000, gift: "g".into() }).unwrap();
    for number in 0..80_u128 {
        let (id, s) = (format!("h{number}"), 5 + 3 * number);
        ledger.act(0, &Step::Hold { id, line: "in".into(), s, e: s + 1 }).unwrap();
        let (trace, seen) = traced(&ledger, "g");
        let Fate::Rests(rest) = &trace.stops[0].fate else { panic!("the first units rest") };
        assert_eq!(rest.is_shown, number < 64);
        assert_eq!(again(&seen, &trace), Ok(trace));
    }
    // Counters that do not fit the records are no proof.
    let line = ledger.lines["in"];
    let mut count = ledger.count(line);
    count.next = units(3);
    ledger.records.put_count(line, &count);
    let place = ledger.gifts["g"].place;
    let mut trace = Trace::start(&ledger.records, &hash, place, None).unwrap();
    assert_eq!(trace.follow(&ledger.records, 9), Err(Error::Missing { line, at: units(0) }));
}
