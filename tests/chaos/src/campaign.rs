//! What is sent: donations to a campaign, each one hundredth of a yuan. Without contracts at hand,
//! transfers of the same amount to one account.

use std::path::Path;

use anyhow::{Context, Result};
use parity_scale_codec::Encode;
use serde_json::json;
use weal_client::{
    keys::{DEV_ACCOUNTS, KeyPair, dev_account, join},
    rpc::types::Hex,
    transaction::{Request, Settings},
};
use weal_demo::{
    campaign::{self},
    code::{self, Module},
    desk::{Calls, Desk, account, hash, money},
    gifts,
    parties::{self, Parties},
};
use weal_types::{
    AccountId, Amount, AssetId, ChainId, ContractId, Gas, Nonce, TimeMs,
    address::Address,
    codec::{Bounded, Version},
    transaction::Transaction,
};

use crate::{clock, donor};

/// The system contract that keeps balances.
const ASSETS: ContractId = ContractId::system(2);

/// What every donor can give.
pub const PURSE: u128 = 1_000_000;

/// How long a donation may wait for a block: longer than a run.
const VALID_MS: u64 = 6 * 3_600_000;

/// How donations are made.
pub struct Campaign {
    chain: ChainId,
    template: Transaction,
    fund: Option<u32>,
    /// The money.
    pub asset: AssetId,
    /// Where it goes.
    pub receiver: AccountId,
}

impl Campaign {
    /// Deploys the contracts in `contracts`, opens a campaign, and fills the donors' purses.
    /// Without `contracts`, donations are transfers.
    pub fn open(url: &str, contracts: Option<&Path>, donors: &[KeyPair]) -> Result<Self> {
        let desk = Desk::open(url)?;
        let parties = Parties::of_the_devnet()?;
        let asset = desk.asset("CNY")?;
        fund(&desk, &parties.bank, donors, asset)?;
        let Some(directory) = contracts else { return Self::of_transfers(&desk, donors, asset) };
        let module = |name| -> Result<Module> { code::read(name, directory) };
        let governance = &parties.governance;
        let identity = code::deploy(&desk, governance, &module("identity")?, &json!({}))?;
        let init = json!({ "identity": Address::Contract(identity).to_text() });
        let contract = code::deploy(&desk, governance, &module("donation")?, &init)?;
        parties::introduce(&desk, identity, &parties)?;
        let campaign = campaign::open(&desk, contract, &parties, asset)?;
        let args = json!({ "fund": campaign.fund, "commit": hash(&[1; 32]) });
        let calls: Calls<'_> = vec![(contract, "donate", args, vec![money(asset, 1)])];
        let template = template(&desk, donors, calls)?;
        let (fund, receiver) = (Some(campaign.fund), contract.account());
        Ok(Self { chain: desk.chain(), template, fund, asset, receiver })
    }

    fn of_transfers(desk: &Desk, donors: &[KeyPair], asset: AssetId) -> Result<Self> {
        let receiver = KeyPair::from_seed(&[0x99; 32]).account();
        let args = json!({
            "asset": hash(&asset.0),
            "to": account(receiver),
            "amount": "1",
            "reference": "0x",
        });
        let template = template(desk, donors, vec![(ASSETS, "transfer", args, Vec::new())])?;
        Ok(Self { chain: desk.chain(), template, fund: None, asset, receiver })
    }

    /// The donation of a donor with this nonce, signed.
    pub fn donation(&self, donor: &KeyPair, nonce: u64) -> Result<Hex> {
        let mut calls = self.template.calls.to_vec();
        if let Some(fund) = self.fund {
            let commit = gifts::document(&format!("{} {nonce}", donor.address()));
            let args = (fund, commit, Option::<[u8; 16]>::None).encode();
            calls[0].args = Bounded::new(args).ok().context("a short list")?;
        }
        let transaction = Transaction {
            version: Version,
            signer: donor.account(),
            nonce: Nonce(nonce),
            valid_until: TimeMs(clock::host_ms() + VALID_MS),
            gas_limit: Gas(self.template.gas_limit.0 * 2),
            max_fee: Amount::ZERO,
            sponsor: None,
            limits: self.template.limits.clone(),
            calls: Bounded::new(calls).ok().context("one call")?,
        };
        let signature = donor.sign(&transaction, &self.chain);
        Ok(Hex(join(transaction, &self.chain, &[signature], &[])?.encode()))
    }

    /// Everybody who has money of this kind.
    pub fn holders(&self) -> Vec<AccountId> {
        let known = DEV_ACCOUNTS.iter().filter_map(|name| dev_account(name));
        let mut holders: Vec<_> = known.map(|key| key.account()).collect();
        holders.extend(donor::keys().iter().map(KeyPair::account));
        holders.push(self.receiver);
        holders
    }
}

/// What a node makes of such calls by the first donor.
fn template(desk: &Desk, donors: &[KeyPair], calls: Calls<'_>) -> Result<Transaction> {
    let donor = donors.first().context("a donor")?;
    let mut request = Request::new(donor.account(), Settings::default());
    for (contract, method, args, attach) in calls {
        request.call(&desk.codec(contract)?, contract, method, args, &attach)?;
    }
    let prepared = desk.client.contract_prepare(&request.params())?;
    Ok(request.accept(&prepared, &desk.chain(), None)?)
}

fn fund(desk: &Desk, bank: &KeyPair, donors: &[KeyPair], asset: AssetId) -> Result<()> {
    let mint = |donor: &KeyPair| {
        let args = json!({
            "asset": hash(&asset.0),
            "to": account(donor.account()),
            "amount": PURSE.to_string(),
            "reference": hash(&donor.account().0),
        });
        (ASSETS, "mint", args, Vec::new())
    };
    desk.calls(bank, donors.iter().map(mint).collect()).map(|_| ())
}
