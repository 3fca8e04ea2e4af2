//! Who takes part, and what is attested of them.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use weal_client::keys::{KeyPair, dev_account};
use weal_types::ContractId;

use crate::desk::{Desk, hash};

/// The parties of the campaign: keys of the devnet, which everybody knows.
pub struct Parties {
    /// Three people who give.
    pub givers: [KeyPair; 3],
    /// Runs the campaign.
    pub charity: KeyPair,
    /// Works where the children live.
    pub partner: KeyPair,
    /// Fits the hearing aids.
    pub clinic: KeyPair,
    /// Collects small gifts and brings them in batches.
    pub gateway: KeyPair,
    /// Reviews charters.
    pub reviewer: KeyPair,
    /// Issues the money, and pays out for the clinic.
    pub bank: KeyPair,
    /// Attests who is who: a public register.
    pub register: KeyPair,
    /// Governs the chain.
    pub governance: KeyPair,
    /// Confirms deliveries, independently of who pays.
    pub witness: KeyPair,
}

impl Parties {
    /// The devnet's accounts in their roles.
    pub fn of_the_devnet() -> Result<Self> {
        let key = |name: &str| dev_account(name).with_context(|| format!("no account {name}"));
        // Somebody of his own: a witness must not be a party of the campaign.
        let witness = KeyPair::from_seed(&[0x77; 32]);
        let register = KeyPair::from_seed(&[0x78; 32]);
        Ok(Self {
            givers: [key("alice")?, key("bob")?, key("carol")?],
            charity: key("dave")?,
            partner: key("erin")?,
            clinic: key("frank")?,
            gateway: key("grace")?,
            reviewer: key("heidi")?,
            bank: key("ivan")?,
            governance: key("judy")?,
            witness,
            register,
        })
    }
}

/// What is attested of an organisation, and the roles that rest on it.
struct Standing<'a> {
    who: &'a KeyPair,
    kinds: &'a [&'a str],
    roles: &'a [&'a str],
}

/// Registers everybody, lets the register attest what their roles require, and grants the roles.
pub fn introduce(desk: &Desk, identity: ContractId, parties: &Parties) -> Result<()> {
    let standings = [
        Standing {
            who: &parties.charity,
            kinds: &["Organisation", "FundraisingLicence"],
            roles: &["Charity"],
        },
        Standing { who: &parties.partner, kinds: &["Organisation"], roles: &[] },
        Standing { who: &parties.clinic, kinds: &["Organisation"], roles: &[] },
        Standing {
            who: &parties.gateway,
            kinds: &["Organisation", "PaymentLicence"],
            roles: &["Gateway"],
        },
        Standing { who: &parties.reviewer, kinds: &["Organisation"], roles: &["Reviewer"] },
        Standing {
            who: &parties.bank,
            kinds: &["Organisation", "BankingLicence"],
            roles: &["Bank"],
        },
        Standing {
            who: &parties.witness,
            kinds: &["DeliveryWitness"],
            roles: &["DeliveryAttester"],
        },
    ];
    let kinds: Vec<&str> = standings.iter().flat_map(|s| s.kinds.iter().copied()).collect();
    let mut distinct = kinds.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let appoint = json!({
        "attester": crate::desk::account(parties.register.account()),
        "kinds": distinct,
    });
    desk.call(&parties.governance, identity, "appoint_attester", appoint, &[])?;
    let now: u64 = desk.client.chain_head()?.time_ms.0;
    for Standing { who, kinds, roles } in standings {
        let salt = json!({ "salt": hash(&who.account().0) });
        let subject = desk.call(who, identity, "register", salt, &[])?;
        let attest = |kind: &&str| {
            let args = json!({
                "subject": subject,
                "kind": kind,
                "commitment": hash(&[1; 32]),
                "from": now.to_string(),
                "until": (now + 365 * 86_400_000).to_string(),
            });
            (identity, "attest", args, Vec::new())
        };
        desk.calls(&parties.register, kinds.iter().map(attest).collect())?;
        let grant = |role: &&str| {
            let args: Value = json!({ "subject": subject, "role": role });
            (identity, "grant_role", args, Vec::new())
        };
        if !roles.is_empty() {
            desk.calls(&parties.governance, roles.iter().map(grant).collect())?;
        }
    }
    Ok(())
}
