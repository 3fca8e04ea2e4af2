//! What nodes and contracts refuse, as failures of this program.

use serde_json::json;
use weal_client::rpc::{NodeError, RpcError, types};

use super::system;
use crate::{
    codes::{self, Code},
    outcome::{Exit, Failure, Report},
};

/// A request without a result, of which nothing is lost: everything but `tx_submit`.
pub fn failed(error: RpcError) -> Failure {
    match error {
        RpcError::Address { .. } => {
            Failure::new(codes::SETTINGS, error.to_string()).hint("write http://HOST:PORT")
        }
        RpcError::Unreachable { .. } | RpcError::Lost { .. } | RpcError::NotRpc { .. } => {
            Failure::new(codes::UNREACHABLE, error.to_string())
        }
        RpcError::Refused(error) => refused(&error),
    }
}

fn refused(error: &NodeError) -> Failure {
    // A query that fails says what the contract said.
    if let Some(failure) = error.data.get("failure").cloned()
        && let Ok(failure) = serde_json::from_value::<types::Failure>(failure)
    {
        return contract_failure(codes::NODE_REFUSED, &failure);
    }
    let is_limit = error.name.starts_with("limit_") || error.name == "tx_gas_limit";
    let name = if error.name.is_empty() { "unnamed" } else { &error.name };
    let mut failure =
        Failure::new(codes::NODE_REFUSED, format!("{} ({name}, {})", error.message, error.code))
            .found(Report {
                text: String::new(),
                data: json!({ "code": error.code, "name": error.name, "data": error.data }),
            });
    if is_limit {
        failure.exit = Exit::Limit;
    }
    match &error.hint {
        Some(hint) => failure.hint(hint.as_str()),
        None => failure,
    }
}

/// What failed in a contract. A refusal with a code of the contract's own carries that code.
pub fn contract_failure(code: &'static Code, failure: &types::Failure) -> Failure {
    let contract = system::text(&failure.contract.0);
    let at = format!("{} of {contract}, call {}", failure.method, failure.call);
    let mut told = Failure::new(code, &failure.message)
        .at(at)
        .found(Report { text: String::new(), data: json!({ "failure": failure }) });
    if let (Some(number), Some(name)) = (failure.code, &failure.name) {
        told.code = format!("C{number}-{name}");
        told.name = name.clone();
    }
    let is_limit = matches!(
        failure.kind.as_str(),
        "out_of_gas"
            | "stack_overflow"
            | "call_depth"
            | "memory_limit"
            | "limit_exceeded"
            | "spend_limit"
    );
    if is_limit {
        told.exit = Exit::Limit;
        told = told.hint(match failure.kind.as_str() {
            "spend_limit" => "more would leave the signer than it allows: raise --limit",
            _ => codes::LIMIT.remedy,
        });
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: &str, code: Option<u32>) -> types::Failure {
        serde_json::from_value(json!({
            "call": 1, "contract": format!("0x{}", "00".repeat(32)), "method": "pay", "kind": kind,
            "code": code, "name": code.map(|_| "AlreadyPaid"), "message": "Claim 7 was paid.",
            "payload": "0x",
        }))
        .expect("it is one")
    }

    #[test]
    fn refusals_of_a_contract_carry_its_code() {
        let told = contract_failure(codes::DRY_RUN, &failure("revert", Some(2)));
        assert_eq!((told.code.as_str(), told.exit), ("C2-AlreadyPaid", Exit::Refused));
        assert_eq!(told.message, "Claim 7 was paid.");
        let told = contract_failure(codes::REVERTED, &failure("panic", None));
        assert_eq!((told.code.as_str(), told.exit), ("E1252", Exit::Reverted));
        let told = contract_failure(codes::DRY_RUN, &failure("out_of_gas", None));
        assert_eq!(told.exit, Exit::Limit);
    }

    #[test]
    fn refusals_of_a_node_keep_its_words() {
        let error = |name: &str, data: serde_json::Value| {
            RpcError::Refused(NodeError {
                code: 1005,
                name: name.into(),
                message: "too many requests".into(),
                hint: Some("send fewer".into()),
                data,
            })
        };
        let told = failed(error("limit_rate", json!({})));
        assert_eq!((told.code.as_str(), told.exit), ("E1241", Exit::Limit));
        assert_eq!(told.message, "too many requests (limit_rate, 1005)");
        assert_eq!(&*told.hint, "send fewer");
        let data = json!({ "failure": failure("revert", Some(2)) });
        assert_eq!(failed(error("query_failed", data)).code, "C2-AlreadyPaid");
    }
}
