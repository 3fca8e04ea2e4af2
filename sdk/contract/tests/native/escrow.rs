//! The example contracts: a token, and an escrow that asks another contract and is upgraded while
//! it holds money.

use std::{fs, path::Path, rc::Rc};

use token::TokenCalls;
use weal_sdk::{CallError, ContractError, FailureKind, prelude::*};
use weal_types::layout::field_key;

use crate::{ALICE, BOB, EUR, OWNER, USD, failed, refused, world::World};

const ESCROW: ContractId = ContractId([30; 32]);
const JUDGE: ContractId = ContractId([31; 32]);
const SUBJECT: [u8; 32] = [9; 32];
const DEADLINE: TimeMs = TimeMs(1_000);

/// An escrow of Alice's for Bob with 100 euros in it, and the contract that it asks.
fn opened() -> Rc<World> {
    let world = World::new();
    world.give(ALICE, EUR, 1_000);
    world.give(OWNER, EUR, 1_000);
    world.install(JUDGE, OWNER, approval::abi(), approval::methods());
    world.install(ESCROW, ALICE, escrow::abi(), escrow::methods());
    let terms = (BOB, EUR, JUDGE, SUBJECT, DEADLINE);
    world.call_with::<()>(ALICE, ESCROW, "open", &terms, &[(EUR, 100)]).unwrap();
    world
}

fn approve(world: &Rc<World>) {
    world.call::<()>(OWNER, JUDGE, "appoint", &OWNER).unwrap();
    world.call::<()>(OWNER, JUDGE, "approve", &SUBJECT).unwrap();
}

fn settle(world: &Rc<World>) -> Result<(), CallError> {
    world.call(OWNER, ESCROW, "settle", &())
}

fn error<E: ContractError>(outcome: Result<(), CallError>) -> Option<E> {
    match outcome.expect_err("it is refused").kind {
        FailureKind::Revert { code, payload } => E::read(code, &payload),
        _ => None,
    }
}

#[test]
fn the_payee_is_paid_once_the_subject_is_approved() {
    let world = opened();
    assert_eq!(error(settle(&world)), Some(escrow::Error::NotYet { deadline: DEADLINE }));
    world.call_with::<()>(ALICE, ESCROW, "deposit", &(), &[(EUR, 11)]).unwrap();
    approve(&world);
    settle(&world).unwrap();
    assert_eq!((world.balance(BOB, EUR), world.balance(ESCROW.account(), EUR)), (111, 0));
    assert_eq!(
        world.events().last().map(|event| event.name.as_str().to_owned()),
        Some("Settled".into())
    );
    assert_eq!(error(settle(&world)), Some(escrow::Error::Empty));
}

#[test]
fn the_payer_gets_its_money_back_after_the_deadline_and_even_from_a_broken_judge() {
    let world = opened();
    *world.time.borrow_mut() = DEADLINE.0;
    assert_eq!(error(settle(&world)), Some(escrow::Error::NotYet { deadline: DEADLINE }));
    *world.time.borrow_mut() = DEADLINE.0 + 1;
    settle(&world).unwrap();
    assert_eq!(world.balance(ALICE, EUR), 1_000);

    let world = opened();
    // A counter lives there now, which approves nothing and knows no such method.
    world.install(JUDGE, OWNER, counter::abi(), counter::methods());
    let Some(escrow::Error::Approval(cause)) = error(settle(&world)) else { panic!("it failed") };
    assert_eq!((cause.contract, cause.kind), (JUDGE, FailureKind::UnknownMethod));
    *world.time.borrow_mut() = DEADLINE.0 + 1;
    settle(&world).unwrap();
    assert_eq!(world.balance(ALICE, EUR), 1_000);
}

#[test]
fn a_caller_cannot_starve_the_judge_to_win() {
    let world = opened();
    approve(&world);
    *world.time.borrow_mut() = DEADLINE.0 + 1;
    *world.gas.borrow_mut() = 1_000_000;
    let needed = Gas(1_200_000);
    assert_eq!(error(settle(&world)), Some(escrow::Error::GasTooLow { needed }));
}

#[test]
fn an_upgrade_takes_the_old_deposit_over_and_lets_others_in() {
    let world = opened();
    world.install(ESCROW, ALICE, escrow_v2::abi(), escrow_v2::methods());
    world.migrate(ESCROW, "from_one_payer").unwrap();
    for (name, gone) in [("payer", true), ("deposited", true), ("approval", false)] {
        let has = world.entries(ESCROW).iter().any(|(key, _)| *key == field_key(name));
        assert_eq!(has, !gone, "{name}");
    }
    world.call_with::<()>(OWNER, ESCROW, "deposit", &(), &[(EUR, 7)]).unwrap();
    assert_eq!(world.call(BOB, ESCROW, "held", &()), Ok(Amount(107)));
    let list = |after: Option<AccountId>, limit: u32| {
        world.call::<Vec<escrow_v2::Deposit>>(BOB, ESCROW, "deposits", &(after, limit)).unwrap()
    };
    let [owners, alices] = [(OWNER, 7), (ALICE, 100)]
        .map(|(by, amount)| escrow_v2::Deposit { by, amount: Amount(amount) });
    assert_eq!(list(None, 10), [owners.clone(), alices.clone()]);
    assert_eq!(list(None, 1), [owners]);
    assert_eq!(list(Some(OWNER), 10), [alices]);

    let reclaim = |by| world.call::<()>(by, ESCROW, "reclaim", &());
    let not_yet = escrow_v2::Error::NotYet { deadline: DEADLINE };
    assert_eq!(error(reclaim(ALICE)), Some(not_yet));
    *world.time.borrow_mut() = DEADLINE.0 + 1;
    reclaim(ALICE).unwrap();
    assert_eq!(error(reclaim(ALICE)), Some(escrow_v2::Error::Empty));
    assert_eq!(world.balance(ALICE, EUR), 1_000);
    approve(&world);
    assert_eq!(error(reclaim(OWNER)), Some(escrow_v2::Error::IsApproved));
    settle(&world).unwrap();
    assert_eq!((world.balance(BOB, EUR), world.balance(ESCROW.account(), EUR)), (7, 0));
    assert_eq!(error(reclaim(OWNER)), Some(escrow_v2::Error::Empty));
}

#[test]
fn judges_are_who_the_owner_appoints() {
    let world = opened();
    let approve = |by| world.call::<()>(by, JUDGE, "approve", &SUBJECT);
    let refusal = failed(weal_sdk::failure::Failure::NotAuthorised, &BOB.0);
    assert_eq!(approve(BOB).unwrap_err().kind, refusal);
    world.call::<()>(OWNER, JUDGE, "appoint", &BOB).unwrap();
    approve(BOB).unwrap();
    assert_eq!(error(approve(BOB)), Some(approval::Error::AlreadyApproved { by: BOB }));
    world.call::<()>(OWNER, JUDGE, "dismiss", &BOB).unwrap();
    assert_eq!(approve(BOB).unwrap_err().kind, refusal);
    assert_eq!(world.call(BOB, JUDGE, "is_approved", &SUBJECT), Ok(true));
}

#[test]
fn tokens_move_and_none_are_made() {
    let world = World::new();
    let id = ContractId([40; 32]);
    world.install(id, OWNER, token::abi(), token::methods());
    world.send(ALICE, id, &TokenCalls::init(1_000)).unwrap();
    let send = |by, to, amount| world.send(by, id, &TokenCalls::transfer(to, amount));
    let balance = |of| world.send(BOB, id, &TokenCalls::balance(of)).unwrap();
    send(ALICE, BOB, 400).unwrap();
    send(BOB, BOB, 400).unwrap();
    assert_eq!((balance(ALICE), balance(BOB)), (600, 400));
    let refused = token::Error::Insufficient { held: 400 };
    assert_eq!(send(BOB, ALICE, 401), Err(Ok(refused)));
    assert_eq!(world.events().len(), 2);
}

#[test]
fn counters_count_and_their_owner_resets_them() {
    let world = World::new();
    let id = ContractId([41; 32]);
    world.install(id, OWNER, counter::abi(), counter::methods());
    let add = |by: u64| world.call::<()>(ALICE, id, "add", &by);
    let count = || world.call::<u64>(ALICE, id, "count", &());
    add(5).unwrap();
    add(u64::MAX - 5).unwrap();
    assert_eq!(add(1).unwrap_err().kind, failed(weal_sdk::failure::Failure::NumberOverflow, &[]));
    let reset = |by| world.call::<()>(by, id, "reset", &());
    let code = weal_sdk::failure::Failure::NotAuthorised.code();
    assert_eq!(reset(ALICE).unwrap_err().kind, refused(code, &ALICE.0));
    assert_eq!(count(), Ok(u64::MAX));
    reset(OWNER).unwrap();
    assert_eq!(count(), Ok(0));
    assert_eq!(world.balance(ALICE, USD), 0);
}

#[test]
fn the_imported_documents_are_those_of_the_contracts() {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let text = approval::abi().to_json();
    for package in ["escrow", "escrow-v2"] {
        let path = contracts.join(package).join("abi/approval.abi.json");
        if std::env::var_os("WEAL_GOLDEN").is_some_and(|value| value == "write") {
            fs::write(&path, &text).expect("the document can be written");
        }
        assert!(fs::read_to_string(&path).unwrap() == text, "{}", path.display());
    }
    let [one, two] = ["escrow", "escrow-v2"]
        .map(|package| fs::read_to_string(contracts.join(package).join("layout/1.json")).unwrap());
    assert_eq!(one, two, "version 1 is one and the same");
}
