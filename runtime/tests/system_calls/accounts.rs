//! Accounts: admission, authority, suspension, registrars.

use weal_fixtures::{Signer, sign_together};
use weal_runtime::system::{ACCOUNTS, ASSETS, accounts::error};
use weal_types::{
    AccountId, Amount, PublicKey,
    account::{Account, AccountStatus, Authority, Policy, WeightedKey},
    codec::Bounded,
    params::Admission,
    receipt::{FailureKind, Outcome, SkipReason},
};

use crate::world::{World, ada, bank, bob, eur, gov, refusal};

/// Somebody without a record.
fn eve() -> Signer {
    Signer::new(4)
}

/// An id that is nobody's key.
fn unowned() -> AccountId {
    let is_key = |id: &AccountId| schnorrkel::PublicKey::from_bytes(&id.0).is_ok();
    (0..=u8::MAX).map(|byte| AccountId([byte; 32])).find(|id| !is_key(id)).expect("most are none")
}

fn policy(threshold: u32, keys: &[(PublicKey, u16)]) -> Authority {
    let mut keys: Vec<_> = keys.iter().map(|&(key, weight)| WeightedKey { key, weight }).collect();
    keys.sort_by_key(|entry| entry.key);
    Authority::Policy(Policy { threshold, keys: Bounded::new(keys).expect("1 to 16 keys") })
}

fn record(world: &World, id: AccountId) -> Option<Account> {
    world.read(ACCOUNTS, "account", &id)
}

fn none() -> Option<Authority> {
    None
}

#[test]
fn a_registrar_vouches_for_a_key() {
    let mut world = World::with(|genesis| genesis.params.admission = Admission::Members);
    let nothing = || weal_fixtures::call(ACCOUNTS, "account", &eve().id());
    assert_eq!(world.chain.call(&eve(), nothing()).skipped(), SkipReason::NotAdmitted);
    assert_eq!(record(&world, eve().id()), None);
    world.ok::<()>(&bank(), ACCOUNTS, "admit", &(eve().id(), none()));
    let account = record(&world, eve().id()).expect("a record");
    assert_eq!(account.admitted_by, Some(bank().id()));
    assert_eq!(account.authority, Authority::Key(eve().key()));
    world.chain.call(&eve(), nothing()).applied();
}

#[test]
fn an_account_that_opened_itself_keeps_its_authority_and_nonce() {
    let mut world = World::new();
    let nothing = weal_fixtures::call(ACCOUNTS, "account", &eve().id());
    world.chain.call(&eve(), nothing).applied();
    let opened = record(&world, eve().id()).expect("a record");
    assert_eq!((opened.admitted_by, opened.nonce.0), (None, 1));
    let taken = (eve().id(), Some(Authority::Key(bank().key())));
    assert_eq!(world.code(&gov(), ACCOUNTS, "admit", &taken), error::OWNED);
    world.ok::<()>(&gov(), ACCOUNTS, "admit", &(eve().id(), none()));
    let expected = Account { admitted_by: Some(gov().id()), ..opened };
    assert_eq!(record(&world, eve().id()), Some(expected));
    let again = world.code(&bank(), ACCOUNTS, "admit", &(eve().id(), none()));
    assert_eq!(again, error::ALREADY_ADMITTED);
}

#[test]
fn nobody_is_robbed_by_being_vouched_for() {
    let mut world = World::new();
    let mine = Some(Authority::Key(bank().key()));
    // Eve's key is enough to make the account hers, before she has ever sent anything.
    let eves = (eve().id(), mine.clone());
    assert_eq!(world.code(&bank(), ACCOUNTS, "admit", &eves), error::OWNED);
    for contract in [ASSETS.account(), world.puppet().account()] {
        let taken = (contract, mine.clone());
        assert_eq!(world.code(&bank(), ACCOUNTS, "admit", &taken), error::IS_CONTRACT);
    }
    // An id that is no key has no owner until it is admitted; without an authority it never would.
    let lost = (unowned(), none());
    assert_eq!(world.code(&bank(), ACCOUNTS, "admit", &lost), error::BAD_KEY);
    world.ok::<()>(&bank(), ACCOUNTS, "admit", &(unowned(), mine));
    world.denied(&ada(), ACCOUNTS, "admit", &(eve().id(), none()));
}

#[test]
fn authorities_that_lock_or_open_to_all_are_refused() {
    let mut world = World::new();
    let (a, b) = (ada().key(), bob().key());
    let unsorted = {
        let mut keys = [a, b].map(|key| WeightedKey { key, weight: 1 });
        keys.sort_by_key(|entry| std::cmp::Reverse(entry.key));
        Policy { threshold: 1, keys: Bounded::new(keys.to_vec()).expect("two keys") }
    };
    let cases = [
        (Authority::Policy(unsorted), error::POLICY_UNSORTED),
        (policy(1, &[(a, 1), (b, 0)]), error::POLICY_ZERO_WEIGHT),
        (policy(0, &[(a, 1)]), error::POLICY_THRESHOLD),
        (policy(4, &[(a, 1), (b, 2)]), error::POLICY_THRESHOLD),
        (policy(1, &[(a, 1), (PublicKey(unowned().0), 1)]), error::BAD_KEY),
        (Authority::Key(PublicKey(unowned().0)), error::BAD_KEY),
        // Anyone can sign for the neutral element.
        (Authority::Key(PublicKey([0; 32])), error::BAD_KEY),
    ];
    for (authority, expected) in cases {
        assert_eq!(world.code(&ada(), ACCOUNTS, "set_authority", &authority), expected);
        let admission = (unowned(), Some(authority));
        assert_eq!(world.code(&bank(), ACCOUNTS, "admit", &admission), expected);
    }
}

#[test]
fn an_owner_replaces_the_authority_and_keeps_the_account() {
    let mut world = World::new();
    let both = policy(2, &[(ada().key(), 1), (bob().key(), 1)]);
    world.ok::<()>(&ada(), ACCOUNTS, "set_authority", &both);
    assert_eq!(record(&world, ada().id()).expect("a record").authority, both);
    let call =
        weal_fixtures::call(ASSETS, "transfer", &(eur(), bob().id(), Amount(5), Vec::<u8>::new()));
    // Ada alone can no longer sign; the money is where it was.
    assert_eq!(world.send(&ada(), call).skipped(), SkipReason::Unauthorised);
    let back = weal_fixtures::call(ACCOUNTS, "set_authority", &Authority::Key(bob().key()));
    let transaction = world.chain.transaction(&ada(), vec![back]);
    let signed = sign_together(&[&ada(), &bob()], &[], transaction, &world.chain.context.chain);
    assert!(matches!(world.chain.send(signed), Outcome::Applied { .. }));
    let authority = record(&world, ada().id()).expect("a record").authority;
    assert_eq!(authority, Authority::Key(bob().key()));
    assert_eq!(world.balance(ada().id(), eur()).0, 100_000);
}

#[test]
fn contracts_have_no_authority_to_replace() {
    let mut world = World::new();
    let puppet = world.puppet();
    let call = weal_fixtures::call(ACCOUNTS, "set_authority", &Authority::Key(ada().key()));
    assert_eq!(refusal(world.by_contract(puppet, call)), error::NO_ACCOUNT);
}

#[test]
fn suspended_accounts_receive_and_do_not_send() {
    let mut world = World::new();
    world.denied(&bank(), ACCOUNTS, "suspend", &ada().id());
    assert_eq!(world.code(&gov(), ACCOUNTS, "suspend", &eve().id()), error::NO_ACCOUNT);
    assert_eq!(world.code(&gov(), ACCOUNTS, "suspend", &gov().id()), error::INDISPENSABLE);
    assert_eq!(world.code(&gov(), ACCOUNTS, "reinstate", &ada().id()), error::NOT_SUSPENDED);
    let pay = |to: AccountId| {
        let args = (eur(), to, Amount(5), Vec::<u8>::new());
        weal_fixtures::call(ASSETS, "transfer", &args)
    };
    world.ok_call::<()>(&ada(), pay(bob().id()));
    world.ok::<()>(&gov(), ACCOUNTS, "suspend", &bob().id());
    assert_eq!(record(&world, bob().id()).expect("a record").status, AccountStatus::Suspended);
    assert_eq!(world.code(&gov(), ACCOUNTS, "suspend", &bob().id()), error::ALREADY_SUSPENDED);
    world.ok_call::<()>(&ada(), pay(bob().id()));
    assert_eq!(world.send(&bob(), pay(ada().id())).skipped(), SkipReason::NotAdmitted);
    world.denied(&bank(), ACCOUNTS, "reinstate", &bob().id());
    assert_eq!(world.code(&gov(), ACCOUNTS, "reinstate", &eve().id()), error::NO_ACCOUNT);
    world.ok::<()>(&gov(), ACCOUNTS, "reinstate", &bob().id());
    world.ok_call::<()>(&bob(), pay(ada().id()));
}

#[test]
fn governance_makes_registrars() {
    let mut world = World::new();
    let registrars = |world: &World| {
        let mut all = Vec::new();
        let mut after = None;
        // Pages of one, so that the seam between pages is seen.
        loop {
            let page: Vec<AccountId> = world.read(ACCOUNTS, "registrars", &(after, 1_u16));
            let Some(last) = page.last() else { return all };
            after = Some(*last);
            all.extend(page);
        }
    };
    assert_eq!(registrars(&world), [bank().id()]);
    world.denied(&bank(), ACCOUNTS, "add_registrar", &ada().id());
    let twice = world.code(&gov(), ACCOUNTS, "add_registrar", &bank().id());
    assert_eq!(twice, error::ALREADY_REGISTRAR);
    world.ok::<()>(&gov(), ACCOUNTS, "add_registrar", &ada().id());
    let mut both = vec![bank().id(), ada().id()];
    both.sort();
    assert_eq!(registrars(&world), both);
    let page: Vec<AccountId> = world.read(ACCOUNTS, "registrars", &(None::<AccountId>, 9_u16));
    assert_eq!(page, both);
    world.denied(&ada(), ACCOUNTS, "remove_registrar", &bank().id());
    world.ok::<()>(&gov(), ACCOUNTS, "remove_registrar", &bank().id());
    assert!(!world.read::<bool>(ACCOUNTS, "is_registrar", &bank().id()));
    assert!(world.read::<bool>(ACCOUNTS, "is_registrar", &ada().id()));
    let gone = world.code(&gov(), ACCOUNTS, "remove_registrar", &bank().id());
    assert_eq!(gone, error::NOT_REGISTRAR);
    world.denied(&bank(), ACCOUNTS, "admit", &(eve().id(), none()));
    world.ok::<()>(&ada(), ACCOUNTS, "admit", &(eve().id(), none()));
}

#[test]
fn assets_are_not_attached_to_methods_that_take_none() {
    let mut world = World::new();
    let call = crate::world::with_money(ACCOUNTS, "account", &ada().id(), 5);
    assert_eq!(world.fails_call(&ada(), call), FailureKind::AttachedRefused);
}
