//! Final blocks and the ends of epochs for whoever is behind, read from the ledger on a thread of
//! their own: votes do not wait for a disk.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

use parity_scale_codec::Encode;
use weal_consensus::Message;
use weal_net::Network;
use weal_types::{Epoch, Height, PublicKey, codec::Bounded};

use super::packet::{BLOCKS, BLOCKS_BYTES, Block, Packet};
use crate::ledger::{Ledger, LedgerError};

/// Questions that may wait; more are dropped, and asked again by whoever needs the answer.
const WAITING: usize = 64;

/// What somebody asks for.
pub enum Question {
    /// Blocks, from the first to the last.
    Blocks(Height, Height),
    /// The certificate of an epoch's last header, which leads whoever is in it to the next.
    End(Epoch),
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

/// Starts the thread; it ends with what takes the questions.
pub fn start(ledger: Ledger, network: Arc<Network>) -> std::io::Result<(Archive, JoinHandle<()>)> {
    let (questions, waiting) = mpsc::sync_channel::<(PublicKey, Question)>(WAITING);
    let asking = Arc::new(Mutex::new(BTreeSet::new()));
    let archive = Archive { questions, asking: Arc::clone(&asking) };
    let run = move || {
        while let Ok((from, question)) = waiting.recv() {
            asking.lock().unwrap_or_else(PoisonError::into_inner).remove(&from);
            match answer(&ledger, &question) {
                Ok(None) => {}
                Ok(Some(packet)) => network.send(&from, packet.urgency(), packet.encode().into()),
                Err(error) => tracing::error!(%error, "a block cannot be read for another node"),
            }
        }
    };
    let thread = std::thread::Builder::new().name("archive".into()).spawn(run)?;
    Ok((archive, thread))
}

/// What there is; an epoch that has not ended, and blocks that are being written, are asked for
/// again.
fn answer(ledger: &Ledger, question: &Question) -> Result<Option<Packet>, LedgerError> {
    Ok(match question {
        Question::Blocks(first, last) => {
            let blocks = collect(ledger, *first, *last)?;
            // There are no more than fit.
            (!blocks.is_empty()).then(|| Packet::Blocks(Bounded::new(blocks).unwrap_or_default()))
        }
        Question::End(epoch) => ledger
            .end(*epoch)?
            .map(|end| Packet::Message(Message::Certificate(Arc::new(end.certificate)))),
    })
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
