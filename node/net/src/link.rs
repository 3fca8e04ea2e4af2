//! One connection, once it is known whose it is: one side of it reads and the other writes until
//! either ends.

use std::{io, sync::Arc, time::Duration};

use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader, ReadHalf, WriteHalf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsStream;

use crate::{
    Lane, Received, Receiver, Urgency,
    frame::{Cutter, MOST_WRITE, PING, Violation, parse},
    network::Shared,
    queue::SendQueue,
    table::{Entry, Installed, unwanted},
    urgency::cost,
};

/// After how long without a payload a ping is sent.
const PING_AFTER: Duration = Duration::from_secs(2);

/// How long nothing may come before a connection counts as dead: three pings may be late.
const SILENCE: Duration = Duration::from_secs(7);

/// Bytes that are taken from TLS at once, so that a hundred votes do not take a hundred calls.
const READ_AHEAD: usize = 16 << 10;

/// Why a connection ended.
#[derive(Debug, Error)]
enum End {
    #[error("it broke: {0}")]
    Broken(#[from] io::Error),
    #[error("nothing came for {} s", SILENCE.as_secs())]
    Silent,
    #[error(transparent)]
    Violation(#[from] Violation),
    #[error("a newer one took its place")]
    Replaced,
    #[error("the peer is cut off or no peer any more")]
    Unwanted,
}

/// Runs a connection to its end.
pub(crate) async fn run(
    shared: &Shared,
    entry: &Arc<Entry>,
    lane: Lane,
    stream: TlsStream<TcpStream>,
) {
    let Installed { number, queue, mut replaced, is_replacement } = entry.install(lane);
    let _leaves = Leaves { entry, lane, number, queue: &queue };
    let announced = (lane == Lane::Votes).then_some(&*shared.receiver);
    if let Some(receiver) = announced {
        // The older one says nothing when it ends.
        if is_replacement {
            receiver.disconnected(entry.key);
        }
        tracing::info!(peer = ?entry.key, address = entry.address(), "connected");
        receiver.connected(entry.key);
    } else {
        tracing::debug!(peer = ?entry.key, "connected for bulk");
    }
    let (input, output) = tokio::io::split(stream);
    let reader = Reader { input: BufReader::with_capacity(READ_AHEAD, input), entry, lane };
    let mut standing = entry.standing();
    let end = tokio::select! {
        biased;
        _ = &mut replaced => End::Replaced,
        () = unwanted(&mut standing) => End::Unwanted,
        end = either(reader.run(&*shared.receiver), write(output, &queue, entry)) => end,
    };
    if let End::Violation(violation) = &end {
        tracing::warn!(
            peer = ?entry.key,
            %violation,
            "a validator broke the protocol: ask who runs it whether it runs this release"
        );
    }
    // The place is given up first: whoever is told may ask how it stands.
    if !entry.remove(lane, number) {
        tracing::debug!(peer = ?entry.key, ?lane, %end, "an older connection ended");
    } else if let Some(receiver) = announced {
        tracing::info!(peer = ?entry.key, reason = %end, "disconnected");
        receiver.disconnected(entry.key);
    } else {
        tracing::debug!(peer = ?entry.key, reason = %end, "disconnected for bulk");
    }
}

/// Reads and writes until either ends. Which goes first is left to chance: both draw on the task's
/// budget, and the one that always came second could get none.
async fn either(read: impl Future<Output = End>, write: impl Future<Output = io::Error>) -> End {
    tokio::select! {
        end = read => end,
        error = write => error.into(),
    }
}

/// Gives up a connection's place and counts what it did not send, however its task ends.
struct Leaves<'a> {
    entry: &'a Entry,
    lane: Lane,
    number: u64,
    queue: &'a SendQueue,
}

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.entry.remove(self.lane, self.number);
        for (urgency, frames) in Urgency::ALL.into_iter().zip(self.queue.close()) {
            self.entry.dropped(urgency, frames);
        }
    }
}

/// Sends what the queue gives, and pings when it gives nothing.
async fn write(
    mut output: WriteHalf<TlsStream<TcpStream>>,
    queue: &SendQueue,
    entry: &Entry,
) -> io::Error {
    let mut cutter = Cutter::default();
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        cutter.fill(&mut bytes, || {
            queue.take().inspect(|(urgency, payload)| entry.sent(*urgency, payload.len()))
        });
        let step = if !bytes.is_empty() {
            output.write_all(&bytes).await
        } else {
            // An idle connection keeps no buffer.
            bytes.shrink_to(MOST_WRITE / 16);
            match output.flush().await {
                Ok(()) if timeout(PING_AFTER, queue.filled()).await.is_err() => {
                    output.write_all(&PING).await
                }
                flushed => flushed,
            }
        };
        if let Err(error) = step {
            return error;
        }
    }
}

/// The side that reads.
struct Reader<'a> {
    input: BufReader<ReadHalf<TlsStream<TcpStream>>>,
    entry: &'a Entry,
    lane: Lane,
}

impl Reader<'_> {
    async fn run(mut self, receiver: &dyn Receiver) -> End {
        loop {
            match self.next().await {
                // What came before the cut was noticed is not heard either.
                Ok(_) if !self.entry.is_wanted() => return End::Unwanted,
                Ok(received) => {
                    self.entry.received(received.urgency, received.payload.len());
                    receiver.receive(received);
                }
                Err(end) => return end,
            }
        }
    }

    /// The next payload, once there is room for it.
    async fn next(&mut self) -> Result<Received, End> {
        let length = loop {
            let mut length = [0; 4];
            self.fill(&mut length).await?;
            match u32::from_le_bytes(length) {
                0 => {} // a ping
                length => break length,
            }
        };
        let mut urgency = [0];
        self.fill(&mut urgency).await?;
        let [urgency] = urgency;
        let (urgency, bytes) = parse(length, urgency, self.lane)?;
        // At most 17 MiB, which fit into a u32 and into the quota. The semaphore is never closed.
        let room = self.entry.quota(self.lane).acquire_many_owned(cost(bytes) as u32).await;
        let room = room.map_err(|_| End::Unwanted)?;
        // Zeroed memory: the system gives pages only as they are filled.
        let mut payload = vec![0; bytes];
        self.fill(&mut payload).await?;
        Ok(Received::uncounted(self.entry.key, urgency, payload).counted(room))
    }

    /// Fills `bytes`, as long as something comes every few seconds.
    async fn fill(&mut self, mut bytes: &mut [u8]) -> Result<(), End> {
        while !bytes.is_empty() {
            let read = timeout(SILENCE, self.input.read(bytes)).await;
            let read = read.map_err(|_| End::Silent)??;
            if read == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            bytes = bytes.get_mut(read..).unwrap_or_default();
        }
        Ok(())
    }
}
