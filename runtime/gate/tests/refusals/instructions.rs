//! Every instruction of WebAssembly 1.0 and some of what came later: those of the profile pass,
//! and the others are refused by name.

use weal_gate::codes;

use crate::common::{gate, place::At, running};

const MEMORY: &str = "memory.size drop|i32.const 0 memory.grow drop|\
    i32.const 0 i32.const 0 i32.const 0 memory.copy|\
    i32.const 0 i32.const 0 i32.const 0 memory.fill";

const COMPARISONS: &str = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const BINARY: &str = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";

/// Bodies with the instructions of the profile.
fn inside() -> Vec<String> {
    let mut bodies: Vec<String> = MEMORY.split('|').map(Into::into).collect();
    for kind in ["i32", "i64"] {
        for operation in BINARY.split(' ').chain(COMPARISONS.split(' ')) {
            bodies.push(format!("{kind}.const 7 {kind}.const 7 {kind}.{operation} drop"));
        }
        for operation in ["eqz", "clz", "ctz", "popcnt", "extend8_s", "extend16_s"] {
            bodies.push(format!("{kind}.const 7 {kind}.{operation} drop"));
        }
        for load in ["load", "load8_s", "load8_u", "load16_s", "load16_u"] {
            bodies.push(format!("i32.const 0 {kind}.{load} offset=4 drop"));
        }
        for store in ["store", "store8", "store16"] {
            bodies.push(format!("i32.const 0 {kind}.const 7 {kind}.{store}"));
        }
        bodies.push(format!("{kind}.const 1 {kind}.const 2 i32.const 0 select drop"));
    }
    for body in [
        "i32.const 0 i64.load32_s drop",
        "i32.const 0 i64.load32_u drop",
        "i32.const 0 i64.const 0 i64.store32",
        "i64.const 0 i32.wrap_i64 drop",
        "i64.const 0 i64.extend32_s drop",
        "i32.const 0 i64.extend_i32_s drop",
        "i32.const 0 i64.extend_i32_u drop",
        "block nop br 0 end",
        "block i32.const 0 br_if 0 end",
        "block i32.const 0 br_table 0 0 end",
        "loop end",
        "i32.const 0 if unreachable else return end",
        "call 0",
    ] {
        bodies.push(body.into());
    }
    bodies
}

#[test]
fn the_instructions_of_the_profile_pass() {
    for body in inside() {
        if let Err(refusal) = gate(&running(&body)) {
            panic!("{body}: {refusal}");
        }
    }
}

/// Bodies whose last instruction lies outside the profile, and how it is called.
fn outside() -> Vec<(String, String)> {
    let mut bodies = Vec::new();
    let mut last = |before: &str, instruction: &str| {
        let name = instruction.split(' ').next().unwrap_or_default();
        bodies.push((format!("{before} {instruction}"), name.to_owned()));
    };
    // What they take does not matter: in dead code there is any value.
    for kind in ["f32", "f64"] {
        last("unreachable", &format!("{kind}.const 0"));
        for operation in
            "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign eq \
             ne lt gt le ge load store convert_i32_s convert_i32_u convert_i64_s convert_i64_u"
                .split_ascii_whitespace()
        {
            last("unreachable", &format!("{kind}.{operation}"));
        }
        for target in ["i32", "i64"] {
            for operation in ["trunc", "trunc_sat"] {
                last("unreachable", &format!("{target}.{operation}_{kind}_s"));
                last("unreachable", &format!("{target}.{operation}_{kind}_u"));
            }
        }
    }
    for instruction in [
        "f32.demote_f64",
        "f64.promote_f32",
        "i32.reinterpret_f32",
        "i64.reinterpret_f64",
        "f32.reinterpret_i32",
        "f64.reinterpret_i64",
        "ref.null func",
        "ref.is_null",
        "memory.atomic.notify",
        "i32.atomic.load",
        "i64.atomic.rmw.add",
        "atomic.fence",
        "throw_ref",
        "call_ref 0",
        "return_call 0",
        "ref.eq",
        "i31.get_s",
        "i64.add128",
        "i64.mul_wide_s",
    ] {
        last("unreachable", instruction);
    }
    bodies
}

#[test]
fn other_instructions_are_refused_by_name() {
    for (body, name) in outside() {
        let module = running(&body);
        let refusal = gate(&module).expect_err(&body);
        assert_eq!(refusal.code, codes::INSTRUCTION.code, "{body}: {refusal}");
        // Names differ from those of the text format in dots of longer ones alone.
        let said = refusal.message.strip_prefix("wasm uses ").unwrap_or_default();
        assert_eq!(said.replace('.', "_"), name.replace('.', "_"), "{body}: {refusal}");
        assert!(At::Operator(0, 1).is(&module, refusal.offset), "{body}: {refusal}");
        assert_eq!(refusal.function.as_deref(), Some("run"), "{body}: {refusal}");
    }
}

#[test]
fn simd_is_refused_whether_the_parser_knows_it_or_not() {
    for body in ["v128.const i64x2 0 0", "unreachable i32x4.add", "unreachable v128.load"] {
        let refusal = gate(&running(&format!("{body} drop"))).expect_err(body);
        assert_eq!(refusal.code, codes::INSTRUCTION.code, "{body}: {refusal}");
        assert_eq!(refusal.function.as_deref(), Some("run"), "{body}: {refusal}");
        assert!(refusal.offset.is_some(), "{body}: {refusal}");
    }
}
