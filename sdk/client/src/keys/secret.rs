//! The text that a key is made from: `phrase or 0xseed` `//hard` `/soft` ….

use bip39::{Language, Mnemonic};
use parity_scale_codec::Encode;
use schnorrkel::{
    MiniSecretKey,
    derive::{ChainCode, Derivation},
};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{KeyPair, NoRandomness, SEED_BYTES, mini, random};

/// Bytes of randomness in a new phrase: 12 words, as strong as the curve.
const ENTROPY_BYTES: usize = 16;

/// Bytes of a step's name and its length: longer names are hashed by other tools, and written by
/// nobody.
const STEP_BYTES: usize = 32;

/// Steps of a path: more than any wallet makes.
const STEPS: usize = 16;

/// Why a text makes no key. It never repeats the text, which may be almost a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SecretError {
    /// Words that are no BIP-39 phrase.
    #[error("not a phrase of 12, 15, 18, 21 or 24 English words: {0}")]
    Phrase(String),
    /// Digits that are no seed.
    #[error("not a seed: write `0x` and 64 hexadecimal digits")]
    Seed,
    /// A path that is empty somewhere or too long.
    #[error(
        "not a derivation path: write `//name` or `/name`, at most {STEPS} times, with names of at \
         most {} bytes",
        STEP_BYTES - 1
    )]
    Path,
    /// A password behind `///`, which other tools take and this one does not.
    #[error("a password behind `///` is not supported: leave it out, and encrypt the key's file")]
    Password,
}

/// Words to write down: whoever has them has the key.
pub struct Phrase(Zeroizing<String>);

impl Phrase {
    /// Makes 12 words from the operating system's randomness.
    pub fn generate() -> Result<Self, NoRandomness> {
        let entropy = Zeroizing::new(random::<ENTROPY_BYTES>()?);
        let mnemonic = Mnemonic::from_entropy_in(Language::English, &*entropy)
            .map_err(|error| NoRandomness(error.to_string()))?;
        Ok(Self(Zeroizing::new(mnemonic.to_string())))
    }

    /// The words, with a space between each two.
    pub fn words(&self) -> &str {
        &self.0
    }
}

/// Reads a phrase or a seed with a path behind it.
pub(super) fn read(text: &str) -> Result<KeyPair, SecretError> {
    let text = text.trim();
    let start = text.find('/').unwrap_or(text.len());
    let (root, path) = text.split_at(start);
    let seed = match root.trim().strip_prefix("0x") {
        Some(digits) => of_digits(digits)?,
        None => of_words(root)?,
    };
    let mut pair = KeyPair::of_mini(&seed);
    for step in steps(path)? {
        pair = step.derive(&pair);
    }
    Ok(pair)
}

fn of_digits(digits: &str) -> Result<MiniSecretKey, SecretError> {
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    hex::decode_to_slice(digits, &mut *seed).map_err(|_| SecretError::Seed)?;
    Ok(mini(&seed))
}

/// People type words in capitals and with line breaks; the list of words knows neither.
fn of_words(words: &str) -> Result<MiniSecretKey, SecretError> {
    let mut plain = Zeroizing::new(String::with_capacity(words.len()));
    for word in words.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.extend(word.chars().map(|letter| letter.to_ascii_lowercase()));
    }
    let mnemonic = Mnemonic::parse_in_normalized(Language::English, &plain)
        .map_err(|error| SecretError::Phrase(error.to_string()))?;
    let entropy = Zeroizing::new(mnemonic.to_entropy());
    substrate_bip39::mini_secret_from_entropy(&entropy, "")
        .map_err(|_| SecretError::Phrase("it holds too little randomness".into()))
}

/// One step of a path.
struct Step {
    is_hard: bool,
    chain_code: ChainCode,
}

impl Step {
    /// The SCALE encoding of the name, which may be a number, filled with zeros: Substrate's rule.
    fn new(name: &str, is_hard: bool) -> Result<Self, SecretError> {
        let encoded = match name.parse::<u64>() {
            Ok(number) => number.encode(),
            Err(_) => name.encode(),
        };
        let mut code = [0; STEP_BYTES];
        let start = code.get_mut(..encoded.len()).ok_or(SecretError::Path)?;
        start.copy_from_slice(&encoded);
        Ok(Self { is_hard, chain_code: ChainCode(code) })
    }

    fn derive(&self, pair: &KeyPair) -> KeyPair {
        let secret = &pair.0.secret;
        if self.is_hard {
            let (seed, _) = secret.hard_derive_mini_secret_key(Some(self.chain_code), b"");
            return KeyPair::of_mini(&seed);
        }
        let (secret, _) = secret.derived_key_simple(self.chain_code, b"");
        KeyPair::of_secret(secret)
    }
}

fn steps(path: &str) -> Result<Vec<Step>, SecretError> {
    if path.contains("///") {
        return Err(SecretError::Password);
    }
    let mut steps = Vec::new();
    let mut rest = path;
    while let Some(behind) = rest.strip_prefix('/') {
        let is_hard = behind.starts_with('/');
        let behind = behind.strip_prefix('/').unwrap_or(behind);
        let end = behind.find('/').unwrap_or(behind.len());
        let (name, after) = behind.split_at(end);
        if name.is_empty() || steps.len() == STEPS {
            return Err(SecretError::Path);
        }
        steps.push(Step::new(name, is_hard)?);
        rest = after;
    }
    Ok(steps)
}
