//! The count that tells whether something is up to date.

/// Counts the changes that one App has seen. Each change gets the next number; what was asked for,
/// fetched or walked carries the number it was done for, so "is it up to date?" is one comparison.
///
/// A pass is named by its revision: *one pass visits each once* means that a view or an entity that
/// carries a revision at least as new is not visited again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(pub u32);

impl Revision {
    /// The revision after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        // 2³² changes are 136 years at one a second.
        Self(self.0.wrapping_add(1))
    }

    /// The revision before this one.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}
