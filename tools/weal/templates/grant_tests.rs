//! The grant on a chain of one process, natively and in Wasm.

use weal_sdk::{
    bench::{Account, Bench, RandomCalls},
    failure::Failure,
    prelude::*,
};

use my_contract::MyContractCalls as Calls;
use my_contract::{Error, Given, Paid, contract};

/// A grant of euros that `by` has opened, and the euro.
fn open(t: &mut Bench, by: Account) -> (ContractId, AssetId) {
    let euro = t.asset("EUR", 2);
    let grant = t.by(by).deploy(&contract(), Calls::open(euro)).unwrap();
    (grant, euro)
}

#[weal_sdk::test(native, vm)]
fn a_gift_becomes_a_payment(t: &mut Bench) {
    let [treasurer, donor, payee] = t.accounts();
    let (grant, euro) = open(t, treasurer);
    t.give(donor, euro, 500);

    let given = t.by(donor).attach(euro, 300).call(grant, Calls::give());
    assert!(given.emitted(&Given {
        donor: donor.id(),
        amount: Amount(300)
    }));
    given.unwrap();

    let approve = Calls::approve(payee.id(), Amount(120));
    let payment = t.by(treasurer).call(grant, approve).unwrap();
    // Anyone may send it.
    let paid = t.by(donor).call(grant, Calls::pay(payment));
    assert!(paid.emitted(&Paid {
        payment,
        payee: payee.id(),
        amount: Amount(120)
    }));
    paid.unwrap();

    assert_eq!((t.balance(payee, euro), t.held_by(grant, euro)), (120, 180));
    assert_eq!(t.query(grant, Calls::totals()), (Amount(300), Amount(120)));
}

#[weal_sdk::test(native, vm)]
fn a_payment_is_sent_once_and_only_if_it_was_approved(t: &mut Bench) {
    let [treasurer, donor] = t.accounts();
    let (grant, euro) = open(t, treasurer);
    t.give(donor, euro, 100);
    t.by(donor)
        .attach(euro, 100)
        .call(grant, Calls::give())
        .unwrap();

    let pay = || Calls::pay(1);
    t.by(donor)
        .call(grant, pay())
        .expect(&Error::Unknown { payment: 1 });
    let approve = Calls::approve(donor.id(), Amount(40));
    t.by(treasurer).call(grant, approve).unwrap();
    t.by(donor).call(grant, pay()).unwrap();
    t.by(donor)
        .call(grant, pay())
        .expect(&Error::AlreadyPaid { payment: 1 });
    assert_eq!(t.held_by(grant, euro), 60);
}

#[weal_sdk::test(native, vm)]
fn only_treasurers_approve_and_only_the_owner_appoints_them(t: &mut Bench) {
    let [owner, helper] = t.accounts();
    let (grant, _) = open(t, owner);
    let approve = || Calls::approve(helper.id(), Amount(1));
    t.by(helper).call(grant, approve()).expect_unauthorised();
    t.by(helper)
        .call(grant, Calls::appoint(helper.id()))
        .expect_unauthorised();
    t.by(owner)
        .call(grant, Calls::appoint(helper.id()))
        .unwrap();
    t.by(helper).call(grant, approve()).unwrap();
}

#[weal_sdk::test(native, vm)]
fn the_grant_does_not_pay_itself(t: &mut Bench) {
    let [treasurer] = t.accounts();
    let (grant, _) = open(t, treasurer);
    let approve = Calls::approve(grant.account(), Amount(1));
    t.by(treasurer)
        .call(grant, approve)
        .expect(&Error::ToItself);
}

#[weal_sdk::test(native, vm)]
fn another_asset_is_not_taken(t: &mut Bench) {
    let [treasurer, donor] = t.accounts();
    let (grant, _) = open(t, treasurer);
    let dollar = t.asset("USD", 2);
    t.give(donor, dollar, 10);
    let gift = t.by(donor).attach(dollar, 10).call(grant, Calls::give());
    gift.expect_code(Failure::NotAccepted);
    assert_eq!(t.balance(donor, dollar), 10);
}

#[weal_sdk::test(native, vm)]
fn whatever_happens_the_books_are_right(t: &mut Bench) {
    let people: [Account; 3] = t.accounts();
    let (grant, euro) = open(t, people[0]);
    people
        .iter()
        .for_each(|person| t.give(*person, euro, 5_000));
    t.invariant("the grant holds what was given and not paid", move |t| {
        let (given, paid) = t.query(grant, Calls::totals());
        given.0.checked_sub(paid.0) == Some(t.held_by(grant, euro))
    });
    t.random_calls(grant, &contract(), RandomCalls::default());
}
