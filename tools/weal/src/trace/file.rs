//! The file that `weal trace --out` writes and `weal verify` checks.
//!
//! ```text
//! "weal-trace" ‖ version (1) ‖ SCALE of: genesis document, bundles, names of assets
//! ```
//!
//! The names of assets are for reading and are not proven; everything else is.

use parity_scale_codec::{Decode, DecodeAll, Encode};

const MAGIC: &[u8; 10] = b"weal-trace";
const VERSION: u8 = 1;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct TraceFile {
    /// The chain's genesis document; its hash is the chain's id.
    pub genesis: Vec<u8>,
    /// The pages of the trace, in order.
    pub bundles: Vec<Vec<u8>>,
    /// Id, symbol and decimals of the assets in it.
    pub assets: Vec<([u8; 32], String, u8)>,
}

impl TraceFile {
    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&MAGIC[..], &[VERSION], &self.encode()].concat()
    }

    /// Reads a file; the reason if it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let Some(rest) = bytes.strip_prefix(&MAGIC[..]) else {
            return Err("this is no file of `weal trace --out`".into());
        };
        match rest.split_first() {
            Some((&VERSION, content)) => Self::decode_all(&mut &*content)
                .map_err(|_| "the file is damaged, or cut short".into()),
            Some((version, _)) => {
                Err(format!("the file has version {version}; this program reads {VERSION}"))
            }
            None => Err("the file is cut short".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_back_and_a_damaged_one_is_refused() {
        let file = TraceFile {
            genesis: b"name".to_vec(),
            bundles: vec![vec![1, 2, 3]],
            assets: vec![([7; 32], "CNY".into(), 2)],
        };
        let bytes = file.to_bytes();
        assert_eq!(TraceFile::from_bytes(&bytes), Ok(file));
        for length in 0..bytes.len() {
            assert!(TraceFile::from_bytes(&bytes[..length]).is_err(), "{length}");
        }
        assert!(TraceFile::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
