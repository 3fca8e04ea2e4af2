//! A token with a fixed supply, which moves between accounts.

#![cfg_attr(target_arch = "wasm32", no_std)]

use weal_sdk::prelude::*;

/// A token with a fixed supply.
#[derive(Storage)]
pub struct MyContract {
    supply: Item<u128>,
    balances: Map<AccountId, u128>,
}

/// How the token refuses.
#[derive(Clone, Debug, PartialEq, Eq, ContractError)]
pub enum Error {
    /// The sender holds {held}, which is less than it sends.
    #[code(1)]
    Insufficient {
        /// What it holds.
        held: u128,
    },
}

/// Tokens moved.
#[derive(Event)]
pub struct Transferred {
    /// Whose they were.
    #[topic]
    pub from: AccountId,
    /// Whose they are.
    #[topic]
    pub to: AccountId,
    /// How many.
    pub amount: u128,
}

#[contract(error = Error, events(Transferred))]
impl MyContract {
    /// Gives the whole supply to the deployer.
    #[init(emits())]
    pub fn open(&mut self, ctx: &mut Ctx, #[label("Supply")] supply: u128) {
        self.supply.set(&supply);
        self.balances.set(&ctx.caller(), &supply);
    }

    /// Sends part of the caller's balance.
    #[call(auth = anyone, intent = "Send {amount} tokens to {to}")]
    pub fn transfer(
        &mut self,
        ctx: &mut Ctx,
        #[label("Payee")] to: AccountId,
        #[label("Amount")]
        #[min(1)]
        amount: u128,
    ) -> Result<(), Error> {
        let from = ctx.caller();
        let rest = debited(self.balances.get_or_start(&from), amount)?;
        self.balances.set(&from, &rest);
        self.balances.update(&to, |balance| balance.plus(amount));
        ctx.emit(Transferred { from, to, amount });
        Ok(())
    }

    /// What an account holds.
    #[query]
    pub fn balance(&self, account: AccountId) -> u128 {
        self.balances.get_or_start(&account)
    }

    /// How many tokens there are.
    #[query]
    pub fn supply(&self) -> u128 {
        self.supply.get()
    }
}

/// What is left of `held` after `amount` is sent.
fn debited(held: u128, amount: u128) -> Result<u128, Error> {
    held.checked_sub(amount).ok_or(Error::Insufficient { held })
}
