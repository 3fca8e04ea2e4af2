//! What this system allows. What it does not is skipped, loudly.

use crate::{network::Network, node::Node};

/// What a fault needs of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing beyond processes.
    Nothing,
    /// Namespaces of the network, and nftables within them.
    Namespaces,
    /// `tc netem`: a module of the kernel that delays.
    Netem,
    /// The library `libfaketime`.
    Faketime,
}

/// What there is; a reason where it is not.
pub struct Abilities {
    namespaces: Option<String>,
    netem: Option<String>,
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
        let netem = network.shape(0, "netem delay 1ms").and_then(|()| network.unshape(0)).err();
        let has_faketime = nodes.iter().all(Node::has_moving_clock);
        let faketime = "the library of Debian's package faketime is not installed";
        Self {
            namespaces,
            netem: netem.map(no),
            faketime: (!has_faketime).then(|| faketime.to_owned()),
        }
    }

    /// Why a fault that needs this is impossible here, if it is.
    pub fn lack(&self, need: Need) -> Option<&str> {
        match need {
            Need::Nothing => None,
            Need::Namespaces => self.namespaces.as_deref(),
            Need::Netem => self.netem.as_deref(),
            Need::Faketime => self.faketime.as_deref(),
        }
    }
}
