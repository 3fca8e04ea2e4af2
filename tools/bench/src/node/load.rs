//! Sending donations.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use weal_client::rpc::{
    Stream, StreamSettings,
    types::{Hex, Hex32, Submit, SubmitStatus, TxState, TxWait},
};

/// WebSockets, spread over the nodes.
const CONNECTIONS: usize = 8;

/// Donations that are not final yet, in a sustained run: what clients who wait for finality have
/// under way together.
const UNDER_WAY: usize = 2_048;

/// Longest wait for one donation.
const WAIT_MS: u32 = 60_000;

/// What a run came to.
pub struct Run {
    /// Donations, all of them final.
    pub donations: usize,
    /// Until the last one was.
    pub elapsed: Duration,
    /// From the moment when a request was due until the last of its donations was final, ascending.
    pub latencies: Vec<Duration>,
}

async fn connect(url: &str) -> Stream {
    let url = url.replace("http://", "ws://");
    Stream::connect(&url, StreamSettings::default()).await.expect("a node")
}

async fn connect_all(urls: &[&str]) -> Vec<Arc<Stream>> {
    let mut streams = Vec::new();
    for connection in 0..CONNECTIONS {
        streams.push(Arc::new(connect(urls[connection % urls.len()]).await));
    }
    streams
}

/// Sends each donation once the one before is final; how long each took, ascending.
pub async fn one_by_one(url: &str, donations: &[Hex]) -> Vec<Duration> {
    let stream = connect(url).await;
    let mut latencies = Vec::with_capacity(donations.len());
    for donation in donations {
        latencies.push(until_final(&stream, std::slice::from_ref(donation), Instant::now()).await);
    }
    latencies.sort_unstable();
    latencies
}

/// For `time`, or until there are no more donations, sends `batch` of them in each request, and the
/// next ones once those are final, from so many clients that [`UNDER_WAY`] are under way.
pub async fn sustained(urls: &[&str], donations: &[Hex], batch: usize, time: Duration) -> Run {
    let streams = connect_all(urls).await;
    let donations: Arc<[Hex]> = donations.into();
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let lane = |lane: usize| {
        let (donations, next) = (Arc::clone(&donations), Arc::clone(&next));
        let stream = Arc::clone(&streams[lane % streams.len()]);
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            while begun.elapsed() < time {
                // In order, so that no donor's nonces have a gap.
                let first = next.fetch_add(batch, Ordering::Relaxed);
                let last = (first + batch).min(donations.len());
                if first >= last {
                    break;
                }
                latencies.push(until_final(&stream, &donations[first..last], Instant::now()).await);
            }
            latencies
        })
    };
    let lanes: Vec<_> = (0..UNDER_WAY.div_ceil(batch)).map(lane).collect();
    let latencies = gather(lanes).await;
    let donations = donations.len().min(next.load(Ordering::Relaxed));
    Run { donations, elapsed: begun.elapsed(), latencies }
}

/// Sends `rate` donations per second, `batch` in each request, whatever became of those before.
pub async fn paced(urls: &[&str], donations: &[Hex], batch: usize, rate: f64) -> Run {
    let streams = connect_all(urls).await;
    let begun = Instant::now();
    let mut requests = Vec::new();
    for (number, donations) in donations.chunks(batch).enumerate() {
        let due = begun + Duration::from_secs_f64((number * batch) as f64 / rate);
        tokio::time::sleep_until(due.into()).await;
        let (stream, donations) = (Arc::clone(&streams[number % CONNECTIONS]), donations.to_vec());
        requests
            .push(tokio::spawn(async move { vec![until_final(&stream, &donations, due).await] }));
    }
    let latencies = gather(requests).await;
    Run { donations: donations.len(), elapsed: begun.elapsed(), latencies }
}

async fn gather(tasks: Vec<tokio::task::JoinHandle<Vec<Duration>>>) -> Vec<Duration> {
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.expect("a client"));
    }
    latencies.sort_unstable();
    latencies
}

/// Sends donations in one request and waits until the last of them is final; how long since `due`.
async fn until_final(stream: &Stream, donations: &[Hex], due: Instant) -> Duration {
    let last = submit(stream, donations).await;
    let wait = TxWait { hash: last, timeout_ms: Some(WAIT_MS) };
    let status = stream.tx_wait(&wait).await.expect("an answer");
    assert_eq!(status.state, TxState::Final, "{status:?}");
    due.elapsed()
}

/// Sends donations until each is accepted; the hash of the last one.
async fn submit(stream: &Stream, donations: &[Hex]) -> Hex32 {
    let mut left = donations.to_vec();
    let mut last = None;
    while !left.is_empty() {
        let verdicts = stream.tx_submit(&Submit { transactions: left.clone() }).await;
        let mut verdicts = verdicts.expect("an answer").into_iter();
        left.retain(|_| {
            let verdict = verdicts.next().expect("one for each");
            // That of the last donation comes last, in whichever round it is accepted.
            match (verdict.status, &verdict.error) {
                (SubmitStatus::Accepted | SubmitStatus::Known, _) => {
                    last = verdict.hash;
                    false
                }
                // The node is behind: that is part of what is measured.
                (_, Some(error)) if error.name.starts_with("pool_") => true,
                (_, error) => panic!("refused: {error:?}"),
            }
        });
        if !left.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    last.expect("accepted ones have a hash")
}
