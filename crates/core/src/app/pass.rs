//! The passes under way, innermost last.

use alloc::vec::Vec;

use crate::revision::Revision;

/// What a call of `RemoteRefresh` was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// A snapshot of the feed's, which tells of this revision.
    OfFeed(Revision),
    /// Somebody else's, which opened a pass of this revision before.
    Foreign(Revision),
}

/// One walk of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// Names the pass; what is visited carries it.
    pub(super) revision: Revision,
    /// The feed's changes after this revision are answered; `None` for a pass that somebody asked for, which concerns
    /// everything whatever the feed says.
    pub(super) applied: Option<Revision>,
    /// Nothing was walked in it yet.
    untouched: bool,
}

impl Pass {
    /// The pass that answers the feed's change of this revision.
    pub(super) fn for_change(revision: Revision) -> Self {
        Self {
            revision,
            applied: Some(revision.previous()),
            untouched: true,
        }
    }

    const fn asked_for(revision: Revision) -> Self {
        Self {
            revision,
            applied: None,
            untouched: true,
        }
    }
}

/// A stack: hooks call `RemoteRefresh`, which calls hooks.
#[derive(Debug, Default)]
pub(super) struct Passes(Vec<Pass>);

impl Passes {
    pub(super) fn current(&self) -> Option<Pass> {
        self.0.last().copied()
    }

    pub(super) fn push(&mut self, pass: Pass) {
        self.0.push(pass);
    }

    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    /// Opens the pass of a snapshot, or joins the one under way, or opens one named by `new`.
    pub(super) fn enter(
        &mut self,
        snapshot: Option<Snapshot>,
        new: impl FnOnce() -> Revision,
    ) -> Revision {
        let named = snapshot.map(|snapshot| match snapshot {
            Snapshot::OfFeed(revision) => Pass::for_change(revision),
            Snapshot::Foreign(revision) => Pass::asked_for(revision),
        });
        // Whoever joins a pass may begin with a view that owes more than the one that the pass began with.
        let joined = |current| Pass {
            untouched: true,
            ..current
        };
        let pass = match (named, self.current()) {
            (None, Some(current)) => joined(current),
            (Some(named), Some(current)) if current.revision == named.revision => joined(current),
            (Some(named), _) => named,
            (None, None) => Pass::asked_for(new()),
        };
        self.push(pass);
        pass.revision
    }

    /// The pass under way answers all that came after `applied`, not the last change alone.
    pub(super) fn reach_back(&mut self, applied: Revision) {
        if let Some(pass) = self.0.last_mut() {
            pass.applied = pass.applied.map(|already| already.min(applied));
        }
    }

    /// A view is about to be walked. The first one of a pass stands for what hangs on it: the pass reaches back to what
    /// that has applied, however long ago, since its hook may call back late.
    pub(super) fn touch(&mut self, applied: Revision) {
        if let Some(pass) = self.0.last_mut().filter(|pass| pass.untouched) {
            pass.untouched = false;
            self.reach_back(applied);
        }
    }
}
