//! What this system allows. What it does not is skipped, loudly.

use crate::{
    network::Network,
    node::Node,
    relay::{Links, Relay},
};

/// What a fault needs of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing beyond processes.
    Nothing,
    /// Namespaces of the network, and nftables within them.
    Namespaces,
    /// Devices whose packets a program takes: `/dev/net/tun`.
    Tunnels,
    /// The library `libfaketime`.
    Faketime,
}

/// What there is; a reason where it is not.
pub struct Abilities {
    namespaces: Option<String>,
    tunnels: Option<String>,
    faketime: Option<String>,
}

impl Abilities {
    /// Tries everything once.
    pub fn of(network: &Network, nodes: &[Node]) -> Self {
        let no = |error: anyhow::Error| format!("{error:#}");
        let reason = std::env::var(crate::outside::REFUSED).unwrap_or_default();
        let namespaces = match network.prefix {
            None => Some(format!("no namespaces of the network: {reason}")),
            Some(_) => {
                network.filter(0, &[], &[], true).and_then(|()| network.heal()).err().map(no)
            }
        };
        let at_once = Links { delay_ms: (0, 0), lost_percent: 0 };
        let tunnels = Relay::start(network, at_once, 0).and_then(|mut relay| relay.stop()).err();
        let has_faketime = nodes.iter().all(Node::has_moving_clock);
        let faketime = "the library of Debian's package faketime is not installed";
        Self {
            namespaces,
            tunnels: tunnels.map(no),
            faketime: (!has_faketime).then(|| faketime.to_owned()),
        }
    }

    /// Why a fault that needs this is impossible here, if it is.
    pub fn lack(&self, need: Need) -> Option<&str> {
        match need {
            Need::Nothing => None,
            Need::Namespaces => self.namespaces.as_deref(),
            Need::Tunnels => self.tunnels.as_deref(),
            Need::Faketime => self.faketime.as_deref(),
        }
    }
}
