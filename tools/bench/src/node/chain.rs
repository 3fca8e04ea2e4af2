//! The chain that is measured: a campaign that takes gifts, and donors with signed donations.

use parity_scale_codec::Encode;
use serde_json::json;
use weal_client::{
    keys::{KeyPair, join},
    rpc::types::Hex,
};
use weal_demo::{
    campaign::{self, Campaign},
    code,
    desk::{Desk, account, hash, money},
    gifts,
    parties::{self, Parties},
};
use weal_types::{
    Amount, ContractId, Gas, Nonce, TimeMs,
    codec::{Bounded, Version},
    transaction::Transaction,
};

/// Donors: enough that none has more than a few donations waiting.
const DONORS: usize = 1_024;

/// Accounts that one transaction funds.
const FUNDED: usize = 128;

/// What is sent.
pub struct Prepared {
    /// Donations for the load, in the order in which they are sent.
    pub load: Vec<Hex>,
    /// Donations of one donor after another, for a quiet chain.
    pub quiet: Vec<Hex>,
    /// Gas of one donation.
    pub gas_used: u64,
}

impl Prepared {
    /// Sets up the campaign on the node at `url`, and signs.
    pub fn new(url: &str, load: usize, quiet: usize) -> Self {
        let desk = Desk::open(url).expect("a node");
        let (campaign, parties) = campaign(&desk);
        let (contract, asset) = (campaign.contract, campaign.asset);
        let donors: Vec<_> = (0..DONORS).map(donor).collect();
        let each = (load + quiet).div_ceil(DONORS) as u128;
        fund(&desk, &parties.bank, &donors, &hash(&asset.0), each);
        let args = json!({ "fund": campaign.fund, "commit": hash(&[1; 32]) });
        let mut request =
            weal_client::transaction::Request::new(donors[0].account(), Default::default());
        let codec = desk.codec(contract).expect("a description");
        request.call(&codec, contract, "donate", args, &[money(asset, 1)]).expect("a call");
        let prepared = desk.client.contract_prepare(&request.params()).expect("prepared");
        let template = request.accept(&prepared, &desk.chain(), None).expect("as asked");

        let sign = |number: usize| {
            let donor = &donors[number % DONORS];
            let nonce = Nonce((number / DONORS) as u64);
            let commit = gifts::document(&format!("gift {number}"));
            let args = (campaign.fund, commit, Option::<[u8; 16]>::None).encode();
            let mut calls = template.calls.to_vec();
            calls[0].args = Bounded::new(args).expect("short");
            let transaction = Transaction {
                version: Version,
                signer: donor.account(),
                nonce,
                valid_until: TimeMs(template.valid_until.0 + 3_600_000),
                gas_limit: Gas(prepared.gas_limit.0),
                max_fee: Amount::ZERO,
                sponsor: None,
                limits: template.limits.clone(),
                calls: Bounded::new(calls).expect("one"),
            };
            let signature = donor.sign(&transaction, &desk.chain());
            Hex(join(transaction, &desk.chain(), &[signature], &[]).expect("signed").encode())
        };
        let mut all: Vec<_> = (0..load + quiet).map(sign).collect();
        let load = all.split_off(quiet);
        Self { load, quiet: all, gas_used: prepared.gas_used.0 }
    }

    /// The newest height.
    pub fn height(&self, url: &str) -> u64 {
        let desk = Desk::open(url).expect("a node");
        desk.client.chain_head().expect("an answer").height.0
    }
}

/// Deploys the contracts and opens a campaign.
pub fn campaign(desk: &Desk) -> (Campaign, Parties) {
    let directory = tempfile::tempdir().expect("a directory");
    let build = |name| code::build(name, directory.path()).expect("built");
    let (identity, donation) = (build("identity"), build("donation"));
    let parties = Parties::of_the_devnet().expect("keys");
    let governance = &parties.governance;
    let identity = code::deploy(desk, governance, &identity, &json!({})).expect("deployed");
    let address = weal_types::address::Address::Contract(identity).to_text();
    let init = json!({ "identity": address });
    let contract = code::deploy(desk, governance, &donation, &init).expect("deployed");
    parties::introduce(desk, identity, &parties).expect("introduced");
    let asset = desk.asset("CNY").expect("an asset");
    let campaign = campaign::open(desk, contract, &parties, asset).expect("opened");
    (campaign, parties)
}

fn donor(number: usize) -> KeyPair {
    let mut seed = [0xd0; 32];
    seed[..8].copy_from_slice(&(number as u64).to_le_bytes());
    KeyPair::from_seed(&seed)
}

/// Gives every donor what it will donate.
pub fn fund(
    desk: &Desk,
    bank: &KeyPair,
    donors: &[KeyPair],
    asset: &serde_json::Value,
    amount: u128,
) {
    let assets = ContractId::system(2);
    for donors in donors.chunks(FUNDED) {
        let mint = |donor: &KeyPair| {
            let args = json!({
                "asset": asset,
                "to": account(donor.account()),
                "amount": amount.to_string(),
                "reference": hash(&donor.account().0),
            });
            (assets, "mint", args, Vec::new())
        };
        desk.calls(bank, donors.iter().map(mint).collect()).expect("funded");
    }
}
