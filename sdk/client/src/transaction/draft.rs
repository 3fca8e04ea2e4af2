//! A transaction on its way to its signers, who may be offline and several.
//!
//! ```json
//! {
//!   "v": 1,
//!   "chain": "0x…", "chain_name": "dev",
//!   "transaction": "0x… SCALE",
//!   "signatures": [{"key": "0x…", "form": "bare", "signature": "0x…"}],
//!   "sponsor_signatures": [],
//!   "documents": {"wealc1…": { … the ABI of a contract that is called … }}
//! }
//! ```
//!
//! The documents say what the calls mean to somebody who has no node at hand. Whoever made the file
//! chose them, so a signer who does not trust that person brings documents of his own.

use std::collections::BTreeMap;

use parity_scale_codec::Encode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use weal_types::{
    ChainId, PublicKey,
    abi::Abi,
    codec::decode,
    limit,
    transaction::{Call, KeySignature, MessageForm, Transaction},
};

use crate::{
    Codec,
    rpc::types::{ContractAddress, Hex, Hex32},
};

/// The format that this crate writes.
const FORMAT: u32 = 1;

/// Why a file is no transaction to sign. Whoever made it is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a file with a transaction: {0}")]
pub struct DraftError(String);

/// A transaction, the chain that it is for, and the signatures that it has so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Which chain.
    pub chain: ChainId,
    /// What people call the chain; nothing depends on it.
    pub chain_name: String,
    /// What is to be signed.
    pub transaction: Transaction,
    /// By keys of the signer.
    pub signatures: Vec<KeySignature>,
    /// By keys of the sponsor.
    pub sponsor_signatures: Vec<KeySignature>,
    /// The ABI documents of the contracts that are called, by address.
    pub documents: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    v: u32,
    chain: Hex32,
    chain_name: String,
    transaction: Hex,
    #[serde(default)]
    signatures: Vec<Signature>,
    #[serde(default)]
    sponsor_signatures: Vec<Signature>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    documents: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    key: Hex32,
    form: Form,
    signature: Hex,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Bare,
    Wrapped,
}

impl Draft {
    /// A transaction that nobody has signed yet.
    pub fn new(chain: ChainId, chain_name: &str, transaction: Transaction) -> Self {
        Self {
            chain,
            chain_name: chain_name.into(),
            transaction,
            signatures: vec![],
            sponsor_signatures: vec![],
            documents: BTreeMap::new(),
        }
    }

    /// The file's text, with a newline at the end.
    pub fn to_json(&self) -> String {
        let document = Document {
            v: FORMAT,
            chain: Hex32(self.chain.0),
            chain_name: self.chain_name.clone(),
            transaction: Hex(self.transaction.encode()),
            signatures: self.signatures.iter().map(Signature::of).collect(),
            sponsor_signatures: self.sponsor_signatures.iter().map(Signature::of).collect(),
            documents: self.documents.clone(),
        };
        // Strings as keys and no fallible serializer in the types: writing cannot fail.
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a file from outside.
    pub fn from_json(text: &str) -> Result<Self, DraftError> {
        let refused = |error: String| DraftError(error);
        let value = crate::json::read(text).map_err(|error| refused(error.to_string()))?;
        let document: Document =
            serde_json::from_value(value).map_err(|error| refused(error.to_string()))?;
        if document.v != FORMAT {
            return Err(refused(format!("format {}; this program knows {FORMAT}", document.v)));
        }
        let transaction = decode("transaction", &document.transaction.0, limit::TX_BYTES)
            .map_err(|error| refused(error.to_string()))?;
        let read = |signatures: &[Signature]| {
            signatures.iter().map(Signature::read).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            chain: ChainId(document.chain.0),
            chain_name: document.chain_name,
            transaction,
            signatures: read(&document.signatures).map_err(refused)?,
            sponsor_signatures: read(&document.sponsor_signatures).map_err(refused)?,
            documents: document.documents,
        })
    }

    /// Takes over the signatures of another copy; `false` if that is another transaction, or the
    /// same on another chain.
    pub fn absorb(&mut self, other: &Self) -> bool {
        let is_same = (self.chain, &self.transaction) == (other.chain, &other.transaction);
        if is_same {
            self.signatures.extend(&other.signatures);
            self.sponsor_signatures.extend(&other.sponsor_signatures);
        }
        is_same
    }

    /// What describes `call`, if the file brings it.
    pub fn codec(&self, call: &Call) -> Option<Codec> {
        let document = self.documents.get(&ContractAddress(call.to).to_string())?;
        Codec::new(Abi::from_json(&document.to_string()).ok()?).ok()
    }
}

impl Signature {
    fn of(signature: &KeySignature) -> Self {
        Self {
            key: Hex32(signature.key.0),
            form: match signature.form {
                MessageForm::Bare => Form::Bare,
                MessageForm::Wrapped => Form::Wrapped,
            },
            signature: Hex(signature.signature.to_vec()),
        }
    }

    fn read(&self) -> Result<KeySignature, String> {
        let signature = <[u8; 64]>::try_from(self.signature.0.as_slice())
            .map_err(|_| "a signature has 64 bytes".to_owned())?;
        let form = match self.form {
            Form::Bare => MessageForm::Bare,
            Form::Wrapped => MessageForm::Wrapped,
        };
        Ok(KeySignature { key: PublicKey(self.key.0), form, signature })
    }
}
