//! A grant: gifts of one asset come in, payments that the owner has approved go out.

#![cfg_attr(target_arch = "wasm32", no_std)]

use weal_sdk::prelude::*;

/// A grant: gifts of one asset come in, payments that the owner has approved go out.
#[derive(Storage)]
pub struct MyContract {
    asset: Item<AssetId>,
    roles: Roles<Role>,
    given: Item<Amount>,
    paid: Item<Amount>,
    payments: OrderedMap<u32, Payment>,
}

/// What an account may do.
#[derive(RoleSet)]
pub enum Role {
    /// Approves payments.
    Treasurer,
}

/// A payment that was approved.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Payment {
    /// Who receives it.
    pub payee: AccountId,
    /// How much of the grant's asset.
    pub amount: Amount,
    /// Whether it went out.
    pub is_paid: bool,
}

/// How the grant refuses.
#[derive(Clone, Debug, PartialEq, Eq, ContractError)]
pub enum Error {
    /// Payment {payment} was not approved.
    #[code(1)]
    Unknown {
        /// Its number.
        payment: u32,
    },
    /// Payment {payment} went out already.
    #[code(2)]
    AlreadyPaid {
        /// Its number.
        payment: u32,
    },
    /// The grant cannot be its own payee.
    #[code(3)]
    ToItself,
}

/// A gift came in.
#[derive(Event)]
pub struct Given {
    /// From whom.
    #[topic]
    pub donor: AccountId,
    /// How much.
    pub amount: Amount,
}

/// A payment went out.
#[derive(Event)]
pub struct Paid {
    /// Its number.
    #[topic]
    pub payment: u32,
    /// To whom.
    #[topic]
    pub payee: AccountId,
    /// How much.
    pub amount: Amount,
}

#[contract(error = Error, events(Given, Paid))]
impl MyContract {
    /// Opens the grant; the deployer becomes its treasurer.
    #[init(emits())]
    pub fn open(&mut self, ctx: &mut Ctx, #[label("Asset")] asset: AssetId) {
        self.asset.set(&asset);
        self.roles.grant(Role::Treasurer, &ctx.caller());
    }

    /// Gives what is attached.
    #[call(auth = anyone, accepts(asset), intent = "Give to this grant", emits(Given), errors())]
    pub fn give(&mut self, ctx: &mut Ctx) {
        let amount = ctx.gift();
        self.given += amount;
        ctx.emit(Given {
            donor: ctx.caller(),
            amount,
        });
    }

    /// Makes an account a treasurer.
    #[call(auth = owner, intent = "Make {account} a treasurer", emits(), errors())]
    pub fn appoint(&mut self, #[label("Treasurer")] account: AccountId) {
        self.roles.grant(Role::Treasurer, &account);
    }

    /// Approves a payment and returns its number.
    #[call(
        auth = Role::Treasurer,
        intent = "Approve {amount} for {payee}",
        emits(),
        errors(ToItself)
    )]
    pub fn approve(
        &mut self,
        ctx: &View,
        #[label("Payee")] payee: AccountId,
        #[label("Amount")]
        #[unit(asset = asset)]
        amount: Amount,
    ) -> Result<u32, Error> {
        if payee == ctx.contract().account() {
            return Err(Error::ToItself);
        }
        let number = next(self.payments.last().map(|(number, _)| number));
        self.payments.set(
            &number,
            &Payment {
                payee,
                amount,
                is_paid: false,
            },
        );
        Ok(number)
    }

    /// Sends an approved payment. Anyone may ask for it: it can only go to its payee, once.
    #[call(
        auth = anyone,
        intent = "Send payment {payment}",
        emits(Paid),
        errors(Unknown, AlreadyPaid)
    )]
    pub fn pay(
        &mut self,
        ctx: &mut Ctx,
        #[label("Number of the payment")]
        #[min(1)]
        payment: u32,
    ) -> Result<(), Error> {
        let due = due(payment, self.payments.get(&payment))?;
        self.payments.set(
            &payment,
            &Payment {
                is_paid: true,
                ..due.clone()
            },
        );
        self.paid += due.amount;
        ctx.send(due.payee, self.asset.get(), due.amount);
        ctx.emit(Paid {
            payment,
            payee: due.payee,
            amount: due.amount,
        });
        Ok(())
    }

    /// What was given and what was paid.
    #[query]
    pub fn totals(&self) -> (Amount, Amount) {
        (self.given.get(), self.paid.get())
    }

    /// A payment.
    #[query]
    pub fn payment(&self, number: u32) -> Option<Payment> {
        self.payments.get(&number)
    }
}

/// The number after the last one; the first is 1.
fn next(last: Option<u32>) -> u32 {
    last.unwrap_or(0) + 1
}

/// The payment, if it is still to be sent.
fn due(payment: u32, found: Option<Payment>) -> Result<Payment, Error> {
    match found {
        None => Err(Error::Unknown { payment }),
        Some(found) if found.is_paid => Err(Error::AlreadyPaid { payment }),
        Some(found) => Ok(found),
    }
}
