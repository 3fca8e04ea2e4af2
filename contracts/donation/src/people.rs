//! Who may do what: organisations, roles and relatives, as the contract `identity` has them, and
//! second parties who approve.

use weal_provenance::line::Line;
use weal_sdk::{codec::Encode, prelude::*};

use crate::{
    error::{Error, Result},
    events::Approved,
    messages::Action,
    state::Donation,
};

weal_sdk::import!(registry = "abi/identity.abi.json");

pub use registry::{Clearance, Role};

impl Donation {
    fn identity(&self) -> registry::Client {
        registry::at(self.identity.get())
    }

    /// Whether an account has a role now. Where nobody can say, it has none.
    pub(crate) fn check_role(&self, ctx: &View, who: AccountId, role: Role) -> Result {
        match self.identity().standing(ctx, who, role) {
            Ok(registry::Standing::Qualified) => Ok(()),
            Ok(registry::Standing::Suspended) => Err(Error::Frozen),
            Ok(registry::Standing::Unqualified) | Err(_) => Err(Error::Unauthorized),
        }
    }

    /// Whether an account has one of two roles now.
    pub(crate) fn has_either(&self, ctx: &View, who: AccountId, roles: [Role; 2]) -> bool {
        roles.into_iter().any(|role| self.check_role(ctx, who, role).is_ok())
    }

    /// Whether the caller is a line's organisation, and not suspended.
    pub(crate) fn check_officer(&self, ctx: &View, card: &Line) -> Result {
        if ctx.caller() != card.org {
            return Err(Error::Unauthorized);
        }
        self.check_active(ctx, card.org)
    }

    /// Whether an account's subject is not suspended.
    pub(crate) fn check_active(&self, ctx: &View, who: AccountId) -> Result {
        match self.identity().is_suspended(ctx, who) {
            Ok(false) => Ok(()),
            Ok(true) | Err(_) => Err(Error::Frozen),
        }
    }

    /// What [`Self::check_officer`] checks, and whether the payee is related, for later: one
    /// question to `identity` instead of two.
    pub(crate) fn check_payer(&self, ctx: &View, card: &Line, payee: AccountId) -> Result<bool> {
        if ctx.caller() != card.org {
            return Err(Error::Unauthorized);
        }
        match self.identity().clearance(ctx, card.org, payee) {
            Ok(Clearance { suspended: false, related }) => Ok(related),
            Ok(Clearance { suspended: true, .. }) | Err(_) => Err(Error::Frozen),
        }
    }

    /// Whether two accounts are unrelated.
    pub(crate) fn check_unrelated(&self, ctx: &View, one: AccountId, other: AccountId) -> Result {
        match self.identity().is_related(ctx, one, other) {
            Ok(false) => Ok(()),
            Ok(true) | Err(_) => Err(Error::RelatedParty),
        }
    }

    /// Notes what the caller approves.
    pub(crate) fn do_approve(
        &mut self,
        ctx: &mut Ctx,
        maker: AccountId,
        action: Action,
        until: TimeMs,
    ) {
        let approver = ctx.caller();
        self.approvals.set(&(approver, digest(ctx, maker, &action)), &until);
        ctx.emit(Approved { approver, maker, action, until });
    }

    /// Uses up what `approver` has approved for the caller.
    pub(crate) fn use_approval(
        &mut self,
        ctx: &Ctx,
        approver: AccountId,
        action: &Action,
    ) -> Result {
        let key = (approver, digest(ctx, ctx.caller(), action));
        let until = self.approvals.get(&key).ok_or(Error::Unauthorized)?;
        if approver == ctx.caller() || until <= ctx.time() {
            return Err(Error::Unauthorized);
        }
        self.approvals.remove(&key);
        Ok(())
    }

    /// Uses up what a reviewer has approved, who may not be related to the caller.
    pub(crate) fn use_review(&mut self, ctx: &Ctx, reviewer: AccountId, action: &Action) -> Result {
        self.use_approval(ctx, reviewer, action)?;
        self.check_role(ctx, reviewer, Role::Reviewer)?;
        self.check_unrelated(ctx, reviewer, ctx.caller())
    }
}

/// What an approval is kept under: it is for one maker and one message, word for word.
fn digest(ctx: &View, maker: AccountId, action: &Action) -> [u8; 32] {
    ctx.sha256(&(maker, action).encode())
}
