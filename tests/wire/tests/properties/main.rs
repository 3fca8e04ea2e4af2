//! What holds for every value and for every string of bytes: nothing panics, whatever decodes has
//! one encoding, and both encodings of an ABI document say the same.

mod abi;
mod values;
mod wire;
