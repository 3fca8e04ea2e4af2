//! Functions that are as costly to compile as the gate allows. Each takes its length in bytes.

use wasm_encoder::Instruction;

use super::forge::{Body, Code};

/// Locals that are alive from end to end, near the gate's limit.
const LIVE: u32 = 250;

/// How deep blocks are nested.
const DEPTH: u32 = 100;

/// Does nothing.
pub(crate) fn nothing(length: usize) -> Body {
    let none = |_: &mut Code| {};
    Body::filled(
        0,
        length,
        none,
        |code, _| {
            code.op(Instruction::Nop);
        },
        none,
    )
}

/// Empty loops: each checks its gas.
pub(crate) fn loops(length: usize) -> Body {
    Body::alive(3, length, |code, _| {
        code.enter_loop().end();
    })
}

/// Empty branches.
pub(crate) fn ifs(length: usize) -> Body {
    Body::alive(3, length, |code, unit| {
        code.get(unit % 3).enter_if().end();
    })
}

/// Conditional returns.
pub(crate) fn returns(length: usize) -> Body {
    Body::alive(3, length, |code, unit| {
        code.get(unit % 3).enter_if().op(Instruction::Return).end();
    })
}

/// Conditional branches to the ends of many blocks.
pub(crate) fn far_branches(length: usize) -> Body {
    Body::alive(3, length, |code, unit| {
        (0..DEPTH).for_each(|_| {
            code.block();
        });
        (0..4 * DEPTH).for_each(|at| {
            code.get((unit + at) % 3).op(Instruction::BrIf(at % DEPTH));
        });
        (0..DEPTH).for_each(|_| {
            code.end();
        });
    })
}

/// `br_table`s within as many blocks as they have targets.
pub(crate) fn branch_tables(length: usize) -> Body {
    Body::alive(60, length, |code, unit| {
        (0..DEPTH).for_each(|_| {
            code.block();
        });
        let targets: Vec<u32> = (0..DEPTH).collect();
        code.get(unit % 60).op(Instruction::BrTable(targets.into(), 0));
        (0..DEPTH).for_each(|at| {
            code.end().get(at % 60).set((at * 3 + 1) % 60);
        });
    })
}

/// Blocks within blocks with branches to each and assignments between them: each branch passes many
/// values.
pub(crate) fn merges(length: usize) -> Body {
    Body::alive(LIVE, length, |code, unit| {
        (0..DEPTH).for_each(|_| {
            code.block();
        });
        (0..DEPTH).for_each(|at| {
            let from = (unit * DEPTH + at * 7) % LIVE;
            code.get(from).op(Instruction::BrIf(at)).get(from).set((unit * DEPTH + at) % LIVE);
        });
        (0..DEPTH).for_each(|at| {
            code.end().get(at).set((at * 3 + 1) % LIVE);
        });
    })
}

/// The same with few values, so that the gate lets more of it pass.
pub(crate) fn small_merges(length: usize) -> Body {
    const FEW: u32 = 60;
    Body::alive(FEW, length, |code, unit| {
        (0..DEPTH).for_each(|_| {
            code.block();
        });
        (0..DEPTH).for_each(|at| {
            let from = (unit * DEPTH + at * 7) % FEW;
            code.get(from).op(Instruction::BrIf(at)).get(from).set((unit * DEPTH + at) % FEW);
        });
        (0..DEPTH).for_each(|at| {
            code.end().get(at % FEW).set((at * 3 + 1) % FEW);
        });
    })
}

/// Loops within loops, around an assignment to every local.
pub(crate) fn rotation(length: usize) -> Body {
    const NESTED: u32 = 30;
    Body::alive(LIVE, length, |code, _| {
        (0..NESTED).for_each(|_| {
            code.enter_loop();
        });
        code.get(0);
        (1..LIVE).for_each(|local| {
            code.get(local).set(local - 1);
        });
        code.set(LIVE - 1);
        (0..NESTED).for_each(|at| {
            code.get(at).op(Instruction::BrIf(0)).end();
        });
    })
}

/// Loops within loops with an assignment in each.
pub(crate) fn nested_loops(length: usize) -> Body {
    Body::alive(LIVE, length, |code, unit| {
        (0..DEPTH).for_each(|at| {
            code.enter_loop().get((unit * DEPTH + at * 7) % LIVE).set((unit * DEPTH + at) % LIVE);
        });
        (0..DEPTH).for_each(|at| {
            code.get(at).op(Instruction::BrIf(0)).end();
        });
    })
}

/// Empty branches while many values are alive.
pub(crate) fn live_ifs(length: usize) -> Body {
    Body::alive(LIVE, length, |code, unit| {
        code.get(unit % LIVE).enter_if().end();
    })
}

/// Empty loops while many values are alive.
pub(crate) fn live_loops(length: usize) -> Body {
    Body::alive(LIVE, length, |code, _| {
        code.enter_loop().end();
    })
}

/// Calls while many values are alive.
pub(crate) fn live_calls(length: usize) -> Body {
    Body::alive(LIVE, length, |code, _| {
        code.op(Instruction::Call(0));
    })
}

/// Calls through the table while many values are alive.
pub(crate) fn live_indirect_calls(length: usize) -> Body {
    Body::alive(LIVE, length, |code, unit| {
        code.get(unit % LIVE);
        code.op(Instruction::CallIndirect { type_index: 0, table_index: 0 });
    })
}

/// Copies while many values are alive: each calls the engine.
pub(crate) fn live_copies(length: usize) -> Body {
    Body::alive(LIVE, length, |code, unit| {
        code.get(unit * 7 % LIVE).get(unit * 3 % LIVE).get(unit % LIVE);
        code.op(Instruction::MemoryCopy { src_mem: 0, dst_mem: 0 });
    })
}

/// Copies while few values are alive.
pub(crate) fn copies(length: usize) -> Body {
    Body::alive(3, length, |code, unit| {
        code.get(unit % 3).get(unit * 2 % 3).get(0);
        code.op(Instruction::MemoryCopy { src_mem: 0, dst_mem: 0 });
    })
}

/// Shifts by variables while many values are alive: the count must be in one certain register.
pub(crate) fn live_shifts(length: usize) -> Body {
    Body::alive(LIVE, length, |code, unit| {
        code.get(unit * 7 % LIVE).get(unit * 13 % LIVE);
        code.op(Instruction::I32Rotl).set(unit % LIVE);
    })
}

/// Divisions while many values are alive: they need two certain registers, and can trap.
pub(crate) fn live_divisions(length: usize) -> Body {
    Body::alive(LIVE, length, |code, unit| {
        code.get(unit * 7 % LIVE).get(unit * 13 % LIVE);
        code.op(Instruction::I32DivS).set(unit % LIVE);
    })
}

/// Arithmetic without any branch.
pub(crate) fn straight(length: usize) -> Body {
    Body::alive(LIVE, length, |code, unit| {
        code.get(unit * 7 % LIVE).get(unit * 13 % LIVE);
        code.op(if unit.is_multiple_of(2) { Instruction::I32Add } else { Instruction::I32Mul });
        code.set(unit % LIVE);
    })
}

/// Branches on products that occur again and again: an optimising compiler computes each once and
/// keeps hundreds of them alive through the function, which nothing in the module shows.
pub(crate) fn hidden_values(length: usize) -> Body {
    const PRODUCTS: u32 = 600;
    Body::alive(2, length, |code, unit| {
        // An odd constant with two bytes.
        let factor = (1_001 + 2 * (unit % PRODUCTS)).cast_signed();
        code.get(unit % 2).constant(factor).op(Instruction::I32Mul).op(Instruction::BrIf(0));
    })
}
