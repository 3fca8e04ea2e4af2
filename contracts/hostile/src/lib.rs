//! Contracts that attack the host, each with the receipt it must end in; used by tests only.
