//! `weal trace` and `weal verify`: a gift's way, followed over records that are proven.
//!
//! Nothing that a node says is believed. It hands out the chain's genesis document, whose hash is
//! the chain's id, and bundles of records; everything shown is found by following the gift over
//! records that a quorum of the document's validators has certified. Only `--back`, the other
//! question, is answered by the node's word: see `back`.

mod back;
mod file;
mod show;

use std::fs;

use serde_json::{Value, json};
use weal_client::{
    rpc::types::{ContractAddress, GenesisInfo, Hex, Hex32, TraceGet, TraceProven, U128},
    units::{AssetInfo, Assets},
};
use weal_node::genesis::ChainSpec;
use weal_proof::{bundle::Bundle, certificate::Anchor};
use weal_provenance::{
    batch::Leaf,
    record::{Origin, Place},
    trace::Trace,
    unit::{LineId, Units},
};
use weal_types::{ContractId, codec::Bounded};

use crate::{
    args,
    chain::{Node, failed},
    codes,
    outcome::{Failure, Report},
};

use file::TraceFile;

/// Pages of a trace that are fetched, at most: some 15,000 stops.
const PAGES: usize = 100;

/// `weal trace CONTRACT LINE:POSITION`.
pub fn trace(arguments: &args::Trace) -> Result<Report, Failure> {
    let node = Node::connect(&arguments.connection, None)?;
    if arguments.back {
        return back::back(arguments, &node);
    }
    let contract = node.contract(&arguments.contract)?;
    let gift = place(&arguments.place)?;
    let leaf = arguments.leaf.as_deref().map(read_leaf).transpose()?;
    let file = fetch(&node, contract, gift, leaf.as_ref())?;
    let checked = check(&file)?;
    if let Some(path) = &arguments.out {
        fs::write(path, file.to_bytes()).map_err(|error| Failure::file(path, &error))?;
    }
    let name = |account: &weal_types::AccountId| node.name_of(account);
    Ok(report(&checked, &file, name))
}

/// `weal verify FILE`.
pub fn verify(arguments: &args::Verify) -> Result<Report, Failure> {
    let path = &arguments.file;
    let bytes = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let file = TraceFile::from_bytes(&bytes)
        .map_err(|reason| mismatch(reason).at(path.display().to_string()))?;
    let checked = check(&file).map_err(|failure| failure.at(path.display().to_string()))?;
    if let Some(expected) = &arguments.chain {
        let found = Hex32(checked.spec.chain.0).to_string();
        if *expected != found {
            return Err(mismatch(format!("the file is of chain {found}, not of {expected}")));
        }
    }
    Ok(report(&checked, &file, |_| None))
}

fn mismatch(message: impl Into<String>) -> Failure {
    Failure::new(codes::PROOF, message)
}

/// A trace whose every record was proven.
struct Checked {
    spec: ChainSpec,
    contract: ContractId,
    trace: Trace,
    /// The newest block that the proofs are of.
    height: weal_types::Height,
    time: weal_types::TimeMs,
    /// How many validators signed that block, and of how many.
    signed: (u32, usize),
}

/// Checks all of a file: document, certificates, proofs, and the way of the gift.
fn check(file: &TraceFile) -> Result<Checked, Failure> {
    let document = String::from_utf8(file.genesis.clone());
    let document = document.map_err(|_| mismatch("the genesis document is no text"))?;
    let spec = ChainSpec::from_toml(&document).map_err(|error| mismatch(error.to_string()))?;
    let anchor = Anchor { chain: spec.chain, set: spec.validators.clone() };
    let mut found: Option<(Trace, ContractId)> = None;
    let (mut height, mut time) = (weal_types::Height::ZERO, weal_types::TimeMs::ZERO);
    let mut signed = (0, 0);
    for bytes in &file.bundles {
        let bundle = Bundle::from_wire(bytes).map_err(|error| mismatch(error.to_string()))?;
        (height, time) = (bundle.header.height, bundle.header.time);
        let contract = found.as_ref().map_or(bundle.contract, |(_, contract)| *contract);
        let before = found.map(|(trace, _)| trace);
        let trace = bundle.check(&anchor, &contract, before);
        found = Some((trace.map_err(|error| mismatch(error.to_string()))?, contract));
        // It is one of these: the check has followed the way to it.
        let sets = bundle.hand_overs.iter().map(|end| &end.next);
        let mut sets = sets.chain(std::iter::once(&anchor.set));
        let set = sets.find(|set| set.id() == bundle.header.set_id);
        let validators = set.map_or(0, |set| set.validators.len());
        signed = (bundle.certificate.signers.count_ones(), validators);
    }
    let (trace, contract) = found.ok_or_else(|| mismatch("the file holds no proof"))?;
    Ok(Checked { spec, contract, trace, height, time, signed })
}

/// Asks the node for the whole way, page by page.
fn fetch(
    node: &Node,
    contract: ContractId,
    gift: Place,
    leaf: Option<&Leaf>,
) -> Result<TraceFile, Failure> {
    use parity_scale_codec::Encode;
    let genesis: GenesisInfo = node.client.request("chain_genesis", &json!({})).map_err(failed)?;
    let document = genesis.document;
    let spec = ChainSpec::from_toml(&document).map_err(|error| mismatch(error.to_string()))?;
    if spec.chain != node.chain() {
        return Err(mismatch("the node's genesis document is not that of its chain"));
    }
    let mut file = TraceFile { genesis: document.into(), bundles: vec![], assets: vec![] };
    let mut from = None;
    for _ in 0..PAGES {
        let params = TraceGet {
            contract: ContractAddress(contract),
            line: gift.line.0,
            start: U128(gift.start.get()),
            leaf: leaf.map(|leaf| Hex(leaf.encode())),
            from,
        };
        let page: TraceProven = node.client.trace_proof(&params).map_err(failed)?;
        file.bundles.push(page.bundle.0);
        let todo = check(&file)?.trace;
        if todo.todo.is_empty() {
            break;
        }
        let rests = todo.rests().map_err(|error| mismatch(error.to_string()))?;
        from = Some(Hex(rests.encode()));
    }
    let book = node.book(None)?;
    for line in check(&file)?.trace.lines.values() {
        if let Some(asset) = book.by_id(&line.asset.0)
            && !file.assets.iter().any(|(id, ..)| *id == line.asset.0)
        {
            file.assets.push((asset.id, asset.symbol, asset.decimals));
        }
    }
    Ok(file)
}

fn place(text: &str) -> Result<Place, Failure> {
    let parsed = text.split_once(':').and_then(|(line, start)| {
        let start: u128 = start.replace(['_', ','], "").parse().ok()?;
        Some(Place { line: LineId(line.parse().ok()?), start: Units::new(start)? })
    });
    parsed.ok_or_else(|| {
        Failure::new(codes::USAGE, format!("`{text}` is no place of a unit"))
            .hint("write LINE:POSITION, as the gift's receipt shows it: 5:1200")
    })
}

/// A leaf as a gateway hands it out.
fn read_leaf(path: &std::path::Path) -> Result<Leaf, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let wrong = |what: &str| {
        Failure::new(codes::ARGUMENT, format!("the leaf has no {what}"))
            .at(path.display().to_string())
            .hint("a leaf has `index`, `commit`, `amount` and `path`, a list of [hash, sum]")
    };
    let leaf: Value = serde_json::from_str(&text).map_err(|_| wrong("JSON object"))?;
    let units = |value: &Value| {
        let number = value.as_str()?.parse().ok()?;
        Units::new(number)
    };
    let hash = |value: &Value| {
        let mut bytes = [0; 32];
        hex::decode_to_slice(value.as_str()?.strip_prefix("0x")?, &mut bytes).ok()?;
        Some(bytes)
    };
    let path = leaf["path"].as_array().and_then(|path| {
        let node = |node: &Value| Some((hash(node.get(0)?)?, units(node.get(1)?)?));
        Bounded::new(path.iter().map(node).collect::<Option<Vec<_>>>()?).ok()
    });
    let index = leaf["index"].as_u64().and_then(|index| u32::try_from(index).ok());
    Ok(Leaf {
        index: index.ok_or_else(|| wrong("`index`"))?,
        commit: hash(&leaf["commit"]).ok_or_else(|| wrong("`commit`"))?,
        amount: units(&leaf["amount"]).ok_or_else(|| wrong("`amount`"))?,
        path: path.ok_or_else(|| wrong("`path`"))?,
    })
}

fn report(
    checked: &Checked,
    file: &TraceFile,
    name: impl Fn(&weal_types::AccountId) -> Option<String>,
) -> Report {
    let assets: Vec<_> = file
        .assets
        .iter()
        .map(|(id, symbol, decimals)| AssetInfo {
            id: *id,
            symbol: symbol.clone(),
            decimals: *decimals,
        })
        .collect();
    let shown = show::Shown::new(&checked.trace, &assets, name);
    let bytes: usize = file.bundles.iter().map(Vec::len).sum();
    let mut text = shown.text();
    text += &format!(
        "verified: every record above is in block {} ({}) of chain \"{}\"\n  {}\n  signed by \
         {}; {} bytes of proof, checked here\n",
        checked.height,
        weal_client::units::format_timestamp(checked.time.0.into()),
        checked.spec.name,
        Hex32(checked.spec.chain.0),
        signers(checked.signed),
        bytes,
    );
    let data = json!({
        "chain": Hex32(checked.spec.chain.0),
        "contract": ContractAddress(checked.contract),
        "height": checked.height.0.to_string(),
        "batch": matches!(checked.trace.record.origin, Origin::Batch(_)),
        "signed_by": checked.signed.0,
        "validators": checked.signed.1,
        "proof_bytes": bytes,
        "trace": weal_client::trace::trace(&checked.trace),
    });
    Report { text, data }
}

/// `3 of its 4 validators`
fn signers((signed, validators): (u32, usize)) -> String {
    match validators {
        1 => "its only validator".into(),
        _ => format!("{signed} of its {validators} validators"),
    }
}
