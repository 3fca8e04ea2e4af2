//! Files of settings.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use crate::{codes, outcome::Failure};

/// A `weal.toml` or `config.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The profile that applies where no flag or variable says otherwise.
    pub profile: Option<String>,
    /// Settings by profile.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

/// The settings of one profile; each may be missing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Where the node is: `http://HOST:PORT`.
    pub rpc: Option<String>,
    /// The chain id that the node must have: `0x…`.
    pub chain: Option<String>,
    /// Who signs: a key's name or its address.
    pub from: Option<String>,
    /// Seconds until an answer counts as lost.
    pub timeout: Option<u32>,
    /// Whether sending demands the chain's name.
    pub protected: Option<bool>,
}

impl File {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        toml::from_str(&text).map_err(|error| {
            Failure::new(codes::SETTINGS, error.to_string().trim_end())
                .at(path.display().to_string())
                .hint("mend the line; `weal explain E1230` shows an example")
        })
    }
}

/// Makes `profile` the one that applies, in the user's file at `path`; the rest of the file stays
/// as it is.
pub fn choose(path: &Path, profile: &str) -> Result<(), Failure> {
    let old = match path.is_file() {
        true => fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?,
        false => String::new(),
    };
    let new = with_profile(&old, profile);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(|error| Failure::file(directory, &error))?;
    }
    fs::write(path, new).map_err(|error| Failure::file(path, &error))
}

/// `text` with another `profile`, which stands before the first heading.
fn with_profile(text: &str, profile: &str) -> String {
    // A quoted text of Rust is one of TOML, too.
    let chosen = format!("profile = {profile:?}\n");
    let head = text.lines().take_while(|line| !line.trim_start().starts_with('['));
    let is_choice =
        |line: &str| line.split_once('=').is_some_and(|(name, _)| name.trim() == "profile");
    match head.into_iter().find(|line| is_choice(line)) {
        Some(line) => text.replacen(line, chosen.trim_end(), 1),
        None => chosen + text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choosing_a_profile_keeps_the_rest() {
        for old in [
            "",
            "# mine\nprofile = 'dev'\n\n[profiles.main]\nrpc = 'http://x' # there\n",
            "[profiles.main]\nrpc = 'http://x'\n",
            "[profiles.main]\n# profile = 3\nrpc = 'http://x'\n",
        ] {
            let new = with_profile(old, "main");
            let [before, after]: [File; 2] =
                [old, &new].map(|text| toml::from_str(text).expect("good TOML"));
            assert_eq!(after.profile.as_deref(), Some("main"), "{new}");
            assert_eq!(after.profiles.len(), before.profiles.len());
            assert_eq!(with_profile(&new, "main"), new);
        }
    }

    #[test]
    fn fields_that_are_not_known_are_refused() {
        for bad in ["profle = 'x'", "[profiles.x]\nkeys = '/k'", "[profiles.x]\nprotected = 'no'"] {
            assert!(toml::from_str::<File>(bad).is_err(), "{bad}");
        }
    }
}
