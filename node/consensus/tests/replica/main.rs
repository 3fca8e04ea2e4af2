//! The replica's rules, one by one, on a handful of replicas whose messages, disks and timers the
//! test holds in its hand. What happens under every mixture of faults is the simulator's matter.

mod epoch;
mod lab;
mod normal;
mod recovery;
mod solo;
mod status;
mod view;
