//! The token on the bench.

use token::{Error, TokenCalls, Transferred, contract};
use weal_sdk::{
    bench::{Account, Bench, RandomCalls},
    prelude::*,
};

fn deploy(t: &mut Bench, by: Account, supply: u128) -> ContractId {
    t.by(by).deploy(&contract(), TokenCalls::init(supply)).unwrap()
}

#[weal_sdk::test(native, vm)]
fn a_transfer_moves_tokens_and_says_so(t: &mut Bench) {
    let [alice, bob] = t.accounts();
    let token = deploy(t, alice, 100);
    let sent = t.by(alice).call(token, TokenCalls::transfer(bob.id(), 30));
    assert!(sent.emitted(&Transferred { from: alice.id(), to: bob.id(), amount: 30 }));
    sent.unwrap();
    assert_eq!(t.query(token, TokenCalls::balance(alice.id())), 70);
    assert_eq!(t.query(token, TokenCalls::balance(bob.id())), 30);
}

#[weal_sdk::test(native, vm)]
fn nobody_sends_more_than_they_hold(t: &mut Bench) {
    let [alice, bob] = t.accounts();
    let token = deploy(t, alice, 100);
    t.by(bob)
        .call(token, TokenCalls::transfer(alice.id(), 1))
        .expect(&Error::Insufficient { held: 0 });
    t.by(alice)
        .call(token, TokenCalls::transfer(bob.id(), 101))
        .expect(&Error::Insufficient { held: 100 });
}

#[weal_sdk::test(native, vm)]
fn whatever_happens_the_supply_stays(t: &mut Bench) {
    let people: [Account; 3] = t.accounts();
    let token = deploy(t, people[0], 1_000);
    t.invariant("the balances add up to the supply", move |t| {
        let holders = people.iter().map(|person| person.id()).chain([token.account()]);
        holders.map(|holder| t.query(token, TokenCalls::balance(holder))).sum::<u128>() == 1_000
    });
    t.random_calls(token, &contract(), RandomCalls::default());
}
