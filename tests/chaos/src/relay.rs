//! Long links between validators that have namespaces: what one sends to another takes its time,
//! and some of it is lost.
//!
//! A route leads it to a device of the sender's own, from which this program takes each packet, to
//! give it later to the device of whom it is for. The kernel's `netem` does the same, but is a
//! module that many kernels come without. Devices and routes are gone with the [`Relay`].

use std::{
    fs::File,
    net::Ipv4Addr,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use nix::sched::{CloneFlags, setns};
use tokio::{sync::oneshot, task::JoinSet};
use tun_rs::{AsyncDevice, DeviceBuilder};
use weal_demo::gifts::Dice;

use crate::network::Network;

/// What a device is called in each namespace.
const DEVICE: &str = "relay";

/// The largest packet of a device, in bytes: as on the other links.
const PACKET: usize = 1_500;

/// Where IPv4 has the address that a packet is for.
const DESTINATION: std::ops::Range<usize> = 16..20;

/// How packets fare.
#[derive(Clone, Copy)]
pub struct Links {
    /// How long each is under way, in milliseconds: any time between these two, so that some
    /// overtake others.
    pub delay_ms: (u64, u64),
    /// How many of a hundred are lost.
    pub lost_percent: u64,
}

/// Links are long as long as this lives.
pub struct Relay {
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Relay {
    /// Makes the links between all validators long.
    pub fn start(network: &Network, links: Links, seed: u64) -> Result<Self> {
        let (end, ends) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        let of_thread = network.clone();
        // A thread changes its namespace for itself alone, and for good.
        let run = move || relay(&of_thread, links, Dice::new(seed), &ready, ends);
        let thread = std::thread::Builder::new().name("relay".into()).spawn(run)?;
        let mut relay = Self { end: Some(end), thread: Some(thread) };
        if is_ready.recv().is_err() {
            // It ended before it was ready, and says why.
            return relay.stop().and(Err(anyhow!("the relay ended")));
        }
        network.route_over(DEVICE)?;
        Ok(relay)
    }

    /// Ends it. An error of the relay means that packets were lost which should not have been.
    pub fn stop(&mut self) -> Result<()> {
        // A relay that has ended needs no telling.
        let _ = self.end.take().map(|end| end.send(()));
        let thread = self.thread.take().map(JoinHandle::join);
        thread.unwrap_or(Ok(Ok(()))).map_err(|_| anyhow!("the relay panicked"))?
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Whoever wants to know has stopped it before.
        let _ = self.stop();
    }
}

fn relay(
    network: &Network,
    links: Links,
    mut dice: Dice,
    ready: &mpsc::Sender<()>,
    end: oneshot::Receiver<()>,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let device = |node| open(network, node).map(Arc::new);
        let devices: Arc<[_]> = (0..network.size).map(device).collect::<Result<_>>()?;
        let mut forwarders = JoinSet::new();
        for device in devices.iter() {
            let dice = Dice::new(dice.below(u64::MAX));
            forwarders.spawn(forward(Arc::clone(device), Arc::clone(&devices), links, dice));
        }
        // Nobody listens if it was not waited for.
        let _ = ready.send(());
        tokio::select! {
            _ = end => Ok(()),
            Some(ended) = forwarders.join_next() => ended?,
        }
    })
}

/// A device in the namespace of a validator.
fn open(network: &Network, node: usize) -> Result<AsyncDevice> {
    let name = network.namespace(node).context("long links need namespaces")?;
    let namespace = File::open(format!("/run/netns/{name}"))?;
    setns(namespace, CloneFlags::CLONE_NEWNET).with_context(|| name.clone())?;
    let builder = DeviceBuilder::new().name(DEVICE).mtu(PACKET as u16);
    builder.build_async().with_context(|| format!("a tunnel in {name}"))
}

/// Takes what one validator sends. What waits is bounded by what its connections have under way.
async fn forward(
    from: Arc<AsyncDevice>,
    devices: Arc<[Arc<AsyncDevice>]>,
    links: Links,
    mut dice: Dice,
) -> Result<()> {
    let mut buffer = [0; PACKET];
    let mut under_way = JoinSet::new();
    loop {
        let length = from.recv(&mut buffer).await.context("reading from a tunnel")?;
        let packet = &buffer[..length];
        let is_lost = dice.below(100) < links.lost_percent;
        if let Some(to) = destination(packet).and_then(|node| devices.get(node))
            && !is_lost
        {
            let (least, most) = links.delay_ms;
            let delay = Duration::from_millis(least + dice.below(most - least + 1));
            let (to, packet) = (Arc::clone(to), packet.to_vec());
            under_way.spawn(async move {
                tokio::time::sleep(delay).await;
                // A packet that a device does not take is lost, as on any other link.
                let _ = to.send(&packet).await;
            });
        }
        while under_way.try_join_next().is_some() {}
    }
}

/// Which validator a packet is for; what is not for one goes nowhere.
fn destination(packet: &[u8]) -> Option<usize> {
    let is_v4 = packet.first().is_some_and(|byte| byte >> 4 == 4);
    let address: [u8; 4] = packet.get(DESTINATION).filter(|_| is_v4)?.try_into().ok()?;
    Network::node_at(Ipv4Addr::from(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_go_to_whom_they_are_for() {
        let packet = |first: u8, address: [u8; 4]| {
            let mut packet = [0; 40];
            packet[0] = first;
            packet[DESTINATION].copy_from_slice(&address);
            packet
        };
        assert_eq!(destination(&packet(0x45, [10, 98, 0, 1])), Some(0));
        assert_eq!(destination(&packet(0x45, [10, 98, 0, 4])), Some(3));
        // Not a validator, another network, IPv6, cut off.
        assert_eq!(destination(&packet(0x45, [10, 98, 0, 0])), None);
        assert_eq!(destination(&packet(0x45, [10, 99, 0, 1])), None);
        assert_eq!(destination(&packet(0x60, [10, 98, 0, 1])), None);
        assert_eq!(destination(&packet(0x45, [10, 98, 0, 1])[..19]), None);
    }
}
