//! What a refusal says to a person: names that help, and none that harm.

use wasm_encoder::{ExportKind, ExportSection, NameMap, NameSection, Section};
use weal_gate::{codes, embed_abi};

use crate::common::{abi, bytes::with_content, contract, gate, with_abi};

/// A module whose function 0 is wrong and has these fields.
fn wrong(attributes: &str) -> Vec<u8> {
    contract(&format!("(func {attributes} (drop (local.get 9)))"))
}

fn named(module: &[u8]) -> Option<String> {
    gate(module).unwrap_err().function
}

/// `module` with a name for function 0.
fn with_name(module: &[u8], name: &str) -> Vec<u8> {
    let mut functions = NameMap::new();
    functions.append(0, name);
    let mut names = NameSection::new();
    names.functions(&functions);
    let mut out = module.to_vec();
    names.append_to(&mut out);
    out
}

#[test]
fn functions_are_called_by_their_name_or_export_or_number() {
    assert_eq!(named(&wrong("")).as_deref(), Some("#0"));
    assert_eq!(named(&wrong(r#"(export "weal.pay")"#)).as_deref(), Some("pay"));
    assert_eq!(named(&wrong(r#"(export "pay")"#)).as_deref(), Some("pay"));
    assert_eq!(named(&wrong("$pay")).as_deref(), Some("pay"));
    assert_eq!(named(&wrong(r#"$name (export "weal.pay")"#)).as_deref(), Some("name"));
    // Imports are counted first.
    let import = r#"(import "weal" "gas_left" (func (result i64)))"#;
    let module = contract(&format!("{import} (func) (func (drop (local.get 9)))"));
    assert_eq!(named(&module).as_deref(), Some("#2"));
}

/// Whether a text would do no harm on a terminal.
fn is_plain(text: &str) -> bool {
    text.chars().count() <= 400
        && text.lines().count() == 2
        && !text.replace('\n', "").chars().any(char::is_control)
        && !text.contains(['\u{202e}', '\u{2066}', '\u{200b}'])
}

const EVIL: &str = "a\u{1b}[2J\r\n\u{7}\u{202e}\u{2066}\u{200b}";

#[test]
fn texts_of_the_module_are_shown_short_and_plain() {
    let evil = EVIL.repeat(1_000);
    let exported = |names: &[&str]| {
        let module = contract("(func)");
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        names.iter().for_each(|name| {
            exports.export(name, ExportKind::Func, 0);
        });
        let mut section = Vec::new();
        wasm_encoder::Encode::encode(&exports, &mut section);
        // Behind the section's length.
        let length = section.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
        with_content(&module, 7, &section[length..])
    };
    let import = {
        let text: String = evil.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        contract(&format!("(import \"weal\" \"{text}\" (func))"))
    };
    let mut document = abi(&["run"]);
    document.contract.clone_from(&evil);
    let module = wat::parse_str(r#"(module (memory (export "memory") 1))"#).unwrap();
    for (what, module, code) in [
        ("function", with_name(&wrong(""), &evil), codes::INVALID),
        ("import", import, codes::IMPORT_UNKNOWN),
        ("export", exported(&["weal.run", &evil]), codes::EXPORT_EXTRA),
        ("export twice", exported(&[&evil, &evil]), codes::INVALID),
        ("document", embed_abi(&module, &document), codes::ABI_CONTENT),
        ("header", b"\0ASM\x01\0\0\0".to_vec(), codes::INVALID),
    ] {
        let refusal = gate(&module).unwrap_err();
        assert_eq!(refusal.code, code.code, "{what}: {refusal}");
        assert!(is_plain(&refusal.to_string()), "{what}: {refusal:?}");
    }
}

#[test]
fn what_harms_nobody_is_shown_as_it_is() {
    let name = r#"<T as Mul<'a>>::é_"x"\y"#;
    assert_eq!(named(&with_name(&wrong(""), name)).as_deref(), Some(name));
}

#[test]
fn a_refusal_has_the_form_of_the_documentation() {
    let text = r#"(module (memory (export "memory") 1)
        (func (export "weal.pay") (drop (f64.add (f64.const 1) (f64.const 2)))))"#;
    let refusal = gate(&with_abi(text, &["pay"])).unwrap_err();
    let offset = refusal.offset.unwrap();
    assert_eq!(
        refusal.to_string(),
        format!(
            "error[E1107]: wasm uses f64.const (function `pay`, offset {offset:#x}); this chain's \
             profile is weal-1\n  next  weal build   (sets the compiler's features); use integers \
             or fixed point instead of floats"
        )
    );
}
