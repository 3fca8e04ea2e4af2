//! Bytes that every decoder must refuse: each differs from good ones in one point.

use parity_scale_codec::{Decode, Encode};
use serde_json::{Value, json};
use weal_types::{
    account::Account,
    certificate::{Certificate, ValidatorSet},
    codec::{Name, decode},
    limit,
    params::ChainParams,
    receipt::{FailureKind, Receipt},
    transaction::{Call, MessageForm, Transaction},
};

use crate::{
    hashes::contract,
    json::{Readable, hex},
    receipts,
    store::Golden,
};

fn refused<T: Decode>(kind: &str, why: &str, bytes: Vec<u8>) -> Value {
    assert!(decode::<T>("vector", &bytes, limit::BLOCK_BYTES).is_err(), "{kind}: {why}");
    json!({ "type": kind, "name": why, "hex": hex(&bytes) })
}

fn of<T: Decode + Readable>(why: &str, bytes: Vec<u8>) -> Value {
    refused::<T>(T::NAME, why, bytes)
}

/// A call with these bytes for everything after the contract.
fn call(rest: &[u8]) -> Vec<u8> {
    [contract().encode().as_slice(), rest].concat()
}

pub fn write(golden: &mut Golden) {
    let receipt = receipts::all()[0].1.encode();
    let too_many_calls = [
        // version, signer, nonce, valid_until, gas_limit, max_fee, no sponsor, no limits
        vec![1],
        vec![0; 32 + 8 + 8 + 8 + 16 + 1 + 1],
        // 257 calls without arguments or assets
        vec![0x05, 0x04],
        call(&[4, b'a', 0, 0]).repeat(257),
    ];
    let no_calls = [vec![1], vec![0; 32 + 8 + 8 + 8 + 16 + 1 + 1], vec![0]];
    let name = |text: &[u8]| [vec![(text.len() * 4) as u8], text.to_vec()].concat();
    let vectors = vec![
        of::<Receipt>("nothing at all", vec![]),
        of::<Receipt>("version 0", [&[0], &receipt[1..]].concat()),
        of::<Receipt>("version 2", [&[2], &receipt[1..]].concat()),
        of::<Receipt>("one byte too many", [receipt.as_slice(), &[0]].concat()),
        of::<Receipt>("one byte too few", receipt[..receipt.len() - 1].to_vec()),
        of::<Receipt>("an unknown outcome", [&receipt[..5], &[3, 0]].concat()),
        of::<FailureKind>("an unknown failure", vec![20]),
        of::<FailureKind>("a payload over 1 KiB", [&[1], &[0x05, 0x10][..], &[0; 1025]].concat()),
        refused::<MessageForm>("MessageForm", "an unknown form", vec![2]),
        refused::<Name>("Name", "an empty name", vec![0]),
        refused::<Name>("Name", "a name that starts with a digit", name(b"2a")),
        refused::<Name>("Name", "a name that is not ASCII", name("é".as_bytes())),
        refused::<Name>("Name", "a name with a space", name(b"a b")),
        refused::<Name>("Name", "a length in two bytes where one is enough", vec![5, 0, b'a']),
        refused::<Name>("Name", "a length in four bytes", vec![6, 0, 0, 0, b'a']),
        refused::<Name>("Name", "a length in five bytes", vec![3, 1, 0, 0, 0, b'a']),
        of::<Call>("arguments longer than the input", call(&[4, b'a', 8, 0])),
        of::<Call>("17 attached assets", call(&[&[4, b'a', 0, 68][..], &[0; 17 * 48]].concat())),
        of::<Transaction>("no calls", no_calls.concat()),
        of::<Transaction>("257 calls", too_many_calls.concat()),
        of::<Account>(
            "an option that is neither 0 nor 1",
            [vec![1], vec![0; 8], vec![0; 33], vec![2], vec![0; 33]].concat(),
        ),
        of::<ChainParams>("a bool that is neither 0 nor 1", {
            let params = ChainParams::private(contract().account()).encode();
            [&params[..params.len() - 1], &[2]].concat()
        }),
        of::<ValidatorSet>("a set of nobody", [vec![1], vec![0; 8], vec![0]].concat()),
        of::<Certificate>("129 signatures", {
            // version, kind, epoch, view, height, hash, signers
            let fixed = [vec![1], vec![0; 1 + 8 + 8 + 8 + 32 + 16]].concat();
            [fixed, vec![0x05, 0x02], vec![0; 129 * 64]].concat()
        }),
    ];
    golden.vectors("refused", "Bytes that every decoder refuses, and why.", vectors);
}
