//! The views: which were walked in this pass, which one is displayed, and whether its refresh is pending.
//!
//! Views are known by number alone (*ids in wasm, objects in JS*); the shell forgets a number when
//! its view was collected.

pub mod since;

use slab::Slab;

use crate::revision::Revision;
use since::Since;

/// Names a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewId(pub u32);

/// What is known of one view.
#[derive(Debug, Default)]
struct View {
    /// The newest pass in which its `remoteRefresh` was called.
    hooked: Revision,
    /// The newest pass in which its model, collection and subviews were refreshed.
    walked: Revision,
    /// What it was rendered from, until that has been compared with the feed.
    since: Option<Since>,
    /// It was displayed before.
    shown: bool,
    /// The same as `hooked` and `walked`, of passes that somebody asked for: a pass of the feed's asks for less, and a newer one
    /// that comes by while another is suspended must not hide it.
    hooked_for: Revision,
    walked_for: Revision,
    /// The revision of its next pass, at least: it was walked in part, and then no more.
    restarts_at: Revision,
}

impl View {
    fn applied(&self) -> Revision {
        self.hooked.max(self.walked)
    }
}

/// All views an App has met.
#[derive(Debug, Default)]
pub struct Views {
    views: Slab<View>,
    page: Option<ViewId>,
}

impl Views {
    /// A number for a view not met before.
    pub fn add(&mut self) -> ViewId {
        // More than 2³² views don't fit into wasm's memory.
        ViewId(self.views.insert(View::default()) as u32)
    }

    /// Frees the number of a view that is gone. Unknown numbers are ignored.
    pub(crate) fn forget(&mut self, view: ViewId) {
        self.views.try_remove(view.0 as usize);
        if self.page == Some(view) {
            self.page = None;
        }
    }

    /// How many views are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.views.len()
    }

    /// Whether no view is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.views.is_empty()
    }

    /// The displayed page view.
    #[must_use]
    pub const fn page(&self) -> Option<ViewId> {
        self.page
    }

    /// Displays `page`. A view shown for the first time carries `applied`: it was loaded after that
    /// revision was seen, unless `since` says what it was rendered from. One that comes back keeps
    /// what is pending for it.
    pub fn show(&mut self, page: Option<ViewId>, applied: Revision, since: Option<Since>) {
        self.page = page;
        let Some(view) = page.and_then(|page| self.views.get_mut(page.0 as usize)) else {
            return;
        };
        let again = core::mem::replace(&mut view.shown, true);
        if since.is_some() {
            view.since = since;
        } else if !again && view.applied() == Revision::default() {
            view.walked = applied;
        }
    }

    /// The newest revision that the view has applied.
    #[must_use]
    pub fn applied(&self, view: ViewId) -> Revision {
        self.views
            .get(view.0 as usize)
            .map(View::applied)
            .unwrap_or_default()
    }

    /// The newest revision that what the view shows was walked for.
    #[must_use]
    pub fn walked(&self, view: ViewId) -> Revision {
        self.views
            .get(view.0 as usize)
            .map(|view| view.walked)
            .unwrap_or_default()
    }

    /// Whether the view has not seen `revision` yet. `compare` answers for a view that said what it
    /// was rendered from; it is asked at most once.
    pub fn is_pending(
        &mut self,
        view: ViewId,
        revision: Revision,
        compare: impl FnOnce(Since) -> bool,
    ) -> bool {
        let Some(view) = self.views.get_mut(view.0 as usize) else {
            return false;
        };
        if view.since.take().is_some_and(|since| !compare(since)) {
            view.walked = revision;
        }
        view.applied() < revision
    }

    /// Whether the view's `remoteRefresh` is to be called in this pass; yes once, and only if the
    /// view was not walked already. `applied` is what the page it was reached from has applied, and so
    /// has the view, unless its hook has yet to call back: a hook that calls back late reaches back to that. It is `None` in
    /// a pass that somebody asked for.
    pub fn visit_hook(&mut self, view: ViewId, pass: Revision, applied: Option<Revision>) -> bool {
        let Some(view) = self.views.get_mut(view.0 as usize) else {
            return false;
        };
        let visited = match applied {
            Some(_) => view.applied(),
            None => view.hooked_for.max(view.walked_for),
        };
        let first = visited < pass;
        if first {
            if view.hooked <= view.walked {
                view.walked = view.walked.max(applied.unwrap_or_default());
            }
            view.hooked = view.hooked.max(pass);
            if applied.is_none() {
                view.hooked_for = pass;
            }
        }
        first
    }

    /// Whether the view's model, collection and subviews are to be refreshed in this pass; yes once. `asked_for` in a pass
    /// that somebody asked for.
    pub fn visit_walk(&mut self, view: ViewId, pass: Revision, asked_for: bool) -> bool {
        let Some(view) = self.views.get_mut(view.0 as usize) else {
            return false;
        };
        let visited = if asked_for {
            view.walked_for
        } else {
            view.walked
        };
        let first = visited < pass;
        if first {
            view.walked = view.walked.max(pass);
            if asked_for {
                view.walked_for = pass;
            }
        }
        first
    }

    /// A pass of this page view was dropped in the middle: it has applied no more than `applied`, and its next pass has the
    /// revision `again` at least, so that it comes to every view.
    pub fn restart(&mut self, page: ViewId, applied: Revision, again: Revision) {
        if let Some(view) = self.views.get_mut(page.0 as usize) {
            view.hooked = view.hooked.min(applied);
            view.walked = view.walked.min(applied);
            view.restarts_at = again;
        }
    }

    /// The revision that the next pass of this page view has at least.
    #[must_use]
    pub fn restarts_at(&self, page: ViewId) -> Revision {
        let view = self.views.get(page.0 as usize);
        view.map(|view| view.restarts_at).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn never(_: Since) -> bool {
        unreachable!()
    }

    #[test]
    fn a_view_is_hooked_and_walked_once_in_a_pass_and_again_in_the_next() {
        let mut views = Views::default();
        let view = views.add();
        for pass in [Revision(1), Revision(2)] {
            assert!(views.visit_hook(view, pass, Some(Revision(0))));
            assert!(!views.visit_hook(view, pass, Some(Revision(0))));
            assert!(views.visit_walk(view, pass, false));
            assert!(!views.visit_walk(view, pass, false));
        }
        assert!(
            !views.visit_walk(view, Revision(1), false),
            "an older pass has nothing new"
        );
    }

    #[test]
    fn a_view_walked_already_is_not_hooked_in_the_same_pass() {
        let mut views = Views::default();
        let view = views.add();
        assert!(views.visit_walk(view, Revision(1), false));
        assert!(!views.visit_hook(view, Revision(1), Some(Revision(0))));
    }

    #[test]
    fn a_refresh_is_pending_for_a_page_shown_before_the_first_value_and_not_for_one_shown_after() {
        let mut views = Views::default();
        let (early, late) = (views.add(), views.add());
        views.show(Some(early), Revision::default(), None);
        assert!(views.is_pending(early, Revision(1), never));
        views.show(Some(late), Revision(1), None);
        assert!(!views.is_pending(late, Revision(1), never));
        assert!(views.is_pending(late, Revision(2), never));
    }

    #[test]
    fn the_refresh_of_a_page_that_comes_back_is_still_pending() {
        let mut views = Views::default();
        let (first, second) = (views.add(), views.add());
        views.show(Some(first), Revision(1), None);
        views.show(Some(second), Revision(1), None);
        views.show(Some(first), Revision(5), None);
        assert!(views.is_pending(first, Revision(5), never));
    }

    #[test]
    fn what_a_page_was_rendered_from_replaces_the_guess_once() {
        let mut views = Views::default();
        let page = views.add();
        views.show(Some(page), Revision::default(), Some(Since::Version(7.0)));
        assert!(!views.is_pending(page, Revision(1), |_| false));
        assert!(views.is_pending(page, Revision(2), never));
        views.show(Some(page), Revision(2), Some(Since::Version(7.0)));
        assert!(views.is_pending(page, Revision(2), |_| true));
    }

    #[test]
    fn a_forgotten_view_is_nobody() {
        let mut views = Views::default();
        let view = views.add();
        views.show(Some(view), Revision(1), None);
        views.forget(view);
        views.forget(view);
        assert!(views.page().is_none() && views.is_empty());
        assert!(
            !views.visit_hook(view, Revision(9), Some(Revision(0)))
                && !views.visit_walk(view, Revision(9), false)
        );
    }
}
