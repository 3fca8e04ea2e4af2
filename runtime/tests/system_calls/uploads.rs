//! Uploads: the gate's verdict, one per block, in parts.

use parity_scale_codec::Decode;
use weal_fixtures::{Signer, call};
use weal_runtime::{
    gas,
    system::{
        CONTRACTS,
        contracts::{CodeRecord, DeployArgs, PARTS_MAX, Staging, UpgradePolicy, error},
    },
};
use weal_types::{
    AbiHash, CodeHash, Height,
    abi::Abi,
    receipt::{FailureKind, Outcome, Receipt},
    state::StateKey,
};

use crate::{
    recipe::Recipe,
    world::{World, ada, bob, gov},
};

fn code(world: &World, hash: CodeHash) -> Option<CodeRecord> {
    world.read(CONTRACTS, "code", &hash)
}

fn staging(world: &World, who: &Signer) -> Option<Staging> {
    world.read(CONTRACTS, "staging", &who.id())
}

fn part(code: CodeHash, number: u16, bytes: &[u8]) -> (CodeHash, u16, Vec<u8>) {
    (code, number, bytes.to_vec())
}

/// Keys of `contracts` that begin with `kind`.
fn keys(world: &World, kind: u8) -> usize {
    let of_kind = |key: &&StateKey| key.contract() == CONTRACTS && key.key().first() == Some(&kind);
    world.chain.state.entries().keys().filter(of_kind).count()
}

#[test]
fn code_is_kept_with_its_description() {
    let mut world = World::with(|genesis| genesis.params.code_delay = 3);
    let module = Recipe::default().module();
    let hash: CodeHash = world.ok(&ada(), CONTRACTS, "upload", &module);
    assert_eq!(hash, CodeHash::of(&module));
    let record = code(&world, hash).expect("a record");
    let height = world.chain.context.height;
    assert_eq!((record.uploader, record.height), (ada().id(), height));
    assert_eq!(record.ready_at, Height(height.0 + 3));
    assert_eq!(record.size as usize, module.len());
    let abi: Vec<u8> = world.read(CONTRACTS, "abi", &hash);
    let abi = Abi::from_scale(&abi).expect("a document");
    assert_eq!((abi.clone(), abi.hash()), (Recipe::default().abi(), record.abi));
    assert_ne!(record.abi, AbiHash([0; 32]));
    assert_eq!(world.code(&ada(), CONTRACTS, "upload", &module), error::CODE_EXISTS);

    let other = CodeHash([5; 32]);
    assert_eq!(code(&world, other), None);
    let unknown = world.chain.query(&call(CONTRACTS, "abi", &other)).result;
    let kind = unknown.expect_err("no code").kind;
    assert!(matches!(kind, FailureKind::Revert { code: error::NO_CODE, .. }));
}

#[test]
fn a_refusal_says_what_is_wrong() {
    let mut world = World::new();
    let FailureKind::Revert { code, payload } =
        world.fails(&ada(), CONTRACTS, "upload", &b"\0asm\x01\0\0\0".to_vec())
    else {
        panic!("a refusal")
    };
    assert_eq!(code, error::MODULE_REFUSED);
    let (rule, text) = <(u16, String)>::decode(&mut &payload[..]).expect("a payload");
    assert!((1101..1200).contains(&rule) && text.contains(&format!("E{rule}")), "{text}");
}

#[test]
fn bytes_are_paid_before_they_are_looked_at() {
    let mut world = World::new();
    let rubbish = vec![0_u8; 100_000];
    let sent = world.send(&ada(), call(CONTRACTS, "upload", &rubbish));
    assert!(matches!(sent.failed().kind, FailureKind::Revert { .. }));
    assert!(sent.gas_used() > gas::UPLOAD_BYTE * 100_000);
}

#[test]
fn one_upload_per_block() {
    let mut world = World::new();
    let module = |marker: &str| Recipe { marker: marker.into(), ..Recipe::default() }.module();
    let upload = |bytes: Vec<u8>| vec![call(CONTRACTS, "upload", &bytes)];
    let rubbish = world.chain.sign(&gov(), upload(vec![0]));
    let first = world.chain.sign(&ada(), upload(module("first")));
    let second = world.chain.sign(&bob(), upload(module("second")));
    let output = world.chain.block(&[rubbish, first, second]);
    let codes: Vec<_> = output.receipts.iter().map(refused).collect();
    // An upload that fails does not use the block's place up.
    assert_eq!(codes, [Some(error::MODULE_REFUSED), None, Some(error::UPLOAD_BUSY)]);
    assert_eq!(output.uploaded, [CodeHash::of(&module("first"))]);
    world.ok::<CodeHash>(&bob(), CONTRACTS, "upload", &module("second"));
}

fn refused(receipt: &Receipt) -> Option<u32> {
    match &receipt.outcome {
        Outcome::Reverted { failure, .. } => match failure.kind {
            FailureKind::Revert { code, .. } => Some(code),
            ref other => panic!("{other:?}"),
        },
        _ => None,
    }
}

#[test]
fn a_module_travels_in_parts() {
    let mut world = World::new();
    let module = Recipe { padding: 200_000, ..Recipe::default() }.module();
    let hash = CodeHash::of(&module);
    let parts: Vec<_> = module.chunks(100_000).collect();
    assert_eq!(parts.len(), 3);
    // In any order, and again.
    for number in [2, 0, 0, 1] {
        let args = part(hash, number, parts[usize::from(number)]);
        world.ok::<()>(&ada(), CONTRACTS, "stage", &args);
    }
    assert_eq!(staging(&world, &ada()).map(|staging| staging.parts), Some(0b111));
    // Bob has sent nothing.
    assert_eq!(world.code(&bob(), CONTRACTS, "upload_staged", &(hash, 3_u16)), error::NOT_STAGED);
    assert_eq!(world.code(&ada(), CONTRACTS, "upload_staged", &(hash, 4_u16)), error::PART_MISSING);
    assert_eq!(world.code(&ada(), CONTRACTS, "upload_staged", &(hash, 9_u16)), error::BAD_PART);
    let short = world.code(&ada(), CONTRACTS, "upload_staged", &(hash, 2_u16));
    assert_eq!(short, error::HASH_MISMATCH);
    assert_eq!(world.ok::<CodeHash>(&ada(), CONTRACTS, "upload_staged", &(hash, 3_u16)), hash);
    assert_eq!(code(&world, hash).map(|code| code.size as usize), Some(module.len()));
    assert_eq!((keys(&world, b's'), keys(&world, b't')), (0, 0));
    let late = world.code(&ada(), CONTRACTS, "stage", &part(hash, 0, parts[0]));
    assert_eq!(late, error::CODE_EXISTS);
    let args = DeployArgs {
        code: hash,
        salt: [0; 32],
        owner: None,
        policy: UpgradePolicy::Immutable,
        init: Vec::new(),
    };
    world.ok::<weal_types::ContractId>(&ada(), CONTRACTS, "deploy", &args);
}

#[test]
fn an_account_sends_one_module_at_a_time() {
    let mut world = World::new();
    let (one, two) = (CodeHash([1; 32]), CodeHash([2; 32]));
    for bad in [part(one, PARTS_MAX.into(), b"x"), part(one, 300, b"x"), part(one, 0, b"")] {
        assert_eq!(world.code(&ada(), CONTRACTS, "stage", &bad), error::BAD_PART);
    }
    world.ok::<()>(&ada(), CONTRACTS, "stage", &part(one, 7, b"x"));
    world.ok::<()>(&ada(), CONTRACTS, "stage", &part(one, 0, b"x"));
    let other = world.code(&ada(), CONTRACTS, "stage", &part(two, 0, b"x"));
    assert_eq!(other, error::STAGED_OTHER);
    world.ok::<()>(&bob(), CONTRACTS, "stage", &part(two, 0, b"x"));
    assert_eq!(world.code(&ada(), CONTRACTS, "unstage", &two), error::NOT_STAGED);
    world.ok::<()>(&ada(), CONTRACTS, "unstage", &one);
    assert_eq!(staging(&world, &ada()), None);
    assert_eq!((keys(&world, b's'), keys(&world, b't')), (1, 1), "Bob's are still there");
    world.ok::<()>(&ada(), CONTRACTS, "stage", &part(two, 0, b"x"));
}
