//! Identifiers as people see them: bech32m, checksummed, never shortened where somebody confirms a
//! payment.

use alloc::string::String;

use bech32::{Bech32m, Hrp, primitives::decode::CheckedHrpstring};
use thiserror::Error;

use crate::id::{AccountId, ContractId};

const ACCOUNT: Hrp = Hrp::parse_unchecked("weal");
const CONTRACT: Hrp = Hrp::parse_unchecked("wealc");

/// Why a text is no address. Whoever typed it is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// A character is wrong, missing or too many.
    #[error("the address has a typing mistake: its checksum does not match")]
    Checksum,
    /// A good bech32m text for another purpose.
    #[error("the address must start with {expected}1")]
    Prefix {
        /// The prefix of the kind that was asked for.
        expected: &'static str,
    },
    /// A good bech32m text of another length.
    #[error("the address must hold 32 bytes")]
    Length,
}

/// What an address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// `weal1…`
    Account(AccountId),
    /// `wealc1…`
    Contract(ContractId),
}

impl Address {
    /// The account behind either kind: contracts hold assets too.
    pub const fn account(self) -> AccountId {
        match self {
            Self::Account(id) => id,
            Self::Contract(id) => id.account(),
        }
    }

    /// Writes the address as text.
    pub fn to_text(self) -> String {
        let (prefix, bytes) = match self {
            Self::Account(id) => (ACCOUNT, id.0),
            Self::Contract(id) => (CONTRACT, id.0),
        };
        // 32 bytes under these prefixes stay below bech32m's length limit, the only error there is.
        bech32::encode::<Bech32m>(prefix, &bytes).unwrap_or_default()
    }

    /// Reads an address of either kind.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let checked =
            CheckedHrpstring::new::<Bech32m>(text.trim()).map_err(|_| AddressError::Checksum)?;
        // The 4 bits beyond 32 bytes are zero, so that an address has one spelling.
        checked.validate_segwit_padding().map_err(|_| AddressError::Length)?;
        let mut bytes = [0; 32];
        let mut payload = checked.byte_iter();
        for byte in &mut bytes {
            *byte = payload.next().ok_or(AddressError::Length)?;
        }
        if payload.next().is_some() {
            return Err(AddressError::Length);
        }
        match checked.hrp() {
            hrp if hrp == ACCOUNT => Ok(Self::Account(AccountId(bytes))),
            hrp if hrp == CONTRACT => Ok(Self::Contract(ContractId(bytes))),
            _ => Err(AddressError::Prefix { expected: "weal1 or wealc" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec::Vec};

    #[test]
    fn both_kinds_round_trip() {
        for address in
            [Address::Account(AccountId([7; 32])), Address::Contract(ContractId::system(2))]
        {
            assert_eq!(Address::parse(&address.to_text()), Ok(address));
        }
        assert!(Address::Account(AccountId([7; 32])).to_text().starts_with("weal1"));
        assert!(Address::Contract(ContractId::system(1)).to_text().starts_with("wealc1"));
    }

    #[test]
    fn every_single_character_change_is_caught() {
        let text = Address::Account(AccountId([7; 32])).to_text();
        for (at, was) in text.char_indices() {
            for now in "qpzry9x8gf2tvdw0s3jn54khce6mua7l".chars().filter(|now| *now != was) {
                let changed = format!("{}{now}{}", &text[..at], &text[at + 1..]);
                assert!(Address::parse(&changed).is_err(), "{changed}");
            }
        }
    }

    #[test]
    fn an_address_has_one_spelling_apart_from_case() {
        use bech32::primitives::iter::{ByteIterExt, Fe32IterExt};
        let text = Address::Account(AccountId([7; 32])).to_text();
        assert_eq!(Address::parse(&text.to_uppercase()), Address::parse(&text));
        let mut symbols: Vec<_> = [7; 32].iter().copied().bytes_to_fes().collect();
        let last = symbols.last_mut().unwrap();
        *last = bech32::Fe32::try_from(last.to_u8() | 1).unwrap();
        let other: String =
            symbols.into_iter().with_checksum::<Bech32m>(&ACCOUNT).chars().collect();
        assert_eq!(Address::parse(&other), Err(AddressError::Length));
    }

    #[test]
    fn other_prefixes_and_lengths_are_refused() {
        let text = |prefix: &str, bytes: &[u8]| {
            bech32::encode::<Bech32m>(Hrp::parse(prefix).unwrap(), bytes).unwrap()
        };
        assert!(matches!(Address::parse(&text("btc", &[1; 32])), Err(AddressError::Prefix { .. })));
        assert_eq!(Address::parse(&text("weal", &[1; 31])), Err(AddressError::Length));
        assert_eq!(Address::parse(&text("weal", &[1; 33])), Err(AddressError::Length));
        let old = bech32::encode::<bech32::Bech32>(ACCOUNT, &[1; 32]).unwrap();
        assert_eq!(Address::parse(&old), Err(AddressError::Checksum));
    }
}
