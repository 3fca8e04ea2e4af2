//! `trace_proof`: what became of a gift, in a file that is checked without a node.

use parity_scale_codec::Encode;
use serde_json::{Map, Value, json};
use weal_client::rpc::{
    error,
    types::{AccountAddress, Hex, Hex32, TraceGet, TraceProven, U64},
};
use weal_proof::bundle::{Block, Page, Question};
use weal_provenance::{
    Error as TraceError, LineId, Units,
    line::{Kind, Line, LineStatus},
    record::{HopKind, Place},
    state::Entries,
    trace::{Departure, Fate, Rest, Rests, Stop, Trace},
};
use weal_types::codec::decode;

use super::{
    Api,
    error::{Answer, Error},
    view::View,
};

/// Bytes of what is left to follow: some hundred for each stretch.
const FROM_BYTES: usize = 1024 * 1024;

/// Bytes of a leaf: its own 52, and 48 for each of up to 20 siblings.
const LEAF_BYTES: usize = 2 * 1024;

pub(super) fn prove(api: &Api, params: TraceGet) -> Answer<TraceProven> {
    let view = View::newest(api)?;
    let contract = params.contract.0;
    view.expect_codec(&contract)?;
    let found = api.node.ledger().header(view.height).map_err(Error::internal)?;
    let (header, certificate) = found.ok_or_else(|| Error::internal("a block has no header"))?;
    let certificate = certificate.ok_or_else(|| {
        let message = format!("block {} has no certificate", view.height);
        Error::new(error::NO_CERTIFICATE, message)
    })?;
    let question = question(&params)?;
    let entries = Entries::new(view.snapshot.as_ref(), contract);
    let page = Page::read(&entries, contract, question).map_err(|refused| match refused {
        TraceError::Unread => match entries.fault() {
            Some(fault) => Error::internal(fault),
            None => Error::internal(refused),
        },
        refused => Error::new(error::NO_TRACE, format!("there is no way to follow: {refused}")),
    })?;
    let trace = tree(&page.trace);
    let rests = page.trace.rests().map_err(Error::internal)?;
    let next = (!rests.is_empty()).then(|| Hex(rests.encode()));
    let proven = api.node.state().prove(view.height, &page.keys).map_err(Error::internal)?;
    let block = Block { header, certificate, hand_overs: Vec::new() };
    let bundle = page.into_bundle(block, proven.proof).map_err(Error::internal)?;
    Ok(TraceProven { bundle: Hex(bundle.to_wire()), trace, next, height: U64(view.height.0) })
}

fn question(params: &TraceGet) -> Answer<Question> {
    let start = Units::new(params.start.0).ok_or_else(|| {
        let message = format!("start is {}; no line has that many units", params.start);
        Error::new(error::INVALID_PARAMS, message)
    })?;
    let from = match &params.from {
        None => Rests::default(),
        Some(from) => decode("rest of a trace", &from.0, FROM_BYTES)
            .map_err(|refused| Error::new(error::INVALID_PARAMS, refused.to_string()))?,
    };
    let leaf = params.leaf.as_ref().map(|leaf| decode("leaf", &leaf.0, LEAF_BYTES)).transpose();
    let leaf = leaf.map_err(|refused| Error::new(error::INVALID_PARAMS, refused.to_string()))?;
    let gift = Place { line: LineId(params.line), start };
    Ok(Question { gift, leaf, from, stops: 0 })
}

fn tree(trace: &Trace) -> Value {
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
        "lines": lines,
        "stops": trace.stops.iter().map(stop).collect::<Vec<_>>(),
    })
}

fn units(units: Units) -> String {
    units.get().to_string()
}

fn line(card: &Line) -> Value {
    let kind = match card.kind {
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
    };
    let status = match card.status {
        LineStatus::Proposed => "proposed",
        LineStatus::Open => "open",
        LineStatus::Closed => "closed",
    };
    json!({
        "fund": card.fund.0,
        "org": AccountAddress(card.org),
        "asset": Hex32(card.asset.0),
        "kind": kind,
        "status": status,
        "purposes": card.purposes,
    })
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

fn hop_kind(kind: HopKind) -> &'static str {
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
