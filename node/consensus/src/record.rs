//! What a replica must remember over a crash.
//!
//! The journal keeps records in order and loses, in a power cut, none that it called durable. A
//! lost tail is as if it had never been asked for: nothing was said that depends on it.

use alloc::sync::Arc;

use parity_scale_codec::{Decode, Encode};
use weal_types::{Epoch, Hash, Height, View, block::Proposal, certificate::Certificate};

use crate::message::{Grounds, NewView, Signed, ViewChange};

/// One thing that must survive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Record {
    /// The proposal accepted for a slot, with its transactions, which the engine adds. It stands
    /// before every PRE-PREPARE and every PREPARE for a fresh proposal.
    Accepted {
        /// In which view.
        view: View,
        /// What was accepted.
        proposal: Proposal,
    },
    /// A proposal with its transactions, without a vote.
    Body(Proposal),
    /// A PREPARE certificate. It stands before the COMMIT for the same.
    Prepared(Arc<Certificate>),
    /// A COMMIT certificate.
    Ordered(Arc<Certificate>),
    /// The own VIEW-CHANGE.
    ViewChange(ViewChange, Arc<Grounds>),
    /// The NEW-VIEW that began a view. It stands for the acceptance of every slot that it orders.
    NewView(Arc<Signed<NewView>>),
    /// A CHECKPOINT certificate: the stable height.
    Stable(Arc<Certificate>),
}

impl Record {
    /// The proposal whose transactions belong into the same batch.
    pub const fn body(&self) -> Option<&Proposal> {
        match self {
            Self::Accepted { proposal, .. } | Self::Body(proposal) => Some(proposal),
            _ => None,
        }
    }

    /// Which epoch it belongs to.
    pub fn epoch(&self) -> Epoch {
        match self {
            Self::Accepted { proposal, .. } | Self::Body(proposal) => proposal.epoch,
            Self::Prepared(certificate)
            | Self::Ordered(certificate)
            | Self::Stable(certificate) => certificate.vote.epoch,
            Self::ViewChange(change, _) => change.epoch,
            Self::NewView(signed) => signed.body.epoch,
        }
    }

    /// The slot that it is about, if it is about one.
    pub fn height(&self) -> Option<Height> {
        match self {
            Self::Accepted { proposal, .. } | Self::Body(proposal) => Some(proposal.height),
            Self::Prepared(certificate)
            | Self::Ordered(certificate)
            | Self::Stable(certificate) => Some(certificate.vote.height),
            Self::ViewChange(..) | Self::NewView(_) => None,
        }
    }
}

/// Whether `digest` is that of an empty slot.
pub(crate) fn is_null(
    chain: &weal_types::ChainId,
    epoch: Epoch,
    height: Height,
    digest: &Hash,
) -> bool {
    *digest == Proposal::null_digest(chain, epoch, height)
}
