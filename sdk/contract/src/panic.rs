//! Panics: the host is told where, and nothing else. Formatting a message costs 3 KB of code.

use core::panic::PanicInfo;

use crate::{buffer::Buffer, host};

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
    let mut room = Buffer::room();
    let mut text = Buffer::new(&mut room);
    text.push(file.get(start..).unwrap_or_default());
    push_number(&mut text, line);
    push_number(&mut text, column);
    host::panic(text.bytes().unwrap_or_default())
}

/// `:` and the number in decimal.
fn push_number(text: &mut Buffer<'_>, mut number: u32) {
    let mut digits = [b':'; 11];
    let mut first = digits.len();
    while first > 1 {
        first -= 1;
        if let Some(digit) = digits.get_mut(first) {
            *digit = b'0' + (number % 10) as u8;
        }
        number /= 10;
        if number == 0 {
            break;
        }
    }
    if let Some(digits) = digits.get(first - 1..) {
        text.push(digits);
    }
}
