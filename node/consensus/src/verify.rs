//! The only door for messages: signatures, and everything about a message that can be judged
//! without knowing the replica's state (docs/consensus.md, Objects).
//!
//! A [`Verified`] message has passed; nothing else makes one. What it says may still be untrue or
//! useless, and the replica decides that.

use alloc::vec::Vec;
use core::ops::Deref;

use thiserror::Error;
use weal_types::{
    ChainId, Epoch, Hash, Height, PublicKey, View,
    certificate::{Certificate, CertificateKind, ValidatorSet, Vote},
};

use crate::{
    message::{
        Claim, Grounds, Mark, Message, NewView, Recollection, Signed, Statement, ViewChange,
    },
    settings::WINDOW,
};

/// One signature that must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Whose.
    pub key: PublicKey,
    /// Over what.
    pub message: Hash,
    /// The signature.
    pub signature: [u8; 64],
}

/// Who knows signatures: sr25519 under the validators' signing context, or a simulation's own.
pub trait Signatures {
    /// Whether all of them hold.
    fn hold(&self, checks: &[Check]) -> bool;
}

/// What a message is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The chain.
    pub chain: &'a ChainId,
    /// The validators of the epoch.
    pub validators: &'a ValidatorSet,
    /// Where the epoch begins, which is final without a certificate.
    pub start: Mark,
    /// The judge: only the leader of a new view looks at the grounds of a VIEW-CHANGE.
    pub me: u8,
}

/// Why a message is dropped. Whoever sent it is at fault, or lives in another epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Invalid {
    /// It belongs to other validators.
    #[error("it is of epoch {found}, not {expected}")]
    Epoch {
        /// Its epoch.
        found: Epoch,
        /// The present one.
        expected: Epoch,
    },
    /// The set has no such validator.
    #[error("there is no validator {signer}")]
    Signer {
        /// The position named.
        signer: u8,
    },
    /// The signer does not lead the view.
    #[error("validator {signer} does not lead view {view}")]
    NotLeader {
        /// Who signed.
        signer: u8,
        /// Which view.
        view: View,
    },
    /// A certificate has fewer signers than a quorum, more than the set, or not as many as
    /// signatures.
    #[error("a certificate at height {height} is not one of a quorum")]
    Certificate {
        /// For which height.
        height: Height,
    },
    /// Claims, certificates or an order are not what they must be.
    #[error("its {part} do not fit together")]
    Shape {
        /// What is wrong.
        part: &'static str,
    },
    /// A signature does not hold.
    #[error("a signature does not hold")]
    Signature,
}

/// A message that has passed [`Verified::check`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Verified(Message);

impl Verified {
    /// Judges a message.
    pub fn check(
        message: Message,
        rules: &Rules,
        signatures: &dyn Signatures,
    ) -> Result<Self, Invalid> {
        let checks = rules.checks(&message)?;
        match checks.is_empty() || signatures.hold(&checks) {
            true => Ok(Self(message)),
            false => Err(Invalid::Signature),
        }
    }

    /// Judges many messages with one look at all their signatures, and each by itself only if that
    /// fails: one verdict for each, in order.
    pub fn check_all(
        messages: Vec<Message>,
        rules: &Rules,
        signatures: &dyn Signatures,
    ) -> Vec<Result<Self, Invalid>> {
        let checks: Vec<_> = messages.iter().map(|message| rules.checks(message)).collect();
        let together: Vec<Check> = checks.iter().flatten().flatten().copied().collect();
        let all_hold = together.is_empty() || signatures.hold(&together);
        let verdict = |(message, checks): (Message, Result<Vec<Check>, Invalid>)| {
            let checks = checks?;
            match all_hold || checks.is_empty() || signatures.hold(&checks) {
                true => Ok(Self(message)),
                false => Err(Invalid::Signature),
            }
        };
        messages.into_iter().zip(checks).map(verdict).collect()
    }

    /// The message.
    pub fn into_inner(self) -> Message {
        self.0
    }
}

impl Deref for Verified {
    type Target = Message;

    fn deref(&self) -> &Message {
        &self.0
    }
}

/// Who leads a view (Castro & Liskov 1999 §4): the validators take turns, and each epoch begins
/// with another.
pub fn leader(validators: &ValidatorSet, view: View) -> u8 {
    let size = validators.validators.len().max(1) as u64;
    // A set has at most 128 validators, so the rest fits.
    (validators.epoch.0.wrapping_add(view.0) % size) as u8
}

impl Rules<'_> {
    /// The signatures that a message rests on, after every check that needs no key.
    pub fn checks(&self, message: &Message) -> Result<Vec<Check>, Invalid> {
        let (found, expected) = (message.epoch(), self.validators.epoch);
        let is_status = matches!(message, Message::Status(_));
        if found != expected && !is_status {
            return Err(Invalid::Epoch { found, expected });
        }
        let mut checks = Vec::new();
        match message {
            Message::PrePrepare(signed) => {
                self.check_leader(signed.signer, signed.body.view)?;
                self.add(&mut checks, signed)?;
            }
            Message::Vote(signed) => {
                check_kind(&signed.body)?;
                self.add(&mut checks, signed)?;
            }
            Message::ViewChange(signed, grounds) => {
                self.add_change(&mut checks, signed)?;
                if leader(self.validators, signed.body.view) == self.me {
                    self.add_grounds(&mut checks, &signed.body, grounds)?;
                }
            }
            Message::NewView(signed) => self.add_new_view(&mut checks, signed)?,
            Message::Certificate(certificate) => self.add_certificate(&mut checks, certificate)?,
            Message::Recalled(.., held) => self.add_recollection(&mut checks, held)?,
            Message::Status(_) | Message::Recall(..) => {}
        }
        Ok(checks)
    }

    fn add<T: Statement>(
        &self,
        checks: &mut Vec<Check>,
        signed: &Signed<T>,
    ) -> Result<(), Invalid> {
        let (found, expected) = (signed.body.epoch(), self.validators.epoch);
        if found != expected {
            return Err(Invalid::Epoch { found, expected });
        }
        let validator = self.validators.validators.get(usize::from(signed.signer));
        let key = validator.ok_or(Invalid::Signer { signer: signed.signer })?.key;
        let message = signed.body.message(self.chain);
        checks.push(Check { key, message, signature: signed.signature });
        Ok(())
    }

    fn check_leader(&self, signer: u8, view: View) -> Result<(), Invalid> {
        match leader(self.validators, view) == signer {
            true => Ok(()),
            false => Err(Invalid::NotLeader { signer, view }),
        }
    }

    fn add_change(
        &self,
        checks: &mut Vec<Check>,
        signed: &Signed<ViewChange>,
    ) -> Result<(), Invalid> {
        check_claims(&signed.body)?;
        self.add(checks, signed)
    }

    /// Rule: How. Every claim has its certificate, and the stable height its own.
    fn add_grounds(
        &self,
        checks: &mut Vec<Check>,
        change: &ViewChange,
        grounds: &Grounds,
    ) -> Result<(), Invalid> {
        self.add_stable(checks, &change.stable, grounds.stable.as_ref())?;
        let pairs = change.claims.iter().zip(grounds.prepared.iter());
        let proves = |(claim, certificate): (&Claim, &Certificate)| {
            let vote = &certificate.vote;
            (vote.kind, vote.height, vote.view, vote.hash)
                == (CertificateKind::Prepare, claim.height, claim.view, claim.digest)
        };
        if change.claims.len() != grounds.prepared.len() || !pairs.clone().all(proves) {
            return Err(Invalid::Shape { part: "claims and certificates" });
        }
        pairs.into_iter().try_for_each(|(_, certificate)| self.add_certificate(checks, certificate))
    }

    fn add_stable(
        &self,
        checks: &mut Vec<Check>,
        stable: &Mark,
        certificate: Option<&Certificate>,
    ) -> Result<(), Invalid> {
        let Some(certificate) = certificate else {
            return match *stable == self.start {
                true => Ok(()),
                false => Err(Invalid::Shape { part: "stable height and certificate" }),
            };
        };
        let vote = &certificate.vote;
        let is_for = (vote.kind, vote.height, vote.hash)
            == (CertificateKind::Checkpoint, stable.height, stable.hash);
        if !is_for {
            return Err(Invalid::Shape { part: "stable height and certificate" });
        }
        self.add_certificate(checks, certificate)
    }

    fn add_new_view(
        &self,
        checks: &mut Vec<Check>,
        signed: &Signed<NewView>,
    ) -> Result<(), Invalid> {
        let NewView { view, stable, changes, certificate, prepared, .. } = &signed.body;
        self.check_leader(signed.signer, *view)?;
        self.add(checks, signed)?;
        for change in changes.iter() {
            self.add_change(checks, change)?;
        }
        self.add_stable(checks, stable, certificate.as_ref())?;
        for certificate in prepared.iter() {
            if certificate.vote.kind != CertificateKind::Prepare {
                return Err(Invalid::Shape { part: "certificates" });
            }
            self.add_certificate(checks, certificate)?;
        }
        Ok(())
    }

    /// The signatures of a certificate, which name distinct validators of the set, a quorum of
    /// them.
    fn add_certificate(
        &self,
        checks: &mut Vec<Check>,
        certificate: &Certificate,
    ) -> Result<(), Invalid> {
        let Certificate { vote, signers, signatures, .. } = certificate;
        let height = vote.height;
        let (found, expected) = (vote.epoch, self.validators.epoch);
        if found != expected {
            return Err(Invalid::Epoch { found, expected });
        }
        check_kind(vote)?;
        let positions: Vec<_> = (0..128_u32).filter(|bit| signers >> bit & 1 == 1).collect();
        if positions.len() != signatures.len() || positions.len() < self.validators.quorum() {
            return Err(Invalid::Certificate { height });
        }
        let message = vote.message(self.chain);
        for (position, signature) in positions.into_iter().zip(signatures.iter()) {
            let validator = self.validators.validators.get(position as usize);
            let key = validator.ok_or(Invalid::Certificate { height })?.key;
            checks.push(Check { key, message, signature: *signature });
        }
        Ok(())
    }

    /// Rule: Recovery. Only what this validator signed itself is told about it.
    fn add_recollection(
        &self,
        checks: &mut Vec<Check>,
        held: &Recollection,
    ) -> Result<(), Invalid> {
        for vote in held.votes.iter() {
            check_kind(&vote.body)?;
            self.check_own(vote.signer)?;
            self.add(checks, vote)?;
        }
        for proposal in held.proposals.iter() {
            self.check_own(proposal.signer)?;
            self.add(checks, proposal)?;
        }
        if let Some(change) = &held.change {
            self.check_own(change.signer)?;
            self.add(checks, change)?;
        }
        if let Some(new_view) = &held.new_view {
            self.check_own(new_view.signer)?;
            self.add(checks, new_view)?;
        }
        Ok(())
    }

    const fn check_own(&self, signer: u8) -> Result<(), Invalid> {
        if signer == self.me { Ok(()) } else { Err(Invalid::Signer { signer }) }
    }
}

/// What was executed does not depend on who led, so a CHECKPOINT has view 0.
fn check_kind(vote: &Vote) -> Result<(), Invalid> {
    match vote.kind == CertificateKind::Checkpoint && vote.view != View::ZERO {
        true => Err(Invalid::Shape { part: "kind and view" }),
        false => Ok(()),
    }
}

/// Rule: How. Claims ascend, lie in the window above the stable height, and are of earlier views.
fn check_claims(change: &ViewChange) -> Result<(), Invalid> {
    let mut above = change.stable.height;
    let top = change.stable.height.0.saturating_add(WINDOW);
    for claim in change.claims.iter() {
        if claim.height <= above || claim.height.0 > top || claim.view >= change.view {
            return Err(Invalid::Shape { part: "claims" });
        }
        above = claim.height;
    }
    Ok(())
}
