//! Light client: checks Merkle proofs without trusting a node.
