//! The golden values of single functions.

use serde_json::Value;
use weal_provenance::{
    LineId, Units,
    batch::Tree,
    hop::Map,
    settle::{cumulative, share},
    stripe::{Plan, Share},
};
use weal_types::{Tag, hash::hash};
use weal_units::vectors::{document, hash as bytes, items, number, text};

use crate::books::units;

fn rows(function: &str) -> Vec<Value> {
    let rows = items(&document()["functions"][function]).to_vec();
    assert!(!rows.is_empty(), "{function}");
    rows
}

fn amount(value: &Value) -> Units {
    units(number(value))
}

fn plan(row: &Value) -> Plan {
    let share = |(line, ppm): (u32, &Value)| Share { line: LineId(line), ppm: number(ppm) as u32 };
    Plan::new((0..).zip(items(&row["ppm"])).map(share).collect()).unwrap()
}

#[test]
fn stripes() {
    for row in rows("stripe") {
        let counts: Vec<_> = items(&row["counts"]).iter().map(amount).collect();
        assert_eq!(plan(&row).totals(amount(&row["ordinal"])).collect::<Vec<_>>(), counts, "{row}");
    }
    for row in rows("unstripe") {
        let parent = plan(&row).parent(number(&row["part"]) as usize, number(&row["t"]));
        assert_eq!(parent, Some(number(&row["ordinal"])), "{row}");
    }
}

#[test]
fn conversions() {
    for row in rows("convert") {
        let map = Map::Convert { from: amount(&row["x"]), to: amount(&row["y"]) };
        assert_eq!(map.image(amount(&row["w"])), Ok(amount(&row["image"])), "{row}");
    }
    for row in rows("convert_inverse") {
        let map = Map::Convert { from: amount(&row["x"]), to: amount(&row["y"]) };
        assert_eq!(map.parent(amount(&row["t"])), Ok(amount(&row["w"])), "{row}");
    }
}

#[test]
fn shares() {
    for row in rows("r1") {
        let (weights, x) = (items(&row["weights"]), amount(&row["X"]));
        let weight = units(weights.iter().map(number).sum());
        let mut before = Units::ZERO;
        for (own, expected) in weights.iter().map(amount).zip(items(&row["shares"])) {
            assert_eq!(share(x, before, own, weight), Some(amount(expected)), "{row}");
            before = before.checked_add(own).unwrap();
        }
    }
    assert_eq!(cumulative(units(1), Units::ZERO, Units::ZERO), None);
}

#[test]
fn shares_of_28_689_givers() {
    let row = &document()["functions"]["r1_28689"];
    let (weight, x) = (amount(&row["W"]), amount(&row["X"]));
    let (mut before, mut shares) = (Units::ZERO, Vec::new());
    for i in 0..28_689 {
        let own = units(100 + i * 7_919 % 5_000);
        shares.push(share(x, before, own, weight).unwrap());
        before = before.checked_add(own).unwrap();
    }
    assert_eq!(before, weight);
    let first: Vec<_> = items(&row["first"]).iter().map(amount).collect();
    let last: Vec<_> = items(&row["last"]).iter().map(amount).collect();
    assert!(shares.starts_with(&first) && shares.ends_with(&last));
    let all: Vec<u8> = shares.iter().flat_map(|share| share.get().to_le_bytes()).collect();
    let digest: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(&all).into();
    assert_eq!(digest, bytes(&row["sha256_of_shares_u128le"]));
}

#[test]
fn batches() {
    for row in rows("sum_tree") {
        let leaves: Vec<_> =
            items(&row["leaves"]).iter().map(|leaf| (bytes(&leaf[0]), amount(&leaf[1]))).collect();
        let tree = Tree::new(leaves.clone()).unwrap();
        assert_eq!(tree.leaves(), leaves, "sorted");
        let (root, total) = (bytes(&row["root"]), amount(&row["total"]));
        assert_eq!((tree.root(), tree.total()), (root, total));
        for proof in items(&row["proofs"]) {
            let index = number(&proof["index"]) as u32;
            let leaf = tree.leaf(index).unwrap();
            let path: Vec<_> = items(&proof["path"])
                .iter()
                .map(|node| (bytes(&node[0]), amount(&node[1])))
                .collect();
            assert_eq!(&leaf.path[..], path);
            let count = leaves.len() as u32;
            let place = leaf.find(&hash, &root, count, total).unwrap();
            assert_eq!((place.start, place.count()), (amount(&proof["offset"]), leaf.amount));
            let mut other = leaf.clone();
            other.amount = units(leaf.amount.get() + 1);
            assert_eq!(other.find(&hash, &root, count, total), None);
            assert_eq!(leaf.find(&hash, &root, count + 1, total), None);
            assert_eq!(leaf.find(&hash, &root, count, units(total.get() + 1)), None);
            let next = weal_provenance::batch::Leaf { index: index ^ 1, ..leaf };
            assert_eq!(next.find(&hash, &root, count, total), None);
        }
        assert_eq!(tree.leaf(leaves.len() as u32).map(|leaf| leaf.index), None);
    }
}

#[test]
fn hashes_and_commitments() {
    for example in items(&document()["functions"]["hash"]["examples"]) {
        let tag = Tag::ALL.iter().find(|tag| tag.text() == text(&example["tag"])).unwrap();
        let data = hex::decode(text(&example["data"]).trim_start_matches("0x")).unwrap();
        assert_eq!(hash(*tag, &[&data]), bytes(&example["hash"]));
    }
    let row = &document()["functions"]["commit"];
    let of = |name: &str| bytes(&row[name]);
    let number = text(&row["payment_number"]);
    let memo = hash(Tag::GiftPayment, &[&of("salt"), number.as_bytes()]);
    assert_eq!(memo, of("memo"));
    let parts = [of("chain_id"), of("contract"), of("public_key"), memo].concat();
    assert_eq!(hash(Tag::Gift, &[&parts]), of("commit"));
}
