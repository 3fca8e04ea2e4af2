//! The state after one block, read record by record.
//!
//! A view belongs to one request: all of its answers are about the same block, and what it has read
//! once it does not read again.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc, time::Duration};

use parity_scale_codec::Decode;
use weal_client::{
    Codec,
    rpc::{
        error,
        types::{AmountInfo, ContractAddress, Hex32, U128},
    },
    units::{AssetInfo, Assets},
};
use weal_runtime::{
    BlockContext,
    system::{
        self, ASSETS, CONTRACTS,
        assets::Asset,
        contracts::{Instance, abi_key},
    },
};
use weal_state::StateSnapshot;
use weal_types::{
    AssetId, CodeHash, ContractId, Hash, Height, abi::Abi, block::FinalHeader,
    certificate::Certificate, codec::decode, layout::field_key, limit, params::ChainParams,
    state::StateKey, transaction::AssetAmount,
};

use super::{
    Api,
    codecs::Codecs,
    error::{Answer, Error},
};

/// How long the next block is waited for that may have the certificate: many times what one takes.
const PATIENCE: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct View<'a> {
    pub api: &'a Api,
    pub snapshot: Arc<StateSnapshot>,
    pub height: Height,
    codecs: RefCell<BTreeMap<ContractId, Option<Arc<Codec>>>>,
    assets: RefCell<BTreeMap<AssetId, Option<Asset>>>,
}

/// What lives at the address of a contract.
pub(super) enum Lives {
    /// A part of the chain.
    System,
    /// An instance of a code.
    Instance(Box<Instance>),
}

impl<'a> View<'a> {
    /// The state after the newest block.
    pub fn newest(api: &'a Api) -> Answer<Self> {
        let snapshot = api.node.state().committed_snapshot().map_err(Error::internal)?;
        let height = snapshot.height().ok_or_else(|| Error::internal("the state is empty"))?;
        Ok(Self {
            api,
            snapshot: Arc::new(snapshot),
            height,
            codecs: RefCell::default(),
            assets: RefCell::default(),
        })
    }

    /// The state after the newest block, and what proves it. Where blocks become final together,
    /// the last of them has the certificate, and is written within milliseconds: that one is waited
    /// for.
    pub fn proven(api: &'a Api) -> Answer<(Self, FinalHeader, Certificate)> {
        let mut blocks = api.node.subscribe();
        let runtime = tokio::runtime::Handle::current();
        loop {
            let view = Self::newest(api)?;
            match super::chain::certificate_of(api, view.height) {
                Ok((header, certificate)) => return Ok((view, header, certificate)),
                Err(refused) if view.height == Height::ZERO => return Err(refused),
                Err(refused) => {
                    let next = async { tokio::time::timeout(PATIENCE, blocks.recv()).await };
                    // Whoever missed some sees the newest at the next look.
                    let _ = runtime.block_on(next).map_err(|_| refused)?;
                }
            }
        }
    }

    /// Where and when a query sees itself: in the block that the state is after.
    pub fn context(&self) -> Answer<BlockContext> {
        let header = self.api.node.ledger().header(self.height).map_err(Error::internal)?;
        let (header, _) = header.ok_or_else(|| Error::internal("a block has no header"))?;
        Ok(BlockContext { chain: header.chain, height: header.height, time: header.time })
    }

    /// The bytes at a key of a contract.
    pub fn bytes(&self, contract: &ContractId, key: &[u8]) -> Answer<Option<Vec<u8>>> {
        let key = StateKey::new(contract, key).map_err(Error::internal)?;
        self.snapshot.value(&key).map_err(Error::internal)
    }

    /// A record at a key of a system contract.
    pub fn record<T: Decode>(&self, contract: &ContractId, key: &[u8]) -> Answer<Option<T>> {
        let Some(bytes) = self.bytes(contract, key)? else { return Ok(None) };
        decode("record", &bytes, limit::STATE_VALUE_BYTES).map(Some).map_err(Error::internal)
    }

    /// The parameters in force.
    pub fn params(&self) -> Answer<ChainParams> {
        system::params::load(self.snapshot.as_ref()).map_err(Error::internal)
    }

    /// What lives at `contract`.
    pub fn lives(&self, contract: &ContractId) -> Answer<Option<Lives>> {
        if system::system(contract).is_some() {
            return Ok(Some(Lives::System));
        }
        let instance = self.record(&CONTRACTS, &Instance::key(contract))?;
        Ok(instance.map(|instance| Lives::Instance(Box::new(instance))))
    }

    /// The document of a contract, if one lives there.
    pub fn codec(&self, contract: &ContractId) -> Answer<Option<Arc<Codec>>> {
        if let Some(codec) = self.codecs.borrow().get(contract) {
            return Ok(codec.clone());
        }
        let codec = match self.lives(contract)? {
            None => None,
            Some(Lives::System) => Codecs::of_system(contract),
            Some(Lives::Instance(instance)) => self.codec_of(&instance.code)?,
        };
        self.codecs.borrow_mut().insert(*contract, codec.clone());
        Ok(codec)
    }

    /// The document of a contract that somebody asked for by name.
    pub fn expect_codec(&self, contract: &ContractId) -> Answer<Arc<Codec>> {
        self.codec(contract)?.ok_or_else(|| no_contract(contract))
    }

    /// The document of a code, if it has been uploaded.
    pub fn codec_of(&self, code: &CodeHash) -> Answer<Option<Arc<Codec>>> {
        self.api.codecs.of_code(code, || {
            let Some(bytes) = self.bytes(&CONTRACTS, &abi_key(code))? else { return Ok(None) };
            let abi = decode::<Abi>("ABI document", &bytes, limit::ABI_BYTES);
            abi.map(Some).map_err(Error::internal)
        })
    }

    /// An asset, if there is one with this id.
    pub fn asset(&self, id: &AssetId) -> Answer<Option<Asset>> {
        if let Some(asset) = self.assets.borrow().get(id) {
            return Ok(asset.clone());
        }
        let asset: Option<Asset> = self.record(&ASSETS, &Asset::key(id))?;
        self.assets.borrow_mut().insert(*id, asset.clone());
        Ok(asset)
    }

    /// An amount with what people call its asset.
    pub fn amount(&self, amount: &AssetAmount) -> Answer<AmountInfo> {
        let asset = self.asset(&amount.asset)?;
        Ok(AmountInfo {
            asset: Hex32(amount.asset.0),
            amount: U128(amount.amount.0),
            symbol: asset.as_ref().map(|asset| asset.symbol.as_str().into()),
            scale: asset.map(|asset| asset.scale),
        })
    }

    /// Several of them.
    pub fn amounts(&self, amounts: &[AssetAmount]) -> Answer<Vec<AmountInfo>> {
        amounts.iter().map(|amount| self.amount(amount)).collect()
    }

    /// What the sentences of `contract` know of assets.
    pub fn assets_of(&self, contract: &ContractId) -> ContractAssets<'_, 'a> {
        ContractAssets { view: self, contract: *contract }
    }
}

/// The error for an address where nothing lives.
pub(super) fn no_contract(contract: &ContractId) -> Error {
    let address = ContractAddress(*contract);
    Error::new(error::UNKNOWN_CONTRACT, format!("no contract lives at {address}"))
}

/// Assets as the sentences of one contract name them. What cannot be read is left unnamed: a
/// sentence then gives the amount in smallest units.
pub(super) struct ContractAssets<'v, 'a> {
    view: &'v View<'a>,
    contract: ContractId,
}

impl Assets for ContractAssets<'_, '_> {
    fn by_id(&self, id: &Hash) -> Option<AssetInfo> {
        let asset = self.view.asset(&AssetId(*id)).ok()??;
        Some(AssetInfo { id: *id, symbol: asset.symbol.as_str().into(), decimals: asset.scale })
    }

    fn by_symbol(&self, _: &str) -> Option<AssetInfo> {
        // Symbols are not unique, and what is shown has ids.
        None
    }

    fn stored(&self, field: &str) -> Option<Hash> {
        let bytes = self.view.bytes(&self.contract, &field_key(field)).ok()??;
        bytes.try_into().ok()
    }
}
