//! `state_*`.

use std::ops::ControlFlow;

use weal_client::rpc::{
    error,
    types::{
        self, Hex, PROOF_KEYS, RANGE_PAGE, StateEntry, StateGet, StateProve, StateProven,
        StateRange, StateRangePage, StateValue, U64,
    },
};
use weal_state::StateError;
use weal_types::{
    ContractId, Height,
    state::{Direction, Snapshot, StateKey},
};

use super::{
    Api, chain,
    error::{Answer, Error},
    view::View,
};

fn state_key(contract: &ContractId, key: &Hex) -> Answer<StateKey> {
    StateKey::new(contract, &key.0)
        .map_err(|refused| Error::new(error::INVALID_PARAMS, format!("{key}: {refused}")))
}

fn unavailable(error: StateError) -> Error {
    match error {
        StateError::HeightUnavailable { .. } => {
            Error::new(error::HEIGHT_UNAVAILABLE, error.to_string())
        }
        other => Error::internal(other),
    }
}

pub(super) fn get(api: &Api, params: StateGet) -> Answer<StateValue> {
    let key = state_key(&params.contract.0, &params.key)?;
    let (value, height) = match params.at {
        None => {
            let view = View::newest(api)?;
            (view.snapshot.value(&key).map_err(Error::internal)?, view.height)
        }
        Some(U64(at)) => {
            let at = Height(at);
            // A block that is executed, but not certified, is none to go by.
            if at > api.node.head().header.height {
                return Err(chain::no_height(api, at));
            }
            (api.node.state().value_at(&key, at).map_err(unavailable)?, at)
        }
    };
    Ok(StateValue { value: value.map(Hex), height: U64(height.0) })
}

pub(super) fn range(api: &Api, params: StateRange) -> Answer<StateRangePage> {
    let view = View::newest(api)?;
    let limit = params.limit.unwrap_or(RANGE_PAGE).min(RANGE_PAGE) as usize;
    // Half of a response for the digits, the rest for everything around them.
    let most_digits = api.config.limits.response_bytes as usize / 2;
    let direction = match params.direction {
        types::Direction::Ascending => Direction::Ascending,
        types::Direction::Descending => Direction::Descending,
    };
    let from = params.from.map(|from| from.0).unwrap_or_default();
    let to = params.to.map(|to| to.0);
    let (mut entries, mut digits, mut next) = (Vec::<StateEntry>::new(), 0, None);
    let visit = &mut |key: &[u8], value: &[u8]| {
        digits += 2 * (key.len() + value.len());
        if entries.len() >= limit || (digits > most_digits && !entries.is_empty()) {
            next = match direction {
                Direction::Ascending => Some(Hex(key.to_vec())),
                // What was listed last is the first that the next page leaves out.
                Direction::Descending => entries.last().map(|last| last.key.clone()),
            };
            return ControlFlow::Break(());
        }
        entries.push(StateEntry { key: Hex(key.to_vec()), value: Hex(value.to_vec()) });
        ControlFlow::Continue(())
    };
    let contract = &params.contract.0;
    view.snapshot
        .scan(contract, &from, to.as_deref(), direction, visit)
        .map_err(Error::internal)?;
    Ok(StateRangePage { entries, next, height: U64(view.height.0) })
}

pub(super) fn prove(api: &Api, params: StateProve) -> Answer<StateProven> {
    let count = params.keys.len();
    if !(1..=PROOF_KEYS).contains(&count) {
        let message = format!("{count} keys; one proof covers 1 to {PROOF_KEYS}");
        return Err(Error::new(error::INVALID_PARAMS, message));
    }
    let keys = params.keys.iter().map(|key| state_key(&params.contract.0, key));
    let keys: Vec<_> = keys.collect::<Answer<_>>()?;
    let height = match params.at {
        Some(U64(at)) => Height(at),
        None => View::proven(api)?.0.height,
    };
    let certified = chain::certified(api, height)?;
    let proven = api.node.state().prove(height, &keys).map_err(unavailable)?;
    Ok(StateProven {
        header: certified.header,
        certificate: certified.certificate,
        validators: certified.validators,
        keys: keys.iter().map(|key| Hex(key.as_bytes().to_vec())).collect(),
        values: proven.values.into_iter().map(|value| value.map(Hex)).collect(),
        proof: Hex(proven.proof.to_wire()),
    })
}
