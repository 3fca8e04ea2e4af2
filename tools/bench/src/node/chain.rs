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
    Amount, ChainId, ContractId, Gas, Nonce, TimeMs,
    codec::{Bounded, Version},
    transaction::Transaction,
};

/// Donors: enough that none has more than a few donations waiting.
const DONORS: usize = 1_024;

/// Accounts that one transaction funds.
const FUNDED: usize = 128;

/// What a donor holds: more than any run gives away.
const HOLDS: u128 = 1_000_000;

/// A campaign, and donors who can sign for it.
pub struct Prepared {
    donors: Vec<KeyPair>,
    template: Transaction,
    gas_limit: Gas,
    fund: u32,
    chain: ChainId,
    /// Donations that were signed so far.
    signed: usize,
    /// Gas of one donation.
    pub gas_used: u64,
}

impl Prepared {
    /// Sets up the campaign on the node at `url`.
    pub fn new(url: &str) -> Self {
        let desk = Desk::open(url).expect("a node");
        let (campaign, parties) = campaign(&desk);
        let (contract, asset) = (campaign.contract, campaign.asset);
        let donors: Vec<_> = (0..DONORS).map(donor).collect();
        fund(&desk, &parties.bank, &donors, &hash(&asset.0), HOLDS);
        let args = json!({ "fund": campaign.fund, "commit": hash(&[1; 32]) });
        let mut request =
            weal_client::transaction::Request::new(donors[0].account(), Default::default());
        let codec = desk.codec(contract).expect("a description");
        request.call(&codec, contract, "donate", args, &[money(asset, 1)]).expect("a call");
        let prepared = desk.client.contract_prepare(&request.params()).expect("prepared");
        let template = request.accept(&prepared, &desk.chain(), None).expect("as asked");
        Self {
            donors,
            template,
            gas_limit: Gas(prepared.gas_limit.0),
            fund: campaign.fund,
            chain: desk.chain(),
            signed: 0,
            gas_used: prepared.gas_used.0,
        }
    }

    /// Signs the next donations, by one donor after another. All that were signed before must be
    /// sent before these.
    pub fn sign(&mut self, count: usize) -> Vec<Hex> {
        let first = self.signed;
        self.signed += count;
        (first..self.signed).map(|number| self.donation(number)).collect()
    }

    /// Takes back the last ones, which were not sent.
    pub const fn unsign(&mut self, count: usize) {
        self.signed = self.signed.saturating_sub(count);
    }

    fn donation(&self, number: usize) -> Hex {
        let donor = &self.donors[number % DONORS];
        let commit = gifts::document(&format!("gift {number}"));
        let args = (self.fund, commit, Option::<[u8; 16]>::None).encode();
        let mut calls = self.template.calls.to_vec();
        calls[0].args = Bounded::new(args).expect("short");
        let transaction = Transaction {
            version: Version,
            signer: donor.account(),
            nonce: Nonce((number / DONORS) as u64),
            valid_until: TimeMs(self.template.valid_until.0 + 3_600_000),
            gas_limit: self.gas_limit,
            max_fee: Amount::ZERO,
            sponsor: None,
            limits: self.template.limits.clone(),
            calls: Bounded::new(calls).expect("one"),
        };
        let signature = donor.sign(&transaction, &self.chain);
        Hex(join(transaction, &self.chain, &[signature], &[]).expect("signed").encode())
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
