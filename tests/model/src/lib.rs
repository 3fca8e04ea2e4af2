//! Model checking of the replica of PBFT: four validators, one of them Byzantine, and every order
//! in which things can happen to them within stated bounds.
//!
//! What runs is `weal_consensus::Replica` itself. Around it stand an engine that does at once what
//! it is asked, an adversary that says everything it can sign, and a network that delivers
//! everything that was ever said to anyone at any time. `docs/model-checking.md` says what that
//! covers, what it leaves out, and what was found.
//!
//! | module | one idea |
//! |---|---|
//! | `setup` | what a run explores, and which rule it breaks on purpose |
//! | `cast` | who plays: keys, proposals, headers |
//! | `machine`, `disk`, `said` | one honest validator: replica, journal, and what it has said |
//! | `node`, `key`, `world` | each state of one validator is computed once |
//! | `likeness`, `print` | states that behave alike are one |
//! | `sight`, `adversary`, `usurper` | what can be heard, and what liars make of it |
//! | `order` | where a new view must begin, computed a second time |
//! | `inputs` | what can happen next |
//! | `model`, `check` | states and properties, as `stateright` wants them |
//! | `catalogue`, `run`, `trace` | the models by name, exploring, and telling what came of it |

pub mod adversary;
pub mod cast;
pub mod catalogue;
mod check;
mod disk;
pub mod inputs;
pub mod key;
pub mod likeness;
pub mod machine;
pub mod model;
pub mod node;
pub mod order;
mod print;
pub mod run;
pub mod said;
pub mod setup;
pub mod sight;
pub mod trace;
mod usurper;
pub mod world;
