//! Contracts that break a rule, and what the compiler says of each; see `tests`.
