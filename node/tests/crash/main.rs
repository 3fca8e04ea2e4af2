//! Nodes that are killed at any moment, again and again, while people send: nothing that was final
//! changes, nothing that was acknowledged is lost, nothing happens twice. A chain of one validator,
//! and one of four.
//!
//! `WEAL_CRASHES` sets how often; 200 times without it, and a tenth of that for four.

mod four;
#[path = "../people/mod.rs"]
#[allow(dead_code, reason = "each test program needs another part of it")]
mod people;
mod process;
mod sender;

use std::{
    collections::BTreeMap,
    fs::File,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use weal_client::rpc::{
    Client,
    types::{BlockGet, TransactionStatus, TxGet, TxState, U64},
};
use weal_types::TimeMs;

use people::{PEOPLE, WEALTH};
use process::{NodeProcess, Processes, pause};
use sender::Sender;

/// People who send at the same time.
const SENDERS: u16 = 4;

fn crashes() -> u64 {
    let given = std::env::var("WEAL_CRASHES").ok();
    given.map_or(200, |text| text.parse().expect("WEAL_CRASHES is a number"))
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        // Knuth's MMIX.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// What was seen to be final.
#[derive(Default)]
struct Seen {
    blocks: BTreeMap<u64, [u8; 32]>,
}

impl Seen {
    /// Looks at the newest block; what was seen before must still be there.
    fn look(&mut self, client: &Client) {
        let head = client.chain_head().expect("the node answers");
        if let Some((height, hash)) = self.blocks.last_key_value() {
            assert!(head.height.0 >= *height, "final block {height} is gone: {}", head.height.0);
            let params = BlockGet { height: Some(U64(*height)), hash: None };
            let block: weal_client::rpc::types::Block =
                client.request("chain_block", &params).expect("the block is there");
            assert_eq!(block.header.hash.0, *hash, "final block {height} is another one now");
        }
        self.blocks.insert(head.height.0, head.hash.0);
    }

    /// Looks at the newest block of one of several nodes, which may be behind the others.
    fn compare(&mut self, client: &Client) {
        let head = client.chain_head().expect("the node answers");
        let known = *self.blocks.entry(head.height.0).or_insert(head.hash.0);
        assert_eq!(head.hash.0, known, "two blocks are final at height {}", head.height.0);
    }
}

#[test]
fn killed_at_any_moment_it_forgets_nothing() {
    let mut chain = Processes::new(1);
    let node = &mut chain.nodes[0];
    let mut dice = Dice(42);
    let mut seen = Seen::default();
    let mut senders: Vec<_> = (0..SENDERS).map(|from| Sender::new(from, chain.chain)).collect();
    for round in 0..crashes() {
        let client = node.start();
        seen.look(&client);
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for sender in &mut senders {
                let (client, is_over) = (node.client(), &is_over);
                scope.spawn(move || sender.send_until(&client, is_over));
            }
            pause(Duration::from_millis(dice.below(120)));
            if round % 3 == 0 {
                seen.look(&client);
            }
            node.kill();
            is_over.store(true, Ordering::Release);
        });
    }
    check_all(node, &mut seen, &mut senders);
}

/// A disk that is full of its log takes nothing else with it.
#[test]
fn a_node_whose_log_finds_no_room_goes_on() {
    let mut chain = Processes::new(1);
    let node = &mut chain.nodes[0];
    node.log_everything();
    let full = File::options().write(true).open("/dev/full").expect("a device of Linux");
    let client = node.start_into(full.into());
    let mut sender = Sender::new(0, chain.chain);
    for _ in 0..20 {
        sender.send(&client).expect("the node answers");
    }
    sender.settle(&client);
    let ended = node.stop();
    assert!(ended.success(), "{ended}");
}

/// After the last restart everything that was acknowledged becomes final, once.
fn check_all(node: &mut NodeProcess, seen: &mut Seen, senders: &mut [Sender]) {
    check(&node.start(), seen, senders);
}

fn check(client: &Client, seen: &mut Seen, senders: &mut [Sender]) {
    seen.look(client);
    let mut sent = 0;
    for sender in senders.iter_mut() {
        sender.settle(client);
        for hash in &sender.accepted {
            let status = client.tx_get(&TxGet { hash: *hash }).expect("the node answers");
            assert_eq!(status.state, TxState::Final, "{hash:?} was acknowledged and is lost");
        }
        sent += sender.accepted.len();
    }
    assert!(sent as u64 >= crashes(), "the load was no load: {sent} transactions");
    // Every inclusion that counted is in exactly one block.
    let head = client.chain_head().expect("the node answers");
    let mut applied = 0;
    for height in 1..=head.height.0 {
        let params = BlockGet { height: Some(U64(height)), hash: None };
        let block: weal_client::rpc::types::Block =
            client.request("chain_block", &params).expect("the block is there");
        // After a crash the same may be ordered twice: then one of the two is skipped.
        let counted = block.transactions.iter();
        applied += counted.filter(|found| found.status != TransactionStatus::Skipped).count();
        if let Some(hash) = seen.blocks.get(&height) {
            assert_eq!(block.header.hash.0, *hash, "final block {height} is another one now");
        }
    }
    assert_eq!(applied, sent, "transactions in blocks");
    let balances: Vec<u128> = (0..PEOPLE).map(|person| sender::balance(client, person)).collect();
    assert_eq!(balances.iter().sum::<u128>(), WEALTH * u128::from(PEOPLE), "money is conserved");
    for sender in senders {
        let account = sender::account(client, sender.from);
        assert_eq!(account.nonce.0, sender.accepted.len() as u64, "each counted once");
    }
    println!("{} crashes, {sent} transactions, {} blocks", crashes(), head.height.0);
    assert!(TimeMs(head.time_ms.0) > TimeMs(0));
}
