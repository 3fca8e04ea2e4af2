//! The same block gives the same bytes: whatever is cached, however many threads there are.

mod scripts;
mod support;

use std::sync::Arc;

use parity_scale_codec::Encode;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use support::{Stage, alice};
use weal_fixtures::{Chain, MemoryState, Signer, call};
use weal_runtime::{
    BlockContext, BlockOutput, DiskCacheConfig, Runtime, RuntimeConfig, VerifiedTransaction, system,
};
use weal_types::Amount;

/// A block of random scripts, transfers and an upload, with the state that it runs on.
struct Block {
    context: BlockContext,
    transactions: Vec<VerifiedTransaction>,
    state: MemoryState,
}

fn block(seed: u8) -> Block {
    let mut stage = Stage::new();
    let config = Config { failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let players = [alice(), Signer::new(2), Signer::new(3)];
    let mut signed = vec![stage.chain.sign(
        &players[1],
        vec![call(system::CONTRACTS, "upload", &weal_fixtures::bare_token().to_vec())],
    )];
    let strategy = scripts::script(stage.puppets);
    for number in 0..60 {
        let script = strategy.new_tree(&mut runner).expect("a script").current();
        let calls = vec![
            support::run(stage.puppets[number % 2], script),
            call(system::ASSETS, "balance", &(alice().id(), support::EUR())),
        ];
        let player = &players[number % players.len()];
        let mut transaction = stage.chain.transaction(player, calls);
        transaction.gas_limit = weal_types::Gas(4_000_000);
        signed.push(player.sign(transaction, &stage.chain.context.chain));
    }
    let pay = (support::EUR(), players[1].id(), Amount(5), Vec::<u8>::new());
    signed.push(stage.chain.sign(&alice(), vec![call(system::ASSETS, "transfer", &pay)]));
    Block {
        context: stage.chain.next(),
        transactions: stage.chain.verified(&signed),
        state: stage.chain.state,
    }
}

fn execute(runtime: &Arc<Runtime>, block: &Block) -> BlockOutput {
    let snapshot = Arc::new(block.state.clone());
    runtime
        .execute_block(&block.context, &block.transactions, snapshot)
        .expect("the host does not fail")
}

/// Receipts, changes and gas, as bytes.
fn bytes(output: &BlockOutput) -> Vec<u8> {
    let changes = output.changes.iter();
    let changes = changes.map(|(key, value)| (key.as_bytes().to_vec(), value.clone()));
    (&output.receipts, changes.collect::<Vec<_>>(), output.gas_used).encode()
}

#[test]
fn fresh_and_warm_caches_agree() {
    let directory = tempfile::tempdir().unwrap();
    let cached = RuntimeConfig {
        disk_cache: Some(DiskCacheConfig { directory: directory.path().into(), key: [5; 32] }),
        parallel_compilation: true,
    };
    for seed in 0..4 {
        let block = block(seed);
        let fresh = Runtime::new(&RuntimeConfig::default()).unwrap();
        let first = execute(&fresh, &block);
        assert!(first.receipts.len() > 60 && !first.changes.is_empty());
        let warm = execute(&fresh, &block);
        let on_disk = execute(&Runtime::new(&cached).unwrap(), &block);
        let from_disk = execute(&Runtime::new(&cached).unwrap(), &block);
        for other in [warm, on_disk, from_disk] {
            assert_eq!(bytes(&first), bytes(&other), "seed {seed}");
        }
    }
}

#[test]
fn one_and_two_threads_agree() {
    let blocks: Vec<_> = (10..14).map(block).collect();
    let runtime = Runtime::new(&RuntimeConfig::default()).unwrap();
    let alone: Vec<_> = blocks.iter().map(|block| bytes(&execute(&runtime, block))).collect();
    let together: Vec<Vec<_>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (runtime, blocks) = (&runtime, &blocks);
                scope.spawn(move || {
                    blocks.iter().map(|block| bytes(&execute(runtime, block))).collect()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for outputs in together {
        assert_eq!(outputs, alone);
    }
}

#[test]
fn blocks_one_after_another_agree_with_a_second_machine() {
    let mut chains = [Chain::with(Stage::genesis), Chain::with(Stage::genesis)].map(Stage::on);
    for stage in &mut chains {
        stage.play(vec![puppet::Step::Put(b"k".into(), b"v".into()), puppet::Step::Emit(9)]);
    }
    let [one, two] = chains;
    assert_eq!(one.chain.state.entries(), two.chain.state.entries());
}
