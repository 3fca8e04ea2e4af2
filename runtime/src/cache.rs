//! Compiled code in memory and on disk.
//!
//! A file of the disk cache is `HMAC-SHA256 (32) ‖ artifact`, under `<directory>/<engine
//! hash>/<code hash>`. The files are machine code: the directory is for the owner only, and the MAC
//! is keyed by a secret of this node, so that a file from another machine, a backup or an attacker
//! is never run. A file that does not check out is ignored and made again; failing to write one
//! costs time at the next start and nothing else.

use std::{
    fs,
    io::Write,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use hmac::{Hmac, Mac};
use lru::LruCache;
use parity_scale_codec::{DecodeAll, Encode};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use weal_types::CodeHash;

use crate::code::{Artifact, Code};

/// Codes kept in memory. A small contract takes about 100 KB compiled, so these are about 100 MB.
const CODES: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();

/// Compiled code by its hash; the one used longest ago leaves first.
pub(crate) struct MemoryCache(Mutex<LruCache<CodeHash, Arc<Code>>>);

impl MemoryCache {
    pub fn new() -> Self {
        Self(Mutex::new(LruCache::new(CODES)))
    }

    pub fn get(&self, hash: &CodeHash) -> Option<Arc<Code>> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.get(hash).map(Arc::clone)
    }

    pub fn put(&self, code: Arc<Code>) {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.put(code.hash, code);
    }
}

/// Where compiled code outlives the process.
#[derive(Clone, Debug)]
pub struct DiskCacheConfig {
    /// A directory of this node's own.
    pub directory: PathBuf,
    /// A secret of this node's own, from its random generator; whoever knows it can make the node
    /// run their code.
    pub key: [u8; 32],
}

pub(crate) struct DiskCache {
    directory: PathBuf,
    key: [u8; 32],
}

type HmacSha256 = Hmac<Sha256>;
const MAC_BYTES: usize = 32;

impl DiskCache {
    /// Opens or makes the directory for `engine`.
    pub fn open(config: &DiskCacheConfig, engine: &Engine) -> std::io::Result<Self> {
        let directory = config.directory.join(engine_hash(engine));
        fs::create_dir_all(&directory)?;
        for path in [&config.directory, &directory] {
            keep_private(path)?;
        }
        Ok(Self { directory, key: config.key })
    }

    /// The artifact for `hash`, if an intact one of this node is there.
    pub fn read(&self, hash: &CodeHash) -> Option<Artifact> {
        let bytes = fs::read(self.file(hash)).ok()?;
        let (mac, artifact) = bytes.split_at_checked(MAC_BYTES)?;
        if self.mac(hash, artifact)?.verify_slice(mac).is_err() {
            tracing::warn!(code = ?hash, "ignoring a compiled module that is damaged or not ours");
            return None;
        }
        Artifact::decode_all(&mut &*artifact).ok()
    }

    /// Stores an artifact; a crash leaves the old file or the new one.
    pub fn write(&self, hash: &CodeHash, artifact: &Artifact) {
        if let Err(error) = self.try_write(hash, artifact) {
            tracing::warn!(code = ?hash, %error, "cannot store a compiled module");
        }
    }

    fn try_write(&self, hash: &CodeHash, artifact: &Artifact) -> std::io::Result<()> {
        let bytes = artifact.encode();
        let Some(mac) = self.mac(hash, &bytes) else { return Ok(()) };
        let path = self.file(hash);
        // Two threads may write the same file; each has a draft of its own.
        let draft = path.with_extension(format!("{:?}", std::thread::current().id()));
        let mut file = fs::File::create(&draft)?;
        file.write_all(&mac.finalize().into_bytes())?;
        file.write_all(&bytes)?;
        drop(file);
        fs::rename(draft, path)
    }

    fn file(&self, hash: &CodeHash) -> PathBuf {
        self.directory.join(hex(&hash.0))
    }

    fn mac(&self, hash: &CodeHash, artifact: &[u8]) -> Option<HmacSha256> {
        // HMAC takes keys of any length, so this is always `Some`.
        let mut mac = HmacSha256::new_from_slice(&self.key).ok()?;
        mac.update(&hash.0);
        mac.update(artifact);
        Some(mac)
    }
}

fn keep_private(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Names everything that compiled code depends on: Wasmtime's version, settings, prices and this
/// processor.
fn engine_hash(engine: &Engine) -> String {
    struct Sink(Sha256);
    impl std::hash::Hasher for Sink {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut sink = Sink(Sha256::new());
    std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut sink);
    hex(&sink.0.finalize()[..16])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
