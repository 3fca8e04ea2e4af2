//! The escrow on the bench: with the contract that it asks, and with mocks of it.

use std::time::Duration;

use approval::ApprovalCalls;
use escrow::{Error, EscrowCalls, Settled, contract};
use weal_sdk::{
    FailureKind,
    bench::{Account, Bench},
    prelude::*,
};

const SUBJECT: [u8; 32] = [9; 32];
const APPROVAL_ABI: &str = include_str!("../abi/approval.abi.json");

/// An escrow of 100 from `payer` to `payee`, for an hour.
fn open(
    t: &mut Bench,
    (payer, payee): (Account, Account),
    judge: ContractId,
) -> (ContractId, AssetId, TimeMs) {
    let euro = t.asset("EUR", 2);
    t.give(payer, euro, 1_000);
    let deadline = TimeMs(t.now().0 + 3_600_000);
    let terms = EscrowCalls::open(payee.id(), euro, judge, SUBJECT, deadline);
    let escrow = t.by(payer).attach(euro, 100).deploy(&contract(), terms).unwrap();
    (escrow, euro, deadline)
}

#[weal_sdk::test(native, vm)]
fn the_payee_is_paid_after_the_approval(t: &mut Bench) {
    let [payer, payee, auditor] = t.accounts();
    let judge = t.deploy(auditor, &approval::contract());
    let (escrow, euro, deadline) = open(t, (payer, payee), judge);
    t.by(payee).call(escrow, EscrowCalls::settle()).expect(&Error::NotYet { deadline });

    t.by(auditor).call(judge, ApprovalCalls::approve(SUBJECT)).expect_unauthorised();
    t.by(auditor).call(judge, ApprovalCalls::appoint(auditor.id())).unwrap();
    t.by(auditor).call(judge, ApprovalCalls::approve(SUBJECT)).unwrap();
    let settled = t.by(payee).call(escrow, EscrowCalls::settle());
    assert!(settled.emitted(&Settled { to: payee.id(), amount: Amount(100), approved: true }));
    settled.unwrap();
    assert_eq!((t.balance(payee, euro), t.held_by(escrow, euro)), (100, 0));
}

#[weal_sdk::test(native, vm)]
fn after_the_deadline_the_payer_is_paid_back_even_if_the_judge_fails(t: &mut Bench) {
    let [payer, payee] = t.accounts();
    let judge = t.mock(APPROVAL_ABI).panicking("is_approved").deploy(payer);
    let (escrow, euro, _) = open(t, (payer, payee), judge);
    t.by(payer).call(escrow, EscrowCalls::settle()).expect_failure(|kind| {
        // The judge's own failure is the cause that the escrow names.
        matches!(kind, FailureKind::Revert { code: 3, .. })
    });
    t.pass(Duration::from_secs(7_200));
    t.by(payer).call(escrow, EscrowCalls::settle()).unwrap();
    assert_eq!((t.balance(payer, euro), t.balance(payee, euro)), (1_000, 0));
}

#[weal_sdk::test(native, vm)]
fn only_the_agreed_asset_can_be_deposited(t: &mut Bench) {
    let [payer, payee] = t.accounts();
    let judge = t.mock(APPROVAL_ABI).returning("is_approved", &true).deploy(payee);
    let (escrow, euro, _) = open(t, (payer, payee), judge);
    let dollar = t.asset("USD", 2);
    t.give(payer, dollar, 50);
    t.by(payer)
        .attach(dollar, 50)
        .call(escrow, EscrowCalls::deposit())
        .expect_code(weal_sdk::failure::Failure::NotAccepted);
    assert_eq!(t.balance(payer, dollar), 50);
    t.by(payer).attach(euro, 20).call(escrow, EscrowCalls::deposit()).unwrap();
    t.by(payee).call(escrow, EscrowCalls::settle()).unwrap();
    assert_eq!(t.balance(payee, euro), 120);
}
