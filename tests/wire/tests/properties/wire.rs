//! Properties of codec, hashes, trees, addresses and change sets.

use std::collections::BTreeMap;

use parity_scale_codec::{Decode, Encode};
use proptest::{collection::vec, prelude::*, sample::Index};
use weal_types::{
    AccountId, ContractId,
    address::Address,
    codec::{Bounded, Name, decode},
    limit,
    merkle::{leaf, prove, root, root_from_path},
    state::{ChangeSet, StateKey},
};

use crate::values;

/// What an enemy or a bad line does to bytes.
#[derive(Clone, Debug)]
pub enum Damage {
    Flip(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Truncate(Index),
    Append(Vec<u8>),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let at = |index: &Index, bytes: &[u8]| index.index(bytes.len().max(1));
        match self {
            Self::Flip(index, bit) => {
                let at = at(index, bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Insert(index, byte) => bytes.insert(at(index, bytes).min(bytes.len()), *byte),
            Self::Remove(index) if !bytes.is_empty() => {
                bytes.remove(at(index, bytes));
            }
            Self::Remove(_) => {}
            Self::Truncate(index) => bytes.truncate(at(index, bytes)),
            Self::Append(more) => bytes.extend(more),
        }
    }
}

pub fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let damage = prop_oneof![
        4 => (any::<Index>(), 0..8_u8).prop_map(|(index, bit)| Damage::Flip(index, bit)),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(index, byte)| Damage::Insert(index, byte)),
        1 => any::<Index>().prop_map(Damage::Remove),
        1 => any::<Index>().prop_map(Damage::Truncate),
        1 => vec(any::<u8>(), 1..9).prop_map(Damage::Append),
    ];
    vec(damage, 1..4)
}

pub fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    damages.iter().for_each(|damage| damage.apply(&mut bytes));
    bytes
}

const LIMIT: usize = limit::BLOCK_BYTES;

/// Whatever decodes has no other encoding.
fn assert_canonical<T: Decode + Encode>(bytes: &[u8]) {
    if let Ok(value) = decode::<T>("value", bytes, LIMIT) {
        assert_eq!(value.encode(), bytes);
    }
}

fn assert_survives<T>(value: &T, damages: &[Damage], noise: &[u8])
where
    T: Decode + Encode + PartialEq + std::fmt::Debug,
{
    let bytes = value.encode();
    assert_eq!(decode::<T>("value", &bytes, LIMIT).as_ref(), Ok(value));
    assert!(decode::<T>("value", &bytes, bytes.len() - 1).is_err(), "the limit counts");
    assert!(decode::<T>("value", &[bytes.as_slice(), &[0]].concat(), LIMIT).is_err());
    assert_canonical::<T>(&damaged(bytes, damages));
    assert_canonical::<T>(noise);
}

macro_rules! survive {
    ($($name:ident,)*) => {
        proptest! {$(
            #[test]
            fn $name(
                value in values::$name(), damages in damages(), noise in vec(any::<u8>(), 0..200),
            ) {
                assert_survives(&value, &damages, &noise);
            }
        )*}
    };
}

survive! {
    name, account, transaction, signed_transaction, receipt, call_result, proposal, header,
    certificate, validator_set, params, call_context, call_request, list_proof,
}

proptest! {
    #[test]
    fn bounds_hold_alike_in_memory_and_on_the_wire(items in vec(any::<u16>(), 0..9)) {
        let fits = (2..=5).contains(&items.len());
        let bytes = items.encode();
        prop_assert_eq!(Bounded::<u16, 2, 5>::new(items).is_ok(), fits);
        prop_assert_eq!(decode::<Bounded<u16, 2, 5>>("list", &bytes, 99).is_ok(), fits);
    }

    #[test]
    fn names_are_alike_in_memory_and_on_the_wire(text in "[ -~é]{0,70}") {
        prop_assert_eq!(
            Name::new(text.clone()).is_ok(),
            decode::<Name>("name", &text.encode(), 999).is_ok()
        );
    }

    #[test]
    fn a_list_proof_proves_its_item_at_its_place(
        items in vec(vec(any::<u8>(), 0..4), 1..80),
        index in any::<Index>(),
        other in any::<Index>(),
        item in vec(any::<u8>(), 0..4),
        flip in any::<Index>(),
    ) {
        let leaves: Vec<_> = items.iter().map(|item| leaf(item)).collect();
        let (count, root) = (items.len() as u32, root(&leaves));
        let [index, other] = [index, other].map(|index| index.index(items.len()) as u32);
        let path = prove(&leaves, index).expect("the item exists");
        let own = &items[index as usize];
        prop_assert_eq!(root_from_path(own, index, count, &path), Some(root));
        if item != *own {
            prop_assert_ne!(root_from_path(&item, index, count, &path), Some(root));
        }
        if items[other as usize] != *own {
            prop_assert_ne!(root_from_path(own, other, count, &path), Some(root));
        }
        let mut bent = path.to_vec();
        if !bent.is_empty() {
            let at = flip.index(bent.len());
            bent[at][0] ^= 1;
            prop_assert_ne!(root_from_path(own, index, count, &bent), Some(root));
            prop_assert_eq!(root_from_path(own, index, count, &path[1..]), None);
        }
    }

    #[test]
    fn paths_from_outside_never_panic(
        index: u32, count: u32, path in vec(any::<[u8; 32]>(), 0..34),
    ) {
        let _ = root_from_path(b"item", index, count, &path);
    }

    #[test]
    fn lists_that_differ_have_roots_that_differ(
        a in vec(vec(any::<u8>(), 0..3), 0..6), b in vec(vec(any::<u8>(), 0..3), 0..6),
    ) {
        let root = |items: &[Vec<u8>]| weal_types::merkle::root_of(items);
        prop_assert_eq!(a == b, root(&a) == root(&b));
    }

    #[test]
    fn addresses_round_trip_and_noise_is_refused(
        id: [u8; 32], noise in "(weal1|wealc1)?\\PC{0,80}",
    ) {
        for address in [Address::Account(AccountId(id)), Address::Contract(ContractId(id))] {
            prop_assert_eq!(Address::parse(&address.to_text()), Ok(address));
        }
        prop_assert!(Address::parse(&noise).is_err());
    }

    #[test]
    fn a_change_set_is_a_map(changes in vec((vec(0..3_u8, 0..3), any::<Option<u8>>()), 0..20)) {
        let key = |key: &[u8]| StateKey::new(&ContractId::system(1), key).expect("a short key");
        let changes: Vec<_> = changes
            .into_iter()
            .map(|(name, value)| (key(&name), value.map(|byte| vec![byte])))
            .collect();
        let expected: BTreeMap<_, _> = changes.iter().cloned().collect();
        prop_assert!(ChangeSet::new(changes).into_iter().eq(expected));
    }

    #[test]
    fn a_state_key_keeps_its_parts(id: [u8; 32], key in vec(any::<u8>(), 0..=256)) {
        let state_key = StateKey::new(&ContractId(id), &key).expect("a short key");
        prop_assert_eq!(state_key.contract(), ContractId(id));
        prop_assert_eq!(state_key.key(), key);
        prop_assert_eq!(StateKey::from_bytes(state_key.as_bytes()), Ok(state_key.clone()));
    }
}
