//! How connections come about, at the side that listens.

use std::{io, sync::Arc, time::Duration};

use parity_scale_codec::Encode;
use thiserror::Error;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_rustls::server::TlsStream;

use crate::{
    Lane, Refusal,
    frame::{read_greeting, write_greeting},
    hello::{Answer, Hello, HelloError, Session, Side},
    link,
    network::{HELLO_TIME, Shared},
    table::{Entry, Refuser},
    tls::{self, Exporter},
};

/// Connections that are not known yet at once; more are closed unread. A hundred validators that
/// restart together come through within some tries, and strangers cannot take more memory than
/// 64 handshakes need.
const MOST_PENDING: usize = 64;

/// How long it takes before connections are accepted again after the system refused one: it is out
/// of files or memory, and asking at once would only use up a processor.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Why a connection did not become one.
#[derive(Debug, Error)]
enum Failure {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("{0}")]
    Hello(HelloError),
    #[error("refused: {0}")]
    Refused(Refusal),
}

/// Accepts connections, without end.
pub(crate) async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    let pending = Arc::new(Semaphore::new(MOST_PENDING));
    loop {
        let (tcp, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "a connection cannot be accepted");
                sleep(AFTER_ERROR).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&pending).try_acquire_owned() else {
            tracing::debug!(%from, "closed: {MOST_PENDING} connections have not said HELLO yet");
            continue;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let greeted = timeout(HELLO_TIME, greet(&shared, tcp)).await;
            drop(permit);
            match greeted {
                Ok(Ok((entry, lane, stream))) => {
                    link::run(&shared, &entry, lane, stream.into()).await;
                }
                Ok(Err(error)) => tracing::debug!(%from, %error, "no connection"),
                Err(_) => tracing::debug!(%from, "no HELLO within {} s", HELLO_TIME.as_secs()),
            }
        });
    }
}

/// Finds out who is there, and answers.
async fn greet(
    shared: &Shared,
    tcp: TcpStream,
) -> Result<(Arc<Entry>, Lane, TlsStream<TcpStream>), Failure> {
    tcp.set_nodelay(true)?;
    let mut stream = shared.acceptor.accept(tcp).await?;
    let exporter = tls::exporter(stream.get_ref().1)?;
    let bytes = read_greeting(&mut stream).await?;
    let judged = match Hello::read(&bytes) {
        Ok(hello) => judge(shared, exporter, &hello),
        Err(HelloError::Version(_)) => Err(Refusal::Version),
        // Not a validator of any version: nobody reads an answer.
        Err(error) => return Err(Failure::Hello(error)),
    };
    let (answer, outcome) = match judged {
        Ok((entry, session)) => {
            let hello = session.hello(&*shared.identity(), Side::Acceptor, &entry.key);
            (Answer::Hello(hello), Ok((entry, session.lane)))
        }
        Err(refusal) => (Answer::Refused(refusal), Err(refusal)),
    };
    write_greeting(&mut stream, &answer.encode()).await?;
    match outcome {
        Ok((entry, lane)) => Ok((entry, lane, stream)),
        Err(refusal) => {
            // So that the answer arrives before the end does.
            stream.shutdown().await?;
            Err(Failure::Refused(refusal))
        }
    }
}

/// Whose HELLO this is, if it is to be believed and welcome.
fn judge(
    shared: &Shared,
    exporter: Exporter,
    hello: &Hello,
) -> Result<(Arc<Entry>, Session), Refusal> {
    let own = shared.identity().key();
    // This node is no peer of its own.
    if hello.key == own {
        return Err(Refusal::Unwanted);
    }
    let entry = shared.table.get(&hello.key);
    let refused = |refusal: Refusal| {
        if let Some(entry) = &entry
            && entry.refused(Refuser::Here, refusal)
        {
            let advice = refusal.advice();
            tracing::warn!(peer = ?entry.key, reason = %refusal, advice, "refused");
        }
        refusal
    };
    if hello.chain != shared.chain {
        return Err(refused(Refusal::Chain));
    }
    let Some(entry) = &entry else { return Err(Refusal::UnknownKey) };
    let session = Session { chain: shared.chain, exporter, lane: hello.lane };
    if !session.is_signed(hello, Side::Dialer, &own) {
        return Err(refused(Refusal::Signature));
    }
    // The smaller key dials. Two connections of a pair that cross would end each other.
    if !entry.is_wanted() || hello.key > own {
        return Err(Refusal::Unwanted);
    }
    Ok((Arc::clone(entry), session))
}
