//! Test keys and signatures. sr25519 signatures are randomized, so the stored ones are verified and
//! not recomputed; `make golden` signs only where none that verifies is stored.

use std::collections::BTreeMap;

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey, Signature, signing_context};
use serde_json::{Value, json};
use weal_types::{
    Hash, PublicKey,
    transaction::{ACCOUNT_SIGNING_CONTEXT, KeySignature, MessageForm},
};

use crate::{
    json::hex,
    store::{Golden, vectors_path},
};

/// A key of the tests. Alice, Bob and Charlie are those of every Substrate development chain.
pub struct TestKey {
    pub name: &'static str,
    seed: [u8; 32],
}

const fn bytes(digits: &str) -> [u8; 32] {
    match const_hex(digits.as_bytes()) {
        Some(bytes) => bytes,
        None => panic!("64 lower-case hexadecimal digits"),
    }
}

const fn const_hex(digits: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let mut at = 0;
    while at < 64 {
        let digit = match digits[at] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        bytes[at / 2] = bytes[at / 2] << 4 | digit;
        at += 1;
    }
    Some(bytes)
}

pub const ALICE: TestKey = TestKey {
    name: "Alice",
    seed: bytes("e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"),
};
pub const BOB: TestKey = TestKey {
    name: "Bob",
    seed: bytes("398f0c28f98885e046333d4a41c19cee4c37368a9832c6502f6cfd182e2aef89"),
};
pub const CHARLIE: TestKey = TestKey {
    name: "Charlie",
    seed: bytes("bc1ede780f784bb6991a585e4f6e61522c14e1cae6ad0895fb57b9a205a8f938"),
};

/// The validators of the tests, in the order of their set.
pub const VALIDATORS: [TestKey; 4] = [
    TestKey { name: "Validator 0", seed: [0xa0; 32] },
    TestKey { name: "Validator 1", seed: [0xa1; 32] },
    TestKey { name: "Validator 2", seed: [0xa2; 32] },
    TestKey { name: "Validator 3", seed: [0xa3; 32] },
];

impl TestKey {
    fn pair(&self) -> Keypair {
        let seed = MiniSecretKey::from_bytes(&self.seed).expect("a seed is 32 bytes");
        seed.expand_to_keypair(ExpansionMode::Ed25519)
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.pair().public.to_bytes())
    }

    fn verifies(&self, context: &[u8], message: &[u8], signature: &[u8; 64]) -> bool {
        let Ok(signature) = Signature::from_bytes(signature) else { return false };
        self.pair().public.verify_simple(context, message, &signature).is_ok()
    }
}

/// Gives out the stored signatures, and collects those that are used.
pub struct Signer {
    stored: BTreeMap<String, [u8; 64]>,
    may_sign: bool,
    vectors: Vec<Value>,
}

impl Signer {
    pub fn open(golden: &Golden) -> Self {
        let text = golden.read(&vectors_path("signatures")).unwrap_or_else(|| "{}".into());
        let document: Value = serde_json::from_str(&text).expect("signatures.json is JSON");
        let vectors = document["vectors"].as_array().cloned().unwrap_or_default();
        let signature = |vector: &Value| {
            let mut signature = [0; 64];
            let digits = vector["signature"].as_str()?.strip_prefix("0x")?;
            hex::decode_to_slice(digits, &mut signature).ok()?;
            Some((vector["name"].as_str()?.to_owned(), signature))
        };
        let stored = vectors.iter().filter_map(signature).collect();
        Self { stored, may_sign: golden.writes(), vectors: Vec::new() }
    }

    /// The signature of `message` by `key` in `context`, stored as `name`.
    pub fn sign(&mut self, name: &str, key: &TestKey, context: &[u8], message: &[u8]) -> [u8; 64] {
        let stored = self.stored.get(name).copied();
        let signature = match stored.filter(|stored| key.verifies(context, message, stored)) {
            Some(signature) => signature,
            None if self.may_sign => {
                key.pair().sign(signing_context(context).bytes(message)).to_bytes()
            }
            None => panic!("signatures.json holds no `{name}` that verifies: run `make golden`"),
        };
        self.vectors.push(json!({
            "name": name,
            "signer": key.name,
            "seed": hex(&key.seed),
            "key": hex(&key.public().0),
            "context": String::from_utf8_lossy(context),
            "message": hex(message),
            "signature": hex(&signature),
        }));
        signature
    }

    /// An account's signature of a 32-byte message.
    pub fn account(
        &mut self,
        name: &str,
        key: &TestKey,
        form: MessageForm,
        message: &Hash,
    ) -> KeySignature {
        let name = format!("{name}, by {}", key.name);
        let signature = self.sign(&name, key, ACCOUNT_SIGNING_CONTEXT, &form.apply(message));
        KeySignature { key: key.public(), form, signature }
    }

    /// Compares or writes all that were used.
    pub fn write(self, golden: &mut Golden) {
        golden.vectors(
            "signatures",
            "sr25519 signatures (schnorrkel). `message` is what goes into the signing context \
             `context`. Signatures are randomized: yours will differ, but must verify, and so must \
             these. The keys expand `seed` as Substrate's libraries do (Ed25519 mode).",
            self.vectors,
        );
    }
}

#[test]
fn keys_are_those_of_every_substrate_library() {
    let known = [
        (ALICE, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"),
        (BOB, "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"),
        (CHARLIE, "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22"),
    ];
    for (key, public) in known {
        assert_eq!(hex::encode(key.public().0), public, "{}", key.name);
    }
}

#[test]
fn a_signature_holds_for_its_key_context_and_message_alone() {
    let golden = Golden::open();
    if golden.writes() {
        return;
    }
    let text = golden.read(&vectors_path("signatures")).expect("signatures.json exists");
    let document: Value = serde_json::from_str(&text).expect("signatures.json is JSON");
    for vector in document["vectors"].as_array().expect("a list") {
        let field = |name: &str| vector[name].as_str().expect("a text");
        let bytes = |name| hex::decode(&field(name)[2..]).expect("hexadecimal digits");
        let key = schnorrkel::PublicKey::from_bytes(&bytes("key")).expect("a key");
        let signature = Signature::from_bytes(&bytes("signature")).expect("a signature");
        let (context, message) = (field("context").as_bytes(), bytes("message"));
        let verifies = |context: &[u8], message: &[u8], key: &schnorrkel::PublicKey| {
            key.verify_simple(context, message, &signature).is_ok()
        };
        assert!(verifies(context, &message, &key), "{}", field("name"));
        assert!(!verifies(b"other", &message, &key));
        assert!(!verifies(context, &[message.as_slice(), b"x"].concat(), &key));
        let stranger = TestKey { name: "stranger", seed: [9; 32] }.pair().public;
        assert!(!verifies(context, &message, &stranger));
    }
}
