//! The ABI documents of the system contracts: as golden files, and against the code behind them.

mod conform;

use std::{fs, path::Path, sync::Arc};

use conform::{Fill, check_failure, check_result, sample_fields};
use weal_fixtures::{Chain, raw_call};
use weal_runtime::{CallMode, CallOutput, system};
use weal_types::{Gas, abi::Method, receipt::FailureKind};

/// Documents change on purpose only: `WEAL_GOLDEN=write cargo test -p weal-runtime --test
/// system_abi`.
#[test]
fn documents_are_the_golden_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/abi");
    let write = std::env::var_os("WEAL_GOLDEN").is_some_and(|mode| mode == "write");
    for system in system::SYSTEM {
        let file = folder.join(format!("{}.json", system.name));
        let abi = (system.abi)();
        if write {
            fs::create_dir_all(&folder).expect("the folder can be made");
            fs::write(&file, abi.to_json()).expect("the file can be written");
        }
        let golden = fs::read_to_string(&file).expect("the golden file is there");
        assert_eq!(abi.to_json(), golden, "{}: see the comment above this test", file.display());
        assert_eq!(weal_types::abi::Abi::from_json(&golden).expect("a document"), abi);
    }
}

#[test]
fn every_text_for_people_is_there() {
    for system in system::SYSTEM {
        let abi = (system.abi)();
        for method in &abi.methods {
            assert!(!method.doc.is_empty(), "{}.{}", system.name, method.name);
            let calls = method.kind == weal_types::abi::MethodKind::Call;
            assert_eq!(calls, !method.intent.is_empty(), "{}.{}", system.name, method.name);
            check_template(&method.intent, method.args.iter().map(|arg| arg.name.as_str()));
            let labelled = method.args.iter().all(|arg| !arg.meaning.label.is_empty());
            assert!(labelled, "{}.{}", system.name, method.name);
        }
        for error in &abi.errors {
            check_template(&error.message, error.fields.iter().map(|field| field.name.as_str()));
        }
        assert!(abi.events.iter().all(|event| !event.doc.is_empty()));
    }
}

/// Each `{name}` in a sentence names a value that is there.
fn check_template<'a>(text: &str, names: impl Iterator<Item = &'a str>) {
    let names: Vec<_> = names.collect();
    for part in text.split('{').skip(1) {
        let (name, _) = part.split_once('}').expect("a brace is closed");
        assert!(names.contains(&name), "`{text}` names `{name}`");
    }
}

/// Arguments as the documents describe them are understood, and no others.
#[test]
fn arguments_and_results_are_as_described() {
    let chain = Chain::devnet();
    for system in system::SYSTEM {
        let abi = (system.abi)();
        for method in &abi.methods {
            for fill in [Fill::Least, Fill::Most] {
                let mut args = Vec::new();
                sample_fields(&abi, &method.args, fill, &mut args);
                let output = try_call(&chain, system, method, args.clone());
                match output.result {
                    Ok(result) => {
                        check_result(&abi, method, &result);
                        output.events.iter().for_each(conform::check_event);
                    }
                    Err(error) => {
                        let name = format!("{}.{} {fill:?}", system.name, method.name);
                        assert_ne!(error.kind, FailureKind::BadArguments, "{name}");
                        check_failure(&abi, method, &error.kind);
                    }
                }
                let shorter = args.split_last().map(|(_, shorter)| shorter.to_vec());
                let longer = [args.as_slice(), &[0]].concat();
                for bad in shorter.into_iter().chain([longer]) {
                    let error = try_call(&chain, system, method, bad).result.expect_err("refused");
                    assert_eq!(error.kind, FailureKind::BadArguments, "{}", method.name);
                }
            }
        }
    }
}

fn try_call(chain: &Chain, system: &system::System, method: &Method, args: Vec<u8>) -> CallOutput {
    let call = raw_call(system.id, &method.name, args);
    let snapshot = Arc::new(chain.state.clone());
    let (caller, gas) = (Chain::governance().id(), Gas(40_000_000));
    chain
        .runtime
        .call(&chain.next(), caller, &call, gas, CallMode::DryRun, snapshot)
        .expect("the host does not fail")
}
