//! A token with a fixed supply: what `contracts/bare-token` is without the SDK.

#![cfg_attr(target_arch = "wasm32", no_std)]

use weal_sdk::prelude::*;

/// A token with a fixed supply.
#[derive(Storage)]
pub struct Token {
    balances: Map<AccountId, u128>,
}

/// How the token refuses.
#[derive(Clone, Debug, PartialEq, Eq, ContractError)]
pub enum Error {
    /// The caller holds {held}, which is less than it sends.
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
impl Token {
    /// Gives the whole supply to the deployer.
    #[init(emits())]
    pub fn init(&mut self, ctx: &mut Ctx, #[label("Supply")] supply: u128) {
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
        let held = self.balances.get_or_start(&from);
        let rest = held.checked_sub(amount).ok_or(Error::Insufficient { held })?;
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
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_layout_is_the_committed_one() {
        weal_sdk::layout::lock(env!("CARGO_MANIFEST_DIR"), &super::layout()).unwrap();
    }
}
