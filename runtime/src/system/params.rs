//! Parameters: what governance may change, from the next block on.
//!
//! | key | value |
//! |---|---|
//! | `p` | [`ChainParams`] |

use parity_scale_codec::Encode;
use thiserror::Error;
use weal_types::{
    AssetId, Gas,
    account::AccountStatus,
    params::{Admission, ChainParams},
    state::{Snapshot, StateKey, StorageFault},
};

use crate::{
    fault::{HostFault, Stop},
    native::{Native, NativeMethod, refusal, refuse},
    session::decode_record,
    system::{
        ASSETS, PARAMS, accounts,
        assets::{Asset, SUPPLY_MAX},
        contracts, native_call, native_query,
    },
};

mod abi;
pub mod error;

pub use abi::abi;

pub(crate) const METHODS: &[NativeMethod] = &[native_call("set", set), native_query("get", get)];

/// Where the parameters live.
pub const PARAMS_KEY: &[u8] = b"p";

/// Gas that a transaction has at least: enough for sixteen signatures and a call of this contract,
/// so that no choice of parameters is the last one.
pub const TRANSACTION_GAS_MIN: Gas = Gas(1_000_000);

/// Heights that code waits at most: with a block per second, a week.
pub const CODE_DELAY_MAX: u64 = 604_800;

/// Milliseconds that a transaction may be signed ahead at most: 366 days.
pub const VALID_AHEAD_MS_MAX: u64 = 366 * 24 * 3_600_000;

/// The parameters in force after the block that `snapshot` shows.
pub fn load(snapshot: &dyn Snapshot) -> Result<ChainParams, HostFault> {
    let key = StateKey::new(&PARAMS, PARAMS_KEY)
        .map_err(|_| StorageFault("the key of the parameters is too long".into()))?;
    let bytes = snapshot.get(&key)?.ok_or_else(corrupt)?;
    decode_record(&PARAMS, WHAT, &bytes)
}

const WHAT: &str = "the parameters";

fn corrupt() -> HostFault {
    HostFault::Corrupt { contract: PARAMS, what: WHAT }
}

/// Parameters under which a chain could not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParamsError {
    /// A transaction could do nothing, or use more than a block.
    #[error(
        "transaction_gas lies between {TRANSACTION_GAS_MIN} and block_gas, which is {block_gas}"
    )]
    TransactionGas {
        /// Gas of a block.
        block_gas: Gas,
    },
    /// An account could not send the largest transaction.
    #[error("account_gas_per_block is at least transaction_gas, which is {transaction_gas}")]
    AccountGas {
        /// Gas of a transaction.
        transaction_gas: Gas,
    },
    /// Queries could do nothing.
    #[error("query_gas is at least 1")]
    QueryGas,
    /// Code would wait for ever.
    #[error("code_delay is at most {} heights", CODE_DELAY_MAX)]
    CodeDelay,
    /// No transaction would be in time, or one could be sent years later.
    #[error(
        "valid_ahead_key_ms and valid_ahead_policy_ms lie between 1 and {}",
        VALID_AHEAD_MS_MAX
    )]
    ValidAhead,
    /// The fee of a large transaction would be no amount.
    #[error("the fee of a transaction does not fit into an amount at this price")]
    FeePrice,
}

/// Checks what can be said of the parameters alone.
pub fn check(params: &ChainParams) -> Result<(), ParamsError> {
    let ChainParams { block_gas, transaction_gas, .. } = *params;
    if !(TRANSACTION_GAS_MIN..=block_gas).contains(&transaction_gas) {
        return Err(ParamsError::TransactionGas { block_gas });
    }
    if params.account_gas_per_block < transaction_gas {
        return Err(ParamsError::AccountGas { transaction_gas });
    }
    if params.query_gas == Gas::ZERO {
        return Err(ParamsError::QueryGas);
    }
    if params.code_delay > CODE_DELAY_MAX {
        return Err(ParamsError::CodeDelay);
    }
    for ahead_ms in [params.valid_ahead_key_ms, params.valid_ahead_policy_ms] {
        if !(1..=VALID_AHEAD_MS_MAX).contains(&ahead_ms) {
            return Err(ParamsError::ValidAhead);
        }
    }
    if params.fee(transaction_gas).is_none_or(|fee| fee > SUPPLY_MAX) {
        return Err(ParamsError::FeePrice);
    }
    Ok(())
}

fn set(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    let params: ChainParams = native.args()?;
    native.require_governance()?;
    check(&params).map_err(|fault| match fault {
        ParamsError::TransactionGas { block_gas } => {
            refusal(error::TRANSACTION_GAS, &(TRANSACTION_GAS_MIN, block_gas))
        }
        ParamsError::AccountGas { transaction_gas } => {
            refusal(error::ACCOUNT_GAS, &transaction_gas)
        }
        ParamsError::QueryGas => refusal(error::QUERY_GAS, &()),
        ParamsError::CodeDelay => refusal(error::CODE_DELAY, &CODE_DELAY_MAX),
        ParamsError::ValidAhead => refusal(error::VALID_AHEAD, &VALID_AHEAD_MS_MAX),
        ParamsError::FeePrice => refusal(error::FEE_PRICE, &()),
    })?;
    // Code that was let in on a devnet may import what other chains do not have, and the reverse.
    if params.devnet != native.parts().0.params.devnet {
        return refuse(error::DEVNET_IS_FIXED, &());
    }
    check_governance(native, &params)?;
    if let Some(fee) = &params.fee {
        check_fee_asset(native, &fee.asset)?;
    }
    native.write(PARAMS_KEY, &params)?;
    native.emit("Set", &[], &params)?;
    Ok(Vec::new())
}

/// Governance that could not send a transaction under these parameters would be the last one.
fn check_governance(native: &mut Native<'_>, params: &ChainParams) -> Result<(), Stop> {
    let id = params.governance;
    if contracts::exists(native, &id.as_contract())? {
        return Ok(());
    }
    let able = accounts::read(native, &id)?.is_some_and(|account| {
        let may_send = params.admission != Admission::Members || account.admitted_by.is_some();
        account.status == AccountStatus::Active && may_send
    });
    if able { Ok(()) } else { refuse(error::GOVERNANCE_UNABLE, &id) }
}

fn check_fee_asset(native: &mut Native<'_>, asset: &AssetId) -> Result<(), Stop> {
    let (mut session, meter) = native.parts();
    match session.read(&ASSETS, &Asset::key(asset), meter)? {
        Some(_) => Ok(()),
        None => refuse(error::UNKNOWN_FEE_ASSET, asset),
    }
}

fn get(native: &mut Native<'_>) -> Result<Vec<u8>, Stop> {
    native.args::<()>()?;
    let params: Option<ChainParams> = native.read(WHAT, PARAMS_KEY)?;
    Ok(params.ok_or_else(corrupt)?.encode())
}

#[cfg(test)]
mod tests {
    use super::*;
    use weal_types::{AccountId, Amount, params::FeeSchedule};

    fn params() -> ChainParams {
        ChainParams::consortium(AccountId([1; 32]))
    }

    fn fee(price: u128) -> Option<FeeSchedule> {
        Some(FeeSchedule {
            asset: AssetId([2; 32]),
            price_per_million_gas: Amount(price),
            collector: AccountId([3; 32]),
        })
    }

    #[test]
    fn the_three_modes_and_the_devnet_pass() {
        let governance = AccountId([1; 32]);
        let public = fee(10).map(|fee| ChainParams::public(governance, fee));
        let modes = [
            ChainParams::private(governance),
            ChainParams::consortium(governance),
            ChainParams::devnet(governance),
        ];
        for params in modes.into_iter().chain(public) {
            assert_eq!(check(&params), Ok(()));
        }
    }

    #[test]
    fn parameters_that_stop_the_chain_are_refused() {
        let block_gas = params().block_gas;
        let transaction_gas = params().transaction_gas;
        type Change = fn(&mut ChainParams);
        let cases: [(Change, ParamsError); 9] = [
            (
                |params| params.transaction_gas = Gas(TRANSACTION_GAS_MIN.0 - 1),
                ParamsError::TransactionGas { block_gas },
            ),
            (
                |params| params.transaction_gas = Gas(params.block_gas.0 + 1),
                ParamsError::TransactionGas { block_gas },
            ),
            (
                |params| params.account_gas_per_block = Gas(params.transaction_gas.0 - 1),
                ParamsError::AccountGas { transaction_gas },
            ),
            (|params| params.query_gas = Gas(0), ParamsError::QueryGas),
            (|params| params.code_delay = CODE_DELAY_MAX + 1, ParamsError::CodeDelay),
            (|params| params.valid_ahead_key_ms = 0, ParamsError::ValidAhead),
            (
                |params| params.valid_ahead_policy_ms = VALID_AHEAD_MS_MAX + 1,
                ParamsError::ValidAhead,
            ),
            (|params| params.fee = fee(u128::MAX), ParamsError::FeePrice),
            (|params| params.fee = fee(1 << 96), ParamsError::FeePrice),
        ];
        for (change, expected) in cases {
            let mut params = params();
            change(&mut params);
            assert_eq!(check(&params), Err(expected));
        }
    }
}
