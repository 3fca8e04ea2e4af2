//! Taste that matters, as ordinary tests: see the files under `tests`. The library itself is empty.
