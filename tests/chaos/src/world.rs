//! The chain under test: its validators, its network, its donors, and what is asked of them all.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use weal_client::rpc::{
    Client,
    types::{Hex32, TxGet, TxState},
};
use weal_demo::gifts::Dice;

use crate::{
    abilities::Abilities,
    campaign::Campaign,
    check::Checked,
    clock,
    donor::{self, Load},
    genesis,
    network::Network,
    node::{Node, lock},
    report::Report,
    vitals::Lives,
};

/// Until a donation is final everywhere after a fault is over, at most. A link that was cut is
/// noticed after 7 s of silence, dialled again within 5 s, greets within 5 s; the longest timer of
/// a view is 30 s. The rest is for a machine that compiles meanwhile.
pub const RESUME: Duration = Duration::from_secs(60);

/// Between two looks at whether something is final.
const LOOK: Duration = Duration::from_millis(20);

/// What a run is given.
pub struct Plan {
    /// Decides which faults come, in which order, and whom they hit.
    pub seed: u64,
    /// Whether faults last as short as makes sense.
    pub is_short: bool,
    /// The daemon.
    pub program: PathBuf,
    /// Where everything lies.
    pub directory: PathBuf,
    /// Built contracts; without them donations are transfers.
    pub contracts: Option<PathBuf>,
}

/// Everything.
pub struct World {
    /// The validators, by their place.
    pub nodes: Vec<Node>,
    /// What is between them.
    pub network: Network,
    /// Who donates.
    pub load: Load,
    /// What is counted.
    pub report: Report,
    /// What decides.
    pub dice: Dice,
    /// What this system allows.
    pub abilities: Abilities,
    /// Memory and descriptors.
    pub lives: Lives,
    /// What was compared already.
    pub checked: Checked,
    is_short: bool,
}

impl World {
    /// Starts a chain and opens the campaign.
    pub fn new(plan: &Plan, network: Network) -> Result<Self> {
        let keys = genesis::keys(network.size);
        let document = genesis::document(&keys);
        let lives = Lives::watched();
        let node = |index: usize| {
            let directory = plan.directory.join(format!("validator-{index}"));
            let place = (index, directory);
            Node::new(place, &plan.program, &network, &document, &keys, lives.clone())
        };
        let mut nodes: Vec<_> = (0..network.size).map(node).collect::<Result<_>>()?;
        nodes.iter_mut().try_for_each(Node::launch)?;
        nodes.iter_mut().try_for_each(Node::launched)?;
        let urls: Vec<_> =
            (0..network.size).map(|node| format!("http://{}", network.rpc(node))).collect();
        let contracts = plan.contracts.as_deref().map(Path::new);
        let campaign = Campaign::open(&urls[0], contracts, &donor::keys());
        let campaign = campaign.context("setting up the campaign")?;
        Ok(Self {
            load: Load::new(campaign, &urls)?,
            report: Report::default(),
            dice: Dice::new(plan.seed),
            abilities: Abilities::of(&network, &nodes),
            lives,
            checked: Checked::default(),
            is_short: plan.is_short,
            nodes,
            network,
        })
    }

    /// How many validators.
    pub const fn size(&self) -> usize {
        self.nodes.len()
    }

    /// One of them.
    pub const fn any(&mut self) -> usize {
        let size = self.nodes.len() as u64;
        self.dice.below(size) as usize
    }

    /// One of those that take part in a view, as their logs tell; of all where nobody does. Whoever
    /// wants another view alone says nothing more until others want it too.
    pub fn any_in_view(&mut self) -> usize {
        let takes_part = |node: &&Node| {
            let log = node.log();
            let wants = log.rfind("wants another view");
            wants.is_none() || log.rfind("a view begins") > wants
        };
        let those: Vec<_> = self.nodes.iter().filter(takes_part).map(|node| node.index).collect();
        let drawn = self.any();
        those.get(drawn % those.len().max(1)).copied().unwrap_or(drawn)
    }

    /// The leader as often as not: whoever leads is hit harder.
    pub fn any_or_leader(&mut self) -> usize {
        if self.dice.below(2) == 0 { self.leader() } else { self.any() }
    }

    /// All but this one.
    pub fn others(&self, node: usize) -> Vec<usize> {
        (0..self.size()).filter(|other| *other != node).collect()
    }

    /// All of them.
    pub fn all(&self) -> Vec<usize> {
        (0..self.size()).collect()
    }

    /// Two halves, drawn.
    pub const fn draw(&mut self, most: u64) -> u64 {
        self.dice.below(most)
    }

    /// A time between two numbers of seconds; the least where everything is short.
    pub fn seconds(&mut self, least: u64, most: u64) -> Duration {
        let drawn = self.dice.below(most - least + 1);
        Duration::from_secs(if self.is_short { least } else { least + drawn })
    }

    /// Who leads, as the logs tell: the newest view that began, anywhere.
    pub fn leader(&self) -> usize {
        let of_line = |line: &str| {
            let view: u64 = field(line, "view=")?.parse().ok()?;
            let leader: usize = field(line, "leader=")?.parse().ok()?;
            Some((view, leader))
        };
        let newest = |node: &Node| {
            let log = node.log();
            log.lines().filter(|line| line.contains("a view begins")).filter_map(of_line).max()
        };
        // The first view of the first epoch has no message that begins it; the first leads.
        let place = self.nodes.iter().filter_map(newest).max().map_or(0, |(_, leader)| leader);
        let sits_there = format!("position=Some({place})");
        let sits = |node: &&Node| node.log().contains(&sits_there);
        self.nodes.iter().find(sits).map_or(place, |node| node.index)
    }

    /// Donates once to these validators and waits until it is final at each of them. How long that
    /// took.
    pub fn donate(&mut self, nodes: &[usize], what: &str) -> Result<Duration> {
        let begun = clock::now();
        let what = format!("a donation is final {what}");
        let hash = self.give(nodes)?;
        let mut waiting: Vec<Client> = nodes.iter().map(|at| self.nodes[*at].client()).collect();
        loop {
            waiting.retain(|client| {
                let status = client.tx_get(&TxGet { hash });
                !status.is_ok_and(|status| status.state == TxState::Final)
            });
            if waiting.is_empty() {
                return Ok(begun.elapsed());
            }
            if begun.elapsed() > RESUME {
                let urls: Vec<_> = waiting.iter().map(|client| client.url()).collect();
                bail!("{what}: not within {} s at {urls:?}", RESUME.as_secs());
            }
            self.all_alive()?;
            clock::pause(LOOK)?;
        }
    }

    /// Donates once to one of these validators, without waiting for more than that it takes it.
    pub fn give(&self, nodes: &[usize]) -> Result<Hex32> {
        let clients: Vec<Client> = nodes.iter().map(|node| self.nodes[*node].client()).collect();
        let clients: Vec<&Client> = clients.iter().collect();
        let mut scout = lock(self.load.scout()?);
        clock::until(RESUME, "a validator takes a donation", || {
            self.load.check()?;
            Ok(scout.send(&self.load.campaign, &clients)?.then_some(()))
        })?;
        scout.accepted.last().copied().context("just accepted")
    }

    /// Donates once, and gives the same transaction to each of these validators.
    pub fn give_to_each(&self, nodes: &[usize]) -> Result<()> {
        let (first, others) = nodes.split_first().context("somebody takes it")?;
        self.give(&[*first])?;
        let scout = lock(self.load.scout()?);
        others.iter().try_for_each(|node| {
            let client = self.nodes[*node].client();
            clock::until(RESUME, "a validator takes what another took", || {
                Ok(scout.repeat(&client)?.then_some(()))
            })
        })
    }

    /// A donation of [`Self::donate`] while a fault lasts, for the report.
    pub fn donate_meanwhile(&mut self, fault: &'static str, nodes: &[usize]) -> Result<()> {
        let took = self.donate(nodes, "while others are away")?;
        self.report.meanwhile.entry(fault).or_default().push(took);
        Ok(())
    }

    /// Waits so long while nobody may make progress: no further height may become final. Whoever
    /// was behind may hear of the newest one from its own side.
    pub fn stand_still(&self, time: Duration) -> Result<()> {
        // What was under way when the network was cut may still arrive.
        clock::pause(Duration::from_secs(1))?;
        let before = self.heights()?;
        clock::pause(time)?;
        let after = self.heights()?;
        if before.iter().max() != after.iter().max() {
            bail!("without a quorum heights went from {before:?} to {after:?}");
        }
        Ok(())
    }

    fn heights(&self) -> Result<Vec<u64>> {
        let height = |node: &Node| Ok(node.client().chain_head()?.height.0);
        self.nodes.iter().map(height).collect()
    }

    /// An error if one that is meant to run has ended.
    pub fn all_alive(&mut self) -> Result<()> {
        self.nodes.iter_mut().try_for_each(Node::alive)
    }

    /// Nobody sends to this validator any more, and what it took is final: nobody relies on its
    /// disk.
    pub fn retire(&mut self, node: usize) -> Result<()> {
        self.load.open(node, false);
        self.settle()?;
        self.load.resume();
        Ok(())
    }

    /// Waits until this validator is as far as the others were when this was called.
    pub fn follow(&mut self, node: usize, most: Duration) -> Result<()> {
        let others = self.others(node);
        let height = |node: usize| Ok::<_, anyhow::Error>(self.nodes[node].client().chain_head()?);
        let goal = height(*others.first().context("there are others")?)?.height.0;
        let client = self.nodes[node].client();
        let what = format!("validator {node} follows to height {goal}");
        let victim = &mut self.nodes[node];
        clock::until(most, &what, || {
            victim.alive()?;
            Ok(client.chain_head().is_ok_and(|head| head.height.0 >= goal).then_some(()))
        })
    }
}

/// What follows `name` in a log line, up to a space.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(name)?;
    rest.split_whitespace().next()
}
