//! The escrow after an upgrade: several people deposit, and each gets its own back.
//!
//! What `contracts/escrow` stored becomes this contract's: [`Escrow::from_one_payer`] gives the
//! deposit to the one who had paid it in.

#![cfg_attr(target_arch = "wasm32", no_std)]

use weal_sdk::prelude::*;

weal_sdk::import!(approval = "abi/approval.abi.json");

/// Gas for the approving contract: a broken one must not be able to use up a settlement's gas.
const APPROVAL_GAS: Gas = Gas(1_000_000);

/// Gas that must be left before the question. Otherwise a caller could give so little that the
/// approving contract runs out, and pass that off as its failure.
const ASKING_GAS: Gas = Gas(1_200_000);

/// Holds deposits until another contract approves, or a deadline passes.
#[derive(Storage)]
#[storage(version = 2, retired("payer", "deposited"))]
pub struct Escrow {
    deposits: OrderedMap<AccountId, Amount>,
    held: Item<Amount>,
    payee: Item<AccountId>,
    asset: Item<AssetId>,
    #[storage(was = "approval")]
    judge: Item<ContractId>,
    subject: Item<[u8; 32]>,
    deadline: Item<TimeMs>,
}

/// How it refuses.
#[derive(Clone, Debug, PartialEq, Eq, ContractError)]
pub enum Error {
    /// Nothing is held.
    #[code(1)]
    Empty,
    /// The subject is not approved, and the deadline {deadline} has not passed.
    #[code(2)]
    NotYet {
        /// When depositors may have their money back.
        #[unit(timestamp)]
        deadline: TimeMs,
    },
    /// The approving contract failed, and the deadline has not passed: {cause}
    #[code(3)]
    Approval(CallError),
    /// The subject is approved: the deposits are the payee's.
    #[code(4)]
    IsApproved,
    /// Asking the approving contract takes {needed} gas.
    #[code(5)]
    GasTooLow {
        /// How much the call must have left.
        #[unit(gas)]
        needed: Gas,
    },
}

/// The deposits went to the payee.
#[derive(Event)]
pub struct Paid {
    /// To whom.
    #[topic]
    pub to: AccountId,
    /// How much.
    #[unit(asset = asset)]
    pub amount: Amount,
}

/// A deposit went back.
#[derive(Event)]
pub struct Refunded {
    /// To whom.
    #[topic]
    pub to: AccountId,
    /// How much.
    #[unit(asset = asset)]
    pub amount: Amount,
}

/// A deposit.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Deposit {
    /// Whose.
    pub by: AccountId,
    /// How much.
    #[unit(asset = asset)]
    pub amount: Amount,
}

#[contract(error = Error, events(Paid, Refunded))]
impl Escrow {
    /// Agrees on the terms; what is attached is the first deposit.
    #[init(accepts(asset), emits())]
    pub fn open(
        &mut self,
        ctx: &mut Ctx,
        #[label("Payee")] payee: AccountId,
        #[label("Asset")] asset: AssetId,
        #[label("Approving contract")] approval: ContractId,
        #[label("Subject")] subject: [u8; 32],
        #[label("Deadline")]
        #[unit(timestamp)]
        deadline: TimeMs,
    ) {
        self.payee.set(&payee);
        self.asset.set(&asset);
        self.judge.set(&approval);
        self.subject.set(&subject);
        self.deadline.set(&deadline);
        self.record(ctx.caller(), ctx.gift());
    }

    /// Makes the one deposit of version 1 the first of many.
    #[migrate(from = 1)]
    pub fn from_one_payer(&mut self, old: v1::Escrow) {
        self.record(old.payer.get(), old.deposited.get());
        let v1::Escrow { mut payer, mut deposited, .. } = old;
        payer.clear();
        deposited.clear();
    }

    /// Deposits.
    #[call(auth = anyone, accepts(asset), intent = "Deposit", emits())]
    pub fn deposit(&mut self, ctx: &mut Ctx) {
        self.record(ctx.caller(), ctx.gift());
    }

    /// Pays everything to the payee if the subject is approved.
    #[call(auth = anyone, intent = "Pay the payee", emits(Paid), calls(approval::is_approved))]
    pub fn settle(&mut self, ctx: &mut Ctx) -> Result<(), Error> {
        let amount = self.held.get();
        if amount == Amount::ZERO {
            return Err(Error::Empty);
        }
        if !self.ask(ctx)?.map_err(Error::Approval)? {
            return Err(Error::NotYet { deadline: self.deadline.get() });
        }
        // The deposits stay listed, as what was given.
        self.held.set(&Amount::ZERO);
        let to = self.payee.get();
        ctx.send(to, self.asset.get(), amount);
        ctx.emit(Paid { to, amount });
        Ok(())
    }

    /// Gives the caller its deposit back, once the deadline has passed without approval. Each takes
    /// its own, so that one whom the asset refuses cannot keep the others waiting.
    #[call(
        auth = anyone,
        intent = "Take the deposit back",
        emits(Refunded),
        calls(approval::is_approved)
    )]
    pub fn reclaim(&mut self, ctx: &mut Ctx) -> Result<(), Error> {
        let (to, deadline) = (ctx.caller(), self.deadline.get());
        let amount = self.deposits.get(&to).filter(|_| self.held.get() != Amount::ZERO);
        let amount = amount.ok_or(Error::Empty)?;
        if ctx.time() <= deadline {
            return Err(Error::NotYet { deadline });
        }
        // An approving contract that fails cannot keep the deposits.
        if self.ask(ctx)? == Ok(true) {
            return Err(Error::IsApproved);
        }
        self.deposits.remove(&to);
        self.held -= amount;
        ctx.send(to, self.asset.get(), amount);
        ctx.emit(Refunded { to, amount });
        Ok(())
    }

    /// How much is held.
    #[query]
    pub fn held(&self) -> Amount {
        self.held.get()
    }

    /// Deposits by account, those behind `after`, at most 100.
    #[query]
    pub fn deposits(&self, after: Option<AccountId>, #[max(100)] limit: u32) -> Vec<Deposit> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let page = self.deposits.page((start, Bound::Unbounded), Order::Ascending, limit.min(100));
        page.into_iter().map(|(by, amount)| Deposit { by, amount }).collect()
    }

    fn record(&mut self, by: AccountId, amount: Amount) {
        if amount != Amount::ZERO {
            self.deposits.update(&by, |old| old.plus(amount));
            self.held += amount;
        }
    }

    /// Asks whether the subject is approved; the inner error is the approving contract's failure.
    fn ask(&self, ctx: &View) -> Result<Result<bool, CallError>, Error> {
        if ctx.gas_left() < ASKING_GAS {
            return Err(Error::GasTooLow { needed: ASKING_GAS });
        }
        let judge = approval::at(self.judge.get()).gas_at_most(APPROVAL_GAS);
        Ok(judge.is_approved(ctx, self.subject.get()))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_layout_is_the_committed_one() {
        weal_sdk::layout::lock(env!("CARGO_MANIFEST_DIR"), &super::layout()).unwrap();
    }
}
