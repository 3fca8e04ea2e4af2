//! A gift's way as JSON: what `trace_proof` answers with, and what programs print of a way that
//! they have followed themselves.

use serde_json::{Map, Value, json};
use weal_provenance::{
    line::{Kind, Line, LineStatus},
    record::HopKind,
    trace::{Departure, Fate, Rest, Stop, Trace},
    unit::Units,
};

use crate::rpc::types::{AccountAddress, Hex32, U64};

/// The gift, the cards of the lines that it came to, and its stops.
pub fn trace(trace: &Trace) -> Value {
    let gift = &trace.record;
    let lines: Map<String, Value> =
        trace.lines.iter().map(|(id, card)| (id.to_string(), line(card))).collect();
    json!({
        "gift": {
            "line": trace.gift.line.0,
            "start": units(trace.gift.start),
            "len": units(gift.len),
            "payer": AccountAddress(gift.payer),
            "time_ms": U64(gift.time.0),
            "back": units(gift.back),
        },
        "start": units(trace.span.start),
        "end": units(trace.span.end),
        "lines": lines,
        "stops": trace.stops.iter().map(stop).collect::<Vec<_>>(),
        "is_complete": trace.todo.is_empty(),
    })
}

fn units(units: Units) -> String {
    units.get().to_string()
}

fn line(card: &Line) -> Value {
    let status = match card.status {
        LineStatus::Proposed => "proposed",
        LineStatus::Open => "open",
        LineStatus::Closed => "closed",
    };
    json!({
        "fund": card.fund.0,
        "org": AccountAddress(card.org),
        "asset": Hex32(card.asset.0),
        "kind": kind(card.kind),
        "status": status,
        "purposes": card.purposes,
    })
}

/// What a line is for, in a word.
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Intake => "intake",
        Kind::Split => "split",
        Kind::Work => "work",
        Kind::Fee => "fee",
        Kind::Prepaid => "prepaid",
        Kind::Delivered => "delivered",
        Kind::Overhead => "overhead",
        Kind::Refunded => "refunded",
        Kind::Seized => "seized",
        Kind::Held => "held",
        Kind::Closing => "closing",
    }
}

fn stop(stop: &Stop) -> Value {
    let arrived = &stop.arrived;
    let from = arrived.from.map(|(stop, part)| json!({ "stop": stop, "part": part }));
    let mut shown = json!({
        "line": arrived.at.line.0,
        "start": units(arrived.at.span.start),
        "end": units(arrived.at.span.end),
        "since_ms": U64(arrived.since.0),
        "from": from,
    });
    match &stop.fate {
        Fate::Left(departure) => shown["left"] = left(departure),
        Fate::Rests(rest) => shown["rests"] = rests(rest),
    }
    shown
}

fn left(departure: &Departure) -> Value {
    let note = &departure.note;
    let hop = &departure.hop;
    json!({
        "hop": { "line": hop.line.0, "start": units(hop.start) },
        "kind": hop_kind(departure.kind),
        "time_ms": U64(departure.time.0),
        "payee": note.payee.map(AccountAddress),
        "purpose": note.purpose,
        "doc": note.doc.map(Hex32),
    })
}

/// The message that made a hop, in a word.
pub const fn hop_kind(kind: HopKind) -> &'static str {
    match kind {
        HopKind::Split { .. } => "split",
        HopKind::Forward => "forward",
        HopKind::Convert => "convert",
        HopKind::Spend => "spend",
        HopKind::Reimburse => "reimburse",
        HopKind::Back => "back",
        HopKind::Hold => "hold",
        HopKind::Release => "release",
        HopKind::Seize => "seize",
        HopKind::Refund => "refund",
        HopKind::Repurpose => "repurpose",
        HopKind::Sweep => "sweep",
        HopKind::Close => "close",
        HopKind::Similar => "similar",
    }
}

fn rests(rest: &Rest) -> Value {
    let stamps: Vec<_> = rest
        .stamps
        .iter()
        .map(|stamped| {
            json!({
                "level": stamped.level,
                "start": units(stamped.span.start),
                "end": units(stamped.span.end),
                "by": AccountAddress(stamped.stamp.by),
                "evidence": Hex32(stamped.stamp.evidence),
                "time_ms": U64(stamped.stamp.time.0),
            })
        })
        .collect();
    json!({ "is_shown": rest.is_shown, "stamps": stamps })
}
