//! `chain_*`.

use parity_scale_codec::Encode;
use weal_client::rpc::{
    error,
    types::{
        AccountAddress, Block, BlockGet, BlockHeader, BlockTransaction, CertificateBytes,
        CertificateGet, CertificateSummary, FeeInfo, GenesisInfo, Head, Hex, Hex32, NoParams,
        ParamsInfo, TransactionStatus, U64, U128,
    },
};
use weal_types::{
    BlockHash, Height,
    block::FinalHeader,
    certificate::Certificate,
    params::{Admission, ChainParams},
    receipt::{Outcome, Receipt},
    transaction::SignedTransaction,
};

use super::{
    Api,
    error::{Answer, Error},
    transaction::skipped,
    validators,
    view::View,
};
use crate::ledger::{self, FinalizedBlock};

pub(super) fn head(api: &Api, _: NoParams) -> Answer<Head> {
    Ok(head_of(&api.node.head()))
}

/// A block in brief.
pub(super) fn head_of(block: &FinalizedBlock) -> Head {
    let header = &block.header;
    Head {
        height: U64(header.height.0),
        hash: Hex32(header.hash().0),
        time_ms: U64(header.time.0),
        state_root: Hex32(header.state_root),
        transactions: header.tx_count,
    }
}

pub(super) fn block(api: &Api, params: BlockGet) -> Answer<Block> {
    let ledger = api.node.ledger();
    let height = match (params.height, params.hash) {
        (Some(_), Some(_)) => {
            let message = "give `height` or `hash`, not both";
            return Err(Error::new(error::INVALID_PARAMS, message));
        }
        (Some(height), None) => Height(height.0),
        (None, None) => api.node.head().header.height,
        (None, Some(hash)) => {
            let found = ledger.height_of(&BlockHash(hash.0)).map_err(Error::internal)?;
            found.ok_or_else(|| no_block(no_hash(&ledger, hash)))?
        }
    };
    let block = ledger.block(height).map_err(Error::internal)?;
    let block = block.ok_or_else(|| no_height(api, height))?;
    let transactions = block.transactions.iter().zip(&block.receipts);
    Ok(Block {
        header: header(&block.header),
        certificate: block.certificate.as_ref().map(summary),
        transactions: transactions.map(|(tx, receipt)| in_block(tx, receipt)).collect(),
    })
}

fn no_block(message: String) -> Error {
    Error::new(error::UNKNOWN_BLOCK, message)
}

/// Why no block of this hash is found.
fn no_hash(ledger: &ledger::Ledger, hash: Hex32) -> String {
    match ledger.base() {
        Height::ZERO => format!("no block has the hash {hash}"),
        base => {
            format!("no block after {base}, where this node's blocks begin, has the hash {hash}")
        }
    }
}

/// The error for something in or before the block whose state this node began with: what was
/// before is not here.
pub(super) fn not_here(api: &Api, height: Height, what: &str) -> Option<Error> {
    let base = api.node.ledger().base();
    (height <= base && base > Height::ZERO).then(|| {
        let first = base.next().unwrap_or(base);
        let message = format!("this node has {what} from height {first} on; ask another node");
        Error::new(error::HEIGHT_UNAVAILABLE, message)
    })
}

/// The error for a height that the chain has not reached, or whose block is not here.
pub(super) fn no_height(api: &Api, height: Height) -> Error {
    if let Some(error) = not_here(api, height, "blocks") {
        return error;
    }
    let newest = api.node.head().header.height;
    no_block(format!("there is no block {height}; the newest one is {newest}"))
}

fn in_block(transaction: &ledger::BlockTransaction, receipt: &Receipt) -> BlockTransaction {
    let (status, reason) = match &receipt.outcome {
        Outcome::Applied { .. } => (TransactionStatus::Applied, None),
        Outcome::Reverted { .. } => (TransactionStatus::Reverted, None),
        Outcome::Skipped(reason) => (TransactionStatus::Skipped, Some(skipped(*reason).name)),
    };
    BlockTransaction {
        hash: Hex32(transaction.hash.0),
        wire_id: Hex32(SignedTransaction::wire_id_of(&transaction.wire).0),
        status,
        reason: reason.map(Into::into),
    }
}

fn header(header: &FinalHeader) -> BlockHeader {
    BlockHeader {
        hash: Hex32(header.hash().0),
        chain: Hex32(header.chain.0),
        epoch: U64(header.epoch.0),
        height: U64(header.height.0),
        parent: Hex32(header.parent.0),
        proposal: Hex32(header.proposal),
        time_ms: U64(header.time.0),
        tx_root: Hex32(header.tx_root),
        tx_count: header.tx_count,
        state_root: Hex32(header.state_root),
        receipts_root: Hex32(header.receipts_root),
        gas_used: U64(header.gas_used.0),
        set_id: Hex32(header.set_id),
        next_set_id: Hex32(header.next_set_id),
    }
}

fn summary(certificate: &Certificate) -> CertificateSummary {
    let signers = (0..128).filter(|bit| certificate.signers >> bit & 1 == 1);
    CertificateSummary { signers: signers.collect() }
}

pub(super) fn certificate(api: &Api, params: CertificateGet) -> Answer<CertificateBytes> {
    certified(api, Height(params.height.0))
}

/// Blocks that become final together: no more than the replica orders ahead, or another node sends
/// at once.
const TOGETHER: u64 = 64;

/// A header and its certificate.
pub(super) fn certificate_of(api: &Api, height: Height) -> Answer<(FinalHeader, Certificate)> {
    let header = |height| api.node.ledger().header(height).map_err(Error::internal);
    let (found, certificate) = header(height)?.ok_or_else(|| no_height(api, height))?;
    if let Some(certificate) = certificate {
        return Ok((found, certificate));
    }
    if height == Height::ZERO {
        let message = "block 0 has no certificate: the chain id is its hash";
        return Err(Error::new(error::NO_CERTIFICATE, message));
    }
    // Whose certificate covers it, if that one is written yet.
    let mut next = height;
    while let Some(above) = next.next().filter(|above| above.0 <= height.0 + TOGETHER)
        && let Some((_, certificate)) = header(above)?
    {
        if certificate.is_some() {
            let message =
                format!("block {height} has no certificate of its own; block {above} has");
            return Err(Error::new(error::NO_CERTIFICATE, message));
        }
        next = above;
    }
    let message = format!("block {height} is final with the next one, which is being written");
    Err(Error::new(error::NO_CERTIFICATE, message))
}

/// A header and what certifies it.
pub(super) fn certified(api: &Api, height: Height) -> Answer<CertificateBytes> {
    let (header, certificate) = certificate_of(api, height)?;
    let validators = validators::of_epoch(api, header.epoch)?;
    Ok(CertificateBytes {
        header: Hex(header.encode()),
        certificate: Hex(certificate.encode()),
        validators: Hex(validators.encode()),
    })
}

pub(super) fn params(api: &Api, _: NoParams) -> Answer<ParamsInfo> {
    let ChainParams {
        version: _,
        governance,
        admission,
        fee,
        block_gas,
        transaction_gas,
        account_gas_per_block,
        query_gas,
        code_delay,
        valid_ahead_key_ms,
        valid_ahead_policy_ms,
        devnet,
    } = View::newest(api)?.params()?;
    Ok(ParamsInfo {
        governance: AccountAddress(governance),
        admission: match admission {
            Admission::Members => "members",
            Admission::Sponsored => "sponsored",
            Admission::Open => "open",
        }
        .into(),
        fee: fee.map(|fee| FeeInfo {
            asset: Hex32(fee.asset.0),
            price_per_million_gas: U128(fee.price_per_million_gas.0),
            collector: AccountAddress(fee.collector),
        }),
        block_gas: U64(block_gas.0),
        transaction_gas: U64(transaction_gas.0),
        account_gas_per_block: U64(account_gas_per_block.0),
        query_gas: U64(query_gas.0),
        code_delay: U64(code_delay),
        valid_ahead_key_ms: U64(valid_ahead_key_ms),
        valid_ahead_policy_ms: U64(valid_ahead_policy_ms),
        devnet,
    })
}

pub(super) fn genesis(api: &Api, _: NoParams) -> Answer<GenesisInfo> {
    let spec = api.node.spec();
    Ok(GenesisInfo { chain: Hex32(spec.chain.0), document: spec.document.clone() })
}
