//! Panics: the host is told where, and nothing else. Formatting a message costs 3 KB of code.

use core::panic::PanicInfo;

use crate::{
    buffer::{Buffer, written},
    host,
};

#[panic_handler]
fn on_panic(info: &PanicInfo<'_>) -> ! {
    match info.location() {
        Some(at) => report(at.file(), at.line(), at.column()),
        None => host::panic(&[]),
    }
}

/// Bytes of a file's name that are reported: the last ones, which tell most.
const FILE_BYTES: usize = 200;

fn report(file: &str, line: u32, column: u32) -> ! {
    let file = file.as_bytes();
    let start = file.len().saturating_sub(FILE_BYTES);
    let write = |text: &mut Buffer<'_>| {
        text.push(file.get(start..).unwrap_or_default());
        push_number(text, line);
        push_number(text, column);
    };
    written(write, |text| host::panic(text))
}

/// `:` and the number in decimal. Nothing here may panic, so nothing is checked that cannot be.
fn push_number(text: &mut Buffer<'_>, number: u32) {
    text.push(b":");
    let mut unit = 1_000_000_000;
    while unit > 1 && unit > number {
        unit /= 10;
    }
    while unit > 0 {
        text.push(&[b'0'.wrapping_add((number / unit % 10) as u8)]);
        unit /= 10;
    }
}
