//! Contracts from source to an address.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use parity_scale_codec::Decode;
use serde_json::{Value, json};
use weal_client::{Codec, keys::KeyPair};
use weal_types::{CodeHash, ContractId, abi::Abi, address::Address};

use crate::desk::{Desk, account};

/// The system contract that keeps contracts.
const CONTRACTS: ContractId = ContractId::system(3);

/// Bytes of a module that one transaction carries; a longer one goes in parts.
const PART_BYTES: usize = 100_000;

/// A built contract.
pub struct Module {
    /// The module, as it is uploaded.
    pub wasm: Vec<u8>,
    /// Its description.
    pub abi: Abi,
}

/// Builds the package of this workspace called `name` with `weal build`, which lies beside this
/// program.
pub fn build(name: &str, out: &Path) -> Result<Module> {
    let weal = env::current_exe()?.with_file_name("weal");
    let manifest = root()?.join("contracts").join(name).join("Cargo.toml");
    let output = Command::new(&weal)
        .args(["build", "--manifest-path"])
        .arg(&manifest)
        .arg("--out")
        .arg(out)
        .output()
        .with_context(|| format!("running {}", weal.display()))?;
    if !output.status.success() {
        bail!("weal build {name}:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    read(name, out)
}

/// Reads what `weal build --out` has written.
pub fn read(name: &str, out: &Path) -> Result<Module> {
    let file = |end: &str| {
        let path = out.join(format!("{}.{end}", name.replace('-', "_")));
        fs::read(&path).with_context(|| path.display().to_string())
    };
    let wasm = file("wasm")?;
    let abi = Abi::from_json(&String::from_utf8(file("abi.json")?)?)?;
    Ok(Module { wasm, abi })
}

/// The checkout that this program was built from.
fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map(Path::to_owned).context("tools/demo lies two levels deep")
}

/// Uploads and deploys a module whose constructor takes `init`.
pub fn deploy(desk: &Desk, who: &KeyPair, module: &Module, init: &Value) -> Result<ContractId> {
    let code = CodeHash::of(&module.wasm);
    let code_text = format!("0x{}", hex::encode(code.0));
    let hex_of = |bytes: &[u8]| format!("0x{}", hex::encode(bytes));
    if module.wasm.len() <= PART_BYTES {
        desk.call(who, CONTRACTS, "upload", json!([hex_of(&module.wasm)]), &[])?;
    } else {
        let parts: Vec<_> = module.wasm.chunks(PART_BYTES).collect();
        for (index, part) in parts.iter().enumerate() {
            desk.call(who, CONTRACTS, "stage", json!([code_text, index, hex_of(part)]), &[])?;
        }
        desk.call(who, CONTRACTS, "upload_staged", json!([code_text, parts.len()]), &[])?;
    }
    let constructor =
        module.abi.methods.iter().find(|m| m.kind == weal_types::abi::MethodKind::Init);
    let init = match constructor {
        Some(method) => Codec::new(module.abi.clone())?.encode_args(&method.name, init)?,
        None => Vec::new(),
    };
    let args = json!({
        "code": code_text,
        "salt": format!("0x{}", "00".repeat(32)),
        "owner": account(who.account()),
        "policy": "Owner",
        "init": hex_of(&init),
    });
    let address = desk.call(who, CONTRACTS, "deploy", args, &[])?;
    let text = address.as_str().context("deploy returns an address")?;
    match Address::parse(text)? {
        Address::Contract(id) => Ok(id),
        Address::Account(id) => Ok(id.as_contract()),
    }
}

/// Decodes what a contract returned, where its JSON is less handy.
pub fn decoded<T: Decode>(bytes: &[u8]) -> Result<T> {
    Ok(T::decode(&mut &bytes[..])?)
}
