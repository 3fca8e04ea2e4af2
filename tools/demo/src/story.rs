//! What happens in the demonstration, in order.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use weal_client::{
    gift::Gift,
    units::{AssetInfo, format_amount},
};
use weal_demo::{
    campaign::{self, Campaign, purpose},
    code,
    desk::{Desk, account, hash, money},
    gifts::{self, Dice},
    parties::{self, Parties},
};
use weal_provenance::{batch::Tree, unit::Units};

use crate::{Teller, outage, weal};

/// Small gifts of the campaign, and how many come in one batch.
const SMALL_GIFTS: u64 = 40_000;
const BATCH: u64 = 10_000;

/// What one of the donors gives: 500 yuan.
const ALICE: u128 = 50_000;

/// Children who are fitted, and what a pair of hearing aids costs.
const CHILDREN: u64 = 12;
const PAIR: u128 = 620_000;

/// Everything that the story needs.
struct Story<'a> {
    told: &'a Teller,
    desk: Desk,
    parties: Parties,
    campaign: Campaign,
    directory: &'a Path,
    url: &'a str,
}

/// Tells it.
pub fn tell(told: &Teller, url: &str, contracts: Option<&Path>, directory: &Path) -> Result<()> {
    let module = |name| match contracts {
        Some(built) => code::read(name, built),
        None => code::build(name, directory),
    };
    let (identity, donation) = (module("identity")?, module("donation")?);
    told.step(&format!(
        "The contracts identity ({} KB) and donation ({} KB) are built",
        identity.wasm.len() / 1_000,
        donation.wasm.len() / 1_000
    ));
    let desk = Desk::open(url)?;
    let parties = Parties::of_the_devnet()?;
    let identity = code::deploy(&desk, &parties.governance, &identity, &json!({}))?;
    let init = json!({ "identity": contract(identity) });
    let donation = code::deploy(&desk, &parties.governance, &donation, &init)?;
    told.step("Deployed them over JSON-RPC");
    parties::introduce(&desk, identity, &parties)?;
    told.step(
        "Seven organisations and people registered; a public register attested their licences",
    );
    let asset = desk.asset("CNY")?;
    let campaign = campaign::open(&desk, donation, &parties, asset)?;
    told.step(
        "Opened the fund \"Hearing for children\": 8 % overhead, promised and enforced, \
         then charity → local partner → clinic",
    );
    let story = Story { told, desk, parties, campaign, directory, url };
    let alice = story.give()?;
    outage::begin(&story.desk.client)?;
    told.step("Validator 3 is down from here. Nobody notices:");
    let leaf = story.give_small()?;
    story.recover()?;
    story.carry()?;
    story.pay()?;
    story.show(&alice, &leaf)
}

fn contract(id: weal_types::ContractId) -> Value {
    json!(weal_types::address::Address::Contract(id).to_text())
}

fn yuan(amount: u128) -> String {
    let asset = AssetInfo { id: [0; 32], symbol: "CNY".into(), decimals: 2 };
    format_amount(amount, &asset)
}

impl Story<'_> {
    /// Gifts of one's own. Alice's.
    fn give(&self) -> Result<Value> {
        let Self { desk, parties, campaign, .. } = self;
        let chain = desk.chain();
        let gift = Gift::new(&gifts::secret(u64::MAX), "alice 2026-11");
        let commit = gift.commitment(&chain, &campaign.contract);
        let donate = |who, amount, commit| {
            let args = json!({ "fund": campaign.fund, "commit": hash(&commit) });
            desk.call(who, campaign.contract, "donate", args, &[money(campaign.asset, amount)])
        };
        let [alice, bob, carol] = &parties.givers;
        donate(bob, 1, gifts::document("bob"))?;
        let place = donate(alice, ALICE, commit)?;
        donate(carol, 33_333, gifts::document("carol"))?;
        self.told.step(&format!(
            "Bob gave {}, Alice {}, Carol {}: one fen is treated like a hundred yuan",
            yuan(1),
            yuan(ALICE),
            yuan(33_333)
        ));
        Ok(place)
    }

    /// Many small gifts, in batches. One giver's part of a batch.
    fn give_small(&self) -> Result<(Value, weal_provenance::batch::Leaf)> {
        let Self { desk, parties, campaign, .. } = self;
        let chain = desk.chain();
        let mut dice = Dice::new(2017);
        let (mut total, mut mine) = (0, None);
        for first in (0..SMALL_GIFTS).step_by(BATCH as usize) {
            let leaves = gifts::batch(&chain, &campaign.contract, first, BATCH, &mut dice);
            let tree = Tree::new(leaves).context("a batch")?;
            let sum = tree.total().get();
            // What the givers have paid the gateway.
            self.mint(sum)?;
            let args = json!({ "fund": campaign.fund, "gifts": {
                "root": hash(&tree.root()),
                "leaves": tree.leaves().len(),
            }});
            let attach = [money(campaign.asset, sum)];
            let gateway = &parties.gateway;
            let place = desk.call(gateway, campaign.contract, "donate_batch", args, &attach)?;
            total += sum;
            mine.get_or_insert((place, tree.leaf(4_711).context("a leaf")?));
        }
        self.told.step(&format!(
            "{SMALL_GIFTS} people gave {} in all, in {} batches: one record each, one root for \
             {BATCH} givers",
            yuan(total),
            SMALL_GIFTS / BATCH
        ));
        mine.context("a small gift")
    }

    /// The validator that was down comes back.
    fn recover(&self) -> Result<()> {
        let outage::Recovery { missed, took, root } = outage::end(&self.desk.client)?;
        self.told.step(&format!(
            "Validator 3 is back: it fetched and checked {missed} blocks, and after {:.1} s all \
             four have the same state {root}",
            took.as_secs_f64()
        ));
        Ok(())
    }

    /// Issues what givers have paid into the gateway's account at the bank.
    fn mint(&self, amount: u128) -> Result<()> {
        let args = json!({
            "asset": hash(&self.campaign.asset.0),
            "to": account(self.parties.gateway.account()),
            "amount": amount.to_string(),
            "reference": hash(&gifts::document(&format!("bank slip {amount}"))),
        });
        let assets = weal_types::ContractId::system(2);
        self.desk.call(&self.parties.bank, assets, "mint", args, &[])?;
        Ok(())
    }

    /// From the intake to the clinic.
    fn carry(&self) -> Result<()> {
        let Self { desk, parties, campaign, .. } = self;
        let given = campaign.waiting(desk, campaign.intake)?;
        let args = json!({ "line": campaign.intake, "amount": given.to_string() });
        desk.call(&parties.bank, campaign.contract, "split", args, &[])?;
        let overhead = campaign.waiting(desk, campaign.fee)?;
        self.told.step(&format!(
            "Divided {}: {} overhead, striped over every gift to the fen",
            yuan(given),
            yuan(overhead)
        ));
        let to_partner = campaign.waiting(desk, campaign.programme)?;
        let route = (campaign.programme, campaign.partner);
        campaign.forward(desk, &parties.charity, route, to_partner, purpose::DEVICES)?;
        let need = PAIR * u128::from(CHILDREN);
        // The clinic orders in two instalments.
        for part in [need / 2, need - need / 2] {
            let route = (campaign.partner, campaign.clinic);
            campaign.forward(desk, &parties.partner, route, part, purpose::DEVICES)?;
        }
        self.told.step(&format!(
            "Charity → local partner {}, partner → clinic {} in two instalments",
            yuan(to_partner),
            yuan(need)
        ));
        let order = json!({
            "line": campaign.fee,
            "amount": (overhead / 2).to_string(),
            "order": {
                "payee": account(parties.bank.account()),
                "purpose": purpose::OVERHEAD,
                "doc": hash(&gifts::document("rent and audit")),
            },
        });
        desk.call(&parties.charity, campaign.contract, "spend", order, &[])?;
        Ok(())
    }

    /// The clinic pays for each child; bank and witness put their stamps on it.
    fn pay(&self) -> Result<()> {
        let Self { desk, parties, campaign, .. } = self;
        let chain = desk.chain();
        let children = (0..CHILDREN).map(|child| {
            let key = Gift::new(&gifts::secret(1 << 40 | child), &format!("invoice {child}"));
            let units = Units::new(PAIR).context("an amount")?;
            Ok((key.commitment(&chain, &campaign.contract), units))
        });
        let tree = Tree::new(children.collect::<Result<_>>()?).context("a batch of payees")?;
        let order = json!({
            "line": campaign.clinic,
            "amount": tree.total().get().to_string(),
            "order": {
                "agent": account(parties.bank.account()),
                "root": hash(&tree.root()),
                "leaves": tree.leaves().len(),
                "purpose": purpose::DEVICES,
                "doc": hash(&gifts::document("list of invoices")),
            },
        });
        let hop = desk.call(&parties.clinic, campaign.contract, "spend_batch", order, &[])?;
        let units = json!({ "start": "0", "end": tree.total().get().to_string() });
        for (who, level) in [(&parties.bank, 1), (&parties.witness, 2)] {
            let args = json!({
                "hop": hop,
                "units": units,
                "level": level,
                "evidence": hash(&gifts::document("confirmation")),
            });
            desk.call(who, campaign.contract, "acknowledge", args, &[])?;
        }
        self.told.step(&format!(
            "{CHILDREN} children have their hearing aids: {} paid, stamped by the bank and by an \
             independent witness; no child is named",
            yuan(tree.total().get())
        ));
        Ok(())
    }

    /// A donor's record, proven; a small giver's; and the fund's statement.
    fn show(
        &self,
        alice: &Value,
        (batch, leaf): &(Value, weal_provenance::batch::Leaf),
    ) -> Result<()> {
        let contract = contract(self.campaign.contract);
        let contract = contract.as_str().context("an address")?;
        let place = |place: &Value| {
            let start = place["start"].as_str().unwrap_or_default().to_owned();
            format!("{}:{start}", place["line"])
        };
        let file = self.directory.join("alice.weal");
        let file = file.to_str().context("a path in Unicode")?;
        self.told.step("Alice's transfer record, traced by her own program from proven records:");
        let gift = place(alice);
        self.told.say(&self.run(&["trace", contract, &gift, "--out", file, "--rpc", self.url])?);
        self.told.step("The same file, checked offline:");
        self.told.say(&self.run(&["verify", file])?);

        let leaf_file = self.directory.join("leaf.json");
        let path: Vec<_> = leaf
            .path
            .iter()
            .map(|(node, sum)| json!([hash(node), sum.get().to_string()]))
            .collect();
        let shown = json!({
            "index": leaf.index,
            "commit": hash(&leaf.commit),
            "amount": leaf.amount.get().to_string(),
            "path": path,
        });
        std::fs::write(&leaf_file, shown.to_string())?;
        let leaf_file = leaf_file.to_str().context("a path in Unicode")?;
        self.told.step(&format!(
            "And one of the {BATCH} givers of the first batch, who gave {}:",
            yuan(leaf.amount.get())
        ));
        let gift = place(batch);
        let arguments = ["trace", contract, &gift, "--leaf", leaf_file, "--rpc", self.url];
        self.told.say(&self.run(&arguments)?);
        self.givers(contract)?;
        self.statement()?;
        self.told.step("Done. What to try next:");
        let target = weal()?;
        let target = target.display();
        self.told.say(&format!(
            "{target} dev                    a chain of your own\n\
             {target} dev --validators 4     one like this: pause and part its validators\n\
             {target} deploy --help          your contract on it (docs/tutorial.md)\n\
             {target} verify {file}\n\
             docs/donation.md, docs/provenance.md, docs/rpc.md"
        ));
        Ok(())
    }

    /// Whose money paid for the first of what was delivered.
    fn givers(&self, contract: &str) -> Result<()> {
        const FIRST: u128 = 100_000;
        let Self { desk, campaign, .. } = self;
        let args = json!({ "fund": campaign.fund, "after": null, "limit": 100 });
        let entries = desk.query(campaign.contract, "statement", args)?;
        let is_delivered = |entry: &&Value| entry["kind"] == "Delivered";
        let delivered = entries.as_array().into_iter().flatten().find(is_delivered);
        let line = delivered.context("the fund has a book of deliveries")?["line"].clone();
        let first = yuan(FIRST);
        self.told.step(&format!("Backwards: whose money paid for the first {first} delivered:"));
        let place = format!("{line}:0-{FIRST}");
        let arguments = ["trace", contract, &place, "--back", "--rpc", self.url];
        self.told.say(&self.run(&arguments)?);
        Ok(())
    }

    /// What the fund has received and where it is.
    fn statement(&self) -> Result<()> {
        let Self { desk, campaign, .. } = self;
        let args = json!({ "fund": campaign.fund, "after": null, "limit": 100 });
        let entries = desk.query(campaign.contract, "statement", args)?;
        self.told.step("The fund's statement, at this height:");
        self.told.say(&format!("{:<28} {:>20} {:>20}", "line", "received", "there now"));
        for entry in entries.as_array().into_iter().flatten() {
            let amount = |name: &str| entry[name].as_str().and_then(|text| text.parse().ok());
            let (received, free) =
                (amount("received").unwrap_or(0), amount("free").unwrap_or(0_u128));
            if received == 0 {
                continue;
            }
            let kind = entry["kind"].as_str().unwrap_or_default();
            let line = format!("{} {kind}", entry["line"]);
            self.told.say(&format!("{line:<28} {:>20} {:>20}", yuan(received), yuan(free)));
        }
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = Command::new(weal()?).args(arguments).output()?;
        if !output.status.success() {
            bail!(
                "weal {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}
