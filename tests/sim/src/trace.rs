//! A readable account of a run, kept only when somebody wants to read it.

use std::collections::BTreeSet;

use weal_consensus::{Action, Event, Message, Record, Timer};
use weal_types::{Hash, certificate::Vote};

use crate::{host::Host, plan::Micros, queue::Packet};

/// See the module.
pub(crate) struct Trace {
    is_kept: bool,
    /// VIEW-CHANGEs and NEW-VIEWs that were told of: they are sent again and again.
    told: BTreeSet<String>,
    pub(crate) lines: Vec<String>,
}

impl Trace {
    pub(crate) const fn new(is_kept: bool) -> Self {
        Self { is_kept, told: BTreeSet::new(), lines: Vec::new() }
    }

    pub(crate) fn note(&mut self, now: Micros, what: impl FnOnce() -> String) {
        if self.is_kept {
            self.lines.push(format!("{:>11.6}      {}", now as f64 / 1e6, what()));
        }
    }

    fn on(&mut self, now: Micros, host: &Host, what: impl FnOnce() -> Option<String>) {
        if self.is_kept
            && let Some(what) = what()
        {
            let is_old = what.contains("View")
                && !what.contains("persists")
                && !self.told.insert(format!("{} {what}", host.id));
            if is_old {
                return;
            }
            let seconds = now as f64 / 1e6;
            let name = if host.is_honest() { ' ' } else { '!' };
            self.lines.push(format!("{seconds:>11.6} {name}{:<3} {what}", host.member));
        }
    }

    pub(crate) fn arrival(&mut self, now: Micros, host: &Host, from: usize, packet: &Packet) {
        self.on(now, host, || {
            let what = match packet {
                Packet::Consensus(Message::Status(_), ..) => return None,
                Packet::Consensus(message, ..) => brief(message),
                Packet::Encoded(bytes, _) => brief(&Message::from_wire(bytes).ok()?),
                Packet::HaveBody(body) => format!("body {}", short(&body.digest)),
                Packet::WantBody(digest) => format!("wants body {}", short(digest)),
                Packet::HaveBlocks(blocks) => format!("{} blocks", blocks.len()),
                other => format!("{other:?}"),
            };
            Some(format!("<- {from}: {what}"))
        });
    }

    pub(crate) fn event(&mut self, now: Micros, host: &Host, event: &Event) {
        self.on(now, host, || match event {
            Event::Message { .. } | Event::Signed(_) => None,
            Event::Body { height, digest, body } => {
                let body = format!("{body:?}");
                let body = body.split('(').next().unwrap_or_default().to_owned();
                Some(format!("   body of {height} {}: {body}", short(digest)))
            }
            Event::Executed { header, .. } => {
                Some(format!("   executed {} -> {}", header.height, short(&header.hash().0)))
            }
            Event::Synced { header, .. } => Some(format!("   synced to {}", header.height)),
            Event::Built { view, height, proposal } => {
                let digest = proposal.as_ref().map(|proposal| short(&proposal.digest()));
                Some(format!("   built {height} in view {view}: {digest:?}"))
            }
            Event::Expired(Timer::Heartbeat | Timer::Resend) => None,
            other => Some(format!("   {other:?}")),
        });
    }

    pub(crate) fn action(&mut self, now: Micros, host: &Host, action: &Action) {
        self.on(now, host, || match action {
            Action::Send(_, Message::Status(_)) | Action::Broadcast(Message::Status(_)) => None,
            Action::SetTimer(Timer::Heartbeat | Timer::Resend, _) => None,
            Action::Sign(draft) => {
                Some(format!("   signs {}", brief(&draft.clone().signed(0, [0; 64]))))
            }
            Action::Send(to, message) => Some(format!("   to {to}: {}", brief(message))),
            Action::Broadcast(message) => Some(format!("   to all: {}", brief(message))),
            Action::Persist(token, records) => {
                let records: Vec<_> = records.iter().map(record).collect();
                Some(format!("   persists {}: {}", token.0, records.join(", ")))
            }
            Action::Note(noted) => Some(format!("   notes {}", record(noted))),
            Action::FetchBody { height, digest, .. } => {
                Some(format!("   looks for body of {height} {}", short(digest)))
            }
            Action::Execute(ordered) => Some(format!("   executes {}", ordered.height())),
            Action::Stable(header, certificate) => {
                let proof = if certificate.is_some() { "" } else { " (by a later one)" };
                Some(format!("   stable: {}{proof}", header.height))
            }
            Action::Sync(certificate) => Some(format!("   syncs to {}", certificate.vote.height)),
            other => Some(format!("   {other:?}")),
        });
    }
}

fn short(hash: &Hash) -> String {
    hash.iter().take(3).map(|byte| format!("{byte:02x}")).collect()
}

fn of_vote(vote: &Vote) -> String {
    let Vote { kind, epoch, view, height, hash } = vote;
    format!("{kind:?} e{epoch} v{view} h{height} {}", short(hash))
}

fn record(record: &Record) -> String {
    match record {
        Record::Accepted { view, proposal } => {
            format!("Accepted v{view} h{} {}", proposal.height, short(&proposal.digest()))
        }
        Record::Body(proposal) => format!("Body {}", short(&proposal.digest())),
        Record::Prepared(certificate)
        | Record::Ordered(certificate)
        | Record::Stable(certificate) => of_vote(&certificate.vote),
        Record::ViewChange(change, _) => format!("ViewChange v{}", change.view),
        Record::NewView(signed) => format!("NewView v{}", signed.body.view),
    }
}

/// One message in a line.
pub(crate) fn brief(message: &Message) -> String {
    match message {
        Message::PrePrepare(signed) => {
            let proposal = &signed.body.proposal;
            format!(
                "PrePrepare e{} v{} h{} {}",
                proposal.epoch,
                signed.body.view,
                proposal.height,
                short(&proposal.digest())
            )
        }
        Message::Vote(signed) => format!("{} by {}", of_vote(&signed.body), signed.signer),
        Message::ViewChange(signed, _) => {
            let claims = signed.body.claims.iter();
            let claims: Vec<_> = claims
                .map(|claim| format!("h{} v{} {}", claim.height, claim.view, short(&claim.digest)))
                .collect();
            let (view, stable) = (signed.body.view, signed.body.stable.height);
            format!("ViewChange v{view} above {stable} by {}: {claims:?}", signed.signer)
        }
        Message::NewView(signed) => {
            let order = signed.body.order.iter();
            let order: Vec<_> = order
                .map(|slotted| format!("h{} {}", slotted.height, short(&slotted.digest)))
                .collect();
            let (view, stable) = (signed.body.view, signed.body.stable.height);
            format!("NewView v{view} above {stable} by {}: {order:?}", signed.signer)
        }
        Message::Certificate(certificate) => format!("Certificate {}", of_vote(&certificate.vote)),
        Message::Status(status) => format!("{status:?}"),
        Message::Recall(epoch, _) => format!("Recall e{epoch}"),
        Message::Recalled(epoch, _, held) => {
            format!("Recalled e{epoch}: {} votes", held.votes.len())
        }
    }
}
