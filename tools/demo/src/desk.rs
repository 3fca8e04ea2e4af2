//! Somebody's desk: prepare, compare, sign, send, wait.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use parity_scale_codec::Encode;
use serde_json::{Value, json};
use weal_client::{
    Codec,
    keys::{KeyPair, join},
    rpc::{
        Client,
        types::{
            AssetList, AssetSummary, ContractGet, Hex, Outcome, OutcomeStatus, Query, Submit,
            SubmitStatus, TxState, TxWait,
        },
    },
    transaction::{Request, Settings},
};
use weal_types::{
    AccountId, Amount, AssetId, ChainId, ContractId, abi::Abi, address::Address,
    transaction::AssetAmount,
};

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Calls of one transaction, each with what is attached.
pub type Calls<'a> = Vec<(ContractId, &'a str, Value, Vec<AssetAmount>)>;

/// A connection to a node, and what is known of its chain.
pub struct Desk {
    /// The connection.
    pub client: Client,
    chain: ChainId,
    codecs: RefCell<BTreeMap<ContractId, Codec>>,
}

impl Desk {
    /// Connects to the node at `url`.
    pub fn open(url: &str) -> Result<Self> {
        let client = Client::new(url, TIMEOUT)?;
        let info = client.node_info()?;
        Ok(Self { client, chain: ChainId(info.chain.0), codecs: RefCell::default() })
    }

    /// The chain that is signed for.
    pub fn chain(&self) -> ChainId {
        self.chain
    }

    /// The asset with this symbol.
    pub fn asset(&self, symbol: &str) -> Result<AssetId> {
        let assets: Vec<AssetSummary> = self.client.asset_list(&AssetList::default())?;
        let found = assets.iter().find(|asset| asset.symbol == symbol);
        found.map(|asset| AssetId(asset.asset.0)).ok_or_else(|| anyhow!("no asset {symbol}"))
    }

    /// What describes a contract, as the node has it.
    pub fn codec(&self, contract: ContractId) -> Result<Codec> {
        if let Some(codec) = self.codecs.borrow().get(&contract) {
            return Ok(codec.clone());
        }
        let answer = self.client.contract_abi(&ContractGet { contract: contract.into() })?;
        let codec = Codec::new(Abi::from_json(&answer.abi.to_string())?)?;
        self.codecs.borrow_mut().insert(contract, codec.clone());
        Ok(codec)
    }

    /// Sends one call and waits until it is final. What it returned.
    pub fn call(
        &self,
        who: &KeyPair,
        contract: ContractId,
        method: &str,
        args: Value,
        attach: &[AssetAmount],
    ) -> Result<Value> {
        let mut values = self.calls(who, vec![(contract, method, args, attach.to_vec())])?;
        values.pop().context("a call has a result")
    }

    /// Sends calls as one transaction and waits until it is final. What each returned.
    pub fn calls(&self, who: &KeyPair, calls: Calls<'_>) -> Result<Vec<Value>> {
        let what = calls.first().map(|(_, method, ..)| (*method).to_owned()).unwrap_or_default();
        let outcome = self.send(who, calls).with_context(|| format!("`{what}`"))?;
        match outcome.status {
            OutcomeStatus::Applied => {
                let values = outcome.returns.into_iter();
                Ok(values.map(|returned| returned.value.unwrap_or(Value::Null)).collect())
            }
            OutcomeStatus::Reverted => {
                let message = outcome.failure.map(|failure| failure.message).unwrap_or_default();
                bail!("`{what}` was reverted: {message}")
            }
        }
    }

    fn send(&self, who: &KeyPair, calls: Calls<'_>) -> Result<Outcome> {
        let mut request = Request::new(who.account(), Settings::default());
        for (contract, method, args, attach) in calls {
            request.call(&self.codec(contract)?, contract, method, args, &attach)?;
        }
        let prepared = self.client.contract_prepare(&request.params())?;
        if prepared.outcome.status == OutcomeStatus::Reverted {
            return Ok(prepared.outcome);
        }
        let transaction = request.accept(&prepared, &self.chain, None)?;
        let signature = who.sign(&transaction, &self.chain);
        let signed = join(transaction, &self.chain, &[signature], &[])?;
        self.submit(signed.encode())
    }

    /// Submits a signed transaction and waits until it is final.
    pub fn submit(&self, wire: Vec<u8>) -> Result<Outcome> {
        let verdicts = self.client.tx_submit(&Submit { transactions: vec![Hex(wire)] })?;
        let verdict = verdicts.into_iter().next().context("a verdict")?;
        let (SubmitStatus::Accepted | SubmitStatus::Known, Some(hash)) =
            (verdict.status, verdict.hash)
        else {
            bail!("refused: {:?}", verdict.error);
        };
        let wait = TxWait { hash, timeout_ms: Some(20_000) };
        let status = self.client.tx_wait(&wait)?;
        if status.state != TxState::Final {
            bail!("{hash} is not final after 20 s");
        }
        status.outcome.context("a final transaction has an outcome")
    }

    /// Asks a contract.
    pub fn query(&self, contract: ContractId, method: &str, args: Value) -> Result<Value> {
        let query = Query {
            contract: contract.into(),
            method: method.into(),
            args: Some(args),
            from: None,
        };
        Ok(self.client.contract_query(&query)?.value)
    }
}

/// An account as JSON has it.
pub fn account(id: AccountId) -> Value {
    json!(Address::Account(id).to_text())
}

/// An amount that goes with a call.
pub const fn money(asset: AssetId, amount: u128) -> AssetAmount {
    AssetAmount { asset, amount: Amount(amount) }
}

/// A hash as JSON has it.
pub fn hash(bytes: &[u8; 32]) -> Value {
    json!(format!("0x{}", hex::encode(bytes)))
}
