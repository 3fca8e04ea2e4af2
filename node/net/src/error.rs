//! What can keep a network from starting.

use std::net::SocketAddr;

use thiserror::Error;

/// Why a network did not start. The fault is always on this machine.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The address cannot be listened on.
    #[error(
        "validators cannot be listened for on {address}: {reason}; end the process that uses this \
         address, or configure another one of this machine"
    )]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// What the system says.
        reason: std::io::Error,
    },
    /// No thread or event queue could be had.
    #[error("the network's thread does not start: {0}; look at this machine's limits")]
    Thread(std::io::Error),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The TLS library refuses its own key or settings.
    #[error("TLS cannot be set up: {0}; this is a mistake in this program, please report it")]
    Tls(rustls::Error),
}
