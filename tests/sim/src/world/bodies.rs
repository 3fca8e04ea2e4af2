//! The search for proposals with their transactions.

use std::rc::Rc;

use weal_consensus::{Body as Answer, Event};
use weal_types::Hash;

use super::{Inbox, World};
use crate::{
    host::Fetch,
    ledger::Body,
    plan::MILLI,
    queue::{Happening, Packet},
};

impl World {
    /// A replica wants a body. What is here is answered at once.
    pub(super) fn fetch(&mut self, host: usize, digest: Hash, fetch: Fetch, inbox: &mut Inbox) {
        let on = &mut self.hosts[host];
        if let Some(body) = on.bodies.get(&digest) {
            let body = judge(body);
            inbox.others.push_back(Event::Body { height: fetch.height, digest, body });
            return;
        }
        if let Some(known) = on.fetches.get_mut(&digest) {
            known.holders |= fetch.holders;
            return;
        }
        on.fetches.insert(digest, fetch);
        self.ask_for_body(host, digest);
    }

    /// Asks those who should have it first, then anybody.
    fn ask_for_body(&mut self, host: usize, digest: Hash) {
        let on = &self.hosts[host];
        let Some(fetch) = on.fetches.get(&digest).copied() else { return };
        let members = &on.reign.members;
        let is_holder = |position: usize| fetch.holders >> position & 1 == 1;
        let holders = (0..members.len()).filter(|position| is_holder(*position));
        let others = (0..members.len()).filter(|position| !is_holder(*position));
        let everyone: Vec<usize> =
            holders.chain(others).map(|position| members[position]).collect();
        let to = everyone[fetch.attempt as usize % everyone.len()];
        let (life, attempt) = (on.life, fetch.attempt);
        self.post(host, &[to], &Rc::new(Packet::WantBody(digest)));
        self.later(50 * MILLI, Happening::FetchAgain { host, life, digest, attempt });
    }

    pub(super) fn fetch_again(&mut self, host: usize, digest: Hash, attempt: u32) {
        let on = &mut self.hosts[host];
        let most = 2 * on.reign.members.len() as u32;
        let Some(fetch) = on.fetches.get_mut(&digest) else { return };
        if fetch.attempt != attempt {
            return;
        }
        fetch.attempt += 1;
        if fetch.attempt < most {
            return self.ask_for_body(host, digest);
        }
        let height = fetch.height;
        on.fetches.remove(&digest);
        self.feed(host, Event::Body { height, digest, body: Answer::Missing });
    }

    pub(super) fn wanted(&mut self, host: usize, from: usize, digest: &Hash) {
        let on = &self.hosts[host];
        let gives = on.treason.as_ref().is_none_or(|treason| treason.gives(from));
        if let Some(body) = on.bodies.get(digest).filter(|_| gives).cloned() {
            self.post(host, &[from], &Rc::new(Packet::HaveBody(body)));
        }
    }

    /// A body has come; one that does not fit its proposal is none.
    pub(super) fn take_body(&mut self, host: usize, body: &Rc<Body>) {
        if !body.fits() {
            return;
        }
        let on = &mut self.hosts[host];
        on.bodies.entry(body.digest).or_insert_with(|| Rc::clone(body));
        on.pool.is_dirty = true;
        if let Some(fetch) = on.fetches.remove(&body.digest) {
            let found = judge(body);
            let (height, digest) = (fetch.height, body.digest);
            self.feed(host, Event::Body { height, digest, body: found });
        }
    }
}

fn judge(body: &Body) -> Answer {
    match body.is_valid() {
        true => Answer::Valid(body.proposal.clone()),
        false => Answer::Invalid,
    }
}
