//! The ABI document inside a module, and modules from compilers.

mod common;

use common::{
    abi,
    bytes::{HEADER, join, sections, with_abi_section},
    contract, gate, running,
};
use miniz_oxide::deflate::compress_to_vec;
use parity_scale_codec::Encode;
use proptest::prelude::*;
use wasmparser::{Parser, Payload};
use weal_gate::{Refusal, codes, embed_abi, package, profile, read_abi};
use weal_types::{
    abi::{Abi, Method},
    limit,
};

/// A module without a document, as a compiler and a linker write it.
const COMPILED: &str = r#"(module $token
    (type (func)) (import "weal" "gas_left" (func $gas_left (result i64)))
    (table 2 2 funcref) (memory (export "memory") 2)
    (global $stack (mut i32) (i32.const 65536))
    (global (export "__heap_base") i32 (i32.const 70000))
    (global (export "__data_end") i32 (i32.const 66000))
    (export "__indirect_function_table" (table 0))
    (func $pay (export "weal.pay") (call_indirect (i32.const 1)))
    (func $run (export "weal.run") (drop (call $gas_left)))
    (func $main (export "main"))
    (elem (i32.const 1) $main)
    (data (i32.const 65536) "text")
    (@custom "producers" "\00") (@custom ".debug_info" "bytes"))"#;

fn bare() -> Vec<u8> {
    wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "weal.run")))"#).unwrap()
}

fn code<T>(result: Result<T, Refusal>) -> Option<u16> {
    result.err().map(|refusal| refusal.code)
}

#[test]
fn a_compiled_module_is_packaged_and_passes() {
    let module = wat::parse_str(COMPILED).unwrap();
    let document = abi(&["run", "pay"]);
    assert_eq!(code(gate(&embed_abi(&module, &document))), Some(codes::EXPORT_EXTRA.code));
    let packaged = package(&module, &document).unwrap();
    let checked = gate(&packaged).unwrap();
    assert_eq!(checked.abi, document);
    let mut exports = Vec::new();
    let mut customs = Vec::new();
    for payload in Parser::new(0).parse_all(&packaged).map(Result::unwrap) {
        match payload {
            Payload::ExportSection(section) => {
                exports.extend(section.into_iter().map(|export| export.unwrap().name.to_owned()));
            }
            Payload::CustomSection(section) => customs.push(section.name().to_owned()),
            _ => {}
        }
    }
    assert_eq!(exports, ["memory", "weal.pay", "weal.run"]);
    assert_eq!(customs, ["weal.abi"]);
    // All else is what the compiler wrote.
    let kept = |module: &[u8]| -> Vec<(u8, Vec<u8>)> {
        let kept = sections(module).into_iter().filter(|(id, _)| ![0, 7].contains(id));
        kept.map(|(id, range)| (id, module[range].to_vec())).collect()
    };
    assert_eq!(kept(&packaged), kept(&module));
}

#[test]
fn packaging_twice_changes_nothing() {
    let once = package(&wat::parse_str(COMPILED).unwrap(), &abi(&["run", "pay"])).unwrap();
    assert_eq!(package(&once, &abi(&["run", "pay"])).unwrap(), once);
    // Another document replaces the first.
    let other = package(&once, &abi(&["other"])).unwrap();
    assert_eq!(read_abi(&other).unwrap(), abi(&["other"]));
    assert_eq!(package(&other, &abi(&["run", "pay"])).unwrap(), once);
}

#[test]
fn bytes_that_are_no_module_are_not_packaged() {
    let module = wat::parse_str(COMPILED).unwrap();
    for length in 0..module.len() {
        // Where a section ends, the rest may be missing.
        if let Ok(packaged) = package(&module[..length], &abi(&["run"])) {
            assert!(
                sections(&module).iter().any(|(_, range)| range.end == length) || length == HEADER
            );
            assert_eq!(read_abi(&packaged).unwrap(), abi(&["run"]));
        }
    }
    let mut behind = module;
    behind.push(0xff);
    assert!(package(&behind, &abi(&["run"])).is_err());
}

#[test]
fn embedding_keeps_all_other_bytes() {
    let module = wat::parse_str(COMPILED).unwrap();
    let once = embed_abi(&module, &abi(&["run"]));
    assert_eq!(once[..module.len()], module);
    // A second document takes the place of the first, wherever that was.
    let (documents, rest) = sections(&once)
        .into_iter()
        .partition::<Vec<_>, _>(|(_, range)| once[range.clone()].starts_with(b"\x08weal.abi"));
    assert_eq!(documents.len(), 1);
    let first = join(documents.into_iter().chain(rest).map(|(id, range)| (id, &once[range])));
    assert_eq!(embed_abi(&first, &abi(&["pay"])), embed_abi(&module, &abi(&["pay"])));
}

#[test]
fn sections_that_are_no_document_are_refused() {
    let document = abi(&["run"]).encode();
    let good = compress_to_vec(&document, 9);
    let with = |data: &[u8]| with_abi_section(&bare(), data);
    let stored = |content: &[u8]| with(&compress_to_vec(content, 0));
    let refused = |what: &str, module: Vec<u8>| {
        assert_eq!(code(read_abi(&module)), Some(codes::ABI_CONTENT.code), "{what}");
        assert_eq!(code(gate(&module)), Some(codes::ABI_CONTENT.code), "{what}");
    };
    assert_eq!(read_abi(&with(&good)), Ok(abi(&["run"])));
    assert_eq!(read_abi(&stored(&document)), Ok(abi(&["run"])));
    for length in 0..good.len() {
        refused("a document that is cut off", with(&good[..length]));
    }
    for length in 0..document.len() {
        refused("a document that ends early", stored(&document[..length]));
    }
    refused("bytes behind the deflated data", with(&[good.as_slice(), &[0]].concat()));
    refused("bytes behind the document", stored(&[document.as_slice(), &[0]].concat()));
    refused("no deflated data", with(&[0xff; 64]));
    let empty = compress_to_vec(&[], 9);
    refused("nothing", with(&empty));
    let zlib = [&[0x78, 0xda], good.as_slice(), &[0; 4]].concat();
    refused("another format of compression", with(&zlib));
}

#[test]
fn bombs_are_refused_before_they_inflate() {
    for (bytes, is_bomb) in
        [(limit::ABI_BYTES, false), (limit::ABI_BYTES + 1, true), (16 << 20, true)]
    {
        let data = compress_to_vec(&vec![0; bytes], 9);
        assert!(data.len() < 32 << 10);
        let refusal = read_abi(&with_abi_section(&bare(), &data)).unwrap_err();
        assert_eq!(refusal.code, codes::ABI_CONTENT.code);
        // What is not too long is read, and found to be no document.
        assert_eq!(refusal.message.contains("longer than"), is_bomb, "{bytes}: {refusal}");
    }
    // Many documents that inflate at once, each as large as it may be.
    let largest = compress_to_vec(&vec![0; limit::ABI_BYTES], 9);
    let mut module = with_abi_section(&bare(), &largest);
    for _ in 0..500 {
        module = with_abi_section(&module, &largest);
    }
    assert_eq!(code(gate(&module)), Some(codes::ABI_SECTION.code));
    assert_eq!(code(read_abi(&module)), Some(codes::ABI_SECTION.code));
}

#[test]
fn documents_are_read_from_modules_that_are_not_good() {
    let outside = contract("(func (drop (f32.const 0)))");
    assert!(gate(&outside).is_err());
    assert_eq!(read_abi(&outside), Ok(abi(&["run"])));
    assert_eq!(code(read_abi(&bare())), Some(codes::ABI_SECTION.code));
    assert_eq!(code(read_abi(&[])), Some(codes::INVALID.code));
    assert_eq!(code(read_abi(&running("")[..40])), Some(codes::INVALID.code));
}

#[test]
fn methods_and_exports_are_the_same_set() {
    let module = |exports: &[&str], methods: &[&str]| {
        let exports: String =
            exports.iter().map(|name| format!(r#"(export "weal.{name}" (func 0))"#)).collect();
        let text = format!(r#"(module (memory (export "memory") 1) (func) {exports})"#);
        code(gate(&embed_abi(&wat::parse_str(text).unwrap(), &abi(methods))))
    };
    let (missing, extra) = (Some(codes::EXPORT_MISSING.code), Some(codes::EXPORT_EXTRA.code));
    assert_eq!(module(&[], &[]), None);
    assert_eq!(module(&["a", "b"], &["b", "a"]), None);
    assert_eq!(module(&["a"], &["a", "b"]), missing);
    assert_eq!(module(&[], &["a"]), missing);
    assert_eq!(module(&["a"], &["A"]), missing);
    assert_eq!(module(&["a", "b"], &["a"]), extra);
    assert_eq!(module(&["a"], &[]), extra);
    // The first thing found is said: what is missing, then what is too much.
    assert_eq!(module(&["a"], &["b"]), missing);
}

#[test]
fn the_size_is_that_of_the_module() {
    let packaged = package(&wat::parse_str(COMPILED).unwrap(), &abi(&["run", "pay"])).unwrap();
    let size = gate(&packaged).unwrap().size;
    assert_eq!(size.module_bytes as usize, packaged.len());
    assert_eq!((size.functions, size.globals, size.table_entries), (3, 3, 2));
    assert_eq!((size.initial_pages, size.data_bytes, size.branch_targets), (2, 4, 0));
    let tables = running("(block (br_table 0 0 (i32.const 0))) (block (br_table 0 (i32.const 0)))");
    assert_eq!(gate(&tables).unwrap().size.branch_targets, 3);
}

/// Documents of methods with random names and texts.
fn documents() -> impl Strategy<Value = Abi> {
    let method = ("[a-z][a-z0-9_]{0,63}", "\\PC{0,40}", any::<bool>());
    (proptest::collection::vec(method, 0..24), "\\PC{0,200}", any::<u32>()).prop_map(
        |(methods, doc, version)| {
            let mut document = abi(&[]);
            document.doc = doc;
            document.layout.version = version;
            for (name, intent, reentrant) in methods {
                if document.methods.iter().all(|method| method.name != name) {
                    let method = abi(&[&name]).methods.remove(0);
                    document.methods.push(Method { intent, reentrant, ..method });
                }
            }
            document
        },
    )
}

/// How often each property is tried.
const CASES: u32 = 256;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn a_document_comes_out_as_it_went_in(document in documents()) {
        prop_assert!(document.methods.len() <= profile::ABI_ITEMS);
        let module = embed_abi(&bare(), &document);
        prop_assert_eq!(read_abi(&module), Ok(document.clone()));
        prop_assert_eq!(embed_abi(&module, &document), module.clone());
        let packaged = package(&module, &document);
        prop_assert_eq!(packaged.ok().as_deref().map(read_abi), Some(Ok(document)));
    }

    #[test]
    fn no_bytes_in_a_section_make_a_panic(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        for module in [
            with_abi_section(&bare(), &data),
            with_abi_section(&bare(), &compress_to_vec(&data, 0)),
        ] {
            if let Ok(document) = read_abi(&module) {
                prop_assert_eq!(read_abi(&embed_abi(&bare(), &document)), Ok(document));
            }
        }
    }
}
