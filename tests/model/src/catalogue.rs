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
    let mut models = normal();
    models.extend(with_journals());
    models.extend(broken());
    models
}

/// The model with a name.
pub fn find(name: &str) -> Option<Named> {
    all().into_iter().find(|model| model.name == name)
}

fn named(name: &'static str, what: &'static str, setup: Setup) -> Named {
    Named { name, what, setup }
}

/// Nobody crashes.
fn normal() -> Vec<Named> {
    let views = Setup::views;
    let heights = |byzantine| Setup { last: Height(2), ..views(byzantine, 2) };
    let narrow = |byzantine| Setup { window: 1, variants: 1, ..heights(byzantine) };
    let quorums = |byzantine| Setup { delivery: Delivery::Quorums, ..views(byzantine, 2) };
    let each = Setup { delivery: Delivery::Each, ..views(0, 1) };
    let epoch = |byzantine| Setup {
        first: Height(2),
        last: Height(3),
        epoch_end: Some(Height(2)),
        views: [2, 1],
        ..views(byzantine, 2)
    };
    let progress = |byzantine, last| Setup {
        is_silent: true,
        delivery: Delivery::Each,
        timers: Timers::Patient,
        last: Height(last),
        ..views(byzantine, 2)
    };
    vec![
        named("views-0", "1 height, 3 views, the liar leads view 0", views(0, 3)),
        named("views-1", "1 height, 3 views, the liar leads view 1", views(1, 3)),
        named("views-2", "1 height, 3 views, the liar leads view 2", views(2, 3)),
        named("views-3", "1 height, 3 views, the liar leads none", views(3, 3)),
        named("two-views-0", "1 height, 2 views, the liar leads view 0", views(0, 2)),
        named("two-views-1", "1 height, 2 views, the liar leads view 1", views(1, 2)),
        named(
            "follow-0",
            "two-views-0, and f + 1 changes make replicas follow",
            Setup { follow: true, ..views(0, 2) },
        ),
        named("quorums-0", "two-views-0, votes counted by the replica", quorums(0)),
        named("quorums-1", "two-views-1, votes counted by the replica", quorums(1)),
        named("each-0", "1 height, 1 view, every message comes alone", each),
        named("heights-0", "2 heights, 2 views, the liar leads view 0", heights(0)),
        named("heights-1", "2 heights, 2 views, the liar leads view 1", heights(1)),
        named("narrow-0", "heights-0, one slot at a time, one proposal for each", narrow(0)),
        named("narrow-1", "heights-1, one slot at a time, one proposal for each", narrow(1)),
        named("epoch-0", "an epoch ends; the liar leads both first views", epoch(0)),
        named("epoch-1", "an epoch ends; the liar leads the old one's view 1", epoch(1)),
        named("progress-0", "1 height, the silent one leads view 0", progress(0, 1)),
        named("progress-1", "1 height, the silent one leads view 1", progress(1, 1)),
        named("progress-2-heights-0", "2 heights, the silent one leads view 0", progress(0, 2)),
        named("progress-2-heights-1", "2 heights, the silent one leads view 1", progress(1, 2)),
    ]
}

/// Journals take time, and may lose what they did not promise.
fn with_journals() -> Vec<Named> {
    let crash = |byzantine, crasher, last| Setup {
        last: Height(last),
        journal: Journal::Honest,
        crasher: Some(crasher),
        ..Setup::views(byzantine, 2)
    };
    let narrow =
        |byzantine, crasher| Setup { window: 1, variants: 1, ..crash(byzantine, crasher, 2) };
    vec![
        named(
            "delay-0",
            "two-views-0, and journals take time",
            Setup { journal: Journal::Honest, ..Setup::views(0, 2) },
        ),
        named("crash-0-1", "two-views-0, the leader of view 1 crashes", crash(0, 1, 1)),
        named("crash-0-2", "two-views-0, one who leads neither view crashes", crash(0, 2, 1)),
        named("crash-1-0", "two-views-1, the leader of view 0 crashes", crash(1, 0, 1)),
        named("crash-1-2", "two-views-1, one who leads neither view crashes", crash(1, 2, 1)),
        named("crash-heights-0-1", "heights-0, the leader of view 1 crashes", crash(0, 1, 2)),
        named("crash-heights-0-2", "heights-0, one who leads neither crashes", crash(0, 2, 2)),
        named("crash-heights-1-0", "heights-1, the leader of view 0 crashes", crash(1, 0, 2)),
        named("crash-narrow-0-1", "narrow-0, the leader of view 1 crashes", narrow(0, 1)),
        named("crash-narrow-0-2", "narrow-0, one who leads neither crashes", narrow(0, 2)),
        named("crash-narrow-1-0", "narrow-1, the leader of view 0 crashes", narrow(1, 0)),
        named("crash-narrow-1-2", "narrow-1, one who leads neither crashes", narrow(1, 2)),
    ]
}

/// A rule is broken around the replica: the checker must find what comes of it.
fn broken() -> Vec<Named> {
    let lie = |about, crasher| Setup {
        journal: Journal::Lies(about),
        crasher: Some(crasher),
        ..Setup::views(0, 2)
    };
    vec![
        named(
            "broken-two-liars",
            "two of four are Byzantine",
            Setup { byzantine: vec![0, 1], ..Setup::views(0, 2) },
        ),
        named(
            "broken-blind",
            "signatures are not checked",
            Setup { is_blind: true, ..Setup::views(0, 2) },
        ),
        named("broken-b1", "the journal lies about proposals", lie(Kind::Accepted, 2)),
        named("broken-b2", "the journal lies about certificates", lie(Kind::Prepared, 2)),
        named("broken-change", "the journal lies about VIEW-CHANGEs", lie(Kind::ViewChange, 2)),
        named("broken-entry", "the journal lies about NEW-VIEWs", lie(Kind::NewView, 1)),
    ]
}
