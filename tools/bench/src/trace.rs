//! A million gifts and ten hops: how long one gift's way takes to find and prove, how long its
//! proof is, and what a gift costs on disk.

use std::time::{Duration, Instant};

use parity_scale_codec::Encode;
use serde_json::json;
use weal_client::{
    keys::{KeyPair, join},
    rpc::types::{
        ContractAddress, Hex, Submit, SubmitStatus, TraceGet, TraceProven, TxState, TxWait, U128,
    },
    transaction::{Request, Settings},
};
use weal_demo::{
    campaign::{Campaign, number, purpose},
    desk::{Desk, account, hash, money},
    gifts::{Dice, document, size},
};
use weal_proof::{bundle::Bundle, certificate::Anchor};
use weal_types::{
    Amount, Gas, Nonce, TimeMs,
    codec::{Bounded, Version},
    transaction::{AssetAmount, Call, Transaction},
};

use crate::{
    node::{chain, process},
    report::Row,
};

/// Gifts that are loaded.
const GIFTS: usize = 1_000_000;

/// Gifts of one transaction.
const TOGETHER: usize = 200;

/// Donors who take turns.
const DONORS: usize = 256;

/// Work lines that the money goes through; with the division before and the payment after them
/// these are ten hops.
const LINES: usize = 8;

/// Gifts that are traced.
const TRACED: usize = 200;

/// Runs the suite.
pub fn run() -> Vec<Row> {
    let node = process::start(1).remove(0);
    let desk = Desk::open(node.url()).expect("a node");
    let (campaign, parties) = chain::campaign(&desk);
    let bytes = node.disk_bytes();
    let begun = Instant::now();
    let total = load(&desk, &campaign, &parties.bank);
    let loaded = begun.elapsed();
    let each = node.disk_bytes().saturating_sub(bytes) as f64 / GIFTS as f64;
    hops(&desk, &campaign, &parties.charity, total);

    let (mut times, mut longest, mut keys) = (Vec::new(), 0, 0);
    let mut dice = Dice::new(7);
    let spec = weal_node::devnet::devnet("bench").expect("a chain").spec;
    let anchor = Anchor { chain: spec.chain, set: spec.validators };
    for _ in 0..TRACED {
        let unit = u128::from(dice.below(u64::MAX)) % total;
        let owner = json!({ "line": campaign.intake, "unit": unit.to_string() });
        let owner = desk.query(campaign.contract, "owner", owner).expect("an owner");
        let start = owner["gift"].as_str().and_then(|text| text.parse().ok()).expect("a gift");
        let ask = TraceGet {
            contract: ContractAddress(campaign.contract),
            line: campaign.intake,
            start: U128(start),
            leaf: None,
            from: None,
        };
        let begun = Instant::now();
        let proven: TraceProven = desk.client.trace_proof(&ask).expect("a trace");
        times.push(begun.elapsed());
        longest = longest.max(proven.bundle.0.len());
        let bundle = Bundle::from_wire(&proven.bundle.0).expect("a bundle");
        keys = keys.max(bundle.entries.len());
        let trace = bundle.check(&anchor, &campaign.contract, None).expect("it holds");
        assert!(trace.todo.is_empty(), "one page holds the whole way");
    }
    times.sort_unstable();
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    vec![
        Row::new("gifts", GIFTS as f64, ""),
        Row::new("load_each", loaded.as_secs_f64() * 1e6 / GIFTS as f64, "us"),
        Row::new("disk_per_gift", each, "bytes"),
        Row::new("trace_p50", millis(times[TRACED / 2]), "ms"),
        Row::new("trace_max", millis(times[TRACED - 1]), "ms").target(50.0),
        Row::new("bundle_keys_max", keys as f64, ""),
        Row::new("bundle_max", longest as f64, "bytes").target(102_400.0),
    ]
}

fn donor(number: usize) -> KeyPair {
    let mut seed = [0xd1; 32];
    seed[..8].copy_from_slice(&(number as u64).to_le_bytes());
    KeyPair::from_seed(&seed)
}

/// Gives a million gifts; what they come to.
fn load(desk: &Desk, campaign: &Campaign, bank: &KeyPair) -> u128 {
    let donors: Vec<_> = (0..DONORS).map(donor).collect();
    chain::fund(desk, bank, &donors, &hash(&campaign.asset.0), 10_000_000_000);
    let mut request = Request::new(donors[0].account(), Settings::default());
    let codec = desk.codec(campaign.contract).expect("a description");
    let args = json!({ "fund": campaign.fund, "commit": hash(&[1; 32]) });
    let one = [money(campaign.asset, 1)];
    request.call(&codec, campaign.contract, "donate", args, &one).expect("a call");
    let prepared = desk.client.contract_prepare(&request.params()).expect("prepared");
    let template = request.accept(&prepared, &desk.chain(), None).expect("as asked");
    let gas = Gas(prepared.gas_limit.0 * TOGETHER as u64);
    let (mut dice, mut total, mut waiting) = (Dice::new(1), 0, Vec::new());
    for turn in 0..GIFTS / TOGETHER {
        let donor = &donors[turn % DONORS];
        let mut sum = 0;
        let call = |place: usize| {
            let amount = size(&mut dice);
            sum += amount;
            let commit = document(&format!("gift {turn} {place}"));
            let args = (campaign.fund, commit, Option::<[u8; 16]>::None).encode();
            let attach = AssetAmount { asset: campaign.asset, amount: Amount(amount) };
            Call {
                args: Bounded::new(args).expect("short"),
                attach: Bounded::new(vec![attach]).expect("one"),
                ..template.calls[0].clone()
            }
        };
        let calls: Vec<_> = (0..TOGETHER).map(call).collect();
        let limit = AssetAmount { asset: campaign.asset, amount: Amount(sum) };
        let transaction = Transaction {
            version: Version,
            signer: donor.account(),
            nonce: Nonce((turn / DONORS) as u64),
            valid_until: TimeMs(template.valid_until.0 + 3_600_000),
            gas_limit: gas,
            max_fee: Amount::ZERO,
            sponsor: None,
            limits: Bounded::new(vec![limit]).expect("one"),
            calls: Bounded::new(calls).expect("some"),
        };
        total += sum;
        let signature = donor.sign(&transaction, &desk.chain());
        let signed = join(transaction, &desk.chain(), &[signature], &[]).expect("signed");
        waiting.push(submit(desk, signed.encode()));
        // A donor's turn comes again after so many others, so nothing waits for long.
        if waiting.len() == 64 {
            wait(desk, waiting.pop().expect("one"));
            waiting.clear();
        }
    }
    waiting.into_iter().for_each(|hash| wait(desk, hash));
    total
}

fn submit(desk: &Desk, wire: Vec<u8>) -> weal_client::rpc::types::Hex32 {
    let params = Submit { transactions: vec![Hex(wire)] };
    let verdict = desk.client.tx_submit(&params).expect("an answer").remove(0);
    assert_eq!(verdict.status, SubmitStatus::Accepted, "{:?}", verdict.error);
    verdict.hash.expect("a hash")
}

fn wait(desk: &Desk, hash: weal_client::rpc::types::Hex32) {
    let wait = TxWait { hash, timeout_ms: Some(60_000) };
    let status = desk.client.tx_wait(&wait).expect("an answer");
    assert_eq!(status.state, TxState::Final);
    let status = status.outcome.expect("an outcome").status;
    assert_eq!(status, weal_client::rpc::types::OutcomeStatus::Applied);
}

/// Divides everything, sends the programme's part through the lines, and pays it out.
fn hops(desk: &Desk, campaign: &Campaign, charity: &KeyPair, total: u128) {
    let args = json!({ "line": campaign.intake, "amount": total.to_string() });
    desk.call(charity, campaign.contract, "split", args, &[]).expect("divided");
    let mut from = campaign.programme;
    let rest = campaign.waiting(desk, from).expect("an amount");
    for _ in 1..LINES {
        let line = json!({ "line": {
            "fund": campaign.fund,
            "org": account(charity.account()),
            "asset": hash(&campaign.asset.0),
            "kind": "Work",
            "plan": [],
            "fee_so_far": weal_demo::campaign::FEE_PPM,
            "purposes": [],
        }});
        let to = desk.call(charity, campaign.contract, "open_line", line, &[]).expect("opened");
        let to = number(&to).expect("a line");
        campaign.forward(desk, charity, (from, to), rest, purpose::DEVICES).expect("forwarded");
        from = to;
    }
    let order = json!({
        "line": from,
        "amount": rest.to_string(),
        "order": {
            "payee": account(donor(0).account()),
            "purpose": purpose::DEVICES,
        },
    });
    desk.call(charity, campaign.contract, "spend", order, &[]).expect("paid");
}
