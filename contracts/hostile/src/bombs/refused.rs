//! Modules that would take seconds or minutes to compile. The gate must refuse them.

use wasm_encoder::Instruction;

use super::{
    forge::{Body, Code, copies},
    passing,
};

/// 40,000 functions that do nothing: 5 s (measured).
pub(crate) fn functions() -> Vec<u8> {
    copies(&passing::nothing(1), 40_000)
}

/// 8,000 locals, most of them alive across a chain of branches: 46 s (measured).
pub(crate) fn locals() -> Vec<u8> {
    let mut body = Body::alive(2_000, 60_000, |code, unit| {
        code.get(unit % 2_000).enter_if().end();
    });
    body.locals = 8_000;
    copies(&body, 1)
}

/// A function of more than 64 KiB.
pub(crate) fn body() -> Vec<u8> {
    copies(&passing::straight(70_000), 1)
}

/// Blocks within each other, 2,000 deep.
pub(crate) fn nesting() -> Vec<u8> {
    let nested = Body::alive(3, 1, |code, _| {
        (0..2_000).for_each(|_| {
            code.block();
        });
        (0..2_000).for_each(|_| {
            code.end();
        });
    });
    copies(&nested, 1)
}

/// `br_table`s with all of 120 blocks as targets, over and over: 106 s (measured).
pub(crate) fn branch_tables() -> Vec<u8> {
    let body = Body::alive(3, 60_000, |code, unit| {
        (0..120).for_each(|_| {
            code.block();
        });
        (0..100).for_each(|at| {
            let targets: Vec<u32> = (0..120).map(|target| (target + at) % 120).collect();
            code.block().get(unit % 3).op(Instruction::BrTable(targets.into(), 0)).end();
        });
        (0..120).for_each(|_| {
            code.end();
        });
    });
    copies(&body, 1)
}

/// 1,000 values on the operand stack.
pub(crate) fn operands() -> Vec<u8> {
    let none = |_: &mut Code| {};
    let body = Body::filled(
        0,
        1,
        none,
        |code, _| {
            (0..1_000).for_each(|at| {
                code.load(at);
            });
            (0..1_000).for_each(|_| {
                code.op(Instruction::Drop);
            });
        },
        none,
    );
    copies(&body, 1)
}

/// 2,000 calls through the table in one function.
pub(crate) fn indirect_calls() -> Vec<u8> {
    copies(&passing::live_indirect_calls(12_000), 1)
}

/// 512 KB of empty loops: minutes.
pub(crate) fn loops() -> Vec<u8> {
    copies(&passing::loops(65_000), 7)
}

/// 512 KB of branches that pass hundreds of values each: minutes.
pub(crate) fn merges() -> Vec<u8> {
    copies(&passing::merges(60_000), 8)
}

/// 512 KB of branches with hundreds of values alive: minutes.
pub(crate) fn live_ifs() -> Vec<u8> {
    copies(&passing::live_ifs(60_000), 8)
}

/// 512 KB of shifts with hundreds of values alive: minutes.
pub(crate) fn live_shifts() -> Vec<u8> {
    copies(&passing::live_shifts(60_000), 8)
}
