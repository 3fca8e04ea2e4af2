//! Checks a contract module against the chain profile and instruments it.
