//! Taking from one line with small limits, against a list of what is there.

use weal_provenance::{
    Error, LineId, RecordsMut, Units,
    line::{Count, Kind},
    record::HopKind,
    send::{Saying, send},
    store::Memory,
    take::{Limits, Taken, take_at, take_next, take_some},
};
use weal_types::TimeMs;

use crate::books::{span, units};

const LIMITS: Limits = Limits { runs: 3, records: 4 };
const LINE: LineId = LineId(1);
const SINK: LineId = LineId(2);
const LENGTH: usize = 120;

/// Which run took each unit, and the next position to send.
struct Naive {
    left: Vec<Option<usize>>,
    next: usize,
    runs: usize,
}

/// What one hop would take, and whether that is all of it.
type Plan = (Vec<usize>, bool);

impl Naive {
    /// The first free ones of `positions`, up to `wanted`, as far as the limits go. Every departure
    /// that lies before the next of them is stepped over.
    fn take(&self, positions: impl Iterator<Item = usize>, wanted: usize) -> Plan {
        let (mut taken, mut runs, mut stepped) = (Vec::new(), 0, 0);
        let (mut last, mut was_free) = (None, false);
        for at in positions {
            if taken.len() == wanted {
                break;
            }
            match self.left[at] {
                Some(run) => {
                    if last != Some(run) {
                        if stepped == LIMITS.records {
                            return (taken, false);
                        }
                        stepped += 1;
                    }
                    (last, was_free) = (Some(run), false);
                }
                None => {
                    runs += usize::from(!was_free);
                    if runs > LIMITS.runs {
                        return (taken, false);
                    }
                    taken.push(at);
                    was_free = true;
                }
            }
        }
        (taken, true)
    }

    fn leave(&mut self, taken: &Taken) {
        for run in &taken.runs {
            self.runs += 1;
            for at in run.start.get()..run.end.get() {
                assert_eq!(self.left[at as usize].replace(self.runs), None);
            }
        }
    }
}

fn positions(taken: &Taken) -> Vec<usize> {
    let all = taken.runs.iter().flat_map(|run| run.start.get()..run.end.get());
    all.map(|at| at as usize).collect()
}

fn opened() -> Memory {
    let mut records = Memory::default();
    records.put_count(LINE, &Count { received: units(LENGTH as u128), ..Count::of(Kind::Work) });
    records.put_count(SINK, &Count::of(Kind::Delivered));
    records
}

fn below(state: &mut u64, end: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize % end
}

/// One taking at random: what it gave, and what the list says it should give.
fn taking(records: &Memory, naive: &Naive, state: &mut u64) -> (Result<Taken, Error>, Plan, bool) {
    let free = naive.left.iter().filter(|left| left.is_none()).count();
    let x = 1 + below(state, 25);
    match below(state, 5) {
        0 => {
            let taken = take_next(records, LINE, units(x as u128), LIMITS);
            let plan = naive.take(naive.next..LENGTH, x);
            if x > free {
                assert_eq!(taken, Err(Error::Insufficient { free: units(free as u128) }));
                return (Err(Error::Zero), (Vec::new(), true), false);
            }
            (taken, plan, false)
        }
        1 => {
            let (plan, _) = naive.take(naive.next..LENGTH, x.min(free));
            (take_some(records, LINE, units(x as u128), LIMITS), (plan, true), false)
        }
        _ => {
            let start = below(state, LENGTH);
            let end = start + 1 + below(state, 9);
            let taken = take_at(records, LINE, span(start as u128, end as u128), LIMITS);
            (taken, naive.take(start..end.min(LENGTH), LENGTH), true)
        }
    }
}

#[test]
fn limited_takings_take_what_is_free_and_say_what_fits() {
    let mut too_many = 0;
    for seed in 0..400 {
        let (mut records, mut state) = (opened(), seed);
        let mut naive = Naive { left: vec![None; LENGTH], next: 0, runs: 0 };
        for _ in 0..60 {
            let (taken, (plan, is_all), is_carved) = taking(&records, &naive, &mut state);
            match taken {
                Ok(taken) => {
                    assert!(is_all && taken.runs.len() <= LIMITS.runs);
                    assert_eq!(positions(&taken), plan);
                    naive.leave(&taken);
                    if !is_carved {
                        naive.next = plan.last().unwrap() + 1;
                    }
                    assert_eq!(taken.count.next, units(naive.next as u128));
                    let saying = Saying::plain(HopKind::Spend, TimeMs(0));
                    send(&mut records, taken, SINK, saying).unwrap();
                }
                Err(Error::Runs { most }) => {
                    assert_eq!(most, units(plan.len() as u128));
                    // Asked for as much as possible, nothing is refused unless nothing fits.
                    assert!(!is_all || plan.is_empty());
                    too_many += 1;
                }
                Err(Error::NotFree | Error::Zero) => assert!(plan.is_empty()),
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert!(too_many > 100, "{too_many}");
}

#[test]
fn a_line_can_receive_no_more_than_the_bound() {
    let mut records = opened();
    let full = Count { received: Units::MAX, ..Count::of(Kind::Delivered) };
    records.put_count(SINK, &full);
    let before = records.clone();
    let taken = take_next(&records, LINE, units(1), LIMITS).unwrap();
    let saying = Saying::plain(HopKind::Spend, TimeMs(0));
    assert_eq!(send(&mut records, taken.clone(), SINK, saying.clone()), Err(Error::Overflow));
    assert_eq!(send(&mut records, taken, LINE, saying), Err(Error::BadState));
    assert_eq!(records.0, before.0);
}
