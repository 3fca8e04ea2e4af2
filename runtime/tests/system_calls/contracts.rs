//! Contracts: deployment, upgrades with migrations, owners, policies, pauses.

use parity_scale_codec::Encode;
use weal_fixtures::{attach, call};
use weal_runtime::system::{
    ACCOUNTS, ASSETS, CONTRACTS,
    contracts::{DELAY_MS_MAX, DeployArgs, Instance, UpgradePolicy, error},
};
use weal_types::{
    AccountId, Amount, CodeHash, ContractId, PublicKey, abi::Layout, account::Authority,
    receipt::FailureKind, state::StateKey,
};

use crate::{
    recipe::{Recipe, Step},
    world::{World, ada, bank, bob, eur, gov, money},
};

/// What a recipe's contract has stored under `key`.
fn stored(world: &World, id: ContractId, key: &[u8]) -> Option<Vec<u8>> {
    let key = StateKey::new(&id, key).expect("a short key");
    world.chain.state.entries().get(&key).cloned()
}

fn instance(world: &World, id: ContractId) -> Instance {
    world.read::<Option<Instance>>(CONTRACTS, "instance", &id).expect("the contract exists")
}

fn upload(world: &mut World, recipe: &Recipe) -> CodeHash {
    world.ok(&ada(), CONTRACTS, "upload", &recipe.module())
}

fn deploy_args(code: CodeHash, policy: UpgradePolicy) -> DeployArgs {
    DeployArgs { code, salt: [0; 32], owner: None, policy, init: Vec::new() }
}

/// Ada's contract with layout 1.
fn deployed(policy: UpgradePolicy) -> (World, ContractId) {
    let mut world = World::new();
    let code = upload(&mut world, &Recipe::default());
    let id = world.ok(&ada(), CONTRACTS, "deploy", &deploy_args(code, policy));
    (world, id)
}

fn delayed(delay_ms: u64) -> UpgradePolicy {
    UpgradePolicy::Delayed { delay_ms }
}

#[test]
fn a_contract_has_an_id_that_can_be_known_beforehand() {
    let mut world = World::new();
    let code = upload(&mut world, &Recipe::default());
    let owner = Some(bob().id());
    let args = DeployArgs { owner, ..deploy_args(code, UpgradePolicy::Owner) };
    let id: ContractId = world.ok(&ada(), CONTRACTS, "deploy", &args);
    assert_eq!(id, ContractId::derive(&ada().id(), &code, &[0; 32]));
    let record = instance(&world, id);
    assert_eq!((record.creator, record.owner, record.code), (ada().id(), bob().id(), code));
    assert_eq!(record.layout, Recipe::default().layout);
    assert_eq!(world.code(&ada(), CONTRACTS, "deploy", &args), error::CONTRACT_EXISTS);
    let other: ContractId = world.ok(&bob(), CONTRACTS, "deploy", &args);
    assert_ne!(other, id);
    world.chain.call(&ada(), call(id, "touch", &())).applied();
    assert_eq!(world.read::<Option<Instance>>(CONTRACTS, "instance", &CONTRACTS), None);
}

#[test]
fn the_constructor_runs_for_the_deployer_with_what_was_attached() {
    let mut world = World::new();
    let code = upload(&mut world, &Recipe { init: Some(true), ..Recipe::default() });
    let args = DeployArgs { init: b"hello".to_vec(), ..deploy_args(code, UpgradePolicy::Owner) };
    let deploy = attach(call(CONTRACTS, "deploy", &args), &[money(40)]);
    let (id, _) = world.ok_call::<ContractId>(&ada(), deploy);
    assert_eq!(stored(&world, id, b"init"), Some(b"hello".to_vec()));
    assert_eq!(world.balance(id.account(), eur()), (40, 0, 0));
    assert_eq!(world.balance(CONTRACTS.account(), eur()), (0, 0, 0));
    assert_eq!(world.balance(ada().id(), eur()), (99_960, 0, 0));
    // Nobody can call it again.
    let again = world.chain.call(&ada(), call(id, "open", &()));
    assert_eq!(again.failed().kind, FailureKind::UnknownMethod);
}

#[test]
fn a_constructor_that_fails_leaves_nothing() {
    let mut world = World::new();
    let code = upload(&mut world, &Recipe { init: Some(false), ..Recipe::default() });
    let args = deploy_args(code, UpgradePolicy::Owner);
    let deploy = attach(call(CONTRACTS, "deploy", &args), &[money(40)]);
    assert_eq!(world.fails_call(&ada(), deploy), FailureKind::AttachedRefused);
    let id = ContractId::derive(&ada().id(), &code, &[0; 32]);
    assert_eq!(world.read::<Option<Instance>>(CONTRACTS, "instance", &id), None);
    assert_eq!(world.balance(ada().id(), eur()), (100_000, 0, 0));
}

#[test]
fn what_cannot_be_deployed() {
    let mut world = World::with(|genesis| genesis.params.code_delay = 3);
    let code = upload(&mut world, &Recipe::default());
    let args = deploy_args(code, UpgradePolicy::Owner);
    assert_eq!(world.code(&ada(), CONTRACTS, "deploy", &args), error::CODE_NOT_READY);
    assert_eq!(world.code(&ada(), CONTRACTS, "deploy", &args), error::CODE_NOT_READY);
    // The third height after the upload: the code is ready.
    let with_args = DeployArgs { init: vec![0], ..args.clone() };
    assert_eq!(world.code(&ada(), CONTRACTS, "deploy", &with_args), error::NO_INIT);
    let with_money = attach(call(CONTRACTS, "deploy", &args), &[money(1)]);
    let kind = world.fails_call(&ada(), with_money);
    assert!(matches!(kind, FailureKind::Revert { code: error::NO_INIT, .. }));
    let unknown = deploy_args(CodeHash([5; 32]), UpgradePolicy::Owner);
    assert_eq!(world.code(&ada(), CONTRACTS, "deploy", &unknown), error::NO_CODE);
    for policy in [delayed(0), delayed(DELAY_MS_MAX + 1)] {
        let bad = deploy_args(code, policy);
        assert_eq!(world.code(&ada(), CONTRACTS, "deploy", &bad), error::BAD_DELAY);
    }
    world.ok::<ContractId>(&ada(), CONTRACTS, "deploy", &deploy_args(code, delayed(DELAY_MS_MAX)));
}

#[test]
fn no_account_signs_for_a_contract() {
    let mut world = World::new();
    let code = upload(&mut world, &Recipe::default());
    // A registrar learns where a contract will be, and tries to be there first.
    let args = (0..=u8::MAX)
        .map(|salt| DeployArgs { salt: [salt; 32], ..deploy_args(code, UpgradePolicy::Owner) })
        .find(|args| {
            let id = ContractId::derive(&ada().id(), &code, &args.salt);
            schnorrkel::PublicKey::from_bytes(&id.0).is_err()
        })
        .expect("most ids are no keys");
    let id = ContractId::derive(&ada().id(), &code, &args.salt);
    let squat = (id.account(), Some(Authority::Key(PublicKey(bank().id().0))));
    world.ok::<()>(&bank(), ACCOUNTS, "admit", &squat);
    assert_eq!(world.code(&ada(), CONTRACTS, "deploy", &args), error::ID_TAKEN);
}

#[test]
fn an_upgrade_replaces_the_code_and_keeps_the_rest() {
    let (mut world, id) = deployed(UpgradePolicy::Owner);
    world.ok::<()>(&ada(), ASSETS, "transfer", &(eur(), id.account(), Amount(9), Vec::<u8>::new()));
    let same_layout = Recipe { marker: "second".into(), ..Recipe::default() };
    let code = upload(&mut world, &same_layout);
    world.denied(&bob(), CONTRACTS, "upgrade", &(id, code));
    world.denied(&gov(), CONTRACTS, "upgrade", &(id, code));
    world.ok::<()>(&ada(), CONTRACTS, "upgrade", &(id, code));
    assert_eq!(instance(&world, id).code, code);
    assert_eq!(world.balance(id.account(), eur()), (9, 0, 0));
    world.chain.call(&ada(), call(id, "touch", &())).applied();
    assert_eq!(world.code(&ada(), CONTRACTS, "upgrade", &(id, code)), error::SAME_CODE);
    let unknown = (id, CodeHash([5; 32]));
    assert_eq!(world.code(&ada(), CONTRACTS, "upgrade", &unknown), error::NO_CODE);
    let nowhere = (ContractId([5; 32]), code);
    let kind = world.fails(&ada(), CONTRACTS, "upgrade", &nowhere);
    assert_eq!(kind, FailureKind::NoContract);
}

#[test]
fn migrations_run_as_a_chain() {
    let (mut world, id) = deployed(UpgradePolicy::Owner);
    let to_4 = [(2, Step::Works), (1, Step::Works), (3, Step::Works)];
    let code = upload(&mut world, &Recipe::version(4, 4, &to_4));
    world.ok::<()>(&ada(), CONTRACTS, "upgrade", &(id, code));
    assert_eq!(stored(&world, id, b"last"), Some(3_u32.encode()));
    assert_eq!(instance(&world, id).layout.version, 4);
    let outside = world.chain.call(&ada(), call(id, "from_1", &()));
    assert_eq!(outside.failed().kind, FailureKind::UnknownMethod);
}

#[test]
fn a_migration_that_fails_leaves_the_old_contract() {
    let (mut world, id) = deployed(UpgradePolicy::Owner);
    let before = instance(&world, id);
    let steps = [(1, Step::Works), (2, Step::Refuses)];
    let code = upload(&mut world, &Recipe::version(3, 3, &steps));
    let kind = world.fails(&ada(), CONTRACTS, "upgrade", &(id, code));
    assert!(matches!(kind, FailureKind::Revert { code: 7, .. }));
    assert_eq!(instance(&world, id), before);
    assert_eq!(stored(&world, id, b"last"), None);
    world.chain.call(&ada(), call(id, "touch", &())).applied();
}

#[test]
fn layouts_that_do_not_follow_are_refused() {
    let (mut world, id) = deployed(UpgradePolicy::Owner);
    let cases = [
        (Recipe::version(1, 9, &[]), error::LAYOUT_CHANGED),
        (Recipe::version(0, 1, &[]), error::LAYOUT_OLDER),
        (Recipe::version(2, 2, &[]), error::MIGRATION_MISSING),
        (Recipe::version(3, 3, &[(1, Step::Works)]), error::MIGRATION_MISSING),
    ];
    for (recipe, expected) in cases {
        let code = upload(&mut world, &recipe);
        assert_eq!(world.code(&ada(), CONTRACTS, "upgrade", &(id, code)), expected);
    }
}

#[test]
fn code_that_is_still_compiled_cannot_be_upgraded_to() {
    let mut world = World::with(|genesis| genesis.params.code_delay = 2);
    let old = upload(&mut world, &Recipe::default());
    world.chain.block(&[]);
    let args = deploy_args(old, UpgradePolicy::Owner);
    let id: ContractId = world.ok(&ada(), CONTRACTS, "deploy", &args);
    let code = upload(&mut world, &Recipe { marker: "second".into(), ..Recipe::default() });
    assert_eq!(world.code(&ada(), CONTRACTS, "upgrade", &(id, code)), error::CODE_NOT_READY);
    world.ok::<()>(&ada(), CONTRACTS, "upgrade", &(id, code));
}

#[test]
fn an_immutable_contract_stays() {
    let (mut world, id) = deployed(UpgradePolicy::Immutable);
    let code = upload(&mut world, &Recipe { marker: "second".into(), ..Recipe::default() });
    assert_eq!(world.code(&ada(), CONTRACTS, "upgrade", &(id, code)), error::IMMUTABLE);
    let propose = (id, code);
    assert_eq!(world.code(&ada(), CONTRACTS, "propose_upgrade", &propose), error::NOT_DELAYED);
}

#[test]
fn a_delayed_upgrade_is_announced_first() {
    let (mut world, id) = deployed(delayed(100_000));
    let [one, two, bad] = ["one", "two", "three"].map(|marker| {
        let layout = Layout { version: 1, hash: [if marker == "three" { 9 } else { 1 }; 32] };
        upload(&mut world, &Recipe { marker: marker.into(), layout, ..Recipe::default() })
    });
    let refused =
        |world: &mut World, code: CodeHash| world.code(&ada(), CONTRACTS, "upgrade", &(id, code));
    assert_eq!(refused(&mut world, one), error::NOT_PROPOSED);
    assert_eq!(world.code(&ada(), CONTRACTS, "cancel_upgrade", &id), error::NOT_PROPOSED);
    world.denied(&bob(), CONTRACTS, "propose_upgrade", &(id, one));
    let propose = |world: &mut World, code: CodeHash| {
        world.code(&ada(), CONTRACTS, "propose_upgrade", &(id, code))
    };
    // What could never be carried out is refused at once.
    assert_eq!(propose(&mut world, bad), error::LAYOUT_CHANGED);
    assert_eq!(propose(&mut world, CodeHash([5; 32])), error::NO_CODE);
    let running = instance(&world, id).code;
    assert_eq!(propose(&mut world, running), error::SAME_CODE);
    world.ok::<()>(&ada(), CONTRACTS, "propose_upgrade", &(id, two));
    world.ok::<()>(&ada(), CONTRACTS, "propose_upgrade", &(id, one));
    let pending = instance(&world, id).pending.expect("a proposal");
    assert_eq!(pending.code, one);
    assert_eq!(pending.effective.0, world.chain.context.time.0 + 100_000);
    assert_eq!(refused(&mut world, one), error::TOO_EARLY);
    world.denied(&bob(), CONTRACTS, "cancel_upgrade", &id);
    world.ok::<()>(&ada(), CONTRACTS, "cancel_upgrade", &id);
    world.wait(200_000);
    assert_eq!(refused(&mut world, one), error::NOT_PROPOSED);
    world.ok::<()>(&ada(), CONTRACTS, "propose_upgrade", &(id, one));
    // The next block comes a second later, which is when the delay is over.
    world.wait(99_000 - 1);
    assert_eq!(refused(&mut world, one), error::TOO_EARLY);
    assert_eq!(refused(&mut world, two), error::NOT_PROPOSED);
    world.ok::<()>(&ada(), CONTRACTS, "upgrade", &(id, one));
    assert_eq!((instance(&world, id).code, instance(&world, id).pending), (one, None));
}

#[test]
fn policies_only_become_stricter() {
    let (mut world, id) = deployed(UpgradePolicy::Owner);
    let code = upload(&mut world, &Recipe { marker: "second".into(), ..Recipe::default() });
    let set = |policy| (id, policy);
    world.denied(&bob(), CONTRACTS, "set_policy", &set(delayed(5)));
    let refused =
        |world: &mut World, policy| world.code(&ada(), CONTRACTS, "set_policy", &set(policy));
    assert_eq!(refused(&mut world, delayed(0)), error::BAD_DELAY);
    assert_eq!(refused(&mut world, UpgradePolicy::Owner), error::NOT_STRICTER);
    world.ok::<()>(&ada(), CONTRACTS, "set_policy", &set(delayed(5)));
    world.ok::<()>(&ada(), CONTRACTS, "propose_upgrade", &(id, code));
    for looser in [UpgradePolicy::Owner, delayed(4), delayed(5)] {
        assert_eq!(refused(&mut world, looser), error::NOT_STRICTER);
    }
    world.ok::<()>(&ada(), CONTRACTS, "set_policy", &set(delayed(500_000)));
    // What was announced for the short delay does not slip through under the long one.
    assert_eq!(world.code(&ada(), CONTRACTS, "upgrade", &(id, code)), error::NOT_PROPOSED);
    world.ok::<()>(&ada(), CONTRACTS, "set_policy", &set(UpgradePolicy::Immutable));
    assert_eq!(refused(&mut world, UpgradePolicy::Immutable), error::NOT_STRICTER);
}

#[test]
fn an_owner_hands_a_contract_on() {
    let (mut world, id) = deployed(UpgradePolicy::Owner);
    let to = |owner: AccountId| (id, owner);
    world.denied(&bob(), CONTRACTS, "set_owner", &to(bob().id()));
    world.denied(&gov(), CONTRACTS, "set_owner", &to(gov().id()));
    world.ok::<()>(&ada(), CONTRACTS, "set_owner", &to(bob().id()));
    world.denied(&ada(), CONTRACTS, "set_owner", &to(ada().id()));
    assert_eq!(
        (instance(&world, id).owner, instance(&world, id).creator),
        (bob().id(), ada().id())
    );
}

#[test]
fn a_paused_contract_refuses_calls_and_can_be_repaired() {
    let (mut world, id) = deployed(UpgradePolicy::Owner);
    world.denied(&bob(), CONTRACTS, "pause", &id);
    world.denied(&bob(), CONTRACTS, "unpause", &id);
    assert_eq!(world.code(&ada(), CONTRACTS, "unpause", &id), error::NOT_PAUSED);
    world.ok::<()>(&ada(), CONTRACTS, "pause", &id);
    assert_eq!(world.code(&ada(), CONTRACTS, "pause", &id), error::ALREADY_PAUSED);
    let touch = call(id, "touch", &());
    assert_eq!(world.chain.call(&ada(), touch.clone()).failed().kind, FailureKind::Paused);
    let code = upload(&mut world, &Recipe { marker: "repaired".into(), ..Recipe::default() });
    world.ok::<()>(&ada(), CONTRACTS, "upgrade", &(id, code));
    assert!(instance(&world, id).paused);
    world.ok::<()>(&ada(), CONTRACTS, "unpause", &id);
    world.chain.call(&ada(), touch).applied();
}

#[test]
fn what_governance_pauses_only_governance_resumes() {
    let (mut world, id) = deployed(UpgradePolicy::Owner);
    // Governance takes over the owner's pause.
    world.ok::<()>(&ada(), CONTRACTS, "pause", &id);
    world.ok::<()>(&gov(), CONTRACTS, "pause", &id);
    assert_eq!(world.code(&gov(), CONTRACTS, "pause", &id), error::ALREADY_PAUSED);
    assert_eq!(world.code(&ada(), CONTRACTS, "pause", &id), error::ALREADY_PAUSED);
    assert_eq!(world.code(&ada(), CONTRACTS, "unpause", &id), error::PAUSED_BY_GOVERNANCE);
    world.ok::<()>(&gov(), CONTRACTS, "unpause", &id);
    world.chain.call(&ada(), call(id, "touch", &())).applied();
    // Governance can also end the owner's.
    world.ok::<()>(&ada(), CONTRACTS, "pause", &id);
    world.ok::<()>(&gov(), CONTRACTS, "unpause", &id);
    let nowhere = world.fails(&gov(), CONTRACTS, "pause", &CONTRACTS);
    assert_eq!(nowhere, FailureKind::NoContract);
}
