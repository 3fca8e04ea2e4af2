//! The token on a chain of one process, natively and in Wasm.

use weal_sdk::{
    bench::{Account, Bench, RandomCalls},
    prelude::*,
};

use my_contract::MyContractCalls as Calls;
use my_contract::{Error, Transferred, contract};

/// A token whose whole supply `by` has.
fn deploy(t: &mut Bench, by: Account, supply: u128) -> ContractId {
    t.by(by).deploy(&contract(), Calls::open(supply)).unwrap()
}

#[weal_sdk::test(native, vm)]
fn a_transfer_moves_tokens_and_says_so(t: &mut Bench) {
    let [alice, bob] = t.accounts();
    let token = deploy(t, alice, 100);
    let sent = t.by(alice).call(token, Calls::transfer(bob.id(), 30));
    assert!(sent.emitted(&Transferred {
        from: alice.id(),
        to: bob.id(),
        amount: 30
    }));
    sent.unwrap();
    assert_eq!(t.query(token, Calls::balance(alice.id())), 70);
    assert_eq!(t.query(token, Calls::balance(bob.id())), 30);
}

#[weal_sdk::test(native, vm)]
fn nobody_sends_more_than_they_hold(t: &mut Bench) {
    let [alice, bob] = t.accounts();
    let token = deploy(t, alice, 100);
    let too_much = Calls::transfer(bob.id(), 101);
    t.by(alice)
        .call(token, too_much)
        .expect(&Error::Insufficient { held: 100 });
    let nothing_there = Calls::transfer(alice.id(), 1);
    t.by(bob)
        .call(token, nothing_there)
        .expect(&Error::Insufficient { held: 0 });
}

#[weal_sdk::test(native, vm)]
fn whatever_happens_the_supply_stays(t: &mut Bench) {
    let people: [Account; 3] = t.accounts();
    let token = deploy(t, people[0], 1_000);
    t.invariant("the balances add up to the supply", move |t| {
        let holders = people
            .iter()
            .map(|person| person.id())
            .chain([token.account()]);
        let balance = |holder| t.query(token, Calls::balance(holder));
        holders.map(balance).sum::<u128>() == t.query(token, Calls::supply())
    });
    t.random_calls(token, &contract(), RandomCalls::default());
}
