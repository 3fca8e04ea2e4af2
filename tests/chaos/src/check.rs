//! What must hold after each fault: one history, everything acknowledged in it once, all money
//! there, nothing unexplained in any log.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use weal_client::rpc::{
    Client,
    types::{
        AccountAddress, AccountGet, AccountInfo, AssetList, Block, BlockGet, TransactionStatus, U64,
    },
};
use weal_types::{AccountId, AssetId};

use crate::{
    campaign::PURSE,
    clock, logs,
    node::lock,
    world::{RESUME, World},
};

/// What was compared up to now.
#[derive(Default)]
pub struct Checked {
    /// The height up to which all validators were compared.
    height: u64,
    /// How often each transaction counted.
    applied: BTreeMap<[u8; 32], u32>,
}

/// What is compared of a block: its hash, which covers the state's root, and who counts in it.
type Seen = ([u8; 32], Vec<[u8; 32]>);

impl World {
    /// Stops the load and waits until everything acknowledged is final at every validator that
    /// runs.
    pub fn settle(&mut self) -> Result<()> {
        self.load.pause();
        self.load.check()?;
        let running = self.nodes.iter().filter(|node| node.is_meant_to_run());
        let clients: Vec<Client> = running.map(|node| node.client()).collect();
        let open: Vec<&Client> = clients.iter().collect();
        for donor in self.load.donors() {
            let mut donor = lock(donor);
            let who = donor.key.address();
            clock::until(RESUME, &format!("{who} gets an answer"), || {
                if donor.unanswered.is_some() {
                    donor.send(&self.load.campaign, &open)?;
                }
                Ok(donor.unanswered.is_none().then_some(()))
            })?;
            let (account, sent) = (donor.key.account(), donor.accepted.len() as u64);
            for client in &clients {
                let url = client.url();
                let what = format!("all {sent} donations of {who} are final at {url}");
                clock::until(RESUME, &what, || {
                    let found = info(client, account).ok();
                    Ok(found.filter(|found| found.nonce.0 >= sent))
                })?;
            }
        }
        Ok(())
    }

    /// Checks everything, after a fault that explains the log lines `excused`. Without load when it
    /// returns.
    pub fn check(&mut self, excused: &'static [&'static str]) -> Result<()> {
        self.all_alive()?;
        self.settle()?;
        let height = self.level()?;
        self.compare(self.checked.height + 1, height, true)?;
        self.checked.height = height;
        self.report.blocks = height;
        self.check_money()?;
        self.check_donations()?;
        self.all_alive()?;
        let mut findings = Vec::new();
        for node in &mut self.nodes {
            findings.extend(logs::unexplained(node, excused, &mut self.report));
        }
        ensure!(findings.is_empty(), "log lines that nothing explains:\n{}", findings.join("\n"));
        Ok(())
    }

    /// Reads every block of every validator once more: what was right stays right.
    pub fn compare_all(&mut self) -> Result<()> {
        self.compare(1, self.checked.height, false)
    }

    /// Waits until all are at the same height.
    fn level(&self) -> Result<u64> {
        let clients: Vec<Client> = self.nodes.iter().map(|node| node.client()).collect();
        clock::until(RESUME, "all validators are at one height", || {
            let head = |client: &Client| client.chain_head().map(|head| (head.height.0, head.hash));
            let heads: Result<Vec<_>, _> = clients.iter().map(head).collect();
            let Ok(heads) = heads else { return Ok(None) };
            let heights = heads.iter().map(|(height, _)| *height);
            if heights.clone().min() != heights.max() {
                return Ok(None);
            }
            ensure!(heads.windows(2).all(|pair| pair[0] == pair[1]), "two histories: {heads:?}");
            Ok(heads.first().map(|(height, _)| *height))
        })
    }

    /// Compares the blocks in `from..=to` on all validators, and counts what is in them.
    fn compare(&mut self, from: u64, to: u64, counts: bool) -> Result<()> {
        let read = |client: Client| {
            move || {
                let first = client.node_info()?.blocks_from.0.max(from);
                (first..=to).map(|at| Ok((at, seen(&client, at)?))).collect()
            }
        };
        let threads: Vec<_> = self
            .nodes
            .iter()
            .map(|node| std::thread::spawn(read(node.client())))
            .collect::<Vec<std::thread::JoinHandle<Result<BTreeMap<u64, Seen>>>>>();
        let mut all = Vec::new();
        for thread in threads {
            all.push(thread.join().map_err(|_| anyhow::anyhow!("a reader panicked"))??);
        }
        for height in from..=to {
            let block = agreed(&all, height)?;
            for hash in block.1.iter().filter(|_| counts) {
                *self.checked.applied.entry(*hash).or_default() += 1;
            }
        }
        Ok(())
    }

    fn check_donations(&mut self) -> Result<()> {
        let (mut acknowledged, mut settled) = (0, 0);
        for donor in self.load.donors() {
            let donor = lock(donor);
            for hash in &donor.accepted {
                let times = self.checked.applied.get(&hash.0).copied().unwrap_or(0);
                ensure!(times == 1, "{hash:?} was acknowledged, and counts {times} times");
                settled += 1;
            }
            acknowledged += donor.accepted.len() as u64;
        }
        self.report.donations = (acknowledged, settled);
        Ok(())
    }

    /// On every validator: each donor gave what it was acknowledged, and no money is gone or new.
    fn check_money(&self) -> Result<()> {
        let asset = self.load.campaign.asset;
        for node in &self.nodes {
            let client = node.client();
            let mut given = 0;
            for donor in self.load.donors() {
                let donor = lock(donor);
                let (found, sent) = (info(&client, donor.key.account())?, donor.accepted.len());
                let (nonce, left) = (found.nonce.0, balance(&found, asset));
                ensure!(
                    nonce == sent as u64 && left == PURSE - sent as u128,
                    "validator {}: {} was acknowledged {sent} times; nonce {nonce}, {left} left",
                    node.index,
                    donor.key.address()
                );
                given += sent as u128;
            }
            let assets = client.asset_list(&AssetList::default())?;
            let supply = assets.iter().find(|found| found.asset.0 == asset.0);
            let supply = supply.context("the asset exists")?.supply.0;
            let mut held = 0;
            for holder in self.load.campaign.holders() {
                held += balance(&info(&client, holder)?, asset);
            }
            ensure!(held == supply, "validator {}: {held} of {supply} are there", node.index);
            let received = balance(&info(&client, self.load.campaign.receiver)?, asset);
            ensure!(received == given, "validator {}: {received} of {given} arrived", node.index);
        }
        Ok(())
    }

    /// Compares what a validator whose files were damaged answers with what another says: it may
    /// refuse, but not say something else. How many heights it refused.
    pub fn compare_damaged(&self, damaged: usize, sound: usize) -> Result<u64> {
        let (damaged, sound) = (self.nodes[damaged].client(), self.nodes[sound].client());
        let mut refused = 0;
        for height in 1..=damaged.chain_head().map_or(0, |head| head.height.0) {
            match seen(&damaged, height) {
                Err(_) => refused += 1,
                Ok(found) if found == seen(&sound, height)? => {}
                Ok(found) => bail!("block {height} of damaged files is wrong: {found:?}"),
            }
        }
        for donor in self.load.donors() {
            let account = lock(donor).key.account();
            if info(&damaged, account).is_err() {
                refused += 1;
            }
        }
        Ok(refused)
    }
}

/// The block at a height, of which all validators that have it say the same. Who began with a state
/// has none of those before.
fn agreed(all: &[BTreeMap<u64, Seen>], height: u64) -> Result<&Seen> {
    let mut of =
        all.iter().enumerate().filter_map(|(node, blocks)| Some((node, blocks.get(&height)?)));
    let (one, block) = of.next().with_context(|| format!("nobody has block {height}"))?;
    for (node, other) in of {
        ensure!(
            other == block,
            "block {height} differs between validators {one} and {node}: {block:?} and {other:?}"
        );
    }
    Ok(block)
}

fn seen(client: &Client, height: u64) -> Result<Seen> {
    let params = BlockGet { height: Some(U64(height)), hash: None };
    let block: Block = client.request("chain_block", &params)?;
    let counted = block.transactions.iter();
    let counted = counted.filter(|found| found.status != TransactionStatus::Skipped);
    Ok((block.header.hash.0, counted.map(|found| found.hash.0).collect()))
}

fn info(client: &Client, account: AccountId) -> Result<AccountInfo> {
    Ok(client.account_get(&AccountGet { account: AccountAddress(account) })?)
}

fn balance(info: &AccountInfo, asset: AssetId) -> u128 {
    let found = info.balances.iter().find(|balance| balance.asset.0 == asset.0);
    found.map_or(0, |balance| balance.free.0)
}

/// How long a validator may take to fetch and execute a whole chain of a run.
pub const WHOLE_CHAIN: Duration = Duration::from_secs(180);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_compared_where_they_are() {
        let block = |number: u8| ([number; 32], Vec::new());
        let whole = BTreeMap::from([(1, block(1)), (2, block(2))]);
        let from_a_state = BTreeMap::from([(2, block(2))]);
        let other = BTreeMap::from([(2, block(3))]);
        let all = [from_a_state.clone(), whole];
        assert_eq!(agreed(&all, 1).unwrap(), &block(1));
        assert_eq!(agreed(&all, 2).unwrap(), &block(2));
        assert!(agreed(&all, 3).unwrap_err().to_string().contains("nobody has block 3"));
        let differs = agreed(&[from_a_state, other], 2).unwrap_err().to_string();
        assert!(differs.contains("between validators 0 and 1"), "{differs}");
    }
}
