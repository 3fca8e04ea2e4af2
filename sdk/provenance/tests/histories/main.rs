//! The algebra over records in memory, held against the golden scenarios and against brute force.

mod books;
mod damage;
mod deep;
mod functions;
mod messages;
mod proofs;
mod random;
mod scenarios;
mod state;
mod takings;
