//! Golden vectors of values: JSON beside bytes, for every type, shape and unit, so that any
//! language can check itself against them. The files lie in `tests/golden/json` at the root of the
//! repository; `docs/abi.md` says how to read them.
//!
//! An ordinary run compares. `make golden` rewrites; look at the diff before committing it: a
//! vector that changes means that somebody's JSON or bytes no longer mean what they meant.

mod calls;
mod refused;
mod store;
mod units;
mod values;

use store::Golden;

#[test]
fn values_match_their_golden_vectors() {
    let mut golden = Golden::open();
    let codec = golden.codec();
    values::write(&mut golden, &codec);
    refused::write(&mut golden, &codec);
    calls::write(&mut golden, &codec);
    units::write(&mut golden, &codec);
    golden.close();
}
