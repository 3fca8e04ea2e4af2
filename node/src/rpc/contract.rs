//! `contract_abi`, `contract_info`, `contract_query`.

use serde_json::{Value, json};
use weal_client::{
    Codec,
    rpc::{
        error,
        types::{
            AbiInfo, AccountAddress, ContractAddress, ContractGet, ContractInfo, Hex, Hex32,
            LayoutInfo, PendingUpgrade, Query, QueryResult, U64, UpgradePolicy,
        },
    },
};
use weal_runtime::{
    CallMode,
    system::contracts::{self, Instance},
};
use weal_types::{
    AccountId, ContractId,
    abi::MethodKind,
    codec::{Bounded, Bytes, Name},
    limit,
    receipt::Failure,
    transaction::{AssetAmount, Call},
};

use super::{
    Api,
    error::{Answer, Error},
    said,
    view::{Lives, View, no_contract},
};

pub(super) fn abi(api: &Api, params: ContractGet) -> Answer<AbiInfo> {
    let view = View::newest(api)?;
    let contract = params.contract.0;
    let code = match view.lives(&contract)?.ok_or_else(|| no_contract(&contract))? {
        Lives::System => None,
        Lives::Instance(instance) => Some(Hex32(instance.code.0)),
    };
    let codec = view.expect_codec(&contract)?;
    let abi = serde_json::to_value(codec.abi()).map_err(Error::internal)?;
    Ok(AbiInfo { contract: params.contract, code, abi })
}

pub(super) fn info(api: &Api, params: ContractGet) -> Answer<ContractInfo> {
    let view = View::newest(api)?;
    let contract = params.contract.0;
    let codec = view.expect_codec(&contract)?;
    let lives = view.lives(&contract)?.ok_or_else(|| no_contract(&contract))?;
    Ok(describe(params.contract, codec.abi(), lives))
}

fn describe(contract: ContractAddress, abi: &weal_types::abi::Abi, lives: Lives) -> ContractInfo {
    let layout = LayoutInfo { version: abi.layout.version, hash: Hex32(abi.layout.hash) };
    let part_of_the_chain = ContractInfo {
        contract,
        name: abi.contract.clone(),
        system: true,
        code: None,
        creator: None,
        owner: None,
        policy: None,
        paused: false,
        paused_by_governance: false,
        layout,
        pending: None,
    };
    let Lives::Instance(instance) = lives else { return part_of_the_chain };
    let Instance { code, creator, owner, policy, layout, pending, .. } = *instance;
    ContractInfo {
        system: false,
        code: Some(Hex32(code.0)),
        creator: Some(AccountAddress(creator)),
        owner: Some(AccountAddress(owner)),
        policy: Some(match policy {
            contracts::UpgradePolicy::Immutable => UpgradePolicy::Immutable,
            contracts::UpgradePolicy::Owner => UpgradePolicy::Owner,
            contracts::UpgradePolicy::Delayed { delay_ms } => {
                UpgradePolicy::Delayed { delay_ms: U64(delay_ms) }
            }
        }),
        paused: instance.paused,
        paused_by_governance: instance.paused_by_governance,
        layout: LayoutInfo { version: layout.version, hash: Hex32(layout.hash) },
        pending: pending.map(|pending| PendingUpgrade {
            code: Hex32(pending.code.0),
            effective_ms: U64(pending.effective.0),
        }),
        ..part_of_the_chain
    }
}

/// What kind of method somebody wants to use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Query,
    Call,
}

/// A call from JSON by the contract's ABI.
pub(super) fn encode(
    codec: &Codec,
    contract: ContractId,
    (method, wanted): (&str, Use),
    args: Option<&Value>,
    attach: Vec<AssetAmount>,
) -> Answer<Call> {
    let described = codec
        .method(method)
        .map_err(|unknown| Error::new(error::UNKNOWN_METHOD, unknown.to_string()))?;
    let found = match described.kind {
        MethodKind::Query => Some(Use::Query),
        MethodKind::Call => Some(Use::Call),
        MethodKind::Init | MethodKind::Migrate(_) => None,
    };
    if found != Some(wanted) {
        let message = match found {
            Some(Use::Query) => format!("{method} only reads"),
            Some(Use::Call) => format!("{method} writes"),
            None => format!("{method} runs only while a contract is deployed or upgraded"),
        };
        return Err(Error::new(error::METHOD_KIND, message));
    }
    let bad = |reason: String| Error::new(error::BAD_ARGUMENTS, reason);
    let nothing = json!({});
    let args = codec
        .encode_args(method, args.unwrap_or(&nothing))
        .map_err(|refused| bad(refused.to_string()))?;
    Ok(Call {
        to: contract,
        method: Name::new(method).map_err(|refused| bad(refused.to_string()))?,
        args: Bytes::new(args).map_err(|refused| bad(refused.to_string()))?,
        attach: Bounded::new(attach)
            .map_err(|_| bad(format!("at most {} assets go with one call", limit::CALL_ASSETS)))?,
    })
}

pub(super) fn query(api: &Api, params: Query) -> Answer<QueryResult> {
    let view = View::newest(api)?;
    let codec = view.expect_codec(&params.contract.0)?;
    let wanted = (params.method.as_str(), Use::Query);
    let call = encode(&codec, params.contract.0, wanted, params.args.as_ref(), Vec::new())?;
    let caller = params.from.map_or(AccountId([0; 32]), |account| account.0);
    let gas = view.params()?.query_gas;
    let snapshot = view.snapshot.clone();
    let output = api
        .node
        .runtime()
        .call(&view.context()?, caller, &call, gas, CallMode::Query, snapshot)
        .map_err(Error::internal)?;
    let bytes = output.result.map_err(|failed| {
        let failed = Failure {
            call: 0,
            contract: failed.contract,
            method: failed.method,
            kind: failed.kind,
        };
        match said::failure(&view, &failed, &[]) {
            Ok(failure) => Error::failed(error::QUERY_FAILED, failure),
            Err(error) => error,
        }
    })?;
    let value = codec.decode_return(&params.method, &bytes);
    Ok(QueryResult {
        value: value.map_err(|found| {
            let message = format!("the contract's answer is not what its ABI says: {found}");
            Error::new(error::QUERY_FAILED, message)
        })?,
        bytes: Hex(bytes),
        gas_used: U64(output.gas_used.0),
        height: U64(view.height.0),
    })
}
