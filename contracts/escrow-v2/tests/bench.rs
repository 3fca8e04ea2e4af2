//! The escrow on the bench, upgraded while it holds money.

use escrow_v2::{EscrowCalls, contract};
use weal_sdk::{bench::Bench, prelude::*};

const SUBJECT: [u8; 32] = [9; 32];
const APPROVAL_ABI: &str = include_str!("../abi/approval.abi.json");

#[weal_sdk::test(native, vm)]
fn an_upgrade_keeps_the_deposit_and_its_owner(t: &mut Bench) {
    let [payer, payee, stranger] = t.accounts();
    let euro = t.asset("EUR", 2);
    t.give(payer, euro, 1_000);
    t.give(stranger, euro, 1_000);
    let judge = t.mock(APPROVAL_ABI).returning("is_approved", &false).deploy(payee);
    let deadline = TimeMs(t.now().0 + 3_600_000);
    let terms = escrow::EscrowCalls::open(payee.id(), euro, judge, SUBJECT, deadline);
    let escrow = t.by(payer).attach(euro, 100).deploy(&escrow::contract(), terms).unwrap();

    t.by(stranger).upgrade(escrow, &contract()).expect_failure(|_| true);
    t.by(payer).upgrade(escrow, &contract()).unwrap();
    assert_eq!(t.held_by(escrow, euro), 100);
    t.by(stranger).attach(euro, 7).call(escrow, EscrowCalls::deposit()).unwrap();
    assert_eq!(t.query(escrow, EscrowCalls::held()), Amount(107));
}
