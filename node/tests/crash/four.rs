//! Four validators: one is killed, or all at once, and comes back while the others go on.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use weal_client::rpc::{
    Client,
    types::{Block, BlockGet, U64},
};

use super::{Dice, SENDERS, Seen, check, crashes};
use crate::{
    process::{Processes, pause},
    sender::Sender,
};

const SIZE: usize = 4;

#[test]
fn four_of_which_any_are_killed_at_any_moment_forget_nothing() {
    let mut chain = Processes::new(SIZE);
    let mut dice = Dice(7);
    let mut seen = Seen::default();
    let mut senders: Vec<_> = (0..SENDERS).map(|from| Sender::new(from, chain.chain)).collect();
    for node in &mut chain.nodes {
        node.start();
    }
    for round in 0..crashes().div_ceil(10) {
        // Everybody, or somebody, and in the first view of an epoch the leader as often as others.
        let victims: Vec<usize> = match round % 4 {
            3 => (0..SIZE).collect(),
            _ => vec![dice.below(SIZE as u64) as usize],
        };
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for (number, sender) in senders.iter_mut().enumerate() {
                let client = chain.nodes[number % SIZE].client();
                let is_over = &is_over;
                scope.spawn(move || sender.send_until(&client, is_over));
            }
            pause(Duration::from_millis(dice.below(400)));
            for victim in &victims {
                chain.nodes[*victim].kill();
            }
            pause(Duration::from_millis(dice.below(400)));
            is_over.store(true, Ordering::Release);
        });
        for victim in victims {
            let client = chain.nodes[victim].start();
            seen.compare(&client);
        }
    }
    let clients: Vec<_> = chain.nodes.iter().map(|node| node.client()).collect();
    for (number, sender) in senders.iter_mut().enumerate() {
        sender.settle(&clients[number % SIZE]);
    }
    let newest = height_of(&clients);
    for client in &clients {
        wait_for(client, newest);
        check(client, &mut seen, &mut senders);
    }
    for height in 0..=newest {
        let hashes: Vec<_> = clients.iter().map(|client| block(client, height)).collect();
        assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "{height}: {hashes:?}");
    }
}

fn height_of(clients: &[Client]) -> u64 {
    let heights = clients.iter().map(|client| client.chain_head().expect("it answers").height.0);
    heights.max().expect("there are some")
}

/// Waits until a node has come so far.
fn wait_for(client: &Client, height: u64) {
    for _ in 0..6_000 {
        if client.chain_head().expect("the node answers").height.0 >= height {
            return;
        }
        pause(Duration::from_millis(5));
    }
    panic!("height {height} was not reached within 30 s");
}

fn block(client: &Client, height: u64) -> [u8; 32] {
    let params = BlockGet { height: Some(U64(height)), hash: None };
    let block: Block = client.request("chain_block", &params).expect("the block is there");
    block.header.hash.0
}
