//! Modules that nobody wrote, run: whatever they do, the host does not fail, and no money moves.

use weal_fixtures::{Chain, Signer, raw_call};
use weal_gate::{ChainProfile, check};
use weal_hostile::random::near;
use weal_runtime::{genesis::GenesisAsset, system};
use weal_types::{Amount, AssetId, receipt::Outcome};

/// Modules of one chain; there is no asset in them to find, but state and compiled code add up.
const MODULES: u64 = 40;
const CHAINS: u64 = 6;

#[test]
fn random_modules_do_not_disturb_the_host() {
    let (mut deployed, mut applied, mut failed) = (0, 0, 0);
    for number in 0..CHAINS {
        let issuer = Chain::governance().id();
        let signer = Signer::new(1);
        let mut chain = Chain::with(|genesis| {
            genesis.params.devnet = false;
            let balances = vec![(signer.id(), Amount(1_000))];
            genesis.assets.push(GenesisAsset::new("EUR", 2, issuer, balances));
        });
        let asset = AssetId::derive(&issuer, "EUR");
        for seed in number * MODULES..(number + 1) * MODULES {
            let module = near(seed);
            if check(&module.bytes, ChainProfile::default()).is_err() {
                continue;
            }
            deployed += 1;
            let contract = chain.deploy(&signer, &module.bytes, &()).id;
            for method in &module.methods {
                match chain.call(&signer, raw_call(contract, method, vec![])).0 {
                    Outcome::Applied { .. } => applied += 1,
                    Outcome::Reverted { .. } => failed += 1,
                    Outcome::Skipped(reason) => panic!("seed {seed}: skipped: {reason:?}"),
                }
            }
        }
        assert_eq!(system::assets::sum_of_balances(&chain.state, &asset), Ok(Amount(1_000)));
    }
    assert!(deployed > 150, "{deployed} modules pass the gate");
    assert!(applied > 100 && failed > 100, "{applied} calls applied, {failed} failed");
}
