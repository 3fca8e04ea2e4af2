//! `weal deploy` and `weal upgrade`: from a package to a contract on the chain.

mod upload;

use std::path::Path;

use clap::{Args, FromArgMatches};
use serde_json::{Value, json};
use weal_client::{
    Codec,
    rpc::types::{ContractAddress, Hex32},
    units::{Tick, parse_duration},
};
use weal_types::{
    AccountId, CodeHash, ContractId,
    abi::{Abi, Auth, Method, MethodKind, Type},
    address::Address,
    transaction::AssetAmount,
};

use crate::{
    args, build,
    call::{self, dynamic},
    chain::{Alias, Book, CONTRACTS, Node, system_codec},
    check, codes,
    outcome::{Failure, Report},
    project,
    send::{self, Wanted},
};

/// A module that passes the gate.
struct Module {
    bytes: Vec<u8>,
    hash: CodeHash,
    codec: Codec,
}

/// `weal deploy …`.
pub fn deploy(first: &args::Deploy) -> Result<Report, Failure> {
    if first.help && first.target.is_none() {
        return dynamic::static_help("deploy", true);
    }
    let line = dynamic::line("deploy");
    let module = load(first.target.as_deref())?;
    let init = constructor(module.codec.abi());
    let usage = format!("weal deploy {}", first.target.as_deref().unwrap_or("."));
    let command = dynamic::command(args::Deploy::augment_args, usage, &init, &module.codec);
    let (matches, found) = match dynamic::read(command, &line, &init)? {
        dynamic::Read::Help(report) => return Ok(report),
        dynamic::Read::Matches(matches, found) => (matches, found),
    };
    let options = args::Deploy::from_arg_matches(&matches).map_err(|e| dynamic::usage(&e))?;
    let mut node = Node::connect(&options.send.connection, options.send.from.as_deref())?;
    if let Some(alias) = &options.alias {
        node.aliases.check(alias)?;
    }
    let wanted = {
        let book = node.book(None)?;
        let attach = book.read_all(&options.attach)?;
        let bytes = match module.codec.abi().init() {
            None => vec![],
            Some(init) => {
                let json = options.args_json.as_deref();
                let args = call::arguments(&node, &book, &module.codec, init, &found, json)?;
                let encoded = module.codec.encode_args(&init.name, &args);
                encoded.map_err(|error| Failure::new(codes::ARGUMENT, error.to_string()))?
            }
        };
        instance(&node, &options, &module, &bytes, attach)?
    };
    let contract = wanted.contract;
    let report = send_with_code(&node, &options.send, &module, &wanted.call)?;
    if options.send.dry_run || options.send.out.is_some() {
        return Ok(report);
    }
    if let Some(name) = &options.alias {
        let alias = alias(contract, &module.codec);
        node.aliases.set(name, alias)?;
    }
    let address = ContractAddress(contract);
    let text = format!("{}contract  {address}\n", report.text);
    let data = json!({ "contract": address, "code": Hex32(module.hash.0), "sent": report.data });
    Ok(Report { text, data })
}

/// What is remembered of a contract under its name.
pub fn alias(contract: ContractId, codec: &Codec) -> Alias {
    Alias { contract: contract.into(), abi: Hex32(codec.abi().hash().0) }
}

/// `weal upgrade …`.
pub fn upgrade(options: &args::Upgrade) -> Result<Report, Failure> {
    let module = load(options.target.as_deref())?;
    let mut node = Node::connect(&options.send.connection, options.send.from.as_deref())?;
    let contract = node.contract(&options.contract)?;
    let method = if options.announce { "propose_upgrade" } else { "upgrade" };
    let args = json!({
        "contract": ContractAddress(contract),
        "code": Hex32(module.hash.0),
    });
    let call = of_contracts(method, args, vec![])?;
    let report = send_with_code(&node, &options.send, &module, &call)?;
    let is_done = !options.announce && !options.send.dry_run && options.send.out.is_none();
    let name = node.aliases.by_contract(contract).map(|(name, _)| name.to_owned());
    if let Some(name) = name.filter(|_| is_done) {
        // The new description is the one that its owner has just put there.
        let alias = alias(contract, &module.codec);
        node.aliases.set(&name, alias)?;
    }
    Ok(report)
}

/// A file, or what a package builds.
fn load(target: Option<&str>) -> Result<Module, Failure> {
    let path = target.map(Path::new).filter(|path| check::is_file(path));
    let (bytes, abi) = match path {
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
            let checked = weal_gate::check(&bytes, weal_gate::ChainProfile::default())
                .map_err(|refusal| Failure::refused(&refusal, &path.display().to_string()))?;
            (bytes, checked.abi)
        }
        None => {
            let built = build::build(project::find_by_text(target)?)?;
            (built.module, built.checked.abi)
        }
    };
    let codec =
        Codec::new(abi).map_err(|error| Failure::new(codes::ABI_DOCUMENT, error.to_string()))?;
    Ok(Module { hash: CodeHash::of(&bytes), bytes, codec })
}

/// The constructor, or the shape of one without arguments.
fn constructor(abi: &Abi) -> Method {
    abi.init().cloned().unwrap_or_else(|| Method {
        name: "deploy".into(),
        kind: MethodKind::Init,
        doc: "The contract has no constructor, so it takes no arguments.".into(),
        intent: String::new(),
        auth: Auth::Anyone,
        accepts: vec![],
        reentrant: false,
        args: vec![],
        ok: Type::Unit,
        errors: vec![],
        emits: vec![],
        calls_out: vec![],
    })
}

/// A call that makes an instance, and the address that it will have.
struct Instance {
    contract: ContractId,
    call: Wanted,
}

fn instance(
    node: &Node,
    options: &args::Deploy,
    module: &Module,
    init: &[u8],
    attach: Vec<AssetAmount>,
) -> Result<Instance, Failure> {
    let creator = node.account(node.from()?)?;
    let salt = salt(node, &creator, options)?;
    let owner = options.owner.as_deref().map(|owner| node.account(owner)).transpose()?;
    let args = json!({
        "code": Hex32(module.hash.0),
        "salt": Hex32(salt),
        "owner": owner.map(|owner| Address::Account(owner).to_text()),
        "policy": policy(&options.policy)?,
        "init": format!("0x{}", hex::encode(init)),
    });
    Ok(Instance {
        contract: ContractId::derive(&creator, &module.hash, &salt),
        call: of_contracts("deploy", args, attach)?,
    })
}

/// The one that was typed, or the creator's next nonce: no two of its deployments share that.
fn salt(node: &Node, creator: &AccountId, options: &args::Deploy) -> Result<[u8; 32], Failure> {
    if let Some(text) = &options.salt {
        let salt = Hex32::parse(text).map_err(|error| {
            Failure::new(codes::ARGUMENT, format!("--salt: {error}")).hint("write 0x and 64 digits")
        })?;
        return Ok(salt.0);
    }
    let params = weal_client::rpc::types::AccountGet { account: (*creator).into() };
    let account = node.client.account_get(&params).map_err(crate::chain::failed)?;
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&account.nonce.0.to_le_bytes());
    Ok(salt)
}

/// `owner`, `immutable` or `delayed:30d`, as JSON by the ABI of `contracts`.
fn policy(text: &str) -> Result<Value, Failure> {
    let refused = |why: String| {
        Err(Failure::new(codes::ARGUMENT, format!("--policy: {why}"))
            .hint("write `owner`, `immutable`, or a delay as in `delayed:30d`"))
    };
    match text.split_once(':') {
        None if text == "owner" => Ok(json!("Owner")),
        None if text == "immutable" => Ok(json!("Immutable")),
        Some(("delayed", delay)) => match parse_duration(delay, Tick::Milliseconds) {
            Ok(ms) => Ok(json!({ "Delayed": { "delay_ms": ms.to_string() } })),
            Err(error) => refused(error.to_string()),
        },
        _ => refused(format!("{text:?} is none")),
    }
}

/// A call of the contract of contracts.
fn of_contracts(method: &str, args: Value, attach: Vec<AssetAmount>) -> Result<Wanted, Failure> {
    let codec = system_codec(&CONTRACTS)
        .ok_or_else(|| Failure::new(codes::INTERNAL, "the document of contracts is missing"))?;
    Ok(Wanted { contract: CONTRACTS, codec, method: method.into(), args, attach })
}

/// Uploads the code unless it is there, and sends `last`. A person agrees once, before all of it.
fn send_with_code(
    node: &Node,
    options: &args::Send,
    module: &Module,
    last: &Wanted,
) -> Result<Report, Failure> {
    if upload::is_there(node, &module.hash)? {
        return send::run(node, options, std::slice::from_ref(last));
    }
    let uploads = upload::calls(module.hash, &module.bytes)?;
    let count = uploads.len();
    if options.out.is_some() {
        let code = Hex32(module.hash.0);
        return Err(Failure::new(codes::DRY_RUN, format!("the code {code} is not uploaded yet"))
            .hint("upload it from a machine with a key, then deploy with --out"));
    }
    let book = node.book(None)?;
    let plan = format!(
        "on {} as {}\n  upload {} bytes in {count} {}, then {} of {}\n",
        node.chain_text(),
        node.from()?,
        crate::text::grouped(module.bytes.len() as u64),
        if count == 1 { "transaction" } else { "transactions" },
        last.method,
        module.codec.abi().contract,
    );
    if options.dry_run {
        // What follows the upload can be tried only once the code is there.
        let data = json!({ "code": Hex32(module.hash.0), "uploads": count });
        send::prepare(node, options, &book, &uploads[..1])?;
        return Ok(Report { text: plan, data });
    }
    send::confirm(node, options, &plan)?;
    upload::run(node, options, &book, &uploads)?;
    one(node, options, &book, last)
}

/// Sends one call that was agreed to.
fn one(node: &Node, options: &args::Send, book: &Book, wanted: &Wanted) -> Result<Report, Failure> {
    let ready = send::prepare(node, options, book, std::slice::from_ref(wanted))?;
    let signed = send::sign(node, options, &ready)?;
    let status = send::submit(node, &signed, options.wait)?;
    send::final_report(node, book, &status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies() {
        assert_eq!(policy("owner").ok(), Some(json!("Owner")));
        assert_eq!(policy("immutable").ok(), Some(json!("Immutable")));
        let delayed = json!({ "Delayed": { "delay_ms": "86400000" } });
        assert_eq!(policy("delayed:1d").ok(), Some(delayed));
        for bad in ["", "Owner", "delayed", "delayed:", "delayed:soon", "owner:1d"] {
            assert!(policy(bad).is_err(), "{bad}");
        }
        // The document of the contract reads them.
        let args = json!({
            "code": Hex32([1; 32]), "salt": Hex32([0; 32]), "owner": null,
            "policy": policy("delayed:1d").ok(), "init": "0x",
        });
        let wanted = of_contracts("deploy", args.clone(), vec![]).expect("it is there");
        assert!(wanted.codec.encode_args("deploy", &args).is_ok());
    }
}
