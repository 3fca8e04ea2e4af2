//! What proves that a validator broke the rules, kept for whoever decides about it.
//!
//! ```text
//! file     evidence/epoch-E-validator-P-KIND, SCALE of Kept; written once, and on disk then
//! ```
//!
//! A liar can contradict itself as often as it likes: of each kind the first contradiction of a
//! validator in an epoch is kept and told, and the others are counted.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
};

use parity_scale_codec::{Decode, Encode};
use weal_consensus::{Evidence, Statement};
use weal_types::{ChainId, Epoch, Hash, Height, PublicKey, View};

/// Files in the directory, at most. One has some hundred bytes, and twice a NEW-VIEW's 512 KiB at
/// worst: 256 MiB are the most that liars can fill, and then somebody has looked long ago.
const MOST_FILES: usize = 256;

/// What a file holds: all that is needed to check it elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Kept {
    /// The chain that the statements are about.
    pub chain: ChainId,
    /// The key of the validator that signed both.
    pub culprit: PublicKey,
    /// The two statements. They name their epoch, and bear that key's signatures.
    pub evidence: Evidence,
}

/// What there is to tell of a contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// What was said twice.
    pub kind: &'static str,
    /// In which epoch.
    pub epoch: Epoch,
    /// In which view the first statement was made.
    pub view: View,
    /// About which height; of a view's change the stable one.
    pub height: Height,
    /// What each signature is over.
    pub signed: [Hash; 2],
}

/// The directory.
pub struct Folder {
    directory: PathBuf,
    chain: ChainId,
    /// What this process has told, of the newest epochs. Bounded by validators and kinds.
    told: BTreeSet<(Epoch, u8, &'static str)>,
}

impl Folder {
    /// Over a directory, which is made when there is something to keep.
    pub const fn new(directory: PathBuf, chain: ChainId) -> Self {
        Self { directory, chain, told: BTreeSet::new() }
    }

    /// Whether this is the first contradiction of its kind that this process sees from the
    /// validator in the epoch.
    pub fn is_news(&mut self, culprit: u8, summary: &Summary) -> bool {
        let epoch = summary.epoch;
        self.told.retain(|(other, ..)| other.0.saturating_add(1) >= epoch.0);
        self.told.insert((epoch, culprit, summary.kind))
    }

    /// Keeps it, unless one like it is kept already or the directory is full. Where.
    pub fn keep(
        &self,
        evidence: Evidence,
        culprit: PublicKey,
        summary: &Summary,
    ) -> io::Result<Option<PathBuf>> {
        let (epoch, position, kind) = (summary.epoch, evidence.culprit(), summary.kind);
        let path = self.directory.join(format!("epoch-{epoch}-validator-{position}-{kind}"));
        fs::create_dir_all(&self.directory)?;
        if path.exists() {
            return Ok(Some(path));
        }
        if fs::read_dir(&self.directory)?.count() >= MOST_FILES {
            return Ok(None);
        }
        let kept = Kept { chain: self.chain, culprit, evidence };
        let draft = self.directory.join("new");
        let mut file = File::create(&draft)?;
        file.write_all(&kept.encode())?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(&self.directory)?.sync_all()?;
        Ok(Some(path))
    }
}

/// What a contradiction is about.
pub fn summary(chain: &ChainId, evidence: &Evidence) -> Summary {
    match evidence {
        Evidence::PrePrepares(one, other) => {
            let (epoch, height) = (one.body.proposal.epoch, one.body.proposal.height);
            let signed = [one.body.message(chain), other.body.message(chain)];
            Summary { kind: "proposals", epoch, view: one.body.view, height, signed }
        }
        Evidence::Votes(one, other) => {
            let vote = &one.body;
            let signed = [vote.message(chain), other.body.message(chain)];
            let (epoch, view, height) = (vote.epoch, vote.view, vote.height);
            Summary { kind: "votes", epoch, view, height, signed }
        }
        Evidence::ViewChanges(one, other) => {
            let change = &one.body;
            let signed = [change.message(chain), other.body.message(chain)];
            let (epoch, view, height) = (change.epoch, change.view, change.stable.height);
            Summary { kind: "view-changes", epoch, view, height, signed }
        }
        Evidence::NewViews(one, other) => {
            let new_view = &one.body;
            let signed = [new_view.message(chain), other.body.message(chain)];
            let (epoch, view, height) = (new_view.epoch, new_view.view, new_view.stable.height);
            Summary { kind: "new-views", epoch, view, height, signed }
        }
        Evidence::Amnesia(commit, change) => {
            let vote = &commit.body;
            let signed = [vote.message(chain), change.body.message(chain)];
            let (epoch, view, height) = (vote.epoch, vote.view, vote.height);
            Summary { kind: "amnesia", epoch, view, height, signed }
        }
    }
}

#[cfg(test)]
mod tests {
    use parity_scale_codec::DecodeAll;
    use weal_consensus::Signed;
    use weal_types::certificate::{CertificateKind, Vote};

    use super::*;

    const CHAIN: ChainId = ChainId([3; 32]);

    fn votes(epoch: u64, signer: u8, kind: CertificateKind, hash: u8) -> Evidence {
        let vote = |hash: u8| {
            let body = Vote {
                kind,
                epoch: Epoch(epoch),
                view: View(2),
                height: Height(7),
                hash: [hash; 32],
            };
            Signed { body, signer, signature: [0; 64] }
        };
        Evidence::Votes(vote(0), vote(hash))
    }

    #[test]
    fn one_of_a_kind_is_told_in_an_epoch_for_each_validator() {
        let mut folder = Folder::new(PathBuf::new(), CHAIN);
        let mut is_news = |epoch, signer, hash| {
            let evidence = votes(epoch, signer, CertificateKind::Commit, hash);
            folder.is_news(signer, &summary(&CHAIN, &evidence))
        };
        assert!(is_news(0, 1, 1));
        assert!(!is_news(0, 1, 2), "another contradiction of the same kind");
        assert!(is_news(0, 2, 1), "another validator");
        assert!(is_news(1, 1, 1), "another epoch");
    }

    #[test]
    fn what_is_kept_can_be_read_and_is_not_written_again() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::new(directory.path().join("evidence"), CHAIN);
        let culprit = PublicKey([5; 32]);
        let keep = |evidence: &Evidence| {
            let summary = summary(&CHAIN, evidence);
            folder.keep(evidence.clone(), culprit, &summary).unwrap()
        };
        let first = votes(4, 1, CertificateKind::Commit, 1);
        let path = keep(&first).unwrap();
        assert!(path.ends_with("evidence/epoch-4-validator-1-votes"));
        assert_eq!(keep(&votes(4, 1, CertificateKind::Prepare, 2)), Some(path.clone()));
        let kept = Kept::decode_all(&mut &fs::read(path).unwrap()[..]).unwrap();
        assert_eq!(kept, Kept { chain: CHAIN, culprit, evidence: first });
    }

    #[test]
    fn a_full_directory_takes_no_more() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::new(directory.path().to_owned(), CHAIN);
        let keep = |epoch: u64| {
            let evidence = votes(epoch, 1, CertificateKind::Commit, 1);
            let summary = summary(&CHAIN, &evidence);
            folder.keep(evidence, PublicKey([5; 32]), &summary).unwrap()
        };
        assert!(keep(0).is_some());
        for number in 1..MOST_FILES - 1 {
            fs::write(directory.path().join(number.to_string()), []).unwrap();
        }
        assert!(keep(1).is_some(), "the last one");
        assert_eq!(keep(2), None);
        assert!(keep(0).is_some(), "what is kept stays");
    }
}
