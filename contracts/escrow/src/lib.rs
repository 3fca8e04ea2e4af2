//! Holds a deposit until another contract approves, or a deadline passes.
//!
//! Whoever deploys it pays in, and names the payee, the approving contract and the subject that it
//! must approve. Then anyone may settle: once the subject is approved the payee is paid; after the
//! deadline the payer gets the deposit back, even if the approving contract fails or is gone.

#![cfg_attr(target_arch = "wasm32", no_std)]

use weal_sdk::prelude::*;

weal_sdk::import!(approval = "abi/approval.abi.json");

/// Gas for the approving contract: a broken one must not be able to use up a settlement's gas.
const APPROVAL_GAS: Gas = Gas(1_000_000);

/// Gas that must be left before the question. Otherwise a caller could give so little that the
/// approving contract runs out, and pass that off as its failure.
const ASKING_GAS: Gas = Gas(1_200_000);

/// Holds a deposit until another contract approves, or a deadline passes.
#[derive(Storage)]
pub struct Escrow {
    payer: Item<AccountId>,
    payee: Item<AccountId>,
    asset: Item<AssetId>,
    approval: Item<ContractId>,
    subject: Item<[u8; 32]>,
    deadline: Item<TimeMs>,
    deposited: Item<Amount>,
}

/// What the parties agreed on.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Terms {
    /// Who gets the deposit back.
    pub payer: AccountId,
    /// Who gets it once the subject is approved.
    pub payee: AccountId,
    /// Which asset is held.
    pub asset: AssetId,
    /// Which contract approves.
    pub approval: ContractId,
    /// What it must approve.
    pub subject: [u8; 32],
    /// When the payer may take the deposit back.
    #[unit(timestamp)]
    pub deadline: TimeMs,
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
        /// When the payer may take the deposit back.
        #[unit(timestamp)]
        deadline: TimeMs,
    },
    /// The approving contract failed, and the deadline has not passed: {cause}
    #[code(3)]
    Approval(CallError),
    /// Asking the approving contract takes {needed} gas.
    #[code(4)]
    GasTooLow {
        /// How much the call must have left.
        #[unit(gas)]
        needed: Gas,
    },
}

/// The deposit went out.
#[derive(Event)]
pub struct Settled {
    /// To whom.
    #[topic]
    pub to: AccountId,
    /// How much.
    #[unit(asset = asset)]
    pub amount: Amount,
    /// Whether to the payee.
    pub approved: bool,
}

#[contract(error = Error, events(Settled))]
impl Escrow {
    /// Agrees on the terms; what is attached is deposited.
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
        self.payer.set(&ctx.caller());
        self.payee.set(&payee);
        self.asset.set(&asset);
        self.approval.set(&approval);
        self.subject.set(&subject);
        self.deadline.set(&deadline);
        self.deposited.set(&ctx.gift());
    }

    /// Adds to the deposit.
    #[call(auth = stored(payer), accepts(asset), intent = "Deposit more", emits())]
    pub fn deposit(&mut self, ctx: &mut Ctx) {
        self.deposited += ctx.gift();
    }

    /// Pays the payee if the subject is approved; gives the deposit back if the deadline has
    /// passed.
    #[call(auth = anyone, intent = "Settle", calls(approval::is_approved))]
    pub fn settle(&mut self, ctx: &mut Ctx) -> Result<(), Error> {
        let amount = self.deposited.get();
        if amount == Amount::ZERO {
            return Err(Error::Empty);
        }
        if ctx.gas_left() < ASKING_GAS {
            return Err(Error::GasTooLow { needed: ASKING_GAS });
        }
        let deadline = self.deadline.get();
        let has_passed = ctx.time() > deadline;
        let contract = approval::at(self.approval.get()).gas_at_most(APPROVAL_GAS);
        let (to, approved) = match contract.is_approved(ctx, self.subject.get()) {
            Ok(true) => (self.payee.get(), true),
            Ok(false) | Err(_) if has_passed => (self.payer.get(), false),
            Ok(false) => return Err(Error::NotYet { deadline }),
            Err(error) => return Err(Error::Approval(error)),
        };
        self.deposited.set(&Amount::ZERO);
        ctx.send(to, self.asset.get(), amount);
        ctx.emit(Settled { to, amount, approved });
        Ok(())
    }

    /// How much is held.
    #[query]
    pub fn held(&self) -> Amount {
        self.deposited.get()
    }

    /// What was agreed on.
    #[query]
    pub fn terms(&self) -> Terms {
        Terms {
            payer: self.payer.get(),
            payee: self.payee.get(),
            asset: self.asset.get(),
            approval: self.approval.get(),
            subject: self.subject.get(),
            deadline: self.deadline.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_layout_is_the_committed_one() {
        weal_sdk::layout::lock(env!("CARGO_MANIFEST_DIR"), &super::layout()).unwrap();
    }
}
