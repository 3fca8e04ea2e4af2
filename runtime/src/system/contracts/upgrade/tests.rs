//! Which migrations an upgrade runs, and which upgrades have none.

use super::*;
use crate::system::describe::{call, document};
use parity_scale_codec::Encode;
use weal_types::abi::{Auth, Method};

fn layout(version: u32, hash: u8) -> Layout {
    Layout { version, hash: [hash; 32] }
}

fn code(layout: Layout, steps: &[u32]) -> Abi {
    let migrate = |from: &u32| Method {
        kind: MethodKind::Migrate(*from),
        ..call(&format!("from_{from}"), Auth::Anyone, "", "")
    };
    Abi { layout, methods: steps.iter().map(migrate).collect(), ..document("Test", "") }
}

fn refused(code: u32, payload: &impl Encode) -> Stop {
    refusal(code, payload)
}

#[test]
fn the_chain_runs_in_order_and_only_as_far_as_needed() {
    let abi = code(layout(4, 4), &[3, 1, 2, 9]);
    let steps = |from| migrations(&layout(from, 0), &abi).unwrap();
    assert_eq!(steps(1), [(1, "from_1"), (2, "from_2"), (3, "from_3")]);
    assert_eq!(steps(3), [(3, "from_3")]);
    assert_eq!(migrations(&layout(4, 4), &abi), Ok(vec![]));
}

#[test]
fn a_layout_that_changed_silently_is_refused() {
    let abi = code(layout(2, 7), &[1]);
    let expected = refused(error::LAYOUT_CHANGED, &(2_u32, [5_u8; 32], [7_u8; 32]));
    assert_eq!(migrations(&layout(2, 5), &abi), Err(expected));
}

#[test]
fn a_layout_never_goes_back() {
    let expected = refused(error::LAYOUT_OLDER, &(3_u32, 2_u32));
    assert_eq!(migrations(&layout(3, 0), &code(layout(2, 0), &[])), Err(expected));
}

#[test]
fn a_missing_step_is_named_even_if_the_version_is_absurd() {
    let missing = |from: u32| Err(refused(error::MIGRATION_MISSING, &from));
    assert_eq!(migrations(&layout(1, 0), &code(layout(3, 1), &[1])), missing(2));
    assert_eq!(migrations(&layout(1, 0), &code(layout(u32::MAX, 1), &[])), missing(1));
}
