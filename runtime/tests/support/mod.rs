//! A stage with two puppets and some money.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;

use parity_scale_codec::{Decode, Encode};
use puppet::Step;
use weal_fixtures::{Chain, Signer, call};
use weal_runtime::{CallMode, genesis::GenesisAsset, system};
use weal_types::{
    Amount, AssetId, ContractId, Gas,
    receipt::{Failure, Outcome},
    state::StateKey,
    transaction::Call,
};

/// Holds all the money at first.
pub fn alice() -> Signer {
    Signer::new(1)
}

/// The asset that exists on the stage.
#[allow(non_snake_case)]
pub fn EUR() -> AssetId {
    AssetId::derive(&Chain::governance().id(), "EUR")
}

/// Two instances of one code, so that they can call each other.
pub struct Stage {
    pub chain: Chain,
    pub puppets: [ContractId; 2],
}

/// What a script that succeeded came to.
pub struct Played {
    pub returned: Vec<u8>,
    /// Lengths of the events.
    pub events: Vec<usize>,
    pub gas_used: u64,
}

/// `run` of a puppet.
pub fn run(puppet: ContractId, script: Vec<Step>) -> Call {
    call(puppet, "run", &script.encode())
}

impl Stage {
    pub fn new() -> Self {
        Self::on(Chain::with(Self::genesis))
    }

    /// The genesis of every stage.
    pub fn genesis(genesis: &mut weal_runtime::genesis::Genesis) {
        let issuer = Chain::governance().id();
        let balances = vec![(alice().id(), Amount(1_000_000))];
        genesis.assets.push(GenesisAsset::new("EUR", 2, issuer, balances));
    }

    pub fn on(mut chain: Chain) -> Self {
        let governance = Chain::governance();
        let code = chain.upload(&governance, weal_fixtures::puppet());
        let puppets = [0, 1].map(|salt| {
            let args = system::contracts::DeployArgs {
                code,
                salt: [salt; 32],
                owner: None,
                policy: system::contracts::UpgradePolicy::Owner,
                init: vec![],
            };
            chain.call(&governance, call(system::CONTRACTS, "deploy", &args)).returned()
        });
        Self { chain, puppets }
    }

    /// Lets the first puppet play a script that succeeds.
    #[track_caller]
    pub fn play(&mut self, script: Vec<Step>) -> Played {
        let sent = self.chain.call(&alice(), run(self.puppets[0], script));
        let events = sent.applied().iter().map(|event| event.data.len()).collect();
        Played { returned: sent.returned(), events, gas_used: sent.gas_used() }
    }

    /// Lets the first puppet play a script that fails.
    #[track_caller]
    pub fn fail(&mut self, script: Vec<Step>) -> Failure {
        match self.chain.call(&alice(), run(self.puppets[0], script)).0 {
            Outcome::Reverted { failure, .. } => failure,
            other => panic!("expected a failure, found {other:?}"),
        }
    }

    /// What a script would say, without keeping what it does.
    pub fn dry(&self, script: Vec<Step>) -> Vec<u8> {
        let snapshot = Arc::new(self.chain.state.clone());
        let call = run(self.puppets[0], script);
        let gas = Gas(30_000_000);
        let output = self
            .chain
            .runtime
            .call(&self.chain.next(), alice().id(), &call, gas, CallMode::DryRun, snapshot)
            .expect("the host does not fail");
        Vec::<u8>::decode(&mut output.result.expect("it succeeds").as_slice()).expect("bytes")
    }

    /// A value in a puppet's storage.
    pub fn value(&self, puppet: ContractId, key: &[u8]) -> Option<Vec<u8>> {
        let key = StateKey::new(&puppet, key).expect("a short key");
        self.chain.state.entries().get(&key).cloned()
    }

    /// What a puppet holds.
    pub fn balance(&self, puppet: ContractId) -> u128 {
        let args = (puppet.account(), EUR());
        let balance: system::assets::Balance = self.chain.read(system::ASSETS, "balance", &args);
        balance.free.0
    }
}
