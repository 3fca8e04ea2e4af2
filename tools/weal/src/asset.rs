//! `weal asset`: money listed, sent and issued.

use serde_json::json;
use weal_client::{
    rpc::types::{AccountAddress, Hex32},
    units::Assets,
};

use crate::{
    args,
    chain::{ASSETS, Node, system_codec},
    codes,
    outcome::{Failure, Report},
    send::{self, Wanted},
    text::{Align, table},
};

/// `weal asset …`.
pub fn command(arguments: &args::Asset) -> Result<Report, Failure> {
    match arguments {
        args::Asset::List { connection } => list(&Node::connect(connection, None)?),
        args::Asset::Transfer { send, amount, to, reference } => {
            let reference = format!("0x{}", hex::encode(reference));
            pay(send, "transfer", amount, to, &reference)
        }
        args::Asset::Issue { send, amount, to, reference } => {
            pay(send, "mint", amount, to, reference)
        }
    }
}

fn list(node: &Node) -> Result<Report, Failure> {
    let book = node.book(None)?;
    let head = ["symbol", "supply", "status", "issuer", "asset"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for asset in book.list() {
        let is_clear = book.by_symbol(&asset.symbol).is_some();
        rows.push(vec![
            // Where two assets share a symbol, only their ids tell them apart.
            format!("{}{}", asset.symbol, if is_clear { "" } else { " (not the only one)" }),
            book.show(&asset.asset.0, asset.supply.0),
            asset.status.clone(),
            node.named(&asset.issuer.0),
            asset.asset.to_string(),
        ]);
    }
    let columns = [Align::Left, Align::Right, Align::Left, Align::Left, Align::Left];
    Ok(Report { text: table(&columns, &rows), data: json!({ "assets": book.list() }) })
}

/// A call of `transfer` or `mint`, which take the same arguments.
fn pay(
    options: &args::Send,
    method: &str,
    amount: &str,
    to: &str,
    reference: &str,
) -> Result<Report, Failure> {
    let node = Node::connect(&options.connection, options.from.as_deref())?;
    let held = node.book(None)?.read(amount)?;
    let args = json!({
        "asset": Hex32(held.asset.0),
        "to": AccountAddress(node.account(to)?),
        "amount": held.amount.to_string(),
        "reference": reference,
    });
    let codec = system_codec(&ASSETS)
        .ok_or_else(|| Failure::new(codes::INTERNAL, "the document of assets is missing"))?;
    let method = method.to_owned();
    let wanted = Wanted { contract: ASSETS, codec, method, args, attach: vec![] };
    send::run(&node, options, &[wanted])
}
