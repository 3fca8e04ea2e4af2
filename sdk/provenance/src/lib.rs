//! The algebra of provenance.
