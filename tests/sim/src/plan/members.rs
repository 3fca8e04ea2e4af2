//! Who takes part: validators, those who may replace them, traitors, and who is there in the end.

use std::collections::BTreeSet;

use crate::{
    byzantine::Behaviour,
    options::{Kind, Options},
    random::Random,
};

/// Members are numbered over a whole run; a validator set lists some of them.
#[derive(Debug)]
pub(crate) struct Members {
    /// All who may ever validate.
    pub(crate) count: usize,
    /// The validators of the first epoch.
    pub(crate) first: Vec<usize>,
    /// At most f of every set.
    pub(crate) traitors: Vec<Traitor>,
    /// The sets that governance puts in charge.
    pub(crate) acts: Vec<Vec<usize>>,
    /// Who is there once all faults end; the others are gone for ever.
    pub(crate) core: Vec<usize>,
}

/// A member that does not keep to the protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traitor {
    pub(crate) member: usize,
    pub(crate) behaviour: Behaviour,
}

impl Members {
    pub(crate) fn draw(random: &mut Random, kinds: &BTreeSet<Kind>, options: &Options) -> Self {
        let size = random.pick(&[4, 4, 4, 4, 4, 4, 4, 5, 6, 7]);
        let size = if random.chance(10) { random.between(8, 13) as usize } else { size };
        let has_epochs = kinds.contains(&Kind::Epochs);
        let count = if has_epochs { size + random.index(3) } else { size };
        let mut everyone: Vec<usize> = (0..count).collect();
        random.shuffle(&mut everyone);
        let first: Vec<usize> = everyone[..size].to_vec();
        // No set is smaller than this, so no more traitors are ever too many.
        let smallest = if has_epochs { size.saturating_sub(1).max(4) } else { size };
        let most = (smallest - 1) / 3;
        let traitors = draw_traitors(random, (kinds, options), &first, most);
        let acts = (0..random.between(1, 4)).map(|_| draw_set(random, count, smallest)).collect();
        let core = draw_core(random, kinds, &first, &traitors, count);
        Self { count, first, traitors, acts, core }
    }

    pub(crate) fn is_honest(&self, member: usize) -> bool {
        self.traitors.iter().all(|traitor| traitor.member != member)
    }

    /// Those to whom transactions are submitted.
    pub(crate) fn clients(&self) -> Vec<usize> {
        self.core.iter().copied().filter(|member| self.is_honest(*member)).collect()
    }
}

fn draw_traitors(
    random: &mut Random,
    (kinds, options): (&BTreeSet<Kind>, &Options),
    first: &[usize],
    most: usize,
) -> Vec<Traitor> {
    let count = random.between(1, most as u64) as usize;
    let mut members = first.to_vec();
    random.shuffle(&mut members);
    // Half of all conspiracies have one plan.
    let common = Behaviour::draw(random);
    let is_common = random.chance(500);
    let later = Behaviour::draw_later(&mut random.fork(1));
    let wanted = options.traitor.as_deref().and_then(Behaviour::named);
    let behaviour = |member: &usize| {
        let behaviour = if is_common { common } else { Behaviour::draw(random) };
        let behaviour = wanted.or(later).unwrap_or(behaviour);
        Traitor { member: *member, behaviour }
    };
    match kinds.contains(&Kind::Byzantine) {
        true => members[..count].iter().map(behaviour).collect(),
        false => Vec::new(),
    }
}

/// A set of some members, in some order.
fn draw_set(random: &mut Random, count: usize, smallest: usize) -> Vec<usize> {
    let size = random.between(smallest as u64, count as u64) as usize;
    let mut members: Vec<usize> = (0..count).collect();
    random.shuffle(&mut members);
    members.truncate(size);
    members
}

/// A quorum of honest validators, or everyone.
fn draw_core(
    random: &mut Random,
    kinds: &BTreeSet<Kind>,
    first: &[usize],
    traitors: &[Traitor],
    count: usize,
) -> Vec<usize> {
    if !kinds.contains(&Kind::Core) || kinds.contains(&Kind::Epochs) {
        return (0..count).collect();
    }
    let is_honest = |member: &usize| traitors.iter().all(|traitor| traitor.member != *member);
    let mut honest: Vec<usize> = first.iter().copied().filter(is_honest).collect();
    random.shuffle(&mut honest);
    let faulty = (first.len() - 1) / 3;
    honest.truncate((first.len() + faulty + 1).div_ceil(2));
    honest
}
