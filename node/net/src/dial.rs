//! How connections come about, at the side that opens them: the validator with the smaller key.

use std::{io, sync::Arc, time::Duration};

use parity_scale_codec::Encode;
use thiserror::Error;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout},
};
use tokio_rustls::TlsStream;
use weal_types::PublicKey;

use crate::{
    Lane, Refusal,
    frame::{read_greeting, write_greeting},
    hello::{Answer, Hello, HelloError, Session, Side},
    link,
    network::{HELLO_TIME, Shared},
    table::{Entry, Refuser, unwanted, wanted},
    tls,
};

/// How long it takes at first before a peer is dialled again: a restart takes longer.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How long it takes at most. A peer that comes back is found within this time.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A connection that lasted this long was a good one: the next is tried at once.
const GOOD: Duration = Duration::from_secs(10);

/// After how many attempts in a row without an answer the log says so: half a minute or less.
const UNREACHABLE_AFTER: u32 = 10;

/// Why an attempt failed.
#[derive(Debug, Error)]
enum Failure {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("no answer within {} s", HELLO_TIME.as_secs())]
    Late,
    #[error("its answer is none: {0}")]
    Answer(HelloError),
    #[error("it refuses: {0}")]
    There(Refusal),
    #[error("refused: {0}")]
    Here(Refusal),
}

/// Keeps one lane of a peer connected until it is no peer any more.
pub(crate) async fn keep(shared: Arc<Shared>, entry: Arc<Entry>, lane: Lane) {
    let mut standing = entry.standing();
    let mut pause = FIRST_PAUSE;
    let mut failed = 0_u32;
    while wanted(&mut standing).await {
        let attempt = tokio::select! {
            biased;
            () = unwanted(&mut standing) => continue,
            attempt = timeout(HELLO_TIME, connect(&shared, &entry, lane)) => attempt,
        };
        match attempt.unwrap_or(Err(Failure::Late)) {
            Ok(stream) => {
                failed = 0;
                let began = Instant::now();
                // In a task of its own: a receiver that panics ends this connection, not its next.
                let (shared, entry) = (Arc::clone(&shared), Arc::clone(&entry));
                let link = async move { link::run(&shared, &entry, lane, stream).await };
                let ended = tokio::spawn(link).await;
                if ended.is_err() || began.elapsed() >= GOOD {
                    pause = FIRST_PAUSE;
                }
            }
            Err(failure) => {
                failed = failed.saturating_add(1);
                report(&entry, lane, &failure, failed);
            }
        }
        tokio::select! {
            // Once it is wanted again, there is no reason to wait.
            () = unwanted(&mut standing) => pause = FIRST_PAUSE,
            () = sleep(jitter(pause)) => pause = LONGEST_PAUSE.min(pause * 2),
        }
    }
}

/// Between half of a pause and all of it, so that validators which lost each other at once do
/// not come back at once.
fn jitter(pause: Duration) -> Duration {
    // Without random bytes all come at once, which is no harm.
    let random = getrandom::u32().unwrap_or(u32::MAX);
    pause.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
}

/// Opens a connection and makes sure who is there.
async fn connect(
    shared: &Shared,
    entry: &Entry,
    lane: Lane,
) -> Result<TlsStream<TcpStream>, Failure> {
    let tcp = TcpStream::connect(entry.address()).await?;
    // Writes are collected here already; the kernel would only wait for an acknowledgement.
    tcp.set_nodelay(true)?;
    let mut stream = shared.connector.connect(shared.server_name.clone(), tcp).await?;
    let exporter = tls::exporter(stream.get_ref().1)?;
    let session = Session { chain: shared.chain, exporter, lane };
    let identity = shared.identity();
    let hello = session.hello(&*identity, Side::Dialer, &entry.key);
    write_greeting(&mut stream, &hello.encode()).await?;
    let answer = read_greeting(&mut stream).await?;
    let answer = match Answer::read(&answer) {
        Ok(Answer::Hello(answer)) => answer,
        Ok(Answer::Refused(refusal)) => return Err(Failure::There(refusal)),
        Err(HelloError::Version(_)) => return Err(Failure::Here(Refusal::Version)),
        Err(error) => return Err(Failure::Answer(error)),
    };
    match judge(&identity.key(), entry, &session, &answer) {
        Some(refusal) => Err(Failure::Here(refusal)),
        None => Ok(stream.into()),
    }
}

/// Why the one who answered is not the peer that was dialled.
fn judge(own: &PublicKey, entry: &Entry, session: &Session, answer: &Hello) -> Option<Refusal> {
    if answer.chain != session.chain {
        Some(Refusal::Chain)
    } else if answer.key != entry.key {
        Some(Refusal::UnknownKey)
    } else if answer.lane != session.lane || !session.is_signed(answer, Side::Acceptor, own) {
        Some(Refusal::Signature)
    } else {
        None
    }
}

/// Says in the log what failed: a refusal once, silence once it has lasted, all else in detail.
fn report(entry: &Entry, lane: Lane, failure: &Failure, failed: u32) {
    let (peer, address) = (entry.key, entry.address());
    let refused = match failure {
        Failure::There(refusal) => Some((Refuser::There, *refusal)),
        Failure::Here(refusal) => Some((Refuser::HereDialling, *refusal)),
        _ => None,
    };
    tracing::debug!(?peer, address, ?lane, %failure, "not connected");
    if let Some((by, refusal)) = refused {
        if entry.refused(by, refusal) {
            let advice = refusal.advice();
            match by {
                Refuser::There => tracing::warn!(
                    ?peer, address, reason = %refusal, advice, "a validator refuses this node"
                ),
                _ => tracing::warn!(
                    ?peer, address, reason = %refusal, advice, "this node refuses who answers there"
                ),
            }
        }
    } else if failed == UNREACHABLE_AFTER && lane == Lane::Votes {
        let advice = "it may be down; otherwise compare its address, and look at firewalls";
        tracing::warn!(?peer, address, reason = %failure, advice, "a validator is not reached");
    }
}
