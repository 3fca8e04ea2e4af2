//! The network between validators: a bridge in a namespace of its own, where this program runs, and
//! one namespace for each validator, connected to it by a pair of virtual devices.
//!
//! ```text
//! hub        10.98.0.254 on bridge `hub` ── v0 ── v1 ── …
//! validator  10.98.0.(i + 1) on `eth0`, the other end of `v<i>`
//! ```
//!
//! Packets are dropped by nftables within a validator's namespace, and only those from or to other
//! validators: the hub, which asks over JSON-RPC, always gets through. Where the system refuses
//! namespaces, validators are plain processes on loopback, and faults of the network are skipped.

use std::{net::Ipv4Addr, process::Command};

use anyhow::{Context, Result};

use crate::shell;

/// The port of JSON-RPC and the one for validators, with namespaces.
const PORTS: (u16, u16) = (9933, 9944);

/// The first port on loopback: two for each validator.
const LOOPBACK_PORT: u16 = 29_300;

/// Where validators are.
#[derive(Clone, Debug)]
pub struct Network {
    /// What names of namespaces begin with; none on loopback.
    pub prefix: Option<String>,
    /// How many validators.
    pub size: usize,
}

impl Network {
    /// The name of a validator's namespace.
    pub fn namespace(&self, node: usize) -> Option<String> {
        self.prefix.as_ref().map(|prefix| format!("{prefix}-{node}"))
    }

    /// The name of the namespace where this program runs.
    pub fn hub(&self) -> Option<String> {
        self.prefix.as_ref().map(|prefix| format!("{prefix}-hub"))
    }

    /// Makes everything; an error says what the system refuses.
    pub fn make(&self) -> Result<()> {
        let Some(hub) = self.hub() else { return Ok(()) };
        shell::words(&format!("ip netns add {hub}"))?;
        shell::words(&format!("ip -n {hub} link set lo up"))?;
        shell::words(&format!("ip -n {hub} link add hub type bridge"))?;
        shell::words(&format!("ip -n {hub} addr add 10.98.0.254/24 dev hub"))?;
        shell::words(&format!("ip -n {hub} link set hub up"))?;
        for node in 0..self.size {
            let name = self.namespace(node).context("with namespaces")?;
            let port = format!("v{node}");
            shell::words(&format!("ip netns add {name}"))?;
            shell::words(&format!(
                "ip -n {hub} link add {port} type veth peer name eth0 netns {name}"
            ))?;
            shell::words(&format!("ip -n {hub} link set {port} master hub up"))?;
            shell::words(&format!("ip -n {name} addr add {}/24 dev eth0", self.host(node)))?;
            shell::words(&format!("ip -n {name} link set eth0 up"))?;
            shell::words(&format!("ip -n {name} link set lo up"))?;
        }
        Ok(())
    }

    /// The address of a validator.
    fn host(&self, node: usize) -> String {
        if self.prefix.is_some() { format!("10.98.0.{}", node + 1) } else { "127.0.0.1".into() }
    }

    /// Whose address this is, with namespaces.
    pub const fn node_at(address: Ipv4Addr) -> Option<usize> {
        match address.octets() {
            [10, 98, 0, place @ 1..=127] => Some(place as usize - 1),
            _ => None,
        }
    }

    /// Leads what validators send to each other over a device that each of them has.
    pub fn route_over(&self, device: &str) -> Result<()> {
        for node in 0..self.size {
            let name = self.namespace(node).context("routes need namespaces")?;
            for other in (0..self.size).filter(|other| *other != node) {
                let (to, from) = (self.host(other), self.host(node));
                shell::words(&format!("ip -n {name} route add {to}/32 dev {device} src {from}"))?;
            }
        }
        Ok(())
    }

    /// Where a validator answers JSON-RPC.
    pub fn rpc(&self, node: usize) -> String {
        let port = match self.prefix {
            Some(_) => PORTS.0,
            None => LOOPBACK_PORT + node as u16 * 2,
        };
        format!("{}:{port}", self.host(node))
    }

    /// Where a validator listens for the others.
    pub fn peer(&self, node: usize) -> String {
        let port = match self.prefix {
            Some(_) => PORTS.1,
            None => LOOPBACK_PORT + node as u16 * 2 + 1,
        };
        format!("{}:{port}", self.host(node))
    }

    /// A command that runs at a validator's place.
    pub fn command(&self, node: usize, program: &str) -> Command {
        match self.namespace(node) {
            None => Command::new(program),
            Some(name) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", &name, program]);
                command
            }
        }
    }

    /// Drops what a validator gets from `from` and what it sends to `to`, and two in a hundred of
    /// what it gets from anybody if `is_lossy`. Replaces what was dropped before.
    pub fn filter(&self, node: usize, from: &[usize], to: &[usize], is_lossy: bool) -> Result<()> {
        let name = self.namespace(node).context("filters need namespaces")?;
        let mut input = String::new();
        let mut output = String::new();
        for other in from {
            input += &format!("    ip saddr {} drop\n", self.host(*other));
        }
        for other in to {
            output += &format!("    ip daddr {} drop\n", self.host(*other));
        }
        if is_lossy {
            input += "    ip saddr 10.98.0.0/25 numgen random mod 100 < 2 drop\n";
        }
        let rules = format!(
            "table inet chaos\ndelete table inet chaos\ntable inet chaos {{\n  chain in {{\n    \
             type filter hook input priority 0;\n{input}  }}\n  chain out {{\n    \
             type filter hook output priority 0;\n{output}  }}\n}}\n"
        );
        shell::feed("ip", &["netns", "exec", &name, "nft", "-f", "-"], &rules).map(|_| ())
    }

    /// Lets everything through again.
    pub fn heal(&self) -> Result<()> {
        (0..self.size).try_for_each(|node| self.filter(node, &[], &[], false))
    }

    /// Lets packets of `one` and `other` reach only their own side.
    pub fn split(&self, one: &[usize], other: &[usize]) -> Result<()> {
        for node in one {
            self.filter(*node, other, other, false)?;
        }
        Ok(())
    }

    /// Shapes what a validator sends, with a queueing discipline of `tc`.
    pub fn shape(&self, node: usize, discipline: &str) -> Result<()> {
        let name = self.namespace(node).context("shaping needs namespaces")?;
        shell::words(&format!("tc -n {name} qdisc replace dev eth0 root {discipline}")).map(|_| ())
    }

    /// Sends without shaping again.
    pub fn unshape(&self, node: usize) -> Result<()> {
        let name = self.namespace(node).context("shaping needs namespaces")?;
        shell::words(&format!("tc -n {name} qdisc del dev eth0 root")).map(|_| ())
    }
}
