//! Keys that everybody knows: those of every development chain.

use super::{KeyPair, SecretError};

/// The phrase of Substrate's development keys. It is public: whatever these keys hold on a chain
/// that others can reach is anybody's.
pub const DEV_PHRASE: &str =
    "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

/// The names of the development accounts.
pub const DEV_ACCOUNTS: [&str; 10] =
    ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"];

/// The key of the development account `name`, derived from [`DEV_PHRASE`] by `//Name`; `None` for a
/// name that is not in [`DEV_ACCOUNTS`].
///
/// Alice, Bob and Dave are those of every Substrate chain.
pub fn dev_account(name: &str) -> Option<KeyPair> {
    let name = DEV_ACCOUNTS.iter().find(|known| **known == name)?;
    derived(name).ok()
}

fn derived(name: &str) -> Result<KeyPair, SecretError> {
    let (first, rest) = name.split_at(1);
    KeyPair::from_text(&format!("{DEV_PHRASE}//{}{rest}", first.to_ascii_uppercase()))
}
