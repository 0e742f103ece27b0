//! The passes: those under way, innermost last, and those that are suspended between two slices of their walk.
//!
//! While a pass is suspended anything may happen, another pass included. Three rules keep every change from being missed:
//!
//! - The displayed page view has one pass of the feed's under way and at most one pending: `settle_page` waits until the first is
//!   over, and one further pass then answers all that came meanwhile. So a stream of changes never starves the end of a long page.
//! - A pass of the feed's that begins all the same (a handler or a late hook walks something) reaches back to what those
//!   under way answer from, since it marks views as walked that they have yet to come to.
//! - What somebody asked for without a snapshot is marked apart in each view: a newer pass of the feed's, which asks for less,
//!   must not hide it.

use alloc::vec::Vec;

use crate::revision::Revision;
use crate::views::ViewId;

/// What a call of `RemoteRefresh` was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// A snapshot of the feed's, which tells of this revision.
    OfFeed(Revision),
    /// Somebody else's, which opened a pass of this revision before.
    Foreign(Revision),
}

/// Names a pass that is suspended. Each suspension has a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassId(pub u32);

/// One walk of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// Names the pass; what is visited carries it.
    pub(super) revision: Revision,
    /// The feed's changes after this revision are answered; `None` for a pass that somebody asked for, which concerns
    /// everything whatever the feed says.
    pub(super) applied: Option<Revision>,
    /// The displayed page view that the pass has come to.
    pub(super) page: Option<ViewId>,
    /// Nothing was walked in it yet.
    untouched: bool,
    /// How many feeds had been closed when it began.
    closed: u32,
    /// The page view that it was for is gone, and its number may be another's.
    gone: bool,
}

impl Pass {
    /// The pass that answers the feed's change of this revision.
    pub(super) fn for_change(revision: Revision) -> Self {
        Self {
            applied: Some(revision.previous()),
            ..Self::asked_for(revision)
        }
    }

    const fn asked_for(revision: Revision) -> Self {
        Self {
            revision,
            applied: None,
            page: None,
            untouched: true,
            closed: 0,
            gone: false,
        }
    }
}

/// The stack of those under way (hooks call `RemoteRefresh`, which calls hooks), and those that are suspended.
#[derive(Debug, Default)]
pub(super) struct Passes {
    stack: Vec<Pass>,
    suspended: Vec<(PassId, Pass)>,
    last_id: u32,
    /// Feeds that were closed so far.
    closed: u32,
}

impl Passes {
    pub(super) fn current(&self) -> Option<Pass> {
        self.stack.last().copied()
    }

    /// Begins a pass.
    pub(super) fn push(&mut self, mut pass: Pass) {
        pass.closed = self.closed;
        let older = self.all().filter(|other| other.revision <= pass.revision);
        let reach = older.filter_map(|other| other.applied).min();
        pass.applied = pass
            .applied
            .map(|applied| reach.map_or(applied, |reach| applied.min(reach)));
        self.stack.push(pass);
    }

    pub(super) fn leave(&mut self) {
        self.stack.pop();
    }

    /// Leaves the innermost pass and keeps it. Without one the name returned is nobody's.
    pub(super) fn suspend(&mut self) -> PassId {
        self.last_id = self.last_id.wrapping_add(1);
        let id = PassId(self.last_id);
        if let Some(pass) = self.stack.pop() {
            self.suspended.push((id, pass));
        }
        id
    }

    /// Takes a suspended pass out of those that are kept.
    pub(super) fn take(&mut self, id: PassId) -> Option<Pass> {
        let at = self.suspended.iter().position(|(known, _)| *known == id)?;
        Some(self.suspended.swap_remove(at).1)
    }

    /// Enters a pass that was suspended.
    pub(super) fn resume(&mut self, pass: Pass) {
        self.stack.push(pass);
    }

    /// The feed is closed: what began before is of another user, perhaps.
    pub(super) fn close_feed(&mut self) {
        self.closed = self.closed.wrapping_add(1);
    }

    /// The page view is gone.
    pub(super) fn forget_page(&mut self, page: ViewId) {
        let suspended = self.suspended.iter_mut().map(|(_, pass)| pass);
        for pass in self.stack.iter_mut().chain(suspended) {
            if pass.page == Some(page) {
                pass.page = None;
                pass.gone = pass.applied.is_some();
            }
        }
    }

    /// Whether no feed was closed since the pass began, and its page view is there.
    pub(super) const fn is_of_today(&self, pass: &Pass) -> bool {
        pass.closed == self.closed && !pass.gone
    }

    /// Whether a pass of the feed's for this page view is not over yet.
    pub(super) fn is_under_way(&self, page: ViewId) -> bool {
        let is_of_page = |pass: &&Pass| pass.applied.is_some() && pass.page == Some(page);
        self.all()
            .filter(is_of_page)
            .any(|pass| self.is_of_today(pass))
    }

    fn all(&self) -> impl Iterator<Item = &Pass> {
        let suspended = self.suspended.iter().map(|(_, pass)| pass);
        self.stack.iter().chain(suspended)
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
        match (named, self.current()) {
            (Some(named), Some(current)) if current.revision != named.revision => self.push(named),
            // Whoever joins a pass may begin with a view whose pending changes are older than those of the view that the pass began with.
            (_, Some(current)) => self.stack.push(Pass {
                untouched: true,
                ..current
            }),
            (Some(named), None) => self.push(named),
            (None, None) => self.push(Pass::asked_for(new())),
        }
        self.current().map(|pass| pass.revision).unwrap_or_default()
    }

    /// The pass under way has come to the displayed page view.
    pub(super) fn reach_page(&mut self, page: ViewId) {
        if let Some(pass) = self.stack.last_mut() {
            pass.page = Some(page);
        }
    }

    /// The pass under way answers all that came after `applied`, not the last change alone.
    pub(super) fn reach_back(&mut self, applied: Revision) {
        if let Some(pass) = self.stack.last_mut() {
            pass.applied = pass.applied.map(|already| already.min(applied));
        }
    }

    /// A view is about to be walked. The first one of a pass stands for what hangs on it: the pass reaches back to what
    /// that has applied, however long ago, since its hook may call back late.
    pub(super) fn touch(&mut self, applied: Revision) {
        if let Some(pass) = self.stack.last_mut().filter(|pass| pass.untouched) {
            pass.untouched = false;
            self.reach_back(applied);
        }
    }
}
