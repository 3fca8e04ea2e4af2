//! Validators: who may change them, what is refused, and when a change counts.

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use weal_fixtures::Signer;
use weal_runtime::system::{
    VALIDATORS,
    validators::{
        Change, Member, NOTICE, OPEN_MS, PROPOSALS_EACH, Proposal, READY_HEIGHTS, Reign, Start,
        error,
    },
};
use weal_types::{
    AccountId, Epoch, Hash, Height, PublicKey,
    certificate::{ReadyFor, VOTE_SIGNING_CONTEXT, ready_message},
};

use crate::world::{World, ada, bank, bob, gov};

/// A validator's key pair.
fn pair(seed: u8) -> Keypair {
    let secret = MiniSecretKey::from_bytes(&[seed; 32]).expect("32 bytes");
    secret.expand_to_keypair(ExpansionMode::Ed25519)
}

fn key(seed: u8) -> PublicKey {
    PublicKey(pair(seed).public.to_bytes())
}

fn member(seed: u8, operator: &Signer) -> Member {
    Member {
        key: key(seed),
        operator: operator.id(),
        organisation: "Relief".into(),
        address: "node.example:9944".into(),
    }
}

/// Four validators: two are the bank's, one Ada's, one Bob's.
fn world() -> World {
    let operators = [bank(), bank(), ada(), bob()];
    let members = (1..).zip(&operators).map(|(seed, operator)| member(seed, operator));
    let members: Vec<_> = members.collect();
    World::with(|genesis| genesis.validators = members)
}

/// What a validator's new key signs, for the next block.
fn ready(world: &World, seed: u8, purpose: ReadyFor) -> (Height, [u8; 64]) {
    let height = world.chain.context.height;
    let message = ready_message(&world.chain.context.chain, &key(seed), height, &purpose);
    (height, pair(seed).sign_simple(VOTE_SIGNING_CONTEXT, &message).to_bytes())
}

fn reign(world: &World, ahead: u8) -> Option<Reign> {
    world.read(VALIDATORS, "reign", &ahead)
}

fn keys(reign: &Reign) -> Vec<PublicKey> {
    reign.members.iter().map(|member| member.key).collect()
}

/// Lets blocks pass without anything in them.
fn pass(world: &mut World, heights: u64) {
    world.chain.context.height.0 += heights;
}

#[test]
fn a_quorum_and_the_joiners_word_add_a_validator() {
    let mut world = world();
    let change = Change::Add(member(5, &gov()));
    let approve = |world: &mut World, who: &Signer| -> Option<Start> {
        world.ok(who, VALIDATORS, "approve", &change)
    };
    assert_eq!(approve(&mut world, &bank()), None);
    let (height, signature) = ready(&world, 5, ReadyFor::Proposal(change.id()));
    let args = (change.id(), height, signature);
    // Anybody may bring it.
    assert_eq!(world.ok::<Option<Start>>(&gov(), VALIDATORS, "declare_ready", &args), None);
    let waiting: Vec<(Hash, bool, Proposal)> =
        world.read(VALIDATORS, "proposals", &(None::<Hash>, 9_u16));
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].0, waiting[0].1), (change.id(), true));
    let start = approve(&mut world, &bob()).expect("three of four approve");
    let decided = world.chain.context.height;
    assert_eq!(start, Start { epoch: Epoch(1), from: Height(decided.0 + NOTICE + 1) });
    let next = reign(&world, 1).expect("the next epoch is decided");
    assert_eq!(keys(&next), [1, 2, 3, 4, 5].map(key));
    assert_eq!(reign(&world, 0).and_then(|reign| reign.until), Some(Height(decided.0 + NOTICE)));
    let none: Vec<(Hash, bool, Proposal)> =
        world.read(VALIDATORS, "proposals", &(None::<Hash>, 9_u16));
    assert!(none.is_empty());
    pass(&mut world, NOTICE + 1);
    let present = reign(&world, 0).expect("there are validators");
    assert_eq!((present.epoch, present.until, keys(&present).len()), (Epoch(1), None, 5));
}

#[test]
fn an_operator_replaces_its_key_and_its_address_alone() {
    let mut world = world();
    let (height, signature) = ready(&world, 9, ReadyFor::Replacing(key(3)));
    let args = (key(3), key(9), height, signature);
    world.denied(&bob(), VALIDATORS, "rotate", &args);
    let start: Start = world.ok(&ada(), VALIDATORS, "rotate", &args);
    assert_eq!(start.epoch, Epoch(1));
    let next = reign(&world, 1).expect("the next epoch is decided");
    assert_eq!(keys(&next), [key(1), key(2), key(9), key(4)]);
    let place = (key(9), "elsewhere.example:1".to_owned());
    world.denied(&bob(), VALIDATORS, "relocate", &place);
    world.ok::<()>(&ada(), VALIDATORS, "relocate", &place);
    let next = reign(&world, 1).expect("the next epoch is decided");
    assert_eq!(next.members[2].address, "elsewhere.example:1");
}

/// An operator took what a joiner had signed, and made the joiner's key its own validator's.
#[test]
fn what_a_joiner_signs_is_of_no_use_to_another_operator() {
    let mut world = world();
    let change = Change::Add(member(5, &gov()));
    world.ok::<Option<Start>>(&ada(), VALIDATORS, "approve", &change);
    let (height, signature) = ready(&world, 5, ReadyFor::Proposal(change.id()));
    let args = (key(4), key(5), height, signature);
    assert_eq!(world.code(&bob(), VALIDATORS, "rotate", &args), error::SIGNATURE);
    // Nor is what a key signed that was to replace another one.
    let (height, signature) = ready(&world, 5, ReadyFor::Replacing(key(3)));
    let args = (key(4), key(5), height, signature);
    assert_eq!(world.code(&bob(), VALIDATORS, "rotate", &args), error::SIGNATURE);
    let args = (change.id(), height, signature);
    assert_eq!(world.code(&gov(), VALIDATORS, "declare_ready", &args), error::SIGNATURE);
}

/// A validator whose address no node could know: none of the others started again.
#[test]
fn nobody_gets_a_key_at_a_place_that_the_chain_does_not_know() {
    let mut world = World::with(|genesis| {
        let members = (1..5).map(|seed| Member { address: String::new(), ..member(seed, &ada()) });
        genesis.validators = members.collect();
    });
    let (height, signature) = ready(&world, 9, ReadyFor::Replacing(key(3)));
    let args = (key(3), key(9), height, signature);
    assert_eq!(world.code(&ada(), VALIDATORS, "rotate", &args), error::NO_ADDRESS);
    let nowhere = (key(3), String::new());
    assert_eq!(world.code(&ada(), VALIDATORS, "relocate", &nowhere), error::ADDRESS);
    let place = (key(3), "node.example:9944".to_owned());
    world.ok::<()>(&ada(), VALIDATORS, "relocate", &place);
    world.ok::<Start>(&ada(), VALIDATORS, "rotate", &args);
}

/// A proposal outlived the moment at which its key became a validator's, and said where it was.
#[test]
fn what_is_proposed_about_a_key_ends_with_a_decision_about_it() {
    let mut world = world();
    let twice = ["Relief", "Relief again"].map(|organisation| {
        Change::Add(Member { organisation: organisation.into(), ..member(5, &gov()) })
    });
    let others = [Change::Remove(key(3)), Change::Add(member(6, &gov()))];
    let waiting = |world: &World| -> Vec<Hash> {
        let page: Vec<(Hash, bool, Proposal)> =
            world.read(VALIDATORS, "proposals", &(None::<Hash>, 9_u16));
        page.into_iter().map(|(id, ..)| id).collect()
    };
    for change in twice.iter().chain(&others[1..]) {
        world.ok::<Option<Start>>(&ada(), VALIDATORS, "approve", change);
    }
    let (height, signature) = ready(&world, 5, ReadyFor::Proposal(twice[0].id()));
    let args = (twice[0].id(), height, signature);
    world.ok::<Option<Start>>(&ada(), VALIDATORS, "declare_ready", &args);
    world.ok::<Option<Start>>(&bank(), VALIDATORS, "approve", &twice[0]);
    world.ok::<Option<Start>>(&bob(), VALIDATORS, "approve", &others[0]);
    assert_eq!(waiting(&world).len(), 2, "of the joiner's key none is left");
    let (height, signature) = ready(&world, 6, ReadyFor::Replacing(key(3)));
    let args = (key(3), key(6), height, signature);
    world.ok::<Start>(&ada(), VALIDATORS, "rotate", &args);
    assert_eq!(waiting(&world), [[0; 32]; 0]);
}

/// Approvals that had become enough decided nothing, and could not be given again.
#[test]
fn approvals_that_are_enough_for_fewer_validators_decide() {
    let operators = [ada(), ada(), ada(), bank(), bob(), bob(), bob()];
    let members = (1..).zip(&operators).map(|(seed, operator)| member(seed, operator));
    let members: Vec<_> = members.collect();
    let mut world = World::with(|genesis| genesis.validators = members);
    let approve = |world: &mut World, who: &Signer, seed: u8| -> Option<Start> {
        world.ok(who, VALIDATORS, "approve", &Change::Remove(key(seed)))
    };
    assert_eq!(approve(&mut world, &ada(), 6), None);
    assert_eq!(approve(&mut world, &bank(), 6), None, "four of seven");
    let waits = Change::Remove(key(6));
    assert_eq!(world.code(&bank(), VALIDATORS, "approve", &waits), error::ALREADY_APPROVED);
    assert_eq!(approve(&mut world, &ada(), 7), None);
    assert!(approve(&mut world, &bob(), 7).is_some(), "six of seven");
    pass(&mut world, NOTICE + 1);
    assert!(approve(&mut world, &bank(), 6).is_some(), "four of six");
}

#[test]
fn what_is_refused_says_why() {
    let mut world = world();
    let add = |change: &dyn Fn(&mut Member)| {
        let mut member = member(5, &gov());
        change(&mut member);
        Change::Add(member)
    };
    let cases: [(Change, u32); 10] = [
        (add(&|member| member.key = key(2)), error::KEY_TAKEN),
        (add(&|member| member.key = PublicKey([0; 32])), error::BAD_KEY),
        (add(&|member| member.organisation.clear()), error::ORGANISATION),
        (add(&|member| member.organisation = "x".repeat(65)), error::ORGANISATION),
        (add(&|member| member.address.clear()), error::ADDRESS),
        (add(&|member| member.address = "no-port".into()), error::ADDRESS),
        (add(&|member| member.address = "host:0".into()), error::ADDRESS),
        (add(&|member| member.address = "a b:1".into()), error::ADDRESS),
        (Change::Remove(key(7)), error::NO_VALIDATOR),
        (Change::Remove(key(1)), error::SET_SIZE),
    ];
    for (change, expected) in cases {
        assert_eq!(world.code(&ada(), VALIDATORS, "approve", &change), expected, "{change:?}");
    }
    let good = add(&|_| {});
    world.denied(&gov(), VALIDATORS, "approve", &good);
    world.ok::<Option<Start>>(&ada(), VALIDATORS, "approve", &good);
    assert_eq!(world.code(&ada(), VALIDATORS, "approve", &good), error::ALREADY_APPROVED);
    assert_eq!(world.code(&bob(), VALIDATORS, "withdraw", &good.id()), error::NOT_APPROVED);
    assert_eq!(world.code(&bob(), VALIDATORS, "withdraw", &[7_u8; 32]), error::NO_PROPOSAL);
    world.ok::<()>(&ada(), VALIDATORS, "withdraw", &good.id());
    assert_eq!(world.code(&ada(), VALIDATORS, "withdraw", &good.id()), error::NO_PROPOSAL);
}

#[test]
fn a_joiner_speaks_for_itself_and_lately() {
    let mut world = world();
    let change = Change::Add(member(5, &gov()));
    world.ok::<Option<Start>>(&ada(), VALIDATORS, "approve", &change);
    pass(&mut world, 2 * READY_HEIGHTS);
    let id = change.id();
    let purpose = ReadyFor::Proposal(id);
    let (height, signature) = ready(&world, 5, purpose);
    let (_, other) = ready(&world, 6, purpose);
    let (_, meant) = ready(&world, 5, ReadyFor::Proposal([9; 32]));
    let late = Height(height.0 - READY_HEIGHTS - 1);
    let early = Height(height.0 + 50);
    let cases = [
        ((id, late, signature), error::NOT_RECENT),
        ((id, early, signature), error::NOT_RECENT),
        ((id, Height(height.0 - 1), signature), error::SIGNATURE),
        ((id, height, other), error::SIGNATURE),
        ((id, height, meant), error::SIGNATURE),
        (([9; 32], height, signature), error::NO_PROPOSAL),
    ];
    for (args, expected) in cases {
        assert_eq!(world.code(&gov(), VALIDATORS, "declare_ready", &args), expected);
    }
    world.ok::<Option<Start>>(&gov(), VALIDATORS, "declare_ready", &(id, height, signature));
    // Its word grows old, and the change waits for another one.
    pass(&mut world, READY_HEIGHTS + 1);
    assert_eq!(world.ok::<Option<Start>>(&bank(), VALIDATORS, "approve", &change), None);
    let (height, signature) = ready(&world, 5, purpose);
    let args = (id, height, signature);
    let decided: Option<Start> = world.ok(&gov(), VALIDATORS, "declare_ready", &args);
    assert_eq!(decided.map(|start| start.epoch), Some(Epoch(1)));
}

#[test]
fn approvals_grow_old_and_none_keeps_others_from_agreeing() {
    let mut world = world();
    let change = |number: u64| {
        let organisation = format!("Relief {number}");
        Change::Add(Member { organisation, ..member(5, &gov()) })
    };
    for number in 0..PROPOSALS_EACH as u64 {
        world.ok::<Option<Start>>(&ada(), VALIDATORS, "approve", &change(number));
    }
    assert_eq!(world.code(&ada(), VALIDATORS, "approve", &change(99)), error::TOO_MANY);
    world.ok::<Option<Start>>(&bob(), VALIDATORS, "approve", &change(99));
    world.wait(OPEN_MS);
    assert_eq!(world.code(&ada(), VALIDATORS, "withdraw", &change(0).id()), error::NO_PROPOSAL);
    world.ok::<Option<Start>>(&ada(), VALIDATORS, "approve", &change(0));
    let waiting: Vec<(Hash, bool, Proposal)> =
        world.read(VALIDATORS, "proposals", &(None::<Hash>, 99_u16));
    let approvals: Vec<AccountId> = waiting[0].2.approvals.iter().copied().collect();
    assert_eq!((waiting.len(), approvals), (1, vec![ada().id()]), "the old ones are gone");
}
