//! Modules that attack the compiler.
//!
//! Those that pass have as many functions as the gate lets through, so they stay the worst of their
//! kind when a bound changes. A kind's length of function is the one that took longest.

mod forge;
mod passing;
mod refused;

use forge::{largest, largest_optimised};

/// A module that is costly to compile.
#[derive(Clone, Copy, Debug)]
pub struct Bomb {
    /// Its name, unique in the table.
    pub name: &'static str,
    /// Makes the complete module, with its ABI embedded.
    pub module: fn() -> Vec<u8>,
    /// The code with which the gate refuses it; `None` if it passes, and must compile in time.
    pub refused: Option<u16>,
    /// Whether it is the largest of its kind that is compiled with optimisation, and not the
    /// largest of all.
    pub optimised: bool,
}

/// Every bomb.
pub const BOMBS: &[Bomb] = &[
    refuse("functions", refused::functions, 1125),
    refuse("locals", refused::locals, 1130),
    refuse("body", refused::body, 1129),
    refuse("nesting", refused::nesting, 1131),
    refuse("branch_tables", refused::branch_tables, 1132),
    refuse("operands", refused::operands, 1134),
    refuse("indirect_calls", refused::indirect_calls, 1133),
    refuse("loops", refused::loops, 1135),
    refuse("merges", refused::merges, 1135),
    refuse("live_ifs", refused::live_ifs, 1135),
    refuse("live_shifts", refused::live_shifts, 1135),
    pass("pass_nothing", || largest(&passing::nothing(1))),
    pass("pass_loops", || largest(&passing::loops(1_000))),
    pass("pass_ifs", || largest(&passing::ifs(300))),
    pass("pass_returns", || largest(&passing::returns(300))),
    pass("pass_far_branches", || largest(&passing::far_branches(1_000))),
    pass("pass_branch_tables", || largest(&passing::branch_tables(1_000))),
    pass("pass_merges", || largest(&passing::merges(5_500))),
    pass("pass_small_merges", || largest(&passing::small_merges(5_500))),
    pass("pass_rotation", || largest(&passing::rotation(4_000))),
    pass("pass_nested_loops", || largest(&passing::nested_loops(5_500))),
    pass("pass_live_ifs", || largest(&passing::live_ifs(5_500))),
    pass("pass_live_loops", || largest(&passing::live_loops(5_500))),
    pass("pass_live_calls", || largest(&passing::live_calls(4_000))),
    pass("pass_live_indirect_calls", || largest(&passing::live_indirect_calls(5_500))),
    pass("pass_live_copies", || largest(&passing::live_copies(5_500))),
    pass("pass_copies", || largest(&passing::copies(16_000))),
    pass("pass_live_shifts", || largest(&passing::live_shifts(8_000))),
    pass("pass_live_divisions", || largest(&passing::live_divisions(8_000))),
    pass("pass_straight", || largest(&passing::straight(30_000))),
    pass("pass_hidden_values", || largest(&passing::hidden_values(16_000))),
    // The same with optimisation, in the lengths that take longest then.
    optimise("optimised_nothing", || largest_optimised(&passing::nothing(1))),
    optimise("optimised_loops", || largest_optimised(&passing::loops(1_000))),
    optimise("optimised_ifs", || largest_optimised(&passing::ifs(1_000))),
    optimise("optimised_returns", || largest_optimised(&passing::returns(1_000))),
    optimise("optimised_far_branches", || largest_optimised(&passing::far_branches(1_000))),
    optimise("optimised_branch_tables", || largest_optimised(&passing::branch_tables(1_000))),
    optimise("optimised_merges", || largest_optimised(&passing::merges(1_000))),
    optimise("optimised_live_ifs", || largest_optimised(&passing::live_ifs(1_000))),
    optimise("optimised_live_loops", || largest_optimised(&passing::live_loops(1_000))),
    optimise("optimised_live_calls", || largest_optimised(&passing::live_calls(4_000))),
    optimise("optimised_live_indirect_calls", || {
        largest_optimised(&passing::live_indirect_calls(1_000))
    }),
    optimise("optimised_copies", || largest_optimised(&passing::copies(1_000))),
    optimise("optimised_live_shifts", || largest_optimised(&passing::live_shifts(1_000))),
    optimise("optimised_straight", || largest_optimised(&passing::straight(30_000))),
    optimise("optimised_hidden_values_500", || largest_optimised(&passing::hidden_values(500))),
    optimise("optimised_hidden_values_1000", || largest_optimised(&passing::hidden_values(1_000))),
    optimise("optimised_hidden_values_2000", || largest_optimised(&passing::hidden_values(2_000))),
    optimise("optimised_hidden_values_4000", || largest_optimised(&passing::hidden_values(4_000))),
];

const fn refuse(name: &'static str, module: fn() -> Vec<u8>, code: u16) -> Bomb {
    Bomb { name, module, refused: Some(code), optimised: false }
}

const fn pass(name: &'static str, module: fn() -> Vec<u8>) -> Bomb {
    Bomb { name, module, refused: None, optimised: false }
}

const fn optimise(name: &'static str, module: fn() -> Vec<u8>) -> Bomb {
    Bomb { name, module, refused: None, optimised: true }
}
