//! Sending donations.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use weal_client::rpc::{
    Stream, StreamSettings,
    types::{Hex, Submit, SubmitStatus, TxState, TxWait},
};

/// WebSockets of the sustained run.
const CONNECTIONS: usize = 8;

/// Donations that each of them has on the way to being accepted.
const IN_FLIGHT: usize = 24;

/// One donation of so many is waited for until it is final.
const WATCHED: usize = 50;

/// Longest wait for one donation.
const WAIT_MS: u32 = 60_000;

async fn connect(url: &str) -> Stream {
    let url = url.replace("http://", "ws://");
    Stream::connect(&url, StreamSettings::default()).await.expect("a node")
}

/// Sends each donation once the one before is final; how long each took, ascending.
pub async fn one_by_one(url: &str, donations: &[Hex]) -> Vec<Duration> {
    let stream = connect(url).await;
    let mut latencies = Vec::with_capacity(donations.len());
    for donation in donations {
        latencies.push(until_final(&stream, donation).await);
    }
    latencies.sort_unstable();
    latencies
}

/// Sends all donations, each as a call of its own, over connections to all nodes in turn, and waits
/// until the last is final. How long the watched ones took, ascending.
pub async fn sustained(urls: &[&str], donations: &[Hex]) -> Vec<Duration> {
    let donations: Arc<[Hex]> = donations.into();
    let mut tasks = Vec::new();
    for connection in 0..CONNECTIONS {
        let stream = Arc::new(connect(urls[connection % urls.len()]).await);
        for lane in 0..IN_FLIGHT {
            let (stream, donations) = (Arc::clone(&stream), Arc::clone(&donations));
            // Every lane takes every so-many-th, so that a donor's donations go out in order.
            let first = connection * IN_FLIGHT + lane;
            tasks.push(tokio::spawn(async move {
                let mut watched = Vec::new();
                for number in (first..donations.len()).step_by(CONNECTIONS * IN_FLIGHT) {
                    watched.extend(send(&stream, &donations, number).await);
                }
                watched
            }));
        }
    }
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.expect("a lane"));
    }
    let mut latencies = Vec::new();
    for wait in waits {
        latencies.push(wait.await.expect("a wait"));
    }
    let stream = connect(urls[0]).await;
    for donation in donations.iter().rev().take(CONNECTIONS * IN_FLIGHT) {
        until_final(&stream, donation).await;
    }
    latencies.sort_unstable();
    latencies
}

type Wait = tokio::task::JoinHandle<Duration>;

/// Sends one donation until it is accepted; every so-many-th is waited for meanwhile.
async fn send(stream: &Arc<Stream>, donations: &Arc<[Hex]>, number: usize) -> Option<Wait> {
    let submit = Submit { transactions: vec![donations[number].clone()] };
    let begun = Instant::now();
    loop {
        let verdicts = stream.tx_submit(&submit).await.expect("an answer");
        let verdict = &verdicts[0];
        match (verdict.status, &verdict.error) {
            (SubmitStatus::Accepted | SubmitStatus::Known, _) => {
                let hash = verdict.hash.filter(|_| number.is_multiple_of(WATCHED))?;
                let stream = Arc::clone(stream);
                return Some(tokio::spawn(async move {
                    let wait = TxWait { hash, timeout_ms: Some(WAIT_MS) };
                    let status = stream.tx_wait(&wait).await.expect("an answer");
                    assert_eq!(status.state, TxState::Final, "{status:?}");
                    begun.elapsed()
                }));
            }
            // The node is behind: that is part of what is measured.
            (SubmitStatus::Refused, Some(error)) if error.name.starts_with("pool_") => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            (SubmitStatus::Refused, error) => panic!("refused: {error:?}"),
        }
    }
}

/// Sends a donation and waits until it is final.
async fn until_final(stream: &Stream, donation: &Hex) -> Duration {
    let begun = Instant::now();
    let submit = Submit { transactions: vec![donation.clone()] };
    let verdicts = stream.tx_submit(&submit).await.expect("an answer");
    let hash = verdicts[0].hash.expect("accepted or known");
    let wait = TxWait { hash, timeout_ms: Some(WAIT_MS) };
    let status = stream.tx_wait(&wait).await.expect("an answer");
    assert_eq!(status.state, TxState::Final, "{status:?}");
    begun.elapsed()
}
