//! What the gate says to each hostile module.

use std::collections::BTreeSet;

use weal_gate::{ChainProfile, check};
use weal_hostile::{ATTACKS, BOMBS, Expectation};

const CHAIN: ChainProfile = ChainProfile { devnet: false };

#[test]
fn the_gate_refuses_what_it_must_and_lets_the_rest_run() {
    for attack in ATTACKS {
        let found = check(&(attack.module)(), CHAIN).map_err(|refusal| refusal.to_string());
        match (attack.expect, found) {
            (Expectation::Gate(code), Err(text)) => {
                let start = format!("error[E{code}]: ");
                assert!(text.starts_with(&start), "{}: E{code} expected: {text}", attack.name);
            }
            (Expectation::Gate(code), Ok(_)) => panic!("{} passes, not E{code}", attack.name),
            (_, Err(text)) => panic!("{} is refused: {text}", attack.name),
            (_, Ok(checked)) => {
                let method = checked.abi.method(attack.method);
                assert!(method.is_some(), "{} has no method {}", attack.name, attack.method);
            }
        }
    }
}

#[test]
fn the_gate_refuses_the_bombs_that_it_must() {
    for bomb in BOMBS {
        let found = check(&(bomb.module)(), CHAIN);
        if bomb.optimised {
            assert!(found.as_ref().is_ok_and(|checked| checked.may_optimise), "{}", bomb.name);
        }
        assert_eq!(found.err().map(|refusal| refusal.code), bomb.refused, "{}", bomb.name);
    }
}

#[test]
fn names_are_unique() {
    let attacks: BTreeSet<_> = ATTACKS.iter().map(|attack| attack.name).collect();
    assert_eq!(attacks.len(), ATTACKS.len());
    let bombs: BTreeSet<_> = BOMBS.iter().map(|bomb| bomb.name).collect();
    assert_eq!(bombs.len(), BOMBS.len());
}
