//! All methods: their names, what they do, what they take and give.

use serde_json::Value;
use weal_client::rpc::types::{EventRecord, EventsSubscribe, Head, NoParams};

use super::{
    account, chain, contract, dev, event, info, methods::Method, part, prepare, state, trace,
    transaction, validators,
};

/// The methods of a node; `dev_*` are among them on a devnet only.
pub(super) fn methods(is_devnet: bool) -> Vec<Method> {
    let groups = [chain_methods(), tx_methods(), contract_methods(), record_methods()];
    let mut methods: Vec<_> = groups.into_iter().flatten().collect();
    methods.extend(other_methods());
    if is_devnet {
        methods.extend(dev_methods());
        methods.extend(part_methods());
    }
    methods
}

fn chain_methods() -> Vec<Method> {
    vec![
        Method::quick("chain_head", "The newest final block.", chain::head),
        Method::blocking(
            "chain_block",
            "A block by height or by hash: header, certificate, transactions. The newest without \
             params.",
            chain::block,
        ),
        Method::blocking(
            "chain_certificate",
            "A header with its certificate and the validator set, in the bytes that are hashed \
             and signed.",
            chain::certificate,
        ),
        Method::blocking("chain_params", "The parameters in force.", chain::params),
        Method::quick(
            "chain_genesis",
            "The genesis document, whose hash is the chain's id: what a client checks proofs \
             against.",
            chain::genesis,
        ),
        Method::blocking(
            "chain_validators",
            "Who certifies blocks, who follows them, and which changes wait.",
            validators::validators,
        ),
        Method::blocking(
            "chain_hand_overs",
            "The ends of epochs from one on: what leads a client from the validators that it knows \
             to the present ones.",
            validators::hand_overs,
        ),
    ]
}

fn tx_methods() -> Vec<Method> {
    vec![
        Method::waiting(
            "tx_submit",
            "Submits 1 to 256 signed transactions, and gives a verdict for each. What is accepted \
             survives a crash of the node.",
            transaction::submit,
        ),
        Method::waiting(
            "tx_wait",
            "Waits until a transaction is final or dropped, and says what came of it; when the \
             time is over, how far it is.",
            transaction::wait,
        ),
        Method::blocking("tx_get", "What is known of a transaction now.", transaction::get),
    ]
}

fn contract_methods() -> Vec<Method> {
    vec![
        Method::blocking(
            "contract_abi",
            "The ABI document of a contract: what can be called, and what may come of it.",
            contract::abi,
        ),
        Method::blocking(
            "contract_info",
            "A contract's record: code, owner, how it may be upgraded, whether it is paused.",
            contract::info,
        ),
        Method::blocking(
            "contract_query",
            "Calls a method that only reads, on the newest block.",
            contract::query,
        ),
        Method::blocking(
            "contract_prepare",
            "Makes an unsigned transaction of calls, tries it out on the newest block, and says \
             in plain words what it would do. The signer's program encodes the calls itself and \
             compares before it signs.",
            prepare::prepare,
        ),
    ]
}

fn record_methods() -> Vec<Method> {
    vec![
        Method::blocking("state_get", "A record of a contract's storage.", state::get),
        Method::blocking("state_range", "Records in the order of their keys.", state::range),
        Method::blocking(
            "state_proof",
            "Records with the proof that they, and no others, stand under these keys in a \
             certified block.",
            state::prove,
        ),
        Method::blocking(
            "trace_proof",
            "What became of a gift, as far as one page goes, in a file that is checked without a \
             node.",
            trace::prove,
        ),
        Method::blocking("account_get", "An account: nonce, authority, balances.", account::get),
        Method::blocking("asset_list", "The assets of the chain, by id.", account::assets),
        Method::blocking(
            "events_query",
            "Events in the order of the chain, by contract, name and topic.",
            event::query,
        ),
    ]
}

fn other_methods() -> Vec<Method> {
    vec![
        Method::subscription::<NoParams, Head>(
            "blocks_subscribe",
            "Over WebSocket: every block from now on, as it becomes final.",
            "blocks",
        ),
        Method::unsubscription("blocks_unsubscribe"),
        Method::subscription::<EventsSubscribe, EventRecord>(
            "events_subscribe",
            "Over WebSocket: every event from now on, as it becomes final.",
            "events",
        ),
        Method::unsubscription("events_unsubscribe"),
        Method::quick("node_health", "Whether the node works.", info::health),
        Method::blocking("node_info", "What the node is, and which chain it follows.", info::info),
        Method::quick::<NoParams, Value>(
            "rpc_discover",
            "This interface as an OpenRPC document.",
            info::discover,
        ),
    ]
}

fn dev_methods() -> Vec<Method> {
    vec![
        Method::blocking(
            "dev_accounts",
            "On a devnet: the accounts that its genesis names, and what they have.",
            dev::accounts,
        ),
        Method::quick("dev_clock", "On a devnet: what its clock shows.", dev::clock),
        Method::quick(
            "dev_time",
            "On a devnet: moves, stops or restarts the clock. Blocks take their time from it.",
            dev::time,
        ),
        Method::waiting("dev_mine", "On a devnet: makes blocks, empty ones too.", dev::mine),
        Method::blocking("dev_seal", "On a devnet: says when blocks are made.", dev::seal),
        Method::blocking(
            "dev_snapshot",
            "On a devnet: keeps everything as it is now, to return to.",
            dev::snapshot,
        ),
        Method::blocking("dev_restore", "On a devnet: returns to a snapshot.", dev::restore),
        Method::blocking("dev_reset", "On a devnet: begins again at block 0.", dev::reset),
        Method::waiting(
            "dev_faucet",
            "On a devnet: gives an account money, by its issuer's publicly known key.",
            dev::faucet,
        ),
    ]
}

fn part_methods() -> Vec<Method> {
    vec![
        Method::blocking(
            "dev_validators",
            "On a devnet: how it stands with each validator.",
            part::validators,
        ),
        Method::blocking(
            "dev_pause",
            "On a devnet of several validators: stops one, as the end of its process would.",
            part::pause,
        ),
        Method::blocking(
            "dev_resume",
            "On a devnet of several validators: lets a paused one go on, or all.",
            part::resume,
        ),
        Method::blocking(
            "dev_partition",
            "On a devnet of several validators: parts them, so that those of different groups do \
             not hear each other.",
            part::partition,
        ),
        Method::blocking(
            "dev_heal",
            "On a devnet of several validators: lets all hear each other again.",
            part::heal,
        ),
    ]
}
