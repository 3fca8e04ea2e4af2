//! From acceptance to finality, and over restarts.

use weal_node::{
    core::OpenError,
    genesis::ChainSpec,
    ledger::{EventFilter, EventPlace, LedgerError},
    mempool::SubmitError,
    node::{Node, StartError},
    validator_key::ValidatorKey,
};
use weal_types::{Height, certificate::VOTE_SIGNING_CONTEXT, merkle, receipt::Outcome};

use crate::{
    people,
    world::{
        PEOPLE, WEALTH, World, accepted, balances, config, document, finality, refused, spec,
        start, transfer, validator,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_becomes_final_with_a_certificate() {
    let world = World::new();
    let node = &world.node;
    let hash = accepted(node, transfer(node, 0, 0, 30)).await;
    let place = finality(node, hash).await;
    assert_eq!((place.height, place.index), (Height(1), 0));
    let block = node.ledger().block(place.height).unwrap().unwrap();
    assert_eq!(block.transactions[0].hash, hash);
    assert!(matches!(block.receipts[0].outcome, Outcome::Applied { .. }));
    assert_eq!(balances(node)[..2], [WEALTH - 30, WEALTH + 30]);

    // The header follows from genesis, and its certificate is the validator's signature of it.
    let (genesis, none) = node.ledger().header(Height::ZERO).unwrap().unwrap();
    assert!(none.is_none());
    assert_eq!(block.header.parent, genesis.hash());
    assert_eq!(block.header.set_id, node.spec().validators.id());
    let certificate = block.certificate.unwrap();
    assert_eq!(certificate.vote.hash, block.header.hash().0);
    let signed = certificate.signed_by(&node.spec().validators).unwrap();
    let (key, signature) = signed[0];
    let message = certificate.vote.message(&node.spec().chain);
    let key = schnorrkel::PublicKey::from_bytes(&key.0).unwrap();
    let signature = schnorrkel::Signature::from_bytes(signature).unwrap();
    assert!(key.verify_simple(VOTE_SIGNING_CONTEXT, &message, &signature).is_ok());
    let receipts = block.receipts.iter().map(parity_scale_codec::Encode::encode);
    assert_eq!(merkle::root_of(receipts), block.header.receipts_root);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_chain_makes_no_blocks() {
    let world = World::new();
    let hash = accepted(&world.node, transfer(&world.node, 0, 0, 1)).await;
    finality(&world.node, hash).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(world.node.head().header.height, Height(1));
    // Nor does it make any to tell how far it is.
    world.node.stop();
    let directory = world.directory;
    drop(world.node);
    assert_eq!(start(directory.path()).metrics().height.get(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_survives_and_runs_once_whatever_was_lost() {
    let world = World::new();
    let mut hashes = Vec::new();
    for nonce in 0..20 {
        for person in 0..PEOPLE {
            // Ordered quickly enough that sixteen nonces never wait.
            let wire = transfer(&world.node, person, nonce, u128::from(nonce) + 1);
            hashes.push(accepted(&world.node, wire).await);
            if nonce % 8 == 7 {
                finality(&world.node, hashes[hashes.len() - 1]).await;
            }
        }
    }
    world.node.stop();
    let before = world.node.head().header.height;
    let directory = world.directory;
    drop(world.node);
    let node = start(directory.path());
    assert!(node.head().header.height >= before);
    for hash in hashes {
        finality(&node, hash).await;
    }
    // Everybody sent and received the same.
    assert_eq!(balances(&node), vec![WEALTH; usize::from(PEOPLE)]);
    assert!(matches!(
        refused(&node, transfer(&node, 0, 3, 9_999)).await,
        SubmitError::NonceUsed { .. }
    ));
}

/// A power cut can put the database back by as much as the journal holds. Whoever looked at it then
/// to judge what had been accepted found nonces that were far too high, and forgot them.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_survives_a_database_that_is_far_behind() {
    let directory = tempfile::tempdir().unwrap();
    let chain = |part: &str| directory.path().join("chain-1").join(part);
    start(directory.path()).stop();
    std::fs::create_dir(chain("db-of-old")).unwrap();
    people::copy(&chain("db"), &chain("db-of-old"));

    let node = start(directory.path());
    for nonce in 0..20 {
        let hash = accepted(&node, transfer(&node, 0, nonce, 1)).await;
        finality(&node, hash).await;
    }
    node.set_pace(true, 0);
    let mut waiting = Vec::new();
    for nonce in 20..36 {
        waiting.push(accepted(&node, transfer(&node, 0, nonce, 1)).await);
    }
    node.stop();
    drop(node);
    std::fs::remove_dir_all(chain("db")).unwrap();
    std::fs::rename(chain("db-of-old"), chain("db")).unwrap();

    let node = start(directory.path());
    for hash in waiting {
        finality(&node, hash).await;
    }
    assert_eq!(balances(&node)[..2], [WEALTH - 36, WEALTH + 36]);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_found_by_contract_name_and_topic_and_by_pages() {
    let world = World::new();
    let node = &world.node;
    for nonce in 0..5 {
        for person in 0..3 {
            let hash = accepted(node, transfer(node, person, nonce, 2)).await;
            finality(node, hash).await;
        }
    }
    let ledger = node.ledger();
    let start = EventPlace::first_of(Height::ZERO);
    let all = |filter: &EventFilter| ledger.events(filter, start, Height::MAX, 1_000).unwrap();
    let everything = all(&EventFilter::default());
    assert_eq!((everything.events.len(), everything.next), (15, None));
    let first = everything.events[0].event.clone();
    let contract = Some(first.contract);
    let name = Some(first.name.as_str().to_owned());
    let of_contract = EventFilter { contract, ..EventFilter::default() };
    let of_name = EventFilter { name: name.clone(), ..of_contract.clone() };
    assert_eq!(all(&of_contract), everything);
    assert_eq!(all(&of_name), everything);
    let other = EventFilter { name: Some("nothing".into()), ..of_contract.clone() };
    assert!(all(&other).events.is_empty());
    // Some topic tells the senders apart: each sent five times.
    let by_topic = |number: u8| {
        let topic = Some((number, first.topics[usize::from(number)].to_vec()));
        all(&EventFilter { topic, ..of_name.clone() }).events.len()
    };
    let counts: Vec<_> = (0..first.topics.len() as u8).map(by_topic).collect();
    assert!(counts.contains(&5), "{counts:?}");
    // Pages of four put together are everything, with and without a contract.
    for filter in [of_contract, EventFilter::default()] {
        let (mut from, mut found) = (Some(start), Vec::new());
        while let Some(place) = from {
            let page = ledger.events(&filter, place, Height::MAX, 4).unwrap();
            found.extend(page.events);
            from = page.next;
        }
        assert_eq!(found, everything.events);
    }
    let early = ledger.events(&EventFilter::default(), start, Height(3), 1_000).unwrap();
    assert!(early.events.iter().all(|found| found.place.transaction.height < Height(3)));
}

fn start_error(result: Result<Node, StartError>) -> StartError {
    result.err().expect("the node must not start")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_serves_one_node_of_one_chain_with_its_key() {
    let world = World::new();
    let path = world.directory.path();
    let again = start_error(Node::start(config(path), spec(), validator()));
    assert!(matches!(again, StartError::Locked { .. }), "{again}");
    drop(world.node);
    let other = ChainSpec::from_toml(&document("private")).unwrap();
    let found = start_error(Node::start(config(path), other, validator()));
    let is_other =
        matches!(found, StartError::Open(OpenError::Ledger(LedgerError::OtherChain { .. })));
    assert!(is_other, "{found}");
    let stranger = ValidatorKey::from_seed([1; 32]).unwrap();
    let found = start_error(Node::start(config(path), spec(), stranger));
    assert!(matches!(found, StartError::Open(OpenError::NotValidator { .. })), "{found}");
}
