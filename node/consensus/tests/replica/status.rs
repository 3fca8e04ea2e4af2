//! What is lost is sent again.

use weal_consensus::{Event, Message, Status, Timer};
use weal_types::{Epoch, Height, View};

use crate::lab::Lab;

/// Of validator 3, which wants a later view and has nothing.
fn wish(view: u64) -> Message {
    Message::Status(Status {
        epoch: Epoch(0),
        view: View(0),
        is_active: false,
        change: View(view + 1),
        is_unfair: false,
        stable: Height(0),
        ordered: 0,
        bodies: 0,
    })
}

#[test]
fn every_message_can_be_lost_once() {
    let mut lab = Lab::new(4);
    lab.transactions_everywhere();
    let total = {
        let mut count = 0;
        let mut lab = Lab::new(4);
        for at in 0..4 {
            lab.tell(at, Event::Pool(Some(lab.now)));
        }
        while let Some((to, from, message)) = lab.wire.pop_front() {
            count += 1;
            lab.deliver(to, from, message);
        }
        count
    };
    for lost in 0..total {
        let mut lab = Lab::new(4);
        for at in 0..4 {
            lab.tell(at, Event::Pool(Some(lab.now)));
        }
        let mut number = 0;
        while let Some((to, from, message)) = lab.wire.pop_front() {
            if number != lost {
                lab.deliver(to, from, message);
            }
            number += 1;
        }
        for _ in 0..3 {
            lab.ring_all(Timer::Heartbeat);
        }
        assert_eq!(lab.heights(), [1; 4], "message {lost} of {total}");
    }
}

#[test]
fn a_validator_that_was_away_gets_a_certificate_and_asks_for_blocks() {
    let mut lab = Lab::new(4);
    lab.cut_off(3);
    for _ in 0..6 {
        lab.transactions_everywhere();
        lab.ring_all(Timer::Build);
    }
    lab.cut.clear();
    lab.ring(3, Timer::Heartbeat);
    lab.run();
    assert!(lab.nodes[3].syncs.is_empty(), "the votes may be on their way");
    lab.ring(3, Timer::Heartbeat);
    assert_eq!(lab.nodes[3].syncs.len(), 1);
}

/// Heartbeats were counted by the messages that came, so that one liar replaced any leader at once.
#[test]
fn who_says_often_that_it_left_alone_is_joined_no_sooner() {
    let mut lab = Lab::new(4);
    lab.cut_off(3);
    for _ in 0..1_000 {
        for at in 0..3 {
            lab.deliver(at, 3, wish(0));
        }
    }
    lab.run();
    assert_eq!(lab.views(), [0; 4]);
    // A minute of heartbeats in which it says so.
    for beat in 1..=120 {
        (0..3).for_each(|at| lab.deliver(at, 3, wish(0)));
        lab.run();
        let expected = if beat < 120 { [0; 4] } else { [1, 1, 1, 0] };
        assert_eq!(lab.views(), expected, "beat {beat}");
        lab.ring_all(Timer::Heartbeat);
    }
}

#[test]
fn a_question_is_answered_once_in_a_heartbeat() {
    let mut lab = Lab::new(4);
    lab.cut_off(3);
    for _ in 0..3 {
        lab.transactions_everywhere();
        lab.ring_all(Timer::Build);
    }
    lab.ring(0, Timer::Heartbeat);
    lab.run();
    lab.cut.clear();
    let mut answers = |ring: bool| {
        if ring {
            lab.ring(0, Timer::Heartbeat);
        }
        lab.lose();
        lab.deliver(0, 3, wish(0));
        let count = lab.wire.iter().filter(|(to, from, _)| (*to, *from) == (3, 0)).count();
        lab.lose();
        count
    };
    let first = answers(false);
    assert!(first > 0);
    assert_eq!(answers(false), 0);
    assert_eq!(answers(true), first);
}
