//! Whatever a replica is told, by whomever and in whatever order, it does not panic, and keeps no
//! more than its window.
//!
//! Clusters are told arbitrary well-formed messages, real ones of which some bytes were changed,
//! and answers that nobody asked for. All signatures hold: what traitors sign, and what more than
//! f of them could sign together, comes behind the door. Each case is drawn from a number, so one
//! that fails fails again.

#[allow(dead_code, reason = "its other tests use the rest")]
#[path = "replica/lab.rs"]
mod lab;

use std::sync::Arc;

use parity_scale_codec::Encode;
use weal_consensus::{
    Body, Check, Claim, Event, Grounds, Life, MESSAGE_BYTES, Mark, Message, NewView, PrePrepare,
    Recollection, Signatures, Signed, Slotted, Status, Timer, Token, Verified, ViewChange,
};
use weal_types::{
    BlockHash, Epoch, Gas, Hash, Height, TimeMs, View,
    block::{FinalHeader, Proposal},
    certificate::{Certificate, CertificateKind, Vote},
    codec::{Bounded, Version},
};

use lab::{CHAIN, GENESIS, Lab};

const CASES: u64 = 1_000;
const EVENTS: u64 = 300;

struct AllHold;

impl Signatures for AllHold {
    fn hold(&self, _: &[Check]) -> bool {
        true
    }
}

/// SplitMix64 (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.word() % end
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Mostly small; sometimes where sums overflow.
    fn number(&mut self) -> u64 {
        match self.below(20) {
            0 => self.word(),
            1 => u64::MAX - self.below(20),
            _ => self.below(6),
        }
    }

    fn height(&mut self) -> Height {
        if self.chance(20) { Height(self.below(40)) } else { Height(self.number()) }
    }

    fn view(&mut self) -> View {
        View(self.number())
    }

    fn epoch(&mut self) -> Epoch {
        if self.chance(95) { Epoch(0) } else { Epoch(self.number()) }
    }

    fn signer(&mut self) -> u8 {
        if self.chance(95) { self.below(4) as u8 } else { self.word() as u8 }
    }

    /// One of few, so that they meet: of a proposal that is known, of nothing, or made up.
    fn hash(&mut self, lab: &Lab) -> Hash {
        match self.below(4) {
            0 => Proposal::null_digest(&CHAIN, Epoch(0), self.height()),
            1 => GENESIS.hash,
            2 if !lab.proposals.is_empty() => {
                lab.proposals[self.below(lab.proposals.len() as u64) as usize].digest()
            }
            _ => [self.below(3) as u8; 32],
        }
    }

    fn list<T, const MIN: usize, const MAX: usize>(
        &mut self,
        most: u64,
        mut item: impl FnMut(&mut Self) -> T,
    ) -> Bounded<T, MIN, MAX> {
        let count = MIN as u64 + self.below(most);
        Bounded::new((0..count).map(|_| item(self)).collect()).unwrap()
    }

    fn signed<T>(&mut self, body: T) -> Signed<T> {
        Signed { body, signer: self.signer(), signature: [self.below(2) as u8; 64] }
    }

    fn mark(&mut self, lab: &Lab) -> Mark {
        if self.chance(50) { GENESIS } else { Mark { height: self.height(), hash: self.hash(lab) } }
    }

    fn vote(&mut self, lab: &Lab) -> Vote {
        let (kind, view) = match self.below(3) {
            0 => (CertificateKind::Prepare, self.view()),
            1 => (CertificateKind::Commit, self.view()),
            _ => (CertificateKind::Checkpoint, View(0)),
        };
        Vote { kind, epoch: self.epoch(), view, height: self.height(), hash: self.hash(lab) }
    }

    /// Of a quorum, as a rule.
    fn certificate(&mut self, lab: &Lab) -> Certificate {
        let signers = match self.below(10) {
            0 => u128::from(self.word()),
            _ => [0b0111, 0b1011, 0b1101, 0b1110, 0b1111][self.below(5) as usize],
        };
        let signatures = Bounded::new(vec![[1; 64]; signers.count_ones() as usize]).unwrap();
        Certificate { version: Version, vote: self.vote(lab), signers, signatures }
    }

    fn proposal(&mut self, lab: &Lab) -> Proposal {
        Proposal {
            version: Version,
            epoch: self.epoch(),
            height: self.height(),
            first_view: self.view(),
            proposer: self.signer(),
            time: if self.chance(80) { lab.now } else { TimeMs(self.number()) },
            tx_root: self.hash(lab),
            tx_count: self.number() as u32,
            tx_bytes: self.number() as u32,
            gas: Gas(self.number()),
            evidence_root: [0; 32],
        }
    }

    fn change(&mut self, lab: &Lab) -> ViewChange {
        let claim = |random: &mut Self| Claim {
            height: random.height(),
            view: random.view(),
            digest: random.hash(lab),
        };
        let mut claims: Vec<Claim> = self.list::<_, 0, 16>(4, claim).to_vec();
        claims.sort_by_key(|claim| claim.height);
        let claims = Bounded::new(claims).unwrap();
        ViewChange { epoch: self.epoch(), view: self.view(), stable: self.mark(lab), claims }
    }

    fn new_view(&mut self, lab: &Lab) -> NewView {
        let view = self.view();
        let slotted =
            |random: &mut Self| Slotted { height: random.height(), digest: random.hash(lab) };
        let change = |random: &mut Self| {
            let change = ViewChange { view, ..random.change(lab) };
            random.signed(change)
        };
        NewView {
            epoch: self.epoch(),
            view,
            stable: self.mark(lab),
            order: self.list(4, slotted),
            changes: self.list(4, change),
            certificate: self.chance(30).then(|| self.certificate(lab)),
            prepared: self.list(4, |random| random.certificate(lab)),
        }
    }

    fn status(&mut self) -> Status {
        Status {
            epoch: Epoch(0),
            view: self.view(),
            is_active: self.chance(50),
            change: self.view(),
            is_unfair: self.chance(20),
            stable: self.height(),
            ordered: self.word() as u32,
            bodies: self.word() as u32,
        }
    }

    fn message(&mut self, lab: &Lab) -> Message {
        match self.below(9) {
            0 => {
                let (view, proposal) = (self.view(), self.proposal(lab));
                Message::PrePrepare(self.signed(PrePrepare { view, proposal }))
            }
            1 | 2 => {
                let vote = self.vote(lab);
                Message::Vote(self.signed(vote))
            }
            3 => {
                let change = self.change(lab);
                let grounds = Grounds {
                    stable: self.chance(50).then(|| self.certificate(lab)),
                    prepared: self.list(4, |random| random.certificate(lab)),
                };
                Message::ViewChange(Arc::new(self.signed(change)), Arc::new(grounds))
            }
            4 => {
                let new_view = self.new_view(lab);
                Message::NewView(Arc::new(self.signed(new_view)))
            }
            5 => Message::Certificate(Arc::new(self.certificate(lab))),
            6 => Message::Status(self.status()),
            7 => Message::Recall(self.epoch(), Life(self.number())),
            _ => {
                let vote = |random: &mut Self| {
                    let vote = random.vote(lab);
                    random.signed(vote)
                };
                let (change, new_view) = (self.change(lab), self.new_view(lab));
                let held = Recollection {
                    votes: self.list(4, vote),
                    proposals: self.list(4, |random| {
                        let (view, proposal) = (random.view(), random.proposal(lab));
                        random.signed(PrePrepare { view, proposal })
                    }),
                    change: self.chance(50).then(|| self.signed(change)),
                    new_view: self.chance(50).then(|| Arc::new(self.signed(new_view))),
                };
                Message::Recalled(self.epoch(), Life(self.number()), Arc::new(held))
            }
        }
    }

    /// A message that somebody sent, with some of its bytes changed, if it is still a message.
    fn changed(&mut self, message: &Message) -> Option<Message> {
        let mut bytes = message.encode();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() as u64) as usize;
            match self.below(4) {
                0 => bytes[at] = self.word() as u8,
                1 => bytes[at] ^= 1 << self.below(8),
                2 => bytes.insert(at, self.word() as u8),
                _ => bytes[at] = bytes[at].wrapping_add(1),
            }
        }
        Message::from_wire(&bytes).ok()
    }

    /// What an engine might say, asked or not. It signs only what it was given, but perhaps again.
    fn answer(&mut self, lab: &Lab, to: usize) -> Event {
        match self.below(10) {
            0 => {
                let own = lab.said.iter().filter(|(by, _)| usize::from(*by) == to);
                let own: Vec<_> = own.collect();
                let again = own.get(self.below(own.len().max(1) as u64) as usize);
                let signed = again.filter(|(_, message)| !matches!(message, Message::Status(_)));
                signed.map_or(Event::Due, |(_, message)| Event::Signed(message.clone()))
            }
            1 => Event::Durable(Token(self.below(30))),
            2 => {
                let proposal = self.proposal(lab);
                let (height, digest) = (proposal.height, proposal.digest());
                Event::Body { height, digest, body: Body::Valid(proposal) }
            }
            3 => {
                let (height, digest) = (self.height(), self.hash(lab));
                let body = if self.chance(50) { Body::Invalid } else { Body::Missing };
                Event::Body { height, digest, body }
            }
            4 => {
                let proposal = self.chance(80).then(|| self.proposal(lab));
                Event::Built { view: self.view(), height: self.height(), proposal }
            }
            5 => Event::Executed { header: self.header(lab), handover: None },
            6 => Event::Synced {
                header: self.header(lab),
                certificate: Arc::new(self.certificate(lab)),
                handover: None,
            },
            7 => Event::Pool(self.chance(50).then_some(lab.now)),
            8 => {
                if self.chance(50) {
                    Event::Due
                } else {
                    Event::Unfair
                }
            }
            _ => Event::Expired(Timer::ALL[self.below(5) as usize]),
        }
    }

    fn header(&mut self, lab: &Lab) -> FinalHeader {
        FinalHeader {
            version: Version,
            chain: CHAIN,
            epoch: self.epoch(),
            height: self.height(),
            parent: BlockHash(self.hash(lab)),
            proposal: self.hash(lab),
            time: TimeMs(self.number()),
            tx_root: [0; 32],
            tx_count: 0,
            state_root: [0; 32],
            receipts_root: [0; 32],
            gas_used: Gas(0),
            set_id: [0; 32],
            next_set_id: [0; 32],
        }
    }
}

/// Passes the door, where no signature is wrong, and is heard. Returns whether it did.
fn hear(lab: &mut Lab, to: usize, from: u8, message: Message) -> bool {
    match Verified::check(message, &lab.nodes[to].replica.rules(), &AllHold) {
        Ok(message) => {
            lab.tell(to, Event::Message { from, message });
            true
        }
        Err(_) => false,
    }
}

/// One event. Returns whether it was a message that nobody sent, and passed the door.
fn happen(lab: &mut Lab, random: &mut Random) -> bool {
    let to = random.below(lab.nodes.len() as u64) as usize;
    // The channel knows who speaks; who signed is another matter.
    let from = random.below(4) as u8;
    match random.below(10) {
        // What was sent arrives, in any order; some of it is lost.
        0..=4 => {
            let Some(at) = (!lab.wire.is_empty()).then(|| random.below(lab.wire.len() as u64))
            else {
                return false;
            };
            if let Some((to, from, message)) = lab.wire.remove(at as usize)
                && random.chance(95)
            {
                hear(lab, to, from, message);
            }
            false
        }
        5 => {
            let Some((_, message)) = lab.said.last().filter(|_| random.chance(90)) else {
                return false;
            };
            let at = random.below(lab.said.len() as u64) as usize;
            let chosen = if random.chance(50) { message } else { &lab.said[at].1 };
            let changed = random.changed(chosen);
            changed.is_some_and(|message| hear(lab, to, from, message))
        }
        6 | 7 => {
            let message = random.message(lab);
            hear(lab, to, from, message)
        }
        8 => {
            let event = random.answer(lab, to);
            lab.tell(to, event);
            false
        }
        _ => {
            let timer = Timer::ALL[random.below(5) as usize];
            lab.tell(to, Event::Pool(Some(lab.now)));
            lab.tell(to, Event::Expired(timer));
            false
        }
    }
}

#[test]
fn nothing_that_a_replica_is_told_makes_it_panic_or_keep_more_than_its_window() {
    let (mut strange, mut furthest) = (0, (0, 0));
    for case in 0..CASES {
        let mut random = Random(case);
        let mut lab = Lab::new(4);
        for _ in 0..EVENTS {
            strange += u64::from(happen(&mut lab, &mut random));
            let kept = lab.nodes.iter().map(|node| node.replica.slots_kept()).max();
            assert!(kept <= Some(16), "case {case}: {kept:?} slots");
        }
        let heights = lab.heights().into_iter().max().unwrap_or(0);
        let views = lab.views().into_iter().max().unwrap_or(0);
        furthest = (heights.max(furthest.0), views.max(furthest.1));
    }
    // Where nothing passes the door, or nothing comes of it, nothing is shown.
    assert!(strange > CASES * EVENTS / 20, "{strange}");
    assert!(furthest.0 > 3 && furthest.1 > 3, "{furthest:?}");
}

#[test]
fn changed_bytes_decode_or_are_refused() {
    for case in 0..CASES {
        let mut random = Random(case);
        let lab = Lab::new(4);
        for _ in 0..20 {
            let message = random.message(&lab);
            let bytes = message.encode();
            assert!(bytes.len() <= MESSAGE_BYTES);
            assert_eq!(Message::from_wire(&bytes).as_ref(), Ok(&message), "case {case}");
            if let Some(changed) = random.changed(&message) {
                assert_eq!(Message::from_wire(&changed.encode()), Ok(changed), "case {case}");
            }
        }
    }
}
