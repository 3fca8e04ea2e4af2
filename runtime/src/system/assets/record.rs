//! What `assets` keeps, and where.

use parity_scale_codec::{Decode, Encode, Error, Input};
use weal_types::{
    AccountId, Amount, AssetId, ContractId, Height, TimeMs,
    codec::{Bytes, Name, Version},
    hash::Hash,
};

use crate::{fault::HostFault, system::ASSETS};

/// Bytes of an asset's symbol.
pub const SYMBOL_BYTES: usize = 16;

/// Decimals that an asset can have.
pub const SCALE_MAX: u8 = 18;

/// The most of an asset that can ever exist. A product of two amounts, or of an amount and a rate,
/// then fits into 256 bits with room to spare.
pub const SUPPLY_MAX: Amount = Amount(1 << 96);

/// What people call an asset: an ASCII letter, then letters, digits and underscores.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode)]
pub struct Symbol(String);

impl Symbol {
    /// Reads a symbol, if `text` is one.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = text.len() <= SYMBOL_BYTES && Name::admits(text.as_bytes());
        fits.then_some(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Decode for Symbol {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let bytes = Bytes::<SYMBOL_BYTES>::decode(input)?.into_inner();
        let text = String::from_utf8(bytes).map_err(|_| Error::from("a symbol is ASCII"))?;
        Self::new(text).ok_or_else(|| "not a symbol".into())
    }
}

/// A kind of money, voucher or goods unit.
///
/// The fields that a transfer needs come first and have fixed places: see [`Terms`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Asset {
    /// Format of this type.
    pub version: Version<1>,
    /// Whether it moves.
    pub status: AssetStatus,
    /// Whom it may be sent to.
    pub transfers: Transfers,
    /// Who mints and burns it.
    pub issuer: AccountId,
    /// How much of it exists: the sum of all balances.
    pub supply: Amount,
    /// The most that may exist; [`SUPPLY_MAX`] where there is none.
    pub cap: Option<Amount>,
    /// Decimals: how many of the last digits of an amount stand after the point.
    pub scale: u8,
    /// What people call it.
    pub symbol: Symbol,
}

impl Asset {
    /// Where the record of an asset lives.
    pub fn key(id: &AssetId) -> [u8; 33] {
        crate::system::key(b'a', &id.0)
    }

    /// The most that may exist.
    pub fn most(&self) -> Amount {
        self.cap.map_or(SUPPLY_MAX, |cap| cap.min(SUPPLY_MAX))
    }
}

/// Whether an asset moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum AssetStatus {
    /// It does.
    Active,
    /// It is not minted, burned, sent, reserved or captured until governance says otherwise.
    /// Reservations and holds can still end, and fees can still be paid.
    Frozen,
}

/// Whom an asset may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Transfers {
    /// Anyone.
    Free,
    /// The issuer, and those whom it lists: vouchers.
    Listed,
}

/// The start of an [`Asset`], read without decoding the rest.
pub(super) struct Terms {
    pub status: AssetStatus,
    pub transfers: Transfers,
    pub issuer: AccountId,
}

impl Terms {
    pub fn of(record: &[u8]) -> Result<Self, HostFault> {
        <(Version<1>, AssetStatus, Transfers, AccountId)>::decode(&mut &*record)
            .map(|(_, status, transfers, issuer)| Self { status, transfers, issuer })
            .map_err(|_| corrupt("an asset"))
    }
}

/// What an account has of an asset. A balance of nothing has no record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Balance {
    /// Format of this type.
    pub version: Version<1>,
    /// What the holder can spend.
    pub free: Amount,
    /// What it has set aside for contracts to capture.
    pub reserved: Amount,
    /// What governance keeps it from spending. It is still the holder's.
    pub held: Amount,
}

impl Balance {
    /// Where a balance lives.
    pub fn key(holder: &AccountId, asset: &AssetId) -> [u8; 65] {
        let mut key = [b'b'; 65];
        key[1..33].copy_from_slice(&holder.0);
        key[33..].copy_from_slice(&asset.0);
        key
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Money that a holder has set aside for one contract, until a point in time.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Reservation {
    /// Format of this type.
    pub version: Version<1>,
    /// Whose money it is until it is captured.
    pub holder: AccountId,
    /// Which asset.
    pub asset: AssetId,
    /// What has not been captured yet.
    pub amount: Amount,
    /// The only contract that may capture it.
    pub beneficiary: ContractId,
    /// From this time on it cannot be captured, and anyone may release it.
    pub expires: TimeMs,
}

impl Reservation {
    /// Where a reservation lives.
    pub fn key(id: u64) -> [u8; 9] {
        numbered(b'v', id)
    }
}

/// Money that governance keeps its holder from spending, until a point in time.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Hold {
    /// Format of this type.
    pub version: Version<1>,
    /// Whose money it is, and stays.
    pub account: AccountId,
    /// Which asset.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// From this time on anyone may lift it.
    pub expires: TimeMs,
    /// Hash of the document that the hold rests on.
    pub basis: Hash,
}

impl Hold {
    /// Where a hold lives.
    pub fn key(id: u64) -> [u8; 9] {
        numbered(b'h', id)
    }
}

/// What a reference of the issuer's books was used for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Booking {
    /// Format of this type.
    pub version: Version<1>,
    /// Who received what was minted, or gave what was burned.
    pub account: AccountId,
    /// How much.
    pub amount: Amount,
    /// When.
    pub height: Height,
}

/// The two kinds of [`Booking`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingKind {
    /// Money came into being.
    Mint,
    /// Money ceased to be.
    Burn,
}

impl Booking {
    /// Where it says what a reference was used for.
    pub fn key(kind: BookingKind, asset: &AssetId, reference: &Hash) -> [u8; 65] {
        let mut key = match kind {
            BookingKind::Mint => [b'm'; 65],
            BookingKind::Burn => [b'x'; 65],
        };
        key[1..33].copy_from_slice(&asset.0);
        key[33..].copy_from_slice(reference);
        key
    }
}

/// Where it says that an account may be paid with a listed asset.
pub fn payee_key(asset: &AssetId, account: &AccountId) -> [u8; 65] {
    let mut key = [b'l'; 65];
    key[1..33].copy_from_slice(&asset.0);
    key[33..].copy_from_slice(&account.0);
    key
}

/// Where the last number given to a reservation or a hold lives.
pub const LAST_NUMBER_KEY: &[u8] = b"n";

/// Big-endian, so that keys are in the order of the numbers.
fn numbered(kind: u8, id: u64) -> [u8; 9] {
    let mut key = [kind; 9];
    key[1..].copy_from_slice(&id.to_be_bytes());
    key
}

pub(super) const fn corrupt(what: &'static str) -> HostFault {
    HostFault::Corrupt { contract: ASSETS, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_the_start_of_a_record() {
        let asset = Asset {
            version: Version,
            status: AssetStatus::Frozen,
            transfers: Transfers::Listed,
            issuer: AccountId([7; 32]),
            supply: Amount(5),
            cap: Some(Amount(9)),
            scale: 2,
            symbol: Symbol::new("EUR").unwrap(),
        };
        let terms = Terms::of(&asset.encode()).unwrap();
        assert_eq!(terms.status, asset.status);
        assert_eq!(terms.transfers, asset.transfers);
        assert_eq!(terms.issuer, asset.issuer);
        assert!(Terms::of(&[1, 0]).is_err());
        assert_eq!(Asset::decode(&mut asset.encode().as_slice()), Ok(asset));
    }

    #[test]
    fn symbols() {
        for good in ["E", "EUR", "aid_2027", "A123456789012345"] {
            assert_eq!(Symbol::new(good).map(|symbol| symbol.0).as_deref(), Some(good));
        }
        for bad in ["", "1EUR", "€", "E UR", "A1234567890123456"] {
            assert_eq!(Symbol::new(bad), None);
            assert!(Symbol::decode(&mut bad.encode().as_slice()).is_err());
        }
    }

    #[test]
    fn no_cap_lies_above_what_can_exist() {
        let mut asset = Asset {
            version: Version,
            status: AssetStatus::Active,
            transfers: Transfers::Free,
            issuer: AccountId([7; 32]),
            supply: Amount::ZERO,
            cap: None,
            scale: 2,
            symbol: Symbol::new("EUR").unwrap(),
        };
        assert_eq!(asset.most(), SUPPLY_MAX);
        asset.cap = Some(Amount(10));
        assert_eq!(asset.most(), Amount(10));
        asset.cap = Some(Amount::MAX);
        assert_eq!(asset.most(), SUPPLY_MAX);
    }
}
