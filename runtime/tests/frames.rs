//! A frame is a sub-transaction: what it keeps, what it undoes, whom it may call, what it pays.

mod support;

use parity_scale_codec::{Decode, Encode};
use puppet::{OnFailure, Step};
use support::{EUR, Stage, alice};
use weal_fixtures::{attach, call};
use weal_types::{
    Amount, Gas,
    host::CallContext,
    receipt::{CallError, FailureKind, TrapKind},
    transaction::AssetAmount,
};

type Outcome = Result<Vec<u8>, CallError>;

fn put(key: &[u8], value: &[u8]) -> Step {
    Step::Put(key.into(), value.into())
}

#[test]
fn a_caught_failure_undoes_the_callee_and_nothing_else() {
    let mut stage = Stage::new();
    let [outer, inner] = stage.puppets;
    let failing = vec![put(b"lost", b"1"), Step::Emit(3), Step::Revert(9)];
    let said = stage.play(vec![
        put(b"kept", b"1"),
        Step::Emit(1),
        Step::Call(support::run(inner, failing), Gas(10_000_000), OnFailure::Catch),
        Step::Emit(2),
        put(b"also", b"1"),
    ]);
    let failed = Outcome::decode(&mut said.returned.as_slice()).unwrap().unwrap_err();
    assert_eq!((failed.contract, failed.method.as_str()), (inner, "run"));
    assert!(matches!(failed.kind, FailureKind::Revert { code: 9, .. }));
    assert_eq!(said.events, [1, 2], "the callee's event is gone");
    assert_eq!(stage.value(outer, b"kept"), Some(b"1".to_vec()));
    assert_eq!(stage.value(outer, b"also"), Some(b"1".to_vec()));
    assert_eq!(stage.value(inner, b"lost"), None);
}

#[test]
fn a_failure_that_is_passed_on_undoes_everything() {
    let mut stage = Stage::new();
    let [outer, inner] = stage.puppets;
    let calls = Step::Call(
        support::run(inner, vec![put(b"b", b"1"), Step::Revert(9)]),
        Gas(10_000_000),
        OnFailure::PassOn,
    );
    let failure = stage.fail(vec![put(b"a", b"1"), calls]);
    assert_eq!(failure.contract, outer, "the one that nobody caught");
    assert_eq!(stage.value(outer, b"a"), None);
    assert_eq!(stage.value(inner, b"b"), None);
}

#[test]
fn attached_assets_arrive_before_the_code_runs_and_come_back_if_it_fails() {
    let mut stage = Stage::new();
    let [outer, inner] = stage.puppets;
    let gift = AssetAmount { asset: EUR(), amount: Amount(40) };
    let run = support::run(outer, vec![Step::Attached, Step::Balance(outer.account(), EUR())]);
    let sent = stage.chain.call(&alice(), attach(run, &[gift]));
    let said: Vec<u8> = sent.returned();
    assert_eq!(said, [vec![gift].encode(), 40_u128.to_le_bytes().to_vec()].concat());

    // The puppet hands its 40 on to another, which refuses: they come back to the puppet.
    let refusing = attach(support::run(inner, vec![Step::Revert(1)]), &[gift]);
    stage.play(vec![Step::Call(refusing, Gas(10_000_000), OnFailure::Catch)]);
    assert_eq!(stage.balance(outer), 40);
    assert_eq!(stage.balance(inner), 0);
}

#[test]
fn assets_that_the_caller_does_not_hold_or_the_method_does_not_accept_are_refused() {
    let mut stage = Stage::new();
    let [outer, inner] = stage.puppets;
    let gift = AssetAmount { asset: EUR(), amount: Amount(1) };
    let broke = attach(support::run(inner, vec![]), &[gift]);
    let said = stage.play(vec![Step::Call(broke, Gas(10_000_000), OnFailure::Catch)]);
    let failed = Outcome::decode(&mut said.returned.as_slice()).unwrap().unwrap_err();
    assert_eq!(failed.kind, FailureKind::InsufficientBalance);
    let query = attach(call(outer, "ask", &Vec::<Step>::new().encode()), &[gift]);
    let sent = stage.chain.call(&alice(), query);
    assert_eq!(sent.failed().kind, FailureKind::AttachedRefused);
}

#[test]
fn reentry_is_refused_unless_the_method_allows_it() {
    let mut stage = Stage::new();
    let [outer, inner] = stage.puppets;
    let back = |method| call(outer, method, &vec![put(b"again", b"1")].encode());
    let through = |method| {
        let script = vec![Step::Call(back(method), Gas(9_000_000), OnFailure::PassOn)];
        vec![Step::Call(support::run(inner, script), Gas(10_000_000), OnFailure::Catch)]
    };
    // The inner puppet passes the refusal on as its own failure.
    let said = stage.play(through("run"));
    assert!(Outcome::decode(&mut said.returned.as_slice()).unwrap().is_err());
    assert_eq!(stage.value(outer, b"again"), None);
    // Directly, the refusal is seen by its name.
    let said = stage.play(vec![Step::Call(back("run"), Gas(9_000_000), OnFailure::Catch)]);
    let failed = Outcome::decode(&mut said.returned.as_slice()).unwrap().unwrap_err();
    assert_eq!(failed.kind, FailureKind::Reentry);
    stage.play(through("run_again"));
    assert_eq!(stage.value(outer, b"again"), Some(b"1".to_vec()));
}

#[test]
fn a_query_cannot_write_even_through_others() {
    let mut stage = Stage::new();
    let [outer, inner] = stage.puppets;
    let through = Step::Call(support::run(inner, vec![]), Gas(1_000_000), OnFailure::Catch);
    let writes = [
        put(b"a", b"1"),
        Step::Remove(b"a".into()),
        Step::Emit(1),
        Step::Transfer(alice().id(), EUR(), Amount(1)),
    ];
    for step in writes {
        let sent = stage.chain.call(&alice(), call(outer, "ask", &vec![step.clone()].encode()));
        assert_eq!(sent.failed().kind, FailureKind::WriteInQuery, "{step:?}");
    }
    let sent = stage.chain.call(&alice(), call(outer, "ask", &vec![through].encode()));
    let said: Vec<u8> = sent.returned();
    let failed = Outcome::decode(&mut said.as_slice()).unwrap().unwrap_err();
    assert_eq!(failed.kind, FailureKind::WriteInQuery);
}

#[test]
fn a_query_may_ask_queries() {
    let mut stage = Stage::new();
    let [outer, inner] = stage.puppets;
    let ask = call(inner, "ask", &vec![Step::Get(b"x".into())].encode());
    let script = vec![Step::Call(ask, Gas(1_000_000), OnFailure::PassOn)];
    stage.chain.call(&alice(), call(outer, "ask", &script.encode())).applied();
}

#[test]
fn depth_is_limited() {
    let mut stage = Stage::new();
    // Two puppets call each other through the method that allows it, 40 times if they could.
    let mut script = vec![put(b"deepest", b"1")];
    for level in 0..40 {
        let to = stage.puppets[level % 2];
        let next = call(to, "run_again", &script.encode());
        script = vec![Step::Call(next, Gas(30_000_000), OnFailure::PassOn)];
    }
    stage.fail(script);
    // Sixteen frames below the first are allowed.
    let nest = |levels: usize| {
        (0..levels).fold(vec![Step::Context], |script, level| {
            let next = call(stage.puppets[level % 2], "run_again", &script.encode());
            vec![Step::Call(next, Gas(30_000_000), OnFailure::PassOn)]
        })
    };
    let (most, more) = (nest(16), nest(17));
    stage.play(most);
    stage.fail(more);
}

#[test]
fn the_context_names_caller_and_contract() {
    let mut stage = Stage::new();
    let [outer, inner] = stage.puppets;
    let said = stage.play(vec![Step::Context]);
    let context = CallContext::decode(&mut said.returned.as_slice()).unwrap();
    assert_eq!((context.caller, context.contract), (alice().id(), outer));
    assert!(context.top_level);
    assert_eq!(
        (context.height, context.time),
        (stage.chain.context.height, stage.chain.context.time)
    );
    assert_eq!(context.chain, stage.chain.context.chain);

    let ask =
        Step::Call(support::run(inner, vec![Step::Context]), Gas(1_000_000), OnFailure::PassOn);
    let said = stage.play(vec![ask]);
    let inside = Outcome::decode(&mut said.returned.as_slice()).unwrap().unwrap();
    let inside = Vec::<u8>::decode(&mut inside.as_slice()).unwrap();
    let context = CallContext::decode(&mut inside.as_slice()).unwrap();
    assert_eq!((context.caller, context.contract), (outer.account(), inner));
    assert!(!context.top_level);
}

#[test]
fn a_trap_takes_the_whole_gas_of_its_frame_and_a_revert_gives_the_rest_back() {
    let mut stage = Stage::new();
    let [_, inner] = stage.puppets;
    let cap = 5_000_000;
    let mut cost = |script: Vec<Step>| {
        let calls = Step::Call(support::run(inner, script), Gas(cap), OnFailure::Catch);
        stage.play(vec![calls]).gas_used
    };
    let nothing = cost(vec![]);
    let burnt = cost(vec![Step::Burn(100_000)]) - nothing;
    assert!(burnt > 100_000, "{burnt}");
    let reverted = cost(vec![Step::Burn(100_000), Step::Revert(1)]);
    assert!(reverted.abs_diff(nothing + burnt) < 10_000, "{reverted} {nothing} {burnt}");
    let trapped = cost(vec![Step::Burn(100_000), Step::Trap]);
    assert!(trapped > cap && trapped < cap + nothing, "{trapped}");
}

#[test]
fn a_callee_gets_no_more_gas_than_it_is_given_and_the_caller_goes_on() {
    let mut stage = Stage::new();
    let [outer, inner] = stage.puppets;
    let endless = support::run(inner, vec![Step::Burn(u32::MAX)]);
    let said = stage
        .play(vec![Step::Call(endless, Gas(3_000_000), OnFailure::Catch), put(b"after", b"1")]);
    let failed = Outcome::decode(&mut said.returned.as_slice()).unwrap().unwrap_err();
    assert_eq!(failed.kind, FailureKind::OutOfGas);
    assert_eq!(stage.value(outer, b"after"), Some(b"1".to_vec()));
}

#[test]
fn memory_that_grows_is_paid_for() {
    let mut stage = Stage::new();
    let mut cost = |pages| stage.play(vec![Step::Grow(pages), Step::GasLeft]).gas_used;
    let (one, eleven) = (cost(1), cost(11));
    let page = weal_runtime::gas::MEMORY_PAGE;
    assert!((10 * page..10 * page + 1_000).contains(&(eleven - one)), "{}", eleven - one);
    // Beyond the limit `memory.grow` says no, and the contract goes on.
    let said = stage.play(vec![Step::Grow(64)]);
    assert_eq!(said.returned, (-1_i32).encode());
}

#[test]
fn unknown_methods_contracts_and_arguments_are_told_apart() {
    let mut stage = Stage::new();
    let [puppet, _] = stage.puppets;
    let nobody = weal_types::ContractId([0xee; 32]);
    let mut kind = |call| stage.chain.call(&alice(), call).failed().kind.clone();
    assert_eq!(kind(call(nobody, "run", &())), FailureKind::NoContract);
    assert_eq!(kind(call(puppet, "walk", &())), FailureKind::UnknownMethod);
    assert_eq!(
        kind(call(weal_runtime::system::ASSETS, "transfer", &1_u8)),
        FailureKind::BadArguments
    );
    assert_eq!(kind(call(weal_runtime::system::ASSETS, "steal", &())), FailureKind::UnknownMethod);
    let trap = FailureKind::Trap(TrapKind::Unreachable);
    assert_eq!(kind(support::run(puppet, vec![Step::Trap])), trap);
}

#[test]
fn ranges_see_the_block_and_the_snapshot_as_one() {
    let mut stage = Stage::new();
    let keys = |names: &[&str]| names.iter().map(|name| put(name.as_bytes(), b"v")).collect();
    stage.play(keys(&["b", "d", "f", "h"]));
    let range =
        |from: &str, to: &str, flags, limit| Step::Range(from.into(), to.into(), flags, limit);
    let page = |range| {
        // In the same frame: add, remove and overwrite before looking. A dry run leaves the state
        // as it was.
        let script = vec![
            put(b"c", b"v"),
            put(b"i", b"v"),
            Step::Remove(b"d".into()),
            Step::Remove(b"zz".into()),
            put(b"f", b"w"),
            range,
        ];
        let said = stage.dry(script);
        let entries = Vec::<(Vec<u8>, Vec<u8>)>::decode(&mut said.as_slice()).unwrap();
        entries
            .into_iter()
            .map(|(key, value)| String::from_utf8([key, value].concat()).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(page(range("", "", 0, 99)), ["bv", "cv", "fw", "hv", "iv"]);
    assert_eq!(page(range("", "", 1, 99)), ["iv", "hv", "fw", "cv", "bv"]);
    assert_eq!(page(range("c", "h", 0, 99)), ["cv", "fw"]);
    assert_eq!(page(range("c", "h", 1, 1)), ["fw"]);
    assert_eq!(page(range("", "e\0", 3, 1)), ["c"], "the last key at or below e");
    assert_eq!(page(range("x", "", 0, 9)), [""; 0]);
    assert_eq!(page(range("h", "c", 0, 9)), [""; 0]);
}
