//! Golden files: compared in ordinary runs, written when `WEAL_GOLDEN` is `write`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use weal_client::Codec;
use weal_types::abi::Abi;

/// The document that all vectors are about. It is written by hand.
const DOCUMENT: &str = "tests/golden/json/document.abi.json";

/// The files of one run.
pub struct Golden {
    root: PathBuf,
    writes: bool,
    differing: Vec<String>,
}

impl Golden {
    pub fn open() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let writes = env::var("WEAL_GOLDEN").is_ok_and(|mode| mode == "write");
        Self { root, writes, differing: Vec::new() }
    }

    /// Reads the document, which is in its canonical form.
    pub fn codec(&self) -> Codec {
        let text = fs::read_to_string(self.root.join(DOCUMENT)).expect("the document is there");
        let abi = Abi::from_json(&text).expect("the document holds together");
        assert_eq!(abi.to_json(), text, "{DOCUMENT} is not canonical");
        Codec::new(abi).expect("it has been checked")
    }

    /// Compares or writes vectors, as `tests/golden/json/{name}.json`.
    pub fn vectors(&mut self, name: &str, about: &str, vectors: Vec<Value>) {
        let document = json!({ "about": about, "vectors": vectors });
        let path = format!("tests/golden/json/{name}.json");
        // As values: the order of keys says nothing, and hangs on features of other crates.
        let stored = fs::read_to_string(self.root.join(&path)).ok();
        if stored.and_then(|text| serde_json::from_str::<Value>(&text).ok())
            == Some(document.clone())
        {
            return;
        }
        if self.writes {
            let text = serde_json::to_string_pretty(&document).expect("values can be written");
            fs::write(self.root.join(&path), text + "\n").expect("a golden file can be written");
        } else {
            self.differing.push(path);
        }
    }

    /// Fails if anything differed.
    pub fn close(self) {
        let files = self.differing.join("\n  ");
        assert!(
            files.is_empty(),
            "these differ from what the code makes:\n  {files}\nIf that is meant, run \
             `make golden` and commit the diff with its reason.",
        );
    }
}

/// Bytes as `0x…`.
pub fn hex(bytes: &[u8]) -> Value {
    format!("0x{}", hex::encode(bytes)).into()
}
