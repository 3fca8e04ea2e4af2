//! Instrumented modules are valid and count: what each function charges, and that it gives it back
//! on every way out.

mod common;

use common::{bytes::sections, contract, gate, place::bodies, running};
use proptest::prelude::*;
use wasmparser::{BlockType, ExternalKind, Operator, Parser, Payload, ValType, Validator};
use weal_gate::{
    STACK_GLOBAL, STACK_LIMIT,
    profile::{FEATURES, FRAME_UNITS},
};

/// Instructions before the body and behind it.
const PROLOGUE: usize = 11;
const EPILOGUE: usize = 5;

fn operators(module: &[u8], function: usize) -> Vec<Operator<'_>> {
    let reader = bodies(module)[function].get_operators_reader().unwrap();
    reader.into_iter().map(Result::unwrap).collect()
}

/// The module that the gate makes of `module`.
fn instrumented(module: &[u8]) -> Vec<u8> {
    let checked = gate(module).unwrap_or_else(|refusal| panic!("{refusal}"));
    Validator::new_with_features(FEATURES).validate_all(&checked.instrumented).unwrap();
    checked.instrumented
}

/// Checks that `code` is `body` between the counter's instructions and with branches for returns;
/// gives the units that it charges.
fn charged(code: &[Operator<'_>], body: &[Operator<'_>], stack: u32, result: BlockType) -> u32 {
    assert_eq!(code.len(), PROLOGUE + body.len() + EPILOGUE);
    let Operator::I32Const { value: cost } = code[1] else { panic!("{:?}", code[1]) };
    let (get, set) = (Operator::GlobalGet { global_index: stack }, |global_index| {
        Operator::GlobalSet { global_index }
    });
    let prologue = [
        get.clone(),
        Operator::I32Const { value: cost },
        Operator::I32Add,
        set(stack),
        get.clone(),
        Operator::I32Const { value: STACK_LIMIT as i32 },
        Operator::I32GtU,
        Operator::If { blockty: BlockType::Empty },
        Operator::Unreachable,
        Operator::End,
        Operator::Block { blockty: result },
    ];
    assert_eq!(code[..PROLOGUE], prologue);
    let epilogue =
        [get, Operator::I32Const { value: cost }, Operator::I32Sub, set(stack), Operator::End];
    assert_eq!(code[PROLOGUE + body.len()..], epilogue);
    // Inside, `return` alone has changed, into a branch to the block around it all.
    let mut depth = 0;
    for (before, after) in body.iter().zip(&code[PROLOGUE..]) {
        match before {
            Operator::Return => assert_eq!(*after, Operator::Br { relative_depth: depth }),
            _ => assert_eq!(after, before),
        }
        match before {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => depth += 1,
            // The last one closes the function.
            Operator::End => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    cost as u32
}

/// The units that the only function of a module with this body charges.
fn cost(body: &str) -> u32 {
    let module = running(body);
    let after = instrumented(&module);
    charged(&operators(&after, 0), &operators(&module, 0), 0, BlockType::Empty)
}

#[test]
fn a_small_contract_passes_and_gains_the_counter() {
    let checked = gate(&contract("(func (param i32) (result i32) local.get 0 return)")).unwrap();
    Validator::new_with_features(FEATURES).validate_all(&checked.instrumented).unwrap();
    assert_eq!(checked.abi.contract, "Test");
    assert_eq!(checked.abi_hash, checked.abi.hash());
    assert_eq!((checked.size.functions, checked.size.initial_pages), (2, 1));
    assert_eq!(exports(&checked.instrumented).last().unwrap().0, STACK_GLOBAL);
}

/// Parameters, locals, the highest operand stack, two for each instruction that computes, and the
/// frame's own: each row is the body and what it costs above the frame.
#[test]
fn a_frame_costs_what_it_holds() {
    for (body, units) in [
        ("", 0),
        ("nop", 0),
        ("(local i32)", 1),
        ("(local i64 i32 i64)", 3),
        // Operands: the highest stack counts, not the sum.
        ("i32.const 0 drop", 1),
        ("i32.const 0 drop i32.const 0 drop", 1),
        ("i32.const 0 i64.const 0 drop drop", 2),
        ("i32.const 0 block i32.const 0 i32.const 0 drop drop end drop", 3),
        ("(local i32) local.get 0 local.get 0 drop drop", 3),
        ("(local i32) local.get 0 local.set 0", 2),
        ("(local i32) local.get 0 local.tee 0 drop", 2),
        // Instructions that compute: two each, whether or not their value is used.
        ("i32.const 0 i32.eqz drop", 3),
        ("i32.const 0 i32.eqz i32.eqz drop", 5),
        ("i32.const 0 i32.const 0 i32.add drop", 4),
        ("i32.const 0 i32.load drop", 3),
        ("i32.const 0 i32.const 0 i32.store", 4),
        ("i32.const 0 i32.const 0 i32.const 0 select drop", 5),
        ("memory.size drop", 3),
        ("call 0", 2),
        ("i32.const 0 i32.const 0 i32.const 0 memory.fill", 5),
        // Control flow computes nothing.
        ("block end", 0),
        ("loop end", 0),
        ("i32.const 0 if else end", 1),
        ("block br 0 end", 0),
        ("block i32.const 0 br_if 0 end", 1),
        ("block i32.const 0 br_table 0 0 end", 1),
        ("return", 0),
        ("unreachable", 0),
        // Nor does dead code go free.
        ("return i32.const 0 i32.eqz drop", 3),
    ] {
        assert_eq!(cost(body), FRAME_UNITS + units, "{body}");
    }
}

#[test]
fn parameters_and_results_count() {
    for (function, units, result) in [
        ("(func (param i32))", 1, BlockType::Empty),
        ("(func (param i32 i64) (local i32))", 3, BlockType::Empty),
        ("(func (result i32) i32.const 0)", 1, BlockType::Type(ValType::I32)),
        ("(func (result i64) i64.const 0 return)", 1, BlockType::Type(ValType::I64)),
        ("(func (param i64) (result i64) local.get 0)", 2, BlockType::Type(ValType::I64)),
    ] {
        let module = contract(function);
        let after = instrumented(&module);
        let found = charged(&operators(&after, 0), &operators(&module, 0), 0, result);
        assert_eq!(found, FRAME_UNITS + units, "{function}");
        // The other function is empty.
        let run = charged(&operators(&after, 1), &operators(&module, 1), 0, BlockType::Empty);
        assert_eq!(run, FRAME_UNITS, "{function}");
    }
}

#[test]
fn returns_at_every_depth_reach_the_end() {
    let nested = |depth: usize| {
        let open = ["block ", "loop ", "i32.const 1 if "];
        let open: String = (0..depth).map(|at| open[at % 3]).collect();
        format!("{open} return {} return", "end ".repeat(depth))
    };
    for depth in [0, 1, 2, 3, 127, 128, 1_024] {
        cost(&nested(depth));
    }
    cost("i32.const 0 if return else i32.const 1 if return end return end return nop return");
}

/// Names, kinds and indices.
fn exports(module: &[u8]) -> Vec<(String, ExternalKind, u32)> {
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload.unwrap() {
            let exports = section.into_iter().map(Result::unwrap);
            found.extend(exports.map(|export| (export.name.to_owned(), export.kind, export.index)));
        }
    }
    found
}

#[test]
fn the_counter_is_the_last_global_and_export() {
    for globals in [0, 1, 2, 64] {
        let module = contract(&"(global (mut i64) (i64.const 7))".repeat(globals));
        let after = instrumented(&module);
        let mut expected = exports(&module);
        expected.push((STACK_GLOBAL.into(), ExternalKind::Global, globals as u32));
        assert_eq!(exports(&after), expected);
        let stack = globals as u32;
        charged(&operators(&after, 0), &operators(&module, 0), stack, BlockType::Empty);
        let (_, section) = sections(&after).into_iter().find(|(id, _)| *id == 6).unwrap();
        let bytes = &after[section];
        assert_eq!(usize::from(bytes[0]), globals + 1);
        // A mutable i32 that starts at 0.
        assert!(bytes.ends_with(&[0x7f, 1, 0x41, 0, 0x0b]));
    }
}

#[test]
fn a_section_of_no_globals_is_filled() {
    let module = running("");
    let mut parts = Vec::new();
    for (id, range) in sections(&module) {
        if id == 7 {
            parts.push((6, &[0_u8][..]));
        }
        parts.push((id, &module[range]));
    }
    let with_empty = common::bytes::join(parts);
    assert_eq!(instrumented(&with_empty), instrumented(&module));
}

#[test]
fn a_module_without_functions_passes() {
    let module = common::with_abi(r#"(module (memory (export "memory") 1))"#, &[]);
    let after = instrumented(&module);
    assert_eq!(exports(&after).len(), 2);
}

#[test]
fn sections_are_otherwise_as_they_were() {
    let module = contract(
        r#"(import "weal" "gas_left" (func (result i64))) (table 3 funcref)
           (global i32 (i32.const 4)) (func $f (param i32)) (elem (i32.const 0) $f $f)
           (data (i32.const 8) "text") (@custom "extra" "bytes")"#,
    );
    let after = instrumented(&module);
    let others = |module: &[u8]| -> Vec<(u8, Vec<u8>)> {
        let others = sections(module).into_iter().filter(|(id, _)| ![0, 6, 7, 10].contains(id));
        others.map(|(id, range)| (id, module[range].to_vec())).collect()
    };
    assert_eq!(others(&after), others(&module));
    assert!(sections(&after).iter().all(|(id, _)| *id != 0));
}

/// A statement, and the units that it adds to those of the deepest stack.
#[derive(Clone, Debug)]
enum Statement {
    Nop,
    Assign(u32),
    Square(u32),
    Call,
    Block(Vec<Self>),
    Loop(Vec<Self>),
    Condition(Vec<Self>, Vec<Self>),
    Leave,
}

impl Statement {
    fn write(&self, locals: u32, out: &mut String) {
        match self {
            Self::Nop => out.push_str("nop "),
            Self::Assign(local) => {
                out.push_str(&format!("i64.const 5 local.set {} ", local % locals));
            }
            Self::Square(local) => {
                let at = local % locals;
                out.push_str(&format!("local.get {at} local.get {at} i64.mul local.set {at} "));
            }
            Self::Call => out.push_str("call 0 "),
            Self::Block(body) => Self::wrap("block ", body, locals, out),
            Self::Loop(body) => Self::wrap("loop ", body, locals, out),
            Self::Condition(then, other) => {
                out.push_str("i32.const 1 if ");
                then.iter().for_each(|statement| statement.write(locals, out));
                Self::wrap("else ", other, locals, out);
            }
            Self::Leave => out.push_str("return "),
        }
    }

    fn wrap(open: &str, body: &[Self], locals: u32, out: &mut String) {
        out.push_str(open);
        body.iter().for_each(|statement| statement.write(locals, out));
        out.push_str("end ");
    }

    /// The highest operand stack, and how many instructions compute.
    fn weight(&self) -> (u32, u32) {
        match self {
            Self::Nop | Self::Leave => (0, 0),
            Self::Assign(_) => (1, 0),
            Self::Square(_) => (2, 1),
            Self::Call => (0, 1),
            Self::Block(body) | Self::Loop(body) => Self::weights(body),
            Self::Condition(then, other) => {
                let (then, other) = (Self::weights(then), Self::weights(other));
                (then.0.max(other.0).max(1), then.1 + other.1)
            }
        }
    }

    fn weights(body: &[Self]) -> (u32, u32) {
        body.iter().map(Self::weight).fold((0, 0), |sum, more| (sum.0.max(more.0), sum.1 + more.1))
    }
}

fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let simple = prop_oneof![
        Just(Statement::Nop),
        any::<u32>().prop_map(Statement::Assign),
        any::<u32>().prop_map(Statement::Square),
        Just(Statement::Call),
        Just(Statement::Leave),
    ];
    let statement = simple.prop_recursive(5, 40, 6, |inner| {
        let body = proptest::collection::vec(inner, 0..6);
        prop_oneof![
            body.clone().prop_map(Statement::Block),
            body.clone().prop_map(Statement::Loop),
            (body.clone(), body).prop_map(|(then, other)| Statement::Condition(then, other)),
        ]
    });
    proptest::collection::vec(statement, 0..12)
}

/// How often each property is tried.
const CASES: u32 = 512;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn random_functions_charge_what_they_hold(body in statements(), locals in 1_u32..200) {
        let mut text = format!("(local {})", "i64 ".repeat(locals as usize));
        body.iter().for_each(|statement| statement.write(locals, &mut text));
        let (operands, computed) = Statement::weights(&body);
        prop_assert_eq!(cost(&text), FRAME_UNITS + locals + operands + 2 * computed);
    }
}
