//! Proposals, headers, votes, certificates and validator sets.

use serde_json::{Value, json};
use weal_types::{
    BlockHash, Epoch, Gas, Height, TimeMs, View,
    block::{FinalHeader, Proposal},
    certificate::{
        Certificate, CertificateKind, VOTE_SIGNING_CONTEXT, Validator, ValidatorSet, Vote,
    },
    codec::{Bounded, Version},
    hash::{Tag, hash},
    merkle,
};

use crate::{
    hashes::{chain, digest},
    json::hex,
    signing::{Signer, VALIDATORS},
    store::{Golden, vector},
};

fn proposal() -> Proposal {
    Proposal {
        version: Version,
        epoch: Epoch(3),
        height: Height(3_001),
        first_view: View(2),
        proposer: 1,
        time: TimeMs(1_800_000_000_000),
        tx_root: merkle::root_of([digest("wire id 0"), digest("wire id 1")]),
        tx_count: 2,
        tx_bytes: 612,
        gas: Gas(2_000_000),
        evidence_root: merkle::root(&[]),
    }
}

fn set(epoch: u64) -> ValidatorSet {
    let validators = VALIDATORS.iter().map(|key| Validator { key: key.public() }).collect();
    ValidatorSet {
        version: Version,
        epoch: Epoch(epoch),
        validators: Bounded::new(validators).expect("four validators"),
    }
}

fn header() -> FinalHeader {
    FinalHeader {
        version: Version,
        chain: chain(),
        epoch: Epoch(3),
        height: Height(3_001),
        parent: BlockHash(digest("parent")),
        proposal: proposal().digest(),
        time: proposal().time,
        tx_root: proposal().tx_root,
        tx_count: proposal().tx_count,
        state_root: digest("state root"),
        receipts_root: digest("receipts root"),
        gas_used: Gas(1_234_567),
        set_id: set(3).id(),
        next_set_id: set(4).id(),
    }
}

fn vote(kind: CertificateKind) -> Vote {
    let (view, hash) = match kind {
        CertificateKind::Checkpoint => (View(0), header().hash().0),
        CertificateKind::Prepare | CertificateKind::Commit => (View(2), proposal().digest()),
    };
    Vote { kind, epoch: Epoch(3), view, height: Height(3_001), hash }
}

pub fn write(golden: &mut Golden, signer: &mut Signer) {
    let null = Proposal::null_digest(&chain(), Epoch(3), Height(3_002));
    let empty = FinalHeader {
        height: Height(3_002),
        parent: header().hash(),
        proposal: null,
        tx_root: merkle::root(&[]),
        tx_count: 0,
        receipts_root: merkle::root(&[]),
        gas_used: Gas(0),
        ..header()
    };
    golden.vectors(
        "block",
        "What is ordered, and what became of it.",
        vec![
            vector(
                "proposal",
                "re-proposed in a later view unchanged",
                &proposal(),
                json!({ "digest": hex(&proposal().digest()) }),
            ),
            json!({
                "name": "null proposal",
                "description": "a slot that a new view leaves empty: the digest alone exists",
                "chain": hex(&chain().0),
                "epoch": "3",
                "height": "3002",
                "digest": hex(&null),
            }),
            vector(
                "header",
                "the last of an epoch: the next set differs",
                &header(),
                json!({ "hash": hex(&header().hash().0) }),
            ),
            vector(
                "header of an empty slot",
                "no transactions, no receipts",
                &empty,
                json!({ "hash": hex(&empty.hash().0) }),
            ),
        ],
    );
    golden.vectors(
        "certificate",
        "Votes are signed in the signing context `weal/pbft/1`; `message` is what is signed.",
        certificates(signer),
    );
}

fn certificates(signer: &mut Signer) -> Vec<Value> {
    let mut vectors: Vec<Value> = [3, 4]
        .map(|epoch| {
            let set = set(epoch);
            let derived = json!({
                "id": hex(&set.id()),
                "max_faulty": set.max_faulty(),
                "quorum": set.quorum(),
            });
            vector(&format!("set of epoch {epoch}"), "", &set, derived)
        })
        .into();
    for kind in [CertificateKind::Prepare, CertificateKind::Commit, CertificateKind::Checkpoint] {
        let message = vote(kind).message(&chain());
        let derived = json!({ "chain": hex(&chain().0), "message": hex(&message) });
        vectors.push(vector(&format!("vote: {kind:?}"), "", &vote(kind), derived));
        let certificate = certificate(signer, vote(kind), &message);
        vectors.push(vector(
            &format!("certificate: {kind:?}"),
            "by validators 0, 2 and 3 of the set of epoch 3",
            &certificate,
            Value::Null,
        ));
    }
    vectors
}

fn certificate(signer: &mut Signer, vote: Vote, message: &[u8; 32]) -> Certificate {
    let signatures = [0, 2, 3].map(|index| {
        let key = &VALIDATORS[index];
        let name = format!("{:?}, by {}", vote.kind, key.name);
        signer.sign(&name, key, VOTE_SIGNING_CONTEXT, message)
    });
    let certificate = Certificate {
        version: Version,
        vote,
        signers: 0b1101,
        signatures: Bounded::new(signatures.into()).expect("three signatures"),
    };
    let set = set(3);
    let signed_by = certificate.signed_by(&set).expect("a quorum");
    assert!(signed_by.iter().map(|(key, _)| *key).eq([0, 2, 3].map(|i| VALIDATORS[i].public())));
    certificate
}

#[test]
fn votes_cannot_pass_for_each_other() {
    let message = |kind| vote(kind).message(&chain());
    let [prepare, commit] = [CertificateKind::Prepare, CertificateKind::Commit].map(message);
    assert_ne!(prepare, commit);
    // The formula of docs/wire.md, by hand.
    let numbers = [3_u64, 2, 3_001].map(u64::to_le_bytes).concat();
    assert_eq!(prepare, hash(Tag::Prepare, &[&chain().0, &numbers, &proposal().digest()]));
}
