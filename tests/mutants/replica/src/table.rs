//! The mutants: what is known to go wrong in such protocols, and every rule without which the model
//! of this one forks or stalls. Rules are named as in `docs/consensus.md`.

mod bounds;
mod journal;
mod progress;
mod signatures;
mod slots;
mod views;

/// One way in which the replica may be wrong.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// Its name.
    pub name: &'static str,
    /// The rule that it breaks, as it should be.
    pub rule: &'static str,
    /// Where the source is changed.
    pub edits: &'static [Edit],
}

/// One replacement in one file of the replica.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// The file, below `node/consensus/src`.
    pub file: &'static str,
    /// A piece of its text, which occurs there once; between `⟦` and `⟧` what is replaced, if that
    /// is not all of it.
    pub find: &'static str,
    /// What stands there instead.
    pub replace: &'static str,
}

/// All of them.
pub fn all() -> Vec<Mutant> {
    let groups: [&[Mutant]; 6] = [
        views::MUTANTS,
        slots::MUTANTS,
        journal::MUTANTS,
        signatures::MUTANTS,
        progress::MUTANTS,
        bounds::MUTANTS,
    ];
    groups.concat()
}
