//! Somebody who sends one transaction after the other, and insists.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use weal_client::rpc::{
    Client,
    types::{
        AccountAddress, AccountGet, AccountInfo, Hex, Hex32, Submit, SubmitStatus, TxState, TxWait,
    },
};
use weal_types::{ChainId, TimeMs};

use crate::{
    people::{Person, euro, transfer},
    process::pause,
};

pub struct Sender {
    pub from: u16,
    chain: ChainId,
    /// What the node has acknowledged, in the order of nonces.
    pub accepted: Vec<Hex32>,
    /// What was sent and not answered: the node may have it, or not.
    unanswered: Option<Vec<u8>>,
}

impl Sender {
    pub fn new(from: u16, chain: ChainId) -> Self {
        Self { from, chain, accepted: Vec::new(), unanswered: None }
    }

    fn next(&self) -> Vec<u8> {
        let now = TimeMs(weal_node::clock::host_ms());
        let nonce = self.accepted.len() as u64;
        transfer(&self.chain, now, self.from, nonce, u128::from(nonce % 7) + 1)
    }

    /// Sends until the node no longer answers.
    pub fn send_until(&mut self, client: &Client, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Acquire) && self.send(client).is_some() {}
    }

    /// Sends one transaction, the unanswered one first. Nothing if the node does not answer.
    pub fn send(&mut self, client: &Client) -> Option<()> {
        let wire = self.unanswered.take().unwrap_or_else(|| self.next());
        let submit = Submit { transactions: vec![Hex(wire.clone())] };
        let Ok(verdicts) = client.tx_submit(&submit) else {
            self.unanswered = Some(wire);
            return None;
        };
        let verdict = &verdicts[0];
        match (verdict.status, &verdict.error) {
            (SubmitStatus::Accepted | SubmitStatus::Known, _) => {
                self.accepted.extend(verdict.hash);
            }
            // Sixteen wait already.
            (SubmitStatus::Refused, Some(error)) if error.name == "pool_account_full" => {
                self.unanswered = Some(wire);
                pause(Duration::from_millis(2));
            }
            (SubmitStatus::Refused, error) => panic!("refused: {error:?}"),
        }
        Some(())
    }

    /// Sends what was not answered, and waits until everything is final.
    pub fn settle(&mut self, client: &Client) {
        while self.unanswered.is_some() {
            self.send(client).expect("the node answers");
        }
        let last = *self.accepted.last().expect("something was sent");
        let wait = TxWait { hash: last, timeout_ms: Some(30_000) };
        let status = client.tx_wait(&wait).expect("the node answers");
        assert_eq!(status.state, TxState::Final, "{last:?} was acknowledged");
    }
}

pub fn account(client: &Client, person: u16) -> AccountInfo {
    let account = AccountAddress(Person::new(person).id());
    client.account_get(&AccountGet { account }).expect("the node answers")
}

pub fn balance(client: &Client, person: u16) -> u128 {
    let balances = account(client, person).balances;
    let euros = balances.iter().find(|balance| balance.asset.0 == euro().0);
    euros.map_or(0, |balance| balance.free.0)
}
