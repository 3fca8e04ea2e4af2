//! What is accepted and refused, and in which order it runs.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use weal_node::{
    engine::Taken,
    mempool::{Fate, Mempool, Pooled, Seen, SubmitError},
};
use weal_types::{
    Gas, Hash, Nonce, TimeMs,
    codec::Version,
    params::ChainParams,
    receipt::{Outcome, Receipt, SkipReason},
};

use crate::{
    people,
    world::{World, accepted, finality, refused, transfer},
};

#[tokio::test(flavor = "multi_thread")]
async fn nonces_run_in_order_however_they_arrive() {
    let world = World::new();
    let node = &world.node;
    let third = accepted(node, transfer(node, 0, 2, 3)).await;
    let second = accepted(node, transfer(node, 0, 1, 2)).await;
    assert_eq!(node.fate(&third), Fate::Pending);
    assert_eq!(node.head().header.height.0, 0);
    let first = accepted(node, transfer(node, 0, 0, 1)).await;
    let mut places = Vec::new();
    for hash in [first, second, third] {
        places.push(finality(node, hash).await);
    }
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(node.fate(&third), Fate::Unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_why() {
    let world = World::new();
    let node = &world.node;
    node.set_pace(true, 0);
    let wire = transfer(node, 0, 0, 1);
    let hash = accepted(node, wire.clone()).await;
    assert_eq!(refused(node, wire.clone()).await, SubmitError::Known { hash });
    let far = refused(node, transfer(node, 0, 16, 1)).await;
    assert_eq!(far, SubmitError::NonceTooFar { given: Nonce(16), next: Nonce(0) });
    let mut broken = wire.clone();
    let last = broken.len() - 2;
    broken[last] ^= 1;
    assert!(matches!(refused(node, broken).await, SubmitError::Invalid(_)));
    assert!(matches!(refused(node, vec![1, 2, 3]).await, SubmitError::Invalid(_)));

    node.make_due();
    finality(node, hash).await;
    assert_eq!(refused(node, wire).await, SubmitError::Known { hash });
    let used = refused(node, transfer(node, 0, 0, 2)).await;
    assert_eq!(used, SubmitError::NonceUsed { given: Nonce(0), next: Nonce(1) });
    node.clock().advance(48 * 3_600_000);
    let late = transfer(node, 1, 0, 1);
    node.clock().advance(2 * 3_600_000);
    let expired = refused(node, late).await;
    assert_eq!(expired, SubmitError::WouldSkip(SkipReason::Expired));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_transaction_is_replaced_by_one_that_is_valid_for_longer() {
    let world = World::new();
    let node = &world.node;
    node.set_pace(true, 0);
    let first = accepted(node, transfer(node, 0, 0, 1)).await;
    node.clock().advance(1_000);
    let second = accepted(node, transfer(node, 0, 0, 2)).await;
    assert_eq!((node.fate(&first), node.fate(&second)), (Fate::Unknown, Fate::Pending));
    node.make_due();
    finality(node, second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_while_it_waits_is_dropped() {
    let world = World::new();
    let node = &world.node;
    node.set_pace(true, 0);
    let hash = accepted(node, transfer(node, 0, 0, 1)).await;
    node.clock().advance(2 * 3_600_000);
    node.make_due();
    let other = accepted(node, transfer(node, 1, 0, 1)).await;
    node.make_due();
    finality(node, other).await;
    node.pool().expire(node.clock().now());
    assert_eq!(node.fate(&hash), Fate::Dropped(SkipReason::Expired));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_known_at_every_moment_from_acceptance_on() {
    let world = World::new();
    let node = &world.node;
    for nonce in 0..200 {
        let wire = transfer(node, 0, nonce, 1);
        let hash = accepted(node, wire.clone()).await;
        while node.ledger().find(&hash).unwrap().is_none() {
            assert_eq!(refused(node, wire.clone()).await, SubmitError::Known { hash });
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_sends_again_at_once_never_waits_for_a_nonce_that_is_used() {
    let world = World::new();
    let send = |person| {
        let node = world.node.clone();
        tokio::spawn(async move {
            for nonce in 0..150 {
                let hash = accepted(&node, transfer(&node, person, nonce, 1)).await;
                finality(&node, hash).await;
            }
        })
    };
    let senders: Vec<_> = (0..crate::world::PEOPLE).map(send).collect();
    for sender in senders {
        sender.await.unwrap();
    }
}

/// Transactions of a person, ready since `since`.
fn ready(pool: &Mempool, person: u16, nonces: Range<u64>, since: u64) -> Vec<Arc<Pooled>> {
    let chain = crate::world::spec().chain;
    let wires: Vec<_> =
        nonces.map(|nonce| people::transfer(&chain, TimeMs(0), person, nonce, 1)).collect();
    let verified = weal_runtime::verify_batch(&wires, &chain);
    let restored: Vec<_> = verified
        .into_iter()
        .zip(wires)
        .map(|(verified, wire)| Arc::new(Pooled::new(verified.unwrap(), wire.into())))
        .collect();
    for pooled in &restored {
        pool.restore(Arc::clone(pooled), Nonce(0));
    }
    pool.make_ready(&restored, TimeMs(since));
    restored
}

/// However many transactions come and go, what is remembered of them does not grow, and who is
/// still here is known.
#[test]
fn what_is_gone_is_not_remembered() {
    const STAY: u64 = 1_000;
    let (pool, seen) = (Mempool::default(), Seen::default());
    let staying = ready(&pool, 0, 0..STAY, 0);
    seen.add(&staying);
    for round in 0..6 {
        let passing = ready(&Mempool::default(), 1, round * 1_500..(round + 1) * 1_500, 0);
        seen.add(&passing);
        let newest = passing[1_499].verified.wire_id();
        assert!(seen.get(&[newest])[0].is_some());
        assert!(seen.kept() < 1_000 + 4_096, "{} are kept in round {round}", seen.kept());
    }
    let ids: Vec<_> = staying.iter().map(|pooled| pooled.verified.wire_id()).collect();
    assert!(
        seen.get(&ids).iter().zip(&staying).all(|(known, pooled)| {
            known.as_ref().is_some_and(|known| Arc::ptr_eq(known, pooled))
        })
    );
}

fn params() -> ChainParams {
    ChainParams::private(people::Person::new(0).id())
}

/// A leader with a block of one transaction, after another one that waits since 0 was offered to
/// all at 1,000.
#[test]
fn a_leader_that_passes_over_what_all_were_offered_is_unfair() {
    let gas = |transactions: u64| Gas(5_000_000 * transactions);
    for (what, room_for, its_own_since, at, is_unfair) in [
        ("ten seconds are not over", 2, 900, 10_999, false),
        ("there is room", 2, 900, 11_000, true),
        ("there is no room, and what is taken is older", 1, 900, 11_000, false),
        ("what is taken came ten seconds after the offer", 1, 11_000, 20_000, false),
        ("what is taken came later still", 1, 11_001, 20_000, true),
    ] {
        let pool = Mempool::default();
        let params = ChainParams { block_gas: gas(room_for), ..params() };
        ready(&pool, 0, 0..1, 0);
        pool.offer(usize::MAX, TimeMs(1_000));
        let block = ready(&pool, 1, 0..1, its_own_since);
        pool.take(&block);
        let passed = pool.judge(&block, (&params, TimeMs(0)), TimeMs(at));
        assert_eq!(passed.is_unfair, is_unfair, "{what}");
    }
}

#[test]
fn what_blocks_leave_out_for_a_second_is_offered_to_all_and_then_counts() {
    let pool = Mempool::default();
    let params = params();
    let waiting = ready(&pool, 0, 0..1, 0);
    let block = ready(&pool, 1, 0..1, 0);
    pool.take(&block);
    let judge = |at| pool.judge(&block, (&params, TimeMs(0)), TimeMs(at));
    assert!(judge(999).to_offer.is_empty());
    let passed = judge(1_000);
    assert!(Arc::ptr_eq(&passed.to_offer[0], &waiting[0]) && !passed.is_unfair);
    let passed = judge(10_999);
    assert!(passed.to_offer.is_empty() && !passed.is_unfair);
    assert!(judge(11_000).is_unfair);
    // Another leader may never have heard of it: a network that was parted, say, has just healed.
    pool.forget_offers();
    let passed = judge(11_000);
    assert!(passed.to_offer.len() == 1 && !passed.is_unfair);
    assert!(judge(21_000).is_unfair);
    // What has expired may be left out.
    let late = TimeMs(u64::MAX);
    assert!(!pool.judge(&block, (&params, late), TimeMs(11_000)).is_unfair);
}

/// Until something has waited for a second, only the leader may have been told of it.
#[test]
fn what_a_block_takes_that_is_not_known_here_counts_as_a_second_old() {
    for (at, is_unfair) in [(12_000, false), (12_001, true)] {
        let pool = Mempool::default();
        let params = ChainParams { block_gas: Gas(5_000_000), ..params() };
        ready(&pool, 0, 0..1, 0);
        pool.offer(usize::MAX, TimeMs(1_000));
        let elsewhere = ready(&Mempool::default(), 1, 0..1, 0);
        let passed = pool.judge(&elsewhere, (&params, TimeMs(0)), TimeMs(at));
        assert_eq!(passed.is_unfair, is_unfair, "at {at}");
    }
}

#[test]
fn all_that_clients_of_this_node_wait_for_is_offered_and_of_what_was_pushed_the_oldest() {
    let pool = Mempool::default();
    let waiting: Vec<_> = (0..10).flat_map(|person| ready(&pool, person, 0..16, 0)).collect();
    // Of the first half, 64 are looked at for each block.
    waiting[80..].iter().for_each(|pooled| pooled.set_journaled());
    let params = params();
    let judge = |at| pool.judge(&[], (&params, TimeMs(0)), TimeMs(at)).to_offer.len();
    assert_eq!([judge(999), judge(1_000), judge(1_001)], [0, 64 + 80, 0]);
}

/// What is submitted is not verified a second time, and not acknowledged upon what the journal was
/// given for something else.
#[test]
fn a_checked_transaction_is_used_again_without_its_place_in_the_journal() {
    let pooled = ready(&Mempool::default(), 0, 0..1, 0).remove(0);
    pooled.set_journaled();
    let again = pooled.again();
    assert!(
        Arc::ptr_eq(&pooled.verified, &again.verified) && Arc::ptr_eq(&pooled.wire, &again.wire)
    );
    assert!(pooled.is_journaled() && !again.is_journaled());
}

/// What was passed over for want of room went after the third time, so three leaders that fill
/// their blocks beyond the gas that a block has could make others' transactions vanish.
#[test]
fn only_what_fits_into_no_block_is_dropped_for_want_of_room() {
    for (asked_at_most, is_dropped) in [(5_000_000, false), (4_999_999, true)] {
        let pool = Mempool::default();
        let params = ChainParams { account_gas_per_block: Gas(asked_at_most), ..params() };
        let waiting = ready(&pool, 0, 0..1, 0);
        let outcome = Outcome::Skipped(SkipReason::OverQuota);
        let receipt = Receipt { version: Version, index: 0, outcome };
        for _ in 0..10 {
            pool.take(&waiting);
            let dropped = pool.settle(&waiting, std::slice::from_ref(&receipt), &params);
            assert_eq!(!dropped.is_empty(), is_dropped);
            if is_dropped {
                break;
            }
        }
        let fate = pool.fate(&waiting[0].verified.hash());
        assert_eq!(fate == Fate::Pending, !is_dropped, "{fate:?}");
    }
}

/// Blocks took transactions as they had come, nonces or not: those that came before the ones that
/// they follow were skipped, and after three blocks dropped.
#[tokio::test(flavor = "multi_thread")]
async fn nonces_that_arrive_backwards_run_in_one_block() {
    let world = World::new();
    let node = &world.node;
    let mut hashes = Vec::new();
    for nonce in (0..16).rev() {
        hashes.push(accepted(node, transfer(node, 0, nonce, 1)).await);
    }
    for hash in hashes {
        assert_eq!(finality(node, hash).await.height.0, 1);
    }
}

/// A follower offered its oldest transactions again and again, and the others never.
#[test]
fn what_waits_is_offered_in_turns_that_begin_anew() {
    let pool = Mempool::default();
    let waiting = ready(&pool, 0, 0..5, 0);
    let bytes = waiting[0].wire.len() * 2;
    let mut from = None;
    let mut counts = Vec::new();
    let mut offered = Vec::new();
    for _ in 0..4 {
        let some = pool.offer_from(&mut from, bytes, TimeMs(1));
        counts.push(some.len());
        offered.extend(some);
    }
    assert_eq!(counts, [2, 2, 1, 2]);
    let expected = waiting.iter().chain(&waiting[..2]);
    assert!(offered.iter().zip(expected).all(|(one, other)| Arc::ptr_eq(one, other)));
}

/// A proposal may be found to come to nothing when nobody knows its transactions any more but the
/// pool, which must offer them again: what follows them could not run either.
#[test]
fn what_stood_in_a_forgotten_proposal_is_offered_again() {
    let (pool, proposal) = (Mempool::default(), [7; 32]);
    let transactions = ready(&pool, 0, 0..3, 100);
    let mut taken = Taken::default();
    let known = |_: &Hash| Some(&transactions[..2]);
    taken.align(BTreeSet::from([proposal]), known, (&pool, TimeMs(200)));
    let offered = |pool: &Mempool| pool.oldest_ready(1 << 20).len();
    assert_eq!(offered(&pool), 1);
    let forgotten = |_: &Hash| None;
    taken.align(BTreeSet::from([proposal]), forgotten, (&pool, TimeMs(300)));
    assert_eq!(offered(&pool), 1);
    taken.align(BTreeSet::new(), forgotten, (&pool, TimeMs(400)));
    assert_eq!(offered(&pool), 3);
}
