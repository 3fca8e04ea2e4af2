//! Bytes on a connection.
//!
//! ```text
//! length u32 ‖ urgency u8 ‖ payload     length counts what follows it; numbers are little-endian
//! 00 00 00 00                           a ping: the sender is there and has nothing to say
//! length u32 ‖ HELLO or answer          before it is known who is there
//! ```

use std::{io, sync::Arc};

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{Lane, Urgency, hello};

/// A ping: no length, and nothing follows.
pub const PING: [u8; 4] = [0; 4];

/// Bytes that are handed to TLS at once: four of its records. Larger ones would only make a vote's
/// payload wait longer behind each other.
pub const MOST_WRITE: usize = 64 << 10;

/// A payload and how it travels.
pub type Frame = (Urgency, Arc<[u8]>);

/// What a correct peer never sends. The connection ends.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Violation {
    /// No urgency has this number.
    #[error("the urgency {0} does not exist")]
    Urgency(u8),
    /// This urgency belongs on the other connection.
    #[error("{0:?} do not travel on this connection")]
    Lane(Urgency),
    /// The payload is longer than its urgency allows.
    #[error("a payload of {bytes} bytes, but {urgency:?} have at most {most}")]
    Length {
        /// How it travels.
        urgency: Urgency,
        /// Its announced length in bytes.
        bytes: usize,
        /// The most that is allowed.
        most: usize,
    },
}

/// The bytes before a payload of `payload` bytes, which are no more than the urgency allows.
pub fn header(urgency: Urgency, payload: usize) -> [u8; 5] {
    // At most 17 MiB: it fits into a u32.
    let [a, b, c, d] = (payload as u32 + 1).to_le_bytes();
    [a, b, c, d, urgency.byte()]
}

/// What the first five bytes of a frame say, on this lane: its urgency, and the bytes of its
/// payload. `length` is not 0, which would be a ping.
pub fn parse(length: u32, urgency: u8, lane: Lane) -> Result<(Urgency, usize), Violation> {
    let urgency = Urgency::of_byte(urgency).ok_or(Violation::Urgency(urgency))?;
    if urgency.lane() != lane {
        return Err(Violation::Lane(urgency));
    }
    // A length of 0 has no place for the urgency.
    let bytes = (length as usize).saturating_sub(1);
    let most = urgency.most_payload();
    if bytes > most {
        Err(Violation::Length { urgency, bytes, most })
    } else {
        Ok((urgency, bytes))
    }
}

/// Cuts frames into writes of at most [`MOST_WRITE`] bytes.
#[derive(Default)]
pub struct Cutter {
    /// A payload that is under way, and how much of it has gone.
    rest: Option<(Arc<[u8]>, usize)>,
}

impl Cutter {
    /// Fills `write`, which is empty, with what is under way and then with what `next` gives.
    pub fn fill(&mut self, write: &mut Vec<u8>, mut next: impl FnMut() -> Option<Frame>) {
        // A header goes whole.
        while write.len() + PING.len() < MOST_WRITE {
            let (payload, gone) = match self.rest.take() {
                Some(rest) => rest,
                None => {
                    let Some((urgency, payload)) = next() else { return };
                    write.extend(header(urgency, payload.len()));
                    (payload, 0)
                }
            };
            let room = MOST_WRITE - write.len();
            let until = payload.len().min(gone + room);
            write.extend(&payload[gone..until]);
            if until < payload.len() {
                self.rest = Some((payload, until));
            }
        }
    }
}

/// Writes a HELLO or its answer.
pub async fn write_greeting<S>(stream: &mut S, bytes: &[u8]) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    // Some 130 bytes: they fit into a u32.
    let length = (bytes.len() as u32).to_le_bytes();
    stream.write_all(&[&length, bytes].concat()).await?;
    stream.flush().await
}

/// Reads a HELLO or its answer: at most [`hello::MOST_BYTES`] bytes, and no byte beyond it.
pub async fn read_greeting<S>(stream: &mut S) -> io::Result<Vec<u8>>
where
    S: AsyncRead + Unpin,
{
    let length = stream.read_u32_le().await? as usize;
    if length > hello::MOST_BYTES {
        let text = format!("a greeting of {length} bytes; at most {}", hello::MOST_BYTES);
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    #[test]
    fn a_header_is_parsed_as_it_was_written() {
        for urgency in Urgency::ALL {
            for bytes in [0, 1, urgency.most_payload()] {
                let [a, b, c, d, byte] = header(urgency, bytes);
                let length = u32::from_le_bytes([a, b, c, d]);
                assert_eq!(parse(length, byte, urgency.lane()), Ok((urgency, bytes)));
            }
        }
    }

    #[test]
    fn violations_are_named() {
        let most = Urgency::Votes.most_payload();
        let long = Violation::Length { urgency: Urgency::Votes, bytes: most + 1, most };
        assert_eq!(parse(most as u32 + 2, 0, Lane::Votes), Err(long));
        assert_eq!(parse(1, 4, Lane::Bulk), Err(Violation::Urgency(4)));
        assert_eq!(parse(1, 0, Lane::Bulk), Err(Violation::Lane(Urgency::Votes)));
        assert_eq!(parse(1, 1, Lane::Votes), Err(Violation::Lane(Urgency::Bodies)));
        assert!(parse(u32::MAX, 3, Lane::Bulk).is_err());
    }

    #[test]
    fn frames_are_cut_into_writes_without_loss() {
        let lengths = [0, 1, 100, MOST_WRITE - 5, MOST_WRITE - 4, MOST_WRITE, 1_000_000, 3];
        let frames: [Frame; 8] =
            lengths.map(|length| (Urgency::Bodies, vec![length as u8; length].into()));
        let mut expected = Vec::new();
        for (urgency, payload) in &frames {
            expected.extend(header(*urgency, payload.len()));
            expected.extend(&payload[..]);
        }
        let mut waiting = VecDeque::from(frames);
        let mut cutter = Cutter::default();
        let mut written = Vec::new();
        loop {
            let mut write = Vec::new();
            cutter.fill(&mut write, || waiting.pop_front());
            if write.is_empty() {
                break;
            }
            assert!(write.len() <= MOST_WRITE);
            written.extend(write);
        }
        assert_eq!(written, expected);
    }
}
