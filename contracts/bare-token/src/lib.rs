//! A token written straight against the host interface: the yardstick for the SDK and the benchmarks.
