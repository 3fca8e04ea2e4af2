//! `trace_proof`: what became of a gift, in a file that is checked without a node.

use parity_scale_codec::Encode;
use weal_client::{
    rpc::{
        error,
        types::{Hex, TraceGet, TraceProven, U64},
    },
    trace,
};
use weal_proof::bundle::{Block, HAND_OVERS, Page, Question};
use weal_provenance::{
    Error as TraceError, LineId, Units, record::Place, state::Entries, trace::Rests,
};
use weal_types::codec::decode;

use super::{
    Api,
    error::{Answer, Error},
    validators,
    view::View,
};

/// Bytes of what is left to follow: some hundred for each stretch.
const FROM_BYTES: usize = 1024 * 1024;

/// Bytes of a leaf: its own 52, and 48 for each of up to 20 siblings.
const LEAF_BYTES: usize = 2 * 1024;

pub(super) fn prove(api: &Api, params: TraceGet) -> Answer<TraceProven> {
    let contract = params.contract.0;
    View::newest(api)?.expect_codec(&contract)?;
    let (view, header, certificate) = View::proven(api)?;
    let question = question(&params)?;
    let entries = Entries::new(view.snapshot.as_ref(), contract);
    let page = Page::read(&entries, contract, question).map_err(|refused| match refused {
        TraceError::Unread => match entries.fault() {
            Some(fault) => Error::internal(fault),
            None => Error::internal(refused),
        },
        refused => Error::new(error::NO_TRACE, format!("there is no way to follow: {refused}")),
    })?;
    let trace = trace::trace(&page.trace);
    let rests = page.trace.rests().map_err(Error::internal)?;
    let next = (!rests.is_empty()).then(|| Hex(rests.encode()));
    let proven = api.node.state().prove(view.height, &page.keys).map_err(Error::internal)?;
    let hand_overs = validators::ends_before(api, header.epoch, HAND_OVERS)?;
    let block = Block { header, certificate, hand_overs };
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
