//! Final blocks, the ends of epochs, and states for whoever is behind, read from the disk on a
//! thread of their own: votes do not wait for it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

use parity_scale_codec::Encode;
use thiserror::Error;
use weal_consensus::Message;
use weal_net::Network;
use weal_state::StateError;
use weal_types::{Epoch, Height, PublicKey, codec::Bounded};

use super::{
    packet::{BLOCKS, BLOCKS_BYTES, Block, Packet},
    snapshot::{Answered, Asked, ENDS, Entries, LISTED, Offer},
};
use crate::{
    ledger::{Ledger, LedgerError},
    snapshots::{Kept, Shelf},
    threads,
};

/// Questions that may wait; more are dropped, and asked again by whoever needs the answer.
const WAITING: usize = 64;

/// What somebody asks for.
#[derive(Clone, Copy, Debug)]
pub enum Question {
    /// Blocks, from the first to the last.
    Blocks(Height, Height),
    /// The certificate of an epoch's last header, which leads whoever is in it to the next.
    End(Epoch),
    /// A state.
    State(Asked),
}

/// Takes questions. Each node has one waiting at most, so nobody's crowd out the others'.
pub struct Archive {
    questions: mpsc::SyncSender<(PublicKey, Question)>,
    asking: Arc<Mutex<BTreeSet<PublicKey>>>,
}

impl Archive {
    /// Answers when it is this question's turn, or never: whoever needs the answer asks again.
    pub fn ask(&self, from: PublicKey, question: Question) {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if asking.insert(from) && self.questions.try_send((from, question)).is_err() {
            asking.remove(&from);
        }
    }
}

/// Why a question has no answer: this machine is at fault.
#[derive(Debug, Error)]
enum ArchiveError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    State(#[from] StateError),
}

/// Starts the thread; it ends with what takes the questions.
pub fn start(
    ledger: Ledger,
    shelf: Shelf,
    network: Arc<Network>,
) -> std::io::Result<(Archive, JoinHandle<()>)> {
    let (questions, waiting) = mpsc::sync_channel::<(PublicKey, Question)>(WAITING);
    let asking = Arc::new(Mutex::new(BTreeSet::new()));
    let archive = Archive { questions, asking: Arc::clone(&asking) };
    let run = move || {
        while let Ok((from, question)) = waiting.recv() {
            asking.lock().unwrap_or_else(PoisonError::into_inner).remove(&from);
            match answer(&ledger, &shelf, question) {
                Ok(None) => {}
                Ok(Some(packet)) => {
                    network.send(&from, packet.urgency(), packet.encode().into());
                }
                Err(error) => {
                    tracing::error!(%error, "a block or a state cannot be read for another node");
                }
            }
        }
    };
    // Without it others ask elsewhere.
    let thread = threads::spawn("archive", run, drop)?;
    Ok((archive, thread))
}

/// What there is; an epoch that has not ended, and blocks that are being written, are asked for
/// again.
fn answer(
    ledger: &Ledger,
    shelf: &Shelf,
    question: Question,
) -> Result<Option<Packet>, ArchiveError> {
    Ok(match question {
        Question::Blocks(first, last) => {
            let blocks = collect(ledger, first, last)?;
            // Block 0 is everywhere, and asked for by nobody.
            let is_before = blocks.is_empty() && first <= ledger.base() && first > Height::ZERO;
            match ledger.base().next().filter(|_| is_before) {
                Some(first) => Some(Packet::BlocksFrom(first)),
                // There are no more than fit.
                None => (!blocks.is_empty())
                    .then(|| Packet::Blocks(Bounded::new(blocks).unwrap_or_default())),
            }
        }
        Question::End(epoch) => ledger
            .end(epoch)?
            .map(|end| Packet::Message(Message::Certificate(Arc::new(end.certificate)))),
        Question::State(asked) => {
            Some(Packet::State(asked, Box::new(of_state(ledger, shelf, asked)?)))
        }
    })
}

fn of_state(ledger: &Ledger, shelf: &Shelf, asked: Asked) -> Result<Answered, ArchiveError> {
    match asked {
        Asked::Offer(pinned) => offer(ledger, shelf, pinned),
        Asked::Ends(first) => {
            let ends = Bounded::new(ledger.ends(first, ENDS)?);
            Ok(Answered::Ends(ends.unwrap_or_default()))
        }
        Asked::List(height, first) => Ok(shelf.get(height).map_or(Answered::Nothing, |kept| {
            let parts = kept.copy().parts().iter().skip(first as usize).take(LISTED);
            let parts = parts.map(|part| (part.depth, part.hash)).collect();
            Answered::List(Bounded::new(parts).unwrap_or_default())
        })),
        Asked::Part(height, number) => part(shelf, height, number),
    }
}

/// The newest state that is kept.
fn offer(ledger: &Ledger, shelf: &Shelf, pinned: Option<Height>) -> Result<Answered, ArchiveError> {
    let Some(kept) = shelf.newest() else { return Ok(Answered::Nothing) };
    let pinned = match pinned {
        None => None,
        Some(height) => ledger.header(height)?.map(|(header, _)| header),
    };
    let Kept { header, certificate, .. } = &*kept;
    let (header, certificate) = (header.clone(), certificate.clone());
    // There are fewer than 2^20.
    let parts = u32::try_from(kept.copy().parts().len()).unwrap_or(u32::MAX);
    Ok(Answered::Offer(Box::new(Offer { header, certificate, parts, pinned })))
}

fn part(shelf: &Shelf, height: Height, number: u32) -> Result<Answered, ArchiveError> {
    let Some(kept) = shelf.get(height) else { return Ok(Answered::Nothing) };
    let entries = kept.copy().entries(number as usize)?;
    Ok(entries.and_then(Entries::new).map_or(Answered::Nothing, Answered::Part))
}

/// Blocks from `first` on, as far as there are, one answer holds, and the last has a certificate.
fn collect(ledger: &Ledger, first: Height, last: Height) -> Result<Vec<Block>, LedgerError> {
    let mut blocks = Vec::new();
    let (mut bytes, mut proven) = (0, 0);
    let mut next = Some(first).filter(|first| *first > Height::ZERO);
    while let Some(height) = next.filter(|height| *height <= last)
        && blocks.len() < BLOCKS
        && (bytes < BLOCKS_BYTES || proven == 0)
    {
        let (Some((header, certificate)), Some((proposal, wires))) =
            (ledger.header(height)?, ledger.body(height)?)
        else {
            break;
        };
        bytes += wires.iter().map(Vec::len).sum::<usize>();
        let transactions = Bounded::new(wires).unwrap_or_default();
        let is_proven = certificate.is_some();
        let is_last = header.next_set_id != header.set_id;
        blocks.push(Block { header, certificate, proposal, transactions });
        if is_proven {
            proven = blocks.len();
        }
        // Whoever asks judges by the validators of one epoch.
        next = height.next().filter(|_| !is_last);
    }
    blocks.truncate(proven);
    Ok(blocks)
}
