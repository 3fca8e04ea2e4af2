//! The table of attacks.

use weal_types::receipt::{FailureKind, TrapKind};

use crate::{
    Attack, Expectation,
    Expectation::{Applied, Gate, Receipt},
    attacks::{
        bulk, calls, description, events, gas, imports, malformed, memory, outside, pointers,
        query, results, stack, storage, surface, traps,
    },
};

/// Rounds that attacks burn before they trap: about half of what one transaction may spend.
const ROUNDS: u64 = 1_000_000;

/// Every attack.
pub const ATTACKS: &[Attack] = &[
    // Gas.
    run("infinite_loop", "runs for ever", gas::infinite_loop, Receipt(out_of_gas)),
    run("host_call_loop", "calls the host for ever", gas::host_call_loop, Receipt(out_of_gas)),
    run("branch_loop", "branches for ever", gas::branch_loop, Receipt(out_of_gas)),
    run("division_loop", "divides for ever", gas::division_loop, Receipt(out_of_gas)),
    run("theft_within_cap", "a callee burns its cap", gas::theft_within_cap, Applied),
    run("theft_of_all", "a callee burns all", gas::theft_of_everything, Receipt(out_of_gas)),
    burn("burn_and_return", "burns gas and returns", gas::burn_and_return, Applied),
    // Memory.
    run("grow_to_the_limit", "takes all memory", memory::grow_to_the_limit, Applied),
    run("grow_at_once", "asks for 4 GiB", memory::grow_at_once, Applied),
    run("grow_past_own", "asks for more than it declares", memory::grow_past_own, Applied),
    run("grow_loop", "asks for memory for ever", memory::grow_loop, Receipt(out_of_gas)),
    run("touch_loop", "touches pages for ever", memory::touch_loop, Receipt(out_of_gas)),
    run("initial_memory", "starts with 17 pages", memory::initial_memory, Gate(1118)),
    run("maximum_memory", "declares 65 pages", memory::maximum_memory, Gate(1119)),
    run("two_memories", "has two memories", memory::two_memories, Gate(1117)),
    run("memory64", "has a 64-bit memory", memory::memory64, Gate(1117)),
    // The stack.
    run("small_frames", "recurses in small frames", stack::small_frames, Receipt(overflow)),
    run("large_frames", "recurses in large frames", stack::large_frames, Receipt(overflow)),
    run(
        "hidden_frames",
        "recurses in frames of spilled values",
        stack::hidden_frames,
        Receipt(overflow),
    ),
    run("indirect_recursion", "recurses through the table", stack::indirect, Receipt(overflow)),
    run("early_exits", "leaves functions in every way", stack::early_exits, Applied),
    // Calls.
    run("deep_calls", "calls itself 17 deep", calls::deep_calls, Receipt(call_depth)),
    run("reentry", "enters itself again", calls::reentry, Receipt(reentry)),
    run(
        "unknown_method",
        "calls what is not there",
        calls::unknown_method,
        Receipt(unknown_method),
    ),
    run("bad_request", "sends a broken request", calls::bad_request, Receipt(bad_host_call)),
    // Events.
    run("event_too_large", "emits 16 KiB and a byte", events::too_large, Receipt(limit)),
    run("events_too_many", "emits for ever", events::too_many, Receipt(limit_or_gas)),
    run("events_too_much", "emits 16 KiB for ever", events::too_much, Receipt(limit_or_gas)),
    run("event_topics", "emits 5 topics", events::too_many_topics, Receipt(limit_or_bad)),
    run("event_topics_bomb", "emits 2^30 topics", events::topics_bomb, Receipt(limit_or_bad)),
    run("event_long_name", "emits a name of 1 MiB", events::long_name, Receipt(refused)),
    run(
        "event_no_text",
        "emits a name that is no text",
        events::name_without_text,
        Receipt(limit_or_bad),
    ),
    // Bulk instructions.
    run("copy_loop", "copies 2 MiB for ever", bulk::copy_loop, Receipt(out_of_gas)),
    run(
        "overlap_loop",
        "copies onto itself for ever",
        bulk::overlapping_copy_loop,
        Receipt(out_of_gas),
    ),
    run("fill_loop", "fills 4 MiB for ever", bulk::fill_loop, Receipt(out_of_gas)),
    run("empty_copy_loop", "copies nothing for ever", bulk::empty_copy_loop, Receipt(out_of_gas)),
    run(
        "copy_of_everything",
        "copies 4 GiB",
        bulk::copy_of_everything,
        Receipt(gas_or_memory_trap),
    ),
    // Imports.
    run("import_module", "imports from WASI", imports::wrong_module, Gate(1106)),
    run("import_env", "imports from `env`", imports::right_name_in_wrong_module, Gate(1106)),
    run("import_name", "imports an unknown function", imports::unknown_name, Gate(1106)),
    run(
        "import_parameters",
        "imports with a parameter less",
        imports::wrong_parameters,
        Gate(1109),
    ),
    run("import_result", "imports with another result", imports::wrong_result, Gate(1109)),
    run("import_memory", "imports a memory", imports::memory, Gate(1106)),
    run("import_table", "imports a table", imports::table, Gate(1106)),
    run("import_global", "imports a global", imports::global, Gate(1106)),
    run("import_devnet", "imports the debug log", imports::devnet_only, Gate(1110)),
    run("imports_many", "imports 129 times", imports::too_many, Gate(1111)),
    // Outside the profile.
    run("float_arithmetic", "adds floats", outside::float_arithmetic, Gate(1107)),
    run("float_conversion", "converts floats", outside::float_conversion, Gate(1107)),
    run("float_parameter", "takes a float", outside::float_parameter, Gate(1108)),
    run("float_local", "keeps a float", outside::float_local, Gate(1108)),
    run("float_global", "keeps a float for long", outside::float_global, Gate(1108)),
    run("simd", "adds vectors", outside::simd, Gate(1107)),
    run("threads", "waits for a thread", outside::threads, Gate(1107)),
    run("tail_call", "calls in place of returning", outside::tail_call, Gate(1107)),
    run("table_grow", "grows the table", outside::table_grow, Gate(1107)),
    run("multi_value", "has two results", outside::multi_value, Gate(1128)),
    run("block_parameter", "has a block with a parameter", outside::block_parameter, Gate(1108)),
    run("exception", "throws", outside::exception, Gate(1116)),
    // No modules.
    run("empty", "is empty", malformed::empty, Gate(1101)),
    run("header_only", "is a header", malformed::header_only, Gate(1117)),
    run("component", "is a component", malformed::component, Gate(1101)),
    run("truncated", "ends in the middle", malformed::truncated, Gate(1101)),
    run("truncated_by_one", "lacks a byte", malformed::truncated_by_one, Gate(1101)),
    run("trailing_bytes", "has bytes behind it", malformed::trailing_bytes, Gate(1101)),
    run("noise", "is noise", malformed::noise, Gate(1101)),
    run("overlong_number", "has a number of 6 bytes", malformed::overlong_number, Gate(1101)),
    run("huge_count", "announces 2^32 functions", malformed::huge_count, Gate(1125)),
    run("ill_typed", "uses a local that is not there", malformed::ill_typed, Gate(1101)),
    run("too_long", "has a byte too many", malformed::too_long, Gate(1102)),
    // What is callable.
    run("start_function", "runs before it is called", surface::start_function, Gate(1115)),
    run("undeclared_export", "has a back door", surface::undeclared_export, Gate(1113)),
    run("counter_export", "exports the stack counter", surface::stack_counter_export, Gate(1113)),
    run("missing_export", "lacks a method", surface::missing_export, Gate(1112)),
    run(
        "method_parameter",
        "has a method with a parameter",
        surface::method_with_parameter,
        Gate(1114),
    ),
    run("global_as_method", "has a global as a method", surface::global_as_method, Gate(1114)),
    run("hidden_memory", "hides its memory", surface::hidden_memory, Gate(1117)),
    run("no_abi", "has no ABI", surface::no_abi, Gate(1103)),
    run("two_abis", "has two ABIs", surface::two_abis, Gate(1103)),
    run("foreign_abi", "has the ABI of another", surface::foreign_abi, Gate(1112)),
    run("data_bounds", "has data outside memory", surface::data_out_of_bounds, Gate(1123)),
    run("element_bounds", "fills beyond the table", surface::elements_out_of_bounds, Gate(1123)),
    run("abi_not_deflated", "has an ABI of noise", description::not_deflated, Gate(1104)),
    run("abi_empty", "has an empty ABI", description::empty, Gate(1104)),
    run(
        "abi_deflate_bomb",
        "has an ABI that inflates to 1 MiB",
        description::deflate_bomb,
        Gate(1104),
    ),
    run("abi_huge_list", "has an ABI with 2^30 letters", description::huge_list, Gate(1104)),
    run("abi_methods", "has an ABI with 600 methods", description::too_many_methods, Gate(1105)),
    // Traps.
    burn("trap_unreachable", "burns, then traps", traps::unreachable, Receipt(unreachable)),
    burn("trap_division", "burns, then divides by 0", traps::division_by_zero, Receipt(zero)),
    burn("trap_remainder", "burns, then divides by 0", traps::remainder_by_zero, Receipt(zero)),
    burn("trap_overflow", "burns, then overflows", traps::division_overflow, Receipt(integer)),
    burn("trap_load", "burns, then loads outside", traps::load_out_of_bounds, Receipt(memory_trap)),
    burn(
        "trap_store",
        "burns, then stores outside",
        traps::store_out_of_bounds,
        Receipt(memory_trap),
    ),
    burn("trap_fill", "burns, then fills outside", traps::fill_out_of_bounds, Receipt(memory_trap)),
    burn("trap_null", "burns, then calls nothing", traps::null_function, Receipt(null)),
    burn(
        "trap_signature",
        "burns, then calls the wrong one",
        traps::bad_signature,
        Receipt(signature),
    ),
    burn("trap_table", "burns, then calls outside", traps::table_out_of_bounds, Receipt(table)),
    // Queries.
    peek("query_put", "writes in a query", query::put, Receipt(write_in_query)),
    peek("query_remove", "removes in a query", query::remove, Receipt(write_in_query)),
    peek("query_emit", "emits in a query", query::emit, Receipt(write_in_query)),
    peek("query_transfer", "pays in a query", query::transfer, Receipt(write_in_query)),
    peek(
        "query_call",
        "has another write in a query",
        query::through_a_call,
        Receipt(write_in_query),
    ),
    // Results.
    run("huge_return", "returns 64 KiB and a byte", results::huge_return, Receipt(limit)),
    run("huge_revert", "reverts with 1 KiB and a byte", results::huge_revert, Receipt(limit)),
    run("huge_panic", "panics with 1 MiB", results::huge_panic, Receipt(limit)),
    run("panic_no_text", "panics without text", results::panic_without_text, Receipt(panic)),
    run(
        "life_after_revert",
        "goes on after reverting",
        results::life_after_revert,
        Receipt(revert),
    ),
    // Storage.
    run("long_key", "writes under 257 bytes", storage::long_key, Receipt(limit)),
    run("long_key_read", "looks for 257 bytes", storage::long_key_read, Receipt(limit)),
    run("long_value", "writes 1 MiB and a byte", storage::long_value, Receipt(limit_or_gas)),
    run("key_flood", "writes keys for ever", storage::key_flood, Receipt(out_of_gas)),
    run("churn", "writes and removes for ever", storage::churn, Receipt(out_of_gas)),
    run("range_flood", "reads ranges for ever", storage::range_flood, Receipt(out_of_gas)),
    // Pointers: each function that reads or writes memory. Where it reads nothing, there must be
    // something to write.
    memory_access("pointer_ret", || pointers::pointers("ret"), bad_host_call),
    memory_access("pointer_revert", || pointers::pointers("revert"), bad_host_call),
    memory_access("pointer_panic", || pointers::pointers("panic"), bad_host_call),
    memory_access("pointer_get", || pointers::pointers("get"), bad_host_call),
    memory_access("pointer_put", || pointers::pointers("put"), bad_host_call),
    memory_access("pointer_remove", || pointers::pointers("remove"), bad_host_call),
    memory_access("pointer_range", || pointers::pointers("range"), bad_host_call),
    memory_access("pointer_emit", || pointers::pointers("emit"), bad_host_call),
    memory_access("pointer_balance", || pointers::pointers("balance"), bad_host_call),
    memory_access("pointer_transfer", || pointers::pointers("transfer"), bad_host_call),
    memory_access("pointer_call", || pointers::pointers("call"), bad_host_call),
    memory_access("pointer_sha256", || pointers::pointers("sha256"), bad_host_call),
    memory_access("pointer_blake2b_256", || pointers::pointers("blake2b_256"), bad_host_call),
    memory_access("pointer_keccak_256", || pointers::pointers("keccak_256"), bad_host_call),
    memory_access("pointer_sr25519_verify", || pointers::pointers("sr25519_verify"), bad_host_call),
    memory_access("pointer_ed25519_verify", || pointers::pointers("ed25519_verify"), bad_host_call),
    memory_access("end_ret", || pointers::across_the_end("ret"), bad_host_call),
    memory_access("end_revert", || pointers::across_the_end("revert"), bad_host_call),
    memory_access("end_panic", || pointers::across_the_end("panic"), bad_host_call),
    memory_access("end_get", || pointers::across_the_end("get"), bad_host_call),
    memory_access("end_put", || pointers::across_the_end("put"), bad_host_call),
    memory_access("end_remove", || pointers::across_the_end("remove"), bad_host_call),
    memory_access("end_range", || pointers::across_the_end("range"), bad_host_call),
    memory_access("end_emit", || pointers::across_the_end("emit"), bad_host_call),
    memory_access("end_balance", || pointers::across_the_end("balance"), bad_host_call),
    memory_access("end_transfer", || pointers::across_the_end("transfer"), bad_host_call),
    memory_access("end_call", || pointers::across_the_end("call"), bad_host_call),
    memory_access("end_sha256", || pointers::across_the_end("sha256"), bad_host_call),
    memory_access("end_blake2b_256", || pointers::across_the_end("blake2b_256"), bad_host_call),
    memory_access("end_keccak_256", || pointers::across_the_end("keccak_256"), bad_host_call),
    memory_access(
        "end_sr25519_verify",
        || pointers::across_the_end("sr25519_verify"),
        bad_host_call,
    ),
    memory_access(
        "end_ed25519_verify",
        || pointers::across_the_end("ed25519_verify"),
        bad_host_call,
    ),
    memory_access("length_ret", || pointers::lengths("ret"), refused),
    memory_access("length_revert", || pointers::lengths("revert"), refused),
    memory_access("length_panic", || pointers::lengths("panic"), refused),
    memory_access("length_get", || pointers::lengths("get"), refused),
    memory_access("length_put", || pointers::lengths("put"), refused),
    memory_access("length_remove", || pointers::lengths("remove"), refused),
    memory_access("length_range", || pointers::lengths("range"), refused),
    memory_access("length_emit", || pointers::lengths("emit"), refused),
    memory_access("length_call", || pointers::lengths("call"), refused),
    memory_access("length_sha256", || pointers::lengths("sha256"), refused),
    memory_access("length_blake2b_256", || pointers::lengths("blake2b_256"), refused),
    memory_access("length_keccak_256", || pointers::lengths("keccak_256"), refused),
    memory_access("length_sr25519_verify", || pointers::lengths("sr25519_verify"), refused),
    memory_access("length_ed25519_verify", || pointers::lengths("ed25519_verify"), refused),
    memory_access("pointer_context", || pointers::writing("context"), bad_host_call),
    memory_access("pointer_attached", || pointers::writing("attached"), bad_host_call),
];

const fn attack(
    name: &'static str,
    doc: &'static str,
    module: fn() -> Vec<u8>,
    method: &'static str,
    args: fn() -> Vec<u8>,
    expect: Expectation,
) -> Attack {
    Attack { name, doc, module, method, args, expect }
}

/// An attack by the method `run`, without arguments.
const fn run(
    name: &'static str,
    doc: &'static str,
    module: fn() -> Vec<u8>,
    expect: Expectation,
) -> Attack {
    attack(name, doc, module, "run", Vec::new, expect)
}

/// An attack that burns [`ROUNDS`] first.
const fn burn(
    name: &'static str,
    doc: &'static str,
    module: fn() -> Vec<u8>,
    expect: Expectation,
) -> Attack {
    attack(name, doc, module, "run", || ROUNDS.to_le_bytes().to_vec(), expect)
}

/// An attack by a query.
const fn peek(
    name: &'static str,
    doc: &'static str,
    module: fn() -> Vec<u8>,
    expect: Expectation,
) -> Attack {
    attack(name, doc, module, query::PEEK, Vec::new, expect)
}

/// An attack by bad pointers or lengths.
const fn memory_access(
    name: &'static str,
    module: fn() -> Vec<u8>,
    expect: fn(&FailureKind) -> bool,
) -> Attack {
    run(name, "passes a pointer or a length that leads out of memory", module, Receipt(expect))
}

fn out_of_gas(kind: &FailureKind) -> bool {
    *kind == FailureKind::OutOfGas
}

fn overflow(kind: &FailureKind) -> bool {
    *kind == FailureKind::StackOverflow
}

fn call_depth(kind: &FailureKind) -> bool {
    calls::passed_on(kind, &FailureKind::CallDepth)
}

fn reentry(kind: &FailureKind) -> bool {
    calls::passed_on(kind, &FailureKind::Reentry)
}

fn unknown_method(kind: &FailureKind) -> bool {
    calls::passed_on(kind, &FailureKind::UnknownMethod)
}

fn write_in_query(kind: &FailureKind) -> bool {
    *kind == FailureKind::WriteInQuery || calls::passed_on(kind, &FailureKind::WriteInQuery)
}

fn bad_host_call(kind: &FailureKind) -> bool {
    *kind == FailureKind::BadHostCall
}

fn limit(kind: &FailureKind) -> bool {
    *kind == FailureKind::LimitExceeded
}

fn limit_or_gas(kind: &FailureKind) -> bool {
    limit(kind) || out_of_gas(kind)
}

fn limit_or_bad(kind: &FailureKind) -> bool {
    limit(kind) || bad_host_call(kind)
}

/// Any way in which a host refuses a call before it does something.
fn refused(kind: &FailureKind) -> bool {
    limit_or_bad(kind) || out_of_gas(kind)
}

fn panic(kind: &FailureKind) -> bool {
    matches!(kind, FailureKind::Panic(_)) || limit_or_bad(kind)
}

fn revert(kind: &FailureKind) -> bool {
    matches!(kind, FailureKind::Revert { code: 7, .. })
}

fn unreachable(kind: &FailureKind) -> bool {
    *kind == FailureKind::Trap(TrapKind::Unreachable)
}

fn zero(kind: &FailureKind) -> bool {
    *kind == FailureKind::Trap(TrapKind::DivisionByZero)
}

fn integer(kind: &FailureKind) -> bool {
    *kind == FailureKind::Trap(TrapKind::IntegerOverflow)
}

fn memory_trap(kind: &FailureKind) -> bool {
    *kind == FailureKind::Trap(TrapKind::MemoryOutOfBounds)
}

fn gas_or_memory_trap(kind: &FailureKind) -> bool {
    out_of_gas(kind) || memory_trap(kind)
}

fn null(kind: &FailureKind) -> bool {
    *kind == FailureKind::Trap(TrapKind::NullFunction)
}

fn signature(kind: &FailureKind) -> bool {
    *kind == FailureKind::Trap(TrapKind::BadSignature)
}

fn table(kind: &FailureKind) -> bool {
    *kind == FailureKind::Trap(TrapKind::TableOutOfBounds)
}
