use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};

use super::*;

struct Key(Keypair);

impl Key {
    fn new(seed: u8) -> Self {
        let secret = MiniSecretKey::from_bytes(&[seed; 32]).unwrap();
        Self(secret.expand_to_keypair(ExpansionMode::Ed25519))
    }
}

impl Identity for Key {
    fn key(&self) -> PublicKey {
        PublicKey(self.0.public.to_bytes())
    }

    fn sign(&self, message: &Hash) -> [u8; 64] {
        self.0.sign_simple(VOTE_SIGNING_CONTEXT, message).to_bytes()
    }
}

fn session() -> Session {
    Session { chain: ChainId([1; 32]), exporter: [2; 32], lane: Lane::Votes }
}

#[test]
fn a_hello_is_read_as_it_was_written() {
    let hello = session().hello(&Key::new(1), Side::Dialer, &Key::new(2).key());
    let bytes = hello.encode();
    assert_eq!(bytes.len(), 130);
    assert_eq!(Hello::read(&bytes).unwrap(), hello);
    let answer = Answer::Hello(hello);
    assert_eq!(answer.encode().len(), 131);
    assert_eq!(Answer::read(&answer.encode()).unwrap(), answer);
}

#[test]
fn codes_of_refusals_stay() {
    let all = [
        Refusal::Version,
        Refusal::Chain,
        Refusal::UnknownKey,
        Refusal::Signature,
        Refusal::Unwanted,
    ];
    for (code, refusal) in (0..).zip(all) {
        let answer = Answer::Refused(refusal);
        assert_eq!(answer.encode(), [1, code]);
        assert_eq!(Answer::read(&[1, code]).unwrap(), answer);
    }
    assert!(matches!(Answer::read(&[1, 5]), Err(HelloError::Malformed(_))));
}

#[test]
fn other_versions_are_told_from_garbage() {
    let hello = session().hello(&Key::new(1), Side::Dialer, &Key::new(2).key());
    let mut bytes = hello.encode();
    bytes[0] = 2;
    bytes.extend([0; 100]);
    assert_eq!(Hello::read(&bytes), Err(HelloError::Version(2)));
    assert_eq!(Answer::read(&[&[0], &bytes[..]].concat()), Err(HelloError::Version(2)));
    let bytes = hello.encode();
    for length in 0..bytes.len() {
        assert!(matches!(Hello::read(&bytes[..length]), Err(HelloError::Malformed(_))));
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(matches!(Hello::read(&longer), Err(HelloError::Malformed(_))));
    let mut no_lane = bytes;
    no_lane[65] = 2;
    assert!(matches!(Hello::read(&no_lane), Err(HelloError::Malformed(_))));
}

#[test]
fn a_signature_holds_for_one_session_side_lane_and_reader() {
    let (sender, reader) = (Key::new(1), Key::new(2).key());
    let session = session();
    let hello = session.hello(&sender, Side::Dialer, &reader);
    assert!(session.is_signed(&hello, Side::Dialer, &reader));
    assert!(!session.is_signed(&hello, Side::Acceptor, &reader));
    assert!(!session.is_signed(&hello, Side::Dialer, &Key::new(3).key()));
    let others = [
        Session { chain: ChainId([9; 32]), ..session.clone() },
        Session { exporter: [9; 32], ..session.clone() },
        Session { lane: Lane::Bulk, ..session.clone() },
    ];
    for other in others {
        assert!(!other.is_signed(&hello, Side::Dialer, &reader));
    }
    let claimed = Hello { key: Key::new(3).key(), ..hello.clone() };
    assert!(!session.is_signed(&claimed, Side::Dialer, &reader));
    // No point of the curve, and no signature.
    let nobody = Hello { key: PublicKey([255; 32]), ..hello.clone() };
    assert!(!session.is_signed(&nobody, Side::Dialer, &reader));
    let unsigned = Hello { signature: [255; 64], ..hello };
    assert!(!session.is_signed(&unsigned, Side::Dialer, &reader));
}
