//! The newest state, as far as admission needs it.

use parity_scale_codec::DecodeAll;
use weal_runtime::system;
use weal_types::{
    AccountId, Amount,
    account::Account,
    params::ChainParams,
    state::{Snapshot, StateKey, StorageFault},
};

/// See the module.
pub(super) struct Newest {
    pub as_of: u64,
    pub snapshot: weal_state::StateSnapshot,
    pub params: ChainParams,
}

impl Newest {
    pub fn account(&self, id: &AccountId) -> Result<Account, StorageFault> {
        let key = StateKey::new(&system::ACCOUNTS, &system::accounts::account_key(id))
            .map_err(|error| StorageFault(error.to_string()))?;
        match self.snapshot.get(&key)? {
            None => Ok(Account::opened_by_key(id)),
            Some(bytes) => Account::decode_all(&mut &bytes[..])
                .map_err(|_| StorageFault(format!("the record of account {id:?} is damaged"))),
        }
    }

    pub fn fee_balance(&self, payer: &AccountId) -> Result<Option<Amount>, StorageFault> {
        let Some(fee) = &self.params.fee else { return Ok(None) };
        let key = system::assets::Balance::key(payer, &fee.asset);
        let key = StateKey::new(&system::ASSETS, &key)
            .map_err(|error| StorageFault(error.to_string()))?;
        let Some(bytes) = self.snapshot.get(&key)? else { return Ok(Some(Amount::ZERO)) };
        let balance = system::assets::Balance::decode_all(&mut &bytes[..])
            .map_err(|_| StorageFault(format!("a balance of account {payer:?} is damaged")))?;
        Ok(Some(balance.free))
    }
}
