//! Modules as the bytes they are: what no assembler would write.

use std::ops::Range;

use wasm_encoder::{Module, RawSection};

/// Bytes before the first section.
pub const HEADER: usize = 8;

/// Identifier and content of each section. Written without wasmparser, to compare with it.
pub fn sections(module: &[u8]) -> Vec<(u8, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = HEADER;
    while at < module.len() {
        let id = module[at];
        let (length, start) = number(module, at + 1);
        at = start + length;
        found.push((id, start..at));
    }
    found
}

/// A number in LEB128, and what comes after it.
fn number(module: &[u8], mut at: usize) -> (usize, usize) {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = module[at];
        at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    (value, at)
}

/// A module of these sections.
pub fn join<'a>(sections: impl IntoIterator<Item = (u8, &'a [u8])>) -> Vec<u8> {
    let mut module = Module::new();
    for (id, data) in sections {
        module.section(&RawSection { id, data });
    }
    module.finish()
}

/// `module` with the section `id` in front of all others.
pub fn with_first_section(module: &[u8], id: u8, data: &[u8]) -> Vec<u8> {
    let rest = sections(module).into_iter().map(|(id, range)| (id, &module[range]));
    join([(id, data)].into_iter().chain(rest))
}

/// `module` without the sections `id`.
pub fn without_section(module: &[u8], id: u8) -> Vec<u8> {
    let kept = sections(module).into_iter().filter(|(found, _)| *found != id);
    join(kept.map(|(id, range)| (id, &module[range])))
}

/// `module` with another content of its section `id`.
pub fn with_content(module: &[u8], id: u8, data: &[u8]) -> Vec<u8> {
    join(sections(module).into_iter().map(|(found, range)| match found == id {
        true => (found, data),
        false => (found, &module[range]),
    }))
}

/// `module` with a custom section that makes it `total` bytes long, which is more than 20 KiB more.
pub fn padded(module: &[u8], total: usize) -> Vec<u8> {
    let mut out = module.to_vec();
    // The identifier, a length of three bytes, and the name `x` with its length.
    let filler = total - module.len() - 6;
    let mut data = vec![0; filler + 2];
    data[..2].copy_from_slice(&[1, b'x']);
    out.extend_from_slice(&join([(0, data.as_slice())])[HEADER..]);
    assert_eq!(out.len(), total);
    out
}

/// `module` with a section `weal.abi` of these bytes at its end.
pub fn with_abi_section(module: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = module.to_vec();
    let mut section = vec![8];
    section.extend_from_slice(b"weal.abi");
    section.extend_from_slice(data);
    out.extend_from_slice(&join([(0, section.as_slice())])[HEADER..]);
    out
}
