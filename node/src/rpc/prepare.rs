//! `contract_prepare`: from calls as JSON to a transaction that waits for signatures, and what it
//! would do.
//!
//! The transaction is tried out twice on the newest state. The first run finds what it needs: how
//! much gas, and what would leave the signer. The second runs the transaction as it will be signed,
//! and is what the caller is shown.

use parity_scale_codec::{Decode, Encode};
use weal_client::rpc::{
    error,
    types::{
        AccountAddress, AmountInfo, BalanceChange, CallByAbi, Effects, Hex, Hex32,
        MissingSignature, Prepare, Prepared, SignatureRole, U64, U128,
    },
};
use weal_runtime::{
    BlockContext, DryRun, DryRunMode,
    system::{ASSETS, assets::Balance},
};
use weal_types::{
    AccountId, Amount, AssetId, Gas, Nonce, TimeMs,
    codec::{Bounded, Version},
    limit,
    params::ChainParams,
    receipt::{Outcome, SkipReason},
    state::ChangeSet,
    transaction::{AssetAmount, Call, Transaction},
};

use super::{
    Api, account,
    contract::{Use, encode},
    error::{Answer, Error},
    said,
    transaction::why_skipped,
    view::View,
};

/// How long a transaction may run unless told otherwise: time enough to read and sign it.
const VALID_FOR_MS: u64 = 3_600_000;

pub(super) fn prepare(api: &Api, params: Prepare) -> Answer<Prepared> {
    let view = View::newest(api)?;
    let (calls, summary) = calls(&view, &params.calls)?;
    let trial = Trial::new(&view, &params)?;
    let draft = trial.draft(&params, calls)?;
    let measured = trial.run(&draft, DryRunMode::Measure)?;
    let transaction = trial.complete(draft, &params, &measured)?;
    let run = trial.run(&transaction, DryRunMode::Exact)?;
    let (gas_used, fee) = spent(&run.outcome);
    let outcome = said::outcome(&view, &run.outcome, &transaction.calls)?;
    let outcome = outcome.ok_or_else(|| Error::internal("a skipped dry run was let through"))?;
    let missing_signatures = missing(&transaction, &run);
    let transaction = Transaction { nonce: trial.nonce, ..transaction };
    Ok(Prepared {
        hash: Hex32(transaction.hash(&trial.context.chain).0),
        outcome,
        summary,
        effects: effects(&view, &run.changes)?,
        height: U64(view.height.0),
        nonce: U64(transaction.nonce.0),
        valid_until_ms: U64(transaction.valid_until.0),
        gas_used: U64(gas_used.0),
        gas_limit: U64(transaction.gas_limit.0),
        fee: U128(fee.0),
        max_fee: U128(transaction.max_fee.0),
        limits: view.amounts(&transaction.limits)?,
        missing_signatures,
        transaction: Hex(transaction.encode()),
    })
}

/// The calls, and a sentence for each.
fn calls(view: &View<'_>, asked: &[CallByAbi]) -> Answer<(Vec<Call>, Vec<String>)> {
    let mut calls = Vec::with_capacity(asked.len());
    let mut summary = Vec::with_capacity(asked.len());
    for asked in asked {
        let contract = asked.contract.0;
        let codec = view.expect_codec(&contract)?;
        let attach = asked.attach.iter().map(amount).collect();
        let method = asked.method.as_str();
        let call = encode(&codec, contract, (method, Use::Call), asked.args.as_ref(), attach)?;
        let sentence = said::intent(view, &contract, method, &call.args)?;
        summary.push(sentence.unwrap_or_else(|| method.to_owned()));
        calls.push(call);
    }
    Ok((calls, summary))
}

fn amount(amount: &AmountInfo) -> AssetAmount {
    AssetAmount { asset: said::asset_id(amount.asset), amount: Amount(amount.amount.0) }
}

/// Where transactions are tried out.
struct Trial<'v, 'a> {
    view: &'v View<'a>,
    context: BlockContext,
    params: ChainParams,
    /// What the account's nonce is in the state.
    current: Nonce,
    /// What the transaction's is to be.
    nonce: Nonce,
}

impl<'v, 'a> Trial<'v, 'a> {
    fn new(view: &'v View<'a>, asked: &Prepare) -> Answer<Self> {
        let node = &view.api.node;
        let newest = view.context()?;
        // The next block is later than the newest one, whatever the clock says.
        let time = TimeMs(node.clock().now().0.max(newest.time.0 + 1));
        let height = newest.height.next().unwrap_or(newest.height);
        let signer = asked.from.0;
        let current = account::load(view, &signer)?.nonce;
        let nonce = match asked.nonce {
            Some(nonce) => Nonce(nonce.0),
            None => node.pool().next_nonce(&signer).unwrap_or(current).max(current),
        };
        if nonce < current {
            let message = format!("nonce {nonce} is used; the account's next one is {current}");
            return Err(Error::new(error::TX_WRONG_NONCE, message));
        }
        let context = BlockContext { time, height, ..newest };
        Ok(Self { view, context, params: view.params()?, current, nonce })
    }

    /// The most gas that one transaction may have.
    fn most_gas(&self) -> Gas {
        let params = &self.params;
        params.transaction_gas.min(params.account_gas_per_block).min(params.block_gas)
    }

    /// The transaction before anything is known about it. It has the account's nonce, so that it
    /// can be tried out although others wait before it.
    fn draft(&self, asked: &Prepare, calls: Vec<Call>) -> Answer<Transaction> {
        let count = calls.len();
        let calls = Bounded::new(calls).map_err(|_| {
            let message = format!("{count} calls; a transaction has 1 to {}", limit::TX_CALLS);
            Error::new(error::INVALID_PARAMS, message)
        })?;
        let valid_for = asked.valid_for_ms.map_or(VALID_FOR_MS, |ms| ms.0);
        Ok(Transaction {
            version: Version,
            signer: asked.from.0,
            nonce: self.current,
            valid_until: TimeMs(self.context.time.0.saturating_add(valid_for)),
            gas_limit: self.most_gas(),
            max_fee: Amount::ZERO,
            sponsor: asked.sponsor.map(|sponsor| sponsor.0),
            limits: Bounded::default(),
            calls,
        })
    }

    /// Tries a transaction out; one that would be skipped is refused.
    fn run(&self, transaction: &Transaction, mode: DryRunMode) -> Answer<DryRun> {
        let bytes = transaction.encoded_size();
        if bytes > limit::TX_BYTES {
            let most = limit::TX_BYTES;
            let message = format!("the transaction has {bytes} bytes; {most} are the most");
            return Err(Error::new(error::BAD_ARGUMENTS, message));
        }
        let (runtime, snapshot) = (self.view.api.node.runtime(), self.view.snapshot.clone());
        let run =
            runtime.dry_run(&self.context, transaction, mode, snapshot).map_err(Error::internal)?;
        match run.outcome {
            Outcome::Skipped(reason) => Err(refused(reason)),
            _ => Ok(run),
        }
    }

    /// The transaction as it is to be signed, but for its nonce.
    fn complete(
        &self,
        draft: Transaction,
        asked: &Prepare,
        measured: &DryRun,
    ) -> Answer<Transaction> {
        let gas_limit = match asked.gas_limit {
            Some(gas) => Gas(gas.0),
            None => with_room(spent(&measured.outcome).0).min(self.most_gas()),
        };
        let max_fee = match asked.max_fee {
            Some(fee) => Amount(fee.0),
            None => self.params.fee(gas_limit).ok_or_else(|| refused(SkipReason::CannotPay))?,
        };
        let mut limits = match &asked.limits {
            Some(limits) => limits.iter().map(amount).collect(),
            None => measured.spent.clone(),
        };
        limits.sort_unstable_by_key(|limit| limit.asset);
        if limits.windows(2).any(|pair| pair[0].asset == pair[1].asset) {
            return Err(Error::new(error::INVALID_PARAMS, "limits name an asset twice"));
        }
        let count = limits.len();
        let limits = Bounded::new(limits).map_err(|_| {
            let most = limit::TX_SPEND_LIMITS;
            let message = format!("limits for {count} assets; {most} are the most");
            Error::new(error::INVALID_PARAMS, message)
        })?;
        Ok(Transaction { gas_limit, max_fee, limits, ..draft })
    }
}

fn refused(reason: SkipReason) -> Error {
    let why = why_skipped(reason);
    let message = format!("{} ({})", why.message, why.name);
    Error::new(error::PREPARE_SKIPPED, message)
}

/// A fifth more than was used, since the state may have changed by then; in whole thousands, which
/// are easier to read.
fn with_room(used: Gas) -> Gas {
    let room = used.0.saturating_add(used.0 / 5);
    Gas(room.div_ceil(1_000).saturating_mul(1_000))
}

fn spent(outcome: &Outcome) -> (Gas, Amount) {
    match outcome {
        Outcome::Applied { gas_used, fee, .. } | Outcome::Reverted { gas_used, fee, .. } => {
            (*gas_used, *fee)
        }
        Outcome::Skipped(_) => (Gas::ZERO, Amount::ZERO),
    }
}

fn missing(transaction: &Transaction, run: &DryRun) -> Vec<MissingSignature> {
    let signer = MissingSignature {
        account: AccountAddress(transaction.signer),
        role: SignatureRole::Signer,
        authority: account::authority(&run.signer.authority),
    };
    let sponsor =
        transaction.sponsor.zip(run.sponsor.as_ref()).map(|(id, sponsor)| MissingSignature {
            account: AccountAddress(id),
            role: SignatureRole::Sponsor,
            authority: account::authority(&sponsor.authority),
        });
    std::iter::once(signer).chain(sponsor).collect()
}

/// The balances that would differ, read off what would be written.
fn effects(view: &View<'_>, changes: &ChangeSet) -> Answer<Effects> {
    let mut balances = Vec::new();
    for (key, value) in changes.iter() {
        let Some((holder, asset)) = balance_of(key.contract(), key.key()) else { continue };
        let before: Balance =
            view.record(&ASSETS, &Balance::key(&holder, &asset))?.unwrap_or_default();
        let after = match value {
            Some(bytes) => Balance::decode(&mut &bytes[..]).map_err(Error::internal)?,
            None => Balance::default(),
        };
        if before.free == after.free {
            continue;
        }
        let known = view.asset(&asset)?;
        balances.push(BalanceChange {
            account: AccountAddress(holder),
            asset: Hex32(asset.0),
            symbol: known.as_ref().map(|known| known.symbol.as_str().into()),
            scale: known.map(|known| known.scale),
            before: U128(before.free.0),
            after: U128(after.free.0),
        });
    }
    Ok(Effects { balances })
}

/// Whose balance of what lies at a key, if one does ([`Balance::key`]).
fn balance_of(contract: weal_types::ContractId, key: &[u8]) -> Option<(AccountId, AssetId)> {
    let ids = key.strip_prefix(b"b").filter(|_| contract == ASSETS)?;
    let (holder, asset) = ids.split_at_checked(32)?;
    Some((AccountId(holder.try_into().ok()?), AssetId(asset.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gas_has_room() {
        for (used, expected) in [(0, 0), (1, 1_000), (1_000, 2_000), (100_000, 120_000)] {
            assert_eq!(with_room(Gas(used)), Gas(expected));
        }
        assert_eq!(with_room(Gas::MAX).0 % 1_000, u64::MAX % 1_000);
    }

    #[test]
    fn keys_of_balances_are_read_as_they_are_written() {
        let (holder, asset) = (AccountId([7; 32]), AssetId([9; 32]));
        let key = Balance::key(&holder, &asset);
        assert_eq!(balance_of(ASSETS, &key), Some((holder, asset)));
        assert_eq!(balance_of(weal_types::ContractId([9; 32]), &key), None);
        assert_eq!(balance_of(ASSETS, &key[..64]), None);
        assert_eq!(balance_of(ASSETS, b"a"), None);
    }
}
