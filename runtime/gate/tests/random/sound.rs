//! What holds for every module, whether it passes or not.

use wasmparser::{ExternalKind, Operator, Parser, Payload, Validator};
use weal_gate::{
    ChainProfile, CheckedModule, STACK_GLOBAL, check, codes,
    profile::{FEATURES, FRAME_UNITS},
};

use crate::common::{CHAIN, bytes::sections, place::bodies};

/// Checks `module` in every way and gives the code of its refusal, or 0.
pub fn checked(what: &str, module: &[u8]) -> u16 {
    let first = check(module, CHAIN);
    assert_eq!(first, check(module, CHAIN), "{what}");
    match first {
        Ok(checked) => {
            pass(what, module, &checked);
            // Whatever passes on a chain passes on a devnet.
            let devnet = check(module, ChainProfile { devnet: true });
            assert_eq!(devnet.as_ref(), Ok(&checked), "{what}");
            0
        }
        Err(refusal) => {
            let rule = codes::rule(refusal.code).unwrap_or_else(|| panic!("{what}: {refusal}"));
            assert_eq!((refusal.rule, refusal.remedy), (rule.name, rule.remedy), "{what}");
            assert!(refusal.offset.is_none_or(|offset| offset <= module.len()), "{what}");
            assert_eq!(refusal.to_string().lines().count(), 2, "{what}: {refusal:?}");
            refusal.code
        }
    }
}

/// What holds for a module that passed.
fn pass(what: &str, module: &[u8], checked: &CheckedModule) {
    let after = &checked.instrumented;
    let valid = Validator::new_with_features(FEATURES).validate_all(after);
    valid.unwrap_or_else(|error| panic!("{what}: {error}"));

    let mut exported = exports(module);
    let stack = checked.size.globals;
    exported.push((STACK_GLOBAL.to_owned(), ExternalKind::Global, stack));
    assert_eq!(exports(after), exported, "{what}");

    // Imports, tables, memories and segments are copied; custom sections are dropped.
    let copied = |module: &[u8]| -> Vec<(u8, Vec<u8>)> {
        let copied = sections(module).into_iter().filter(|(id, _)| ![0, 6, 7, 10].contains(id));
        copied.map(|(id, range)| (id, module[range].to_vec())).collect()
    };
    assert_eq!(copied(after), copied(module), "{what}");
    assert!(sections(after).iter().all(|(id, _)| *id != 0), "{what}");

    let (before, bodies) = (bodies(module), bodies(after));
    assert_eq!(before.len(), bodies.len(), "{what}");
    assert_eq!(before.len() as u32, checked.size.functions, "{what}");
    for body in bodies {
        let read = body.get_operators_reader().unwrap().into_iter();
        counts(what, &read.map(Result::unwrap).collect::<Vec<_>>(), stack);
    }
    assert_eq!(checked.size.module_bytes as usize, module.len(), "{what}");
    assert_eq!(checked.abi_hash, checked.abi.hash(), "{what}");
}

/// Each function raises the counter by what it lowers it by, and nothing else touches it or leaves
/// without passing the end.
fn counts(what: &str, code: &[Operator<'_>], stack: u32) {
    let raised = match code {
        [
            Operator::GlobalGet { .. },
            Operator::I32Const { value },
            Operator::I32Add,
            Operator::GlobalSet { .. },
            ..,
        ] => *value,
        _ => panic!("{what}: {code:?}"),
    };
    let lowered = match code {
        [
            ..,
            Operator::End,
            Operator::GlobalGet { .. },
            Operator::I32Const { value },
            Operator::I32Sub,
            Operator::GlobalSet { .. },
            Operator::End,
        ] => *value,
        _ => panic!("{what}: {code:?}"),
    };
    assert_eq!(raised, lowered, "{what}");
    assert!(raised as u32 >= FRAME_UNITS, "{what}: {raised}");
    let is_stack = |operator: &&Operator<'_>| {
        matches!(
            operator,
            Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index }
                if *global_index == stack
        )
    };
    assert_eq!(code.iter().filter(is_stack).count(), 5, "{what}");
    assert!(!code.contains(&Operator::Return), "{what}");
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
