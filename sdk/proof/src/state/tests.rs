//! Small trees computed by hand, and a naive tree to compare with; nothing here comes from the
//! crate that keeps state.

use alloc::{collections::BTreeMap, format, vec, vec::Vec};
use core::convert::Infallible;

use proptest::prelude::*;
use weal_types::{
    ContractId, Tag,
    hash::hash,
    state::{StateKey, value_hash},
};

use super::*;

fn key(name: &str) -> StateKey {
    StateKey::new(&ContractId::system(7), name.as_bytes()).unwrap()
}

/// The first key `k0`, `k1`, ... whose path starts with the bits of `prefix`.
fn key_at(prefix: &str) -> StateKey {
    let fits = |key: &StateKey| {
        let path = key.path();
        prefix.bytes().enumerate().all(|(depth, bit)| turns_right(&path, depth) == (bit == b'1'))
    };
    (0..).map(|number| key(&format!("k{number}"))).find(fits).unwrap()
}

/// A tree of paths and value hashes, hashed from scratch whenever it is asked.
struct Naive(Vec<(Hash, Hash)>);

impl Naive {
    fn new(entries: &[(StateKey, &[u8])]) -> Self {
        let leaves: BTreeMap<_, _> =
            entries.iter().map(|(key, value)| (key.path(), value_hash(value))).collect();
        Self(leaves.into_iter().collect())
    }

    fn hash_of(leaves: &[(Hash, Hash)], depth: usize) -> Hash {
        match leaves {
            [] => [0; 32],
            [(path, value)] => hash(Tag::StateLeaf, &[path, value]),
            _ => {
                let is_left = |leaf: &&(Hash, Hash)| leaf.0[depth / 8] >> (7 - depth % 8) & 1 == 0;
                let left: Vec<_> = leaves.iter().filter(is_left).copied().collect();
                let right = leaves[left.len()..].to_vec();
                let below = |leaves: &[_]| Self::hash_of(leaves, depth + 1);
                hash(Tag::StateNode, &[&below(&left), &below(&right)])
            }
        }
    }

    fn root_hash(&self) -> Hash {
        Self::hash_of(&self.0, 0)
    }

    fn prove(&self, keys: &[StateKey]) -> StateProof {
        make(self, &keys.iter().map(StateKey::path).collect::<Vec<_>>()).unwrap()
    }
}

impl Tree for Naive {
    type Place = (usize, Vec<(Hash, Hash)>);
    type Error = Infallible;

    fn root(&self) -> Self::Place {
        (0, self.0.clone())
    }

    fn node(&self, (depth, leaves): &Self::Place) -> Result<Node<Self::Place>, Infallible> {
        Ok(match &leaves[..] {
            [] => Node::Empty,
            [(path, value_hash)] => Node::Leaf { path: *path, value_hash: *value_hash },
            _ => {
                let (right, left) = leaves.iter().partition(|leaf| turns_right(&leaf.0, *depth));
                Node::Branch((depth + 1, left), (depth + 1, right))
            }
        })
    }

    fn hash(&self, (depth, leaves): &Self::Place) -> Result<Hash, Infallible> {
        Ok(Self::hash_of(leaves, *depth))
    }
}

/// The leaf of `key` with `value`, from the formula.
fn leaf(key: &StateKey, value: &[u8]) -> Hash {
    hash(
        Tag::StateLeaf,
        &[&hash(Tag::StateKey, &[key.as_bytes()]), &hash(Tag::StateValue, &[value])],
    )
}

fn node(left: Hash, right: Hash) -> Hash {
    hash(Tag::StateNode, &[&left, &right])
}

/// `version ‖ shape ‖ hashes ‖ absent`, for lengths below 64.
fn wire(shape: &[u8], hashes: &[Hash], absent: Option<Hash>) -> Vec<u8> {
    let mut bytes = vec![1, (shape.len() as u8) << 2];
    bytes.extend(shape);
    bytes.push((hashes.len() as u8) << 2);
    bytes.extend(hashes.concat());
    bytes.push(u8::from(absent.is_some()));
    bytes.extend(absent.iter().flatten());
    bytes
}

fn check(bytes: &[u8], root: &Hash, claims: &[Claim<'_>]) -> Result<(), ProofError> {
    StateProof::from_wire(bytes)?.verify(root, claims)
}

/// `absent` for one key.
fn only(key: &StateKey) -> Option<Hash> {
    Some(merkle::leaf(&key.path()))
}

#[test]
fn nothing_is_in_the_empty_tree() {
    let absent = key("a");
    assert_eq!(check(&wire(&[0b00], &[], only(&absent)), &EMPTY, &[(absent, None)]), Ok(()));
}

#[test]
fn one_leaf_is_the_root() {
    let (here, gone) = (key("here"), key("gone"));
    let root = leaf(&here, b"v");
    assert_eq!(check(&wire(&[0b0], &[], None), &root, &[(here.clone(), Some(b"v"))]), Ok(()));
    let shown = wire(&[0b10], &[here.path(), value_hash(b"v")], only(&gone));
    assert_eq!(check(&shown, &root, &[(gone.clone(), None)]), Ok(()));
    let both = wire(&[0b0], &[], only(&gone));
    assert_eq!(check(&both, &root, &[(gone, None), (here, Some(b"v"))]), Ok(()));
}

#[test]
fn three_leaves_by_hand() {
    // The tree:   * - 0 - 00 - 000: a
    //             |   |    `-- 001: (empty)      a and b part at depth 4
    //             |   `-- 01: (empty)
    //             `-- 1: c
    let (a, b, c) = (key_at("0000"), key_at("0001"), key_at("1"));
    let pair = node(leaf(&a, b"1"), leaf(&b, b"2"));
    let root = node(node(node(pair, EMPTY), EMPTY), leaf(&c, b"3"));
    fn claim<'a>(key: &StateKey, value: Option<&'a [u8]>) -> Claim<'a> {
        (key.clone(), value)
    }
    let holds = |bytes: &[u8], claims: &[Claim<'_>]| {
        assert_eq!(check(bytes, &root, claims), Ok(()));
        let keys: Vec<_> = claims.iter().map(|claim| claim.0.clone()).collect();
        let tree = Naive::new(&[(a.clone(), b"1"), (b.clone(), b"2"), (c.clone(), b"3")]);
        assert_eq!(tree.root_hash(), root);
        assert_eq!(tree.prove(&keys).to_wire(), bytes);
    };

    // a: branch with c's hash beside, two branches with nothing beside, branch with b beside, leaf.
    let beside = [leaf(&c, b"3"), leaf(&b, b"2")];
    holds(&wire(&[0b1101_0111, 0], &beside, None), &[claim(&a, Some(b"1"))]);
    // c: branch with the left side's hash, leaf.
    let left = node(node(pair, EMPTY), EMPTY);
    holds(&wire(&[0b011], &[left], None), &[claim(&c, Some(b"3"))]);
    // All three: no sibling is left to carry.
    let all = [claim(&c, Some(b"3")), claim(&a, Some(b"1")), claim(&b, Some(b"2"))];
    holds(&wire(&[0b0010_1011, 0], &[], None), &all);
    // An absent key beside c shows c's leaf; one in the gap at 01 shows nothing there.
    let near =
        (0..).map(|n| key(&format!("n{n}"))).find(|key| turns_right(&key.path(), 0)).unwrap();
    let shown = [left, c.path(), value_hash(b"3")];
    holds(&wire(&[0b1011], &shown, only(&near)), &[claim(&near, None)]);
    let gap = key_at("01");
    let around = [leaf(&c, b"3"), node(pair, EMPTY)];
    holds(&wire(&[0b0000_1111], &around, only(&gap)), &[claim(&gap, None)]);
}

#[test]
fn every_other_spelling_is_refused() {
    let (a, b, c) = (key_at("00"), key_at("01"), key_at("1"));
    let root = node(node(leaf(&a, b"1"), leaf(&b, b"2")), leaf(&c, b"3"));
    let one = [(c.clone(), Some(b"3".as_slice()))];
    let left = node(leaf(&a, b"1"), leaf(&b, b"2"));
    let refused = |bytes: Vec<u8>, claims: &[Claim<'_>]| check(&bytes, &root, claims).unwrap_err();

    assert_eq!(check(&wire(&[0b011], &[left], None), &root, &one), Ok(()));
    assert_eq!(refused(wire(&[0b011], &[left, left], None), &one), ProofError::Surplus);
    assert_eq!(refused(wire(&[0b011, 0], &[left], None), &one), ProofError::Surplus);
    assert_eq!(refused(wire(&[0b1011], &[left], None), &one), ProofError::Surplus);
    assert_eq!(refused(wire(&[0b011], &[], None), &one), ProofError::Short { depth: 0 });
    assert_eq!(refused(wire(&[], &[left], None), &one), ProofError::Short { depth: 0 });
    assert_eq!(
        refused(wire(&[0b011], &[EMPTY], None), &one),
        ProofError::ExplicitEmpty { depth: 0 }
    );
    assert_eq!(refused(wire(&[0b011], &[left], only(&c)), &one), ProofError::OtherAbsentKeys);
    let wrong = refused(wire(&[0b011], &[left], None), &[(c.clone(), Some(b"4"))]);
    assert!(matches!(wrong, ProofError::Root { expected, .. } if expected == root));

    let absent = [(c.clone(), None)];
    let shown = wire(&[0b1011], &[left, c.path(), value_hash(b"3")], only(&c));
    assert_eq!(refused(shown, &absent), ProofError::Present { key: c.clone() });
    let foreign = wire(&[0b1011], &[left, a.path(), value_hash(b"1")], only(&c));
    assert_eq!(refused(foreign, &absent), ProofError::ForeignLeaf { depth: 1 });
    let two = [(a.clone(), Some(b"1".as_slice())), (b.clone(), Some(b"2"))];
    let (first, second) = (a.clone(), b);
    assert_eq!(refused(wire(&[0], &[], None), &two), ProofError::SharedLeaf { first, second });
    let twice = [(a.clone(), None), (a.clone(), Some(b"1".as_slice()))];
    assert_eq!(refused(wire(&[0], &[], None), &twice), ProofError::DuplicateKey { key: a });
    assert_eq!(refused(wire(&[0], &[], None), &[]), ProofError::KeyCount { keys: 0 });
}

#[test]
fn a_chain_deeper_than_a_path_ends() {
    let shape = Bytes::new(vec![0b0101_0101; 80]).unwrap();
    let proof = StateProof { version: Version, shape, hashes: Bounded::default(), absent: None };
    assert_eq!(proof.verify(&EMPTY, &[(key("a"), Some(b""))]), Err(ProofError::TooDeep));
}

fn numbered(count: usize) -> Vec<(StateKey, Vec<u8>)> {
    (0..count).map(|n| (key(&format!("account/{n}")), vec![n as u8; n % 5])).collect()
}

/// Flips every bit of the proof, the root, each key and each value in turn; none may verify.
fn refuses_every_flip(entries: &[(StateKey, Vec<u8>)], asked: &[StateKey]) {
    let borrowed: Vec<_> = entries.iter().map(|(key, value)| (key.clone(), &value[..])).collect();
    let tree = Naive::new(&borrowed);
    let values: BTreeMap<_, _> = borrowed.into_iter().collect();
    let claims: Vec<Claim<'_>> =
        asked.iter().map(|key| (key.clone(), values.get(key).copied())).collect();
    let (root, bytes) = (tree.root_hash(), tree.prove(asked).to_wire());
    assert_eq!(check(&bytes, &root, &claims), Ok(()));

    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(check(&changed, &root, &claims).is_err(), "bit {bit} of the proof");
    }
    for bit in 0..256 {
        let mut changed = root;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(check(&bytes, &changed, &claims).is_err(), "bit {bit} of the root");
    }
    for (index, (key, value)) in claims.iter().enumerate() {
        let refused = |claim: Claim<'_>, what: &str| {
            let mut changed = claims.clone();
            changed[index] = claim;
            assert!(check(&bytes, &root, &changed).is_err(), "{what} of {key:?}");
        };
        for bit in 0..key.as_bytes().len() * 8 {
            let mut other = key.as_bytes().to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            refused((StateKey::from_bytes(&other).unwrap(), *value), "a bit of the key");
        }
        for bit in 0..value.map_or(0, <[u8]>::len) * 8 {
            let mut other = value.unwrap().to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            refused((key.clone(), Some(&other)), "a bit of the value");
        }
        refused((key.clone(), if value.is_some() { None } else { Some(b"") }), "presence");
    }
}

#[test]
fn no_changed_bit_verifies() {
    let entries = numbered(100);
    let (first, absent) = (entries[3].0.clone(), key("nobody"));
    for count in [0, 1, 2, 7, 100] {
        refuses_every_flip(&entries[..count], core::slice::from_ref(&first));
        refuses_every_flip(&entries[..count], core::slice::from_ref(&absent));
        let mixed = [
            core::slice::from_ref(&absent),
            &entries.iter().map(|e| e.0.clone()).collect::<Vec<_>>()[..9],
        ];
        refuses_every_flip(&entries[..count], &mixed.concat());
    }
}

#[test]
fn keys_share_their_siblings() {
    let entries = numbered(1_000);
    let tree = Naive::new(&entries.iter().map(|(k, v)| (k.clone(), &v[..])).collect::<Vec<_>>());
    let keys: Vec<_> = entries.iter().step_by(10).map(|entry| entry.0.clone()).collect();
    let single: usize =
        keys.iter().map(|key| tree.prove(core::slice::from_ref(key)).to_wire().len()).sum();
    let together = tree.prove(&keys).to_wire().len();
    assert!(together * 2 < single, "{together} bytes together, {single} apart");
    let refusal = |paths: &[Hash]| make(&tree, paths).unwrap_err();
    assert_eq!(refusal(&[]), MakeError::KeyCount { keys: 0 });
    let many: Vec<_> = (0..=PROOF_KEYS).map(|n| value_hash(&n.to_le_bytes())).collect();
    assert_eq!(refusal(&many), MakeError::KeyCount { keys: PROOF_KEYS + 1 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn present_and_absent_keys_verify(
        names in proptest::collection::btree_map(
            0u16..300,
            proptest::collection::vec(any::<u8>(), 0..9),
            0..80,
        ),
        asked in proptest::collection::btree_set(0u16..300, 1..20),
    ) {
        let name = |n: &u16| key(&format!("{n}"));
        let entries: Vec<_> = names.iter().map(|(n, value)| (name(n), &value[..])).collect();
        let tree = Naive::new(&entries);
        let claims: Vec<Claim<'_>> =
            asked.iter().map(|n| (name(n), names.get(n).map(|value| &value[..]))).collect();
        let proof = tree.prove(&asked.iter().map(name).collect::<Vec<_>>());
        prop_assert_eq!(check(&proof.to_wire(), &tree.root_hash(), &claims), Ok(()));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = check(&bytes, &EMPTY, &[(key("a"), None)]);
        // The same behind a valid head, so that the walk is reached.
        let framed = wire(&bytes[..bytes.len().min(60)], &[], None);
        let _ = check(&framed, &EMPTY, &[(key("a"), Some(b"x")), (key("b"), Some(b"y"))]);
    }
}
