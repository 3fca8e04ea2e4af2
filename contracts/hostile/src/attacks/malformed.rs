//! Bytes that are no module. The gate must refuse each of these, and panic on none.

use weal_gate::embed_abi;

use crate::assemble::{contract, idle, run_abi};

/// Nothing at all.
pub fn empty() -> Vec<u8> {
    Vec::new()
}

/// The header and nothing else: valid WebAssembly, but no contract.
pub fn header_only() -> Vec<u8> {
    b"\0asm\x01\0\0\0".to_vec()
}

/// The header of a component.
pub fn component() -> Vec<u8> {
    b"\0asm\x0d\0\x01\0".to_vec()
}

/// A good module without its second half.
pub fn truncated() -> Vec<u8> {
    let mut module = good();
    module.truncate(module.len() / 2);
    module
}

/// A good module without its last byte.
pub fn truncated_by_one() -> Vec<u8> {
    let mut module = good();
    module.pop();
    module
}

/// A good module with bytes behind its last section.
pub fn trailing_bytes() -> Vec<u8> {
    let mut module = good();
    module.extend_from_slice(&[0xff; 16]);
    module
}

/// A header and bytes from a generator with a fixed seed.
pub fn noise() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut module = header_only();
    module.extend((0..4_096).map(|_| {
        // Xorshift, Marsaglia 2003.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    }));
    module
}

/// A count of types in six bytes, where five are the most that a 32-bit number may have.
pub fn overlong_number() -> Vec<u8> {
    let mut module = header_only();
    module.extend_from_slice(&[1, 6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]);
    embed_abi(&module, &run_abi())
}

/// A function section that announces 4 billion functions.
pub fn huge_count() -> Vec<u8> {
    let mut module = header_only();
    module.extend_from_slice(&[3, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    embed_abi(&module, &run_abi())
}

/// A function whose code uses a local that does not exist.
pub fn ill_typed() -> Vec<u8> {
    // `local.get 9`, `drop`, `end`.
    let mut module = idle("(func (drop (i32.const 9)))");
    let code = [0x41, 0x09, 0x1a, 0x0b];
    let found = module.windows(code.len()).position(|window| window == code);
    let at = found.expect("the code is in the module");
    module[at] = 0x20;
    module
}

/// More bytes than a module may have.
pub fn too_long() -> Vec<u8> {
    let mut module = good();
    module.resize(512 * 1024 + 1, 0);
    module
}

fn good() -> Vec<u8> {
    contract(&["gas_left"], "(drop (call $gas_left))")
}
