//! `trace_proof`: what became of a gift, checked by somebody who trusts the validators alone.

use parity_scale_codec::Encode;
use puppet::Step;
use serde_json::{Value, json};
use weal_proof::{
    bundle::{Bundle, BundleError},
    certificate::Anchor,
};
use weal_provenance::{
    FundId, LineId, Records, RecordsMut, Units, ledger,
    line::{Count, Kind, Line, LineStatus},
    record::{Gift, HopKind, Origin},
    send::Saying,
    store::Memory,
    stripe::{Plan, Share},
    trace::{Fate, Trace},
};
use weal_types::{AccountId, AssetId, ContractId, TimeMs};

use crate::{
    contracts::{deploy, upload},
    world::{World, euro, system, transfer, unhex},
};

const NOW: TimeMs = TimeMs(5_000);
const INTAKE: LineId = LineId(10);
const FEE: LineId = LineId(11);
const WORK: LineId = LineId(12);
const PARTNER: LineId = LineId(13);

fn units(count: u128) -> Units {
    Units::new(count).unwrap()
}

fn open(records: &mut Memory, line: LineId, kind: Kind, plan: &[(LineId, u32)]) {
    let share = |(line, ppm): &(LineId, u32)| Share { line: *line, ppm: *ppm };
    let card = Line {
        fund: FundId(1),
        org: AccountId([line.0 as u8; 32]),
        asset: AssetId([0xC1; 32]),
        kind,
        plan: Plan::new(plan.iter().map(share).collect()).unwrap(),
        fee_so_far: 80_000,
        purposes: vec![1],
        status: LineStatus::Open,
        notice: None,
        advance: None,
    };
    records.put_line(line, &card);
    records.put_count(line, &Count::of(kind));
}

/// Two gifts into one fund, divided; the first part of the work's share goes on to a partner.
fn history() -> Memory {
    let mut records = Memory::default();
    open(&mut records, INTAKE, Kind::Intake, &[(FEE, 80_000), (WORK, 920_000)]);
    open(&mut records, FEE, Kind::Fee, &[]);
    open(&mut records, WORK, Kind::Work, &[]);
    open(&mut records, PARTNER, Kind::Work, &[]);
    for count in [1_000, 500] {
        let gift = Gift {
            len: units(count),
            payer: AccountId([8; 32]),
            origin: Origin::Single { commit: [7; 32] },
            time: NOW,
            back: Units::ZERO,
        };
        ledger::donate(&mut records, INTAKE, gift).unwrap();
    }
    let card = records.line(INTAKE).unwrap().unwrap();
    ledger::split(&mut records, INTAKE, &card, units(1_500), (0, NOW)).unwrap();
    let saying = Saying::plain(HopKind::Forward, NOW);
    ledger::transfer(&mut records, WORK, PARTNER, units(300), saying).unwrap();
    records
}

/// A contract that keeps these records.
async fn keeping(world: &World, records: &Memory) -> Value {
    let code = upload(world, weal_fixtures::puppet()).await;
    let contract = deploy(world, &code, "0x".into()).await;
    let entries = records.0.iter();
    let steps: Vec<_> = entries.map(|(key, value)| Step::Put(key.clone(), value.clone())).collect();
    let script = format!("0x{}", hex::encode(steps.encode()));
    let run = json!({ "contract": contract, "method": "run", "args": { "script": script } });
    let status = world.send("alice", run).await;
    assert_eq!(status["outcome"]["status"], "applied", "{}", status["outcome"]);
    contract
}

fn check(world: &World, contract: &Value, proven: &Value) -> Result<Trace, BundleError> {
    let spec = world.node.spec();
    let anchor = Anchor { chain: spec.chain, set: spec.validators.clone() };
    let contract = weal_types::address::Address::parse(contract.as_str().unwrap()).unwrap();
    let contract = ContractId(contract.account().0);
    Bundle::from_wire(&unhex(&proven["bundle"])).unwrap().check(&anchor, &contract, None)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gifts_way_is_shown_and_proven() {
    let world = World::new().await;
    let contract = keeping(&world, &history()).await;
    let ask = |start: &str| json!({ "contract": contract, "line": INTAKE.0, "start": start });
    let proven = world.call("trace_proof", ask("0")).await;
    assert_eq!(proven.get("next"), None, "{proven}");
    let trace = check(&world, &contract, &proven).unwrap();
    assert!(trace.todo.is_empty());
    // What the node tells is what the proof shows.
    let told = &proven["trace"];
    assert_eq!(told["gift"]["len"], "1000");
    assert_eq!((&told["start"], &told["end"]), (&json!("0"), &json!("1000")));
    assert_eq!(told["is_complete"], true);
    assert_eq!(*told, weal_client::trace::trace(&trace));
    let stops = told["stops"].as_array().unwrap();
    assert_eq!(stops.len(), trace.stops.len());
    for (told, shown) in stops.iter().zip(&trace.stops) {
        assert_eq!(told["line"], shown.arrived.at.line.0);
        assert_eq!(told["end"], shown.arrived.at.span.end.get().to_string());
        assert_eq!(told["rests"].is_object(), matches!(shown.fate, Fate::Rests(_)));
    }
    let at = |line: LineId, fate: &str| {
        let there = |stop: &&Value| stop["line"] == line.0 && stop[fate].is_object();
        let length = |stop: &Value| {
            let number = |field: &str| stop[field].as_str().unwrap().parse::<u128>().unwrap();
            number("end") - number("start")
        };
        stops.iter().filter(there).map(length).sum::<u128>()
    };
    assert_eq!((at(INTAKE, "left"), at(FEE, "rests")), (1_000, 80));
    assert_eq!(at(WORK, "left") + at(WORK, "rests"), 920);
    assert_eq!(at(PARTNER, "rests"), at(WORK, "left"));
    assert_eq!(told["lines"][FEE.to_string()]["kind"], "fee");
    // A bundle for one contract says nothing about another.
    let other = check(&world, &json!(system(2)), &proven);
    assert!(matches!(other, Err(BundleError::Contract { .. })));
    let second = world.call("trace_proof", ask("1000")).await;
    assert_eq!(second["trace"]["gift"]["len"], "500");
    check(&world, &contract, &second).unwrap();
    for start in ["1", "1500"] {
        let refused = world.refused("trace_proof", ask(start)).await;
        assert_eq!(refused.name, "no_trace", "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_was_given_nothing_is_traced() {
    let world = World::new().await;
    let ask = |contract: String| json!({ "contract": contract, "line": 1, "start": "0" });
    assert_eq!(world.refused("trace_proof", ask(euro())).await.name, "unknown_contract");
    assert_eq!(world.refused("trace_proof", ask(system(2))).await.name, "no_certificate");
    world.send("alice", transfer("bob", 1)).await;
    assert_eq!(world.refused("trace_proof", ask(system(2))).await.name, "no_trace");
    let mut far = ask(system(2));
    far["start"] = json!(u128::MAX.to_string());
    assert_eq!(world.refused("trace_proof", far).await.name, "invalid_params");
    let mut broken = ask(system(2));
    broken["from"] = json!("0xff");
    assert_eq!(world.refused("trace_proof", broken).await.name, "invalid_params");
}
