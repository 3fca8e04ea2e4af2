//! What is known of the chain's assets.

use std::{cell::RefCell, collections::BTreeMap};

use weal_client::{
    rpc::{
        Client,
        types::{AssetList, AssetSummary, Hex, Hex32, StateGet},
    },
    units::{AssetInfo, Assets, format_amount, parse_amount},
};
use weal_types::{Amount, AssetId, ContractId, Hash, layout::field_key, transaction::AssetAmount};

use super::failed;
use crate::{codes, outcome::Failure};

/// Pages of the list of assets that are read: as many assets as a person can tell apart, and more.
const PAGES: usize = 16;

/// The assets of the chain.
pub struct Book<'a> {
    client: &'a Client,
    /// Whose storage fields are meant.
    contract: Option<ContractId>,
    assets: Vec<AssetSummary>,
    /// Storage fields that were read, those without an asset included.
    stored: RefCell<BTreeMap<String, Option<Hash>>>,
}

impl<'a> Book<'a> {
    /// Asks for all assets.
    pub fn load(client: &'a Client, contract: Option<ContractId>) -> Result<Self, Failure> {
        let mut assets: Vec<AssetSummary> = vec![];
        for _ in 0..PAGES {
            let after = assets.last().map(|asset| asset.asset);
            let mut page = client.asset_list(&AssetList { after, limit: None }).map_err(failed)?;
            if page.is_empty() {
                break;
            }
            assets.append(&mut page);
        }
        Ok(Self { client, contract, assets, stored: RefCell::default() })
    }

    /// All of them, by id.
    pub fn list(&self) -> &[AssetSummary] {
        &self.assets
    }

    /// Reads `1,500.50 EUR`.
    pub fn read(&self, text: &str) -> Result<AssetAmount, Failure> {
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ');
        let symbol = text.trim().trim_start_matches(is_number);
        let asset = self.by_symbol(symbol).ok_or_else(|| {
            let known: Vec<_> = self.assets.iter().map(|asset| asset.symbol.as_str()).collect();
            let same = known.iter().filter(|known| **known == symbol).count();
            let message = match same {
                0 => format!("{text:?} does not end in the symbol of an asset of this chain"),
                several => format!("{several} assets are called {symbol}"),
            };
            Failure::new(codes::ARGUMENT, message).hint(match same {
                0 => format!("write an amount such as `10 EUR`, in one of: {}", known.join(", ")),
                _ => "call `assets` with the asset's id: weal call assets transfer --help".into(),
            })
        })?;
        let amount = parse_amount(text, &asset).map_err(|error| {
            Failure::new(codes::ARGUMENT, error.to_string()).hint("the symbol is part of an amount")
        })?;
        Ok(AssetAmount { asset: AssetId(asset.id), amount: Amount(amount) })
    }

    /// Reads several amounts, each of another asset, ascending by asset.
    pub fn read_all(&self, texts: &[String]) -> Result<Vec<AssetAmount>, Failure> {
        let mut amounts =
            texts.iter().map(|text| self.read(text)).collect::<Result<Vec<_>, _>>()?;
        amounts.sort();
        match amounts.windows(2).find(|pair| pair[0].asset == pair[1].asset) {
            None => Ok(amounts),
            Some(_) => Err(Failure::new(codes::ARGUMENT, "an asset is named twice")
                .hint("write one amount for each asset")),
        }
    }

    /// Writes `1,500.50 EUR`, or smallest units of an asset that is not known.
    pub fn show(&self, asset: &Hash, amount: u128) -> String {
        match self.by_id(asset) {
            Some(info) => format_amount(amount, &info),
            None => format!("{amount} units of {}", Hex32(*asset)),
        }
    }
}

fn info(asset: &AssetSummary) -> AssetInfo {
    AssetInfo { id: asset.asset.0, symbol: asset.symbol.clone(), decimals: asset.scale }
}

impl Assets for Book<'_> {
    fn by_id(&self, id: &Hash) -> Option<AssetInfo> {
        self.assets.iter().find(|asset| asset.asset.0 == *id).map(info)
    }

    fn by_symbol(&self, symbol: &str) -> Option<AssetInfo> {
        let mut found = self.assets.iter().filter(|asset| asset.symbol == symbol);
        let only = found.next().filter(|_| found.next().is_none());
        only.map(info)
    }

    fn stored(&self, field: &str) -> Option<Hash> {
        let contract = self.contract?;
        if let Some(known) = self.stored.borrow().get(field) {
            return *known;
        }
        let key = Hex(field_key(field).to_vec());
        let params = StateGet { contract: contract.into(), key, at: None };
        // Without the asset, amounts are read and shown in smallest units, which is never wrong.
        let value = self.client.state_get(&params).ok().and_then(|found| found.value);
        let id = value.and_then(|value| Hash::try_from(value.0.as_slice()).ok());
        self.stored.borrow_mut().insert(field.to_owned(), id);
        id
    }
}
