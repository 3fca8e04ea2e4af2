//! What gateways promise to givers, and what happens to one that does not keep it.

use weal_provenance::{
    Records,
    batch::Leaf,
    line::{Kind, after},
    record::{In, Origin, Place},
};
use weal_sdk::prelude::*;
use weal_types::Tag;

use crate::{
    checks::tagged,
    error::{Error, Result},
    events::{Answered, Challenged, Exposed, PromiseKeySet},
    messages::Promise,
    people::Role,
    state::Donation,
    types::{Challenge, Hash},
    view::Wire,
};

/// How long a gateway has to show the batch.
const ANSWER_S: u64 = 72 * 3_600;

impl Donation {
    /// Says with which key the calling gateway signs promises.
    pub(crate) fn do_set_promise_key(&mut self, ctx: &mut Ctx, key: PublicKey) -> Result {
        let gateway = ctx.caller();
        self.check_role(ctx, gateway, Role::Gateway)?;
        self.promise_keys.set(&gateway, &key);
        ctx.emit(PromiseKeySet { gateway, key });
        Ok(())
    }

    /// Asks a gateway to show the batch in which a promised gift is.
    pub(crate) fn do_challenge(&mut self, ctx: &mut Ctx, promise: &Promise) -> Result<Hash> {
        let Promise { gateway, fund, commit, amount, height, signature } = promise.clone();
        let key = self.promise_keys.get(&gateway).ok_or(Error::NotFound)?;
        let id = promised(ctx, promise);
        if !ctx.sr25519_verify(&key.0, &id, &signature) {
            return Err(Error::Unauthorized);
        }
        if self.challenges.contains(&id) {
            return Err(Error::DupRef);
        }
        if ctx.height() <= height {
            return Err(Error::TooEarly);
        }
        let deadline = after(ctx.time(), ANSWER_S);
        let open =
            Challenge { gateway, fund, commit, amount, deadline, broken: false, answer: None };
        self.challenges.set(&id, &open);
        ctx.emit(Challenged { challenge: id, gateway, fund, deadline });
        Ok(id)
    }

    /// Shows the batch; late as well, which ends the gateway's suspension here.
    pub(crate) fn do_answer(
        &mut self,
        ctx: &mut Ctx,
        id: Hash,
        Wire(batch): Wire<Place>,
        Wire(leaf): Wire<Leaf>,
    ) -> Result {
        let challenge = self.challenges.get(&id).ok_or(Error::NotFound)?;
        if challenge.answer.is_some() {
            return Err(Error::BadState);
        }
        let card = self.card_of(batch.line)?;
        let arrival = Records::arrival(self, batch.line, batch.start)?;
        let Some(In::Gift(gift)) = arrival else { return Err(Error::NotFound) };
        let is_there = card.kind == Kind::Intake && card.fund.0 == challenge.fund;
        let Origin::Batch(root) = gift.origin else { return Err(Error::NotFound) };
        let is_promised =
            leaf.commit == challenge.commit && Amount::from(leaf.amount) == challenge.amount;
        let hasher = |tag: Tag, parts: &[&[u8]]| tagged(ctx, tag, parts);
        let found = leaf.find(&hasher, &root.root, root.leaves, gift.len);
        if !is_there || !is_promised || found.is_none() {
            return Err(Error::BatchSum);
        }
        if challenge.broken {
            self.count_broken(challenge.gateway, false);
        }
        let answer = Some((batch.line.0, batch.start.get()));
        let gateway = challenge.gateway;
        self.challenges.set(&id, &Challenge { broken: false, answer, ..challenge });
        ctx.emit(Answered { challenge: id, gateway, line: batch.line.0, start: batch.start.get() });
        Ok(())
    }

    /// Suspends a gateway that has let the time pass: it brings no batches here until it answers.
    pub(crate) fn do_expose(&mut self, ctx: &mut Ctx, id: Hash) -> Result {
        let challenge = self.challenges.get(&id).ok_or(Error::NotFound)?;
        if challenge.answer.is_some() || challenge.broken {
            return Err(Error::BadState);
        }
        if ctx.time() < challenge.deadline {
            return Err(Error::TooEarly);
        }
        let gateway = challenge.gateway;
        self.count_broken(gateway, true);
        self.challenges.set(&id, &Challenge { broken: true, ..challenge });
        ctx.emit(Exposed { challenge: id, gateway });
        Ok(())
    }

    fn count_broken(&mut self, gateway: AccountId, more: bool) {
        let before = self.broken.get_or_start(&gateway);
        match if more { before.plus(1) } else { before.saturating_sub(1) } {
            0 => self.broken.remove(&gateway),
            count => self.broken.set(&gateway, &count),
        }
    }
}

/// What a gateway signs; the challenge has this id.
fn promised(ctx: &View, promise: &Promise) -> Hash {
    let (fund, amount) = (promise.fund.to_le_bytes(), promise.amount.0.to_le_bytes());
    let height = promise.height.0.to_le_bytes();
    let (chain, contract) = (ctx.chain(), ctx.contract());
    let said =
        [&chain.0[..], &contract.0, &promise.gateway.0, &fund, &promise.commit, &amount, &height];
    tagged(ctx, Tag::GiftPromise, &said)
}
