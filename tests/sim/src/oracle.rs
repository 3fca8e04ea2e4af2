//! Who watches, and what must never be seen. The first broken promise ends a run.

use std::sync::Arc;

use weal_consensus::{
    Action, Draft, Event, Evidence, Halt, Message, NewView, Replica, Signed, Status, Timer,
};
use weal_types::{
    ChainId, Epoch, Hash, Height, View,
    block::{FinalHeader, Proposal},
    certificate::{Certificate, ValidatorSet},
};

use crate::{
    host::{Block, Chain},
    keys::Keys,
    ledger::{Constitution, Reign},
    plan::{Micros, Plan, SECOND},
    report::Failure,
};

mod agreement;
mod answers;
mod bindings;
mod bounds;
mod certificates;
mod handovers;
mod loners;
mod new_views;
mod proposals;
mod statements;

use agreement::Agreement;
use answers::Answers;
use bindings::Bindings;
use certificates::Certificates;
use loners::Loners;
use statements::Statements;

/// See the module.
pub(crate) struct Oracles {
    pub(crate) failure: Option<Failure>,
    /// One digest is ordered at each height.
    order: Agreement,
    /// Its execution has one result.
    results: Agreement,
    certificates: Certificates,
    statements: Statements,
    loners: Loners,
    answers: Answers,
    bindings: Bindings,
    chain: ChainId,
}

/// How it stands with a replica before it hears a STATUS, or has a heartbeat of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Who says what it has.
    status: Option<(u8, Status)>,
    epoch: Epoch,
    view: View,
    took_part: bool,
    stable: Height,
}

impl Moment {
    /// If it is such a moment.
    pub(crate) fn of(replica: &Replica, event: &Event) -> Option<Self> {
        let status = match event {
            Event::Message { from, message } => match &**message {
                Message::Status(status) => Some((*from, *status)),
                _ => return None,
            },
            Event::Expired(Timer::Heartbeat) => None,
            _ => return None,
        };
        Some(Self {
            status,
            epoch: replica.reign().0.epoch,
            view: replica.view(),
            took_part: replica.takes_part(),
            stable: replica.stable_height(),
        })
    }
}

impl Oracles {
    pub(crate) fn new(members: usize, chain: ChainId) -> Self {
        Self {
            failure: None,
            order: Agreement::new("one order"),
            results: Agreement::new("one result"),
            certificates: Certificates::new(chain),
            statements: Statements::new(members),
            loners: Loners::default(),
            answers: Answers::default(),
            bindings: Bindings::default(),
            chain,
        }
    }

    pub(crate) fn fail(&mut self, at_us: Micros, oracle: &'static str, detail: String) {
        self.failure.get_or_insert(Failure { at_us, oracle, detail });
    }

    fn note(&mut self, now: Micros, found: Result<(), (&'static str, String)>) {
        if let Err((oracle, detail)) = found {
            self.fail(now, oracle, detail);
        }
    }

    /// An honest replica holds a COMMIT certificate.
    pub(crate) fn ordered(&mut self, now: Micros, member: usize, height: Height, digest: Hash) {
        let found = self.order.see(member, height, digest);
        self.note(now, found);
    }

    /// An honest replica accepts a leader's fresh proposal.
    pub(crate) fn accepted(
        &mut self,
        now: Micros,
        member: usize,
        proposal: &Proposal,
        plan: &Plan,
    ) {
        let found = proposals::check(now, member, proposal, plan);
        self.note(now, found);
    }

    /// An honest replica accepts the beginning of a view.
    pub(crate) fn began(
        &mut self,
        now: Micros,
        member: usize,
        new_view: &Signed<NewView>,
        (reign, keys): (&Reign, &Keys),
    ) {
        let found = new_views::check(member, new_view, &self.chain, (reign, keys));
        self.note(now, found);
    }

    /// An honest machine executed a height.
    pub(crate) fn executed(&mut self, now: Micros, member: usize, block: &Block) {
        let header = &block.header;
        let found = self.order.see(member, header.height, header.proposal);
        self.note(now, found);
        let found = self.results.see(member, header.height, block.after.hash.0);
        self.note(now, found);
    }

    /// An honest machine takes a header for final.
    pub(crate) fn stable(
        &mut self,
        now: Micros,
        header: &FinalHeader,
        certificate: &Arc<Certificate>,
        (reign, keys): (&Reign, &Keys),
    ) {
        let found = self.certificates.see(header, certificate, reign, keys);
        self.note(now, found);
    }

    /// An honest replica says something that it signed.
    pub(crate) fn said(
        &mut self,
        now: Micros,
        member: usize,
        message: &Message,
        constitution: &Constitution,
    ) {
        let found = self.statements.see(member, message, constitution);
        self.note(now, found);
    }

    /// A replica asks for a signature.
    pub(crate) fn signing(&mut self, now: Micros, member: usize, draft: &Draft) {
        let found = self.bindings.see(member, draft, &self.chain);
        self.note(now, found);
    }

    pub(crate) fn halted(&mut self, now: Micros, member: usize, halt: &Halt) {
        self.fail(now, "no halt", format!("member {member}: {halt:?}"));
    }

    pub(crate) fn muted(&mut self, now: Micros, member: usize, message: &Message) {
        let detail = format!("member {member} does not know its own {message:?}");
        self.fail(now, "nothing forgotten", detail);
    }

    /// An honest replica accuses somebody.
    pub(crate) fn accused(
        &mut self,
        now: Micros,
        (by, culprit): (usize, usize),
        is_honest: bool,
        evidence: &Evidence,
    ) {
        if !evidence.is_contradiction() {
            self.fail(now, "evidence convinces", format!("member {by}: {evidence:?}"));
        } else if is_honest {
            let detail = format!("member {by} accuses member {culprit}: {evidence:?}");
            self.fail(now, "no false accusation", detail);
        }
    }

    /// After every step of an honest replica.
    pub(crate) fn stepped(&mut self, now: Micros, member: usize, replica: &Replica, plan: &Plan) {
        let found = bounds::check(now, member, replica, plan);
        self.note(now, found);
    }

    /// An honest replica has heard a STATUS, or had a heartbeat, and asks for this.
    pub(crate) fn beaten(
        &mut self,
        now: Micros,
        who: (usize, usize),
        (moment, after): (&Moment, &Replica),
        (actions, plan): (&[Action], &Plan),
    ) {
        let found = self.loners.see(now, who, moment, after);
        self.note(now, found);
        let found = self.answers.see(now, who, moment, actions);
        self.note(now, found);
        // Every few seconds is often enough for what only grows.
        if moment.status.is_none() && (now / SECOND).is_multiple_of(4) {
            let found = bounds::weigh(who.1, after, plan);
            self.note(now, found);
        }
    }

    /// A run is over: what an honest host has to show to a client that knows the first validators.
    pub(crate) fn shown(
        &mut self,
        now: Micros,
        (member, chain): (usize, &Chain),
        first: &ValidatorSet,
        keys: &Keys,
    ) {
        let found = handovers::check(member, chain, (self.chain, first), keys);
        self.note(now, found);
    }
}

/// Votes of a quorum of so many validators, from the words of the protocol: the fewest of which any
/// two sets share f + 1. The replica asks its validator set for it.
fn quorum(validators: usize) -> usize {
    let faulty = (0..validators).take_while(|faulty| 3 * faulty < validators).last().unwrap_or(0);
    let meet = |votes: &usize| 2 * votes > validators + faulty;
    (0..=validators).find(meet).unwrap_or(validators)
}
