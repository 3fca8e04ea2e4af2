//! The fund and its lines: hearing aids for children, as a charity would set it up.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use weal_client::keys::KeyPair;
use weal_types::{AssetId, ContractId, TimeMs};

use crate::{
    desk::{Desk, account, hash},
    parties::Parties,
};

/// Overhead of the charity, in parts per million: eight per cent.
pub const FEE_PPM: u32 = 80_000;

/// What the money may pay for, by number.
pub mod purpose {
    /// Hearing aids.
    pub const DEVICES: u32 = 1;
    /// Fitting and therapy.
    pub const THERAPY: u32 = 2;
    /// The charity's own costs.
    pub const OVERHEAD: u32 = 3;
}

/// A campaign that takes gifts.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    /// The contract.
    pub contract: ContractId,
    /// Its fund.
    pub fund: u32,
    /// In which money.
    pub asset: AssetId,
    /// Where gifts arrive.
    pub intake: u32,
    /// The charity's overhead.
    pub fee: u32,
    /// The programme's money, with the charity.
    pub programme: u32,
    /// With the local partner.
    pub partner: u32,
    /// With the clinic.
    pub clinic: u32,
}

/// Opens the fund and its lines, each accepted by its organisation.
pub fn open(
    desk: &Desk,
    contract: ContractId,
    parties: &Parties,
    asset: AssetId,
) -> Result<Campaign> {
    let charter = json!({
        "document": hash(&[0xc4; 32]),
        "asset": hash(&asset.0),
        "ceiling": FEE_PPM,
        "cooling": "0",
        "wind_down": "2592000",
        "closing": "ProrataOriginal",
        "purposes": [purpose::DEVICES, purpose::THERAPY, purpose::OVERHEAD],
        "min_gift": "1",
        "min_move": "1",
        "report_every": "7776000",
    });
    let approval = json!({
        "maker": account(parties.charity.account()),
        "action": { "OpenFund": { "charter": charter } },
        "until": later(desk)?.0.to_string(),
    });
    desk.call(&parties.reviewer, contract, "approve", approval, &[])?;
    let args = json!({ "charter": charter, "reviewer": account(parties.reviewer.account()) });
    let fund = number(&desk.call(&parties.charity, contract, "open_fund", args, &[])?)?;

    let line = |org: &KeyPair, kind: &str, plan: Value, fee_so_far: u32| {
        let args = json!({ "line": {
            "fund": fund,
            "org": account(org.account()),
            "asset": hash(&asset.0),
            "kind": kind,
            "plan": plan,
            "fee_so_far": fee_so_far,
            "purposes": [],
        }});
        let line = number(&desk.call(&parties.charity, contract, "open_line", args, &[])?)?;
        // The charity's own lines need no acceptance.
        if org.account() != parties.charity.account() {
            desk.call(org, contract, "accept_line", json!({ "line": line }), &[])?;
        }
        Ok::<u32, anyhow::Error>(line)
    };
    let charity = &parties.charity;
    let fee = line(charity, "Fee", json!([]), 0)?;
    let programme = line(charity, "Work", json!([]), FEE_PPM)?;
    let partner = line(&parties.partner, "Work", json!([]), FEE_PPM)?;
    let clinic = line(&parties.clinic, "Work", json!([]), FEE_PPM)?;
    let plan = json!([
        { "line": fee, "ppm": FEE_PPM },
        { "line": programme, "ppm": 1_000_000 - FEE_PPM },
    ]);
    let intake = line(charity, "Intake", plan, 0)?;
    Ok(Campaign { contract, fund, asset, intake, fee, programme, partner, clinic })
}

/// A day from now, by the chain's clock.
pub fn later(desk: &Desk) -> Result<TimeMs> {
    Ok(TimeMs(desk.client.chain_head()?.time_ms.0 + 86_400_000))
}

/// A number in JSON.
pub fn number(value: &Value) -> Result<u32> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.with_context(|| format!("expected a number, found {value}"))
}

impl Campaign {
    /// Hands money on to another line.
    pub fn forward(
        &self,
        desk: &Desk,
        officer: &KeyPair,
        (from, to): (u32, u32),
        amount: u128,
        purpose: u32,
    ) -> Result<Value> {
        let args = json!({
            "line": from,
            "amount": amount.to_string(),
            "order": { "to": to, "purpose": purpose, "doc": hash(&[0xd0; 32]) },
        });
        desk.call(officer, self.contract, "forward", args, &[])
    }

    /// How much waits on a line.
    pub fn waiting(&self, desk: &Desk, line: u32) -> Result<u128> {
        let waiting = desk.query(self.contract, "waiting", json!({ "line": line }))?;
        let free = waiting.get("free").and_then(Value::as_str);
        Ok(free.map(str::parse).transpose()?.unwrap_or(0))
    }
}
