//! From calls to a receipt: prepare, compare, show, ask, sign, send, wait.
//!
//! Nothing is signed that was not compared with what was asked for, and nothing is sent that a
//! person or a script has not agreed to. Once something is sent, every way on leads to its outcome
//! or to its hash.

mod show;
mod submit;

use std::{
    fs,
    io::{BufRead, IsTerminal, Write},
    path::Path,
};

use serde_json::{Value, json};
use weal_client::{
    Codec,
    keys::{KeyPair, join},
    rpc::types::{AccountAddress, AuthorityInfo, Hex32, OutcomeStatus, Prepared, SignatureRole},
    transaction::{Draft, Request, Settings},
    units::{Tick, parse_duration},
};
use weal_types::{
    Amount, ContractId, Gas, Nonce, TimeMs,
    transaction::{AssetAmount, SignedTransaction, Transaction},
};

use crate::{
    args,
    chain::{Book, Node, contract_failure, failed},
    clock, codes,
    outcome::{Failure, Report},
};

pub use show::{decoded, event_line, final_report, status_report};
pub use submit::{submit, wait};

/// How long a transaction may wait for a block unless told otherwise.
const VALID_FOR_MS: u64 = 3_600_000;

/// How far our clock and the chain's may lie apart.
const SLACK_MS: u64 = 10 * 60_000;

/// One call that is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of which contract.
    pub contract: ContractId,
    /// What describes it.
    pub codec: Codec,
    /// Which method.
    pub method: String,
    /// Its arguments, by name.
    pub args: Value,
    /// What goes with it.
    pub attach: Vec<AssetAmount>,
}

/// A transaction that says what was asked for, and what it would do now.
pub struct Ready {
    /// What will be signed.
    pub transaction: Transaction,
    /// What the node found in its dry run.
    pub prepared: Prepared,
    codecs: Vec<Codec>,
}

/// Does everything, for the calls of one command.
pub fn run(node: &Node, options: &args::Send, wanted: &[Wanted]) -> Result<Report, Failure> {
    let book = node.book(wanted.first().map(|call| call.contract))?;
    let ready = prepare(node, options, &book, wanted)?;
    let plan = show::plan(node, &book, &ready);
    if options.dry_run {
        return Ok(plan);
    }
    if let Some(path) = &options.out {
        return write_draft(node, &ready, path, plan);
    }
    confirm(node, options, &plan.text)?;
    let signed = sign(node, options, &ready)?;
    let status = submit(node, &signed, options.wait)?;
    final_report(node, &book, &status)
}

/// Has the node prepare the calls, and compares. A dry run that fails is a failure here.
pub fn prepare(
    node: &Node,
    options: &args::Send,
    book: &Book,
    wanted: &[Wanted],
) -> Result<Ready, Failure> {
    let from = node.account(node.from()?)?;
    let settings = settings(node, options, book)?;
    // Whatever the newest block's time, the transaction is to live that long from now on.
    let latest = (!node.info.devnet).then(|| {
        let most = settings.valid_for_ms.unwrap_or(VALID_FOR_MS);
        TimeMs(clock::now_ms().saturating_add(most).saturating_add(SLACK_MS))
    });
    let mut request = Request::new(from, settings);
    for Wanted { contract, codec, method, args, attach } in wanted {
        request
            .call(codec, *contract, method, args.clone(), attach)
            .map_err(|error| Failure::new(codes::ARGUMENT, error.to_string()))?;
    }
    let prepared = node.client.contract_prepare(&request.params()).map_err(failed)?;
    let transaction = request.accept(&prepared, &node.chain(), latest).map_err(|error| {
        Failure::new(codes::LYING_NODE, error.to_string()).at(node.client.url())
    })?;
    if prepared.outcome.status == OutcomeStatus::Reverted {
        return Err(match &prepared.outcome.failure {
            Some(failure) => contract_failure(codes::DRY_RUN, failure),
            None => Failure::new(codes::DRY_RUN, "the node does not say why"),
        });
    }
    let codecs = wanted.iter().map(|call| call.codec.clone()).collect();
    Ok(Ready { transaction, prepared, codecs })
}

fn settings(node: &Node, options: &args::Send, book: &Book) -> Result<Settings, Failure> {
    let wanted = match &options.valid_for {
        None => VALID_FOR_MS,
        Some(text) => {
            let ms = parse_duration(text, Tick::Milliseconds).map_err(|error| {
                Failure::new(codes::ARGUMENT, format!("--valid-for: {error}"))
                    .hint("write a time such as `30m`")
            })?;
            u64::try_from(ms).unwrap_or(u64::MAX)
        }
    };
    let limits = match options.limit.is_empty() {
        true => None,
        false => Some(book.read_all(&options.limit)?),
    };
    Ok(Settings {
        nonce: options.nonce.map(Nonce),
        gas_limit: options.gas_limit.map(Gas),
        max_fee: options.max_fee.map(Amount),
        valid_for_ms: Some(wanted),
        sponsor: options.sponsor.as_deref().map(|name| node.account(name)).transpose()?,
        limits,
    })
}

fn write_draft(node: &Node, ready: &Ready, path: &Path, plan: Report) -> Result<Report, Failure> {
    let mut draft = Draft::new(node.chain(), &node.info.chain_name, ready.transaction.clone());
    for (call, codec) in ready.transaction.calls.iter().zip(&ready.codecs) {
        let address = weal_client::rpc::types::ContractAddress(call.to).to_string();
        let document = serde_json::from_str(&codec.abi().to_json()).unwrap_or_default();
        draft.documents.insert(address, document);
    }
    fs::write(path, draft.to_json()).map_err(|error| Failure::file(path, &error))?;
    let hash = Hex32(ready.transaction.hash(&node.chain()).0);
    let file = path.display();
    let text = format!(
        "{}\nwritten to {file}, unsigned\n  next  weal tx sign {file} --from NAME, then weal tx \
         send {file}\n",
        plan.text
    );
    Ok(Report { text, data: json!({ "file": path, "hash": hash, "plan": plan.data }) })
}

/// Shows `what` and asks, unless a script has agreed. A protected chain is named in either case.
pub fn confirm(node: &Node, options: &args::Send, what: &str) -> Result<(), Failure> {
    let chain = node.info.chain_name.as_str();
    let is_protected = node.settings.protected.value;
    if let Some(named) = options.on.as_deref().filter(|named| *named != chain) {
        let message = format!("this is the chain \"{chain}\", not \"{named}\"");
        return Err(Failure::new(codes::NOT_CONFIRMED, message).hint("check --profile and --rpc"));
    }
    if options.yes && (!is_protected || options.on.is_some()) {
        return Ok(());
    }
    let _ = write!(anstream::stderr(), "{what}");
    match (is_protected, options.on.is_some()) {
        (true, false) => {
            let question = format!("The chain is protected: type its name, {chain}: ");
            agree(&question, &|answer| answer == chain, "add --yes and --on CHAIN")
        }
        _ => agree("Send it? [y/N] ", &|answer| matches!(answer, "y" | "Y" | "yes"), "add --yes"),
    }
}

/// Asks a person, who must be there.
pub fn agree(question: &str, is_yes: &dyn Fn(&str) -> bool, instead: &str) -> Result<(), Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::new(codes::NOT_CONFIRMED, "nobody is here to be asked")
            .hint(format!("{instead}; or look first, with --dry-run")));
    }
    let _ = write!(anstream::stderr(), "{question}");
    let mut answer = String::new();
    // Without an answer there is no agreement.
    let _ = stdin.lock().read_line(&mut answer);
    match is_yes(answer.trim()) {
        true => Ok(()),
        false => Err(Failure::new(codes::NOT_CONFIRMED, "not agreed to").hint("nothing was sent")),
    }
}

/// Signs with the keys that are here, if they are enough.
pub fn sign(
    node: &Node,
    options: &args::Send,
    ready: &Ready,
) -> Result<SignedTransaction, Failure> {
    let chain = node.chain();
    let (mut signatures, mut sponsor_signatures) = (vec![], vec![]);
    for missing in &ready.prepared.missing_signatures {
        let name = match missing.role {
            SignatureRole::Signer => node.from()?,
            SignatureRole::Sponsor => options.sponsor.as_deref().unwrap_or_default(),
        };
        let pair = node.key(name)?;
        accepts(&missing.authority, &pair, &missing.account)?;
        match missing.role {
            SignatureRole::Signer => signatures.push(pair.sign(&ready.transaction, &chain)),
            SignatureRole::Sponsor => {
                sponsor_signatures.push(pair.sponsor(&ready.transaction, &chain));
            }
        }
    }
    join(ready.transaction.clone(), &chain, &signatures, &sponsor_signatures)
        .map_err(|error| Failure::new(codes::KEY, error.to_string()))
}

/// Whether one key is enough for an account.
fn accepts(
    authority: &AuthorityInfo,
    pair: &KeyPair,
    account: &AccountAddress,
) -> Result<(), Failure> {
    let key = Hex32(pair.public().0);
    let message = match authority {
        AuthorityInfo::Key(accepted) if *accepted == key => return Ok(()),
        AuthorityInfo::Key(_) => format!("{account} accepts another key than {}", pair.address()),
        AuthorityInfo::Policy { threshold, keys } => {
            match keys.iter().find(|accepted| accepted.key == key) {
                Some(own) if u32::from(own.weight) >= *threshold => return Ok(()),
                Some(own) => format!(
                    "{account} needs signatures that weigh {threshold}, and this key weighs {}",
                    own.weight
                ),
                None => format!("{account} does not accept the key of {}", pair.address()),
            }
        }
    };
    Err(Failure::new(codes::KEY, message).hint(
        "write the transaction with --out, have each signer run weal tx sign, and send all files \
         with weal tx send",
    ))
}
