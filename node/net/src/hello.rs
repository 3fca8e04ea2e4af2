//! Who is at the other end: the first message each way.
//!
//! Whoever dials says HELLO, and the other side answers with its own or with a [`Refusal`]. A
//! HELLO is signed with the validator's key over the chain, the TLS session's exporter, the side,
//! the lane and the key of whoever shall read it. So it convinces nobody else, in no other session,
//! and a man in the middle cannot pass it on: his sessions with the two ends differ in exporter.

use std::fmt;

use parity_scale_codec::{Decode, Encode};
use schnorrkel::Signature;
use thiserror::Error;
use weal_types::{
    ChainId, Hash, PublicKey,
    certificate::VOTE_SIGNING_CONTEXT,
    codec::{self, DecodeError},
    hash::{Tag, hash},
};

use crate::{Identity, Lane, tls::Exporter};

/// The version of this protocol, and the first byte of each [`Hello`].
pub const VERSION: u8 = 1;

/// Bytes of a [`Hello`] or an [`Answer`] at most, which is all that is read before it is known who
/// is there. Today's have 131; a later version may say more and still be refused in good order.
pub const MOST_BYTES: usize = 4 << 10;

/// Which side of a connection. The number is what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that opened it.
    Dialer = 0,
    /// The one that listens.
    Acceptor = 1,
}

/// What a validator says of itself. Fields as they are encoded (`docs/wire.md`).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Hello {
    /// [`VERSION`].
    pub version: u8,
    /// The chain that it takes part in.
    pub chain: ChainId,
    /// Its validator key.
    pub key: PublicKey,
    /// What this connection is for.
    pub lane: Lane,
    /// By that key, over [`Session::message`].
    pub signature: [u8; 64],
}

/// What the side that accepted answers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
    /// It is content, and says who it is.
    Hello(Hello),
    /// It is not, and closes. This case stays the same in all versions.
    Refused(Refusal),
}

/// Why a HELLO is refused. Its place in this list is its code on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Refusal {
    /// It speaks another version of this protocol.
    Version,
    /// It takes part in another chain.
    Chain,
    /// Its key is no validator's.
    UnknownKey,
    /// The signature is not by its key over this session.
    Signature,
    /// It is known and shall not connect: it is cut off, the reader itself, or the one of the two
    /// that is to be dialled.
    Unwanted,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "another version of the protocol",
            Self::Chain => "another chain",
            Self::UnknownKey => "an unknown key",
            Self::Signature => "a bad signature",
            Self::Unwanted => "not wanted",
        })
    }
}

impl Refusal {
    /// What an operator can do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Version => "run the same release on both nodes",
            Self::Chain => "compare the genesis documents of both nodes, or correct the address",
            Self::UnknownKey => {
                "compare both nodes' lists of validators, and their keys and addresses in them"
            }
            Self::Signature => {
                "compare key and key file of the nodes; if they are right, something between them \
                 opens their connections"
            }
            Self::Unwanted => {
                "look whether it was cut off on purpose, and whether two nodes use one key"
            }
        }
    }
}

/// Why a HELLO cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HelloError {
    /// It is of another version; the rest is not looked at.
    #[error("version {0} of the protocol is not spoken here")]
    Version(u8),
    /// It is no HELLO.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
}

impl Hello {
    /// Reads what a dialer sent.
    pub fn read(bytes: &[u8]) -> Result<Self, HelloError> {
        match bytes.first() {
            Some(&version) if version != VERSION => Err(HelloError::Version(version)),
            _ => Ok(codec::decode("hello", bytes, MOST_BYTES)?),
        }
    }
}

impl Answer {
    /// Reads what the side that accepted sent.
    pub fn read(bytes: &[u8]) -> Result<Self, HelloError> {
        // Behind the byte for the case.
        match bytes {
            [0, version, ..] if *version != VERSION => Err(HelloError::Version(*version)),
            _ => Ok(codec::decode("answer to a hello", bytes, MOST_BYTES)?),
        }
    }
}

/// What a HELLO is bound to besides its sender and its reader.
#[derive(Clone, Debug)]
pub struct Session {
    /// The chain.
    pub chain: ChainId,
    /// What only the two ends of the TLS session know.
    pub exporter: Exporter,
    /// What the connection is for.
    pub lane: Lane,
}

impl Session {
    /// What the validator on `side` signs for `reader`.
    pub fn message(&self, side: Side, reader: &PublicKey) -> Hash {
        let side_and_lane = [side as u8, self.lane.index() as u8];
        hash(Tag::Hello, &[&self.chain.0, &self.exporter, &side_and_lane, &reader.0])
    }

    /// The HELLO of `identity` on `side`, for `reader`.
    pub fn hello(&self, identity: &dyn Identity, side: Side, reader: &PublicKey) -> Hello {
        Hello {
            version: VERSION,
            chain: self.chain,
            key: identity.key(),
            lane: self.lane,
            signature: identity.sign(&self.message(side, reader)),
        }
    }

    /// Whether `reader` may believe that the sender of `hello`, on `side`, holds the key in it.
    pub fn is_signed(&self, hello: &Hello, side: Side, reader: &PublicKey) -> bool {
        let key = schnorrkel::PublicKey::from_bytes(&hello.key.0);
        let signature = Signature::from_bytes(&hello.signature);
        let (Ok(key), Ok(signature)) = (key, signature) else { return false };
        let message = self.message(side, reader);
        key.verify_simple(VOTE_SIGNING_CONTEXT, &message, &signature).is_ok()
    }
}

#[cfg(test)]
mod tests;
