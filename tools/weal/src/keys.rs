//! Keys on this machine: one file for each name, in `keys` of [`settings::home`].

use std::{
    fs,
    io::{IsTerminal, Read},
    path::PathBuf,
};

use weal_client::keys::{DEV_ACCOUNTS, KeyFile, KeyFileError, KeyPair, Strength, dev_account};
use weal_types::{AccountId, address::Address};
use zeroize::Zeroizing;

use crate::{
    codes,
    outcome::Failure,
    settings::{self, variable},
};

/// Bytes of a passphrase's file.
const PASSPHRASE_BYTES: u64 = 4096;

/// Whether a text can name a key or a contract: it becomes a file's name, and must not look like
/// an address.
pub fn is_name(text: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=32).contains(&text.len()) && text.bytes().all(is_good) && !text.starts_with('-')
}

fn directory() -> Result<PathBuf, Failure> {
    Ok(settings::home()?.join("keys"))
}

fn path(name: &str) -> Result<PathBuf, Failure> {
    match is_name(name) {
        true => Ok(directory()?.join(format!("{name}.json"))),
        false => Err(Failure::new(codes::NAME_HERE, format!("{name:?} cannot name a key"))
            .hint("use up to 32 ASCII letters, digits, hyphens and underscores")),
    }
}

fn refused(error: KeyFileError) -> Failure {
    let failure = Failure::new(codes::KEY, error.to_string());
    match error {
        KeyFileError::Mode { path, .. } => failure.hint(format!("chmod 600 {path}")),
        KeyFileError::Passphrase | KeyFileError::Locked => {
            failure.hint("type the passphrase, or name a file with it in WEAL_PASSPHRASE_FILE")
        }
        _ => failure,
    }
}

/// The names of the keys here, in order, with their accounts.
pub fn list() -> Result<Vec<(String, AccountId)>, Failure> {
    let directory = directory()?;
    let Ok(entries) = fs::read_dir(&directory) else { return Ok(vec![]) };
    let mut found = vec![];
    for entry in entries.filter_map(Result::ok) {
        let file_name = entry.file_name();
        let Some(name) = file_name.to_str().and_then(|name| name.strip_suffix(".json")) else {
            continue;
        };
        let file = KeyFile::read(&entry.path()).map_err(refused)?;
        found.push((name.to_owned(), file.account().map_err(refused)?));
    }
    found.sort();
    Ok(found)
}

/// The account that a name or an address means. The names of development accounts count only where
/// `is_devnet`.
pub fn account(text: &str, is_devnet: bool) -> Result<AccountId, Failure> {
    match Address::parse(text) {
        Ok(address) => return Ok(address.account()),
        Err(error) if text.starts_with("weal1") || text.starts_with("wealc1") => {
            return Err(Failure::new(codes::NAME_HERE, format!("{text}: {error}")));
        }
        Err(_) => {}
    }
    if let Some((_, account)) = list()?.into_iter().find(|(name, _)| name == text) {
        return Ok(account);
    }
    match dev_account(text).filter(|_| is_devnet) {
        Some(pair) => Ok(pair.account()),
        None => Err(unknown(text)),
    }
}

/// The name of a development account.
pub fn dev_name(account: &AccountId) -> Option<&'static str> {
    let is_own = |name: &&&str| dev_account(name).is_some_and(|pair| pair.account() == *account);
    DEV_ACCOUNTS.iter().find(is_own).copied()
}

fn unknown(text: &str) -> Failure {
    let failure = Failure::new(codes::NAME_HERE, format!("there is no key called {text:?} here"));
    match DEV_ACCOUNTS.contains(&text) {
        true => failure.hint("names of development accounts work on devnets only"),
        false => failure,
    }
}

/// The key that a name or an address means, unlocked.
pub fn open(text: &str, is_devnet: bool) -> Result<KeyPair, Failure> {
    let account = account(text, is_devnet)?;
    let Some((name, _)) = list()?.into_iter().find(|(_, known)| *known == account) else {
        let dev = dev_name(&account).filter(|_| is_devnet).and_then(dev_account);
        return dev.ok_or_else(|| {
            Failure::new(codes::KEY, format!("the key of {text} is not here"))
                .hint("write the transaction with --out, and sign it where the key is")
        });
    };
    let file = KeyFile::read(&path(&name)?).map_err(refused)?;
    let passphrase = match file.is_encrypted() {
        true => Some(ask_passphrase(&format!("Passphrase of {name}: "))?),
        false => None,
    };
    file.open(passphrase.as_ref().map(|text| text.as_str())).map_err(refused)
}

/// Writes a new key's file, encrypted unless told otherwise.
pub fn add(name: &str, pair: &KeyPair, is_plain: bool) -> Result<PathBuf, Failure> {
    let path = path(name)?;
    if path.exists() || dev_account(name).is_some() {
        let message = format!("`{name}` names another key already");
        return Err(Failure::new(codes::NAME_HERE, message).hint("choose another name"));
    }
    let passphrase = match is_plain {
        true => None,
        false => Some(new_passphrase(name)?),
    };
    let text = passphrase.as_ref().map(|text| text.as_str());
    let file = KeyFile::new(pair, text, Strength::STANDARD).map_err(refused)?;
    let directory = directory()?;
    fs::create_dir_all(&directory).map_err(|error| Failure::file(&directory, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700))
            .map_err(|error| Failure::file(&directory, &error))?;
    }
    file.write(&path).map_err(refused)?;
    Ok(path)
}

fn new_passphrase(name: &str) -> Result<Zeroizing<String>, Failure> {
    let first = ask_passphrase(&format!("New passphrase of {name}: "))?;
    let is_typed = variable("WEAL_PASSPHRASE_FILE").is_none();
    if is_typed && ask_passphrase("The same again: ")? != first {
        return Err(Failure::new(codes::KEY, "the passphrases differ").hint("type it again"));
    }
    match first.is_empty() {
        false => Ok(first),
        true => Err(Failure::new(codes::KEY, "the passphrase is empty")
            .hint("type one, or add --no-passphrase for a key of a machine")),
    }
}

/// The file that `WEAL_PASSPHRASE_FILE` names, or what a person types.
fn ask_passphrase(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    if let Some(path) = variable("WEAL_PASSPHRASE_FILE") {
        let path = PathBuf::from(path);
        let mut text = Zeroizing::new(String::new());
        let file = fs::File::open(&path).map_err(|error| Failure::file(&path, &error))?;
        file.take(PASSPHRASE_BYTES)
            .read_to_string(&mut text)
            .map_err(|error| Failure::file(&path, &error))?;
        return Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            codes::KEY,
            "a passphrase is needed, and nobody is here to type it",
        )
        .hint("name a file with it in WEAL_PASSPHRASE_FILE"));
    }
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(|error| Failure::new(codes::KEY, format!("the terminal: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_files_and_nothing_else() {
        for good in ["a", "tess", "Tess-2", "a_b"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "..", "a/b", "a.b", "-a", "a b", "é", &"x".repeat(33)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
