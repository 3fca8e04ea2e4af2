//! The system contracts: part of every chain, and of this program.
//!
//! Their documents are compiled in, so that no node can describe a transfer otherwise than it is.
//! The golden files are those that the tests of `weal-runtime` hold against the contracts.

use weal_client::Codec;
use weal_types::{ContractId, abi::Abi, address::Address};

/// The contract of assets.
pub const ASSETS: ContractId = ContractId::system(2);
/// The contract of contracts.
pub const CONTRACTS: ContractId = ContractId::system(3);

const SYSTEM: [(&str, ContractId, &str); 5] = [
    ("accounts", ContractId::system(1), include_str!("../../../../tests/golden/abi/accounts.json")),
    ("assets", ASSETS, include_str!("../../../../tests/golden/abi/assets.json")),
    ("contracts", CONTRACTS, include_str!("../../../../tests/golden/abi/contracts.json")),
    ("params", ContractId::system(4), include_str!("../../../../tests/golden/abi/params.json")),
    (
        "validators",
        ContractId::system(5),
        include_str!("../../../../tests/golden/abi/validators.json"),
    ),
];

/// The system contract called `name`.
pub fn by_name(name: &str) -> Option<ContractId> {
    SYSTEM.iter().find(|(known, ..)| *known == name).map(|(_, id, _)| *id)
}

/// The name of a system contract.
pub fn name(id: &ContractId) -> Option<&'static str> {
    SYSTEM.iter().find(|(_, known, _)| known == id).map(|(name, ..)| *name)
}

/// A contract as a person reads it: the name of a system contract, another's address.
pub fn text(id: &ContractId) -> String {
    name(id).map_or_else(|| Address::Contract(*id).to_text(), str::to_owned)
}

/// What describes a system contract.
pub fn codec(id: &ContractId) -> Option<Codec> {
    let (_, _, document) = SYSTEM.iter().find(|(_, known, _)| known == id)?;
    Codec::new(Abi::from_json(document).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_good_and_found_by_name_and_address() {
        for (known, id, _) in &SYSTEM {
            let codec = codec(id).expect(known);
            assert_eq!(codec.abi().contract.to_lowercase(), *known);
            assert_eq!((by_name(known), name(id)), (Some(*id), Some(*known)));
        }
        assert!(codec(&ContractId([7; 32])).is_none() && by_name("relief").is_none());
    }
}
