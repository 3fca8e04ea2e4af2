//! The chain: its genesis document, with validators of ours and the accounts of a devnet.

use weal_client::keys::{DEV_ACCOUNTS, KeyPair, dev_account};

use crate::node::seed;

/// What each account of the devnet starts with, in hundredths of a yuan.
pub const WEALTH: u128 = 100_000_000;

/// The public keys of so many validators, as hex.
pub fn keys(size: usize) -> Vec<String> {
    (0..size).map(|index| hex::encode(KeyPair::from_seed(&seed(index)).public().0)).collect()
}

/// The document for validators with these keys.
pub fn document(keys: &[String]) -> String {
    let address = |name: &str| dev_account(name).expect("an account of the devnet").address();
    let mut text = format!(
        "name = \"chaos\"\nmode = \"devnet\"\ntime_ms = 1_700_000_000_000\n\
         governance = \"{}\"\n",
        address("judy")
    );
    for key in keys {
        text += &format!("\n[[validators]]\nkey = \"0x{key}\"\norganisation = \"we\"\n");
    }
    for name in DEV_ACCOUNTS {
        text += &format!("\n[[accounts]]\nname = \"{name}\"\naccount = \"{}\"\n", address(name));
    }
    let issuer = address("ivan");
    text += &format!("\n[[assets]]\nsymbol = \"CNY\"\nscale = 2\nissuer = \"{issuer}\"\n");
    for name in DEV_ACCOUNTS {
        let account = address(name);
        text += "[[assets.balances]]\n";
        text += &format!("account = \"{account}\"\namount = \"{WEALTH}\"\n");
    }
    text
}
