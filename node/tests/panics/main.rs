//! What becomes of a node if one of its threads panics, which is a bug: it must not live on as
//! though nothing were.
//!
//! The panics are real: lines of the log set them off. A test program of its own, because they hit
//! a thread of that name in any node of the process.

#[path = "../people/mod.rs"]
#[allow(dead_code, reason = "each test program needs another part of it")]
mod people;
#[path = "../cluster/puppet.rs"]
#[allow(dead_code, reason = "each test program needs another part of it")]
mod puppet;
#[path = "../cluster/world.rs"]
#[allow(dead_code, reason = "each test program needs another part of it")]
mod world;

use std::{sync::Mutex, thread};

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};
use weal_net::Urgency;
use weal_node::{failure::Failure, peers::packet::Packet};
use weal_types::{ChainId, codec::Bounded};

use puppet::Puppet;
use world::Cluster;

/// The thread that panics with its next line, once.
static NEXT: Mutex<Option<&str>> = Mutex::new(None);

struct Trap;

impl<S: Subscriber> Layer<S> for Trap {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        let current = thread::current();
        let is_next = NEXT.lock().unwrap().take_if(|next| current.name() == Some(*next)).is_some();
        assert!(!is_next, "a bug, made for a test");
    }
}

/// Makes a thread of that name write a line, that of validator 1 at the latest.
async fn make_write(thread: &'static str) -> (Cluster, Puppet) {
    // The leader at first where somebody has to lie, and another one where blocks have to come.
    let liar = if thread == "engine" { 0 } else { 3 };
    let (mut cluster, mut puppet) = Cluster::with_liar(liar).await;
    let (time, to) = (cluster.node(1).clock().now(), cluster.key(1));
    *NEXT.lock().unwrap() = Some(thread);
    match thread {
        "engine" => {
            let (one, other) = (cluster.transfer(0, 1), cluster.transfer(1, 1));
            puppet.propose_to(&[to], time, vec![one]);
            puppet.propose_again_to(&[to], time, vec![other]);
        }
        "committer" => drop(cluster.send(1, 0, 1).await),
        "door" => puppet.give_noise(&to, Urgency::Votes),
        "verifier" => {
            let elsewhere = people::transfer(&ChainId([9; 32]), time, 0, 0, 1);
            puppet.give(&to, &Packet::Transactions(Bounded::new(vec![elsewhere]).unwrap()));
        }
        other => panic!("nothing makes {other} write"),
    }
    (cluster, puppet)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_ends_without_a_thread_that_it_needs() {
    tracing_subscriber::registry().with(Trap).init();
    for thread in ["engine", "committer", "door", "verifier"] {
        // What the liar sends arrives while it is there.
        let (cluster, _liar) = make_write(thread).await;
        let failure = || cluster.running().find_map(|node| node.failure().borrow().clone());
        cluster.wait(&format!("a node fails without its {thread}"), || failure().is_some()).await;
        let reason = format!("its thread `{thread}` panicked");
        assert_eq!(failure(), Some(Failure::Machine(reason)));
    }
}
