//! Contracts that are part of the node: accounts, assets, contracts, params,
//! validators.
//!
//! Each is a table of native methods, an ABI document that describes them, and records in the state
//! under the contract's own id. To a caller they are contracts like any other: the same calls,
//! receipts, events and proofs.
//!
//! | id | contract | what it keeps |
//! |---|---|---|
//! | 1 | [`accounts`] | who may sign for an account, who vouched for it, whether it may send |
//! | 2 | [`assets`] | money: supply, balances, reservations, holds |
//! | 3 | [`contracts`] | code and the instances of it, their owners and upgrades |
//! | 4 | [`params`] | what governance may change |
//! | 5 | [`validators`] | who orders and certifies blocks |
//!
//! Every accepted call emits exactly one event, named after it in the past tense; calls that it
//! makes emit their own.

use weal_types::{
    ContractId,
    abi::{Abi, MethodKind},
};

use crate::{
    fault::Stop,
    native::{Native, NativeMethod},
};

pub mod accounts;
pub mod assets;
pub mod contracts;
mod describe;
pub mod params;
pub mod validators;

/// The contract of accounts.
pub const ACCOUNTS: ContractId = ContractId::system(1);
/// The contract of assets.
pub const ASSETS: ContractId = ContractId::system(2);
/// The contract of contracts.
pub const CONTRACTS: ContractId = ContractId::system(3);
/// The contract of parameters.
pub const PARAMS: ContractId = ContractId::system(4);
/// The contract of validators.
pub const VALIDATORS: ContractId = ContractId::system(5);

/// A system contract.
pub struct System {
    /// Its address.
    pub id: ContractId,
    /// Its name in lower case: the file name of its ABI.
    pub name: &'static str,
    /// Writes its ABI.
    pub abi: fn() -> Abi,
    methods: &'static [NativeMethod],
}

/// Every system contract, by id.
pub const SYSTEM: &[System] = &[
    System { id: ACCOUNTS, name: "accounts", abi: accounts::abi, methods: accounts::METHODS },
    System { id: ASSETS, name: "assets", abi: assets::abi, methods: assets::METHODS },
    System { id: CONTRACTS, name: "contracts", abi: contracts::abi, methods: contracts::METHODS },
    System { id: PARAMS, name: "params", abi: params::abi, methods: params::METHODS },
    System {
        id: VALIDATORS,
        name: "validators",
        abi: validators::abi,
        methods: validators::METHODS,
    },
];

/// The system contract at `id`.
pub fn system(id: &ContractId) -> Option<&'static System> {
    // Ids are 1, 2, 3, …: the last byte finds the row, and the comparison makes sure of the others.
    let row = usize::from(id.0[31]).checked_sub(1)?;
    SYSTEM.get(row).filter(|system| system.id == *id)
}

/// The ABI of the system contract at `id`.
pub fn abi(id: &ContractId) -> Option<Abi> {
    system(id).map(|system| (system.abi)())
}

/// The methods of the system contract at `id`.
pub(crate) fn methods(id: &ContractId) -> Option<&'static [NativeMethod]> {
    system(id).map(|system| system.methods)
}

type Run = fn(&mut Native<'_>) -> Result<Vec<u8>, Stop>;

/// A method that writes and takes no assets.
const fn native_call(name: &'static str, run: Run) -> NativeMethod {
    NativeMethod { name, kind: MethodKind::Call, accepts_assets: false, run }
}

/// A method that reads.
const fn native_query(name: &'static str, run: Run) -> NativeMethod {
    NativeMethod { name, kind: MethodKind::Query, accepts_assets: false, run }
}

/// A storage key: what kind of record, and of which id.
fn key(kind: u8, id: &[u8; 32]) -> [u8; 33] {
    let mut key = [kind; 33];
    key[1..].copy_from_slice(id);
    key
}

/// Entries of one page of a listing. With the largest records, a page stays below the limit of a
/// call's result.
pub const PAGE_ENTRIES: u16 = 100;

/// How many entries somebody gets who asks for `limit`.
fn page_size(limit: u16) -> usize {
    usize::from(limit.min(PAGE_ENTRIES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_documents_agree() {
        for system in SYSTEM {
            let abi = (system.abi)();
            assert_eq!(abi.check(), Ok(()), "{}", system.name);
            let described: Vec<_> =
                abi.methods.iter().map(|method| (method.name.as_str(), method.kind)).collect();
            let native: Vec<_> =
                system.methods.iter().map(|method| (method.name, method.kind)).collect();
            assert_eq!(native, described, "{}", system.name);
            for (method, described) in system.methods.iter().zip(&abi.methods) {
                assert_eq!(method.accepts_assets, !described.accepts.is_empty(), "{}", method.name);
            }
        }
    }

    #[test]
    fn every_error_and_event_belongs_to_a_method() {
        for system in SYSTEM {
            let abi = (system.abi)();
            for error in &abi.errors {
                let used = abi.methods.iter().any(|method| method.errors.contains(&error.code));
                assert!(used, "{}: error {}", system.name, error.name);
            }
            for event in &abi.events {
                let used = abi.methods.iter().any(|method| method.emits.contains(&event.name));
                assert!(used, "{}: event {}", system.name, event.name);
            }
        }
    }

    #[test]
    fn ids_find_their_contracts_and_no_others() {
        for (number, entry) in (1..).zip(SYSTEM) {
            assert_eq!(entry.id, ContractId::system(number));
            assert_eq!(system(&entry.id).map(|found| found.name), Some(entry.name));
        }
        let mut almost = ASSETS;
        almost.0[0] = 1;
        for id in [ContractId::system(0), ContractId::system(6), almost] {
            assert!(system(&id).is_none());
        }
    }
}
