//! Programs that stress a class of instructions.

use super::{lab::Lab, row};
use crate::report::Row;

/// A program: what it prepares once, what it repeats, and how often.
struct Program {
    line: &'static str,
    /// Runs before the loop.
    before: &'static str,
    /// Repeated; `$a` and `$b` are i64, `$p` is i32, all of them kept from round to round.
    step: &'static str,
    /// Copies of `step` in one round of the loop.
    unroll: usize,
    /// Rounds.
    repeat: u32,
}

/// `$a` becomes a number that nobody predicts.
const RANDOM: &str = "(local.set $a (i64.add (i64.mul (local.get $a)
    (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))";

const PROGRAMS: &[Program] = &[
    Program {
        line: "alu_add",
        before: "",
        step: "(local.set $a (i64.add (local.get $a) (local.get $b)))
            (local.set $b (i64.xor (local.get $b) (local.get $a)))",
        unroll: 32,
        repeat: 200_000,
    },
    Program {
        line: "alu_multiply",
        before: "",
        step: "(local.set $a (i64.mul (local.get $a) (local.get $a)))",
        unroll: 64,
        repeat: 200_000,
    },
    Program {
        line: "alu_count_bits",
        before: "",
        step: "(local.set $a (i64.popcnt (i64.rotl (local.get $a) (i64.clz (local.get $a)))))",
        unroll: 32,
        repeat: 200_000,
    },
    Program {
        line: "alu_divide_unsigned",
        before: "",
        step: "(local.set $a (i64.div_u (i64.const -7) (i64.or (local.get $a) (i64.const 3))))",
        unroll: 32,
        repeat: 100_000,
    },
    Program {
        line: "alu_remainder_signed",
        before: "",
        step: "(local.set $a (i64.rem_s (i64.const -9223372036854775807)
            (i64.or (local.get $a) (i64.const 5))))",
        unroll: 32,
        repeat: 100_000,
    },
    Program {
        line: "load_dependent_4_mib",
        before: CHAIN,
        step: "(local.set $p (i32.load (local.get $p)))",
        unroll: 64,
        repeat: 40_000,
    },
    Program {
        line: "store_scattered_4_mib",
        before: GROW,
        step: "(local.set $p (i32.and (i32.add (i32.mul (local.get $p) (i32.const 1664525))
            (i32.const 1013904223)) (i32.const 4194296)))
            (i64.store (local.get $p) (local.get $a))",
        unroll: 16,
        repeat: 100_000,
    },
    Program {
        line: "branch_unpredictable",
        before: "",
        step: "(local.set $a (i64.xor (local.get $a) (i64.shl (local.get $a) (i64.const 13))))
            (local.set $a (i64.xor (local.get $a) (i64.shr_u (local.get $a) (i64.const 7))))
            (if (i32.wrap_i64 (i64.and (local.get $a) (i64.const 1)))
                (then (global.set $g (i64.add (global.get $g) (i64.const 1)))))",
        unroll: 16,
        repeat: 100_000,
    },
    Program {
        line: "br_table_unpredictable",
        before: "",
        step: "(block $d (block $c (block $b2 (block $a2
            (br_table $a2 $b2 $c $d
                (i32.wrap_i64 (i64.and (i64.shr_u (local.get $a) (i64.const 40)) (i64.const 3)))))
            (global.set $g (local.get $a))) (global.set $h (local.get $a)))
            (global.set $g (i64.const 3)))",
        unroll: 1,
        repeat: 2_000_000,
    },
    Program {
        line: "call_direct",
        before: "",
        step: "(local.set $a (call $leaf (local.get $a)))",
        unroll: 32,
        repeat: 100_000,
    },
    Program {
        line: "call_indirect_unpredictable",
        before: "",
        step: "(local.set $a (call_indirect (type $leaf) (local.get $a)
            (i32.wrap_i64 (i64.and (i64.shr_u (local.get $a) (i64.const 40)) (i64.const 3)))))",
        unroll: 1,
        repeat: 2_000_000,
    },
    Program {
        line: "global",
        before: "",
        step: "(global.set $g (i64.add (global.get $h) (local.get $a)))
            (global.set $h (i64.add (global.get $g) (i64.const 1)))",
        unroll: 32,
        repeat: 200_000,
    },
    Program {
        line: "memory_grow_nothing",
        before: "",
        step: "(drop (memory.grow (i32.const 0)))",
        unroll: 32,
        repeat: 20_000,
    },
    Program {
        line: "memory_grow_refused",
        before: "",
        step: "(drop (memory.grow (i32.const 100)))",
        unroll: 32,
        repeat: 10_000,
    },
    Program {
        line: "memory_copy_nothing",
        before: "",
        step: "(memory.copy (i32.const 0) (i32.const 4096) (local.get $p))",
        unroll: 32,
        repeat: 50_000,
    },
    Program {
        line: "memory_copy_small",
        before: "(local.set $p (i32.const 33))",
        step: "(memory.copy (i32.const 4095) (i32.const 8190) (local.get $p))",
        unroll: 32,
        repeat: 50_000,
    },
    Program {
        line: "memory_copy_large",
        before: "",
        step: "(memory.copy (i32.const 1) (i32.const 524288) (i32.const 500000))",
        unroll: 1,
        repeat: 2_000,
    },
    Program {
        line: "memory_fill_small",
        before: "(local.set $p (i32.const 33))",
        step: "(memory.fill (i32.const 4095) (i32.const 7) (local.get $p))",
        unroll: 32,
        repeat: 50_000,
    },
    Program {
        line: "memory_fill_large",
        before: "",
        step: "(memory.fill (i32.const 1) (i32.const 7) (i32.const 1000000))",
        unroll: 1,
        repeat: 2_000,
    },
];

/// Grows the memory to its 4 MiB.
const GROW: &str = "(drop (memory.grow (i32.const 48)))";

/// Grows, and lays a cycle of pointers through every cache line, in an order that no prefetcher
/// follows.
const CHAIN: &str = "(drop (memory.grow (i32.const 48)))
    (loop $lay
        (local.set $q (i32.and
            (i32.add (i32.mul (local.get $p) (i32.const 25173)) (i32.const 13849))
            (i32.const 65535)))
        (i32.store (i32.shl (local.get $p) (i32.const 6)) (i32.shl (local.get $q) (i32.const 6)))
        (local.set $p (local.get $q))
        (br_if $lay (local.get $p)))";

/// What every program starts with.
const FRAME: &str = r#"
    (import "weal" "args" (func $args (param i32 i32) (result i32)))
    (type $leaf (func (param i64) (result i64)))
    (memory (export "memory") 16)
    (global $g (mut i64) (i64.const 1))
    (global $h (mut i64) (i64.const 1))
    (table 4 funcref)
    (elem (i32.const 0) $leaf $leaf2 $leaf3 $leaf4)
    (func $leaf (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))
    (func $leaf2 (param i64) (result i64) (i64.add (local.get 0) (i64.const 2)))
    (func $leaf3 (param i64) (result i64) (i64.add (local.get 0) (i64.const 3)))
    (func $leaf4 (param i64) (result i64) (i64.add (local.get 0) (i64.const 4)))"#;

/// One row per program.
pub fn rows(lab: &mut Lab) -> Vec<Row> {
    let mut rows: Vec<_> = PROGRAMS
        .iter()
        .map(|program| {
            let random = program.line.ends_with("unpredictable") && program.unroll == 1;
            let step = format!("{}{}", if random { RANDOM } else { "" }, program.step);
            let contract = lab.deploy(&text(program.before, &step.repeat(program.unroll)));
            row(program.line, lab.ratio(contract, program.repeat))
        })
        .collect();
    rows.push(touched_pages(lab));
    rows
}

fn text(before: &str, step: &str) -> String {
    format!(
        r#"{FRAME}
        (func (export "weal.run")
            (local $a i64) (local $b i64) (local $p i32) (local $q i32) (local $count i32)
            (drop (call $args (i32.const 0) (i32.const 4)))
            (local.set $count (i32.load (i32.const 0)))
            (local.set $a (i64.const 88172645463325252))
            (local.set $b (i64.const 3))
            {before}
            (loop $again
                {step}
                (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
            (i64.store (i32.const 8) (i64.add (local.get $a) (i64.extend_i32_u (local.get $p)))))"#
    )
}

/// Memory that is declared, grown and touched, page of the processor by page: the line
/// `MEMORY_PAGE`.
fn touched_pages(lab: &mut Lab) -> Row {
    let contract = lab.deploy(&text(
        "(drop (memory.grow (i32.const 48)))
        (loop $touch
            (i64.store (local.get $p) (i64.const -1))
            (br_if $touch (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 4096)))
                (i32.const 4194304))))",
        "",
    ));
    let plain = lab.deploy(&text("", ""));
    // Calls on one thread, one after the other, so that what is measured is not the thread.
    let (touching, empty) = (lab.repeated_calls(contract), lab.repeated_calls(plain));
    row(
        "memory_page_touched",
        (touching.nanoseconds - empty.nanoseconds) / (touching.gas - empty.gas),
    )
}
