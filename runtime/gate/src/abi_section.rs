//! The ABI document inside the module: custom section `weal.abi`, raw DEFLATE of the SCALE
//! encoding.

use miniz_oxide::{
    deflate::compress_to_vec,
    inflate::{
        TINFLStatus,
        core::{DecompressorOxide, decompress, inflate_flags},
    },
};
use parity_scale_codec::Encode;
use wasm_encoder::{CustomSection, Section};
use wasmparser::{Parser, Payload};
use weal_types::{abi::Abi, codec::decode as decode_scale, host::ABI_SECTION, limit};

use crate::{
    Refusal, codes, profile,
    refusal::{Finding, at_most},
};

/// Compression from 0 to 10. Documents are small and compressed once.
const COMPRESSION: u8 = 9;

/// Returns `module` with `abi` as its only ABI section, at the end. Bytes that are no section stay
/// as they are: it is for [`crate::check`] to refuse them.
pub fn embed_abi(module: &[u8], abi: &Abi) -> Vec<u8> {
    let mut out = Vec::with_capacity(module.len());
    let mut end = 0;
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        let next = match (&payload, payload.as_section()) {
            (Payload::Version { range, .. }, _) => range.end,
            (_, Some((_, range))) => range.end,
            _ => continue,
        };
        let is_abi = match &payload {
            Payload::CustomSection(section) => section.name() == ABI_SECTION,
            _ => false,
        };
        if !is_abi {
            out.extend_from_slice(module.get(end..next).unwrap_or_default());
        }
        end = next;
    }
    out.extend_from_slice(module.get(end..).unwrap_or_default());
    let data = compress_to_vec(&abi.encode(), COMPRESSION);
    CustomSection { name: ABI_SECTION.into(), data: data.into() }.append_to(&mut out);
    out
}

/// Reads the ABI document of `module`, which need not be valid otherwise.
pub fn read_abi(module: &[u8]) -> Result<Abi, Refusal> {
    let find = || {
        let mut found = None;
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::CustomSection(section) = payload?
                && section.name() == ABI_SECTION
                && found.replace(section.data()).is_some()
            {
                return Err(twice().at(section.data_offset()));
            }
        }
        decode(found.ok_or_else(missing)?)
    };
    find().map_err(|finding| finding.name(module))
}

/// Inflates, decodes and checks a document.
pub(crate) fn decode(section: &[u8]) -> Result<Abi, Finding> {
    let refused = |message: String| Finding::new(codes::ABI_CONTENT, message);
    let bytes = inflate(section).map_err(|message| refused(message.into()))?;
    let abi: Abi = decode_scale("ABI document", &bytes, limit::ABI_BYTES)
        .map_err(|error| refused(error.to_string()))?;
    bound_items(&abi)?;
    abi.check().map_err(|error| refused(error.to_string()))?;
    Ok(abi)
}

/// One pass over the whole input, with room for the largest document and not a byte more.
fn inflate(section: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut bytes = vec![0; limit::ABI_BYTES];
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) =
        decompress(&mut DecompressorOxide::new(), section, &mut bytes, 0, flags);
    match status {
        TINFLStatus::Done if read == section.len() => {
            bytes.truncate(written);
            Ok(bytes)
        }
        TINFLStatus::Done => Err("the ABI section has bytes after its document"),
        TINFLStatus::HasMoreOutput => Err("the ABI document is longer than 256 KiB"),
        _ => Err("the ABI section is not deflated data"),
    }
}

/// Bounds the time of [`Abi::check`], which looks each use up among the items.
fn bound_items(abi: &Abi) -> Result<(), Finding> {
    let counts = [
        ("methods", abi.methods.len()),
        ("events", abi.events.len()),
        ("errors", abi.errors.len()),
        ("roles", abi.roles.len()),
        ("types", abi.types.len()),
    ];
    for (what, found) in counts {
        at_most(codes::ABI_ITEMS, what, found, profile::ABI_ITEMS)?;
    }
    let uses: usize =
        abi.methods.iter().map(|method| method.emits.len() + method.errors.len()).sum();
    at_most(codes::ABI_ITEMS, "uses of events and errors", uses, profile::ABI_USES)
}

pub(crate) fn missing() -> Finding {
    Finding::new(codes::ABI_SECTION, format!("the module has no section `{ABI_SECTION}`"))
}

pub(crate) fn twice() -> Finding {
    Finding::new(codes::ABI_SECTION, format!("the module has two sections `{ABI_SECTION}`"))
}
