//! Every contract of `contracts/hostile` ends in the receipt it must end in, and takes nothing with
//! it.

use weal_fixtures::{Chain, Signer, call, raw_call};
use weal_gate::ChainProfile;
use weal_hostile::{ATTACKS, Attack, BOMBS, Expectation};
use weal_runtime::{Runtime, RuntimeConfig, genesis::GenesisAsset, system};
use weal_types::{
    Amount, AssetId, CodeHash, ContractId, Gas,
    codec::Bounded,
    receipt::{FailureKind, Outcome},
    state::StateKey,
};

const GAS: Gas = Gas(40_000_000);

fn attacker() -> Signer {
    Signer::new(1)
}

/// A chain on which the attacker has money, and no contract may log.
fn chain() -> Chain {
    Chain::with(|genesis| {
        genesis.params.devnet = false;
        let balances = vec![(attacker().id(), Amount(1_000))];
        let issuer = Chain::governance().id();
        genesis.assets.push(GenesisAsset::new("EUR", 2, issuer, balances));
    })
}

fn supply(chain: &Chain) -> u128 {
    let asset = AssetId::derive(&Chain::governance().id(), "EUR");
    system::assets::sum_of_balances(&chain.state, &asset).unwrap().0
}

/// The state without the attacker's own account record, whose nonce every transaction moves.
fn entries(chain: &Chain) -> Vec<(StateKey, Vec<u8>)> {
    let account = [b"a".as_slice(), &attacker().id().0].concat();
    let account = StateKey::new(&system::ACCOUNTS, &account).unwrap();
    let others = chain.state.entries().iter().filter(|(key, _)| **key != account);
    others.map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[test]
fn every_attack_ends_as_it_must() {
    for attack in ATTACKS {
        let module = (attack.module)();
        match attack.expect {
            Expectation::Gate(code) => refused(attack, &module, code),
            Expectation::Receipt(is_right) => fails(attack, &module, is_right),
            Expectation::Applied => {
                let (mut chain, contract) = deployed(attack, &module);
                let money = supply(&chain);
                let outcome = run(&mut chain, contract, attack);
                assert!(matches!(outcome, Outcome::Applied { .. }), "{}: {outcome:?}", attack.name);
                assert_eq!(supply(&chain), money, "{}", attack.name);
            }
        }
    }
}

fn refused(attack: &Attack, module: &[u8], code: u16) {
    let refusal = weal_gate::check(module, ChainProfile { devnet: false }).unwrap_err();
    assert_eq!(refusal.code, code, "{}: {refusal}", attack.name);
    // The chain gives the same answer, as a receipt.
    let mut chain = chain();
    let before = entries(&chain);
    if module.len() < 100_000 {
        let sent = chain.call(&attacker(), call(system::CONTRACTS, "upload", &module.to_vec()));
        let FailureKind::Revert { code: found, payload } = &sent.failed().kind else {
            panic!("{}: {sent:?}", attack.name)
        };
        assert_eq!(*found, system::contracts::error::MODULE_REFUSED, "{}", attack.name);
        assert_eq!(payload[..2], code.to_le_bytes(), "{}", attack.name);
    }
    assert_eq!(entries(&chain), before, "{}", attack.name);
}

fn deployed(attack: &Attack, module: &[u8]) -> (Chain, ContractId) {
    let refusal = weal_gate::check(module, ChainProfile { devnet: false }).err();
    assert!(refusal.is_none(), "{}: {refusal:?}", attack.name);
    let mut chain = chain();
    let contract = chain.deploy(&Chain::governance(), module, &()).id;
    (chain, contract)
}

fn run(chain: &mut Chain, contract: ContractId, attack: &Attack) -> Outcome {
    let call = raw_call(contract, attack.method, (attack.args)());
    let mut transaction = chain.transaction(&attacker(), vec![call]);
    transaction.gas_limit = GAS;
    transaction.limits = Bounded::default();
    let signed = attacker().sign(transaction, &chain.context.chain);
    chain.send(signed)
}

fn fails(attack: &Attack, module: &[u8], is_right: fn(&FailureKind) -> bool) {
    let (mut chain, contract) = deployed(attack, module);
    let before = entries(&chain);
    let outcome = run(&mut chain, contract, attack);
    let Outcome::Reverted { failure, gas_used, .. } = outcome else {
        panic!("{}: {outcome:?}", attack.name)
    };
    assert!(is_right(&failure.kind), "{}: {failure:?}", attack.name);
    let takes_all = matches!(
        failure.kind,
        FailureKind::Trap(_) | FailureKind::OutOfGas | FailureKind::StackOverflow
    );
    if takes_all {
        assert_eq!(gas_used, GAS, "{}: a trap takes the frame's whole gas", attack.name);
    } else {
        assert!(gas_used < GAS, "{}: what is raised by the host gives gas back", attack.name);
    }
    assert_eq!(entries(&chain), before, "{}: state and money are as they were", attack.name);
}

/// How long they take is a matter of `weal-bench gate`.
#[test]
fn bombs_that_the_gate_lets_pass_compile() {
    let runtime = Runtime::new(&RuntimeConfig::default()).unwrap();
    for bomb in BOMBS.iter().filter(|bomb| bomb.refused.is_none()) {
        let module = (bomb.module)();
        let loaded = runtime.load_code(&CodeHash::of(&module), &module);
        assert!(loaded.is_ok(), "{}: {:?}", bomb.name, loaded.err());
    }
}
