//! How many requests an address may send.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::config::RpcLimits;

/// Addresses that are kept in mind. One more, and those that have long been quiet are forgotten; if
/// there are none, all are, which is to everybody's favour.
const ADDRESSES: usize = 10_000;

/// A bucket of tokens for each address: a request takes one, time puts them back.
pub(super) struct Rates {
    per_second: u32,
    burst: u32,
    includes_local: bool,
    buckets: Mutex<BTreeMap<IpAddr, Bucket>>,
}

struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Rates {
    pub fn new(limits: &RpcLimits) -> Self {
        Self {
            per_second: limits.rate_per_second,
            burst: limits.rate_burst.max(1),
            includes_local: limits.rate_local,
            buckets: Mutex::new(BTreeMap::new()),
        }
    }

    /// Whether `address` may send `requests` more now.
    pub fn admit(&self, address: IpAddr, requests: u32, now: Instant) -> bool {
        if self.per_second == 0 || (address.is_loopback() && !self.includes_local) {
            return true;
        }
        let address = network(address);
        let full = f64::from(self.burst);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES && !buckets.contains_key(&address) {
            let quiet = Duration::from_secs_f64(full / f64::from(self.per_second));
            buckets.retain(|_, bucket| now.duration_since(bucket.at) < quiet);
            if buckets.len() >= ADDRESSES {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(address).or_insert(Bucket { tokens: full, at: now });
        let gained = now.duration_since(bucket.at).as_secs_f64() * f64::from(self.per_second);
        bucket.tokens = (bucket.tokens + gained).min(full);
        bucket.at = now;
        let asked = f64::from(requests);
        if bucket.tokens < asked {
            return false;
        }
        bucket.tokens -= asked;
        true
    }
}

/// What one subscriber of an internet provider has: an IPv4 address, or 64 bits of an IPv6 one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(per_second: u32, burst: u32) -> Rates {
        let limits =
            RpcLimits { rate_per_second: per_second, rate_burst: burst, ..RpcLimits::default() };
        Rates::new(&limits)
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_burst_passes_then_the_rate_counts() {
        let rates = limited(10, 3);
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        let start = Instant::now();
        let admitted = (0..5).filter(|_| rates.admit(one, 1, start)).count();
        assert_eq!(admitted, 3);
        assert!(rates.admit("192.0.2.2".parse().unwrap(), 3, start));
        let later = start + Duration::from_millis(250);
        assert!(rates.admit(one, 2, later) && !rates.admit(one, 1, later));
        // A long silence fills the bucket, and no more than that.
        let much_later = start + Duration::from_secs(3_600);
        assert!(rates.admit(one, 3, much_later) && !rates.admit(one, 1, much_later));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn addresses_of_one_network_share_and_local_ones_are_free() {
        let rates = limited(1, 1);
        let now = Instant::now();
        let admits = |text: &str| rates.admit(text.parse().unwrap(), 1, now);
        assert!(admits("2001:db8::1") && !admits("2001:db8::2") && admits("2001:db8:0:1::1"));
        assert!(admits("192.0.2.1") && !admits("::ffff:192.0.2.1"));
        assert!(admits("127.0.0.1") && admits("127.0.0.1") && admits("::1"));
        assert!(limited(0, 1).admit("192.0.2.9".parse().unwrap(), 1_000, now));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn memory_is_bounded() {
        let rates = limited(1, 1);
        let now = Instant::now();
        for number in 0..(2 * ADDRESSES as u32) {
            rates.admit(IpAddr::V4(number.into()), 1, now);
        }
        assert!(rates.buckets.lock().unwrap().len() <= ADDRESSES);
    }
}
