//! Programs that stress a host function, or what it does to the state and the disk.

use std::time::Instant;

use parity_scale_codec::Encode;
use weal_fixtures::{Signer, call, raw_call};
use weal_types::{
    AccountId, ContractId, Gas,
    host::{CallRequest, HOST_FUNCTIONS, ValueType},
    transaction::MessageForm,
};

use super::{
    lab::{Cost, KEY_STEP, Lab, asset, holder},
    row,
};
use crate::report::Row;

/// One row per function of the table.
pub fn rows(lab: &mut Lab) -> Vec<Row> {
    HOST_FUNCTIONS
        .iter()
        .map(|function| row(&format!("host_{}", function.name), worst(lab, function.name)))
        .collect()
}

/// The worst of the programs for a function.
fn worst(lab: &mut Lab, name: &str) -> f64 {
    if let Some(ratio) = special(lab, name) {
        return ratio;
    }
    let cases: Vec<_> = cases(name);
    assert!(!cases.is_empty(), "no program for {name}");
    let ratios = cases.into_iter().map(|(data, step, repeat)| {
        let contract = lab.deploy(&program(&[name], &data, &step));
        lab.ratio(contract, repeat)
    });
    ratios.fold(0.0, f64::max)
}

/// Data at address 1,024; a step; how often. `$n` counts up from 0, and the 8 bytes at address 16
/// are `$n` times [`KEY_STEP`].
type Case = (Vec<u8>, String, u32);

fn cases(name: &str) -> Vec<Case> {
    let step = |text: &str, repeat| (Vec::new(), text.to_owned(), repeat);
    match name {
        "args" => vec![step("(drop (call $args (i32.const 64) (i32.const 4)))", 300_000)],
        "take" => vec![step("(drop (call $take (i32.const 64) (i32.const 4)))", 300_000)],
        "ret" => vec![
            step("(call $ret (i32.const 64) (i32.const 0))", 300_000),
            step("(call $ret (i32.const 64) (i32.const 65536))", 5_000),
        ],
        "context" => vec![step("(drop (call $context (i32.const 64) (i32.const 256)))", 300_000)],
        "attached" => vec![step("(drop (call $attached (i32.const 64) (i32.const 256)))", 300_000)],
        "gas_left" => vec![step("(drop (call $gas_left))", 300_000)],
        // Names 11 bytes, no topics (one zero byte); the limit of 1,024 events ends the
        // transaction.
        "emit" => vec![
            (b"Transferred\0".to_vec(), emit(0), 1_000),
            (b"Transferred\0".to_vec(), emit(16_384), 15),
        ],
        "sha256" | "blake2b_256" | "keccak_256" => vec![
            step(&format!("(call ${name} (i32.const 64) (i32.const 0) (i32.const 64))"), 100_000),
            step(&format!("(call ${name} (i32.const 64) (i32.const 65536) (i32.const 64))"), 200),
        ],
        "sr25519_verify" | "ed25519_verify" => vec![verify(name)],
        "log" => vec![step("(call $log (i32.const 64) (i32.const 1))", 1_000)],
        "balance" => {
            let data = [holder().0, asset().0].concat();
            vec![(
                data,
                "(call $balance (i32.const 1024) (i32.const 1056) (i32.const 64))".into(),
                100_000,
            )]
        }
        "transfer" => {
            // To somebody else every time: the account at 1,024 starts with the counter.
            let data = [[3; 32].as_slice(), &asset().0, &1_u128.to_le_bytes()].concat();
            let step = "(i64.store (i32.const 1024) (i64.load (i32.const 16)))
                (drop (call $transfer (i32.const 1024) (i32.const 1056) (i32.const 1088)))";
            vec![(data, step.into(), 1_000)]
        }
        _ => vec![],
    }
}

fn emit(bytes: u32) -> String {
    format!(
        "(call $emit (i32.const 1024) (i32.const 11) (i32.const 1035) (i32.const 1)
            (i32.const 2048) (i32.const {bytes}))"
    )
}

/// A signature that holds: one that does not is no more work.
fn verify(name: &str) -> Case {
    let message = [9; 32];
    let (key, signature) = match name {
        "sr25519_verify" => {
            let signed = Signer::new(4).sign_message(&message, MessageForm::Bare);
            (signed.key.0, signed.signature)
        }
        _ => {
            use ed25519_dalek::{Signer as _, SigningKey};
            let key = SigningKey::from_bytes(&[4; 32]);
            (key.verifying_key().to_bytes(), key.sign(&message).to_bytes())
        }
    };
    let data = [key.as_slice(), &message, &signature].concat();
    let step = format!(
        "(if (i32.eqz (call ${name} (i32.const 1024) (i32.const 1056) (i32.const 32)
            (i32.const 1088))) (then unreachable))"
    );
    (data, step, 500)
}

/// Functions whose cost is not only in the call.
fn special(lab: &mut Lab, name: &str) -> Option<f64> {
    match name {
        "get" => Some(on_full_storage(lab, name, GET, 20_000)),
        "range" => Some(on_full_storage(lab, name, RANGE, 4_000)),
        "put" => Some(written(lab, &[name], PUT)),
        "remove" => Some(written(lab, &[name], REMOVE)),
        "call" => Some(nested(lab)),
        "revert" | "panic" => Some(ending(lab, name)),
        _ => None,
    }
}

const GET: &str =
    "(drop (call $get (i32.const 16) (i32.const 8) (i32.const 4096) (i32.const 256)))";
/// A page of one entry from a random place: a seek in every file of the database.
const RANGE: &str = "(drop (call $range (i32.const 16) (i32.const 8) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 1) (i32.const 4096) (i32.const 512)))";
const PUT: &str = "(call $put (i32.const 16) (i32.const 8) (i32.const 2048) (i32.const 100))";
const REMOVE: &str = "(call $remove (i32.const 16) (i32.const 8))";

fn on_full_storage(lab: &mut Lab, name: &str, step: &str, repeat: u32) -> f64 {
    let contract = lab.deploy(&program(&[name], &[], step));
    lab.fill(contract);
    lab.ratio(contract, repeat)
}

/// Writes are paid for when they are made, and cost most when the block is committed: both are
/// counted.
fn written(lab: &mut Lab, imports: &[&str], step: &str) -> f64 {
    const KEYS: u32 = 4_000;
    let contract = lab.deploy(&program(imports, &[], step));
    lab.fill(contract);
    let call = raw_call(contract, "run", KEYS.encode());
    let rounds = (0..3).map(|_| {
        let start = Instant::now();
        let output = lab.dry_run(&call);
        lab.commit(output.changes.clone());
        start.elapsed().as_secs_f64() * 1e9 / output.gas_used.0 as f64
    });
    crate::report::best(rounds)
}

/// Calls of a contract that does nothing, and of a system contract.
fn nested(lab: &mut Lab) -> f64 {
    let nothing = lab.deploy(&program(&[], &[], ""));
    let requests = [
        raw_call(nothing, "run", 1_u32.encode()),
        call(weal_runtime::system::ACCOUNTS, "is_registrar", &AccountId([1; 32])),
        raw_call(ContractId([0xee; 32]), "run", vec![]),
    ];
    let ratios = requests.map(|call| {
        let request = CallRequest { call, gas: Gas(1_000_000) }.encode();
        let step = format!(
            "(drop (call $call (i32.const 1024) (i32.const {}) (i32.const 4096) (i32.const 512)))",
            request.len()
        );
        let contract = lab.deploy(&program(&["call"], &request, &step));
        lab.ratio(contract, 10_000)
    });
    ratios.into_iter().fold(0.0, f64::max)
}

/// Functions that end the frame: a caller catches a callee that does nothing else.
fn ending(lab: &mut Lab, name: &str) -> f64 {
    let step = match name {
        "revert" => "(call $revert (i32.const 1) (i32.const 64) (i32.const 1024))",
        _ => "(call $panic (i32.const 64) (i32.const 1024))",
    };
    let failing = lab.deploy(&program(&[name], &[], step));
    let request =
        CallRequest { call: raw_call(failing, "run", 1_u32.encode()), gas: Gas(1_000_000) };
    let request = request.encode();
    let step = format!(
        "(drop (call $call (i32.const 1024) (i32.const {}) (i32.const 4096) (i32.const 2048)))",
        request.len()
    );
    let contract = lab.deploy(&program(&["call"], &request, &step));
    lab.ratio(contract, 10_000)
}

/// A contract that repeats `step` as often as its argument says.
fn program(imports: &[&str], data: &[u8], step: &str) -> String {
    let data: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let mut names: Vec<&str> = vec!["args"];
    names.extend(imports.iter().filter(|name| **name != "args"));
    let imports: String = names.into_iter().map(import).collect();
    format!(
        r#"{imports}
        (memory (export "memory") 16)
        (data (i32.const 1024) "{data}")
        (func (export "weal.run") (local $n i32) (local $count i32)
            (drop (call $args (i32.const 0) (i32.const 4)))
            (local.set $count (i32.load (i32.const 0)))
            (loop $again
                (i64.store (i32.const 16)
                    (i64.mul (i64.extend_i32_u (local.get $n)) (i64.const {step_of_keys})))
                {step}
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $n) (local.get $count)))))"#,
        step_of_keys = KEY_STEP.cast_signed(),
    )
}

/// The import of a host function, from the table.
fn import(name: &str) -> String {
    let function = weal_types::host::host_function(name).expect("a row of the table");
    let text = |kind: ValueType| match kind {
        ValueType::I32 => "i32",
        ValueType::I64 => "i64",
    };
    let params: Vec<_> = function.params.iter().map(|(_, kind)| text(*kind)).collect();
    let result = function.result.map(|kind| format!("(result {})", text(kind)));
    format!(
        r#"(import "weal" "{name}" (func ${name} (param {}) {}))"#,
        params.join(" "),
        result.unwrap_or_default()
    )
}

impl Lab {
    /// What many calls of a contract from one frame cost, each in an instance of its own.
    pub fn repeated_calls(&mut self, contract: ContractId) -> Cost {
        let call = raw_call(contract, "run", 1_u32.encode());
        let request = CallRequest { call, gas: Gas(u64::MAX / 8) }.encode();
        let step = format!(
            "(drop (call $call (i32.const 1024) (i32.const {}) (i32.const 4096) (i32.const 512)))",
            request.len()
        );
        let caller = self.deploy(&program(&["call"], &request, &step));
        let _warm = self.cost(caller, &100_u32);
        self.cost(caller, &2_000_u32)
    }
}
