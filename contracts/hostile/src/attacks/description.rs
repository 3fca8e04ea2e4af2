//! ABI sections that attack their reader. The gate must refuse each of these.

use wasm_encoder::{CustomSection, Section};
use weal_types::{abi::MethodKind, host::ABI_SECTION};

use crate::assemble::{abi, method, whole};

use super::surface::no_abi;

/// The section is no deflated data.
pub fn not_deflated() -> Vec<u8> {
    with_section(&[0xff; 64])
}

/// The section is empty.
pub fn empty() -> Vec<u8> {
    with_section(&[])
}

/// A kilobyte that inflates to more than a megabyte.
pub fn deflate_bomb() -> Vec<u8> {
    // Final block with fixed codes; a zero byte; then 4,200 times "258 bytes from 1 back", 13 bits
    // each; end.
    let mut bits = Bits::default();
    bits.push(0b011, 3);
    bits.push_code(0x30, 8);
    for _ in 0..4_200 {
        bits.push_code(0b1100_0101, 8);
        bits.push(0, 5);
    }
    bits.push_code(0, 7);
    with_section(&bits.bytes)
}

/// A list that claims to have 2^30 entries.
pub fn huge_list() -> Vec<u8> {
    // Final block, stored, 8 bytes: format 1, then a text of 2^30 bytes.
    with_section(&[1, 8, 0, 0xf7, 0xff, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff])
}

/// More methods than a document may have.
pub fn too_many_methods() -> Vec<u8> {
    let methods = (0..600).map(|at| method(&format!("m{at}"), MethodKind::Call, Vec::new(), false));
    whole(r#"(module (memory (export "memory") 1))"#, &abi(methods.collect()))
}

fn with_section(data: &[u8]) -> Vec<u8> {
    let mut module = no_abi();
    CustomSection { name: ABI_SECTION.into(), data: data.into() }.append_to(&mut module);
    module
}

/// Bits as DEFLATE packs them (RFC 1951 §3.1.1): from the lowest bit of each byte up.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// Appends the lowest `count` bits of `value`, the lowest first.
    fn push(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> bit & 1) as u8) << (self.used % 8);
            }
            self.used += 1;
        }
    }

    /// Appends a Huffman code, which is packed from its highest bit.
    fn push_code(&mut self, code: u32, count: u32) {
        (0..count).rev().for_each(|bit| self.push(code >> bit, 1));
    }
}
