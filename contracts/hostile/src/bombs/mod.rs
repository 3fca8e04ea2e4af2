//! Modules that attack the compiler.

/// A module that is costly to compile.
#[derive(Clone, Copy, Debug)]
pub struct Bomb {
    /// Its name, unique in the table.
    pub name: &'static str,
}

/// Every bomb.
pub const BOMBS: &[Bomb] = &[];
