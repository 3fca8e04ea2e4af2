//! Who validates, from which height on. Epochs end where this says so, and nowhere else.

use parity_scale_codec::{Decode, Encode};
use weal_types::{
    AccountId, Epoch, Height, PublicKey,
    certificate::{Validator, ValidatorSet},
    codec::{Bounded, Version},
    limit,
};

/// Heights from the block that changes the set to the last one of its epoch: twice the window in
/// which validators vote above what is final, so that nobody can have voted beyond the end of the
/// epoch before it executed that block.
pub const NOTICE: u64 = 32;

/// Bytes of an organisation's name.
pub const ORGANISATION_BYTES: usize = 64;

/// Bytes of an address: a host name of DNS has at most 253, and a port follows.
pub const ADDRESS_BYTES: usize = 260;

/// A validator, and who answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Member {
    /// Signs its votes.
    pub key: PublicKey,
    /// The account that decides for it.
    pub operator: AccountId,
    /// Who runs it, for people.
    pub organisation: String,
    /// Where the others find it, `host:port`. Only the genesis document may leave it empty, where
    /// the configurations of all others say it.
    pub address: String,
}

/// Validators, in the order of their positions.
pub type Members = Bounded<Member, 0, { limit::VALIDATORS }>;

/// The end of an epoch, and who follows.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Succession {
    /// The last height of the epoch.
    pub end: Height,
    /// Who validates afterwards.
    pub members: Members,
}

/// The present epoch and what is decided about later ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Schedule {
    /// Format of this type.
    pub version: Version<1>,
    /// The epoch.
    pub epoch: Epoch,
    /// Its validators.
    pub members: Members,
    /// Those of the epoch before, who still serve what they have.
    pub before: Members,
    /// The next epoch, once its beginning is decided.
    pub next: Option<Succession>,
    /// The epoch after that, if something was decided for it: the next one then ends [`NOTICE`]
    /// heights after its beginning.
    pub after: Option<Members>,
}

/// The validators of one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Reign {
    /// The epoch.
    pub epoch: Epoch,
    /// Its last height, if that is decided.
    pub until: Option<Height>,
    /// Its validators.
    pub members: Members,
}

/// Why validators cannot be changed like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The key is in use.
    Taken(PublicKey),
    /// Nobody has the key.
    Unknown(PublicKey),
    /// So many validators would be left.
    Size(usize),
}

/// When a change counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Start {
    /// From which epoch on.
    pub epoch: Epoch,
    /// Its first height.
    pub from: Height,
}

impl Schedule {
    /// The schedule as it is for the block at `height`: epochs that ended before are past.
    #[must_use]
    pub fn at(mut self, height: Height) -> Self {
        while let Some(next) = self.next.take_if(|next| next.end < height) {
            let ends = Height(next.end.0.saturating_add(NOTICE));
            let after = self.after.take();
            self.before = std::mem::replace(&mut self.members, next.members);
            self.epoch = Epoch(self.epoch.0.saturating_add(1));
            self.next = after.map(|members| Succession { end: ends, members });
        }
        self
    }

    /// The validators of the present epoch; `None` on a chain that has none.
    pub fn set(&self) -> Option<ValidatorSet> {
        set_of(self.epoch, &self.members)
    }

    /// Where the present epoch ends and who follows, if that is decided.
    pub fn next_set(&self) -> Option<(Height, ValidatorSet)> {
        let next = self.next.as_ref()?;
        Some((next.end, set_of(Epoch(self.epoch.0.saturating_add(1)), &next.members)?))
    }

    /// The present epoch for 0, the next for 1, the one after it for 2; `None` where nothing is
    /// decided.
    pub fn reign(&self, ahead: u8) -> Option<Reign> {
        let epoch = Epoch(self.epoch.0.saturating_add(ahead.into()));
        let end = self.next.as_ref().map(|next| next.end);
        let (until, members) = match ahead {
            0 => (end, Some(&self.members)),
            1 => {
                let ends = end.filter(|_| self.after.is_some());
                let until = ends.map(|end| Height(end.0.saturating_add(NOTICE)));
                (until, self.next.as_ref().map(|next| &next.members))
            }
            2 => (None, self.after.as_ref()),
            _ => (None, None),
        };
        members.map(|members| Reign { epoch, until, members: members.clone() })
    }

    /// The validators as decided last.
    pub fn newest(&self) -> &Members {
        let next = self.next.as_ref().map(|next| &next.members);
        self.after.as_ref().or(next).unwrap_or(&self.members)
    }

    /// How many of the present validators an account in `approvals` decides for.
    pub fn votes(&self, approvals: &[AccountId]) -> usize {
        self.members.iter().filter(|member| approvals.contains(&member.operator)).count()
    }

    /// Whether an account decides for one of the present validators.
    pub fn is_operator(&self, account: &AccountId) -> bool {
        self.members.iter().any(|member| member.operator == *account)
    }

    /// Adds a validator, decided in the block at `height`.
    pub fn add(&mut self, height: Height, member: Member) -> Result<Start, Misfit> {
        if self.is_taken(&member.key) {
            return Err(Misfit::Taken(member.key));
        }
        let mut members = self.newest().clone().into_inner();
        members.push(member);
        self.succeed(height, members)
    }

    /// Removes a validator.
    pub fn remove(&mut self, height: Height, key: &PublicKey) -> Result<Start, Misfit> {
        let mut members = self.newest().clone().into_inner();
        let position = members.iter().position(|member| member.key == *key);
        members.remove(position.ok_or(Misfit::Unknown(*key))?);
        self.succeed(height, members)
    }

    /// Replaces a validator's key; position, operator and address stay.
    pub fn rotate(
        &mut self,
        height: Height,
        key: &PublicKey,
        new: PublicKey,
    ) -> Result<Start, Misfit> {
        if self.is_taken(&new) {
            return Err(Misfit::Taken(new));
        }
        let mut members = self.newest().clone().into_inner();
        let found = members.iter_mut().find(|member| member.key == *key);
        found.ok_or(Misfit::Unknown(*key))?.key = new;
        self.succeed(height, members)
    }

    /// Changes where a validator is found, in every epoch, the one before included. Certificates do
    /// not name addresses, so nothing has to wait.
    pub fn relocate(&mut self, key: &PublicKey, address: &str) {
        let next = self.next.as_mut().map(|next| &mut next.members);
        let lists = [Some(&mut self.before), Some(&mut self.members), next, self.after.as_mut()];
        for members in lists.into_iter().flatten() {
            let mut moved = std::mem::take(members).into_inner();
            let found = moved.iter_mut().filter(|member| member.key == *key);
            found.for_each(|member| address.clone_into(&mut member.address));
            // As long as before.
            *members = Bounded::new(moved).unwrap_or_default();
        }
    }

    /// Whether nodes that know nothing but the chain find the validator as decided last, or nobody
    /// has to.
    pub fn is_found(&self, key: &PublicKey) -> bool {
        let members = self.newest();
        let mut found = members.iter().filter(|member| member.key == *key);
        members.len() == 1 || found.all(|member| !member.address.is_empty())
    }

    /// Whether a key is a validator's, now or in what is decided.
    pub fn is_taken(&self, key: &PublicKey) -> bool {
        let next = self.next.as_ref().map(|next| &next.members);
        let lists = [Some(&self.members), next, self.after.as_ref()];
        lists.into_iter().flatten().flat_map(|members| members.iter()).any(|it| it.key == *key)
    }

    /// Decides who follows. The first decision of an epoch ends it; those that come after it, until
    /// it has ended, count together from the epoch after the next.
    fn succeed(&mut self, height: Height, members: Vec<Member>) -> Result<Start, Misfit> {
        let size = members.len();
        check_size(size)?;
        let members = Bounded::new(members).map_err(|_| Misfit::Size(size))?;
        let epoch = self.epoch.0;
        let (epochs, end) = match &mut self.next {
            None => {
                let end = Height(height.0.saturating_add(NOTICE));
                self.next = Some(Succession { end, members });
                (1, end)
            }
            Some(next) => {
                self.after = Some(members);
                (2, Height(next.end.0.saturating_add(NOTICE)))
            }
        };
        let from = Height(end.0.saturating_add(1));
        Ok(Start { epoch: Epoch(epoch.saturating_add(epochs)), from })
    }
}

/// One validator, or enough of them to survive the failure of one: two or three survive no more
/// than one does. Changes come one by one, so a chain of one never gets to four, nor back.
pub fn check_size(size: usize) -> Result<(), Misfit> {
    let is_good = size == 1 || (4..=limit::VALIDATORS).contains(&size);
    if is_good { Ok(()) } else { Err(Misfit::Size(size)) }
}

fn set_of(epoch: Epoch, members: &Members) -> Option<ValidatorSet> {
    let keys = members.iter().map(|member| Validator { key: member.key });
    let validators = Bounded::new(keys.collect()).ok()?;
    Some(ValidatorSet { version: Version, epoch, validators })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> PublicKey {
        PublicKey([number; 32])
    }

    fn member(number: u8) -> Member {
        Member {
            key: key(number),
            operator: AccountId([number; 32]),
            organisation: "we".into(),
            address: String::new(),
        }
    }

    fn schedule(size: u8) -> Schedule {
        let members = (1..=size).map(member).collect();
        Schedule { members: Bounded::new(members).unwrap(), ..Schedule::default() }
    }

    fn keys(members: &Members) -> Vec<u8> {
        members.iter().map(|member| member.key.0[0]).collect()
    }

    fn start(epoch: u64, from: u64) -> Start {
        Start { epoch: Epoch(epoch), from: Height(from) }
    }

    #[test]
    fn a_change_begins_the_next_epoch_after_its_notice() {
        let mut schedule = schedule(4);
        assert_eq!(schedule.add(Height(10), member(5)), Ok(start(1, 43)));
        let during = schedule.clone().at(Height(42));
        assert_eq!(during, schedule, "up to the end of the epoch nothing changes");
        let (end, set) = during.next_set().unwrap();
        assert_eq!((end, set.epoch, set.validators.len()), (Height(42), Epoch(1), 5));
        let then = schedule.at(Height(43));
        assert_eq!((then.epoch, keys(&then.members)), (Epoch(1), vec![1, 2, 3, 4, 5]));
        assert_eq!((keys(&then.before), then.next_set()), (vec![1, 2, 3, 4], None));
    }

    #[test]
    fn what_is_decided_before_the_end_counts_together_one_epoch_later() {
        let mut schedule = schedule(5);
        assert_eq!(schedule.remove(Height(10), &key(2)), Ok(start(1, 43)));
        assert_eq!(schedule.add(Height(20), member(6)), Ok(start(2, 75)));
        assert_eq!(schedule.rotate(Height(42), &key(1), key(7)), Ok(start(2, 75)));
        let next = schedule.clone().at(Height(43));
        assert_eq!((next.epoch, keys(&next.members)), (Epoch(1), vec![1, 3, 4, 5]));
        assert_eq!(next.next_set().map(|(end, _)| end), Some(Height(74)));
        let after = schedule.clone().at(Height(75));
        assert_eq!((after.epoch, keys(&after.members)), (Epoch(2), vec![7, 3, 4, 5, 6]));
        assert_eq!(after, next.at(Height(75)), "in one step or in two");
    }

    #[test]
    fn changes_that_do_not_fit_are_refused_and_change_nothing() {
        type Act = fn(&mut Schedule) -> Result<Start, Misfit>;
        let cases: [(u8, Act, Misfit); 9] = [
            (4, |it| it.add(Height(1), member(3)), Misfit::Taken(key(3))),
            (4, |it| it.remove(Height(1), &key(9)), Misfit::Unknown(key(9))),
            (4, |it| it.remove(Height(1), &key(1)), Misfit::Size(3)),
            (1, |it| it.remove(Height(1), &key(1)), Misfit::Size(0)),
            (1, |it| it.add(Height(1), member(2)), Misfit::Size(2)),
            (128, |it| it.add(Height(1), member(129)), Misfit::Size(129)),
            (4, |it| it.rotate(Height(1), &key(1), key(1)), Misfit::Taken(key(1))),
            (4, |it| it.rotate(Height(1), &key(1), key(2)), Misfit::Taken(key(2))),
            (4, |it| it.rotate(Height(1), &key(9), key(8)), Misfit::Unknown(key(9))),
        ];
        for (size, act, expected) in cases {
            let mut changed = schedule(size);
            assert_eq!(act(&mut changed), Err(expected));
            assert_eq!(changed, schedule(size));
        }
    }

    #[test]
    fn what_is_decided_already_counts_in_what_is_decided_next() {
        let mut schedule = schedule(5);
        schedule.remove(Height(1), &key(5)).unwrap();
        assert_eq!(schedule.remove(Height(2), &key(5)), Err(Misfit::Unknown(key(5))));
        assert_eq!(schedule.remove(Height(2), &key(4)), Err(Misfit::Size(3)));
        // It validates until the epoch ends.
        assert_eq!(schedule.add(Height(2), member(5)), Err(Misfit::Taken(key(5))));
        schedule.rotate(Height(2), &key(1), key(6)).unwrap();
        assert_eq!(schedule.rotate(Height(3), &key(2), key(1)), Err(Misfit::Taken(key(1))));
    }

    #[test]
    fn an_account_votes_for_all_validators_that_it_operates() {
        let mut schedule = schedule(4);
        let mut members = schedule.members.clone().into_inner();
        members[1].operator = AccountId([1; 32]);
        schedule.members = Bounded::new(members).unwrap();
        let votes = |accounts: &[u8]| {
            let accounts: Vec<_> = accounts.iter().map(|id| AccountId([*id; 32])).collect();
            schedule.votes(&accounts)
        };
        assert_eq!((votes(&[]), votes(&[1]), votes(&[1, 3]), votes(&[2, 9])), (0, 2, 3, 0));
    }

    #[test]
    fn an_address_changes_everywhere_at_once() {
        let mut schedule = schedule(6);
        schedule.remove(Height(1), &key(6)).unwrap();
        schedule = schedule.at(Height(40));
        schedule.remove(Height(41), &key(5)).unwrap();
        schedule.rotate(Height(42), &key(1), key(7)).unwrap();
        schedule.relocate(&key(2), "two:2");
        let next = &schedule.next.as_ref().unwrap().members;
        let lists = [&schedule.before, &schedule.members, next, schedule.newest()];
        for members in lists {
            let changed = members.iter().filter(|member| member.address == "two:2");
            assert_eq!(changed.map(|member| member.key).collect::<Vec<_>>(), [key(2)]);
        }
        assert_eq!(lists.map(|members| members.len()), [6, 5, 4, 4]);
    }
}
