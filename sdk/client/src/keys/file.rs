//! A key on disk.
//!
//! ```json
//! {
//!   "v": 1,
//!   "address": "weal1…",
//!   "secret": {
//!     "cipher": "chacha20poly1305",
//!     "nonce": "0x… 12 bytes",
//!     "sealed": "0x… 64 bytes of the secret key and 16 of the tag",
//!     "kdf": "argon2id", "salt": "0x… 16 bytes",
//!     "memory_kib": 65536, "passes": 3, "lanes": 1
//!   }
//! }
//! ```
//!
//! The cipher's key is Argon2id (version 1.3) of the passphrase; the address is its associated
//! data, so that a file cannot be passed off as another account's. Without a passphrase `secret` is
//! `{"plain": "0x… 64 bytes"}`: for keys of machines, which nobody unlocks. Either way only its
//! owner may read the file.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    ChaCha20Poly1305, Key, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use schnorrkel::SecretKey;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use weal_types::{AccountId, address::Address};
use zeroize::{Zeroize, Zeroizing};

use super::{KeyPair, NoRandomness, SECRET_KEY_BYTES, random};

/// The format that this crate writes.
const FORMAT: u32 = 1;

/// Bytes of a file; a real one has a tenth.
const FILE_BYTES: u64 = 16 * 1024;

/// Who may read and write a key's file: its owner.
const MODE: u32 = 0o600;

/// How much work one guess of a passphrase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Threads that could share the work.
    pub lanes: u32,
}

impl Strength {
    /// RFC 9106's second choice, on one thread: 64 MiB and three passes, about a fifth of a second.
    pub const STANDARD: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// The most that a file may ask for, so that a foreign one cannot stop the machine.
    const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

    fn params(self) -> Option<Params> {
        let Self { memory_kib, passes, lanes } = self;
        let most = Self::MOST;
        let fits = memory_kib <= most.memory_kib && passes <= most.passes && lanes <= most.lanes;
        Params::new(memory_kib, passes, lanes, Some(32)).ok().filter(|_| fits)
    }
}

/// Why a key's file cannot be used.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// The operating system refuses the file.
    #[error("{path}: {error}")]
    Io {
        /// Which file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Others may read the file.
    #[error("{path}: others can read the key (mode {mode:o}); run: chmod 600 {path}")]
    Mode {
        /// Which file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// Not a key's file, or of a later format.
    #[error("not a key's file: {0}")]
    Format(String),
    /// The file is encrypted and no passphrase was given.
    #[error("the key is encrypted: a passphrase is needed")]
    Locked,
    /// Another passphrase, or a file that was changed.
    #[error("the passphrase is wrong, or the file was changed")]
    Passphrase,
    /// The key within is another account's.
    #[error("the file says {claimed}, but the key within is that of {found}")]
    Mismatch {
        /// The address in the file.
        claimed: String,
        /// The key's own.
        found: String,
    },
    /// No randomness for salt and nonce.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// A key as it lies on disk, readable without a passphrase up to the secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    v: u32,
    address: String,
    secret: Secret,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Secret {
    Plain {
        plain: String,
    },
    Sealed {
        cipher: String,
        nonce: String,
        sealed: String,
        kdf: String,
        salt: String,
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    },
}

impl Drop for Secret {
    fn drop(&mut self) {
        if let Self::Plain { plain } = self {
            plain.zeroize();
        }
    }
}

impl KeyFile {
    /// Puts `pair` under `passphrase`, or leaves it readable without one.
    pub fn new(
        pair: &KeyPair,
        passphrase: Option<&str>,
        strength: Strength,
    ) -> Result<Self, KeyFileError> {
        let address = pair.address();
        let secret = Zeroizing::new(pair.0.secret.to_bytes());
        let secret = match passphrase {
            None => Secret::Plain { plain: digits(&*secret) },
            Some(passphrase) => seal(&secret, passphrase, strength, &address)?,
        };
        Ok(Self { v: FORMAT, address, secret })
    }

    /// The account of the key.
    pub fn account(&self) -> Result<AccountId, KeyFileError> {
        match Address::parse(&self.address) {
            Ok(Address::Account(account)) => Ok(account),
            Ok(Address::Contract(_)) => Err(KeyFileError::Format("a contract has no key".into())),
            Err(error) => Err(KeyFileError::Format(error.to_string())),
        }
    }

    /// Whether [`Self::open`] needs a passphrase.
    pub const fn is_encrypted(&self) -> bool {
        matches!(self.secret, Secret::Sealed { .. })
    }

    /// The key.
    pub fn open(&self, passphrase: Option<&str>) -> Result<KeyPair, KeyFileError> {
        let bytes = match (&self.secret, passphrase) {
            (Secret::Plain { plain }, _) => Zeroizing::new(bytes::<SECRET_KEY_BYTES>(plain)?),
            (Secret::Sealed { .. }, None) => return Err(KeyFileError::Locked),
            (sealed, Some(passphrase)) => unseal(sealed, passphrase, &self.address)?,
        };
        let secret = SecretKey::from_bytes(&*bytes)
            .map_err(|error| KeyFileError::Format(format!("no secret key: {error}")))?;
        let pair = KeyPair::of_secret(secret);
        match pair.account() == self.account()? {
            true => Ok(pair),
            false => {
                let claimed = self.address.clone();
                Err(KeyFileError::Mismatch { claimed, found: pair.address() })
            }
        }
    }

    /// Reads a file, which nobody but its owner may be able to read.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let refused = |error| KeyFileError::Io { path: path.display().to_string(), error };
        let file = File::open(path).map_err(refused)?;
        check_mode(path, &file)?;
        let mut text = Zeroizing::new(String::new());
        file.take(FILE_BYTES + 1).read_to_string(&mut text).map_err(refused)?;
        if text.len() as u64 > FILE_BYTES {
            return Err(KeyFileError::Format(format!("longer than {FILE_BYTES} bytes")));
        }
        Self::from_json(&text)
    }

    /// Writes a new file that its owner alone can read; an existing one is never overwritten.
    pub fn write(&self, path: &Path) -> Result<(), KeyFileError> {
        let refused = |error| KeyFileError::Io { path: path.display().to_string(), error };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, MODE);
        let mut file = options.open(path).map_err(refused)?;
        let text = Zeroizing::new(self.to_json());
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        written.map_err(|error| {
            // Half a key is none; the error that counts is the first.
            let _ = fs::remove_file(path);
            refused(error)
        })
    }

    /// The document, with a newline at the end.
    pub fn to_json(&self) -> String {
        // Strings as keys and no fallible serializer in the types: writing cannot fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a document.
    pub fn from_json(text: &str) -> Result<Self, KeyFileError> {
        let file: Self = serde_json::from_str(text).map_err(|error| {
            // Not the error's own text: it can repeat a part of the secret.
            let place = format!("line {}, column {}", error.line(), error.column());
            KeyFileError::Format(format!("wrong at {place}"))
        })?;
        match file.v {
            FORMAT => Ok(file),
            other => Err(KeyFileError::Format(format!("format {other}; this program knows 1"))),
        }
    }
}

#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt;
    let refused = |error| KeyFileError::Io { path: path.display().to_string(), error };
    let mode = file.metadata().map_err(refused)?.permissions().mode() & 0o777;
    match mode & !MODE {
        0 => Ok(()),
        _ => Err(KeyFileError::Mode { path: path.display().to_string(), mode }),
    }
}

/// Elsewhere a profile's directory is its owner's alone.
#[cfg(not(unix))]
fn check_mode(_: &Path, _: &File) -> Result<(), KeyFileError> {
    Ok(())
}

const CIPHER: &str = "chacha20poly1305";
const KDF: &str = "argon2id";

fn seal(
    secret: &[u8; SECRET_KEY_BYTES],
    passphrase: &str,
    strength: Strength,
    address: &str,
) -> Result<Secret, KeyFileError> {
    let (salt, nonce) = (random::<16>()?, random::<12>()?);
    let key = stretch(passphrase, &salt, strength)?;
    let payload = Payload { msg: secret, aad: address.as_bytes() };
    let sealed = ChaCha20Poly1305::new(Key::from_slice(&*key))
        .encrypt(Nonce::from_slice(&nonce), payload)
        .map_err(|_| KeyFileError::Format("the cipher refuses the key".into()))?;
    let Strength { memory_kib, passes, lanes } = strength;
    Ok(Secret::Sealed {
        cipher: CIPHER.into(),
        nonce: digits(&nonce),
        sealed: digits(&sealed),
        kdf: KDF.into(),
        salt: digits(&salt),
        memory_kib,
        passes,
        lanes,
    })
}

fn unseal(
    secret: &Secret,
    passphrase: &str,
    address: &str,
) -> Result<Zeroizing<[u8; SECRET_KEY_BYTES]>, KeyFileError> {
    let Secret::Sealed { cipher, nonce, sealed, kdf, salt, memory_kib, passes, lanes } = secret
    else {
        return Err(KeyFileError::Format("nothing is sealed".into()));
    };
    if cipher != CIPHER || kdf != KDF {
        return Err(KeyFileError::Format(format!("this program knows {CIPHER} and {KDF} alone")));
    }
    let strength = Strength { memory_kib: *memory_kib, passes: *passes, lanes: *lanes };
    let (salt, nonce) = (bytes::<16>(salt)?, bytes::<12>(nonce)?);
    let sealed = bytes::<{ SECRET_KEY_BYTES + 16 }>(sealed)?;
    let key = stretch(passphrase, &salt, strength)?;
    let payload = Payload { msg: &sealed, aad: address.as_bytes() };
    let opened = ChaCha20Poly1305::new(Key::from_slice(&*key))
        .decrypt(Nonce::from_slice(&nonce), payload)
        .map_err(|_| KeyFileError::Passphrase)?;
    let opened = Zeroizing::new(opened);
    let mut bytes = Zeroizing::new([0; SECRET_KEY_BYTES]);
    // The sealed bytes have the length that was read above.
    bytes.copy_from_slice(&opened);
    Ok(bytes)
}

fn stretch(
    passphrase: &str,
    salt: &[u8],
    strength: Strength,
) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let refused = || KeyFileError::Format(format!("no strength of {KDF}: {strength:?}"));
    let params = strength.params().ok_or_else(refused)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
        .map_err(|_| refused())?;
    Ok(key)
}

fn digits(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn bytes<const N: usize>(digits: &str) -> Result<[u8; N], KeyFileError> {
    let refused = || KeyFileError::Format(format!("{N} bytes are `0x` and {} digits", 2 * N));
    let mut bytes = [0; N];
    let digits = digits.strip_prefix("0x").ok_or_else(refused)?;
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| refused())?;
    Ok(bytes)
}
