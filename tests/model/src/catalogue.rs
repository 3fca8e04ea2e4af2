//! The models by name.

use weal_types::Height;

use crate::setup::{Delivery, Journal, Kind, Setup, Timers};

/// One of them.
pub struct Named {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub what: &'static str,
    /// What it explores.
    pub setup: Setup,
}

/// All models.
pub fn all() -> Vec<Named> {
    let views = |byzantine, views| Setup::views(byzantine, views);
    let crash = |byzantine| Setup {
        last: Height(2),
        journal: Journal::Honest,
        crashes: 1,
        ..Setup::views(byzantine, 2)
    };
    let epoch = |byzantine, views| Setup {
        first: Height(2),
        last: Height(3),
        epoch_end: Some(Height(2)),
        views: [views, 1],
        ..Setup::views(byzantine, 2)
    };
    let two = |byzantine| Setup { last: Height(2), ..Setup::views(byzantine, 2) };
    let lie = |about| Setup { journal: Journal::Lies(about), last: Height(1), ..crash(0) };
    let progress = |byzantine, last| Setup {
        is_silent: true,
        delivery: Delivery::Each,
        timers: Timers::Patient,
        last: Height(last),
        ..Setup::views(byzantine, 2)
    };
    vec![
        named("views-0", "1 height, 3 views, the liar leads view 0", views(0, 3)),
        named("views-1", "1 height, 3 views, the liar leads view 1", views(1, 3)),
        named("views-2", "1 height, 3 views, the liar leads view 2", views(2, 3)),
        named("views-3", "1 height, 3 views, the liar leads none", views(3, 3)),
        named("two-views-0", "1 height, 2 views, the liar leads view 0", views(0, 2)),
        named("two-views-1", "1 height, 2 views, the liar leads view 1", views(1, 2)),
        named("crash-0", "2 heights, 2 views, a crash, the liar leads view 0", crash(0)),
        named("crash-1", "2 heights, 2 views, a crash, the liar leads view 1", crash(1)),
        named("epoch-0", "an epoch ends; the liar leads both first views", epoch(0, 2)),
        named("epoch-1", "an epoch ends; the liar leads the old one's view 1", epoch(1, 2)),
        named("heights-0", "2 heights, 2 views, the liar leads view 0", two(0)),
        named("heights-1", "2 heights, 2 views, the liar leads view 1", two(1)),
        named(
            "crash-1-height-0",
            "1 height, 2 views, a crash, the liar leads view 0",
            Setup { last: Height(1), ..crash(0) },
        ),
        named(
            "crash-1-height-1",
            "1 height, 2 views, a crash, the liar leads view 1",
            Setup { last: Height(1), ..crash(1) },
        ),
        named("progress-0", "2 views, the silent validator leads view 0", progress(0, 1)),
        named("progress-1", "2 views, the silent validator leads view 1", progress(1, 1)),
        named(
            "broken-two-liars",
            "two of four are Byzantine",
            Setup { byzantine: vec![0, 1], ..views(0, 2) },
        ),
        named(
            "broken-blind",
            "signatures are not checked",
            Setup { is_blind: true, ..views(0, 2) },
        ),
        named("broken-b1", "the journal lies about proposals", lie(Kind::Accepted)),
        named("broken-b2", "the journal lies about certificates", lie(Kind::Prepared)),
        named("broken-change", "the journal lies about VIEW-CHANGEs", lie(Kind::ViewChange)),
        named("broken-entry", "the journal lies about NEW-VIEWs", lie(Kind::NewView)),
    ]
}

fn named(name: &'static str, what: &'static str, setup: Setup) -> Named {
    Named { name, what, setup }
}
