//! Golden vectors: the bytes of every wire type beside the value in JSON, so that any language can
//! check itself against them. The files lie in `tests/golden/types` at the root of the repository.
//!
//! An ordinary run compares. `make golden` rewrites; look at the diff before committing it: a
//! vector that changes means that old bytes no longer mean what they meant.

mod abi;
mod accounts;
mod blocks;
mod hashes;
mod host;
mod json;
mod receipts;
mod refused;
mod signing;
mod store;
mod transactions;

use store::Golden;

#[test]
fn wire_types_match_their_golden_vectors() {
    let mut golden = Golden::open();
    let mut signer = signing::Signer::open(&golden);
    hashes::write(&mut golden);
    accounts::write(&mut golden);
    transactions::write(&mut golden, &mut signer);
    receipts::write(&mut golden);
    blocks::write(&mut golden, &mut signer);
    host::write(&mut golden);
    abi::write(&mut golden);
    refused::write(&mut golden);
    signer.write(&mut golden);
    golden.close();
}
