//! ABI documents that have been read once.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use weal_client::Codec;
use weal_runtime::system::SYSTEM;
use weal_types::{CodeHash, ContractId, abi::Abi};

use super::error::{Answer, Error};

/// Documents that are kept; beyond that all are forgotten and read again, which takes well under a
/// millisecond each.
const KEPT: usize = 512;

/// The documents of the system contracts, which no state can change.
static OF_SYSTEM: LazyLock<BTreeMap<ContractId, Arc<Codec>>> = LazyLock::new(|| {
    let codecs = SYSTEM.iter().map(|system| Some((system.id, Codec::new((system.abi)()).ok()?)));
    codecs.flatten().map(|(id, codec)| (id, Arc::new(codec))).collect()
});

/// See the module.
#[derive(Default)]
pub(super) struct Codecs(Mutex<BTreeMap<CodeHash, Arc<Codec>>>);

impl Codecs {
    /// The document of a system contract.
    pub fn of_system(id: &ContractId) -> Option<Arc<Codec>> {
        OF_SYSTEM.get(id).cloned()
    }

    /// The document of a code, which `read` reads unless it is known; `None` if there is no such
    /// code.
    pub fn of_code(
        &self,
        code: &CodeHash,
        read: impl FnOnce() -> Answer<Option<Abi>>,
    ) -> Answer<Option<Arc<Codec>>> {
        if let Some(codec) = self.kept().get(code) {
            return Ok(Some(Arc::clone(codec)));
        }
        let Some(abi) = read()? else { return Ok(None) };
        let codec = Arc::new(Codec::new(abi).map_err(Error::internal)?);
        let mut kept = self.kept();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(*code, Arc::clone(&codec));
        Ok(Some(codec))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, BTreeMap<CodeHash, Arc<Codec>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_contract_has_its_document() {
        for system in SYSTEM {
            assert!(Codecs::of_system(&system.id).is_some(), "{}", system.name);
        }
        assert!(Codecs::of_system(&ContractId([9; 32])).is_none());
    }
}
