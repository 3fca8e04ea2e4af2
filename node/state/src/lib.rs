//! Authenticated state: flat view, Merkle tree, proofs and history over a key-value store.
