//! Bits in bytes, the lowest bit of a byte first.

use alloc::vec::Vec;

/// Takes bits from the front.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// Bits taken so far.
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next bit, if a byte holds it.
    pub(super) fn next(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// Whether no byte is left untouched and the rest of the last one is zero.
    pub(super) fn is_spent(&self) -> bool {
        let used = self.at % 8;
        let fill = self.bytes.last().map_or(0, |last| if used == 0 { 0 } else { last >> used });
        self.bytes.len() == self.at.div_ceil(8) && fill == 0
    }
}

/// Adds bits at the end; the last byte is filled with zeros.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// Bits written so far.
    at: usize,
}

impl Writer {
    pub(super) fn push(&mut self, bit: bool) {
        if self.at.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << (self.at % 8);
        }
        self.at += 1;
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bits = [true, false, false, true, true, true, false, false, false, true];
        let mut writer = Writer::default();
        bits.iter().for_each(|bit| writer.push(*bit));
        let bytes = writer.into_bytes();
        assert_eq!(bytes, [0b0011_1001, 0b10]);
        let mut reader = Reader::new(&bytes);
        for bit in bits {
            assert!(!reader.is_spent());
            assert_eq!(reader.next(), Some(bit));
        }
        assert!(reader.is_spent());
        let mut dirty = Reader::new(&[0b10]);
        dirty.next();
        assert!(!dirty.is_spent());
    }
}
