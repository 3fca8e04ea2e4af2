//! Settings: which node, which chain, as whom.
//!
//! A setting comes from the first of these that has it: a flag, a `WEAL_*` variable, `weal.toml`
//! here or in a directory above, `config.toml` in [`home`], and a default. `protected` alone is on
//! as soon as any of them says so: a project must not be able to switch it off.

mod file;

use std::{
    env,
    path::{Path, PathBuf},
};

use weal_client::rpc::types::Hex32;

use crate::{args::Connection, codes, outcome::Failure};

use file::{File, Profile};

pub use file::choose;

/// Where a devnet listens.
const DEV_RPC: &str = "http://127.0.0.1:9933";

/// The profile that applies where nothing else is said, and the one that needs no file.
const DEV: &str = "dev";

/// Seconds until an answer counts as lost.
const TIMEOUT: u32 = 20;

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// A flag, a variable, a file or `default`.
    pub source: String,
}

/// What applies here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Under which heading of the files the rest was looked up.
    pub profile: Sourced<String>,
    /// Where the node is.
    pub rpc: Sourced<String>,
    /// Which chain it must follow.
    pub chain: Option<Sourced<Hex32>>,
    /// Who signs.
    pub from: Option<Sourced<String>>,
    /// Seconds until an answer counts as lost.
    pub timeout: Sourced<u32>,
    /// Whether sending demands the chain's name.
    pub protected: Sourced<bool>,
}

/// The files and variables that settings come from, beside flags.
struct Sources {
    project: Option<(PathBuf, File)>,
    user: Option<(PathBuf, File)>,
}

/// The directory of `config.toml`, keys and aliases: `$WEAL_HOME`, or `weal` in the user's
/// directory for configuration.
pub fn home() -> Result<PathBuf, Failure> {
    if let Some(home) = variable("WEAL_HOME") {
        return Ok(home.into());
    }
    let strategy = etcetera::choose_base_strategy().map_err(|error| {
        Failure::new(codes::SETTINGS, format!("there is no home directory: {error}"))
            .hint("set WEAL_HOME to a directory of yours")
    })?;
    Ok(etcetera::BaseStrategy::config_dir(&strategy).join("weal"))
}

/// The user's file of settings.
pub fn user_file() -> Result<PathBuf, Failure> {
    Ok(home()?.join("config.toml"))
}

/// What applies here, with `from` of the command line before all others.
pub fn load(connection: &Connection, from: Option<&str>) -> Result<Settings, Failure> {
    let here = env::current_dir().map_err(|error| Failure::file(Path::new("."), &error))?;
    let project = here.ancestors().map(|directory| directory.join("weal.toml"));
    let user = user_file()?;
    let sources = Sources {
        project: project
            .into_iter()
            .find(|path| path.is_file())
            .map(|path| File::read(&path).map(|file| (path, file)))
            .transpose()?,
        user: user.is_file().then(|| File::read(&user)).transpose()?.map(|file| (user, file)),
    };
    sources.settings(connection, from)
}

impl Sources {
    fn settings(&self, flags: &Connection, from: Option<&str>) -> Result<Settings, Failure> {
        let profile = flag("profile", flags.profile.clone())
            .or_else(|| from_variable("WEAL_PROFILE"))
            .or_else(|| self.of_files(|file| file.profile.clone()))
            .unwrap_or_else(|| default(DEV.to_owned()));
        let name = profile.value.as_str();
        let rpc = flag("rpc", flags.rpc.clone())
            .or_else(|| from_variable("WEAL_RPC"))
            .or_else(|| self.of_profile(name, |profile| profile.rpc.clone()))
            .or_else(|| (name == DEV).then(|| default(DEV_RPC.to_owned())));
        let rpc = rpc.ok_or_else(|| {
            Failure::new(codes::SETTINGS, format!("the profile `{name}` names no node"))
                .at(profile.source.clone())
                .hint(format!("add to the user's or the project's file: [profiles.{name}] rpc"))
        })?;
        let chain = from_variable("WEAL_CHAIN")
            .or_else(|| self.of_profile(name, |profile| profile.chain.clone()));
        let timeout = match from_variable("WEAL_TIMEOUT") {
            Some(text) => Some(number(text)?),
            None => self.of_profile(name, |profile| profile.timeout),
        };
        Ok(Settings {
            rpc,
            chain: chain.map(hash).transpose()?,
            from: flag("from", from.map(str::to_owned))
                .or_else(|| from_variable("WEAL_FROM"))
                .or_else(|| self.of_profile(name, |profile| profile.from.clone())),
            timeout: flag("timeout", flags.timeout).or(timeout).unwrap_or_else(|| default(TIMEOUT)),
            protected: self
                .of_profile(name, |profile| profile.protected.filter(|protected| *protected))
                .unwrap_or_else(|| default(false)),
            profile,
        })
    }

    fn of_files<T>(&self, get: impl Fn(&File) -> Option<T>) -> Option<Sourced<T>> {
        [&self.project, &self.user].into_iter().flatten().find_map(|(path, file)| {
            let source = path.display().to_string();
            get(file).map(|value| Sourced { value, source })
        })
    }

    fn of_profile<T>(&self, name: &str, get: impl Fn(&Profile) -> Option<T>) -> Option<Sourced<T>> {
        self.of_files(|file| get(file.profiles.get(name)?))
    }
}

fn default<T>(value: T) -> Sourced<T> {
    Sourced { value, source: "default".into() }
}

fn flag<T>(name: &str, value: Option<T>) -> Option<Sourced<T>> {
    value.map(|value| Sourced { value, source: format!("--{name}") })
}

/// A variable that is set and not empty.
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn from_variable(name: &str) -> Option<Sourced<String>> {
    variable(name).map(|value| Sourced { value, source: format!("${name}") })
}

fn number(text: Sourced<String>) -> Result<Sourced<u32>, Failure> {
    match text.value.parse() {
        Ok(value) => Ok(Sourced { value, source: text.source }),
        Err(_) => Err(Failure::new(codes::SETTINGS, "seconds are a whole number").at(text.source)),
    }
}

fn hash(text: Sourced<String>) -> Result<Sourced<Hex32>, Failure> {
    match Hex32::parse(&text.value) {
        Ok(value) => Ok(Sourced { value, source: text.source }),
        Err(error) => Err(Failure::new(codes::SETTINGS, error.to_string()).at(text.source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(project: &str, user: &str) -> Sources {
        let read = |name: &str, text: &str| {
            Some((PathBuf::from(name), toml::from_str(text).expect("good TOML")))
        };
        Sources { project: read("weal.toml", project), user: read("config.toml", user) }
    }

    fn settings(sources: &Sources, flags: &Connection, from: Option<&str>) -> Settings {
        sources.settings(flags, from).expect("they are complete")
    }

    #[test]
    fn the_nearest_source_wins_and_each_value_says_where_it_comes_from() {
        let sources = sources(
            "profile = 'main'\n[profiles.main]\nrpc = 'http://project'",
            "profile = 'dev'\n[profiles.main]\nrpc = 'http://user'\nfrom = 'tess'\ntimeout = 7",
        );
        let none = Connection::default();
        let found = settings(&sources, &none, None);
        assert_eq!(
            (found.profile.value.as_str(), found.rpc.value.as_str()),
            ("main", "http://project")
        );
        assert_eq!(found.rpc.source, "weal.toml");
        let from = found.from.expect("the user's file says it");
        assert_eq!((from.value.as_str(), from.source.as_str()), ("tess", "config.toml"));
        assert_eq!(found.timeout.value, 7);

        let flags = Connection { rpc: Some("http://flag".into()), ..none };
        let found = settings(&sources, &flags, Some("bob"));
        assert_eq!((found.rpc.value.as_str(), found.rpc.source.as_str()), ("http://flag", "--rpc"));
        assert_eq!(found.from.map(|from| from.value).as_deref(), Some("bob"));
    }

    #[test]
    fn a_devnet_needs_no_file_and_other_profiles_name_a_node() {
        let sources = sources("", "");
        let found = settings(&sources, &Connection::default(), None);
        assert_eq!((found.rpc.value.as_str(), found.rpc.source.as_str()), (DEV_RPC, "default"));
        let flags = Connection { profile: Some("main".into()), ..Connection::default() };
        let refused = sources.settings(&flags, None).expect_err("it names none");
        assert_eq!(refused.code, "E1230");
    }

    #[test]
    fn protection_cannot_be_switched_off_by_a_project() {
        for (project, user, expected) in [
            ("protected = false", "protected = true", true),
            ("protected = true", "", true),
            ("protected = false", "protected = false", false),
        ] {
            let [project, user] = [project, user].map(|line| format!("[profiles.dev]\n{line}"));
            let found = settings(&sources(&project, &user), &Connection::default(), None);
            assert_eq!(found.protected.value, expected, "{project} {user}");
        }
    }

    #[test]
    fn chains_that_are_no_hashes_are_refused_with_their_place() {
        let sources = sources("[profiles.dev]\nchain = '0x12'", "");
        let refused = sources.settings(&Connection::default(), None).expect_err("it is too short");
        assert_eq!(refused.at.as_deref(), Some("weal.toml"));
    }
}
