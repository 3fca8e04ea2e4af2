//! What is lost is sent again.

use weal_consensus::{Event, Timer};

use crate::lab::Lab;

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
