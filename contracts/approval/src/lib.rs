//! Auditors approve subjects, and other contracts ask whether one is approved.
//!
//! A subject is 32 bytes that the parties agree on: the hash of an invoice, of a report, of a case.

#![cfg_attr(target_arch = "wasm32", no_std)]

use weal_sdk::prelude::*;

/// Auditors approve subjects; other contracts ask whether one is approved.
#[derive(Storage)]
pub struct Approval {
    roles: Roles<Role>,
    approved: Map<[u8; 32], AccountId>,
}

/// Who may do what.
#[derive(Debug, RoleSet)]
pub enum Role {
    /// Approves.
    Auditor,
}

/// How it refuses.
#[derive(Clone, Debug, PartialEq, Eq, ContractError)]
pub enum Error {
    /// {by} has approved this already.
    #[code(1)]
    AlreadyApproved {
        /// Who.
        by: AccountId,
    },
}

/// A subject was approved.
#[derive(Event)]
pub struct Approved {
    /// Which.
    #[topic]
    pub subject: [u8; 32],
    /// Who approved it.
    #[topic]
    pub by: AccountId,
}

#[contract(error = Error, events(Approved))]
impl Approval {
    /// Makes an account an auditor.
    #[call(auth = owner, intent = "Make {account} an auditor", emits())]
    pub fn appoint(&mut self, #[label("Auditor")] account: AccountId) {
        self.roles.grant(Role::Auditor, &account);
    }

    /// Ends an auditor's term. What it approved stays approved.
    #[call(auth = owner, intent = "End the term of {account}", emits())]
    pub fn dismiss(&mut self, #[label("Auditor")] account: AccountId) {
        self.roles.revoke(Role::Auditor, &account);
    }

    /// Approves a subject.
    #[call(auth = Role::Auditor, intent = "Approve {subject}")]
    pub fn approve(
        &mut self,
        ctx: &mut Ctx,
        #[label("Subject")] subject: [u8; 32],
    ) -> Result<(), Error> {
        if let Some(by) = self.approved.get(&subject) {
            return Err(Error::AlreadyApproved { by });
        }
        let by = ctx.caller();
        self.approved.set(&subject, &by);
        ctx.emit(Approved { subject, by });
        Ok(())
    }

    /// Whether a subject is approved.
    #[query]
    pub fn is_approved(&self, #[label("Subject")] subject: [u8; 32]) -> bool {
        self.approved.contains(&subject)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_layout_is_the_committed_one() {
        weal_sdk::layout::lock(env!("CARGO_MANIFEST_DIR"), &super::layout()).unwrap();
    }
}
