//! The table of codes in the documentation is the one of the code, and it has what people need.

use std::{env, fs, path::Path};

use weal_gate::codes::{RULES, reference, rule};

/// The document changes on purpose only: `WEAL_GOLDEN=write cargo test -p weal-gate --test golden`.
#[test]
fn the_document_of_codes_is_the_golden_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/gate-codes.md");
    if env::var("WEAL_GOLDEN").is_ok_and(|mode| mode == "write") {
        fs::write(&file, reference()).expect("the file can be written");
    }
    let golden = fs::read_to_string(&file).expect("the golden file is there");
    assert_eq!(reference(), golden, "{}: see the comment above this test", file.display());
}

#[test]
fn codes_and_names_are_given_once_and_say_what_to_do() {
    for (at, found) in RULES.iter().enumerate() {
        let context = format!("E{} {}", found.code, found.name);
        assert!((1_100..1_200).contains(&found.code), "{context}");
        assert_eq!(rule(found.code), Some(*found), "{context}");
        assert!(RULES[..at].iter().all(|earlier| earlier.code < found.code), "{context}");
        assert!(RULES[..at].iter().all(|earlier| earlier.name != found.name), "{context}");
        assert!(found.doc.ends_with('.') && !found.remedy.is_empty(), "{context}");
        // A cell of the table ends at a bar or at the end of the line.
        let texts = [found.name, found.doc, found.remedy];
        assert!(!texts.iter().any(|text| text.contains(['|', '\n'])), "{context}");
    }
    assert_eq!(rule(1_100), None);
    assert_eq!(rule(1_199), None);
}
