//! What a hop does to units: which offset becomes which unit of a receiver, and back.
//!
//! The units that a hop takes are numbered by *offset*, from 0, across its runs. Part `j` of the
//! hop is a non-decreasing map g_j: the offsets `[a, b)` become the units `[g_j(a), g_j(b))` of
//! what receiver `j` gets, counted from 0 as well.

use crate::{
    Error,
    stripe::Plan,
    unit::{Span, Units},
    wide::divided_product,
};

/// The map of one part of a hop.
#[derive(Clone, Copy, Debug)]
pub enum Map<'a> {
    /// Each unit stays itself.
    Transfer,
    /// `from` units become `to` units of another asset: g(w) = ⌊w·to/from⌋ over the whole hop.
    Convert {
        /// Units taken.
        from: Units,
        /// Units received.
        to: Units,
    },
    /// A receiver's stripe: g(w) = f_j(o + w) − f_j(o).
    Split {
        /// The sender's plan.
        plan: &'a Plan,
        /// Which receiver.
        part: usize,
        /// The ordinal o at which the hop starts: what the sender had sent in order before it.
        ordinal: Units,
    },
}

impl Map<'_> {
    /// g(w).
    pub fn image(&self, w: Units) -> Result<Units, Error> {
        match self {
            Self::Transfer => Ok(w),
            Self::Convert { from, to } => {
                let (image, _) =
                    divided_product(w.get(), to.get(), from.get()).ok_or(Error::Broken)?;
                Units::of(image)
            }
            Self::Split { plan, part, ordinal } => {
                let total = |ordinal| plan.total(*part, ordinal).ok_or(Error::Broken);
                total(ordinal.plus(w)?)?.minus(total(*ordinal)?)
            }
        }
    }

    /// What becomes of the offsets `[a, b)`: may be empty.
    pub fn image_of(&self, offsets: Span) -> Result<Span, Error> {
        Ok(Span::new(self.image(offsets.start)?, self.image(offsets.end)?))
    }

    /// The one offset w with g(w) ≤ t < g(w + 1): from which unit the `t`-th received one came.
    pub fn parent(&self, t: Units) -> Result<Units, Error> {
        match self {
            Self::Transfer => Ok(t),
            Self::Convert { from, to } => {
                let (quotient, rest) =
                    divided_product(t.get() + 1, from.get(), to.get()).ok_or(Error::Broken)?;
                // ⌈(t + 1)·x/y⌉ − 1
                let w = if rest == 0 { quotient.checked_sub(1) } else { Some(quotient) };
                Units::of(w.ok_or(Error::Broken)?)
            }
            Self::Split { plan, part, ordinal } => {
                let before = plan.total(*part, *ordinal).ok_or(Error::Broken)?;
                let parent = plan.parent(*part, before.get() + t.get()).ok_or(Error::Broken)?;
                Units::of(parent)?.minus(*ordinal)
            }
        }
    }
}

/// The position of the unit with offset `w` in `runs`, which ascend.
pub(crate) fn position(runs: impl Iterator<Item = Span>, w: Units) -> Result<Units, Error> {
    let mut left = w;
    for run in runs {
        match left.checked_sub(run.count()) {
            None => return run.start.plus(left),
            Some(rest) => left = rest,
        }
    }
    Err(Error::Broken)
}

/// The offsets in `runs`, which ascend, of the units that lie in `span`: one stretch, may be empty.
pub(crate) fn offsets(runs: impl Iterator<Item = Span>, span: Span) -> Result<Span, Error> {
    let (mut before, mut behind) = (Units::ZERO, Units::ZERO);
    for run in runs {
        let below = |end: Units| Span::new(run.start, run.end.min(end)).count();
        before = before.plus(below(span.start))?;
        behind = behind.plus(below(span.end))?;
    }
    Ok(Span::new(before, behind))
}
