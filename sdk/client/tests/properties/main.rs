//! What holds for every document, value, text and string of bytes: nothing panics, whatever decodes
//! has one encoding, and whatever is shown can be read back.

mod hostile;
mod texts;
mod values;
