//! Whoever trusts the first validators learns all later ones, and can check the newest header.

use weal_proof::certificate::{Anchor, HandOver};
use weal_types::{ChainId, certificate::ValidatorSet};

use crate::{host::Chain, keys::Keys};

/// A client that knows the first validators alone is shown one honest host's chain.
pub(super) fn check(
    member: usize,
    chain: &Chain,
    (id, first): (ChainId, &ValidatorSet),
    keys: &Keys,
) -> Result<(), (&'static str, String)> {
    let failed = |what: String| ("hand-overs convince", format!("member {member}: {what}"));
    let holds = |key: &_, message: &[u8], signature: &_| keys.holds(key, message, signature);
    let mut anchor = Anchor { chain: id, set: first.clone() };
    let blocks = &chain.blocks()[..chain.stable().0 as usize];
    for block in blocks.iter().filter(|block| block.header.next_set_id != block.header.set_id) {
        let height = block.header.height;
        let Some(certificate) = &block.certificate else {
            return Err(failed(format!("the end of an epoch at {height} has no certificate")));
        };
        let end = HandOver {
            header: block.header.clone(),
            certificate: (**certificate).clone(),
            next: block.after.reign.set.clone(),
        };
        anchor = anchor.follow_with(&end, &holds).map_err(|error| failed(error.to_string()))?;
    }
    let certified =
        blocks.iter().rev().find_map(|block| Some((block, block.certificate.as_ref()?)));
    let Some((newest, certificate)) = certified else { return Ok(()) };
    match newest.header.next_set_id == newest.header.set_id {
        true => anchor
            .check_with(&newest.header, certificate, &holds)
            .map_err(|error| failed(format!("height {}: {error}", newest.header.height))),
        // It was the last step.
        false => Ok(()),
    }
}
