//! Lengths in SCALE's compact form. The general codec does the same for 600 bytes of code.

use crate::buffer::Buffer;

/// Writes a length below 2³⁰; memory ends long before.
pub(crate) fn write(buffer: &mut Buffer<'_>, length: usize) {
    let length = length as u32;
    if length < 1 << 6 {
        buffer.push(&[(length << 2) as u8]);
    } else if length < 1 << 14 {
        buffer.push(&(length << 2 | 1).to_le_bytes()[..2]);
    } else {
        buffer.push(&(length << 2 | 2).to_le_bytes());
    }
}

/// Takes a length from the front of `input`; `None` where there is none below 2³⁰.
pub(crate) fn take(input: &mut &[u8]) -> Option<usize> {
    let bytes = match input.first()? & 3 {
        0 => 1,
        1 => 2,
        2 => 4,
        _ => return None,
    };
    let (coded, rest) = input.split_at_checked(bytes)?;
    *input = rest;
    let coded = coded.iter().rev().fold(0, |number, byte| number << 8 | *byte as usize);
    Some(coded >> 2)
}

/// Takes a length and that many bytes from the front of `input`.
pub(crate) fn take_bytes<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take(input)?;
    let (bytes, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        buffer::written,
        codec::{Compact, Encode},
    };

    #[test]
    fn lengths_are_the_codecs_own() {
        for length in [0, 1, 63, 64, 65, 16_383, 16_384, 70_000, (1 << 30) - 1] {
            let coded = written(|buffer| write(buffer, length), <[u8]>::to_vec);
            assert_eq!(coded, Compact(length as u32).encode());
            let mut rest = [&coded[..], &[9]].concat();
            let mut rest = rest.as_mut_slice() as &[u8];
            assert_eq!((take(&mut rest), rest), (Some(length), &[9][..]));
            assert_eq!(take(&mut &coded[..coded.len() - 1]), None);
        }
        assert_eq!(take(&mut Compact(1_u32 << 30).encode().as_slice()), None);
    }

    #[test]
    fn bytes_are_taken_whole() {
        assert_eq!(take_bytes(&mut &[8, 1, 2, 3][..]), Some(&[1, 2][..]));
        assert_eq!(take_bytes(&mut &[12, 1, 2][..]), None);
    }
}
