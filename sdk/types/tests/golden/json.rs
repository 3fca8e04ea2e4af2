//! Wire values as JSON, by the rules of ABI values: integers from 64 bits up are decimal strings,
//! bytes are `0x…`, an absent option is `null`, a case of an enum is its name or `{"Name": …}`.

use serde_json::{Value, json};
use weal_types::{
    AccountId, Amount, AssetId, ContractId, Epoch, Gas, Height, Nonce, PublicKey, TimeMs, TxHash,
    View,
    account::{Account, AccountStatus, Authority, Policy, WeightedKey},
    block::{FinalHeader, Proposal},
    certificate::{Certificate, CertificateKind, Validator, ValidatorSet, Vote},
    host::{CallContext, CallRequest},
    merkle::ListProof,
    params::{Admission, ChainParams, FeeSchedule},
    receipt::{CallError, Event, Failure, FailureKind, Outcome, Receipt, SkipReason},
    transaction::{AssetAmount, Call, KeySignature, SignedTransaction, Transaction},
};

/// A type that has golden vectors.
pub trait Readable {
    /// Its name in `docs/wire.md`.
    const NAME: &'static str;

    /// The value as JSON.
    fn json(&self) -> Value;
}

/// Bytes as `0x…`.
pub fn hex(bytes: &[u8]) -> Value {
    format!("0x{}", hex::encode(bytes)).into()
}

/// Values as a JSON list.
pub fn list<T: Readable>(values: &[T]) -> Value {
    values.iter().map(Readable::json).collect()
}

macro_rules! readable {
    ($($type:ty: |$value:ident| $json:expr;)*) => {$(
        impl Readable for $type {
            const NAME: &'static str = stringify!($type);

            fn json(&self) -> Value {
                let $value = self;
                $json
            }
        }
    )*};
}

readable! {
    AccountId: |id| hex(&id.0);
    AssetId: |id| hex(&id.0);
    ContractId: |id| hex(&id.0);
    PublicKey: |id| hex(&id.0);
    TxHash: |id| hex(&id.0);
    Amount: |number| number.0.to_string().into();
    Epoch: |number| number.0.to_string().into();
    Gas: |number| number.0.to_string().into();
    Height: |number| number.0.to_string().into();
    Nonce: |number| number.0.to_string().into();
    TimeMs: |number| number.0.to_string().into();
    View: |number| number.0.to_string().into();

    Account: |account| json!({
        "version": 1,
        "nonce": account.nonce.json(),
        "authority": account.authority.json(),
        "admitted_by": account.admitted_by.map(|id| id.json()),
        "status": match account.status {
            AccountStatus::Active => "Active",
            AccountStatus::Suspended => "Suspended",
        },
    });
    Authority: |authority| match authority {
        Authority::Key(key) => json!({ "Key": key.json() }),
        Authority::Policy(policy) => json!({ "Policy": policy.json() }),
    };
    Policy: |policy| json!({ "threshold": policy.threshold, "keys": list(&policy.keys) });
    WeightedKey: |entry| json!({ "key": entry.key.json(), "weight": entry.weight });

    AssetAmount: |entry| json!({ "asset": entry.asset.json(), "amount": entry.amount.json() });
    Call: |call| json!({
        "to": call.to.json(),
        "method": call.method.as_str(),
        "args": hex(&call.args),
        "attach": list(&call.attach),
    });
    Transaction: |transaction| json!({
        "version": 1,
        "signer": transaction.signer.json(),
        "nonce": transaction.nonce.json(),
        "valid_until": transaction.valid_until.json(),
        "gas_limit": transaction.gas_limit.json(),
        "max_fee": transaction.max_fee.json(),
        "sponsor": transaction.sponsor.map(|id| id.json()),
        "limits": list(&transaction.limits),
        "calls": list(&transaction.calls),
    });
    KeySignature: |entry| json!({
        "key": entry.key.json(),
        "form": format!("{:?}", entry.form),
        "signature": hex(&entry.signature),
    });
    SignedTransaction: |signed| json!({
        "version": 1,
        "transaction": signed.transaction.json(),
        "signatures": list(&signed.signatures),
        "sponsor_signatures": list(&signed.sponsor_signatures),
    });

    Receipt: |receipt| json!({
        "version": 1,
        "index": receipt.index,
        "outcome": receipt.outcome.json(),
    });
    Outcome: |outcome| match outcome {
        Outcome::Skipped(reason) => json!({ "Skipped": reason.json() }),
        Outcome::Reverted { transaction, gas_used, fee, failure } => json!({ "Reverted": {
            "transaction": transaction.json(),
            "gas_used": gas_used.json(),
            "fee": fee.json(),
            "failure": failure.json(),
        } }),
        Outcome::Applied { transaction, gas_used, fee, returns, events } => json!({ "Applied": {
            "transaction": transaction.json(),
            "gas_used": gas_used.json(),
            "fee": fee.json(),
            "returns": returns.iter().map(|bytes| hex(bytes)).collect::<Value>(),
            "events": list(events),
        } }),
    };
    SkipReason: |reason| format!("{reason:?}").into();
    Failure: |failure| json!({
        "call": failure.call,
        "contract": failure.contract.json(),
        "method": failure.method.as_str(),
        "kind": failure.kind.json(),
    });
    FailureKind: |kind| match kind {
        FailureKind::Revert { code, payload } => {
            json!({ "Revert": { "code": code, "payload": hex(payload) } })
        }
        FailureKind::Panic(location) => json!({ "Panic": hex(location) }),
        FailureKind::Trap(trap) => json!({ "Trap": format!("{trap:?}") }),
        plain => format!("{plain:?}").into(),
    };
    Event: |event| json!({
        "contract": event.contract.json(),
        "name": event.name.as_str(),
        "topics": event.topics.iter().map(|bytes| hex(bytes)).collect::<Value>(),
        "data": hex(&event.data),
    });
    CallError: |error| json!({
        "contract": error.contract.json(),
        "method": error.method.as_str(),
        "kind": error.kind.json(),
    });

    Proposal: |proposal| json!({
        "version": 1,
        "epoch": proposal.epoch.json(),
        "height": proposal.height.json(),
        "first_view": proposal.first_view.json(),
        "proposer": proposal.proposer,
        "time": proposal.time.json(),
        "tx_root": hex(&proposal.tx_root),
        "tx_count": proposal.tx_count,
        "tx_bytes": proposal.tx_bytes,
        "gas": proposal.gas.json(),
        "evidence_root": hex(&proposal.evidence_root),
    });
    FinalHeader: |header| json!({
        "version": 1,
        "chain": hex(&header.chain.0),
        "epoch": header.epoch.json(),
        "height": header.height.json(),
        "parent": hex(&header.parent.0),
        "proposal": hex(&header.proposal),
        "time": header.time.json(),
        "tx_root": hex(&header.tx_root),
        "tx_count": header.tx_count,
        "state_root": hex(&header.state_root),
        "receipts_root": hex(&header.receipts_root),
        "gas_used": header.gas_used.json(),
        "set_id": hex(&header.set_id),
        "next_set_id": hex(&header.next_set_id),
    });
    CertificateKind: |kind| format!("{kind:?}").into();
    Vote: |vote| json!({
        "kind": vote.kind.json(),
        "epoch": vote.epoch.json(),
        "view": vote.view.json(),
        "height": vote.height.json(),
        "hash": hex(&vote.hash),
    });
    Certificate: |certificate| json!({
        "version": 1,
        "vote": certificate.vote.json(),
        "signers": certificate.signers.to_string(),
        "signatures": certificate.signatures.iter().map(|bytes| hex(bytes)).collect::<Value>(),
    });
    Validator: |validator| json!({ "key": validator.key.json() });
    ValidatorSet: |set| json!({
        "version": 1,
        "epoch": set.epoch.json(),
        "validators": list(&set.validators),
    });
    ListProof: |proof| json!({
        "index": proof.index,
        "count": proof.count,
        "path": proof.path.iter().map(|hash| hex(hash)).collect::<Value>(),
    });

    Admission: |admission| format!("{admission:?}").into();
    FeeSchedule: |fee| json!({
        "asset": fee.asset.json(),
        "price_per_million_gas": fee.price_per_million_gas.json(),
        "collector": fee.collector.json(),
    });
    ChainParams: |params| json!({
        "version": 1,
        "governance": params.governance.json(),
        "admission": params.admission.json(),
        "fee": params.fee.map(|fee| fee.json()),
        "block_gas": params.block_gas.json(),
        "transaction_gas": params.transaction_gas.json(),
        "account_gas_per_block": params.account_gas_per_block.json(),
        "query_gas": params.query_gas.json(),
        "code_delay": params.code_delay.to_string(),
        "valid_ahead_key_ms": params.valid_ahead_key_ms.to_string(),
        "valid_ahead_policy_ms": params.valid_ahead_policy_ms.to_string(),
        "devnet": params.devnet,
    });

    CallContext: |context| json!({
        "chain": hex(&context.chain.0),
        "height": context.height.json(),
        "time": context.time.json(),
        "caller": context.caller.json(),
        "contract": context.contract.json(),
        "top_level": context.top_level,
    });
    CallRequest: |request| json!({ "call": request.call.json(), "gas": request.gas.json() });
    Result<Vec<u8>, CallError>: |result| match result {
        Ok(bytes) => json!({ "Ok": hex(bytes) }),
        Err(error) => json!({ "Err": error.json() }),
    };
    Vec<AssetAmount>: |amounts| list(amounts);
}
