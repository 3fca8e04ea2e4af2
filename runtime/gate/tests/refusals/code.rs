//! How much code there may be, and of what: 1125 to 1135.

use weal_gate::{
    codes,
    profile::{self, work_ns},
};

use crate::{
    Case, case,
    common::{contract, place::At, running, with_abi},
};

pub fn cases() -> Vec<Case> {
    [counts(), signatures(), locals(), nesting(), branches(), operands(), work()]
        .into_iter()
        .flatten()
        .collect()
}

fn counts() -> Vec<Case> {
    // `run` is one of them.
    let functions = |count: u32| contract(&"(func)".repeat(count as usize - 1));
    let types = |count: u32| contract(&"(type (func))".repeat(count as usize));
    // One byte for the number of locals and one for the end.
    let bytes = |count: usize| running(&"nop ".repeat(count - 2));
    let (most, signatures, length) = (profile::FUNCTIONS, profile::TYPES, profile::BODY_BYTES);
    vec![
        case(codes::FUNCTIONS, "has many functions", functions(most), functions(most + 1))
            .at(At::Section(3)),
        case(codes::TYPES, "has many signatures", types(signatures), types(signatures + 1))
            .at(At::Section(1)),
        case(codes::BODY_BYTES, "has a long function", bytes(length), bytes(length + 1))
            .in_function("run", At::Body(0)),
    ]
}

fn signatures() -> Vec<Case> {
    let params =
        |count: usize| contract(&format!("(type (func)) (func (param {}))", "i64 ".repeat(count)));
    let results = |count: usize| {
        contract(&format!("(type (func)) (func (result {}) unreachable)", "i64 ".repeat(count)))
    };
    let (most, returned) = (profile::PARAMS, profile::RESULTS);
    vec![
        case(codes::PARAMS, "takes much", params(most), params(most + 1)).at(At::Item(1, 1)),
        case(codes::RESULTS, "returns much", results(returned), results(returned + 1))
            .at(At::Item(1, 1)),
        case(
            codes::RESULTS,
            "has a condition with two results",
            running("(if (i32.const 1) (then) (else))"),
            running(
                "(if (result i32 i32) (i32.const 1)
                   (then (i32.const 1) (i32.const 1)) (else (i32.const 2) (i32.const 2)))
                 (drop) (drop)",
            ),
        )
        .at(At::Item(1, 1)),
    ]
}

fn locals() -> Vec<Case> {
    let most = profile::LOCALS as usize;
    let one_group = |count: usize| running(&format!("(local {})", "i32 ".repeat(count)));
    let two_groups = |count: usize| running(&format!("(local {} i64)", "i32 ".repeat(count - 1)));
    let after_params = |count: usize| {
        contract(&format!(
            "(func (param {}) (local {}))",
            "i32 ".repeat(profile::PARAMS),
            "i64 ".repeat(count - profile::PARAMS)
        ))
    };
    vec![
        case(codes::LOCALS, "has many locals", one_group(most), one_group(most + 1))
            .in_function("run", At::Locals(0, 0)),
        case(codes::LOCALS, "has a local more", two_groups(most), two_groups(most + 1))
            .in_function("run", At::Locals(0, 1)),
        case(codes::LOCALS, "has many parameters", after_params(most), after_params(most + 1))
            .in_function("#0", At::Locals(0, 0)),
    ]
}

fn nesting() -> Vec<Case> {
    let most = profile::NESTING as usize;
    let nested = |what, open: &str, instructions: usize| {
        let nest =
            |depth: usize| running(&format!("{} {}", open.repeat(depth), "end ".repeat(depth)));
        // The last instruction of the block that is too deep.
        let at = (most + 1) * instructions - 1;
        case(codes::NESTING, what, nest(most), nest(most + 1))
            .in_function("run", At::Operator(0, at))
    };
    vec![
        nested("nests blocks", "block ", 1),
        nested("nests loops", "loop ", 1),
        nested("nests conditions", "i32.const 0 if ", 2),
        nested("nests blocks in dead code", "unreachable block ", 2),
    ]
}

fn branches() -> Vec<Case> {
    let most = profile::BRANCH_TARGETS as usize;
    // With its default, as many targets as `targets`.
    let table =
        |targets: usize| format!("(block (br_table {} (i32.const 0)))", "0 ".repeat(targets));
    let one = |targets: usize| running(&table(targets));
    let two = |targets: usize| running(&format!("{} {}", table(1), table(targets - 1)));
    let calls = |count: usize| {
        contract(&format!(
            "(table 1 funcref) (func {})",
            "(call_indirect (i32.const 0))".repeat(count)
        ))
    };
    let indirect = profile::CALL_INDIRECT as usize;
    vec![
        case(codes::BRANCH_TARGETS, "has a wide table", one(most), one(most + 1))
            .in_function("run", At::Operator(0, 2)),
        // Block, constant, table and end; block, constant.
        case(codes::BRANCH_TARGETS, "has two tables", two(most), two(most + 1))
            .in_function("run", At::Operator(0, 6)),
        case(codes::CALL_INDIRECT, "calls through the table", calls(indirect), calls(indirect + 1))
            .in_function("#0", At::Operator(0, 2 * indirect + 1)),
    ]
}

fn operands() -> Vec<Case> {
    let most = profile::OPERANDS as usize;
    let pushed = |count: usize| {
        running(&format!("{} {}", "i64.const 0 ".repeat(count), "drop ".repeat(count)))
    };
    // Inside a block, those outside it count too.
    let nested = |count: usize| {
        running(&format!(
            "{} block i32.const 0 drop end {}",
            "i32.const 0 ".repeat(count - 1),
            "drop ".repeat(count - 1)
        ))
    };
    vec![
        case(codes::OPERANDS, "has many operands", pushed(most), pushed(most + 1))
            .in_function("run", At::Operator(0, most)),
        case(codes::OPERANDS, "has operands around a block", nested(most), nested(most + 1))
            .in_function("run", At::Operator(0, most + 1)),
    ]
}

/// Nanoseconds of a function of `loops` empty loops and `nops` other instructions, none of them
/// with a value alive.
const fn looping_ns(loops: u64, nops: u64) -> u64 {
    let branches = 2 * loops;
    work_ns::FUNCTION
        + work_ns::OPERATOR * (2 * loops + nops + 1)
        + work_ns::BRANCH * branches
        + work_ns::SPLITS_SQUARED * branches * branches
}

/// A module of `heavy` functions with 1,000 loops each, and `$rest` with `loops` and `nops`.
fn working(heavy: usize, loops: u64, nops: u64) -> Vec<u8> {
    let body = |loops: u64, nops: u64| {
        format!("{} {}", "loop end ".repeat(loops as usize), "nop ".repeat(nops as usize))
    };
    contract(&format!(
        "{} (func $rest {})",
        format!("(func {})", body(1_000, 0)).repeat(heavy),
        body(loops, nops)
    ))
}

fn work() -> Vec<Case> {
    let heavy = looping_ns(1_000, 0);
    let count = (profile::WORK_NS / heavy) as usize;
    // `run` is empty. What is left is filled by loops, and what is left then by other instructions.
    let left = profile::WORK_NS - count as u64 * heavy - looping_ns(0, 0);
    let loops = (0..1_000).rfind(|loops| looping_ns(*loops, 0) <= left).expect("one fits");
    let nops = (left - looping_ns(loops, 0)) / work_ns::OPERATOR;
    vec![
        // Of equal functions, the first is named.
        case(
            codes::WORK,
            "takes long",
            working(count, loops, nops),
            working(count, loops, nops + 1),
        )
        .in_function("#0", At::Nowhere),
        case(
            codes::WORK,
            "has one function that takes long",
            running(&"loop end ".repeat(1_000)),
            with_abi(
                &format!(
                    r#"(module (memory (export "memory") 1) (func) (func $long {})
                       (func (export "weal.run")))"#,
                    "loop end ".repeat(5_000)
                ),
                &["run"],
            ),
        )
        .in_function("long", At::Nowhere),
    ]
}
