//! Properties of the wire types and the ABI model, on random values and bytes; see `tests`.
