//! Follows every gift through pooled funds, from the giver to the payee.
//!
//! The algebra is `weal-provenance`; this contract decides who may do what, moves the money, and
//! keeps the records under the keys that nodes and verifiers read. `docs/donation.md` tells it all.
//!
//! | file | one idea |
//! |---|---|
//! | `state`, `view` | what is stored, and how the ABI shows it |
//! | `methods`, `asked` | what can be called, and what can be asked |
//! | `messages`, `types`, `error`, `events` | what is said |
//! | `people`, `checks` | who may, and what is checked in which order |
//! | `funds`, `gifts`, `hops`, `spending`, `exchange` | money in, on and out |
//! | `holds`, `appeals` | money stopped by an authority, and a panel that may lift it |
//! | `refunds`, `notices`, `closing` | money taken back, given another purpose |
//! | `keys` | what givers and payees sign without an account |
//! | `stamps`, `objections`, `promises`, `queries` | what is shown |

#![cfg_attr(target_arch = "wasm32", no_std)]

mod appeals;
mod asked;
mod checks;
mod closing;
mod error;
pub mod events;
mod exchange;
mod funds;
mod gifts;
mod holds;
mod hops;
mod keys;
mod messages;
mod methods;
mod notices;
mod objections;
mod people;
mod promises;
mod queries;
mod refunds;
mod spending;
mod stamps;
mod state;
mod types;
pub mod view;

pub use error::{Error, Result};
pub use messages::{
    Action, BatchPayment, Charter, Claim, Exchange, Forwarding, GiftBatch, HoldOrder, KeyProof,
    NewLine, Payment, Prepayment, Promise, Renewal,
};
#[cfg(not(target_arch = "wasm32"))]
pub use methods::{DonationCalls, abi, contract, layout, methods};
pub use state::Donation;
pub use types::{
    Appeal, Band, Challenge, Custody, Dispute, Done, Dust, Entry, Hash, Owned, Reference, Report,
    Waiting,
};
