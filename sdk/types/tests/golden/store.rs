//! Golden files: compared in ordinary runs, written when `WEAL_GOLDEN` is `write`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use parity_scale_codec::{Decode, Encode};
use serde_json::{Map, Value, json};
use weal_types::{codec::decode, limit};

use crate::json::{Readable, hex};

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

    /// Whether this run rewrites.
    pub const fn writes(&self) -> bool {
        self.writes
    }

    /// The file at `path`, if there is one.
    pub fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }

    /// Compares or writes the text of the file at `path`.
    pub fn text(&mut self, path: &str, text: &str) {
        if self.read(path).as_deref() != Some(text) {
            if self.writes {
                fs::write(self.root.join(path), text).expect("a golden file can be written");
            } else {
                self.differing.push(path.to_owned());
            }
        }
    }

    /// Compares or writes vectors, as `tests/golden/types/{name}.json`.
    pub fn vectors(&mut self, name: &str, about: &str, vectors: Vec<Value>) {
        let document = json!({ "about": about, "vectors": vectors });
        let path = vectors_path(name);
        // As values: the order of keys says nothing, and hangs on features of other crates.
        let stored = self.read(&path).and_then(|text| serde_json::from_str::<Value>(&text).ok());
        if stored.as_ref() != Some(&document) {
            let text = serde_json::to_string_pretty(&document).expect("values can be written");
            self.text(&path, &(text + "\n"));
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

/// The path of a file of vectors.
pub fn vectors_path(name: &str) -> String {
    format!("tests/golden/types/{name}.json")
}

/// A vector: the value, its encoding, and whatever is `derived` from them. Proves on the way that
/// the encoding decodes to the value.
pub fn vector<T>(name: &str, description: &str, value: &T, derived: Value) -> Value
where
    T: Readable + Encode + Decode + PartialEq + core::fmt::Debug,
{
    let bytes = value.encode();
    assert_eq!(decode::<T>("vector", &bytes, limit::BLOCK_BYTES).as_ref(), Ok(value), "{name}");
    let mut vector = Map::new();
    vector.insert("name".into(), name.into());
    vector.insert("description".into(), description.into());
    vector.insert("type".into(), T::NAME.into());
    vector.insert("value".into(), value.json());
    vector.insert("hex".into(), hex(&bytes));
    if !derived.is_null() {
        vector.insert("derived".into(), derived);
    }
    Value::Object(vector)
}
