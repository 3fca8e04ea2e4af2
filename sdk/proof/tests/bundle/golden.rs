//! A bundle in bytes, for whoever checks bundles in another language. Signatures are randomised, so
//! the file is kept while it says what it should; `make golden` rewrites it otherwise.

use parity_scale_codec::{Decode, Encode};
use serde_json::{Value, json};
use weal_proof::{Anchor, Bundle};
use weal_types::certificate::ValidatorSet;

use crate::{
    chain::{CHAIN, CONTRACT, Chain},
    world::{World, early_gift, question},
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/donation/bundle.json");

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap().trim_start_matches("0x")).unwrap()
}

/// The bundle in the file, once it has been checked as a stranger would.
fn checked(text: &str, world: &World) -> Option<Bundle> {
    let file: Value = serde_json::from_str(text).ok()?;
    let set = ValidatorSet::decode(&mut &bytes(&file["trusted_set"])[..]).ok()?;
    assert_eq!(
        (bytes(&file["chain"]), bytes(&file["contract"])),
        (CHAIN.encode(), CONTRACT.encode())
    );
    let bundle = Bundle::from_wire(&bytes(&file["bundle"])).ok()?;
    assert_eq!(bundle.to_wire(), bytes(&file["bundle"]));
    let trace = bundle.check(&Anchor { chain: CHAIN, set }, &CONTRACT, None).ok()?;
    assert_eq!(trace, world.trace(early_gift(40)));
    let stops = file["stops"].as_u64().unwrap();
    assert_eq!(stops, trace.stops.len() as u64);
    Some(bundle)
}

#[test]
fn the_golden_bundle_is_what_is_made_and_holds() {
    let (chain, world) = (Chain::new(), World::new());
    let fresh = world.bundle(&chain, question(early_gift(40)), 50);
    let is_same = |bundle: &Bundle| {
        let mut signed = fresh.clone();
        signed.certificate.signatures = bundle.certificate.signatures.clone();
        let ends = bundle.hand_overs.to_vec();
        let mut own = signed.hand_overs.to_vec();
        for (own, end) in own.iter_mut().zip(&ends) {
            own.certificate.signatures = end.certificate.signatures.clone();
        }
        signed.hand_overs = own.try_into().unwrap();
        signed == *bundle
    };
    let read = || std::fs::read_to_string(FILE).ok().and_then(|text| checked(&text, &world));
    let writes = std::env::var_os("WEAL_GOLDEN").is_some_and(|mode| mode == "write");
    if writes && !read().is_some_and(|bundle| is_same(&bundle)) {
        let file = json!({
            "chain": hex(&CHAIN.encode()),
            "trusted_set": hex(&chain.genesis.set.encode()),
            "contract": hex(&CONTRACT.encode()),
            "bundle": hex(&fresh.to_wire()),
            "stops": fresh.question.stops,
        });
        std::fs::write(FILE, serde_json::to_string_pretty(&file).unwrap() + "\n").unwrap();
    }
    let golden = read().expect("the golden bundle holds");
    assert!(is_same(&golden), "run `make golden` if bundles are to change");
}
