//! People who donate all the time, each with one account, and insist on an answer.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use weal_client::{
    keys::KeyPair,
    rpc::{
        Client,
        types::{Hex, Hex32, Submit, SubmitStatus},
    },
};

use crate::{
    campaign::Campaign,
    clock,
    node::{Shared, lock},
};

/// Donors who send all the time, and one more who is sent to look whether the chain goes on.
pub const DONORS: usize = 8;

/// Between two donations of one donor.
const EVERY: Duration = Duration::from_millis(150);

/// How long a donor waits for an answer before it asks another node.
const ANSWER: Duration = Duration::from_secs(3);

/// The keys of all donors; the last is the one who looks.
pub fn keys() -> Vec<KeyPair> {
    let key = |number: usize| {
        let mut seed = [0xd0; 32];
        seed[0] = number as u8;
        KeyPair::from_seed(&seed)
    };
    (0..=DONORS).map(key).collect()
}

/// Somebody who donates.
pub struct Donor {
    /// Its key.
    pub key: KeyPair,
    /// What was acknowledged, in the order of nonces.
    pub accepted: Vec<Hex32>,
    /// What was sent and not answered: a node may have it, or not.
    pub unanswered: Option<Hex>,
    /// The last that was accepted.
    newest: Option<Hex>,
    /// Whom it asks next.
    at: usize,
}

impl Donor {
    fn new(key: KeyPair, at: usize) -> Self {
        Self { key, accepted: Vec::new(), unanswered: None, newest: None, at }
    }

    /// Sends one donation, the unanswered one first. Whether a node took it.
    pub fn send(&mut self, campaign: &Campaign, clients: &[&Client]) -> Result<bool> {
        let Some(client) = clients.get(self.at % clients.len().max(1)) else { return Ok(false) };
        let wire = match self.unanswered.take() {
            Some(wire) => wire,
            None => campaign.donation(&self.key, self.accepted.len() as u64)?,
        };
        let answer = client.tx_submit(&Submit { transactions: vec![wire.clone()] });
        let verdict = answer.ok().and_then(|verdicts| verdicts.into_iter().next());
        match verdict.map(|verdict| (verdict.status, verdict.hash, verdict.error)) {
            Some((SubmitStatus::Accepted | SubmitStatus::Known, Some(hash), _)) => {
                self.accepted.push(hash);
                self.newest = Some(wire);
                return Ok(true);
            }
            // Too much waits there already, or the node stops just now: later, or elsewhere.
            Some((SubmitStatus::Refused, _, Some(error)))
                if !error.name.starts_with("pool_") && error.name != "not_accepting" =>
            {
                bail!(
                    "{} refuses nonce {} of {}: {} ({})",
                    client.url(),
                    self.accepted.len(),
                    self.key.address(),
                    error.message,
                    error.name
                );
            }
            _ => {}
        }
        self.unanswered = Some(wire);
        self.at += 1;
        Ok(false)
    }

    /// Sends the newest donation that was accepted to this node as well; whether it has it now.
    pub fn repeat(&self, client: &Client) -> Result<bool> {
        let wire = self.newest.clone().context("none was accepted")?;
        let answer = client.tx_submit(&Submit { transactions: vec![wire] });
        let verdict = answer.ok().and_then(|verdicts| verdicts.into_iter().next());
        let taken = |status| matches!(status, SubmitStatus::Accepted | SubmitStatus::Known);
        Ok(verdict.is_some_and(|verdict| taken(verdict.status)))
    }
}

/// The donors, their nodes, and the threads in which they send.
pub struct Load {
    /// How they give.
    pub campaign: Arc<Campaign>,
    donors: Vec<Shared<Donor>>,
    is_on: Arc<AtomicBool>,
    is_open: Arc<Vec<AtomicBool>>,
    problem: Shared<Option<String>>,
}

impl Load {
    /// Donors who know the nodes at these addresses. They wait.
    pub fn new(campaign: Campaign, urls: &[String]) -> Result<Self> {
        let campaign = Arc::new(campaign);
        let shared = |(at, key)| Arc::new(Mutex::new(Donor::new(key, at)));
        let donors: Vec<_> = keys().into_iter().enumerate().map(shared).collect();
        let is_on = Arc::new(AtomicBool::new(false));
        let open = || AtomicBool::new(true);
        let is_open = Arc::new(urls.iter().map(|_| open()).collect::<Vec<_>>());
        let problem = Arc::new(Mutex::new(None));
        for donor in donors.iter().take(DONORS) {
            let clients: Result<Vec<_>, _> =
                urls.iter().map(|url| Client::new(url, ANSWER)).collect();
            let sender = Sender {
                clients: clients?,
                campaign: Arc::clone(&campaign),
                donor: Arc::clone(donor),
                is_on: Arc::clone(&is_on),
                is_open: Arc::clone(&is_open),
            };
            let problem = Arc::clone(&problem);
            std::thread::spawn(move || {
                if let Err(error) = sender.run() {
                    *lock(&problem) = Some(format!("{error:#}"));
                }
            });
        }
        Ok(Self { campaign, donors, is_on, is_open, problem })
    }

    /// Lets the donors send.
    pub fn resume(&self) {
        self.is_on.store(true, Ordering::Release);
    }

    /// Lets them wait. What a donor is sending now is answered, or not, when it is locked.
    pub fn pause(&self) {
        self.is_on.store(false, Ordering::Release);
    }

    /// Whether donors may send to a node.
    pub fn open(&self, node: usize, is_open: bool) {
        if let Some(open) = self.is_open.get(node) {
            open.store(is_open, Ordering::Release);
        }
    }

    /// All donors.
    pub fn donors(&self) -> &[Shared<Donor>] {
        &self.donors
    }

    /// The one who looks whether the chain goes on.
    pub fn scout(&self) -> Result<&Shared<Donor>> {
        self.donors.last().context("there is one")
    }

    /// An error if a donor was refused what must not be refused.
    pub fn check(&self) -> Result<()> {
        match &*lock(&self.problem) {
            Some(problem) => bail!("a donor: {problem}"),
            None => Ok(()),
        }
    }
}

struct Sender {
    clients: Vec<Client>,
    campaign: Arc<Campaign>,
    donor: Shared<Donor>,
    is_on: Arc<AtomicBool>,
    is_open: Arc<Vec<AtomicBool>>,
}

impl Sender {
    fn run(&self) -> Result<()> {
        while !clock::is_interrupted() {
            clock::rest(EVERY);
            let mut donor = lock(&self.donor);
            // Looked at with the donor in hand: whoever pauses and then locks sees nothing change.
            if self.is_on.load(Ordering::Acquire) {
                let open = self.clients.iter().zip(self.is_open.iter());
                let open = open.filter(|(_, open)| open.load(Ordering::Acquire));
                let clients: Vec<_> = open.map(|(client, _)| client).collect();
                donor.send(&self.campaign, &clients)?;
            }
        }
        Ok(())
    }
}
