//! Secrecy, without certificates.
//!
//! TLS 1.3 alone, over `ring`. The side that accepts shows a raw public key (RFC 7250) that is new
//! in each process; the side that dials takes any, and checks only that its owner signed the
//! handshake. So nothing has to be issued, pinned or renewed. Who is there is not known afterwards:
//! [`crate::hello`] proves that, bound to this very session by [`exporter`].

use std::sync::Arc;

use rustls::{
    CertificateError, ClientConfig, ConnectionCommon, DigitallySignedStruct, Error, ServerConfig,
    SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls13_signature_with_raw_key},
    pki_types::{
        CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer,
        UnixTime,
    },
    server::{AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage},
    sign::CertifiedKey,
    version::TLS13,
};

use crate::NetworkError;

/// Label of the exporter (RFC 8446, section 7.5) that [`crate::hello`] signs.
pub const EXPORTER_LABEL: &[u8] = b"weal/hello/1";

/// What only the two ends of one session know: 32 bytes that differ for every other session, those
/// of a man in the middle included.
pub type Exporter = [u8; 32];

/// An Ed25519 key in PKCS#8 (RFC 8410, section 7) is this and its 32 secret bytes.
const PKCS8_START: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// The settings of the side that accepts, with a new key.
pub fn server() -> Result<Arc<ServerConfig>, NetworkError> {
    let mut pkcs8 = [0; 48];
    let (start, secret) = pkcs8.split_at_mut(PKCS8_START.len());
    start.copy_from_slice(&PKCS8_START);
    getrandom::fill(secret).map_err(NetworkError::Random)?;
    let provider = provider();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8.to_vec()));
    let key = provider.key_provider.load_private_key(key).map_err(NetworkError::Tls)?;
    let public = key.public_key().ok_or_else(|| {
        NetworkError::Tls(Error::General("the key does not tell its public half".into()))
    })?;
    let shown = CertificateDer::from(public.to_vec());
    let shown = CertifiedKey::new(vec![shown], key);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .map_err(NetworkError::Tls)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(Arc::new(shown))));
    // A connection lasts for days: taking up an old session again would save nothing.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// The settings of the side that dials.
pub fn client() -> Result<Arc<ClientConfig>, NetworkError> {
    let provider = provider();
    let any = AnyKey(Arc::clone(&provider));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .map_err(NetworkError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(any))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    Ok(Arc::new(config))
}

/// The name that a dialer has to give to the library. It is neither sent nor checked.
pub fn server_name() -> Result<ServerName<'static>, NetworkError> {
    let invalid = |_| NetworkError::Tls(Error::General("the name is none".into()));
    ServerName::try_from("validator.invalid").map_err(invalid)
}

/// The exporter of a session whose handshake is over.
pub fn exporter<Data>(session: &ConnectionCommon<Data>) -> Result<Exporter, Error> {
    session.export_keying_material([0; 32], EXPORTER_LABEL, None)
}

/// The cryptography, given explicitly: a process-wide choice would reach into other crates.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Takes any raw public key whose owner signed the handshake.
#[derive(Debug)]
struct AnyKey(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyKey {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // The key says nothing about who is there; HELLO does.
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // Never called: TLS 1.2 is not offered.
        Err(Error::InvalidCertificate(CertificateError::BadSignature))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = SubjectPublicKeyInfoDer::from(key.as_ref());
        let schemes = &self.0.signature_verification_algorithms;
        verify_tls13_signature_with_raw_key(message, &key, signature, schemes)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
