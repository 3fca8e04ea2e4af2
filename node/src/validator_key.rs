//! The key that a validator certifies blocks with.

use std::{
    fs,
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use thiserror::Error;
use weal_types::{Hash, PublicKey, certificate::VOTE_SIGNING_CONTEXT};

/// A validator's key pair. Its file holds 32 secret bytes as hex and is for the owner alone.
pub struct ValidatorKey(Keypair);

impl std::fmt::Debug for ValidatorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ValidatorKey({:?})", self.public())
    }
}

/// Why a validator's key cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the key file {path}: {reason}")]
    Io {
        /// Which file.
        path: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// Others than its owner can read the file.
    #[error("others can read the key file {path} (mode {mode:o}); run: chmod 600 {path}")]
    Readable {
        /// Which file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// It holds something else.
    #[error("the key file {path} does not hold 64 hexadecimal digits")]
    Form {
        /// Which file.
        path: String,
    },
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

impl ValidatorKey {
    /// The key with this secret.
    pub fn from_seed(seed: [u8; 32]) -> Option<Self> {
        let secret = MiniSecretKey::from_bytes(&seed).ok()?;
        Some(Self(secret.expand_to_keypair(ExpansionMode::Ed25519)))
    }

    /// Reads a key file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let name = || path.display().to_string();
        let io = |reason| KeyError::Io { path: name(), reason };
        let mode = fs::metadata(path).map_err(io)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Readable { path: name(), mode });
        }
        let text = fs::read_to_string(path).map_err(io)?;
        let mut seed = [0; 32];
        hex::decode_to_slice(text.trim(), &mut seed)
            .map_err(|_| KeyError::Form { path: name() })?;
        Self::from_seed(seed).ok_or_else(|| KeyError::Form { path: name() })
    }

    /// Reads a key file, or makes one with a new key.
    pub fn read_or_make(path: &Path) -> Result<Self, KeyError> {
        if path.exists() {
            return Self::read(path);
        }
        let io = |reason| KeyError::Io { path: path.display().to_string(), reason };
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(KeyError::Random)?;
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(io)?;
        file.write_all(format!("{}\n", hex::encode(seed)).as_bytes()).map_err(io)?;
        file.sync_all().map_err(io)?;
        Self::read(path)
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public.to_bytes())
    }

    /// Signs a statement of consensus, whose message binds its kind, chain and epoch.
    pub fn sign(&self, message: &Hash) -> [u8; 64] {
        self.0.sign_simple(VOTE_SIGNING_CONTEXT, message).to_bytes()
    }
}
