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

/// A function whose body is some instructions, all of which cost `ns`.
struct Kind {
    what: &'static str,
    body: String,
    ns: u64,
}

/// `count` times what the estimate is made of, each kind by itself.
fn kinds(count: u64) -> Vec<Kind> {
    let kind = |what, before: &str, each: &str, after: &str, operators: u64, ns: u64| Kind {
        what,
        body: format!("{before} {} {after}", each.repeat(count as usize)),
        ns: work_ns::FUNCTION + work_ns::OPERATOR * (operators + 1) + ns,
    };
    let squared = work_ns::SPLITS_SQUARED * count * count;
    let (calls, awkward) = (work_ns::CALL * count, work_ns::AWKWARD * count + squared);
    let across = work_ns::ALIVE_ACROSS;
    let constants = "i32.const 7 i32.const 3";
    vec![
        kind("does nothing", "", "nop ", "", count, 0),
        kind("calls", "", "call 0 ", "", count, calls),
        kind(
            "calls with operands",
            "i32.const 0 i32.const 0",
            "call 0 ",
            "drop drop",
            count + 4,
            calls + 2 * across * count,
        ),
        kind(
            "calls with a local for later",
            "(local i32 i32)",
            "call 0 ",
            "local.get 1 drop",
            count + 2,
            calls + across * count,
        ),
        // The quotient lies on the stack.
        kind(
            "divides",
            "",
            &format!("{constants} i32.div_u drop "),
            "",
            4 * count,
            awkward + across * count,
        ),
        kind("shifts by a constant", "", &format!("{constants} i32.shl drop "), "", 4 * count, 0),
        // The local is read again, but for the last time.
        kind(
            "shifts by a variable",
            "(local i32)",
            "local.get 0 local.get 0 i32.shl drop ",
            "",
            4 * count,
            awkward + across * (2 * count - 1),
        ),
        // Along the branch and at the end of the block, local 1 is passed, and local 0 is alive
        // besides, but for the last time.
        kind(
            "passes a local along a branch",
            "(local i32 i32)",
            "block local.get 0 br_if 0 i32.const 1 local.set 1 end local.get 1 drop ",
            "",
            8 * count,
            work_ns::BRANCH * count
                + squared
                + 2 * work_ns::PASSED_SQUARED * count
                + work_ns::ALIVE * (4 * count - 2),
        ),
    ]
}

/// A module with this function that compiles for as long as any may, and one whose last function
/// has an instruction more.
fn filled(kind: &Kind) -> [Vec<u8>; 2] {
    let looping = |loops: u64, nops: u64| {
        format!("(func {}{})", "loop end ".repeat(loops as usize), "nop ".repeat(nops as usize))
    };
    // `run` is empty. Large functions come first, then loops, then other instructions.
    let left = profile::WORK_NS - looping_ns(0, 0) - kind.ns;
    let heavy = looping_ns(LOOPS, 0);
    let count = left / heavy;
    let left = left - count * heavy;
    let loops = (0..LOOPS).rfind(|loops| looping_ns(*loops, 0) <= left).expect("one fits");
    let nops = (left - looping_ns(loops, 0)) / work_ns::OPERATOR;
    [0, 1].map(|more| {
        contract(&format!(
            "{} (func {}) {}",
            looping(LOOPS, 0).repeat(count as usize),
            kind.body,
            looping(loops, nops + more),
        ))
    })
}

/// Loops of a large function.
const LOOPS: u64 = 1_000;

fn work() -> Vec<Case> {
    // Of equal functions, the first is named.
    let exact = kinds(300).into_iter().map(|kind| {
        let [inside, outside] = filled(&kind);
        case(codes::WORK, kind.what, inside, outside).in_function("#0", At::Nowhere)
    });
    let long = format!(
        r#"(module (memory (export "memory") 1) (func) (func $long {})
           (func (export "weal.run")))"#,
        "loop end ".repeat(5 * LOOPS as usize)
    );
    let inside = running(&"loop end ".repeat(LOOPS as usize));
    let one = case(codes::WORK, "has one long function", inside, with_abi(&long, &["run"]))
        .in_function("long", At::Nowhere);
    exact.chain([one]).collect()
}
